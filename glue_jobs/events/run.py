"""One run from end to end, but for what only Glue knows: arguments, the bookmark, the log."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pyspark.sql import DataFrame

from glue_jobs.events.intake import Intake, load_new_files
from glue_jobs.events.raw_files import RawFiles
from glue_jobs.events.recovery import heal, hours_between, rebuild
from glue_jobs.lake.catalog import Hour
from glue_jobs.lake.lake import Lake


class Outcome(NamedTuple):
    """What a run did: files taken in, silver hours mended, gold hours rebuilt.

    ``unreadable_notes`` are the keys of what lies among the notes of runs and is none.
    """

    intake: Intake
    healed: list[Hour]
    rebuilt: set[Hour]
    unreadable_notes: Sequence[str] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Files, lines, accepted, duplicates, rejected, unreadable, healed, rebuilt."""
        return {
            "files": len(self.intake.loaded.source_files),
            **self.intake.loaded.counts,
            **self.intake.silent_counts,
            "healed": len(self.healed),
            "rebuilt": len(self.rebuilt),
        }


def run(
    read_new: Callable[[], DataFrame],
    lake: Lake,
    raw: RawFiles,
    is_over: Callable[[str], bool],
    rebuild_hours: str,
) -> Outcome:
    """Bring every table up to date; safe to end anywhere, and to begin again.

    ``read_new`` delivers the lines of new raw files, ``is_over`` tells whether a run has ended,
    ``rebuild_hours`` is an interval as of ``hours_between``. The caller holds the lake's lock. It
    commits the bookmark, then settles the lake's doubts: a run that fails at its commit leaves a
    note of its hours.
    """
    doubtful, is_reader_dead, unreadable_notes = lake.doubts.take_over(is_over)
    asked_for = lake.keep_registered(hours_between(rebuild_hours))
    healed = heal(lake, doubtful)
    lake.doubts.note_reading()
    intake = load_new_files(read_new, lake, raw, has_dead_reader=is_reader_dead)
    rebuilt = (doubtful | asked_for).difference(intake.loaded.hours)
    rebuild(lake, rebuilt)
    unreadable_notes += lake.sweep()
    return Outcome(intake, healed, rebuilt, unreadable_notes)
