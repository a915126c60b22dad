"""Plain lines, many at once: those that are spelled as many others are.

This way in only accepts. What it does not take, be it unusual or wrong, is for
``parsing.parse_line``, which stays the definition: a line taken here is an event there, the same.
"""

from collections.abc import Iterable
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json

from glue_jobs.events.layouts import Layout, learn
from glue_jobs.events.rules import (
    END_OF_TIME,
    FIELDS,
    FIRST_INSTANT,
    MAX_AHEAD,
    MAX_LINE,
    MAX_PRICE,
    MAX_QUANTITY,
    slot_of,
)
from glue_jobs.events.schemas import PRICE

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


class Plain:
    """The layouts that are known so far, the newest last."""

    def __init__(self) -> None:
        # Replaced as a whole: threads share them.
        self._layouts: tuple[Layout, ...] = ()
        self._patterns: dict[tuple[str, ...], str] = {}  # of all layouts, by their unknown fields

    def take(self, lines: pa.RecordBatch) -> tuple[list[pa.RecordBatch], pa.RecordBatch]:
        """Split lines, ``line`` (bytes) and ``source_file``, into events and what is left.

        Events have a row per plain line that is an event: the contract's nine columns, typed,
        ``source_file`` and ``unknown_fields``. What is left has the columns of ``lines``.
        """
        taken, rest = self._split(lines)
        if len(rest) * RARE > len(lines) and self._learn(rest, len(lines)):
            taken, rest = self._split(lines)
        events, left = [], [rest]
        for plain, unknown_fields in taken:
            try:
                read = _read(plain, unknown_fields)
            except pa.ArrowInvalid:  # not even the definition's events may stop a run
                left.append(plain)
                continue
            within, beyond = _partition(_is_within(read), read, plain)
            events.append(within)
            left.append(beyond)
        return events, pa.concat_batches(left)

    def _split(
        self, lines: pa.RecordBatch
    ) -> tuple[list[tuple[pa.RecordBatch, tuple[str, ...]]], pa.RecordBatch]:
        """Return plain lines, with their unknown fields, and the rest."""
        taken, rest = [], lines
        for unknown_fields, pattern in self._patterns.items():
            plain, rest = _partition(_matches(rest["line"], pattern), rest)
            if len(plain):
                taken.append((plain, unknown_fields))
        return taken, rest

    def _learn(self, rest: pa.RecordBatch, lines: int) -> bool:
        """Add the layouts of some lines, if they are those of many; tell if there is any."""
        known = self._layouts
        for number in range(MODELS):
            if len(rest) * RARE <= lines:
                break
            layout = learn(rest["line"][len(rest) * number // MODELS].as_py())
            if layout and layout not in known:
                plain, rest = _partition(_matches(rest["line"], _whole([layout])), rest)
                if len(plain) * RARE > lines:
                    known = (*known, layout)[-MOST_LAYOUTS:]
        has_learned, self._layouts = known != self._layouts, known
        self._patterns = {
            fields: _whole([layout for layout in known if layout.unknown_fields == fields])
            for fields in dict.fromkeys(layout.unknown_fields for layout in known)
        }
        return has_learned


def _whole(layouts: Iterable[Layout]) -> str:
    return f"^(?:{'|'.join(layout.pattern for layout in layouts)})$"


def _matches(lines: pa.BinaryArray, pattern: str) -> pa.BooleanArray:
    is_short = pc.less_equal(pc.binary_length(lines), MAX_LINE)
    return pc.and_(pc.match_substring_regex(lines, pattern), is_short)


def _partition(
    mask: pa.BooleanArray, rows: pa.RecordBatch, others: pa.RecordBatch | None = None
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Return the rows for which the mask holds; and those, or the other rows, for which not."""
    others = rows if others is None else others
    if pc.all(mask).as_py():  # as a rule; a filter would copy
        return rows, others.slice(len(others))
    return rows.filter(mask), others.filter(pc.invert(mask))


def _read(lines: pa.RecordBatch, unknown_fields: tuple[str, ...]) -> pa.RecordBatch:
    """Rows: one per line, in order. Columns: the contract's, typed, and the file's."""
    text = _one_after_the_other(lines["line"])
    one_block = json.ReadOptions(use_threads=False, block_size=len(text) + 1)
    [events] = json.read_json(pa.BufferReader(text), one_block, _AS_DECLARED).to_batches()
    columns = {
        **dict(zip(_SCHEMA.names, events.select(_SCHEMA.names).columns, strict=True)),
        "source_file": lines["source_file"],
        "unknown_fields": _repeated(unknown_fields, len(lines)),
    }
    return pa.RecordBatch.from_pydict(columns)


def _repeated(names: tuple[str, ...], times: int) -> pa.Array:
    """Return a list of names for each row, NULL in place of none."""
    if not names:
        return pa.nulls(times, pa.list_(pa.string()))
    numbers = np.arange(times * len(names) + 1, dtype=np.int32)
    values = pa.array(names).take(pa.array(numbers[:-1] % len(names)))
    return pa.ListArray.from_arrays(pa.array(numbers[:: len(names)]), values)


def _one_after_the_other(lines: pa.BinaryArray) -> pa.Buffer:
    """Return the bytes of lines as they lie in memory; each is a whole object, so none runs on."""
    _, offsets, text = lines.buffers()
    borders = pa.Array.from_buffers(pa.int32(), lines.offset + len(lines) + 1, [None, offsets])
    start, end = borders[lines.offset].as_py(), borders[-1].as_py()
    return text.slice(start, end - start)


def _is_within(events: pa.RecordBatch) -> pa.BooleanArray:
    """Tell which are within all limits of the rules; of the others the definition says which."""
    files, times = events["source_file"].dictionary_encode(), events["timestamp"]
    slots = pa.array(map(slot_of, files.dictionary.to_pylist()), _INSTANT).take(files.indices)
    masks = [
        pc.greater_equal(times, pa.scalar(FIRST_INSTANT)),
        pc.less(times, pa.scalar(END_OF_TIME)),
        pc.less_equal(pc.subtract(times, slots), pa.scalar(MAX_AHEAD)),
        pc.less_equal(events["quantity"], pa.scalar(MAX_QUANTITY)),
        pc.less_equal(events["price"], pa.scalar(MAX_PRICE)),
    ]
    return reduce(pc.and_, [pc.fill_null(mask, fill_value=True) for mask in masks])
