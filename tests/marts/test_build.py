"""The marts are those of plain Python, over a shop in which everything odd happens."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from pyspark.sql import SparkSession

from glue_jobs.commerce.schemas import DAILY_SALES_SUMMARY
from glue_jobs.lake.ledger import ImbalanceError
from glue_jobs.lake.tables import Table
from glue_jobs.marts.build import NothingLoadedError
from glue_jobs.marts.gate import GateError
from glue_jobs.marts.schemas import (
    CURRENT,
    CUSTOMER_VALUE,
    DIM_CUSTOMERS,
    DIM_PRODUCTS,
    MARTS,
    PRODUCT_ASSOCIATIONS,
    PRODUCT_RATINGS,
)
from local_aws.server import LocalAws
from tests.commerce import oracle, oracle_marts
from tests.commerce.oracle_records import Delivery, Row
from tests.marts.marts_lake import LIMITS, MartsLake

LATEST, BERLIN = date(2026, 9, 1), ZoneInfo("Europe/Berlin")
RECENCIES, ORDERS = (-1, 0, 30, 31, 60, 61, 120, 121, 240, 241), (1, 2, 3, 4, 5, 7, 8, 9)


def _day(back: int) -> str:
    return str(LATEST - timedelta(back))


def _line(number: object, customer: str, item: str, back: int, **changes: str) -> dict[str, str]:
    line = {"transaction_id": f"t_{number}", "customer_id": customer, "product_id": item}
    line |= {"quantity": "2", "price": "4.50", "total_amount": "9.00", "status": "completed"}
    return {**line, "transaction_date": _day(back), "order_id": f"o_{number}", **changes}


def _regulars() -> Iterable[dict[str, str]]:
    """One customer for each recency and number of orders; many have spent the same."""
    for back, orders in product(RECENCIES, ORDERS):
        for n in range(orders):
            number = f"{back}_{orders}_{n}"
            amount = f"{orders + back % 7}.01"
            of = {"total_amount": amount, "order_id": "" if n % 2 else f"o_{n}"}
            yield _line(number, f"c_{back}_{orders}", f"p_{n}", back + n, **of)


def _baskets() -> Iterable[dict[str, str]]:
    """Pairs in four, five and six baskets, one that came back, and one basket of 500 products."""
    for basket, items in enumerate(("ab", "abc", "abd", "abd", "abcd", "bdx", "a", "y")):
        for item in items:
            yield _line(f"b{basket}{item}", "c_b", item, 9, order_id=f"b_{basket}")
            yield _line(f"o{basket}{item}", "c_b", item, 180 + basket % 2, order_id=f"old_{basket}")
    for n, item in enumerate("yzyz"):  # without an order: one basket of a customer and day
        yield _line(f"n{n}", f"c_n{n // 2}", item, 9, order_id="")
    yield _line("back", "c_b", "b", 9, order_id="b_6", status="returned")
    for n in range(500):
        yield _line(f"big{n}", "c_big", "ab"[n] if n < 2 else f"q_{n}", 3, order_id="big")


def _oddities() -> Iterable[dict[str, str]]:
    yield _line("r", "c_returned", "p_1", 5, status="returned")
    yield _line("r2", "c_refunded", "p_1", 5, status="refunded")
    yield _line("r3", "c_returned", "p_1", 170, status="returned")  # nothing else was sold that day
    yield _line("u", "c_unknown", "p_unknown", 5)
    yield _line("z", "c_free", "p_1", 5, total_amount="0.00")


def _product(number: int, **changes: object) -> Row:
    named = {"product_id": f"p_{number}", "name": f"No {number}", "category": "Books", "price": 5}
    return {**named, "stock": 3, **changes}


def _customer(name: str, **changes: str) -> Row:
    known = {"customer_id": name, "name": "Örn Berg", "email": "o@b.example"}
    return {**known, "signup_date": "2026-01-01", **changes}


def _review(number: int, rating: int, **changes: str) -> dict[str, str]:
    told = {"review_id": f"v_{number}", "product_id": "p_1", "customer_id": "c_b"}
    return {**told, "rating": str(rating), "review_date": _day(9), "review_text": "", **changes}


DELIVERIES = [
    Delivery("transactions", LATEST, [*_regulars(), *_baskets(), *_oddities()]),
    Delivery(
        "products",
        date(2026, 3, 1),
        [_product(n) for n in range(4)]
        + [_product(1, stock=9), _product(1, name="No 1", brand="b"), _product(2, price=6)],
    ),
    Delivery("products", date(2026, 3, 3), [_product(1, stock=1), _product(2, category="Toys")]),
    Delivery("products", date(2026, 3, 5), [_product(1, brand="b", stock=0), _product(2, price=6)]),
    Delivery(  # late, of an earlier day, and twice on one
        "products",
        date(2026, 3, 4),
        [
            _product(2, updated_at="2026-03-02 10:00:00", name="Two"),
            _product(2, updated_at="2026-03-02 11:00:00", name="Too"),
            _product(3, updated_at="2026-03-02 11:00:00", stock=7),
        ],
    ),
    Delivery("customers", date(2026, 3, 1), [_customer("c_b"), _customer("c_new", city="Oslo")]),
    Delivery("customers", date(2026, 3, 2), [_customer("c_b", signup_date="2026-01-02")]),
    Delivery("customers", date(2026, 3, 3), [_customer("c_b", city="Rome"), _customer("c_2_1")]),
    Delivery("reviews", date(2026, 8, 30), [_review(1, 5), _review(2, 1), _review(3, 4)]),
    Delivery(
        "reviews",
        date(2026, 8, 31),
        [_review(1, 2), _review(3, 4, review_date=_day(3)), _review(4, 3, product_id="p_x")],
    ),
]
EVENTS = [
    {
        "dt": _day(back),
        "event_time": datetime(2026, 8, 1, tzinfo=UTC),
        "event_time_micros": 0,
        "user_id": "u",
        "session_id": f"s_{visit % 6}",
        "event_type": "page_view" if visit == 5 else "purchase",
        "product_id": item,
    }
    for visit, back in enumerate((1, 1, 1, 1, 1, 1, 2, 29, 30, 100, 180))
    for item in ("a", "b", "b", "c")[: 4 - visit % 2]
]


@pytest.fixture(scope="module")
def tables() -> dict[str, list[Row]]:
    """What the deliveries make, in plain Python."""
    return oracle.load(DELIVERIES)[0] | {"events": EVENTS}


@pytest.fixture(scope="module")
def lake(aws: LocalAws, spark: SparkSession, tables: dict[str, list[Row]]) -> MartsLake:
    """The marts of the shop."""
    lake = MartsLake(aws, spark)
    lake.fill(tables, LATEST)
    lake.make()
    return lake


def _found(lake: MartsLake, mart: Table) -> list[Row]:
    return [_plain(row) for row in sorted(lake.rows(mart), key=str)]


def _plain(row: Row) -> Row:
    return {
        name: value.replace(tzinfo=None) if isinstance(value, datetime) else value
        for name, value in row.items()
        if name != "snapshot"
    }


@pytest.mark.parametrize("mart", MARTS, ids=lambda mart: mart.name)
def test_mart(lake: MartsLake, tables: dict[str, list[Row]], mart: Table) -> None:
    """Every cell is the oracle's."""
    expected = oracle_marts.marts(tables, LATEST, EVENTS)[mart.name]

    assert len(expected) > 1
    assert _found(lake, mart) == sorted(expected, key=str)


def test_segments(lake: MartsLake) -> None:
    """Every segment has somebody, and each customer one."""
    rows = _found(lake, CUSTOMER_VALUE)

    named = {each for row in oracle_marts.SEGMENTS.values() for each in row.split()}
    assert {row["segment"] for row in rows} == {*named, "no_purchase", "all_returned"}
    assert {row["customer_id"]: row["segment"] for row in rows} | {
        "c_new": "no_purchase",
        "c_refunded": "all_returned",
        "c_-1_1": "new_customers",
        "c_31_3": "potential_loyalists",
        "c_120_9": "loyal_customers",
        "c_241_8": "cannot_lose",
    } == {row["customer_id"]: row["segment"] for row in rows}


def test_versions(lake: MartsLake) -> None:
    """A late delivery lands in the middle of history; an older sale finds the first version."""
    two = [
        (str(row["valid_from"])[:10], row["name"], row["category"])
        for row in _found(lake, DIM_PRODUCTS)
        if row["product_id"] == "p_2"
    ]

    assert two == [
        ("1970-01-01", "No 2", "books"),
        ("2026-03-02", "Too", "books"),
        ("2026-03-03", "No 2", "toys"),
        ("2026-03-05", "No 2", "books"),
    ]


def test_pairs(lake: MartsLake) -> None:
    """Five baskets are enough, four are not; what came back or was bought long ago is in none."""
    pairs = {
        (row["basket_kind"], row["product_id"], row["with_product_id"]): row
        for row in _found(lake, PRODUCT_ASSOCIATIONS)
    }

    assert pairs["order", "a", "b"]["baskets_both"] == 5
    assert ("order", "b", "d") not in pairs
    assert pairs["session", "a", "b"]["baskets_both"] == 7


def test_reviews(lake: MartsLake) -> None:
    """A review that was changed counts as it is now, also if its day was corrected."""
    [one, _] = _found(lake, PRODUCT_RATINGS)

    assert (one["reviews"], one["stars_1"], one["stars_2"], one["stars_4"]) == (3, 1, 1, 1)


def test_personal_data(lake: MartsLake) -> None:
    """Names and addresses are masked."""
    found = str(_found(lake, DIM_CUSTOMERS))

    assert "Ö***" in found
    assert "Berg" not in found
    assert "b.example" not in found


def test_loaded_meanwhile(lake: MartsLake) -> None:
    """What was loaded while marts were made was checked by nobody: they are not published."""
    before = {mart: lake.partitions(mart) for mart in MARTS}

    def look_again() -> None:
        raise GateError("somebody has loaded")

    with pytest.raises(GateError, match="somebody has loaded"):
        lake.make(look_again=look_again)

    assert {mart: lake.partitions(mart) for mart in MARTS} == before


def test_lost_revenue(lake: MartsLake, tables: dict[str, list[Row]]) -> None:
    """Marts that do not have all revenue, as another table tells it, are not published."""
    before = {mart: lake.partitions(mart) for mart in MARTS}
    short = tables | {DAILY_SALES_SUMMARY.name: tables[DAILY_SALES_SUMMARY.name][1:]}
    lake.fill(short, LATEST)
    day = tables[DAILY_SALES_SUMMARY.name][0]["dt"]
    lake.glue.delete_partition(
        DatabaseName=lake.databases["gold"],
        TableName=DAILY_SALES_SUMMARY.name,
        PartitionValues=[day],
    )

    with pytest.raises(ImbalanceError, match="net revenue of all customers: "):
        lake.make()

    assert {mart: lake.partitions(mart) for mart in MARTS} == before


def test_first_day(aws: LocalAws, spark: SparkSession) -> None:
    """Before anything is loaded there is nothing to say; of customers without sales there is.

    Their names and addresses are shown if they are asked for. Where days begin before those of UTC
    what was true in the morning of one and at the midnight after it are two versions.
    """
    lake = MartsLake(aws, spark)
    with pytest.raises(NothingLoadedError, match="deliver files, load them"):
        lake.make()
    morning = _product(1, updated_at="2026-03-01 10:00:00", name="Morning")
    files = [Delivery("products", date(2026, 3, 2), [_product(1), morning]), DELIVERIES[5]]
    tables = oracle.load(files, BERLIN)[0]
    lake.fill(tables, LATEST)

    rows = lake.make(LIMITS._replace(show_pii=True, source_time_zone=BERLIN.key))

    known = {"dim_products": 2, "dim_customers": 2, "customer_value": 2}
    assert rows == {**dict.fromkeys(rows, 0), **known}
    assert {mart: [*lake.partitions(mart)] for mart in MARTS} == {mart: [CURRENT] for mart in MARTS}
    expected = oracle_marts.marts(tables, LATEST, show_pii=True, zone=BERLIN)
    for mart in (CUSTOMER_VALUE, DIM_CUSTOMERS, DIM_PRODUCTS):
        assert _found(lake, mart) == sorted(expected[mart.name], key=str)
