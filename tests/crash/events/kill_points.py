"""Where a run of ``curate_events`` is killed."""

from tests.crash.kill_points import (
    API,
    CLEAN,
    COMMIT,
    FAULTY,
    LAKE,
    LOCK,
    MANIFESTS,
    SWAP,
    KillPoint,
)

LOAD = "glue_jobs.events.run.load"

POINTS = (
    # looking back
    KillPoint("lock taken", "after", LOCK, inputs=CLEAN),
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
    # publishing: from here on all is a function of silver, so one input stands for both
    KillPoint(
        "about to replace locations", "after", f"{MANIFESTS}.replace", within=LOAD, alone=CLEAN
    ),
    KillPoint(
        "ledger half written", "after", API, ("PutObject", "load_ledger/"), within=LOAD, alone=CLEAN
    ),
    KillPoint("gold half written", "after", API, ("PutObject", "/gold/"), within=LOAD),
    KillPoint("all written, nothing swapped", "before", SWAP, nth=2, within=LOAD, alone=CLEAN),
    KillPoint(
        "one partition of a gold table swapped, others not",
        "after",
        API,
        ("BatchUpdatePartition", "'hourly_revenue'"),
        within=LOAD,
        one_by_one=True,
        alone=CLEAN,
    ),
    KillPoint(
        "gold swapped, ledger not", "before", SWAP, ("'load_ledger'",), within=LOAD, alone=CLEAN
    ),
    KillPoint("ledger swapped", "after", SWAP, ("'load_ledger'",), within=LOAD),
    # clean-up
    KillPoint(
        "gold of doubtful hours half rebuilt",
        "after",
        SWAP,
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
        alone=CLEAN,
    ),
    KillPoint("all done, not committed", "before", COMMIT, alone=CLEAN),
    KillPoint("committed", "after", COMMIT),
    KillPoint(
        "recovered manifest committed, own one not",
        "after",
        API,
        ("PutObject", "manifests/"),
        within=f"{MANIFESTS}.commit",
        inputs=FAULTY,
    ),
    KillPoint("manifest committed", "after", f"{MANIFESTS}.commit", alone=CLEAN),
    KillPoint("lock released, no metrics", "before", API, ("PutMetricData",), inputs=CLEAN),
)
