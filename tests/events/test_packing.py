"""Files of events: every event of a task's lines, once, beside those of its raw file and hour."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glue_jobs.events import packing
from glue_jobs.events.packing import instants, keys_of
from glue_jobs.events.parsing import parse
from glue_jobs.events.schemas import EVENTS as TABLE
from glue_jobs.events.validation import validate_each
from glue_jobs.lake.parquet import unpack
from tests.events.test_parsing import FILE_A, FILE_B, PURCHASE, SEARCH

pytestmark = pytest.mark.usefixtures("task")
TIMES = ("09:59:59.999999", "10:00:00", "10:00:00.000001")
HOUR = 3_600_000_000  # microseconds
EVENTS = st.builds(
    lambda event, time, user, session: {
        **event,
        "timestamp": f"2026-03-01T{time}Z",
        "user_id": user,
        "session_id": session,
    },
    st.sampled_from([SEARCH, PURCHASE, {**PURCHASE, "x": 1}]),
    st.sampled_from(TIMES),
    st.sampled_from(["u_1", "u_2"]),
    st.sampled_from(["s_1", "s_2"]),
)
LINES = EVENTS.map(json.dumps) | st.sampled_from(["", " ", "{", "[]"])


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be the worker of a task, and pack few events at once."""
    context = SimpleNamespace(partitionId=lambda: 7)
    monkeypatch.setattr(packing, "TaskContext", SimpleNamespace(get=lambda: context))
    monkeypatch.setattr(packing, "MOST_EVENTS", 6)


def _batch(lines: list[tuple[str, str]]) -> pa.RecordBatch:
    texts, files = zip(*lines, strict=True) if lines else ((), ())
    arrays = [pa.array(texts, pa.string()).cast(pa.binary()), pa.array(files, pa.string())]
    return pa.RecordBatch.from_arrays(arrays, ["line", "source_file"])


def _made(*batches: list[tuple[str, str]]) -> tuple[list[dict], list[dict]]:
    """Return the rows of files of events, and those of rejects."""
    rows = [row for made in parse(map(_batch, batches)) for row in made.to_pylist()]
    return [row for row in rows if row["file_name"]], [row for row in rows if row["reason"]]


@given(batches=st.lists(st.lists(st.tuples(LINES, st.sampled_from([FILE_A, FILE_B])))))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_event_once(batches: list[list[tuple[str, str]]]) -> None:
    """Lines are events of one file, or rejects; what a file leaves out equals what it holds."""
    packed, rejected = _made(*batches)

    rows = [row for batch in batches for row in validate_each(_batch(batch)).to_pylist()]
    expected = [{**row, "unknown_fields": None} for row in rows if not row["reason"]]
    events = [event for row in packed for event in unpack(row["content"], TABLE).to_pylist()]
    assert {*map(repr, events)} == {
        repr({name: row[name] for name in events[0]}) for row in expected
    }
    assert sum(row["valid"] for row in packed) == len(expected)
    assert sorted(
        (row["source_file"], row["raw_line"], row["rejected"]) for row in rejected
    ) == sorted((row["source_file"], row["raw_line"], 1) for row in rows if row["reason"])


@given(lines=st.lists(st.tuples(LINES, st.sampled_from([FILE_A, FILE_B])), min_size=1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_file_is_of_one_raw_file_and_hour(lines: list[tuple[str, str]]) -> None:
    """A file's events are of its raw file, of one hour, in order; its keys are theirs."""
    packed, _ = _made(lines)

    assert len({row["file_name"] for row in packed}) == len(packed)
    for row in packed:
        events = unpack(row["content"], TABLE)
        times = instants(events)
        assert pc.unique(events["source_file"]).to_pylist() == [row["source_file"]]
        assert len({*(times // HOUR)}) == 1
        assert sorted(times) == [*times]
        assert row["keys"] == keys_of(events).tobytes()
        assert row["events"] == len(events)
        assert (row["first_event_time"], row["last_event_time"]) == (
            events["event_time"][0].as_py(),
            events["event_time"][-1].as_py(),
        )


def test_duplicates_that_lie_side_by_side_are_left_out() -> None:
    """Of equal events of a file one is packed; one that differs in a field stays."""
    twice = {**SEARCH, "session_id": "s_2"}
    [file], _ = _made([(json.dumps(event), FILE_A) for event in (SEARCH, SEARCH, SEARCH, twice)])

    sessions = unpack(file["content"], TABLE)["session_id"].to_pylist()
    assert (file["valid"], sessions) == (4, ["s_1", "s_2"])


def test_few_events_that_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events are packed by their bytes too: a few large ones are not held until there are many."""
    monkeypatch.setattr(packing, "MOST_BYTES", 10_000)
    large = json.dumps({**SEARCH, "search_query": "x" * 9_000})

    packed, _ = _made(*[[(large.replace("s_1", f"s_{number}"), FILE_A)] for number in range(4)])

    assert [row["events"] for row in packed] == [2, 2]


def test_keys_hold_the_instant_and_the_user() -> None:
    """Another microsecond, or another user, is another key; a time before 1970 has one too."""
    old = datetime(1, 1, 1, tzinfo=UTC)
    rows = [(old, 0, "u_1"), (old, 1, "u_1"), (old, 0, "u_2"), (old, 0, "u_1")]
    names = ("event_time", "event_time_micros", "user_id")
    times, micros, users = zip(*rows, strict=True)
    columns = [pa.array(times, pa.timestamp("us", "UTC")), pa.array(micros), pa.array(users)]

    keys = keys_of(pa.table(columns, names))

    assert keys[0] == keys[3]
    assert len(np.unique(keys)) == 3
