"""What is a valid event: parsing.py against examples of every rule."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue_jobs.parsing import Event, parse_line, slot_of
from tests import oracle

SLOT = datetime(2026, 3, 1, 10, 5, tzinfo=UTC)
PURCHASE = {
    "timestamp": "2026-03-01T10:05:00.123456Z",
    "user_id": "u_1",
    "session_id": "s_1",
    "event_type": "purchase",
    "product_id": "p_1",
    "quantity": 2,
    "price": 9.99,
    "category": "books",
    "search_query": None,
}
VIEW = {**PURCHASE, "event_type": "page_view", "quantity": None, "price": None}
SEARCH = {
    **VIEW,
    "event_type": "search",
    "product_id": None,
    "category": None,
    "search_query": "lamp",
}


def _reasons(record: object) -> str:
    return ",".join(parse_line(json.dumps(record).encode(), SLOT).reasons)


def test_event_is_typed() -> None:
    """The instant is split into milliseconds and the microseconds beyond; money is exact."""
    instant = datetime(2026, 3, 1, 10, 5, 0, 123000, tzinfo=UTC)

    event = parse_line(json.dumps(PURCHASE).encode(), SLOT).event

    assert event == Event(
        event_time=int(instant.timestamp()) * 1_000_000 + 123_000,
        event_time_micros=456,
        user_id="u_1",
        session_id="s_1",
        event_type="purchase",
        product_id="p_1",
        quantity=2,
        price=Decimal("9.99"),
        category="books",
        search_query=None,
    )


@pytest.mark.parametrize(
    ("record", "reasons"),
    [
        (PURCHASE, ""),
        (VIEW, ""),
        (SEARCH, ""),
        ({key: value for key, value in VIEW.items() if value is not None}, ""),
        ({**VIEW, "colour": "red"}, ""),
        ({**PURCHASE, "event_type": "add_to_cart"}, ""),
        ({**PURCHASE, "event_type": "remove_from_cart"}, ""),
        # required fields
        ({}, "missing_timestamp,missing_user_id,missing_session_id,missing_event_type"),
        ({**VIEW, "user_id": None}, "missing_user_id"),
        ({**VIEW, "session_id": ""}, "missing_session_id"),
        ({**VIEW, "product_id": None, "category": ""}, "missing_product_id,missing_category"),
        ({**PURCHASE, "quantity": None, "price": None}, "missing_quantity,missing_price"),
        ({**SEARCH, "search_query": None}, "missing_search_query"),
        # types
        ({**VIEW, "user_id": 7}, "wrong_type_user_id"),
        ({**VIEW, "user_id": False}, "wrong_type_user_id"),
        ({**VIEW, "timestamp": 1740823500}, "wrong_type_timestamp"),
        ({**VIEW, "category": {"name": "books"}}, "wrong_type_category"),
        ({**PURCHASE, "quantity": "2"}, "wrong_type_quantity"),
        ({**PURCHASE, "quantity": ""}, "missing_quantity"),
        ({**PURCHASE, "quantity": 2.0}, "wrong_type_quantity"),
        ({**PURCHASE, "quantity": True}, "wrong_type_quantity"),
        ({**PURCHASE, "price": "9.99"}, "wrong_type_price"),
        # values
        ({**VIEW, "event_type": "refund"}, "invalid_event_type"),
        ({**PURCHASE, "quantity": 0}, "invalid_quantity"),
        ({**PURCHASE, "quantity": 2**31}, "invalid_quantity"),
        ({**PURCHASE, "quantity": 2**31 - 1}, ""),
        ({**PURCHASE, "price": -0.01}, "invalid_price"),
        ({**PURCHASE, "price": 9.999}, "invalid_price"),
        ({**PURCHASE, "price": 100_000_000}, "invalid_price"),
        ({**PURCHASE, "price": 99_999_999.99}, ""),
        ({**PURCHASE, "price": 0}, ""),
        # fields that do not belong to the type
        ({**VIEW, "quantity": 1}, "forbidden_quantity"),
        ({**VIEW, "search_query": ""}, "forbidden_search_query"),
        ({**SEARCH, "product_id": "p_1"}, "forbidden_product_id"),
        ({**VIEW, "price": -1}, "invalid_price,forbidden_price"),
        # of an unknown type nobody knows which fields belong to it
        ({**PURCHASE, "event_type": None, "quantity": 0}, "missing_event_type,invalid_quantity"),
        # the future
        ({**VIEW, "timestamp": "2026-03-02T10:05:00Z"}, ""),
        ({**VIEW, "timestamp": "2026-03-02T10:05:00.000001Z"}, "too_early"),
        ({**VIEW, "timestamp": "2019-03-02T10:05:00Z"}, ""),
    ],
)
def test_rules(record: dict[str, object], reasons: str) -> None:
    """A line names every rule that it breaks, in the order of the contract."""
    assert _reasons(record) == reasons


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"user_id": "caf\xe9"}', "not_utf8"),
        (b'{"user_id": "\\ud83d"}', "not_utf8"),
        ('{"user_id": "caf\ufffd"}'.encode(), "not_utf8"),
        (b'{"user_id": "u_1"', "not_json"),
        (b'{"price": NaN}', "not_json"),
        (b'{"user_id": "u_1"} {}', "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'"page_view"', "not_an_object"),
        (b"null", "not_an_object"),
        (b'{"user_id": "u_1", "user_id": "u_2"}', "duplicate_field"),
        (b'{"extra": [{"a": 1, "a": 1}]}', "duplicate_field"),
        (b'{"user_id": "u_1", "user_id": "u_2"} {', "not_json"),
        (b'{"user_id": "u_1", "user_id": "\\ud83d"}', "not_utf8"),
    ],
)
def test_no_record(line: bytes, reason: str) -> None:
    """What is no JSON object stands under one reason alone."""
    assert parse_line(line, SLOT).reasons == (reason,)


@pytest.mark.parametrize(
    ("timestamp", "is_valid"),
    [
        ("2026-03-01T10:05:00Z", True),
        ("2026-03-01T10:05:00.1Z", True),
        ("2026-03-01T12:05:00.123456+02:00", True),
        ("2024-02-29T00:00:00-11:30", True),
        ("2026-03-01T10:05:00", False),
        ("2026-03-01 10:05:00Z", False),
        ("2026-03-01T10:05:00.1234567Z", False),
        ("2026-03-01T10:05Z", False),
        ("2026-02-29T10:05:00Z", False),
        ("2026-03-01T24:00:00Z", False),
        ("2026-03-01T10:05:60Z", False),
        ("2026-03-01T10:05:00+14:75", False),
        ("2026-03-01T10:05:00-24:00", False),
        ("0001-01-01T00:00:00+01:00", False),
        ("\uff12\uff10\uff12\uff16-03-01T10:05:00Z", False),
        ("yesterday", False),
    ],
)
def test_timestamps(timestamp: str, *, is_valid: bool) -> None:
    """ISO 8601 with a zone and at most microseconds, and a day that exists."""
    assert _reasons({**VIEW, "timestamp": timestamp}) == ("" if is_valid else "invalid_timestamp")


def test_same_instant() -> None:
    """However an instant is written, it is the same event."""
    spellings = [
        "2026-03-01T10:05:00.1Z",
        "2026-03-01T10:05:00.100000Z",
        "2026-03-01T11:05:00.1+01:00",
    ]

    events = {
        parse_line(json.dumps({**VIEW, "timestamp": t}).encode(), SLOT).event for t in spellings
    }

    assert len(events) == 1


def test_exponents_count_by_value() -> None:
    """A price is judged by its value, not by its digits."""
    line = json.dumps(PURCHASE).replace("9.99", "{price}")
    prices = {
        "1e1": Decimal(10),
        "9.990": Decimal("9.99"),
        "1e-3": None,
        "1e999999999": None,
        "1e99999999999999999999": None,
        "9" * 5_000: None,
    }

    found = {}
    for price in prices:
        event = parse_line(line.replace("{price}", price).encode(), SLOT).event
        found[price] = event and event.price

    assert found == prices


def test_unknown_fields_are_named() -> None:
    """A field outside the contract costs nothing and is noted."""
    parsed = parse_line(json.dumps({**VIEW, "b": 1, "a": None}).encode(), SLOT)

    assert parsed.event is not None
    assert parsed.unknown_fields == ("a", "b")


def test_slot() -> None:
    """The slot is the one that the key names; a file elsewhere has none and is never early."""
    key = "s3://bucket/events/year=2026/month=03/day=01/hour=10/minute=05/events-1.jsonl.gz"
    line = json.dumps({**VIEW, "timestamp": "2999-01-01T00:00:00Z"}).encode()

    assert slot_of(key) == SLOT
    assert slot_of(key.replace("month=03", "month=13")) is None
    assert slot_of("s3://bucket/events/events-1.jsonl.gz") is None
    assert parse_line(line, None).event is not None
    assert parse_line(line, datetime.max.replace(tzinfo=UTC)).event is not None


JSON_TEXTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
)
FIELD_TEXTS = st.sampled_from([
    *("2026-03-01T10:05:00Z", "2026-03-02T10:05:01Z", "page_view", "search", "purchase", "", "u_1"),
    *(0, 1, 2.0, -1, 9.99, 9.999, 2**31, None, True),
])

TIMESTAMPS = st.from_regex(
    re.compile(
        r"202\d-[01]\d-[0-3]\dT[0-2]\d:[0-6]\d:[0-6]\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d|)", re.ASCII
    ),
    fullmatch=True,
)


INSERTED = [b"", b'"', b"{", b"}", b",", b"\xff", b"\\ud83d", "\ufffd".encode(), b"00", b" "]


@st.composite
def broken_lines(draw: st.DrawFn) -> bytes:
    """Lines near to an event: with other values, perhaps cut, perhaps with something in it."""
    names, values = st.sampled_from([*PURCHASE, "extra"]), FIELD_TEXTS | JSON_TEXTS | TIMESTAMPS
    base = draw(st.sampled_from([PURCHASE, VIEW, SEARCH, {}]))
    line = json.dumps({**base, **draw(st.dictionaries(names, values))}).encode()
    place, inserted = draw(st.integers(min_value=0, max_value=300)), draw(st.sampled_from(INSERTED))
    return line[:place] + inserted + (b"" if draw(st.booleans()) else line[place:])


@given(line=broken_lines())
@settings(max_examples=500, deadline=None)
def test_same_verdict_as_the_oracle(line: bytes) -> None:
    """Two implementations that share no line agree on any line, broken or whole."""
    parsed = parse_line(line, SLOT)
    verdict, unknown = oracle.judge_line(line, SLOT)

    assert set(parsed.unknown_fields) == unknown
    assert ",".join(parsed.reasons) == (verdict if isinstance(verdict, str) else "")
