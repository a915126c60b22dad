"""Where a run is killed.

A run's durable steps are a handful of calls; between two of them nothing lasts that could differ,
so a point before or after each, and one amid those that write many files or partitions, is every
place where a run can die.
"""

from dataclasses import dataclass
from typing import Literal

BOTH = ("clean", "faulty")
CLEAN = ("clean",)
FAULTY = ("faulty",)

API = "botocore.client.BaseClient._make_api_call"
LAKE = "glue_jobs.lake.lake.Lake"
LOAD = "glue_jobs.events.run.load"
MANIFESTS = "glue_jobs.lake.manifests.Manifests"
POINT = "glue_jobs.lake.catalog.Catalog.set_locations"


@dataclass(frozen=True)
class KillPoint:
    """A call, and when the run dies: before it, or after it.

    ``target``: the function's dotted name, there where it is looked up. ``words``: what the
    arguments of the call must name. ``nth``: which of these calls. ``within``: count only those
    during a call of this function. ``one_by_one``: requests that take many items take one each, as
    if they were that many. ``inputs``: those that get there at all.
    """

    name: str
    when: Literal["before", "after"]
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
        "doubled hour rewritten, old files there",
        "before",
        API,
        ("DeleteObjects",),
        within=f"{LAKE}.rewrite",
        inputs=FAULTY,
    ),
    KillPoint(
        "doubled hour rewritten, half of the old files gone",
        "after",
        API,
        ("DeleteObjects",),
        within=f"{LAKE}.rewrite",
        one_by_one=True,
        inputs=FAULTY,
    ),
    # reading
    KillPoint("about to read", "after", f"{MANIFESTS}.begin_reading", inputs=CLEAN),
    KillPoint(
        "read through Glue failed",
        "before",
        "glue_jobs.events.intake._one_by_one",
        inputs=FAULTY,
    ),
    KillPoint(
        "unreadable files found, ledger row written",
        "after",
        API,
        ("PutObject", "load_ledger/"),
        within="glue_jobs.events.run.record_silent",
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
    KillPoint("about to change hours", "after", f"{MANIFESTS}.change", within=LOAD),
    KillPoint(
        "one new hour of silver registered, one not",
        "after",
        API,
        ("BatchCreatePartition", "'events'"),
        within=LOAD,
        one_by_one=True,
    ),
    KillPoint("silver half appended", "after", API, ("PutObject", "silver/events"), within=LOAD),
    KillPoint("silver appended", "after", f"{LAKE}.append"),
    # publishing
    KillPoint("about to replace locations", "after", f"{MANIFESTS}.replace", within=LOAD),
    KillPoint("ledger half written", "after", API, ("PutObject", "load_ledger/"), within=LOAD),
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
        "half vacuumed",
        "after",
        API,
        ("DeleteObjects",),
        nth=3,
        within="glue_jobs.events.run.vacuum",
        one_by_one=True,
    ),
    KillPoint("all done, not committed", "before", "awsglue.job.Job.commit"),
    KillPoint("committed", "after", "awsglue.job.Job.commit"),
    KillPoint(
        "recovered manifest committed, own one not",
        "after",
        API,
        ("PutObject", "manifests/"),
        within=f"{MANIFESTS}.commit",
        inputs=FAULTY,
    ),
    KillPoint("manifest committed", "after", f"{MANIFESTS}.commit"),
    KillPoint("lock released, no metrics", "before", API, ("PutMetricData",), inputs=CLEAN),
)
