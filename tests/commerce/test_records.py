"""What a line becomes: records.py, from bytes to a typed record."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue_jobs.commerce.contracts import CONTRACTS, Delivery
from glue_jobs.commerce.records import MAX_LINE, UNREAD, Parsed, parse_line

DAY = date(2026, 3, 2)
DELIVERY = Delivery(DAY, UTC)
DELIVERED = datetime(2026, 3, 2, tzinfo=UTC)
SALE = {
    "transaction_id": "t_1",
    "customer_id": "u_1",
    "product_id": "p_1",
    "quantity": "3",
    "amount": "29.97",
    "transaction_date": "2026-03-01 10:00:00",
}
PRODUCT = {"product_id": "p_1", "name": " Lamp ", "category": "HOME", "price": 9.9, "stock": 3.0}


def _parse(source: str, record: object) -> Parsed:
    return parse_line(json.dumps(record).encode(), source, DELIVERY)


@pytest.mark.parametrize(
    ("source", "line", "record"),
    [
        (
            "transactions",
            {
                "transaction_id": "t_1",
                "customer_id": "u_1",
                "product_id": "p_1",
                "quantity": "2.0",
                "price": "10",
                "total_amount": "18.5",
                "transaction_date": "2026-03-01 10:00:00",
                "status": "Returned",
                "order_id": "o_1",
                "updated_at": "2026-03-02T08:00:00+02:00",
            },
            {
                "transaction_id": "t_1",
                "order_id": "o_1",
                "customer_id": "u_1",
                "product_id": "p_1",
                "quantity": 2,
                "price": Decimal("10.00"),
                "total_amount": Decimal("18.50"),
                "transaction_time": datetime(2026, 3, 1, 10, tzinfo=UTC),
                "status": "returned",
                "effective_time": datetime(2026, 3, 2, 6, tzinfo=UTC),
                "dt": "2026-03-01",
            },
        ),
        (
            "sales",
            {**SALE, "transaction_date": "2026-02-28"},
            {
                "transaction_id": "t_1",
                "order_id": None,
                "customer_id": "u_1",
                "product_id": "p_1",
                "quantity": 3,
                "price": Decimal("9.99"),
                "total_amount": Decimal("29.97"),
                "transaction_time": None,
                "status": "completed",
                "effective_time": DELIVERED,
                "dt": "2026-02-28",
            },
        ),
        (
            "products",
            {**PRODUCT, "brand": None, "updated_at": "2026-03-01"},
            {
                "product_id": "p_1",
                "name": "Lamp",
                "category": "home",
                "brand": None,
                "price": Decimal("9.90"),
                "stock": 3,
                "effective_time": datetime(2026, 3, 1, tzinfo=UTC),
                "dt": "2026-03-02",
            },
        ),
        (
            "customers",
            {"customer_id": "u_1", "name": "Ana", "email": "a@b", "signup_date": "2026-03-02"},
            {
                "customer_id": "u_1",
                "name": "Ana",
                "email": "a@b",
                "city": None,
                "signup_date": DAY,
                "effective_time": DELIVERED,
                "dt": "2026-03-02",
            },
        ),
        (
            "reviews",
            {
                "review_id": "r_1",
                "product_id": "p_1",
                "customer_id": "u_1",
                "rating": "5",
                "review_date": "2026-03-01",
                "review_text": " Bright.\nWarm. ",
            },
            {
                "review_id": "r_1",
                "product_id": "p_1",
                "customer_id": "u_1",
                "rating": 5,
                "review_text": "Bright.\nWarm.",
                "effective_time": DELIVERED,
                "dt": "2026-03-01",
            },
        ),
        (
            "clickstream",
            {"session_id": "s_1", "event_type": "search", "timestamp": "2026-03-01T23:30:00-01:00"},
            {
                "session_id": "s_1",
                "customer_id": None,
                "event_type": "search",
                "page": None,
                "device": None,
                "product_id": None,
                "event_time": datetime(2026, 3, 2, 0, 30, tzinfo=UTC),
                "dt": "2026-03-02",
            },
        ),
    ],
)
def test_record(source: str, line: dict[str, object], record: dict[str, object]) -> None:
    """A record is typed and has the columns of its silver table, its effective time and its day."""
    assert _parse(source, line) == Parsed(record)


@pytest.mark.parametrize(
    ("amount", "quantity", "price"),
    [
        ("29.97", "3", "9.99"),
        ("10", "3", None),
        ("0.01", "2", None),
        ("0", "7", "0.00"),
        ("99999999.99", "1", "99999999.99"),
        ("99999999.99", "2147483647", None),
    ],
)
def test_price_of_a_sale(amount: str, quantity: str, price: str | None) -> None:
    """An amount is shared out in whole cents, or nobody knows the price."""
    record = _parse("sales", {**SALE, "amount": amount, "quantity": quantity}).record

    assert record is not None
    assert record["price"] == (Decimal(price) if price else None)
    assert price is None or str(record["price"]) == price


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"name": "caf\xe9"}', "not_utf8"),
        (b'{"name": "\xed\xa0\x80"}', "not_utf8"),
        (b'{"name": "\\ud83d"}', "not_utf8"),
        (b'{"\\ud83d": 1}', "not_utf8"),
        (b'{"name": "caf\\uFFFD"}', "not_utf8"),
        ('{"name": "caf\ufffd"}'.encode(), "not_utf8"),
        (b"", "not_json"),
        (b" \r\n", "not_json"),
        (b'{"name": "Lamp"', "not_json"),
        (b'{"name": "Lamp"} {}', "not_json"),
        (b"{'name': 'Lamp'}", "not_json"),
        (b'\xef\xbb\xbf{"name": "Lamp"}', "not_json"),
        (b'{"price": NaN}', "not_json"),
        (b'{"extra": [-Infinity]}', "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "not_json"),
        (b"[{}]", "not_json"),
        (b'"Lamp"', "not_json"),
        (b"null", "not_json"),
        (b'{"name": "Lamp", "name": "Lamp"}', "duplicate_field"),
        (b'{"extra": [{"a": 1, "a": 1}]}', "duplicate_field"),
        (b'{"name": "' + b"x" * MAX_LINE + b'"}', "too_long"),
        (b"\xff" * (MAX_LINE + 1), "too_long"),
    ],
)
@pytest.mark.parametrize("source", ["products", "sales"])
def test_no_record(source: str, line: bytes, reason: str) -> None:
    """What is no JSON object of texts stands under one reason alone."""
    assert parse_line(line, source, DELIVERY) == Parsed(None, (reason,))


def test_longest_line() -> None:
    """A line of the limit is read like any other."""
    line = json.dumps(PRODUCT).encode()

    assert not parse_line(line + b" " * (MAX_LINE - len(line)), "products", DELIVERY).reasons


@pytest.mark.parametrize("reason", UNREAD)
def test_unread(reason: str) -> None:
    """A record that could not be written as it is says why; one with more fields is a record."""
    line = {"_line": "t_1;u_1", "_reason": reason}

    assert _parse("sales", line) == Parsed(None, (reason,))
    assert _parse("products", line) == Parsed(None, (reason,))
    assert _parse("products", {**line, "name": 1}).unknown_fields == ("_line", "_reason")


@pytest.mark.parametrize("reason", ["t_1", "", None, [], {}, 7])
def test_unread_for_no_reason(reason: object) -> None:
    """A reason that nobody knows is not repeated: it may be a value."""
    parsed = _parse("sales", {"_line": "t_1;u_1", "_reason": reason})

    assert parsed.reasons == tuple(f"missing_{field}" for field in SALE)
    assert parsed.unknown_fields == ("_line", "_reason")


@pytest.mark.parametrize(
    ("price", "reasons"),
    [
        (b"9" * 1_000_000, ("invalid_price",)),
        (b"0." + b"0" * 999_900 + b"1", ("invalid_price",)),
        (b"1." + b"0" * 999_900, ()),
        (b"-" + b"0.0", ()),
        (b"0e999999999999999999999", ()),
        (b"0e-999999999999999999999", ()),
        (b"1e999999999999999999999", ("invalid_price",)),
        (b"1e-999999999999999999999", ("invalid_price",)),
        (b"1e1", ()),
        (b"true", ("wrong_type_price",)),
    ],
)
def test_strange_numbers(price: bytes, reasons: tuple[str, ...]) -> None:
    """A number of any length is compared by its value."""
    line = json.dumps({**PRODUCT, "price": "?"}).encode().replace(b'"?"', price)

    assert parse_line(line, "products", DELIVERY).reasons == reasons


@pytest.mark.parametrize("stock", ["0e999999999999", "0e-999999999999", "-0.0"])
def test_strange_zeros(stock: str) -> None:
    """Zero is zero, and no number is written out to see it."""
    line = json.dumps({**PRODUCT, "stock": "?"}).replace('"?"', stock).encode()

    record = parse_line(line, "products", DELIVERY).record

    assert record is not None
    assert record["stock"] == 0


def test_unknown_fields() -> None:
    """Names beyond the contract are no fault, whatever their case; some of them are told."""
    assert _parse("products", {**PRODUCT, "Name": 1, "colour": [{}]}).unknown_fields == (
        "Name",
        "colour",
    )
    many = {f"{number:03}" + "x" * 200: number for number in range(300)}
    names = _parse("products", {**PRODUCT, **many}).unknown_fields
    assert names == tuple(f"{number:03}" + "x" * 97 for number in range(100))
    assert _parse("products", {"Name": "Lamp"}).unknown_fields == ("Name",)


def test_last_day_of_all() -> None:
    """The last day that there is has none after it, and is no error."""
    delivery = Delivery(date.max, UTC)
    line = json.dumps({**SALE, "transaction_date": "9999-12-31T23:59:59-14:00"}).encode()

    assert parse_line(line, "sales", delivery).reasons == ("invalid_transaction_date",)


NAMES = sorted({name for contract in CONTRACTS.values() for name in contract.fields})
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=8)
    | st.sampled_from(["p_1", "2", "9.99", "completed", "2026-03-01", "2026-03-01T10:00:00Z"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=3,
)
LINES = st.one_of(
    st.binary(max_size=40),
    st.dictionaries(st.sampled_from([*NAMES, "_line", "_reason", "Name"]), VALUES, max_size=10).map(
        lambda record: json.dumps(record).encode()
    ),
    st.tuples(VALUES, st.sampled_from(sorted(PRODUCT))).map(
        lambda changed: json.dumps({**PRODUCT, changed[1]: changed[0]}).encode()
    ),
    st.tuples(VALUES, st.sampled_from(sorted(SALE))).map(
        lambda changed: json.dumps({**SALE, changed[1]: changed[0]}).encode()
    ),
)


@settings(max_examples=150, deadline=None)
@given(LINES, st.sampled_from(sorted(CONTRACTS)))
def test_any_line(line: bytes, source: str) -> None:
    """Nothing raises; there are reasons, or a record whose texts can be stored."""
    parsed = parse_line(line, source, DELIVERY)

    assert (parsed.record is None) == bool(parsed.reasons)
    for text in [*(parsed.record or {}).values(), *parsed.reasons, *parsed.unknown_fields]:
        assert not isinstance(text, str) or text.encode().decode() == text
    faults = [f"{fault}_{name}" for name in NAMES for fault in ("missing", "wrong_type", "invalid")]
    alone = {*UNREAD, "not_json", "duplicate_field"}
    assert set(parsed.reasons) <= {*faults, *alone}, "a reason is none of ours: it may be a value"
