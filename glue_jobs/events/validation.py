"""Batches of lines become batches of rows: each an event, or a reject with its reasons.

Runs in Spark's Python workers. Plain lines are taken many at once, all others judged one by one.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.events.fast_path import Plain
from glue_jobs.events.rules import BLANKS, KEPT, Event, ParsedLine, parse_line, slot_of
from glue_jobs.events.schemas import EVENTS

VERDICTS = T.StructType([
    *(T.StructField(field.name, field.dataType) for field in EVENTS.columns),
    T.StructField("reason", T.StringType()),
    T.StructField("raw_line", T.StringType()),
    T.StructField("unknown_fields", T.ArrayType(T.StringType())),
])
# Judged while the next batch arrives: Spark does not send it before the last one is taken, and a
# gzip file is one task, which would leave other cores idle.
AHEAD = 2
_ARROW = to_arrow_schema(VERDICTS)
CUT = " [cut]"
LONGEST_CHARACTER = 4  # bytes
_NO_EVENT = (None,) * len(Event._fields)


def judge(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Judge lines, but for blank ones.

    Columns in: ``line`` (bytes), ``source_file``; out: those of ``VERDICTS``.
    """
    plain = Plain()
    with ThreadPoolExecutor(AHEAD) as pool:
        ahead: deque[Future[list[pa.RecordBatch]]] = deque()
        for lines in batches:
            ahead.append(pool.submit(_judge, lines, plain))
            if len(ahead) > AHEAD:
                yield from ahead.popleft().result()
        for judged in ahead:
            yield from judged.result()


def _judge(lines: pa.RecordBatch, plain: Plain) -> list[pa.RecordBatch]:
    events, left = plain.take(lines)
    return [*map(_accepted, events), judge_each(left)]


def _accepted(events: pa.RecordBatch) -> pa.RecordBatch:
    times, nothing = events["timestamp"], pa.nulls(len(events))
    columns = {
        **dict(zip(events.schema.names, events.columns, strict=True)),
        "event_time": pc.floor_temporal(times, unit="millisecond"),
        "event_time_micros": pc.microsecond(times),
    }
    arrays = [columns.get(field.name, nothing).cast(field.type) for field in _ARROW]
    return pa.RecordBatch.from_arrays(arrays, schema=_ARROW)


def judge_each(lines: pa.RecordBatch) -> pa.RecordBatch:
    """Judge lines one by one, but for blank ones; columns as of ``judge``."""
    pairs = zip(*(column.to_pylist() for column in lines.columns), strict=True)
    rows = [_row(line, file) for line, file in pairs if line.strip(BLANKS)]
    columns = list(zip(*rows, strict=True)) or [()] * len(_ARROW)
    arrays = map(pa.array, columns, _ARROW.types)
    return pa.RecordBatch.from_arrays(list(arrays), schema=_ARROW)


def _row(line: bytes, source_file: str) -> tuple[object, ...]:
    parsed: ParsedLine = parse_line(line, slot_of(source_file))
    unknown_fields = parsed.unknown_fields or None
    if parsed.event:
        return (*parsed.event, source_file, None, None, unknown_fields)
    return (*_NO_EVENT, source_file, ",".join(parsed.reasons), kept(line), unknown_fields)


def kept(line: bytes) -> str:
    """Return the text of a rejected line that is kept, marked where it is not the whole."""
    text = line[: KEPT + LONGEST_CHARACTER].decode(errors="backslashreplace").encode()
    if len(text) <= KEPT:
        return text.decode()
    return text[:KEPT].decode(errors="ignore") + CUT
