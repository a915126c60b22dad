"""Lines that the fast path takes at once are the events that the definition sees, one by one."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glue_jobs.events import fast_path
from glue_jobs.events.fast_path import FastPath
from glue_jobs.events.layouts import learn
from glue_jobs.events.parsing import validate
from glue_jobs.events.rules import KEPT, MAX_LINE, parse_line
from glue_jobs.events.validation import CUT, kept, validate_each
from glue_jobs.lines.known import MOST_LAYOUTS
from glue_jobs.lines.layouts import LONGEST_PATTERN
from tests.events.test_rules import PURCHASE, SEARCH, VIEW, broken_lines

Fields = dict[str, object]

FILES = [
    "s3://source/events/year=2026/month=03/day=01/hour=10/minute=05/events.jsonl.gz",
    "s3://source/events/year=2099/month=12/day=31/hour=23/minute=55/events.jsonl.gz",
    "s3://source/by-hand.jsonl.gz",
]
RECORDS = [PURCHASE, VIEW, SEARCH, {**PURCHASE, "event_type": "add_to_cart", "quantity": 1}]
EXTRA = {"campaign": "spring", "tags": ["a", 1, None], "at": {"lat": -1.5e-3, "of": [{"x": ""}]}}


def _batch(lines: Iterable[tuple[bytes, str]]) -> pa.RecordBatch:
    texts, files = zip(*lines, strict=True) if lines else ((), ())
    arrays = [pa.array(texts, pa.binary()), pa.array(files, pa.string())]
    return pa.RecordBatch.from_arrays(arrays, ["line", "source_file"])


def _rows(batches: Iterable[pa.RecordBatch]) -> list[str]:
    return sorted(str(row) for batch in batches for row in batch.to_pylist())


def _left(lines: Iterable[bytes], known: FastPath) -> int:
    """Return how many lines are left for the slow way; all rows are as the definition has them."""
    batch = _batch([(line, FILES[0]) for line in lines])
    assert _rows(validate([batch])) == _rows([validate_each(batch)])
    _, left = known.take(batch)
    return len(left)


def _written(records: Iterable[Fields], **options: object) -> list[bytes]:
    return [json.dumps(record, **options).encode() for record in records]


def _without_nulls(record: Fields) -> Fields:
    return {name: value for name, value in record.items() if value is not None}


SPELLINGS = {
    "ours": _written(RECORDS),
    "compact": _written(RECORDS, separators=(",", ":")),
    "compact, nulls left out": _written(map(_without_nulls, RECORDS), separators=(",", ":")),
    "wide": _written(RECORDS, separators=(" ,\t", " : ")),
    "backwards": _written(dict(reversed(record.items())) for record in RECORDS),
    "sorted": _written(RECORDS, sort_keys=True),
    "extra": _written({**EXTRA, **record} for record in RECORDS),
    "more extra": _written({**record, **EXTRA} for record in RECORDS),
    "raw": _written(
        ({**record, "user_id": "\u00fc\u20ac\U0001f600"} for record in RECORDS), ensure_ascii=False
    ),
    "escaped": _written(
        {**record, "user_id": '\u00fc\u20ac\U0001f600"\\\n\0'} for record in RECORDS
    ),
    "carriage return": [b" " + line + b"\r" for line in _written(RECORDS)],
    **{
        timestamp: _written({**record, "timestamp": timestamp} for record in RECORDS)
        for timestamp in (
            *("2026-03-01T10:05:00Z", "2026-03-01T10:05:00.1Z", "2026-03-01T10:05:00.123456+00:00"),
            *(
                "2026-03-01T15:35:00+0530",
                "2026-02-28T23:05:00.123-11",
                "2024-02-29T10:05:00-00:00",
            ),
        )
    },
    **{
        price: [line.replace(b"9.99", price.encode()) for line in _written(RECORDS)]
        for price in ("10", "10.0", "9.990000", "1e1", "1.5E+1", "0", "0.0", "99999999.99", "9e7")
    },
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_any_spelling_is_taken(spelling: str) -> None:
    """Whatever a producer's spelling, its lines are taken at once."""
    assert _left(SPELLINGS[spelling] * 2, FastPath()) == 0


def test_several_producers() -> None:
    """Several spellings in one file, with bad lines among them: the bad ones are left."""
    bad = [b"{}", b"", b"\xff", b"{} {}", b'{"user_id": "u_1"']
    spellings = [*SPELLINGS["ours"], *SPELLINGS["compact, nulls left out"], *SPELLINGS["extra"]]

    assert _left([*bad, *spellings, *bad, *spellings], FastPath()) == 2 * len(bad)


def test_layouts_last() -> None:
    """What was learned from one batch takes the next, though that has a single line of its kind."""
    known = FastPath()
    known.take(_batch([(line, FILES[0]) for line in SPELLINGS["ours"]]))
    strangers = [(line, FILES[0]) for line in _written([{"x": 1}] * 500)]

    events, left = known.take(_batch([(SPELLINGS["ours"][0], FILES[0]), *strangers]))

    assert (sum(map(len, events)), len(left)) == (1, 500)


def test_rare_spellings_are_not_learned() -> None:
    """A line in a hundred is validated on its own, and leaves no layout behind."""
    lines = [line for line in SPELLINGS["ours"] for _ in range(50)]

    alone = [SPELLINGS["backwards"][0]]
    several = _written({**VIEW, f"field {number}": 1} for number in range(4))

    assert _left([*lines, *alone], FastPath()) == 1
    assert _left([*lines, *several], FastPath()) == 4


def test_more_producers_than_layouts() -> None:
    """Of ever more layouts the last are known; the lines of all are validated right."""
    known = FastPath()
    for number in range(MOST_LAYOUTS + 3):
        lines = _written([{**VIEW, f"field {number}": number}] * 3)
        assert _left(lines, known) == 0

    assert len(known.known.layouts) == MOST_LAYOUTS


def test_wide_lines() -> None:
    """As many and as wide layouts as there may be are one expression that compiles."""
    wide = {f"{number:02}": number for number in range(20)}
    names, known = [*VIEW, *wide], FastPath()
    turned = [
        {name: ({**VIEW, **wide})[name] for name in [*names[at:], *names[:at]]} for at in range(16)
    ]

    assert _left(_written(turned * 2), known) == 0
    assert len(learn(json.dumps(turned[0]).encode()).pattern) > LONGEST_PATTERN / 2


@pytest.mark.parametrize(
    "line",
    [
        json.dumps({**VIEW, **{str(number): number for number in range(1000)}}).encode(),
        json.dumps({**VIEW, "x": "y" * 10_000}).encode(),
        json.dumps(VIEW).encode()[:-1] + b', "x": ' + b"[" * 50 + b"]" * 50 + b"}",
        json.dumps(VIEW).replace("user_id", r"\u0075ser_id").encode(),
        json.dumps({**VIEW, "price": -1}).encode(),
        b"{}",
    ],
    ids=["fields", "long", "deep", "escaped key", "no event", "no record"],
)
def test_no_model(line: bytes) -> None:
    """From what is wide, long, deep, escaped in its names, or no event, nothing is learned."""
    assert learn(line) is None


def test_numbers_that_arrow_refuses() -> None:
    """What its parser cannot hold, though nobody asks for it, goes the slow way."""
    huge = [json.dumps({**VIEW, "x": 0}).replace("0}", f"{number}}}") for number in HUGE]
    lines = _written([{**VIEW, "x": 1}] * 3)

    assert _left([*lines, *map(str.encode, huge)], FastPath()) == len(huge)


HUGE = ("1e999", "-1E+400", "9" * 400, "1e99999999999999999999")


def test_what_arrow_refuses_after_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else its parser does not take stops no run."""
    no_text = fast_path._SCHEMA.set(1, pa.field("user_id", pa.int32()))  # ruff: ignore[private-member-access] - the real one
    monkeypatch.setattr(fast_path, "_SCHEMA", no_text)

    assert _left(SPELLINGS["extra"], FastPath()) == len(SPELLINGS["extra"])


def test_parsing_amid_others() -> None:
    """Of a batch that is part of a larger one just its own lines are read."""
    lines = [json.dumps({**VIEW, "user_id": f"u_{number}"}).encode() for number in range(4)]

    [events], left = FastPath().take(_batch([(line, FILES[0]) for line in lines]).slice(1, 2))

    assert (events["user_id"].to_pylist(), len(left)) == (["u_1", "u_2"], 0)


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("MAX_QUANTITY", 1),
        ("MAX_PRICE", Decimal(1)),
        ("MAX_AHEAD", timedelta()),
        ("MAX_LINE", 100),
        ("FIRST_INSTANT", datetime(2027, 1, 1, tzinfo=UTC)),
        ("END_OF_TIME", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_limits_are_those_of_the_rules(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: object
) -> None:
    """What is beyond a limit is left, for the definition to name the rule."""
    monkeypatch.setattr(fast_path, limit, value)

    events, left = FastPath().take(_batch([(json.dumps(PURCHASE).encode(), FILES[0])]))

    assert (sum(map(len, events)), len(left)) == (0, 1)


@pytest.mark.parametrize(
    "record",
    [
        {**SEARCH, "search_query": "x" * MAX_LINE},
        {**VIEW, "timestamp": "2010-01-01T00:00:00+00:01"},
        {**VIEW, "timestamp": "2099-12-31T23:59:00-00:01"},
        {**PURCHASE, "price": 99_999_999.999},
        {**PURCHASE, "price": 100_000_000},
        {**PURCHASE, "quantity": 2**31},
    ],
    ids=["long", "old", "early", "precise", "dear", "many"],
)
def test_beyond_the_limits(record: Fields) -> None:
    """What a known layout takes is still held to the limits."""
    assert _left(_written([*RECORDS, record]), FastPath()) == 1


def test_all_beyond_the_limits() -> None:
    """So are lines with unknown fields, even if none of a batch is within."""
    known = FastPath()
    _left(SPELLINGS["extra"], known)

    assert _left(_written([{**EXTRA, **VIEW, "timestamp": "2000-01-01T00:00:00Z"}]), known) == 1


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"x" * KEPT, "x" * KEPT),
        (b"x" * (KEPT + 1), "x" * KEPT + CUT),
        (b"x" + "\u00fc".encode() * KEPT, "x" + "\u00fc" * (KEPT // 2 - 1) + CUT),
        ("\U0001f600".encode() * KEPT, "\U0001f600" * (KEPT // 4) + CUT),
        (b"\xff" * (KEPT // 4), r"\xff" * (KEPT // 4)),
        (b"\xff" * KEPT, r"\xff" * (KEPT // 4) + CUT),
    ],
    ids=["limit", "beyond", "two bytes", "four bytes", "no text", "no text, beyond"],
)
def test_kept_of_a_rejected_line(line: bytes, text: str) -> None:
    """A bounded beginning, whole characters, marked where it is not all."""
    assert kept(line) == text


@st.composite
def spelled(draw: st.DrawFn) -> list[bytes]:
    """Lines of one producer, its own order, blanks, nulls, zone and escapes; values of any kind."""
    order = draw(
        st.permutations([*PURCHASE, *draw(st.sets(st.sampled_from([*EXTRA, "\u00fc", ""])))])
    )
    options = {
        "separators": draw(st.sampled_from([(", ", ": "), (",", ":"), (" , ", " :\t")])),
        "ensure_ascii": draw(st.booleans()),
    }
    spell = draw(st.sampled_from([dict, _without_nulls]))
    zone = draw(st.sampled_from(["Z", "+00:00", "-0530", "+14", "z"]))
    texts = st.text(max_size=4) | st.sampled_from(["\ufffd", "u_1"])
    lines = []
    for record in draw(st.lists(st.sampled_from(RECORDS), min_size=1, max_size=5)):
        values = {**EXTRA, "\u00fc": draw(texts), "": draw(st.integers() | texts), **record}
        values |= {"user_id": draw(texts), "price": record["price"] and draw(PRICES)}
        values["timestamp"] = draw(TIMES) + zone
        lines.append(json.dumps(spell({name: values[name] for name in order}), **options))
    return [line.encode(errors="surrogatepass") for line in lines]


TIMES = st.sampled_from([
    *("2026-03-01T10:05:00", "2026-03-01T10:05:00.5", "2026-03-02T10:04:59.123456"),
    *("2024-02-29T23:59:59.000001", "2010-01-01T00:00:00", "2099-12-31T23:59:59.999"),
])
PRICES = st.sampled_from([0, 1e1, 9.99, 10.0, 99_999_999.99, 1e8, -0.0, 0.001, 1e-7, "9.99"])


@given(
    producers=st.lists(spelled(), max_size=3),
    others=st.lists(broken_lines(), max_size=3),
    files=st.lists(st.sampled_from(FILES), min_size=1, max_size=3),
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_same_rows_as_the_definition(
    producers: list[list[bytes]], others: list[bytes], files: list[str]
) -> None:
    """With and without the fast path, every line becomes the same row, at first and once known."""
    lines = [*others, *(line for lines in producers for line in lines)]
    batch = _batch([(line, files[number % len(files)]) for number, line in enumerate(lines)])

    assert _rows(validate([batch, batch])) == _rows([validate_each(batch), validate_each(batch)])


MODELS = [*SPELLINGS["ours"][:1], *SPELLINGS["compact, nulls left out"][1:2]]
MODELS += SPELLINGS["extra"][2:3]
MATCHES = st.one_of([
    st.from_regex(re.compile(learn(line).pattern.encode(), re.DOTALL), fullmatch=True)
    for line in MODELS
])


@given(line=MATCHES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_a_layout_takes_is_accepted(line: bytes) -> None:
    """Whatever the expression lets through is an event of the definition, the same."""
    models, batch = _batch([(model, FILES[2]) for model in MODELS]), _batch([(line, FILES[2])])
    known = FastPath()
    known.take(models)

    events, left = known.take(batch)

    is_event = parse_line(line, None).event is not None  # or beyond a limit
    assert (sum(map(len, events)), len(left)) == (is_event, not is_event)
    assert _rows(validate([models, batch])) == _rows([validate_each(models), validate_each(batch)])
