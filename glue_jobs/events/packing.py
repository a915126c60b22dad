"""Validated lines become Parquet files: one for the events of a raw file and an hour.

Runs in Spark's Python workers. Events are sorted and packed where they are read; Spark moves files,
not rows, and only events that may be there twice are unpacked again.
"""

from collections.abc import Iterable, Iterator
from itertools import count, pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import TaskContext
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.events.schemas import BYTES, COUNT, EVENTS, TEXT, TEXTS, TIME
from glue_jobs.lake.parquet import checksums, pack, to_batch

MOST_EVENTS = 1 << 20  # sorted and packed at once, in some 300 MB
MOST_BYTES = 1 << 28  # of events, however few; an event may have 1 MiB
MICROS_OF_AN_HOUR = 3_600_000_000

# Rows of three kinds, all with their raw file. A rejected line: ``reason``, ``raw_line``,
# ``rejected`` (1). A file of events: its hour, name and content, its ``events`` and how many
# ``valid`` lines they were, their ``keys``, the times of the first and the last. What a raw file
# delivered: ``lines``, ``bytes``, ``unknown_fields``.
COUNTS = ("lines", "bytes", "valid", "rejected", "events")
PARSED = T.StructType([
    *EVENTS.file_columns,
    *(T.StructField(name, TEXT) for name in ("source_file", "reason", "raw_line")),
    *(T.StructField(name, COUNT) for name in COUNTS),
    *(T.StructField(name, TIME) for name in ("first_event_time", "last_event_time")),
    T.StructField("keys", BYTES),
    T.StructField("unknown_fields", TEXTS),
])
_PARSED = to_arrow_schema(PARSED)


def pack_events(validated: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Pack the events of a task; pass on its rejected lines.

    Columns in: those of ``VALIDATED``; out: those of ``PARSED``.
    Rows: one per rejected line; one per file of events, whose name is the same if the task is
    tried again.
    """
    partition = TaskContext.get().partitionId()  # type: ignore[union-attr] # there is a task
    names = (f"{partition:05}-{number:05}" for number in count())
    held: list[pa.RecordBatch] = []
    for lines in validated:
        is_event = pc.is_null(lines["reason"])
        if pc.all(is_event).as_py():
            held.append(lines)
        else:
            yield _rejects(lines.filter(pc.invert(is_event)))
            held.append(lines.filter(is_event))
        if sum(map(len, held)) >= MOST_EVENTS or sum(each.nbytes for each in held) >= MOST_BYTES:
            yield from _pack(_take_all(held), names)
    if any(map(len, held)):
        yield from _pack(_take_all(held), names)


def _rejects(lines: pa.RecordBatch) -> pa.RecordBatch:
    columns = {name: lines[name] for name in ("source_file", "reason", "raw_line")}
    return to_batch({**columns, "rejected": pa.repeat(1, len(lines))}, len(lines), _PARSED)


def _take_all(held: list[pa.RecordBatch]) -> pa.Table:
    """Return the events held, and hold them no more: what is made of them takes as much memory."""
    events = pa.Table.from_batches(held)
    held.clear()
    return events.combine_chunks()


def _pack(events: pa.Table, names: Iterator[str]) -> Iterator[pa.RecordBatch]:
    """Rows: one per raw file and hour of the events."""
    files, times = _files(events), instants(events)
    order = np.lexsort((times, files))
    if np.any(np.diff(order) < 0):  # as a rule they are in order, and to move them costs
        events, files, times = events.take(order), files[order], times[order]
    borders = np.flatnonzero(np.diff(times // MICROS_OF_AN_HOUR) | np.diff(files)) + 1
    for start, end in pairwise([0, *borders, len(events)]):
        row = _file(events.slice(start, end - start), next(names))
        yield pa.RecordBatch.from_pylist([row], _PARSED)


def _files(events: pa.Table) -> np.ndarray:
    """Return a number for each event's raw file."""
    return events["source_file"].combine_chunks().dictionary_encode().indices.to_numpy()


def _file(events: pa.Table, name: str) -> dict[str, Any]:
    """Return the row of a file; an event that follows an equal one is left out of it."""
    keys = keys_of(events)
    is_kept = ~_equals_previous(events, keys)
    kept = events.select(EVENTS.columns.names).filter(is_kept)
    first, last = (events["event_time"][at].as_py() for at in (0, -1))
    return {
        "dt": f"{first:%Y-%m-%d}",
        "hour": f"{first:%H}",
        "file_name": name,
        "source_file": events["source_file"][0],
        "valid": len(events),
        "first_event_time": first,
        "last_event_time": last,
        "events": len(kept),
        "keys": keys[is_kept].tobytes(),
        "content": pack(kept, EVENTS),
    }


def _equals_previous(events: pa.Table, keys: np.ndarray) -> np.ndarray:
    """Tell of each event whether it equals the one before; equal ones have equal keys."""
    equals = np.append(False, keys[1:] == keys[:-1])
    where = np.flatnonzero(equals)
    these, previous = (events.take(at).drop_columns("unknown_fields") for at in (where, where - 1))
    for this, other in zip(these.columns, previous.columns, strict=True):
        both_null = pc.and_(pc.is_null(this), pc.is_null(other))
        equals[where] &= pc.coalesce(pc.equal(this, other), both_null).to_numpy()
    return equals


def instants(events: pa.Table) -> np.ndarray:
    """Return when each event happened: microseconds since 1970."""
    milliseconds = events["event_time"].cast(pa.int64()).to_numpy()
    return milliseconds + events["event_time_micros"].to_numpy()


def keys_of(events: pa.Table) -> np.ndarray:
    """Return 64 bits of each event, from its instant and its user: equal events have equal keys.

    An hour has less than 2**32 microseconds, so in it only users that share a checksum share keys.
    """
    return (instants(events) << 32) | checksums(events["user_id"])
