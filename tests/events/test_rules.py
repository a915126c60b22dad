"""What is a valid event: rules.py against examples of every rule."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue_jobs.events.raw_names import layout_root, slot_of
from glue_jobs.events.rules import FIELDS, KEPT, MAX_LINE, Event, parse_line
from glue_jobs.events.schemas import EVENT_KEY, RAW_EVENTS
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


def test_fields_are_those_of_the_tables() -> None:
    """The rules speak of the fields of the raw table, events have the key columns of silver."""
    assert [*FIELDS] == RAW_EVENTS.columns.names
    assert Event._fields == EVENT_KEY


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
        ({**VIEW, "timestamp": "2100-01-01T00:00:00Z", "price": 1}, "forbidden_price,too_early"),
        # the past
        ({**VIEW, "timestamp": "2010-01-01T00:00:00Z"}, ""),
        ({**VIEW, "timestamp": "2009-12-31T23:59:59.999999Z"}, "too_old"),
        ({**VIEW, "timestamp": "2010-01-01T00:59:59.999999+01:00"}, "too_old"),
        ({**VIEW, "timestamp": "2009-12-31T23:00:00-01:00"}, ""),
        # zeros of Go and .NET, Windows, Excel, Unix, Cocoa
        *(
            ({**VIEW, "timestamp": f"{zero}T00:00:00Z"}, "too_old")
            for zero in ("0001-01-01", "1601-01-01", "1899-12-30", "1970-01-01", "2001-01-01")
        ),
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
        (b'{"user_id": "caf\\uFFFD"}', "not_utf8"),
        (b'{"caf\\ufffd": 1}', "not_utf8"),
        ('{"user_id": "caf\ufffd"}'.encode(), "not_utf8"),
        (b'{"user_id": "u_1"', "not_json"),
        (b'{"price": NaN}', "not_json"),
        (b'{"user_id": "u_1"}}', "not_json"),
        (b'{"user_id": "u_1"} u_2', "not_json"),
        (b'{"user_id": "u_1"}{"user_id": "u_2"}', "several_objects"),
        (b' {"user_id": "u_1"} {"user_id": "u_', "several_objects"),
        (b'{"user_id": "u_1"} -1', "several_objects"),
        (b'{"user_id": "u_1"} null', "several_objects"),
        (b"[{}] {}", "not_json"),
        (b'{"user_id": NaN} {}', "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'"page_view"', "not_an_object"),
        (b"null", "not_an_object"),
        (b'{"user_id": "u_1", "user_id": "u_2"}', "duplicate_field"),
        (b'{"extra": [{"a": 1, "a": 1}]}', "duplicate_field"),
        (b'{"user_id": "u_1", "user_id": "u_2"} {', "several_objects"),
        (b'{"user_id": "u_1", "user_id": "u_2"', "not_json"),
        (b'{"user_id": "u_1", "user_id": "\\ud83d"}', "not_utf8"),
        (b'{"user_id": "\\ud83d", "user_id": "u_1"}', "not_utf8"),
    ],
)
def test_no_record(line: bytes, reason: str) -> None:
    """What is no JSON object stands under one reason alone."""
    assert parse_line(line, SLOT).reasons == (reason,)


def test_long_lines() -> None:
    """A line beyond the limit is not parsed, but for objects that nobody separated."""
    lines = [
        (b'{"user_id": "' + b"x" * MAX_LINE + b'"}', "too_long"),
        (b'{"user_id": "u_1"}' + b" " * MAX_LINE, "too_long"),
        (b'{"user_id": "u_1"} ' * (MAX_LINE // 18), "several_objects"),
        (b'{"user_id": "' + b"x" * KEPT + b'"} {"user_id": "' + b"x" * MAX_LINE, "too_long"),
        (b"\xff" * (MAX_LINE + 1), "too_long"),
        (b"[" * (MAX_LINE + 1), "too_long"),
    ]

    assert [parse_line(line, SLOT).reasons for line, _ in lines] == [(why,) for _, why in lines]
    assert [oracle.judge_line(line, SLOT) for line, _ in lines] == [
        (why, set()) for _, why in lines
    ]


def test_longest_line() -> None:
    """A line of the limit is validated like any other."""
    search = {**SEARCH, "search_query": ""}
    search["search_query"] = "x" * (MAX_LINE - len(json.dumps(search)))

    assert len(json.dumps(search)) == MAX_LINE
    assert not _reasons(search)


@pytest.mark.parametrize(
    ("timestamp", "is_valid"),
    [
        ("2026-03-01T10:05:00Z", True),
        ("2026-03-01T10:05:00.1Z", True),
        ("2026-03-01T12:05:00.123456+02:00", True),
        ("2024-02-29T00:00:00-11:30", True),
        ("2026-03-01t10:05:00z", True),
        ("2026-03-01T10:05:00+0000", True),
        ("2026-03-01T15:35:00.5+0530", True),
        ("2026-03-01T15:05:00+05", True),
        ("2026-03-01T10:05:00-00:00", True),
        ("2026-03-01T10:05:00,123Z", True),
        ("2026-03-01T10:05:00.123456000Z", True),
        ("2026-03-01T10:05:00.000000001Z", False),
        ("2026-03-01T10:05:00.Z", False),
        ("2026-03-01T10:05:00+5", False),
        ("2026-03-01T10:05:00+05:", False),
        ("2026-03-01T10:05:00+053", False),
        ("2026-03-01T10:05:00+05:30:00", False),
        ("2026-03-01T10:05:00 Z", False),
        (" 2026-03-01T10:05:00Z", False),
        ("2026-03-01T10:05:00UTC", False),
        ("2026-03-01T10:05:00Z+00:00", False),
        ("2026-03-01T10:05:00\u221205:00", False),
        ("20260301T100500Z", False),
        ("2026-060T10:05:00Z", False),
        ("2026-W09-7T10:05:00Z", False),
        ("+2026-03-01T10:05:00Z", False),
        ("0000-01-01T00:00:00Z", False),
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
        "2026-03-01T15:35:00.10+0530",
        "2026-03-01t05:05:00.1-05",
        "2026-03-01T10:05:00,1z",
        "2026-03-01T10:05:00.100000000-00:00",
    ]

    events = {
        parse_line(json.dumps({**VIEW, "timestamp": t}).encode(), SLOT).event for t in spellings
    }

    assert len(events) == 1


def test_exponents_count_by_value() -> None:
    """A price is validated by its value, not by its digits."""
    line = json.dumps(PURCHASE).replace("9.99", "{price}")
    prices = {
        "1e1": Decimal(10),
        "9.990": Decimal("9.99"),
        "1e-3": None,
        "1e999999999": None,
        "1e99999999999999999999": None,
        "9" * 5_000: None,
        "0e99999999999999999999": Decimal(0),
        "-0.00E+99999999999999999999": Decimal(0),
        "0e-99999999999999999999": Decimal(0),
        "0e999999999": Decimal(0),
        "-0": Decimal(0),
        "-0.0": Decimal(0),
        "1e-400": None,
        "1e-99999999999999999999": None,
        "-1e-99999999999999999999": None,
        "10" + "0" * 400 + "e-401": Decimal(1),
        "0." + "0" * 400 + "1e401": Decimal(1),
        "99999999.99" + "0" * 400: Decimal("99999999.99"),
        "99999999.99" + "0" * 400 + "1": None,
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


def test_unknown_fields_are_bounded() -> None:
    """However many fields a sender invents, and however long their names."""
    many = json.dumps({**VIEW, **{f"{number:05}": 1 for number in range(10_000)}})
    long = json.dumps({**VIEW, "x" * 101: 1, "x" * 102: 1, "y" * 10_000: 1})

    assert parse_line(many.encode(), SLOT).unknown_fields == tuple(f"{n:05}" for n in range(100))
    assert parse_line(long.encode(), SLOT).unknown_fields == ("x" * 100, "y" * 100)


KEY = "s3://bucket/events/year=2026/month=03/day=01/hour=10/minute=05/events-1.jsonl.gz"
FOLDERS = KEY.removesuffix("/events-1.jsonl.gz").removeprefix("s3://bucket/events/")


@pytest.mark.parametrize(
    ("key", "slot"),
    [
        (KEY, SLOT),
        ("s3://bucket/events/events-1.jsonl.gz", None),
        (KEY.replace("events-1", "deeper/events-1"), SLOT),
        (KEY.replace("month=03", "month=3"), None),
        (KEY.replace("month=03", "month=13"), None),
        (KEY.replace("hour=10", "hour=24"), None),
        (KEY.replace("year=2026", "year=0001"), None),
        (KEY.replace("year=2026", "year=2009"), None),
        (KEY.replace("year=2026", "year=2010"), SLOT.replace(year=2010)),
        (KEY.replace("year=2026", "year=2099"), SLOT.replace(year=2099)),
        (KEY.replace("year=2026", "year=2100"), None),
        (KEY.replace("2026", "\u0662\u0660\u0662\u0666"), None),
        (KEY.replace("year", f"{FOLDERS}/year", 1).replace("2026", "2025", 1), SLOT),
        (KEY.replace("year", f"{FOLDERS}/x/year", 1).replace("2026", "2025", 1), SLOT),
        (KEY.replace("events-1", f"{FOLDERS}/events-1".replace("day=01", "day=99")), None),
        (KEY.replace("bucket/", "bucket/a\nb/"), SLOT),
    ],
)
def test_slot(key: str, slot: datetime | None) -> None:
    """The slot is the last that the key names, a minute in which an event may happen."""
    assert slot_of(key) == slot
    assert oracle.slot_of(PurePosixPath(key)) == slot


def test_layout_root() -> None:
    """What stands before the folders of the slot, the last if there are several."""
    assert layout_root(KEY) == "s3://bucket/events"
    assert layout_root(KEY.replace("year", f"{FOLDERS}/year", 1)) == f"s3://bucket/events/{FOLDERS}"
    assert layout_root("s3://bucket/a.gz") == "s3://bucket/a.gz"


def test_file_without_slot() -> None:
    """Its events cannot be too early for it, but for the world."""
    line = json.dumps({**VIEW, "timestamp": "2099-12-31T23:59:59.999999Z"}).encode()

    assert parse_line(line, None).event is not None
    assert parse_line(line, SLOT).reasons == ("too_early",)
    assert parse_line(line.replace(b"Z", b"-00:01"), None).reasons == ("too_early",)


JSON_TEXTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
)
FIELD_TEXTS = st.sampled_from([
    *("2026-03-01T10:05:00Z", "2026-03-02T10:05:01Z", "page_view", "search", "purchase", "", "u_1"),
    *(0, 1, 2.0, -1, 9.99, 9.999, 2**31, None, True),
])

TIMESTAMPS = st.tuples(
    st.sampled_from(["2026-03-01", "2024-02-29", "2025-02-29", "2010-01-01", "2100-01-01"]),
    st.sampled_from("TTTt "),
    st.sampled_from(["10:05:00", "00:00:00", "23:59:59", "24:00:00", "10:05:60", "10:05"]),
    st.sampled_from(["", "", ".1", ",123", ".123456", ".12345600", ".1234567", "."]),
    st.sampled_from([
        "Z",
        "Z",
        "z",
        "+00:00",
        "-00:00",
        "+0530",
        "-11",
        "+23:59",
        "+24:00",
        "-1:00",
        "",
    ]),
).map("".join)


INSERTED = [b"", b'"', b"{", b"}", b",", b"\xff", b"\\ud83d", "\ufffd".encode(), b"00", b" "]
INSERTED += [b"\\ufffd", b"} {", b"}\t-", b"e9", b"0e9999999999999999999"]


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
