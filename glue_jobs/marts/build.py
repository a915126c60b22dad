"""Every mart anew, from what is published, in one publication."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from importlib.resources import files

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.commerce.contracts import SALES
from glue_jobs.commerce.schemas import (
    COMMERCE_LEDGER,
    CUSTOMERS,
    DAILY_CUSTOMER_SALES,
    DAILY_PRODUCT_SALES,
    DAILY_SALES_SUMMARY,
    FCT_TRANSACTIONS,
    LOADED,
    PRODUCTS,
    QUALITY_RESULTS,
    REVIEWS,
)
from glue_jobs.events.schemas import EVENTS
from glue_jobs.lake.lake import Lake, Overwrite
from glue_jobs.lake.ledger import ImbalanceError
from glue_jobs.lake.parquet import files_as_they_are
from glue_jobs.lake.tables import Partition, Table
from glue_jobs.marts.baskets import count_baskets
from glue_jobs.marts.bought import bought
from glue_jobs.marts.limits import Limits
from glue_jobs.marts.schemas import CURRENT, MARTS

OF_ALL_TIME = (
    PRODUCTS,
    CUSTOMERS,
    REVIEWS,
    DAILY_PRODUCT_SALES,
    DAILY_SALES_SUMMARY,
)
READ = (
    COMMERCE_LEDGER,
    QUALITY_RESULTS,
    *OF_ALL_TIME,
    DAILY_CUSTOMER_SALES,
    FCT_TRANSACTIONS,
    EVENTS,
)


def latest_day(lake: Lake) -> date:
    """Return the newest day of delivery of which sales, or else anything, was loaded.

    Raises:
        NothingLoadedError: there is none.
    """
    partitions = lake.catalog.partitions(COMMERCE_LEDGER)
    for some in ({each for each in partitions if each[0] in SALES}, partitions):
        loaded = lake.read(COMMERCE_LEDGER, some).where(F.col("state") == LOADED)
        [newest] = loaded.agg(F.max("dt").alias("dt")).collect()
        if newest.dt:
            return date.fromisoformat(newest.dt)
    raise NothingLoadedError(
        "marts are made of what the order book's job has loaded, but its ledger names no loaded "
        "file; deliver files, load them, then run this job again"
    )


def build(
    lake: Lake, as_of: date, limits: Limits, look_again: Callable[[], None]
) -> dict[str, int]:
    """Replace every mart; return the rows of each.

    ``look_again`` raises if something was loaded while they were made: then nothing is published.

    Raises:
        ImbalanceError: a mart lacks customers, products or revenue; nothing is published.
    """
    lake.manifests.change([CURRENT])
    for table in (*OF_ALL_TIME, EVENTS):
        first = as_of - timedelta(limits.session_days) if table is EVENTS else date.min
        lake.read(table, _since(lake, table, first)).createOrReplaceTempView(table.name)
    given = limits._asdict() | {"as_of": as_of}
    _kept("bought", bought(lake, lake.catalog.partitions(DAILY_CUSTOMER_SALES)))
    days = _since(lake, FCT_TRANSACTIONS, as_of - timedelta(limits.order_days))
    visits = _asked(lake.spark, "session_lines", given)
    _kept("basket_counts", count_baskets(lake, days, visits, limits))
    rows = {mart: _made(lake, mart, given) for mart in MARTS}
    prove(lake.spark)
    look_again()
    lake.overwrite([Overwrite({mart: [CURRENT]}, _files(mart, rows[mart])) for mart in MARTS])
    return {mart.name: rows[mart].count() for mart in MARTS}


def _since(lake: Lake, table: Table, day: date) -> set[Partition]:
    """Return the partitions of a table that come after a day."""
    return {each for each in lake.catalog.partitions(table) if each[0] > str(day)}


def _made(lake: Lake, mart: Table, given: Mapping[str, object]) -> DataFrame:
    """Plan to make a mart, and let statements name it."""
    typed = [F.col(field.name).cast(field.dataType) for field in mart.columns]
    return _kept(mart.name, _asked(lake.spark, mart.name, given).select(*typed))


def _kept(name: str, rows: DataFrame) -> DataFrame:
    """Let statements name rows, which are made once."""
    rows = rows.persist(StorageLevel.DISK_ONLY)
    rows.createOrReplaceTempView(name)
    return rows


def prove(spark: SparkSession) -> None:
    """Look whether the marts keep their promises, as statements name them.

    Raises:
        ImbalanceError: they do not.
    """
    broken = _asked(spark, "proof", {}).collect()
    if broken:
        found = "; ".join(f"{promise}: {of}, but {is_}" for promise, of, is_ in broken)
        raise ImbalanceError(
            f"marts are to agree with the tables that they are made of, but {found}; nothing was "
            f"published: run the job again"
        )


def _asked(spark: SparkSession, name: str, given: Mapping[str, object]) -> DataFrame:
    """Plan a statement, with what it names of what is given."""
    text = (files("glue_jobs.marts") / f"{name}.sql").read_text(encoding="utf-8")
    named = {key: value for key, value in given.items() if f":{key}" in text}
    return spark.sql(text, named)


def _files(mart: Table, rows: DataFrame) -> DataFrame:
    return files_as_they_are(mart, rows.withColumn("snapshot", F.lit(*CURRENT)))


class NothingLoadedError(Exception):
    """There is nothing to make marts of."""
