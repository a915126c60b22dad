"""SteelWheels' orders come out as known, before and after the statuses that it told later."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from operator import itemgetter

import pytest

from tests.commerce import landing
from tests.commerce.oracle import Counts, load
from tests.commerce.oracle_records import Delivery
from tests.commerce.public.conftest import Tables, between
from tests.commerce.public.steelwheels import FIRST, LAST, LATER, TORN, deliveries

pytestmark = pytest.mark.public_data

DAYS = [FIRST, LATER, LAST]
NO_ORDER = {"missing_customer_id,missing_transaction_date,missing_status": 1}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Delivery]:
    """Return the delivered files in the order of days."""
    folder = tmp_path_factory.mktemp("steelwheels")
    landing.write(deliveries(), folder)
    return sorted(landing.read(folder), key=lambda file: file.day)


@pytest.fixture(scope="module", params=["oracle", "job"])
def until(request: pytest.FixtureRequest, files: list[Delivery]) -> Callable[[date], Tables]:
    """What the files until a day make, as the oracle has it and as the deployed job wrote it."""
    if request.param == "oracle":
        return lambda day: load(file for file in files if file.day <= day)[0]
    loads = request.getfixturevalue("loads")
    return lambda day: between(loads[DAYS.index(day)], "2003-01-01", "2005-12-31")


LINES = [
    Counts(lines=3001, accepted=3000, duplicates=0, reasons=NO_ORDER),
    Counts(lines=2979, accepted=57, duplicates=2922, reasons={}),
    Counts(lines=17, accepted=1, duplicates=16, reasons={}),
]


def test_lines(files: list[Delivery]) -> None:
    """Of the second table only changed lines are new; one line of the first has no order."""
    _, counts = load(files)
    of = zip(files, counts, strict=True)
    assert [count for file, count in of if file.source == "transactions"] == LINES


def test_ledger(loads: list[Tables]) -> None:
    """The job counts the same."""
    ledger = between(loads[-1], "2003-01-01", "2005-12-31")["commerce_ledger"]
    rows = sorted((row for row in ledger if row["source"] == "transactions"), key=itemgetter("dt"))
    assert [
        Counts(row["lines"], row["accepted"], row["duplicates"], dict(row["reasons"]))
        for row in rows
    ] == LINES


@pytest.mark.parametrize(
    ("day", "revenue", "completed_orders"),
    [
        (FIRST, {"completed": 10_946_495, "returned": 72_226, "refunded": 262_344}, 321),
        (LATER, {"completed": 10_728_104, "returned": 290_617, "refunded": 262_344}, 315),
        (LAST, {"completed": 10_719_176, "returned": 299_545, "refunded": 262_344}, 315),
    ],
)
def test_revenue(
    until: Callable[[date], Tables], day: date, revenue: dict[str, int], completed_orders: int
) -> None:
    """Revenue by status, of 330 orders; what the daily tables tell is the same."""
    tables = until(day)
    found = Counter()
    for fact in tables["fct_transactions"]:
        found[fact["status"]] += fact["gross_amount"]
    assert found == revenue

    days = tables["daily_sales_summary"]
    assert sum(row["net_revenue"] for row in days) == revenue["completed"]
    assert sum(row["gross_revenue"] for row in days) == sum(revenue.values())
    assert sum(row["orders"] for row in days) == 330
    assert sum(row["completed_orders"] for row in days) == completed_orders


def test_later_statuses(until: Callable[[date], Tables]) -> None:
    """Six orders come back whole on the second day, a line of a seventh on the third."""
    facts = until(LAST)["fct_transactions"]
    back = Counter(
        (fact["order_id"], fact["reversed_time"].date()) for fact in facts if fact["reversed_time"]
    )
    lines = Counter(fact["order_id"] for fact in facts)

    assert sum(day == FIRST for _, day in back) == 9  # three disputed, six cancelled
    assert sum(day == LATER for _, day in back) == 6
    assert all(back[order, day] == lines[order] for order, day in back if day != LAST)
    assert [(order, count) for (order, day), count in back.items() if day == LAST] == [(TORN, 1)]


def test_catalogue_and_customers(until: Callable[[date], Tables]) -> None:
    """24 of 126 customers have no order, one of 110 products was never sold; all are known."""
    tables = until(FIRST)
    for table, field, known, sold in (
        ("customers", "customer_id", 126, 102),
        ("products", "product_id", 110, 109),
    ):
        ids = {row[field] for row in tables[table]}
        ordered = {fact[field] for fact in tables["fct_transactions"]}
        assert (len(ids), len(ordered), ordered <= ids) == (known, sold, True)
