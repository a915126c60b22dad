"""Lines that the fast path takes at once are the records that the definition sees, one by one."""

import json
from collections.abc import Iterable
from datetime import UTC, date, timedelta, tzinfo
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql.pandas.types import to_arrow_schema

from commerce.functions import csv_records, json_records
from commerce.generators.faults import SOURCES
from glue_jobs.commerce import columns, fast_path
from glue_jobs.commerce.contracts import CONTRACTS, CSV, Delivery
from glue_jobs.commerce.fast_path import FastPath
from glue_jobs.commerce.parsing import PARSED
from glue_jobs.commerce.records import MAX_LINE, parse_line
from glue_jobs.lake.parquet import to_batch
from tests.commerce.order_book import files
from tests.commerce.shop import MAINS, generate

SCHEMA = to_arrow_schema(PARSED)
DAY = date(2026, 3, 2)
DELIVERY = Delivery(DAY, ZoneInfo("UTC"))
NEW_YORK = Delivery(DAY, ZoneInfo("America/New_York"))
SALE = {"transaction_id": "t_1", "customer_id": "u_1", "product_id": "p_1", "quantity": "3"}
RECORDS = {
    "transactions": {
        **SALE,
        "order_id": "o_1",
        "price": "9.99",
        "total_amount": "29.97",
        "transaction_date": "2026-03-01 10:00:00",
        "status": "completed",
        "updated_at": "",
    },
    "sales": {**SALE, "amount": "29.97", "transaction_date": "2026-03-01"},
    "products": {
        "product_id": "p_1",
        "name": "Lamp",
        "category": "home",
        "brand": None,
        "price": 9.9,
        "stock": 3,
        "updated_at": "2026-03-01T10:00:00Z",
    },
    "customers": {
        "customer_id": "u_1",
        "name": "Ana",
        "email": "a@b",
        "city": "Rome",
        "signup_date": "2026-03-02",
        "updated_at": None,
    },
    "reviews": {
        "review_id": "r_1",
        "product_id": "p_1",
        "customer_id": "u_1",
        "rating": "5",
        "review_text": "Bright.",
        "review_date": "2026-03-01",
    },
    "clickstream": {
        "session_id": "s_1",
        "event_type": "search",
        "timestamp": "2026-03-01T23:30:00-01:00",
        "customer_id": None,
        "page": "/",
        "device": "mobile",
        "product_id": "p_1",
    },
}


def _line(record: dict[str, object]) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode(errors="surrogatepass")


Rows = list[tuple[dict[str, object], tuple[str, ...]]]


def _rows(batch: pa.RecordBatch, unknown_fields: Iterable[tuple[str, ...]]) -> Rows:
    """Return rows as the job's batches have them, with their unknown fields, in any order."""
    return sorted(zip(batch.to_pylist(), unknown_fields, strict=True), key=str)


def _defined(lines: Iterable[bytes], source: str, delivery: Delivery) -> tuple[Rows, list[bytes]]:
    """Return the records of lines by the definition, and the lines that are none."""
    parsed = [(parse_line(line, source, delivery), line) for line in lines]
    good = [each for each, _ in parsed if each.record]
    batch = pa.RecordBatch.from_pylist([each.record for each in good], SCHEMA)
    bad = sorted(line for each, line in parsed if not each.record)
    return _rows(batch, [each.unknown_fields for each in good]), bad


def _taken(
    source: str, lines: list[bytes], delivery: Delivery = DELIVERY, path: FastPath | None = None
) -> int:
    """Return how many lines are taken; with the rest, all are as the definition has them."""
    taken, left = (path or FastPath(source)).take(lines, delivery)
    rows, bad = _defined(left, source, delivery)
    for each in taken:
        batch = to_batch(each.columns, each.rows, SCHEMA)
        rows += _rows(batch, [each.unknown_fields] * each.rows)

    assert (sorted(rows, key=str), bad) == _defined(lines, source, delivery)
    return sum(each.rows for each in taken)


def _raw_lines(file: Path, source: str) -> list[bytes]:
    contract = CONTRACTS[source]
    with file.open("rb") as opened:
        if contract.format == CSV:
            return list(csv_records.read(opened, contract).lines)
        return list(json_records.read(opened, file.stat().st_size).lines)


@pytest.mark.parametrize("source", MAINS)
@pytest.mark.parametrize("rate", [0, 0.05])
def test_generated(source: str, rate: float, tmp_path: Path) -> None:
    """What the generators write is taken but for a few lines, and faults are left."""
    faults = [f"--fault={kind}={rate}" for kind in SOURCES[source].kinds if rate]
    generate(source, tmp_path, "--days=1", *faults)
    path = FastPath(source)
    for file in files(tmp_path, source):
        lines, day = _raw_lines(file, source), date.fromisoformat(file.parent.name[5:])
        delivery = Delivery(day, ZoneInfo("UTC"))
        valid = sum(parse_line(line, source, delivery).record is not None for line in lines)

        assert _taken(source, lines, delivery, path) >= valid * (1 if rate == 0 else 0.9)


SPELLINGS: list[tuple[str, str, list[object]]] = [
    ("transactions", "quantity", ["1", "2147483647", "999999999", " 7 ", "7.0", "0", "7e0"]),
    ("transactions", "price", ["0", "0.5", "9.990", "99999999.99", "1e8", "-1", "1.005", "01"]),
    ("transactions", "status", ["Returned", " REFUNDED", "lost", "", "\u017fold"]),
    ("transactions", "order_id", ["", " ", None, "x" * 64, "x" * 65, "a b", "\u00e9"]),
    ("transactions", "transaction_id", ["", None, " t_1 ", "\u3000t_1"]),
    ("sales", "amount", ["10", "0.01", "0", "29.99", "99999999.99"]),
    ("products", "name", [" Lamp\u3000", "\u00a0", "", "\\", '"L"', "\ufffd", "\x1f"]),
    ("products", "category", ["HOME", "\u0130stanbul", "\u039f\u03a3", " \u212a ", "", None]),
    ("products", "price", [0, 1e1, 9.999, 1e8, 99999999.99, "9.99", None, True, -0.0]),
    ("products", "stock", [0, 999999999, 2**31 - 1, 2**31, 3.0, -1, 10**30]),
    ("customers", "email", ["a@b", "a", "a@b@c", "", " a@b ", "\u00e9@b"]),
    ("customers", "signup_date", ["2026-03-02", "2026-03-03", "1999-12-31", "2026-3-1"]),
    ("reviews", "rating", ["1", "5", "0", "6", "5.0", "4.5"]),
    ("reviews", "review_text", ["", " ", '"five\nstars"', "\u00fc", None]),
    ("reviews", "review_date", ["2026-03-03", "2026-03-04", "2026-02-29", "2024-02-29"]),
    ("clickstream", "event_type", ["purchase", "Purchase", " search ", "view", None]),
    ("clickstream", "device", ["tablet", "toaster", "", None]),
]  # fmt: skip
MOMENTS = [
    *("2026-03-01", "2026-03-03", "2026-03-04", "1999-12-31", "2000-01-01", "2000-02-29"),
    *("2026-03-01 10:00:00", "2026-03-01T10:00:00.1", "2026-03-01 10:00:00.123456"),
    *("2026-03-03T23:59:59.999999Z", "2026-03-04T00:00:00Z", "2026-03-04T04:59:59Z"),
    *("2026-03-04T05:00:00Z", "1999-12-31T23:59:59-00:01", "2000-01-01T00:00:00+00:01"),
    *("2026-03-01T10:00:00-0530", "2026-03-01T10:00:00+14", "2026-03-01t10:00:00z"),
    *("2026-03-01T10:00:00,5Z", "2026-03-01T24:00:00Z", "2026-03-01T23:59:60Z"),
    *("2026-02-29", "2026-02-29T10:00:00Z", "2099-12-31T00:00:00Z", "20260301", "2026-03-01T10:00"),
    # Hours that clocks skip or show twice, and the minutes after.
    *("2025-03-09 02:30:00", "2025-03-09 03:30:00", "2025-11-02 01:30:00", "2025-11-02T12:00:00Z"),
    *("2007-03-11 00:01:30", "2007-03-11 01:30:00", "2007-11-04T02:45:00Z", "2025-10-05 02:15:00"),
]  # fmt: skip
ZONES = [UTC, NEW_YORK.zone, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/St_Johns")]
OF_MOMENTS = [
    ("transactions", "transaction_date"),
    ("transactions", "updated_at"),
    ("sales", "transaction_date"),
    ("products", "updated_at"),
    ("clickstream", "timestamp"),
]


@pytest.mark.parametrize(
    ("source", "field", "values", "zone"),
    [
        *((*spellings, UTC) for spellings in SPELLINGS),
        *((*field, MOMENTS, zone) for field in OF_MOMENTS for zone in ZONES),
    ],
)
def test_values(source: str, field: str, values: list[object], zone: tzinfo) -> None:
    """A value is typed as the definition does, in whatever zone, beside others and alone."""
    record, delivery, path = RECORDS[source], Delivery(DAY, zone), FastPath(source)
    usual = _line(record)
    changed = [{**record, field: value} for value in values]
    lines = [*map(_line, changed), *(json.dumps(each).encode() for each in changed)]

    assert _taken(source, [usual, *lines], delivery, path) > 0
    for line in lines:
        _taken(source, [line], delivery, path)


@pytest.mark.parametrize("source", RECORDS)
def test_spellings_of_lines(source: str) -> None:
    """Another order, other blanks, escapes, and fields that no contract knows are taken."""
    record = RECORDS[source]
    extra = {"colour": "red", "more": [1, None], "at": {"price": 1, "of": [{}]}}
    for line in (
        _line(record),
        json.dumps(record, separators=(",", ":")).encode(),
        b" " + _line(dict(reversed(record.items()))) + b"\r",
        _line({**extra, **record}),
        _line({**record, **extra}),
        _line({name: record[name] for name in CONTRACTS[source].required}),
    ):
        assert _taken(source, [line] * 3) == 3


def test_texts_are_trimmed_like_any() -> None:
    """What Arrow trims is what Python trims, of all characters that there are."""
    characters = [chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    trimmed = pc.utf8_trim_whitespace(pa.array(characters))

    blank = pc.indices_nonzero(pc.equal(trimmed, "")).to_pylist()
    assert blank == [number for number, text in enumerate(characters) if not text.strip()]


def test_layouts_last() -> None:
    """What was learned from one delivery takes the lines of another, by that one's limits."""
    path, line = FastPath("sales"), _line(RECORDS["sales"])

    assert _taken("sales", [line], DELIVERY, path) == 1
    for days, taken in ((-3, 0), (-2, 1), (1, 1)):
        other = Delivery(DAY + timedelta(days=days), UTC)
        assert _taken("sales", [*[b"{}"] * 200, line], other, path) == taken
    assert _taken("sales", [line], Delivery(date.max, UTC), path) == 1


def test_nothing() -> None:
    """A file without a line has none; what is no record is left."""
    assert FastPath("sales").take([], DELIVERY) == ([], [])
    line = _line(RECORDS["sales"])
    twice = line[:-1] + b', "quantity": "4"}'
    assert _taken("sales", [b"", b"{}", b"\xff", b"[]", line * 2, twice]) == 0


@pytest.mark.parametrize(
    ("module", "limit", "value"),
    [
        (columns, "MAX_ID", 2),
        (columns, "MAX_MONEY", Decimal(1)),
        (columns, "FIRST_DAY", date(2027, 1, 1)),
        (columns, "DAY", timedelta(days=-7)),
        (fast_path, "MAX_LINE", 100),
    ],
)
def test_limits_are_those_of_the_contracts(
    monkeypatch: pytest.MonkeyPatch, module: object, limit: str, value: object
) -> None:
    """What is beyond a limit is left, for the definition to name the rule."""
    monkeypatch.setattr(module, limit, value)

    assert _taken("transactions", [_line(RECORDS["transactions"])]) == 0


def test_longest_line() -> None:
    """A line that is longer than a record may be is left."""
    usual, long = (_line({**RECORDS["reviews"], "review_text": "x" * n}) for n in (1, MAX_LINE))

    assert _taken("reviews", [usual, long]) == 1


def test_what_arrow_refuses_after_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever Arrow does not take, of a column or of all lines, stops no run."""
    monkeypatch.setattr(columns, "_HAS_ZONE", "^x")

    assert _taken("clickstream", [_line(RECORDS["clickstream"])]) == 0


VALUES = st.one_of(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    st.sampled_from([*MOMENTS, *(value for _, _, values in SPELLINGS for value in values)]),
    st.sampled_from([value for record in RECORDS.values() for value in record.values()]),
    st.lists(st.text(max_size=2), max_size=2),
)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, list[bytes]]:
    """Lines of one source, spelled in one way, some with values or bytes changed."""
    source = draw(st.sampled_from(sorted(RECORDS)))
    order = draw(st.permutations(sorted(RECORDS[source])))
    is_ascii = draw(st.booleans())
    lines = []
    for changed in draw(st.lists(st.dictionaries(st.sampled_from(order), VALUES, max_size=2))):
        values = {name: {**RECORDS[source], **changed}[name] for name in order}
        line = json.dumps(values, ensure_ascii=is_ascii).encode(errors="surrogatepass")
        if draw(st.integers(0, 4)) == 0:
            at = draw(st.integers(0, len(line)))
            line = line[:at] + draw(st.binary(max_size=2)) + line[at + draw(st.integers(0, 2)) :]
        lines.append(line.replace(b"\n", b""))
    return source, [*lines, json.dumps({name: RECORDS[source][name] for name in order}).encode()]


@given(drawn=mutated(), delivery=st.sampled_from([DELIVERY, NEW_YORK]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_same_records_as_the_definition(drawn: tuple[str, list[bytes]], delivery: Delivery) -> None:
    """Every line becomes the same record, or is left, at first and once its layout is known."""
    source, lines = drawn
    path = FastPath(source)

    assert _taken(source, lines, delivery, path) > 0
    assert _taken(source, lines, delivery, path) > 0
