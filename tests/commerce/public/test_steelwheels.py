"""SteelWheels' orders come out as known, before and after the statuses that it told later."""

from collections import Counter
from datetime import date

import pytest

from tests.commerce import landing
from tests.commerce.oracle import Counts, load
from tests.commerce.oracle_records import Delivery, Row
from tests.commerce.public.steelwheels import FIRST, LAST, LATER, TORN, deliveries

pytestmark = pytest.mark.public_data

NO_ORDER = {"missing_customer_id,missing_transaction_date,missing_status": 1}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Delivery]:
    """Return the delivered files in the order of days."""
    folder = tmp_path_factory.mktemp("steelwheels")
    landing.write(deliveries(), folder)
    return sorted(landing.read(folder), key=lambda file: file.day)


def _until(day: date, files: list[Delivery]) -> dict[str, list[Row]]:
    return load(file for file in files if file.day <= day)[0]


def test_lines(files: list[Delivery]) -> None:
    """Of the second table only changed lines are new; one line of the first has no order."""
    _, counts = load(files)
    assert [
        count for file, count in zip(files, counts, strict=True) if file.source == "transactions"
    ] == [
        Counts(lines=3001, accepted=3000, duplicates=0, reasons=NO_ORDER),
        Counts(lines=2979, accepted=57, duplicates=2922, reasons={}),
        Counts(lines=17, accepted=1, duplicates=16, reasons={}),
    ]


@pytest.mark.parametrize(
    ("day", "revenue", "completed_orders"),
    [
        (FIRST, {"completed": 10_946_495, "returned": 72_226, "refunded": 262_344}, 321),
        (LATER, {"completed": 10_728_104, "returned": 290_617, "refunded": 262_344}, 315),
        (LAST, {"completed": 10_719_176, "returned": 299_545, "refunded": 262_344}, 315),
    ],
)
def test_revenue(
    files: list[Delivery], day: date, revenue: dict[str, int], completed_orders: int
) -> None:
    """Revenue by status, of 330 orders; what the daily tables tell is the same."""
    tables = _until(day, files)
    found = Counter()
    for fact in tables["fct_transactions"]:
        found[fact["status"]] += fact["gross_amount"]
    assert found == revenue

    days = tables["daily_sales_summary"]
    assert sum(row["net_revenue"] for row in days) == revenue["completed"]
    assert sum(row["gross_revenue"] for row in days) == sum(revenue.values())
    assert sum(row["orders"] for row in days) == 330
    assert sum(row["completed_orders"] for row in days) == completed_orders


def test_later_statuses(files: list[Delivery]) -> None:
    """Six orders come back whole on the second day, a line of a seventh on the third."""
    facts = _until(LAST, files)["fct_transactions"]
    back = Counter(
        (fact["order_id"], fact["reversed_time"].date()) for fact in facts if fact["reversed_time"]
    )
    lines = Counter(fact["order_id"] for fact in facts)

    assert sum(day == FIRST for _, day in back) == 9  # three disputed, six cancelled
    assert sum(day == LATER for _, day in back) == 6
    assert all(back[order, day] == lines[order] for order, day in back if day != LAST)
    assert [(order, count) for (order, day), count in back.items() if day == LAST] == [(TORN, 1)]


def test_catalogue_and_customers(files: list[Delivery]) -> None:
    """24 of 126 customers have no order, one of 110 products was never sold; all are known."""
    tables = _until(FIRST, files)
    for table, field, known, sold in (
        ("customers", "customer_id", 126, 102),
        ("products", "product_id", 110, 109),
    ):
        ids = {row[field] for row in tables[table]}
        ordered = {fact[field] for fact in tables["fct_transactions"]}
        assert (len(ids), len(ordered), ordered <= ids) == (known, sold, True)
