"""Where a run is killed.

A run's durable steps are a handful of calls; between two of them nothing lasts that could differ,
so a point before or after each, and one amid each that writes many files or partitions, is every
place where a run can die.
"""

from dataclasses import dataclass
from typing import Literal

BOTH = ("clean", "faulty")
CLEAN = ("clean",)
FAULTY = ("faulty",)

API = "botocore.client.BaseClient._make_api_call"
LAKE = "glue_jobs.lake.lake.Lake"
LOAD = "glue_jobs.events.intake.load"
POINT = "glue_jobs.lake.catalog.Catalog.point"
WRITE = f"{LAKE}._write_rows"


@dataclass(frozen=True)
class KillPoint:
    """A call, and when the run dies: before it, after it, or amid it, half of its rows written.

    ``target``: the function's dotted name, there where it is looked up. ``words``: what the
    arguments of the call must name. ``nth``: which of these calls. ``within``: count only those
    during a call of this function. ``one_by_one``: requests that take many items take one each, as
    if they were that many. ``inputs``: those that get there at all.
    """

    name: str
    when: Literal["before", "amid", "after"]
    target: str
    words: tuple[str, ...] = ()
    nth: int = 1
    within: str | None = None
    one_by_one: bool = False
    inputs: tuple[str, ...] = BOTH


POINTS = (
    # looking back
    KillPoint("lock taken", "after", "glue_jobs.lake.lock.Lock.__enter__", inputs=CLEAN),
    KillPoint(
        "doubled hour half rewritten",
        "amid",
        WRITE,
        within=f"{LAKE}.rewrite_events",
        inputs=FAULTY,
    ),
    KillPoint(
        "doubled hour rewritten, old files there",
        "before",
        API,
        ("DeleteObjects",),
        within=f"{LAKE}.rewrite_events",
        inputs=FAULTY,
    ),
    KillPoint(
        "doubled hour rewritten, half of the old files gone",
        "after",
        API,
        ("DeleteObjects",),
        within=f"{LAKE}.rewrite_events",
        one_by_one=True,
        inputs=FAULTY,
    ),
    # reading
    KillPoint(
        "reading noted", "after", "glue_jobs.lake.manifests.Doubts.note_reading", inputs=CLEAN
    ),
    KillPoint(
        "read through Glue failed",
        "before",
        "glue_jobs.events.intake.load_one_by_one",
        inputs=FAULTY,
    ),
    KillPoint(
        "unreadable files found, ledger row half written",
        "amid",
        WRITE,
        ("load_ledger/",),
        within="glue_jobs.events.intake.record_silent",
        inputs=FAULTY,
    ),
    KillPoint(
        "unreadable files recorded, none moved",
        "before",
        "glue_jobs.events.raw_files.RawFiles.set_aside",
        inputs=FAULTY,
    ),
    KillPoint(
        "unreadable file copied, not removed",
        "after",
        API,
        ("CopyObject",),
        inputs=FAULTY,
    ),
    KillPoint(
        "one unreadable file moved, one not",
        "after",
        "glue_jobs.events.raw_files.RawFiles.set_aside",
        inputs=FAULTY,
    ),
    KillPoint("files read", "after", "glue_jobs.events.load.hours_of"),
    # silver
    KillPoint("hours noted", "after", "glue_jobs.lake.manifests.Doubts.note", within=LOAD),
    KillPoint(
        "one new hour of silver registered, one not",
        "after",
        API,
        ("BatchCreatePartition", "'events'"),
        within=LOAD,
        one_by_one=True,
    ),
    KillPoint("silver half appended", "after", API, ("PutObject", "silver/events"), within=LOAD),
    KillPoint("silver appended", "after", f"{LAKE}.append_events"),
    # publishing
    KillPoint("publication announced", "after", f"{LAKE}._announce", within=LOAD),
    KillPoint("ledger half written", "amid", WRITE, ("load_ledger/",), within=LOAD),
    KillPoint("gold half written", "after", API, ("PutObject", "/gold/"), within=LOAD),
    KillPoint("all written, nothing swapped", "before", POINT, nth=2, within=LOAD),
    KillPoint(
        "one partition of a gold table swapped, others not",
        "after",
        API,
        ("BatchUpdatePartition", "'hourly_revenue'"),
        within=LOAD,
        one_by_one=True,
    ),
    KillPoint("gold swapped, ledger not", "before", POINT, ("'load_ledger'",), within=LOAD),
    KillPoint("ledger swapped", "after", POINT, ("'load_ledger'",), within=LOAD),
    # clean-up
    KillPoint(
        "gold of doubtful hours half rebuilt",
        "after",
        POINT,
        ("'hourly_revenue'",),
        within="glue_jobs.events.run.rebuild",
        inputs=FAULTY,
    ),
    KillPoint(
        "half swept",
        "after",
        API,
        ("DeleteObjects",),
        nth=3,
        within=f"{LAKE}.sweep",
        one_by_one=True,
    ),
    KillPoint("all done, not committed", "before", "awsglue.job.Job.commit"),
    KillPoint("committed", "after", "awsglue.job.Job.commit"),
    KillPoint("notes of doubt dropped", "after", "glue_jobs.lake.manifests.Doubts.settle"),
    KillPoint("lock released, no metrics", "before", API, ("PutMetricData",), inputs=CLEAN),
)
