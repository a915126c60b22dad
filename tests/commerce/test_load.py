"""Delivered files become silver, facts, daily sales, rejects and a balanced ledger."""

import gzip
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pyspark.sql import SparkSession

from glue_jobs.commerce.schemas import (
    COMMERCE_LEDGER,
    DAILY_CUSTOMER_SALES,
    DAILY_DEVICE_SESSIONS,
    DAILY_PRODUCT_SALES,
    DAILY_SALES_SUMMARY,
    FCT_TRANSACTIONS,
    GOLD,
    PRODUCTS,
    REJECTED_RECORDS,
    TRANSACTIONS,
)
from glue_jobs.lake.ledger import COUNTS
from glue_jobs.lake.tables import Table
from local_aws.server import LocalAws
from tests.commerce.order_lake import WRITTEN, OrderLake

SALE = {
    "transaction_id": "t_1",
    "customer_id": "c_1",
    "product_id": "p_1",
    "quantity": "2",
    "price": "5.00",
    "total_amount": "9.99",
    "transaction_date": "2026-03-01 10:00:00",
    "status": "completed",
    "order_id": "o_1",
}
OTHER = {**SALE, "transaction_id": "t_2", "order_id": "", "channel": "web"}
BAD = {**SALE, "quantity": "0", "price": "x"}
PRODUCT = {"product_id": "p_1", "name": "A", "category": "Books", "price": 5, "stock": 3}
VIEW = {"session_id": "s_1", "event_type": "product_view", "device": "mobile"}
BUY = {**VIEW, "event_type": "purchase", "customer_id": "c_1"}
DAY, NEXT, LATER = "2026-03-01", "2026-03-02", "2026-03-05"
AMOUNT = Decimal("9.99")


@pytest.fixture(scope="module")
def shop(aws: LocalAws, spark: SparkSession) -> OrderLake:
    """A day's sales, one of them bad and one there twice, a product and a visit over midnight.

    Days later a return, and a click of the first day that is late.
    """
    lake = OrderLake(aws, spark)
    sales = lake.deliver("transactions", DAY, [SALE, BAD, OTHER, SALE])
    visit = [{**VIEW, "timestamp": f"{DAY}T23:59:59Z"}, {**BUY, "timestamp": f"{NEXT}T00:01:00Z"}]
    clicks = lake.deliver("clickstream", DAY, visit)
    lake.run(sales, lake.deliver("products", DAY, [PRODUCT]), clicks)
    late = [{**BUY, "session_id": "s_2", "device": None, "timestamp": f"{DAY}T10:00:00Z"}]
    lake.run(
        lake.deliver("transactions", LATER, [{**SALE, "status": "Returned"}]),
        lake.deliver("clickstream", LATER, late),
    )
    return lake


def _rows(lake: OrderLake, table: Table, *columns: str) -> list[tuple[object, ...]]:
    """Return some columns of a table, sorted."""
    return sorted((tuple(row[name] for name in columns) for row in lake.rows(table)), key=str)


def test_silver(shop: OrderLake) -> None:
    """Each distinct record stands there once, typed, and says when it was true."""
    columns = ("transaction_id", "order_id", "status", "quantity", "total_amount", "dt")
    assert _rows(shop, TRANSACTIONS, *columns) == [
        ("t_1", "o_1", "completed", 2, AMOUNT, DAY),
        ("t_1", "o_1", "returned", 2, AMOUNT, DAY),
        ("t_2", None, "completed", 2, AMOUNT, DAY),
    ]
    [product] = shop.rows(PRODUCTS)
    assert (product["category"], product["price"], product["dt"]) == ("books", Decimal(5), DAY)


def test_facts(shop: OrderLake) -> None:
    """A return changes what is known of the day of sale, and says when it became known."""
    columns = ("transaction_id", "returned_amount", "net_amount", "reversed_time", "versions")
    assert _rows(shop, FCT_TRANSACTIONS, *columns) == [
        ("t_1", AMOUNT, Decimal(0), datetime(2026, 3, 5, tzinfo=UTC), 2),
        ("t_2", Decimal(0), AMOUNT, None, 1),
    ]


def test_daily_sales(shop: OrderLake) -> None:
    """A day's sums count orders, also those that came back, and divide by those that did not."""
    columns = ("transactions", "orders", "units", "gross_revenue", "net_revenue")
    sums = (2, 2, 4, 2 * AMOUNT, AMOUNT)
    assert _rows(shop, DAILY_PRODUCT_SALES, "units_returned", *columns) == [(2, *sums)]
    assert _rows(shop, DAILY_CUSTOMER_SALES, "completed_orders", *columns) == [(1, *sums)]
    assert _rows(shop, DAILY_SALES_SUMMARY, "avg_order_value", *columns) == [(AMOUNT, *sums)]


def test_visits(shop: OrderLake) -> None:
    """A visit counts on both days that it has events on; one of an unknown device counts too."""
    columns = ("dt", "device", "sessions", "product_views", "purchases", "sessions_that_bought")
    assert _rows(shop, DAILY_DEVICE_SESSIONS, *columns) == [
        (DAY, "mobile", 1, 1, 0, 0),
        (DAY, None, 1, 0, 1, 1),
        (NEXT, "mobile", 1, 0, 1, 1),
    ]


def test_ledger(shop: OrderLake) -> None:
    """Every record is accepted, a duplicate, or rejected by every rule that it breaks."""
    columns = ("source", "dt", *COUNTS)
    assert _rows(shop, COMMERCE_LEDGER, *columns) == [
        ("clickstream", DAY, 2, 2, 0, 0),
        ("clickstream", LATER, 1, 1, 0, 0),
        ("products", DAY, 1, 1, 0, 0),
        ("transactions", DAY, 4, 2, 1, 1),
        ("transactions", LATER, 1, 1, 0, 0),
    ]
    assert [row["unknown_fields"] for row in shop.rows(COMMERCE_LEDGER)].count(["channel"]) == 1
    [rejected] = shop.rows(REJECTED_RECORDS)
    assert rejected["reason"] == "invalid_quantity,invalid_price"
    assert '"quantity": "0"' in str(rejected["raw_line"])


def test_replay(shop: OrderLake) -> None:
    """Loading days again, a few files at a time, changes no row but the ledger's run."""
    before = _tables(shop)
    shop.deliver("reviews", DAY, [], "header")  # which Glue's reader does not name either

    outcome = shop.run(dates=f"{DAY}/{LATER}", max_files=2)

    assert outcome.counts["files"] == 5
    assert _tables(shop) == before


def test_days_of_a_dead_run(shop: OrderLake) -> None:
    """What a run left in flight that has no file left to read is built again without new files.

    Of the second day there are clicks alone, of the third it had not stored a row.
    """
    before = _tables(shop)
    dead = shop.open()
    dead.manifests.change([(DAY,), (NEXT,), (LATER,)])
    for table in GOLD:
        days = [{"Values": [day]} for day in (DAY, NEXT)]
        name = {"DatabaseName": shop.databases[table.layer], "TableName": table.name}
        shop.glue.batch_delete_partition(**name, PartitionsToDelete=days)

    outcome = shop.run()

    assert (outcome.counts["files"], outcome.finished) == (0, {(DAY,), (NEXT,)})
    assert _tables(shop) == before
    assert shop.in_flight() == []


def _tables(lake: OrderLake) -> dict[str, list[str]]:
    return {
        table.name: sorted(str({**row, "run_id": ""}) for row in lake.rows(table))
        for table in WRITTEN
    }


def test_files_that_are_held_back(aws: LocalAws, spark: SparkSession) -> None:
    """A file that lost records blocks no other, and is loaded once it is repaired."""
    lake = OrderLake(aws, spark)
    good = lake.deliver("transactions", DAY, [SALE], "good")
    broken = [lake.deliver("transactions", DAY, [OTHER, BAD], name) for name in ("cut", "short")]
    put = {"Bucket": lake.raw_folder.name, "Metadata": {"records": "2"}}
    content = gzip.compress(b"{}\n")
    keys = [f"raw/{uri.removeprefix(lake.raw_path)}" for uri in broken]
    lake.s3.put_object(**put, Key=keys[0], Body=content[:-9])
    lake.s3.put_object(**put, Key=keys[1], Body=content)
    strange = f"{lake.raw_path}notes.txt"
    lake.s3.put_object(Bucket=lake.raw_folder.name, Key="raw/transactions/notes.txt", Body=b"?")

    lake.run(good, *broken, strange.replace("notes", "transactions/notes"))

    errors = dict(_rows(lake, COMMERCE_LEDGER, "source_file", "error"))
    assert errors.pop(good) is None
    assert {uri.rpartition("/")[2]: str(error)[:40] for uri, error in errors.items()} == {
        "cut.jsonl.gz": "it cannot be read to its end: Compressed",
        "short.jsonl.gz": "its metadata promise 2 records, but it h",
        "notes.txt": "its key is not raw/<source>/date=D/<name",
    }
    assert [row["transaction_id"] for row in lake.rows(TRANSACTIONS)] == ["t_1"]
    assert lake.rows(REJECTED_RECORDS) == []

    lake.run(lake.deliver("transactions", DAY, [OTHER, BAD], "cut"))

    assert _rows(lake, COMMERCE_LEDGER, "state", *COUNTS)[0] == ("loaded", 1, 1, 0, 0)
    assert ("loaded", 2, 1, 0, 1) in _rows(lake, COMMERCE_LEDGER, "state", *COUNTS)
