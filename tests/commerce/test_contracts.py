"""What is a valid record: contracts.py against examples of every rule."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from glue_jobs.commerce.contracts import CONTRACTS, Delivery
from glue_jobs.commerce.records import parse_line

DELIVERY = Delivery(date(2026, 3, 2), UTC)
NEW_YORK = Delivery(date(2026, 3, 2), ZoneInfo("America/New_York"))
LINE = {"transaction_id": "t_1", "customer_id": "u_1", "product_id": "p_1", "quantity": "2"}
PRICED = {"price": "9.99", "total_amount": "19.98"}
# Per source: what every record has, and what it may have, in the order of the contract.
RECORDS: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "transactions": (
        {**LINE, **PRICED, "transaction_date": "2026-03-01", "status": "completed"},
        {"order_id": "o_1", "updated_at": "2026-03-02T08:00:00Z"},
    ),
    "sales": ({**LINE, "amount": "19.98", "transaction_date": "2026-03-01"}, {}),
    "products": (
        {"product_id": "p_1", "name": "Lamp", "category": "home", "price": 9.99, "stock": 3},
        {"brand": "Lumen", "updated_at": "2026-03-02 08:00:00"},
    ),
    "customers": (
        {"customer_id": "u_1", "name": "Ana", "email": "a@b.example", "signup_date": "2026-03-01"},
        {"city": "Lima", "updated_at": "2026-03-02"},
    ),
    "reviews": (
        {
            "review_id": "r_1",
            "product_id": "p_1",
            "customer_id": "u_1",
            "rating": "4",
            "review_date": "2026-03-01",
        },
        {"review_text": "Bright"},
    ),
    "clickstream": (
        {"session_id": "s_1", "event_type": "page_view", "timestamp": "2026-03-01T10:00:00Z"},
        {"customer_id": "u_1", "page": "/", "device": "mobile", "product_id": "p_1"},
    ),
}
FIELDS = [
    (source, field)
    for source, (required, optional) in RECORDS.items()
    for field in (required | optional)
]
NUMBERS = {"quantity", "price", "total_amount", "amount", "stock", "rating"}
A_BIG_NUMBER = "9" * 100_000
CART = ["add_to_cart", "remove_from_cart", "checkout"]
# Valid and invalid values; the file came on 2026-03-02.
MONEY = [
    (["0", "-0", "10", "10.0", "10.000", "0.01"], ["-0.01", "0.001", "1e-3", "-1"]),
    (["99999999.99", "1e1", "1E+1"], ["100000000", "99999999.991", "1e9", "1e", A_BIG_NUMBER]),
    (["007", ".5", "5.", " 1 "], ["1,000", "1.000,00", "1,5", "1_0", "1 0", "+-1", ".", "-"]),
    ([], ["$1", "nan", "inf", "Infinity", "0x1", "\u0663", "one"]),
]
DAYS = [
    (["2000-01-01", "2026-03-03"], ["1999-12-31", "2026-03-04", "0000-01-01", "9999-12-31"]),
    (["2024-02-29", " 2026-03-01 "], ["2026-02-29", "2026-3-1", "01/03/2026", "20260301"]),
    ([], ["2026-W09-7", "2026-03-01 00:00:00", "\u0662\u0660\u0662\u0666-03-01"]),
]
TIMES = [
    (["2000-01-01", "2026-03-03"], ["1999-12-31", "2026-03-04"]),
    (["2000-01-01 00:00:00"], ["1999-12-31 23:59:59", "0001-01-01T00:00:00+14:00"]),
    (["2026-03-03 23:59:59"], ["2026-03-04 00:00:00", "9999-12-31T23:59:59-14:00"]),
    (["1999-12-31T23:00:00-01:00"], ["2000-01-01T00:59:59+01:00"]),
    (["2026-03-04T00:59:59+01:00"], ["2026-03-03T23:59:59-00:01"]),
    (["2026-03-01T10:00:00Z", "2026-03-01t10:00:00z"], ["2026-03-01T10:00Z", "2026-03-01T10Z"]),
    (["2026-03-01T10:00:00", "2026-03-01 10:00:00+00:00"], ["2026-03-01  10:00:00"]),
    (["2026-03-01T10:00:00,5-0330"], ["2026-03-01 24:00:00", "2026-03-01 23:59:60"]),
    (["2026-03-01 10:00:00.1234560+05"], ["2026-03-01T10:00:00.1234567Z"]),
    ([], ["2026-02-29 10:00:00", "2026-03-01T10:00:00+24:00", "2026-03-01 10:00:00 UTC"]),
    ([], ["1772359200", "now", "01.03.2026 10:00:00"]),
]
EXAMPLES = [
    # ids
    *(
        (
            source,
            field,
            ["A-z_0.9:", "x" * 64, " u_1 "],
            ["x" * 65, "a b", "\u00fc", "a/b", "\u0663"],
        )
        for source, field in FIELDS
        if field.endswith("_id")
    ),
    # money, by value
    *(
        ("transactions", field, valid, invalid)
        for field in ("price", "total_amount")
        for valid, invalid in MONEY
    ),
    ("sales", "amount", ["0", "99999999.99"], ["-0.01", "0.001", "100000000", "x"]),
    ("products", "price", [0, 10, 9.9, 99999999.99], [-0.01, 0.001, 100000000, 1e300]),
    # whole numbers, by value
    *(
        (
            source,
            "quantity",
            ["1", "2.0", "2147483647", "1e2", "007"],
            ["0", "-1", "1.5", "2147483648", "two", "1 0", "1,000", "\u0663", A_BIG_NUMBER],
        )
        for source in ("transactions", "sales")
    ),
    ("products", "stock", [0, 2.0, 2147483647], [-1, 1.5, 2147483648]),
    ("reviews", "rating", ["1", "5", "5.0"], ["0", "6", "4.5", "good"]),
    # enumerations
    (
        "transactions",
        "status",
        ["completed", "returned", "refunded", " Refunded"],
        ["cancelled", "complete", "completed returned"],
    ),
    (
        "clickstream",
        "event_type",
        ["page_view", "product_view", *CART, "purchase", "search"],
        ["Purchase", "view", "page_view,search"],
    ),
    ("clickstream", "device", ["desktop", "mobile", "tablet"], ["Mobile", "watch"]),
    # texts
    ("customers", "email", ["a@b", " a@b.example "], ["a", "a@b@c"]),
    ("products", "name", ["x" * 100_000, "\0", "Lámpara\n2", "7"], []),
    ("products", "category", ["Home & Garden"], []),
    ("reviews", "review_text", ['two\nlines, "quoted"', "0"], []),
    # days
    *(("reviews", "review_date", valid, invalid) for valid, invalid in DAYS),
    (
        "customers",
        "signup_date",
        ["2000-01-01", "2026-03-02"],
        ["1999-12-31", "2026-03-03", "2026-03-01T00:00:00Z", "yesterday"],
    ),
    # days and times
    *(
        (source, field, valid, invalid)
        for source, field in FIELDS
        for valid, invalid in TIMES
        if field in {"transaction_date", "updated_at"}
    ),
    (
        "clickstream",
        "timestamp",
        ["2026-03-01T10:00:00Z", "2026-03-01T10:00:00.123+02:00", "2026-03-01 10:00:00+0000"],
        ["2026-03-01T10:00:00", "2026-03-01", "1999-12-31T23:59:59Z", "2026-03-04T00:00:00Z"],
    ),
]


def _reasons(source: str, *, delivery: Delivery = DELIVERY, **fields: object) -> str:
    """Return the reasons against the example of a source in which fields have other values."""
    required, optional = RECORDS[source]
    line = json.dumps({**required, **optional, **fields}).encode()
    return ",".join(parse_line(line, source, delivery).reasons)


@pytest.mark.parametrize("source", RECORDS)
def test_fields(source: str) -> None:
    """A contract has these fields, in this order, and needs the required ones alone."""
    required, optional = RECORDS[source]
    contract = CONTRACTS[source]

    assert [*contract.required] == [*required]
    assert [*contract.optional] == [*optional]
    assert not _reasons(source)
    assert not _reasons(source, **dict.fromkeys(optional))


def test_sources() -> None:
    """There are six sources; what a sheet exports is CSV, what a program exports is JSON."""
    assert {source: contract.format for source, contract in CONTRACTS.items()} == {
        "transactions": "csv",
        "sales": "csv",
        "products": "json",
        "customers": "json",
        "reviews": "csv",
        "clickstream": "json",
    }


@pytest.mark.parametrize("value", [None, "", " \t\u00a0"])
@pytest.mark.parametrize(("source", "field"), FIELDS)
def test_missing(source: str, field: str, value: str | None) -> None:
    """Null, empty or blank is missing, whatever type the field has."""
    is_required = field in RECORDS[source][0]

    assert _reasons(source, **{field: value}) == (f"missing_{field}" if is_required else "")


@pytest.mark.parametrize("source", RECORDS)
def test_absent(source: str) -> None:
    """An empty record lacks all that is required, in the order of the contract."""
    missing = tuple(f"missing_{field}" for field in RECORDS[source][0])

    assert parse_line(b"{}", source, DELIVERY).reasons == missing


@pytest.mark.parametrize(("source", "field"), FIELDS)
def test_wrong_type(source: str, field: str) -> None:
    """JSON has types; a CSV file has texts alone, and what stands for one is just invalid."""
    others: list[object] = [True, False, [], {}, ["2"], {"a": 1}]
    is_json_number = CONTRACTS[source].format == "json" and field in NUMBERS
    others.append("2" if is_json_number else 2)
    fault = "wrong_type" if CONTRACTS[source].format == "json" else "invalid"

    assert {_reasons(source, **{field: other}) for other in others} == {f"{fault}_{field}"}


@pytest.mark.parametrize(("source", "field", "valid", "invalid"), EXAMPLES)
def test_values(source: str, field: str, valid: list[object], invalid: list[object]) -> None:
    """A value is as the contract says, or the field is named."""
    refused = [value for value in valid if _reasons(source, **{field: value})]
    taken = [value for value in invalid if _reasons(source, **{field: value}) != f"invalid_{field}"]

    assert (refused, taken) == ([], [])


def test_every_rule_has_examples() -> None:
    """Each kind of field has its examples."""
    kinds = {CONTRACTS[source].fields[field] for source, field, _, _ in EXAMPLES}

    assert kinds == {kind for each in CONTRACTS.values() for kind in each.fields.values()}


def test_several_faults() -> None:
    """Every broken rule is named, in the order of the contract, whatever the order of the line."""
    line = b'{"status": "lost", "quantity": "0", "price": "", "transaction_id": "t 1"}'

    assert parse_line(line, "transactions", DELIVERY).reasons == (
        "invalid_transaction_id",
        "missing_customer_id",
        "missing_product_id",
        "invalid_quantity",
        "missing_price",
        "missing_total_amount",
        "missing_transaction_date",
        "invalid_status",
    )


def test_days_of_a_zone() -> None:
    """The first and the last day are those of the zone, from midnight to midnight there."""
    times = {
        "2026-03-03 23:59:59": "",
        "2026-03-04T04:59:59Z": "",
        "2026-03-04T05:00:00Z": "invalid_transaction_date",
        "2000-01-01T05:00:00Z": "",
        "2000-01-01T04:59:59Z": "invalid_transaction_date",
    }

    found = {each: _reasons("sales", transaction_date=each, delivery=NEW_YORK) for each in times}

    assert found == times


@pytest.mark.parametrize(
    ("text", "time", "day"),
    [
        ("2025-12-31", None, "2025-12-31"),
        # winter and summer
        ("2025-12-31 23:30:00", "2026-01-01T04:30:00Z", "2025-12-31"),
        ("2025-07-01 23:30:00", "2025-07-02T03:30:00Z", "2025-07-01"),
        ("2025-07-01T23:30:00.25", "2025-07-02T03:30:00.25Z", "2025-07-01"),
        # a zone of its own
        ("2025-07-02T03:30:00Z", "2025-07-02T03:30:00Z", "2025-07-01"),
        ("2025-07-02 04:00:00+00:00", "2025-07-02T04:00:00Z", "2025-07-02"),
        ("2025-07-02T03:30:00,123456000+05:30", "2025-07-01T22:00:00.123Z", "2025-07-01"),
        # the hour that there is twice, and the one that there is not
        ("2025-11-02 01:30:00", "2025-11-02T05:30:00Z", "2025-11-02"),
        ("2025-03-09 02:30:00", "2025-03-09T07:30:00Z", "2025-03-09"),
    ],
)
def test_times(text: str, time: str | None, day: str) -> None:
    """A time without a zone is in the delivery's, and so is the day of sale."""
    line = json.dumps({**RECORDS["sales"][0], "transaction_date": text}).encode()

    record = parse_line(line, "sales", NEW_YORK).record

    assert record is not None
    assert record["transaction_time"] == (datetime.fromisoformat(time) if time else None)
    assert record["dt"] == day


@pytest.mark.parametrize(
    ("number", "value"),
    [("-0", Decimal("0.00")), ("1e1", Decimal("10.00")), ("9.9", Decimal("9.90"))],
)
def test_money_has_cents(number: str, value: Decimal) -> None:
    """However an amount is spelled, it has two decimals."""
    line = json.dumps({**RECORDS["transactions"][0], "price": number}).encode()

    record = parse_line(line, "transactions", DELIVERY).record

    assert record is not None
    assert str(record["price"]) == str(value)
