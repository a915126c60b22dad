"""The vectorised fast path: lines that are spelled as many others are, validated many at once.

It only accepts. What it does not take, be it unusual or wrong, is for ``rules.parse_line``, which
stays the definition: a line taken here is an event there, the same.
"""

from functools import reduce
from itertools import starmap

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.events.layouts import learn
from glue_jobs.events.raw_names import slot_of
from glue_jobs.events.rules import (
    END_OF_TIME,
    FIELDS,
    FIRST_INSTANT,
    MAX_AHEAD,
    MAX_LINE,
    MAX_PRICE,
    MAX_QUANTITY,
)
from glue_jobs.events.schemas import PRICE, VALIDATED
from glue_jobs.lake.parquet import to_batch
from glue_jobs.lines.known import KnownLayouts

_INSTANT = pa.timestamp("us", "UTC")
_TYPES = {
    "timestamp": _INSTANT,
    "quantity": pa.int32(),
    "price": pa.decimal128(38, PRICE.scale),  # room for zeros and exponents
}
_SCHEMA = pa.schema([(field, _TYPES.get(field, pa.string())) for field in FIELDS])
_VALIDATED = to_arrow_schema(VALIDATED)


class FastPath:
    """The layouts that are known so far, and what is within the rules' limits."""

    def __init__(self) -> None:
        self.known = KnownLayouts(MAX_LINE)

    def take(self, lines: pa.RecordBatch) -> tuple[list[pa.RecordBatch], pa.RecordBatch]:
        """Split lines, ``line`` (bytes) and ``source_file``, into events and what is left.

        Events have the columns of ``VALIDATED``, what is left those of ``lines``.
        """
        taken, left = self.known.take(lines, learn, _SCHEMA, _typed)
        return list(starmap(_events, taken)), left


def _typed(fields: pa.RecordBatch, lines: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.BooleanArray]:
    return fields, _is_within(fields, lines["source_file"])


def _is_within(fields: pa.RecordBatch, files: pa.StringArray) -> pa.BooleanArray:
    """Tell which are within all limits of the rules; of the others the definition says which."""
    files, times = files.dictionary_encode(), fields["timestamp"]
    slots = pa.array(map(slot_of, files.dictionary.to_pylist()), _INSTANT).take(files.indices)
    masks = [
        pc.greater_equal(times, pa.scalar(FIRST_INSTANT)),
        pc.less(times, pa.scalar(END_OF_TIME)),
        pc.less_equal(pc.subtract(times, slots), pa.scalar(MAX_AHEAD)),
        pc.less_equal(fields["quantity"], pa.scalar(MAX_QUANTITY)),
        pc.less_equal(fields["price"], pa.scalar(MAX_PRICE)),
    ]
    return reduce(pc.and_, [pc.fill_null(mask, fill_value=True) for mask in masks])


def _events(
    fields: pa.RecordBatch, lines: pa.RecordBatch, unknown_fields: tuple[str, ...]
) -> pa.RecordBatch:
    times, unknown = fields["timestamp"], pa.scalar(unknown_fields or None, pa.list_(pa.string()))
    columns = {
        **dict(zip(fields.schema.names, fields.columns, strict=True)),
        "event_time": pc.floor_temporal(times, unit="millisecond"),
        "event_time_micros": pc.microsecond(times),
        "source_file": lines["source_file"],
        "unknown_fields": pa.repeat(unknown, len(lines)),
    }
    return to_batch(columns, len(lines), _VALIDATED)
