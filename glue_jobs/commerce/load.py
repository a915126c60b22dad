"""Raw files into every table of the order book, in one publication."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from pyspark import StorageLevel
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from glue_jobs.commerce import ledger, parsing
from glue_jobs.commerce.days import Making, make
from glue_jobs.commerce.raw_files import RawFile
from glue_jobs.commerce.read_back import Day, Held
from glue_jobs.commerce.schemas import (
    COMMERCE_LEDGER,
    GOLD_OF,
    REJECTED_RECORDS,
    SILVER_OF,
    TRANSACTIONS,
)
from glue_jobs.lake.file_tables import FileTables
from glue_jobs.lake.lake import Lake, Overwrite
from glue_jobs.lake.ledger import LedgerRow
from glue_jobs.lake.tables import Partition, Table

FILE_TABLES = FileTables(COMMERCE_LEDGER, REJECTED_RECORDS)

Days = dict[Table, set[Partition]]


class Made(NamedTuple):
    """What silver, facts and daily tables are to hold, and what proves it, as of ``reconcile``."""

    overwrites: list[Overwrite]
    deliveries: list[Row]
    before: dict[Day, int]
    held: dict[Day, Held]


NOTHING = Made([], [], {}, {})


def load(
    files: list[RawFile],
    parsed: DataFrame,
    lake: Lake,
    zone: str,
    unfinished: Days,
) -> list[LedgerRow]:
    """Bring raw files into every table; a replay leaves the same rows.

    ``parsed``: the files' lines, kept, as of ``parsing.PARSED``; ``zone`` is that of days of sale;
    days that are ``unfinished`` get their gold again. Returns the rows of the ledger.

    Raises:
        ImbalanceError: a record was lost or counted twice; nothing is published.
    """
    counted = {row.number: row for row in parsing.count_files(parsed).collect()}
    faults = {n: why for n, file in enumerate(files) if (why := ledger.fault(file, counted[n]))}
    sound = parsed.where(~F.col("number").isin([*faults])) if faults else parsed
    days = days_of(files, (row for row in counted.values() if row.number not in faults))
    for table, some in unfinished.items():
        days[table] |= some
    days = {table: some for table, some in days.items() if some}
    lake.manifests.change(set().union(*(days.get(table, ()) for table in GOLD_OF)))

    made = make_days(sound, files, lake, zone, days)
    rows = ledger.account(files, counted, faults, made.deliveries)
    ledger.reconcile(rows, made.deliveries, made.before, made.held)

    told = FILE_TABLES.overwrites(lake, rows, parsing.rejects(sound, files))
    lake.overwrite([*made.overwrites, *told])
    return rows


def days_of(files: list[RawFile], counted: Iterable[Row]) -> Days:
    """Return the days of silver that the valid lines of files belong to."""
    days: Days = defaultdict(set)
    for row in counted:
        source, _ = files[row.number].partition
        days[SILVER_OF[source]] |= {(day,) for day in row.days}
    return days


def make_days(parsed: DataFrame, files: list[RawFile], lake: Lake, zone: str, days: Days) -> Made:
    """Merge what was delivered into some days of silver; make their gold anew."""
    if not days:
        return NOTHING
    known = {
        (table.name, day): uris
        for table, some in days.items()
        for (day,), uris in lake.file_uris(table, some).items()
    }
    making = Making(known, [file.uri for file in files], zone, lake.store.region)
    made = make(parsed.where("table is not null"), making).persist(StorageLevel.DISK_ONLY)
    told = made.where("content is null").drop("file_name", "content").collect()
    gold = {of: some for table, some in days.items() for of in GOLD_OF.get(table, ())}
    packed = made.where("content is not null").select(*TRANSACTIONS.packed_columns.names)
    return Made(
        [Overwrite(days | gold, packed)],
        [row for row in told if row.number is not None],
        Counter({(row.table, row.dt): row.before for row in told if row.before is not None}),
        {
            (row.table, row.dt): Held(*(row[name] for name in Held._fields))
            for row in told
            if row.rows is not None
        },
    )
