"""One run from end to end, but for what only Glue knows: arguments, the bookmark, the log."""

from collections.abc import Callable
from typing import NamedTuple

from glue_jobs.catalog import Hour
from glue_jobs.intake import Read, load_new_files
from glue_jobs.load import Loaded
from glue_jobs.publish import Lake
from glue_jobs.raw import Inspection, RawFiles
from glue_jobs.repair import heal, hours_between, rebuild


class Outcome(NamedTuple):
    """What a run did: files loaded, files moved aside, silver hours mended, gold hours rebuilt."""

    loaded: Loaded
    unreadable: list[Inspection]
    healed: list[Hour]
    rebuilt: set[Hour]

    @property
    def counts(self) -> dict[str, int]:
        """Files, lines, accepted, duplicates, rejected, unreadable, healed, rebuilt."""
        return {
            "files": len(self.loaded.source_files),
            **self.loaded.counts,
            "unreadable": len(self.unreadable),
            "healed": len(self.healed),
            "rebuilt": len(self.rebuilt),
        }


def run(
    read: Read,
    lake: Lake,
    raw: RawFiles,
    is_over: Callable[[str], bool],
    rebuild_hours: str,
) -> Outcome:
    """Bring every table up to date; safe to end anywhere, and to begin again.

    ``read`` delivers the lines of new raw files, ``is_over`` tells whether a run has ended,
    ``rebuild_hours`` is an interval as of ``hours_between``. The caller commits the bookmark, then
    settles the lake's doubts: a run that fails at its commit leaves a note of its hours.
    """
    doubtful = lake.doubts.take_over(is_over)
    asked_for = lake.keep_registered(hours_between(rebuild_hours))
    healed = heal(lake, doubtful)
    loaded, unreadable = load_new_files(read, lake, raw)
    rebuilt = (doubtful | asked_for).difference(loaded.hours)
    rebuild(lake, rebuilt)
    lake.sweep()
    return Outcome(loaded, unreadable, healed, rebuilt)
