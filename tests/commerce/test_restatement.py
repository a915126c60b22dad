"""However deliveries are ordered, split and repeated, the tables are those of the oracle."""

from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from glue_jobs.commerce.schemas import COMMERCE_LEDGER, GOLD, SILVER
from local_aws.server import LocalAws
from tests.commerce import oracle
from tests.commerce.deliveries import deliveries, redelivered
from tests.commerce.oracle_records import Delivery
from tests.commerce.order_lake import OrderLake

Rows = list[list[tuple[str, Any]]]


@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.generate],
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    files=deliveries(least=20, most=40),
    random=st.randoms(use_true_random=False),
    zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata"]),
)
def test_restatement(
    aws: LocalAws, spark: SparkSession, files: list[Delivery], random: Random, zone: str
) -> None:
    """Loaded at once, silver, facts, daily sales and ledger are the oracle's; so are they later.

    The same records in other files, in another order, some of them twice, make the same tables.
    """
    files.sort(key=lambda file: (file.source, file.day))  # of equal rows the first by name owns one
    tables, counts = oracle.load(files, ZoneInfo(zone))
    expected = {name: _plain(rows) for name, rows in tables.items()}

    at_once = OrderLake(aws, spark)
    at_once.run(*_deliver(at_once, files), zone=zone)

    assert _tables(at_once) == expected
    told = sorted(at_once.rows(COMMERCE_LEDGER), key=lambda row: str(row["source_file"]))
    assert [
        (row["lines"], row["accepted"], row["duplicates"], dict(row["reasons"])) for row in told
    ] == [(of.lines, of.accepted, of.duplicates, of.reasons) for of in counts]

    bit_by_bit = OrderLake(aws, spark)
    parts = redelivered(files, random)
    for part in (parts[::2], parts[1::2]):
        bit_by_bit.run(*_deliver(bit_by_bit, part), zone=zone)

    assert _tables(bit_by_bit) == expected


def _deliver(lake: OrderLake, files: Iterable[Delivery]) -> list[str]:
    return [
        lake.deliver(file.source, file.day.isoformat(), file.records, f"{number:03}")
        for number, file in enumerate(files)
    ]


def _tables(lake: OrderLake) -> dict[str, Rows]:
    return {table.name: _plain(lake.rows(table)) for table in (*SILVER, *GOLD)}


def _plain(rows: Iterable[oracle.Row]) -> Rows:
    """Return rows, sorted, without the file that had them first, times without a zone."""
    owned = ({**row, "source_file": None} for row in rows)
    return sorted(([(name, _naive(row[name])) for name in sorted(row)] for row in owned), key=str)


def _naive(value: object) -> object:
    is_time = isinstance(value, datetime) and value.tzinfo
    return value.astimezone(UTC).replace(tzinfo=None) if is_time else value
