"""Where a run of ``load_commerce`` is killed."""

from glue_jobs.commerce.schemas import (
    COMMERCE_LEDGER,
    FCT_TRANSACTIONS,
    GOLD,
    REJECTED_RECORDS,
    SILVER,
    TRANSACTIONS,
)
from tests.crash.kill_points import (
    API,
    CLEAN,
    COMMIT,
    FAULTY,
    LOCK,
    MANIFESTS,
    SWAP,
    KillPoint,
)

LOAD = "glue_jobs.commerce.run.load"
SWAPPED = (*SILVER, *GOLD, REJECTED_RECORDS)  # all but the ledger, which is the last
SWAPPED_ALONE = {TRANSACTIONS: FAULTY, FCT_TRANSACTIONS: CLEAN}
VERSION = ("PutObject", "versions/")

POINTS = (
    # looking back
    KillPoint("lock taken", "after", LOCK, alone=()),
    # reading
    KillPoint("about to read", "after", f"{MANIFESTS}.begin_reading", alone=()),
    KillPoint("new files known", "after", "glue_jobs.commerce.run.arrivals", alone=CLEAN),
    KillPoint("about to change days", "after", f"{MANIFESTS}.change", within=LOAD, alone=()),
    KillPoint("all packed and proved", "after", "glue_jobs.commerce.ledger.reconcile", alone=()),
    # publishing
    KillPoint("about to replace locations", "after", f"{MANIFESTS}.replace", within=LOAD, alone=()),
    KillPoint(
        "silver half written", "after", API, (*VERSION, "/silver/"), within=LOAD, alone=CLEAN
    ),
    KillPoint("gold half written", "after", API, (*VERSION, "/gold/"), within=LOAD, alone=()),
    KillPoint(
        "ledger half written", "after", API, (*VERSION, "/commerce_ledger/"), within=LOAD, alone=()
    ),
    KillPoint("all written, nothing swapped", "before", SWAP, within=LOAD, alone=()),
    KillPoint(
        "one known day of silver swapped, others not",
        "after",
        API,
        ("BatchUpdatePartition", "'transactions'"),
        within=LOAD,
        one_by_one=True,
        alone=CLEAN,
    ),
    KillPoint(
        "one new day of facts registered, others not",
        "after",
        API,
        ("BatchCreatePartition", "'fct_transactions'"),
        within=LOAD,
        one_by_one=True,
        alone=(),
    ),
    *(
        KillPoint(
            f"{table.name} swapped",
            "after",
            SWAP,
            (f"name='{table.name}'",),
            within=LOAD,
            alone=SWAPPED_ALONE.get(table, ()),
        )
        for table in SWAPPED
    ),
    KillPoint(
        "ledger swapped",
        "after",
        SWAP,
        (f"name='{COMMERCE_LEDGER.name}'",),
        within=LOAD,
        alone=CLEAN,
    ),
    # clean-up
    KillPoint(
        "half vacuumed",
        "after",
        API,
        ("DeleteObjects",),
        nth=3,
        within="glue_jobs.commerce.run.vacuum",
        one_by_one=True,
        alone=CLEAN,
    ),
    KillPoint("all done, not committed", "before", COMMIT, alone=()),
    KillPoint("committed", "after", COMMIT),
    KillPoint(
        "recovered manifest committed, own one not",
        "after",
        API,
        ("PutObject", "manifests-commerce/"),
        within=f"{MANIFESTS}.commit",
        inputs=FAULTY,
    ),
    KillPoint("manifest committed", "after", f"{MANIFESTS}.commit", inputs=CLEAN),
    KillPoint("lock released, no metrics", "before", API, ("PutMetricData",), inputs=CLEAN),
)
