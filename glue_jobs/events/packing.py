"""Lines become parts: a file's events of one hour as Parquet, and what a run must know of them.

Runs in Spark's Python workers. Events are judged, sorted and packed where they are read; Spark
moves parts, not rows, and only events that may be there twice are unpacked again.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import count, pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pandas.util import hash_array
from pyarrow import parquet
from pyspark import TaskContext
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.events.file_counts import Census
from glue_jobs.events.schemas import EVENTS, Table
from glue_jobs.events.validation import judge

MOST_EVENTS = 1 << 20  # sorted and packed at once, in some 300 MB
MOST_BYTES = 1 << 28  # of events, however few; an event may have 1 MiB
ROW_GROUP = 1 << 17  # events; a row group's times are few enough to be skipped by
MICROS_OF_AN_HOUR = 3_600_000_000

PARTS = T.StructType([
    T.StructField("source_file", T.StringType()),
    T.StructField("reason", T.StringType()),
    T.StructField("raw_line", T.StringType()),
    T.StructField("unknown_fields", T.ArrayType(T.StringType())),
    T.StructField("lines", T.LongType()),
    T.StructField("bytes", T.LongType()),
    T.StructField("first_event_time", T.TimestampType()),
    T.StructField("last_event_time", T.TimestampType()),
    T.StructField("part", T.StringType()),
    T.StructField("events", T.LongType()),
    T.StructField("keys", T.BinaryType()),
    T.StructField("body", T.BinaryType()),
])
_ARROW = to_arrow_schema(PARTS)
_EVENTS = to_arrow_schema(EVENTS.columns)


def make_parts(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Judge and pack the lines of a task.

    Columns in: ``line`` (bytes), ``source_file``; out: those of ``PARTS``.
    Rows: one per rejected line, with its ``reason``; one per part: its name, which is the same
    if the task is tried again, its ``events``, their ``keys`` and its file, ``body``; and one per
    raw file, with the ``lines`` and ``bytes`` that it delivered, as of ``Census``.
    """
    partition = TaskContext.get().partitionId()  # type: ignore[union-attr] # there is a task
    names = (f"{partition:05}-{number:05}" for number in count())
    held: list[pa.RecordBatch] = []
    census = Census()
    for verdicts in judge(census.count(batches)):
        census.note_unknown_fields(verdicts)
        is_event = pc.is_null(verdicts["reason"])
        if pc.all(is_event).as_py():
            held.append(verdicts)
        else:
            yield _rejects(verdicts.filter(pc.invert(is_event)))
            held.append(verdicts.filter(is_event))
        if sum(map(len, held)) >= MOST_EVENTS or sum(each.nbytes for each in held) >= MOST_BYTES:
            yield from _pack(_take_all(held), names)
    if any(map(len, held)):
        yield from _pack(_take_all(held), names)
    yield pa.RecordBatch.from_pylist(census.rows(), _ARROW)


def _rejects(rejected: pa.RecordBatch) -> pa.RecordBatch:
    columns = dict(zip(rejected.schema.names, rejected.columns, strict=True))
    columns["lines"] = pa.repeat(1, len(rejected))
    del columns["unknown_fields"]  # the census has them
    nothing = pa.nulls(len(rejected))
    arrays = [columns.get(field.name, nothing).cast(field.type) for field in _ARROW]
    return pa.RecordBatch.from_arrays(arrays, schema=_ARROW)


def _take_all(held: list[pa.RecordBatch]) -> pa.Table:
    """Return the events held, and hold them no more: what is made of them takes as much memory."""
    events = pa.Table.from_batches(held)
    held.clear()
    return events


def _pack(events: pa.Table, names: Iterator[str]) -> Iterator[pa.RecordBatch]:
    """Rows: one per file and hour of the events."""
    events = events.combine_chunks()
    files, times = _files(events), instants(events)
    if not _are_in_order(files, times):
        order = np.lexsort((times, files))
        events, files, times = events.take(order), files[order], times[order]
    borders = np.flatnonzero(np.diff(times // MICROS_OF_AN_HOUR) | np.diff(files)) + 1
    for start, end in pairwise([0, *borders, len(events)]):
        row = _part(events.slice(start, end - start), next(names))
        yield pa.RecordBatch.from_pylist([row], _ARROW)


def _are_in_order(files: np.ndarray, times: np.ndarray) -> bool:
    """Tell whether events come file by file, in time; they often do, and to move them costs."""
    of_file, later = np.diff(files), np.diff(times) >= 0
    return bool(np.all((of_file > 0) | ((of_file == 0) & later)))


def _part(events: pa.Table, name: str) -> dict[str, Any]:
    """Return the row of one part; an event that follows an equal one is left out of it."""
    keys = keys_of(events)
    is_kept = ~_equals_previous(events, keys)
    kept = events.select(_EVENTS.names).filter(is_kept)
    times = events["event_time"]
    return {
        "source_file": events["source_file"][0],
        "lines": len(events),
        "first_event_time": times[0],
        "last_event_time": times[-1],
        "part": name,
        "events": len(kept),
        "keys": keys[is_kept].tobytes(),
        "body": pack(kept, EVENTS),
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


def checksums(texts: pa.ChunkedArray) -> np.ndarray:
    """Return 32 bits of each text."""
    encoded = texts.combine_chunks().dictionary_encode()
    hashes = hash_array(encoded.dictionary.to_numpy(zero_copy_only=False))
    return hashes.astype(np.uint32).astype(np.int64)[encoded.indices.to_numpy()]


def _files(events: pa.Table) -> np.ndarray:
    """Return a number for each event's file."""
    return events["source_file"].combine_chunks().dictionary_encode().indices.to_numpy()


def pack(
    rows: pa.Table, table: Table, row_group: int = ROW_GROUP, unlike: Collection[str] = ()
) -> bytes:
    """Return rows of a table as a Parquet file, as Spark's settings have it.

    ``unlike`` are the columns whose values seldom repeat: a dictionary would only add to them.
    """
    sink = pa.BufferOutputStream()
    parquet.write_table(
        rows.cast(to_arrow_schema(table.columns)),
        sink,
        compression="zstd",
        coerce_timestamps="ms",
        row_group_size=row_group,
        use_dictionary=[name for name in rows.column_names if name not in unlike],
        store_schema=False,
    )
    return sink.getvalue().to_pybytes()


def unpack(body: bytes) -> pa.Table:
    """Return the events of a part's file, typed as Spark takes them."""
    return parquet.read_table(pa.BufferReader(body)).cast(_EVENTS)
