"""The views and saved queries of sales answer what plain Python computes, cell by cell."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from local_aws.server import LocalAws
from tests.commerce import crafted_shop, oracle_answers
from tests.commerce.answers import QUERIES, Answers, Row
from tests.commerce.crafted_shop import line
from tests.commerce.deliveries import DAYS, FIRST_DAY, deliveries
from tests.commerce.filled_shop import shop
from tests.commerce.oracle_answers import Shop
from tests.commerce.oracle_records import Delivery

ZONES = ("UTC", "America/New_York")
POSTED = (
    "select posting_date, transactions, reversals, gross_revenue, reversed_revenue, net_revenue"
    " from revenue_posted order by posting_date"
)
# Each example fills tables and asks all views, and is as good in any zone.
FEW = settings(max_examples=4, phases=[Phase.generate], derandomize=True)


@pytest.fixture(scope="module", params=ZONES)
def answers(aws: LocalAws, request: pytest.FixtureRequest) -> Answers:
    """The views over empty tables, for days of sale in a zone."""
    return Answers(aws, request.param)


def told(rows: list[Row], expected: list[Row]) -> list[Row]:
    """Return expected rows with the columns of those that are answered."""
    return [{name: row[name] for name in rows[0]} for row in expected] if rows else expected


def in_any_order(rows: Iterable[Row]) -> list[Row]:
    """Return rows in an order that depends on nothing but what they hold; NULL is the least."""
    return sorted(rows, key=lambda row: [(of is not None, of) for of in row.values()])


def check_views(answers: Answers, files: list[Delivery], without: Iterable[str] = ()) -> Shop:
    """Compare each view's whole answer; return what the tables hold."""
    of = shop(files, answers, without)
    for view, expected in oracle_answers.views(of).items():
        rows = answers.rows(view)
        assert (view, in_any_order(rows)) == (view, in_any_order(told(rows, expected)))
    return of


def test_crafted_shop(answers: Answers) -> None:
    """Every case that makes an answer wrong elsewhere; queries in their order."""
    crafted = check_views(answers, crafted_shop.FILES)

    for name, expected in oracle_answers.queries(crafted).items():
        rows = answers.query(name)
        assert (name, rows) == (name, told(rows, expected))


@FEW
@given(files=deliveries(least=8, most=24))
def test_random_shops(answers: Answers, files: list[Delivery]) -> None:
    """Whatever collides; restated and posted revenue agree in total."""
    check_views(answers, files)
    [total] = answers.ask(
        "select (select sum(net_revenue) from revenue_posted) as posted,"
        " (select sum(net_revenue) from daily_sales_summary) as restated"
    ).rows
    assert total["posted"] == total["restated"]


@FEW
@given(files=deliveries("transactions", least=4, most=8), later=st.integers(2, 40))
def test_a_closed_day_is_posted_for_good(
    answers: Answers, files: list[Delivery], later: int
) -> None:
    """All sales come back: no earlier posting changes, and one day has all of it."""
    facts = shop(files, answers).tables["fct_transactions"]
    kept = [fact for fact in facts if fact["status"] == "completed"]
    assume(kept)
    before = answers.ask(POSTED).rows
    day = FIRST_DAY + timedelta(DAYS + later)

    shop([*files, Delivery("transactions", day, [*map(_returned, kept)])], answers)
    after = answers.ask(POSTED).rows

    assert after[: len(before)] == before
    [*quiet, last] = [row for row in after[len(before) :] if row["posting_date"] <= day]
    assert not any(row["net_revenue"] for row in quiet)
    assert last["posting_date"] == day
    assert (last["reversals"], -last["net_revenue"]) == (
        len(kept),
        sum(fact["net_amount"] for fact in kept),
    )


def _returned(fact: Row) -> Row:
    """Return the record that says that all of a sale came back, and nothing else."""
    sold = fact["transaction_time"]
    same = ["transaction_id", "order_id", "customer_id", "product_id", "quantity", "price"]
    return {name: str(fact[name] or "") for name in same} | {
        "total_amount": str(fact["gross_amount"]),
        "transaction_date": f"{sold.isoformat()}Z" if sold else fact["dt"],
        "status": "returned",
    }


def test_no_data(answers: Answers) -> None:
    """Without any record nothing is answered, and nothing fails; a header alone is no record."""
    check_views(answers, [Delivery("transactions", FIRST_DAY, [])])
    names = [file.stem for file in QUERIES.glob("*.sql")]
    assert {name: answers.query(name) for name in names} == {name: [] for name in names}


def test_a_day_without_sales(answers: Answers) -> None:
    """It is not the latest day, which has records; once a later day is loaded it has zeros."""
    first, quiet, third = (Delivery("transactions", FIRST_DAY + timedelta(n), []) for n in range(3))
    first.records.append(line(1, "lamp", str(first.day)))
    check_views(answers, [first, quiet])
    assert [row["sales_date"] for row in answers.query("daily_sales")] == [first.day]

    third.records.append(line(2, "lamp", str(third.day)))
    check_views(answers, [first, quiet, third])

    days = [(row["sales_date"], row["net_revenue"]) for row in answers.query("daily_sales")]
    assert days == [(first.day, 10), (quiet.day, 0), (third.day, 10)]


def test_first_day_ever(answers: Answers) -> None:
    """No day before the first sale is told, and there is no mean of a week yet."""
    check_views(answers, [Delivery("transactions", FIRST_DAY, [line(1, "lamp", "2026-03-02")])])


def test_a_stray_sale(answers: Answers) -> None:
    """The calendar holds any span of days that the contract allows: more than 10,000."""
    lines = [line(1, "lamp", "2000-01-01"), line(2, "lamp", "2030-01-01")]
    shop([Delivery("transactions", date(2030, 1, 1), lines)], answers)

    [days] = answers.ask(
        "select count(*) as days, min(sales_date) as first, max(sales_date) as last, "
        "sum(transactions) as sales from sales_days"
    ).rows
    span = (date(2030, 1, 1) - date(2000, 1, 1)).days + 1
    assert [*days.values()] == [span, date(2000, 1, 1), date(2030, 1, 1), 2]


def test_marts_behind_the_facts(answers: Answers) -> None:
    """Sales stay whose product and customer no dimension has yet, as after a gate that failed."""
    check_views(answers, crafted_shop.FILES, without=("dim_products", "dim_customers"))
