"""The vectorised fast path: lines that are spelled as many others are, validated many at once.

It only accepts. What it does not take, be it unusual or wrong, is for ``rules.parse_line``, which
stays the definition: a line taken here is an event there, the same.
"""

from collections.abc import Iterable
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.events.layouts import Layout, learn
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

MOST_LAYOUTS = 16  # known at once; a producer has three, for the fields that an event type needs
MODELS = 16  # lines of a batch that are looked at for what is not known
RARE = 100  # one line in so many is not worth a layout

_INSTANT = pa.timestamp("us", "UTC")
_TYPES = {
    "timestamp": _INSTANT,
    "quantity": pa.int32(),
    "price": pa.decimal128(38, PRICE.scale),  # room for zeros and exponents
}
_SCHEMA = pa.schema([(field, _TYPES.get(field, pa.string())) for field in FIELDS])
_AS_DECLARED = json.ParseOptions(explicit_schema=_SCHEMA, unexpected_field_behavior="ignore")
_VALIDATED = to_arrow_schema(VALIDATED)


class FastPath:
    """The layouts that are known so far, the newest last."""

    def __init__(self) -> None:
        # Replaced as a whole: threads share them.
        self._layouts: tuple[Layout, ...] = ()
        self._patterns: dict[tuple[str, ...], str] = {}  # of all layouts, by their unknown fields

    def take(self, lines: pa.RecordBatch) -> tuple[list[pa.RecordBatch], pa.RecordBatch]:
        """Split lines, ``line`` (bytes) and ``source_file``, into events and what is left.

        Events have the columns of ``VALIDATED``, what is left those of ``lines``.
        """
        matching, rest = self._match(lines)
        if len(rest) * RARE > len(lines) and self._learn(rest, len(lines)):
            matching, rest = self._match(lines)
        events, left = [], [rest]
        for known, unknown_fields in matching:
            try:
                fields = _read(known)
            except pa.ArrowInvalid:  # not even the definition's events may stop a run
                left.append(known)
                continue
            is_within = _is_within(fields, known["source_file"])
            within, beyond = _partition(is_within, known)
            events.append(_events(_partition(is_within, fields)[0], within, unknown_fields))
            left.append(beyond)
        return events, pa.concat_batches(left)

    def _match(
        self, lines: pa.RecordBatch
    ) -> tuple[list[tuple[pa.RecordBatch, tuple[str, ...]]], pa.RecordBatch]:
        """Return the lines of known layouts, with their unknown fields, and the rest."""
        matching, rest = [], lines
        for unknown_fields, pattern in self._patterns.items():
            known, rest = _partition(_matches(rest["line"], pattern), rest)
            if len(known):
                matching.append((known, unknown_fields))
        return matching, rest

    def _learn(self, rest: pa.RecordBatch, lines: int) -> bool:
        """Add the layouts of some lines, if they are those of many; tell if there is any."""
        layouts = self._layouts
        for number in range(MODELS):
            if len(rest) * RARE <= lines:
                break
            layout = learn(rest["line"][len(rest) * number // MODELS].as_py())
            if layout and layout not in layouts:
                like_it, rest = _partition(_matches(rest["line"], _whole([layout])), rest)
                if len(like_it) * RARE > lines:
                    layouts = (*layouts, layout)[-MOST_LAYOUTS:]
        has_learned, self._layouts = layouts != self._layouts, layouts
        self._patterns = {
            fields: _whole([layout for layout in layouts if layout.unknown_fields == fields])
            for fields in dict.fromkeys(layout.unknown_fields for layout in layouts)
        }
        return has_learned


def _whole(layouts: Iterable[Layout]) -> str:
    return f"^(?:{'|'.join(layout.pattern for layout in layouts)})$"


def _matches(lines: pa.BinaryArray, pattern: str) -> pa.BooleanArray:
    is_short = pc.less_equal(pc.binary_length(lines), MAX_LINE)
    return pc.and_(pc.match_substring_regex(lines, pattern), is_short)


def _partition(mask: pa.BooleanArray, rows: pa.RecordBatch) -> tuple[pa.RecordBatch, ...]:
    """Return the rows for which the mask holds, and the others."""
    if pc.all(mask).as_py():  # as a rule; a filter would copy
        return rows, rows.slice(len(rows))
    return rows.filter(mask), rows.filter(pc.invert(mask))


def _read(lines: pa.RecordBatch) -> pa.RecordBatch:
    """Return the contract's fields, typed; rows: one per line, in order."""
    text = _one_after_the_other(lines["line"])
    one_block = json.ReadOptions(use_threads=False, block_size=len(text) + 1)
    [fields] = json.read_json(pa.BufferReader(text), one_block, _AS_DECLARED).to_batches()
    return fields


def _one_after_the_other(lines: pa.BinaryArray) -> pa.Buffer:
    """Return the bytes of lines as they lie in memory; each is a whole object, so none runs on."""
    _, offsets, text = lines.buffers()
    borders = pa.Array.from_buffers(pa.int32(), lines.offset + len(lines) + 1, [None, offsets])
    start, end = borders[lines.offset].as_py(), borders[-1].as_py()
    return text.slice(start, end - start)


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
