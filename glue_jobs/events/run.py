"""One run from end to end, but for what only Glue knows: arguments, the bookmark, the log."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pyspark.sql import DataFrame

from glue_jobs.events.intake import arrivals
from glue_jobs.events.load import NOTHING, Loaded, load, record_silent
from glue_jobs.events.raw_files import Inspection, RawFiles
from glue_jobs.events.recovery import deduplicate, hours_between, rebuild
from glue_jobs.events.schemas import EVENTS, IGNORED, UNREADABLE
from glue_jobs.lake.lake import Lake
from glue_jobs.lake.tables import Partition
from glue_jobs.lake.vacuum import vacuum


class Intake(NamedTuple):
    """What was loaded, the files of which nothing was, and why files were read one by one."""

    loaded: Loaded
    silent: list[Inspection]
    one_by_one: str | None = None


class Outcome(NamedTuple):
    """What a run did: files taken in, silver's hours deduplicated, gold's hours rebuilt.

    ``unreadable_manifests`` are the keys of what lies among the manifests of runs and is none.
    """

    intake: Intake
    healed: list[Partition]
    rebuilt: set[Partition]
    unreadable_manifests: Sequence[str] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Files, lines, accepted, duplicates, rejected, unreadable, ignored, healed, rebuilt."""
        states = Counter(each.state for each in self.intake.silent)
        return {
            "files": len(self.intake.loaded.source_files),
            **self.intake.loaded.counts,
            **{state: states[state] for state in (UNREADABLE, IGNORED)},
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
    ``rebuild_hours`` is an interval as of ``hours_between``. The caller holds the lake's lock, and
    commits: first the bookmark, then the manifest.
    """
    in_flight = lake.manifests.recover(is_over)
    doubtful = lake.keep_registered(EVENTS, in_flight.partitions)
    asked_for = lake.keep_registered(EVENTS, hours_between(rebuild_hours))

    healed = deduplicate(lake, doubtful)
    lake.manifests.begin_reading()
    intake = load_new_files(read_new, lake, raw, has_dead_reader=in_flight.is_reader_dead)
    rebuilt = (doubtful | asked_for).difference(intake.loaded.hours)
    rebuild(lake, rebuilt)
    vacuum(lake)
    return Outcome(intake, healed, rebuilt, lake.manifests.unreadable)


def load_new_files(
    read_new: Callable[[], DataFrame],
    lake: Lake,
    raw: RawFiles,
    *,
    has_dead_reader: bool = False,
) -> Intake:
    """Load what has arrived, and record the files that have nothing to load."""
    loaded, silent, one_by_one = NOTHING, [], None
    for arrival in arrivals(read_new, lake, raw, has_dead_reader=has_dead_reader):
        if arrival.batch:
            loaded = loaded.plus(load(arrival.batch, lake))
        silent += record_silent(arrival.silent, lake, raw)
        one_by_one = arrival.one_by_one
    return Intake(loaded, silent, one_by_one)
