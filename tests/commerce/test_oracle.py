"""Small cases, computed by hand, hold the oracle to what it measures others by."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tests.commerce.deliveries import deliveries, redelivered
from tests.commerce.oracle import COLUMNS, DAILY, load
from tests.commerce.oracle_records import Delivery, Row

LINE = {
    "transaction_id": "t1",
    "order_id": "o1",
    "customer_id": "c1",
    "product_id": "p1",
    "quantity": "2",
    "price": "5.00",
    "total_amount": "9.00",
    "transaction_date": "2026-03-02 10:00:00",
    "status": "completed",
    "updated_at": "",
}
SALE = {
    "transaction_id": "t1",
    "customer_id": "c1",
    "product_id": "p1",
    "quantity": "2",
    "amount": "9.00",
    "transaction_date": "2026-03-02",
}
CITY = ZoneInfo("America/New_York")  # five hours behind until 8 March 2026


def on(day: int, *records: Row, source: str = "transactions") -> Delivery:
    """Return a file that came on a day of March 2026."""
    return Delivery(source, date(2026, 3, day), list(records))


def at(day: int, hour: int = 0) -> datetime:
    """Return an hour of March 2026."""
    return datetime.fromisoformat(f"2026-03-{day:02}T{hour:02}")


def facts(*files: Delivery, zone: tzinfo = UTC) -> list[Row]:
    """Return the rows of fct_transactions."""
    return load(files, zone)[0]["fct_transactions"]


def counts(*files: Delivery) -> list[tuple[int, int, int, int]]:
    """Return (lines, accepted, duplicates, rejected) of each file."""
    return [(file.lines, file.accepted, file.duplicates, file.rejected) for file in load(files)[1]]


def test_a_return_and_a_refund_change_the_day_of_sale() -> None:
    """Each has its own time; the amounts stay, net becomes zero."""
    returned, refunded = LINE | {"status": "Returned "}, LINE | {"status": "refunded"}

    assert facts(on(3, LINE), on(9, returned), on(12, refunded)) == [
        {
            "dt": "2026-03-02",
            "transaction_id": "t1",
            "order_id": "o1",
            "customer_id": "c1",
            "product_id": "p1",
            "quantity": 2,
            "price": Decimal("5.00"),
            "gross_amount": Decimal("9.00"),
            "returned_amount": Decimal("9.00"),
            "net_amount": Decimal("0.00"),
            "status": "refunded",
            "transaction_time": at(2, 10),
            "reversed_time": at(9),
            "refunded_time": at(12),
            "versions": 3,
        }
    ]


def test_a_status_does_not_go_back() -> None:
    """The row of the return stays true, whatever is delivered later."""
    [fact] = facts(on(3, LINE | {"status": "returned"}), on(9, LINE))

    assert (fact["status"], fact["net_amount"]) == ("returned", Decimal(0))
    assert (fact["reversed_time"], fact["refunded_time"]) == (at(3), None)


def test_a_correction_replaces_the_amounts() -> None:
    """The content that was delivered last counts, even if it is an old one."""
    corrected = LINE | {"quantity": "1", "total_amount": "4.50", "order_id": ""}

    [fact] = facts(on(9, corrected), on(3, LINE))
    assert (fact["quantity"], fact["gross_amount"], fact["order_id"]) == (1, Decimal("4.50"), None)
    [fact] = facts(on(3, LINE), on(9, corrected), on(12, LINE))
    assert (fact["quantity"], fact["gross_amount"], fact["versions"]) == (2, Decimal("9.00"), 2)


def test_updated_at_orders_the_contents_of_one_day() -> None:
    """Only of equal times the higher status counts, then the greater content, NULL the least."""
    early = LINE | {"total_amount": "9.99", "updated_at": "2026-03-03 08:00:00"}
    late = LINE | {"total_amount": "1.00", "updated_at": "2026-03-03T10:00:00+01:00"}
    returned = late | {"total_amount": "0.50", "status": "returned"}
    nameless = LINE | {"total_amount": "8.00", "order_id": ""}

    def gross(*lines: Row) -> Decimal:
        return facts(on(3, *lines))[0]["gross_amount"]

    assert gross(early, late, LINE) == Decimal("1.00")
    assert gross(early, late, returned) == Decimal("0.50")
    assert gross(nameless, LINE | {"total_amount": "7.00"}) == Decimal("7.00")
    assert gross(LINE, LINE | {"price": "4.00", "total_amount": "9.50"}) == Decimal("9.00")


def test_a_reversal_is_not_before_the_sale() -> None:
    """A return that claims an earlier time happened at the moment of sale, or as its day began."""
    returned = LINE | {"status": "returned", "updated_at": "2026-03-01"}
    dated = returned | {"transaction_date": "2026-03-02"}

    assert facts(on(3, returned))[0]["reversed_time"] == at(2, 10)
    assert facts(on(3, dated))[0]["reversed_time"] == at(2)
    assert facts(on(3, dated), zone=CITY)[0]["reversed_time"] == at(2, 5)


def test_a_day_of_update_begins_in_the_zone() -> None:
    """As the day of a delivery does, and as a time without a zone is read."""
    returned = LINE | {"status": "returned", "updated_at": "2026-03-05"}
    timed = returned | {"updated_at": "2026-03-05 00:00:00"}

    assert facts(on(6, returned), zone=CITY)[0]["reversed_time"] == at(5, 5)
    assert facts(on(6, timed), zone=CITY)[0]["reversed_time"] == at(5, 5)
    assert facts(on(6, returned | {"updated_at": ""}), zone=CITY)[0]["reversed_time"] == at(6, 5)


def test_duplicates() -> None:
    """A row that silver has adds nothing, but under another date it was true again."""
    again = LINE | {"price": " 5 ", "status": "COMPLETED"}
    corrected = LINE | {"total_amount": "4.50"}
    files = on(3, LINE, again), on(5, again, corrected), on(4, corrected)
    [first, second] = load(files)[0]["transactions"]

    assert counts(*files) == [(2, 1, 1, 0), (2, 1, 1, 0), (1, 0, 1, 0)]
    assert (first["first_effective"], first["last_effective"]) == (at(4), at(5))
    assert (second["first_effective"], second["last_effective"]) == (at(3), at(5))
    assert second["total_amount"] == Decimal("9.00")


def test_an_id_on_two_days_is_two_transactions() -> None:
    """A late correction of one leaves the other alone."""
    other = LINE | {"transaction_date": "2026-03-03"}
    two = facts(on(3, LINE, other), on(4, other | {"status": "returned"}))

    assert [(fact["dt"], fact["status"]) for fact in two] == [
        ("2026-03-02", "completed"),
        ("2026-03-03", "returned"),
    ]


def test_midnight_is_that_of_the_source() -> None:
    """A time belongs to the day that it has in the zone, with or without a zone of its own."""
    night = LINE | {"transaction_date": "2026-03-03T04:59:59Z"}
    morning = LINE | {"transaction_date": "2026-03-03 00:00:00"}

    [first, second] = facts(on(3, night, morning), zone=CITY)
    assert (first["dt"], first["transaction_time"]) == (
        "2026-03-02",
        at(3, 5) - timedelta(seconds=1),
    )
    assert (second["dt"], second["transaction_time"]) == ("2026-03-03", at(3, 5))
    assert {fact["dt"] for fact in facts(on(3, night, morning))} == {"2026-03-03"}


def test_a_sale_is_a_transaction_without_order_and_status() -> None:
    """Its price is told where it is whole cents; an equal transaction is its duplicate."""
    same = LINE | {"order_id": "", "price": "4.5", "transaction_date": "2026-03-02"}
    thirds = SALE | {"transaction_id": "t2", "quantity": "3", "amount": "10.00"}
    files = on(3, SALE, thirds, source="sales"), on(3, same)

    assert counts(*files) == [(2, 2, 0, 0), (1, 0, 1, 0)]
    assert [(fact["price"], fact["order_id"]) for fact in facts(*files)] == [
        (Decimal("4.50"), None),
        (None, None),
    ]


def test_daily_tables() -> None:
    """An order is one customer's; it is completed if a line is. A mean is rounded half up."""
    lines = [
        LINE,
        LINE | {"transaction_id": "t2", "product_id": "p2", "status": "returned"},
        LINE | {"transaction_id": "t3", "order_id": "", "total_amount": "1.01"},
        LINE | {"transaction_id": "t4", "customer_id": "c2", "status": "refunded"},
        LINE | {"transaction_id": "o1", "order_id": "", "quantity": "1", "total_amount": "0.00"},
    ]
    tables, _ = load([on(3, *lines)])

    assert [list(row.values()) for row in tables["daily_product_sales"]] == [
        ["2026-03-02", "p1", 4, 4, 7, 2, Decimal("19.01"), Decimal("9.00"), Decimal("10.01")],
        ["2026-03-02", "p2", 1, 1, 2, 2, Decimal("9.00"), Decimal("9.00"), Decimal("0.00")],
    ]
    assert [list(row.values()) for row in tables["daily_customer_sales"]] == [
        ["2026-03-02", "c1", 3, 3, 4, 7, Decimal("19.01"), Decimal("9.00"), Decimal("10.01")],
        ["2026-03-02", "c2", 1, 0, 1, 2, Decimal("9.00"), Decimal("9.00"), Decimal("0.00")],
    ]
    assert tables["daily_sales_summary"] == [
        {
            "dt": "2026-03-02",
            "transactions": 5,
            "orders": 4,
            "completed_orders": 3,
            "unique_customers": 2,
            "units": 9,
            "gross_revenue": Decimal("28.01"),
            "returned_revenue": Decimal("18.00"),
            "net_revenue": Decimal("10.01"),
            "avg_order_value": Decimal("3.34"),
        }
    ]


def test_mean_order() -> None:
    """Half a cent goes up; without a completed order there is no mean."""

    def mean(*statuses: str) -> Decimal | None:
        lines = [
            LINE | {"transaction_id": f"t{at}", "order_id": "", "status": status}
            for at, status in enumerate(statuses)
        ]
        lines[0] |= {"total_amount": "0.01"}
        lines[1:] = [line | {"total_amount": "0.00"} for line in lines[1:]]
        return load([on(3, *lines)])[0]["daily_sales_summary"][0]["avg_order_value"]

    assert mean("completed", "completed") == Decimal("0.01")
    assert mean("completed", "completed", "completed") == Decimal("0.00")
    assert mean("returned", "refunded") is None


def test_products_and_customers_are_kept_by_day_of_delivery() -> None:
    """A row that comes again on another day, or with another effective time, is another row."""
    product = {"product_id": "p1", "name": " Lamp", "category": "Home", "price": 9.5, "stock": 3}
    customer = {"customer_id": "c1", "name": "A", "email": "a@b", "signup_date": "2026-03-01"}
    updated = product | {"updated_at": "2026-03-03 08:00:00", "brand": ""}
    products = (
        on(3, product, product, updated, source="products"),
        on(4, product, source="products"),
    )
    tables, _ = load([*products, on(3, customer, source="customers")])

    assert counts(*products) == [(3, 2, 1, 0), (1, 1, 0, 0)]
    assert [(row["dt"], row["effective_time"]) for row in tables["products"]] == [
        ("2026-03-03", at(3)),
        ("2026-03-03", at(3, 8)),
        ("2026-03-04", at(4)),
    ]
    assert tables["products"][1] | {"effective_time": None} == {
        "dt": "2026-03-03",
        "product_id": "p1",
        "name": "Lamp",
        "category": "home",
        "brand": None,
        "price": Decimal("9.50"),
        "stock": 3,
        "effective_time": None,
    }
    assert tables["customers"] == [
        {
            "dt": "2026-03-03",
            "customer_id": "c1",
            "name": "A",
            "email": "a@b",
            "city": None,
            "signup_date": date(2026, 3, 1),
            "effective_time": at(3),
        }
    ]


def test_reviews_and_clickstream_are_kept_by_their_own_day() -> None:
    """A review knows when it was delivered; an event happened once."""
    review = {
        "review_id": "r1",
        "product_id": "p1",
        "customer_id": "c1",
        "rating": "4",
        "review_date": "2026-03-02",
    }
    click = {"session_id": "s1", "event_type": "search", "timestamp": "2026-03-03T04:00:00Z"}
    reviews = [on(day, review, source="reviews") for day in (5, 3, 4)]
    tables, _ = load([*reviews, on(3, click, click, source="clickstream")], CITY)

    [kept] = tables["reviews"]
    assert (kept["dt"], kept["rating"], kept["review_text"]) == ("2026-03-02", 4, None)
    assert (kept["first_effective"], kept["last_effective"]) == (at(3, 5), at(5, 5))
    assert tables["clickstream"] == [
        {
            "dt": "2026-03-02",
            "session_id": "s1",
            "customer_id": None,
            "event_type": "search",
            "page": None,
            "device": None,
            "product_id": None,
            "event_time": at(3, 4),
        }
    ]


def test_rejected_lines_name_every_rule_in_the_order_of_fields() -> None:
    """They reach no table, and the balance holds."""
    bad = [
        LINE | {"quantity": "0", "total_amount": " ", "status": "lost"},
        LINE | {"price": "1.005", "transaction_date": "2026-03-05", "order_id": "o 1"},
        {"_line": "t1,c1", "_reason": "wrong_number_of_fields"},
    ]
    product = {"product_id": 1, "name": "A", "category": "b", "price": "1", "stock": True}
    tables, [lines, products] = load([on(3, LINE, *bad), on(3, product, source="products")])

    assert lines.reasons == {
        "invalid_quantity,missing_total_amount,invalid_status": 1,
        "invalid_price,invalid_transaction_date,invalid_order_id": 1,
        "wrong_number_of_fields": 1,
    }
    assert (lines.lines, lines.accepted, lines.duplicates, lines.rejected) == (4, 1, 0, 3)
    assert products.reasons == {"wrong_type_product_id,wrong_type_price,wrong_type_stock": 1}
    assert len(tables["transactions"]) == 1


@given(deliveries(), st.randoms(use_true_random=False), st.sampled_from([UTC, CITY]))
def test_tables_depend_on_no_order_no_split_and_no_repetition(
    files: list[Delivery], random: Random, zone: tzinfo
) -> None:
    """What is known is a function of the set of records and days; each row has one first file."""
    tables, counts = load(files, zone)
    others, other_counts = load(redelivered(files, random), zone)

    assert others == tables
    silver = sum(len(tables[table]) for table in COLUMNS)
    assert sum(file.accepted for file in counts) == silver
    assert sum(file.accepted for file in other_counts) == silver


@given(deliveries("transactions", "sales"), st.sampled_from([UTC, CITY]))
def test_daily_tables_add_up_to_the_facts(files: list[Delivery], zone: tzinfo) -> None:
    """Revenue and lines of each day are the same in all of them; a day with facts has a row."""
    tables, _ = load(files, zone)

    def sums(table: str, lines: str, *amounts: str) -> dict[str, list]:
        days: dict[str, list] = {}
        for row in tables[table]:
            values = [1 if lines == "rows" else row[lines], *(row[each] for each in amounts)]
            before = days.get(row["dt"], [0] * len(values))
            days[row["dt"]] = [a + b for a, b in zip(before, values, strict=True)]
        return days

    facts = sums("fct_transactions", "rows", "quantity", "gross_amount", "net_amount")
    for table in DAILY:
        assert sums(table, "transactions", "units", "gross_revenue", "net_revenue") == facts
