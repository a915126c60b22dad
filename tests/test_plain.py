"""Plain lines taken many at once are the events that the definition sees in them one by one."""

import json
import re
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glue_jobs import plain
from glue_jobs.parsing import KEPT
from glue_jobs.plain import PLAIN, take_plain
from glue_jobs.verdicts import CUT, judge, judge_each, kept
from tests.test_parsing import PURCHASE, SEARCH, VIEW, broken_lines

FILES = [
    "s3://source/events/year=2026/month=03/day=01/hour=10/minute=05/events.jsonl.gz",
    "s3://source/events/year=2999/month=12/day=31/hour=23/minute=55/events.jsonl.gz",
    "s3://source/by-hand.jsonl.gz",
]
PLAIN_LINES = st.from_regex(re.compile(PLAIN, re.ASCII), fullmatch=True).map(str.encode)


def _batch(lines: list[tuple[bytes, str]]) -> pa.RecordBatch:
    texts, files = zip(*lines, strict=True) if lines else ((), ())
    arrays = [pa.array(texts, pa.binary()), pa.array(files, pa.string())]
    return pa.RecordBatch.from_arrays(arrays, ["line", "source_file"])


def _rows(batches: Iterable[pa.RecordBatch]) -> list[str]:
    return sorted(str(row) for batch in batches for row in batch.to_pylist())


@pytest.mark.parametrize(
    "record", [PURCHASE, VIEW, SEARCH, {**PURCHASE, "price": 12, "user_id": "\u00fc"}]
)
@pytest.mark.parametrize("separators", [(", ", ": "), (",", ":")])
def test_what_the_producer_writes_is_plain(
    record: dict[str, object], separators: tuple[str, str]
) -> None:
    """Nothing of it is left for the slow way."""
    line = json.dumps(record, ensure_ascii=False, separators=separators).encode()

    events, left = take_plain(_batch([(line, FILES[0])]))

    assert (len(events), len(left)) == (1, 0)


def test_lines_amid_others() -> None:
    """Of a batch that is part of a larger one just its own lines are read."""
    lines = [json.dumps({**VIEW, "user_id": f"u_{number}"}).encode() for number in range(4)]

    events, left = take_plain(_batch([(line, FILES[0]) for line in lines]).slice(1, 2))

    assert (events["user_id"].to_pylist(), len(left)) == (["u_1", "u_2"], 0)


@pytest.mark.parametrize(
    ("limit", "value"),
    [("MAX_QUANTITY", 1), ("MAX_PRICE", Decimal(1)), ("MAX_AHEAD", timedelta())],
)
def test_limits_are_those_of_the_rules(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: object
) -> None:
    """What is beyond a limit is left, for the definition to name the rule."""
    monkeypatch.setattr(plain, limit, value)

    events, left = take_plain(_batch([(json.dumps(PURCHASE).encode(), FILES[0])]))

    assert (len(events), len(left)) == (0, 1)


def test_equal_limits_both_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quantity beyond its limit is left, though the price's limit is the same number."""
    monkeypatch.setattr(plain, "MAX_QUANTITY", 10)
    monkeypatch.setattr(plain, "MAX_PRICE", Decimal(10))

    _, left = take_plain(_batch([(json.dumps({**PURCHASE, "quantity": 11}).encode(), FILES[0])]))

    assert len(left) == 1


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


@given(lines=st.lists(st.tuples(PLAIN_LINES | broken_lines(), st.sampled_from(FILES)), max_size=5))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_same_rows_as_the_definition(lines: list[tuple[bytes, str]]) -> None:
    """With and without this way in, every line becomes the same row."""
    batch = _batch(lines)

    assert _rows(judge([batch])) == _rows([judge_each(batch)])


@given(line=PLAIN_LINES)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_plain_is_accepted(line: bytes) -> None:
    """Whatever is spelled plainly is an event, and none is left for the slow way."""
    batch = _batch([(line, FILES[2])])

    events, left = take_plain(batch)

    assert (len(events), len(left)) == (1, 0)
    assert _rows(judge([batch])) == _rows([judge_each(batch)])
