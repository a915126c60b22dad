"""Raw files into every table of the order book, in one publication."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from functools import reduce
from typing import NamedTuple

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from glue_jobs.commerce import facts, ledger, parsing
from glue_jobs.commerce.ledger import Day
from glue_jobs.commerce.merge import count_deliveries, merge
from glue_jobs.commerce.raw_files import RawFile
from glue_jobs.commerce.read_back import Held, read_back
from glue_jobs.commerce.schemas import (
    COMMERCE_LEDGER,
    DAILY_CUSTOMER_SALES,
    DAILY_PRODUCT_SALES,
    DAILY_SALES_SUMMARY,
    FCT_TRANSACTIONS,
    REJECTED_RECORDS,
    SILVER_OF,
    TRANSACTIONS,
)
from glue_jobs.lake.file_tables import FileTables
from glue_jobs.lake.lake import Lake, Overwrite
from glue_jobs.lake.ledger import LedgerRow
from glue_jobs.lake.parquet import files_of
from glue_jobs.lake.tables import Partition, Table

FILE_TABLES = FileTables(COMMERCE_LEDGER, REJECTED_RECORDS)

Days = dict[Table, set[Partition]]


class Merged(NamedTuple):
    """What silver, facts and daily tables are to hold, and what proves it, as of ``reconcile``."""

    overwrites: list[Overwrite]
    deliveries: list[Row]
    before: dict[Day, int]
    held: dict[Day, Held]


NOTHING = Merged([], [], {}, {})


def load(
    files: list[RawFile],
    parsed: DataFrame,
    lake: Lake,
    zone: str,
    unfinished: Collection[Partition],
) -> list[LedgerRow]:
    """Bring raw files into every table; a replay leaves the same rows.

    ``parsed``: the files' lines, kept, as of ``parsing.PARSED``; ``zone`` is that of days of sale;
    days that are ``unfinished`` get their facts again. Returns the rows of the ledger.

    Raises:
        ImbalanceError: a record was lost or counted twice; nothing is published.
    """
    counted = {row.number: row for row in parsing.count_files(parsed).collect()}
    faults = {n: why for n, file in enumerate(files) if (why := ledger.fault(file, counted[n]))}
    sound = parsed.where(~F.col("number").isin([*faults])) if faults else parsed
    days = days_of(files, (row for row in counted.values() if row.number not in faults))
    days[TRANSACTIONS] |= set(unfinished)
    lake.manifests.change(days[TRANSACTIONS])

    merged = merge_days(sound, files, lake, zone, {of: some for of, some in days.items() if some})
    rows = ledger.account(files, counted, faults, merged.deliveries)
    ledger.reconcile(rows, merged.deliveries, merged.before, merged.held)

    told = FILE_TABLES.overwrites(lake, rows, parsing.rejects(sound, files))
    lake.overwrite([*merged.overwrites, *told])
    return rows


def days_of(files: list[RawFile], counted: Iterable[Row]) -> Days:
    """Return the days of silver that the valid lines of files belong to."""
    days: Days = defaultdict(set)
    for row in counted:
        source, _ = files[row.number].partition
        days[SILVER_OF[source]] |= {(day,) for day in row.days}
    return days


def merge_days(
    parsed: DataFrame, files: list[RawFile], lake: Lake, zone: str, days: Days
) -> Merged:
    """Merge what was delivered into some days of silver; build facts and daily tables of these."""
    if not days:
        return NOTHING
    numbered = lake.spark.createDataFrame(
        [(number, file.uri) for number, file in enumerate(files)],
        "number int, source_file string",
    )
    silver = {table: lake.read(table, of) for table, of in days.items()}
    merged = {
        table: merge(table, parsing.records(parsed, table), rows, numbered).persist()
        for table, rows in silver.items()
    }
    gold = sales(merged[TRANSACTIONS], zone) if TRANSACTIONS in merged else {}
    packed = _packed(merged | gold).persist()
    before = _by_table(lambda rows: rows.groupBy("dt").count(), silver).collect()
    return Merged(
        [Overwrite(days | dict.fromkeys(gold, days.get(TRANSACTIONS, ())), packed)],
        _by_table(count_deliveries, merged).collect(),
        Counter({(day.table, day.dt): day["count"] for day in before}),
        read_back(packed),
    )


def sales(silver: DataFrame, zone: str) -> dict[Table, DataFrame]:
    """Return the facts and the daily tables of the days of ``silver.transactions``."""
    transactions = facts.transactions(silver, zone).persist()
    customers = facts.daily_customer_sales(transactions).persist()
    return {
        FCT_TRANSACTIONS: transactions,
        DAILY_PRODUCT_SALES: facts.daily_product_sales(transactions),
        DAILY_CUSTOMER_SALES: customers,
        DAILY_SALES_SUMMARY: facts.daily_sales_summary(customers),
    }


def _packed(tables: dict[Table, DataFrame]) -> DataFrame:
    """Pack the rows of tables, each day's by id; as of ``files_of``."""
    packed = (
        files_of(table, rows, order=table.columns.names[:1]) for table, rows in tables.items()
    )
    return reduce(DataFrame.unionByName, packed)


def _by_table(count: Callable[[DataFrame], DataFrame], tables: dict[Table, DataFrame]) -> DataFrame:
    """Return the counts of some tables together, with the name of each as ``table``."""
    counts = (count(rows).withColumn("table", F.lit(of.name)) for of, rows in tables.items())
    return reduce(DataFrame.unionByName, counts)
