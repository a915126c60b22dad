"""The yardstick itself: every rule by an example, and answers counted by hand."""

import gzip
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests import oracle

SLOT = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
NAME = "events-20260302T180000Z.jsonl.gz"
PURCHASE = {
    "timestamp": "2026-03-02T18:00:01.5Z",
    "user_id": "u_1",
    "session_id": "s_1",
    "event_type": "purchase",
    "product_id": "p_1",
    "quantity": 2,
    "price": 9.99,
    "category": "toys",
    "search_query": None,
}
VIEW = {**PURCHASE, "event_type": "page_view", "quantity": None, "price": None}
SEARCH = {**VIEW, "event_type": "search", "product_id": None, "category": None, "search_query": "x"}


def _reason(line: bytes) -> str:
    verdict, _ = oracle.judge_line(line, SLOT)
    return verdict if isinstance(verdict, str) else ""


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (PURCHASE, ""),
        (VIEW, ""),
        (SEARCH, ""),
        ({name: value for name, value in VIEW.items() if value is not None}, ""),
        ({**VIEW, "colour": {"a": [1]}}, ""),
        ({}, "missing_timestamp,missing_user_id,missing_session_id,missing_event_type"),
        ({**VIEW, "user_id": ""}, "missing_user_id"),
        ({**VIEW, "user_id": " "}, ""),
        ({**VIEW, "product_id": None, "category": ""}, "missing_product_id,missing_category"),
        ({**PURCHASE, "quantity": "", "price": None}, "missing_quantity,missing_price"),
        ({**SEARCH, "search_query": ""}, "missing_search_query"),
        ({**VIEW, "timestamp": 1772474400}, "wrong_type_timestamp"),
        ({**VIEW, "event_type": []}, "wrong_type_event_type"),
        ({**VIEW, "category": {}}, "wrong_type_category"),
        ({**PURCHASE, "quantity": 2.0}, "wrong_type_quantity"),
        ({**PURCHASE, "quantity": True}, "wrong_type_quantity"),
        ({**PURCHASE, "price": True}, "wrong_type_price"),
        ({**PURCHASE, "price": "9.99"}, "wrong_type_price"),
        ({**VIEW, "event_type": "wishlist"}, "invalid_event_type"),
        ({**PURCHASE, "event_type": "wishlist"}, "invalid_event_type"),
        ({**PURCHASE, "event_type": None, "price": -1}, "missing_event_type,invalid_price"),
        ({**PURCHASE, "quantity": 0}, "invalid_quantity"),
        ({**PURCHASE, "quantity": 2**31 - 1}, ""),
        ({**PURCHASE, "quantity": 2**31}, "invalid_quantity"),
        ({**PURCHASE, "price": 0}, ""),
        ({**PURCHASE, "price": 9.999}, "invalid_price"),
        ({**PURCHASE, "price": 99_999_999.99}, ""),
        ({**PURCHASE, "price": 100_000_000}, "invalid_price"),
        ({**VIEW, "quantity": 1}, "forbidden_quantity"),
        ({**VIEW, "quantity": "1"}, "wrong_type_quantity,forbidden_quantity"),
        ({**VIEW, "search_query": ""}, "forbidden_search_query"),
        ({**SEARCH, "product_id": "p_1"}, "forbidden_product_id"),
        ({**VIEW, "timestamp": "2026-03-03T18:00:00Z"}, ""),
        ({**VIEW, "timestamp": "2026-03-03T18:00:00.000001Z"}, "too_early"),
        (
            {**VIEW, "timestamp": "2999-01-01T00:00:00Z", "user_id": 1},
            "wrong_type_user_id,too_early",
        ),
        ({**VIEW, "timestamp": "2010-01-01T00:00:00Z"}, ""),
        ({**VIEW, "timestamp": "2010-01-01T00:00:00+00:01"}, "too_old"),
        ({**VIEW, "timestamp": "1970-01-01T00:00:00Z", "price": 1}, "forbidden_price,too_old"),
    ],
)
def test_rules_of_fields(record: dict[str, object], reason: str) -> None:
    """A line names every rule that it breaks, in the order of the fields."""
    assert _reason(json.dumps(record).encode()) == reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"user_id": "\xff"}', "not_utf8"),
        (b'{"user_id": "\\ud83d"}', "not_utf8"),
        (b'{"user_id": "u_1"', "not_json"),
        (b'{"price": NaN}', "not_json"),
        (b'{"price": -Infinity}', "not_json"),
        (b"{} {}", "several_objects"),
        (b'{"user_id": "u_1"}{"user', "several_objects"),
        (b"{} false", "several_objects"),
        (b"{} x", "not_json"),
        (b"[] {}", "not_json"),
        (b'{"note": "\\uFFFD"}', "not_utf8"),
        (b"\xef\xbb\xbf{}", "not_json"),
        (b"null", "not_an_object"),
        (b"[{}]", "not_an_object"),
        (b'{"price": 1, "price": 1}', "duplicate_field"),
        (b'{"note": [{"a": 1, "a": 2}]}', "duplicate_field"),
    ],
)
def test_parsing_without_fields(line: bytes, reason: str) -> None:
    """What is no JSON object has one reason only."""
    assert _reason(line) == reason


@pytest.mark.parametrize(
    ("price", "reason"),
    [
        ("1e1", ""),
        ("9.990", ""),
        ("-0.0", ""),
        ("0e99999999999999999999", ""),
        ("-0.0E-99999999999999999999", ""),
        ("1e-3", "invalid_price"),
        ("1e99999999999999999999", "invalid_price"),
        ("0.1000000000000000000000000000000000000000001", "invalid_price"),
        ("9" * 5000, "invalid_price"),
    ],
)
def test_prices_count_by_value(price: str, reason: str) -> None:
    """Not the digits decide but what they mean."""
    assert _reason(json.dumps(PURCHASE).replace("9.99", price).encode()) == reason


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        ("2026-03-02T18:00:01Z", datetime(2026, 3, 2, 18, 0, 1, tzinfo=UTC)),
        ("2026-03-02T18:00:01.5Z", datetime(2026, 3, 2, 18, 0, 1, 500_000, tzinfo=UTC)),
        ("2026-03-02T23:30:01.000001+05:30", datetime(2026, 3, 2, 18, 0, 1, 1, tzinfo=UTC)),
        ("2026-03-01T23:59:59-00:01", datetime(2026, 3, 2, 0, 0, 59, tzinfo=UTC)),
        ("2026-03-02t18:00:01z", datetime(2026, 3, 2, 18, 0, 1, tzinfo=UTC)),
        ("2026-03-02T23:30:01,5+0530", datetime(2026, 3, 2, 18, 0, 1, 500_000, tzinfo=UTC)),
        ("2026-03-02T23:00:01+05", datetime(2026, 3, 2, 18, 0, 1, tzinfo=UTC)),
        ("2026-03-02T18:00:01.1234560Z", datetime(2026, 3, 2, 18, 0, 1, 123_456, tzinfo=UTC)),
        ("2026-03-02T18:00:01+053", None),
        ("2026-03-02T18:00:01", None),
        ("2026-03-02 18:00:01Z", None),
        ("2026-03-02T18:00:01.1234567Z", None),
        ("2026-02-29T18:00:01Z", None),
        ("2026-03-02T24:00:00Z", None),
        ("2026-03-02T18:00:60Z", None),
        ("2026-03-02T18:00:01+24:00", None),
        ("0001-01-01T00:00:00+00:01", None),
        ("\uff12026-03-02T18:00:01Z", None),
    ],
)
def test_instants(timestamp: str, expected: datetime | None) -> None:
    """ISO 8601 with a zone and at most microseconds."""
    assert oracle.instant(timestamp) == expected


def test_equal_events_are_duplicates(tmp_path: Path) -> None:
    """However an event is written, the file that sorts first keeps it; a microsecond is enough."""
    spellings = [
        json.dumps(PURCHASE),
        json.dumps({**PURCHASE, "timestamp": "2026-03-02T19:00:01.500000+01:00"}),
        json.dumps(PURCHASE).replace("9.99", "9.990"),
        json.dumps({**PURCHASE, "note": "another"}),
        json.dumps({**PURCHASE, "timestamp": "2026-03-02T18:00:01.500001Z"}),
    ]
    second = tmp_path / "events-20260302T180500Z.jsonl.gz"
    second.write_bytes(gzip.compress("\n".join(spellings).encode()))
    (tmp_path / NAME).write_bytes(gzip.compress(spellings[0].encode()))

    files, events = oracle.judge([second, tmp_path / NAME])

    assert len(events) == 2
    assert (files[NAME].accepted, files[NAME].duplicates) == (1, 0)
    assert (files[second.name].accepted, files[second.name].duplicates) == (1, 4)
    assert files[second.name].unknown_fields == ["note"]


@pytest.mark.parametrize(
    ("packed", "lines"),
    [
        pytest.param(gzip.compress(b"a\nb"), [b"a", b"b"], id="no last newline"),
        pytest.param(
            gzip.compress(b"a\r\nb\rc\n\n \t\r\n"), [b"a", b"b", b"c"], id="every newline"
        ),
        pytest.param(gzip.compress("a\u2028b".encode()), ["a\u2028b".encode()], id="no newline"),
        pytest.param(gzip.compress(b"a\n") + gzip.compress(b"b\n"), [b"a", b"b"], id="two members"),
        pytest.param(gzip.compress(b""), [], id="gzip of nothing"),
        pytest.param(b"", None, id="nothing"),
        pytest.param(b"a\n", None, id="plain text"),
        pytest.param(gzip.compress(b"a\n")[:-1], None, id="cut off"),
        pytest.param(gzip.compress(b"a\n")[:-8] + bytes(8), None, id="wrong checksum"),
    ],
)
def test_parsing_of_a_file(tmp_path: Path, packed: bytes, lines: list[bytes] | None) -> None:
    """Blank lines are none; a file that is not whole has no lines at all."""
    (tmp_path / NAME).write_bytes(packed)

    files, _ = oracle.judge([tmp_path / NAME])

    assert files[NAME].is_readable == (lines is not None)
    assert files[NAME].lines == len(lines or ())
    if lines is not None:
        assert list(oracle.lines_of(packed)) == lines


@pytest.mark.parametrize(
    ("path", "slot"),
    [
        (f"events/year=2026/month=03/day=02/hour=18/minute=00/{NAME}", SLOT),
        ("events/year=2026/month=03/day=02/hour=18/minute=00/other.jsonl.gz", SLOT),
        (f"sample-data/{NAME}", SLOT),
        ("sample-data/events-20260302T180001Z.jsonl.gz", SLOT),
        (f"events/year=2026/month=03/day=02/hour=18/minute=00/deeper/{NAME}", SLOT),
        (f"x/year=2026/month=03/day=32/hour=18/minute=00/{NAME}", None),
        (f"x/year=0999/month=03/day=02/hour=18/minute=00/{NAME}", None),
        (f"{'year=2026/month=03/day=02/hour=18/minute=00/' * 2}other", SLOT),
        ("sample-data/other.jsonl.gz", None),
    ],
)
def test_slot(path: str, slot: datetime | None) -> None:
    """The key tells the minute, else the name."""
    assert oracle.slot_of(Path(path)) == slot


def test_answers() -> None:
    """Five answers, counted by hand."""
    records = [
        VIEW,
        {**VIEW, "product_id": "p_0", "user_id": "u_2", "session_id": "s_2"},
        {**VIEW, "timestamp": "2026-03-02T19:30:00Z"},
        {**PURCHASE, "event_type": "add_to_cart"},
        PURCHASE,
        {**PURCHASE, "price": 0.02, "quantity": 1, "product_id": "p_2", "category": "shoes"},
        SEARCH,
        {**SEARCH, "timestamp": "2026-03-03T00:00:00+00:01"},
    ]
    events = [oracle.judge_line(json.dumps(record).encode(), SLOT)[0] for record in records]
    day = date(2026, 3, 2)

    assert oracle.answers(events) == {
        "1": [
            ("p_1", 2, 1, 1, 0.5, 1.0, 0.5),
            ("p_0", 1, 0, 0, 0.0, None, 0.0),
            ("p_2", 0, 0, 1, None, None, None),
        ],
        "2": [
            (datetime.fromisoformat("2026-03-02 18:00:00"), Decimal("20.00")),
            (datetime.fromisoformat("2026-03-02 19:00:00"), Decimal("0.00")),
            (datetime.fromisoformat("2026-03-02 23:00:00"), Decimal("0.00")),
        ],
        "3": [("p_1", 2), ("p_0", 1)],
        "4": [(day, "shoes", 1), (day, "toys", 5), (day, None, 2)],
        "5": [(day, 2, 2)],
    }


def test_answers_of_a_truth_file() -> None:
    """JSON has no decimals and no dates; they come back from text."""
    truth = {
        "answers": {
            "1": [["p_1", 2, 0, 1, 0.0, None, 0.5]],
            "2": [["2026-03-02 18:00:00", "9.90"]],
            "3": [["p_1", 2]],
            "4": [["2026-03-02", None, 1]],
            "5": [["2026-03-02", 2, 3]],
        }
    }

    assert oracle.read_answers(truth) == {
        "1": [("p_1", 2, 0, 1, 0.0, None, 0.5)],
        "2": [(datetime.fromisoformat("2026-03-02 18:00:00"), Decimal("9.90"))],
        "3": [("p_1", 2)],
        "4": [(date(2026, 3, 2), None, 1)],
        "5": [(date(2026, 3, 2), 2, 3)],
    }
