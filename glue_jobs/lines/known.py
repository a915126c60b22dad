"""Batches of lines are matched with the layouts that are known, and read as Arrow columns.

What is not spelled as many are, or not within a domain's limits, is left to its definition.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json

from glue_jobs.lines.layouts import Layout

MOST_LAYOUTS = 16  # known at once; a sender has a few, for the fields that a kind of line needs
MODELS = 16  # lines of a batch that are looked at for what is not known
RARE = 100  # one line in so many is not worth a layout

# Of some lines and their fields as read: the fields typed, and which are within all limits.
Typed = Callable[[pa.RecordBatch, pa.RecordBatch], tuple[pa.RecordBatch, pa.BooleanArray]]


class Taken(NamedTuple):
    """Valid lines: their fields, the lines themselves, and what all have beside the fields."""

    fields: pa.RecordBatch
    lines: pa.RecordBatch
    unknown_fields: tuple[str, ...]


class KnownLayouts:
    """The layouts that are known so far, the newest last; of lines of at most so many bytes."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        # Replaced as a whole: threads share them.
        self.layouts: tuple[Layout, ...] = ()
        self._patterns: dict[tuple[str, ...], str] = {}  # of all layouts, by their unknown fields

    def take(
        self,
        lines: pa.RecordBatch,
        learn: Callable[[bytes], Layout | None],
        schema: pa.Schema,
        typed: Typed,
    ) -> tuple[list[Taken], pa.RecordBatch]:
        """Split lines, ``line`` (bytes) and others, into those that are valid and what is left.

        Fields are read by a ``schema``, and then ``typed``.
        """
        matching, rest = self._match(lines)
        if len(rest) * RARE > len(lines) and self._learn(rest, len(lines), learn):
            matching, rest = self._match(lines)
        taken, left = [], [rest]
        for known, unknown_fields in matching:
            try:
                fields, is_within = typed(_read(known, schema), known)
            except pa.ArrowInvalid:  # not even what the definition accepts may stop a run
                left.append(known)
                continue
            within, beyond = _partition(is_within, known)
            if len(within):
                taken.append(Taken(_partition(is_within, fields)[0], within, unknown_fields))
            left.append(beyond)
        return taken, pa.concat_batches(left)

    def _match(
        self, lines: pa.RecordBatch
    ) -> tuple[list[tuple[pa.RecordBatch, tuple[str, ...]]], pa.RecordBatch]:
        """Return the lines of known layouts, with their unknown fields, and the rest."""
        matching, rest = [], lines
        for unknown_fields, pattern in self._patterns.items():
            known, rest = _partition(self._matches(rest, pattern), rest)
            if len(known):
                matching.append((known, unknown_fields))
        return matching, rest

    def _matches(self, lines: pa.RecordBatch, pattern: str) -> pa.BooleanArray:
        is_short = pc.less_equal(pc.binary_length(lines["line"]), self._longest)
        return pc.and_(pc.match_substring_regex(lines["line"], pattern), is_short)

    def _learn(
        self, rest: pa.RecordBatch, lines: int, learn: Callable[[bytes], Layout | None]
    ) -> bool:
        """Add the layouts of some lines, if they are those of many; tell if there is any."""
        layouts = self.layouts
        for number in range(MODELS):
            if len(rest) * RARE <= lines:
                break
            layout = learn(rest["line"][len(rest) * number // MODELS].as_py())
            if layout and layout not in layouts:
                like_it, rest = _partition(self._matches(rest, _whole([layout])), rest)
                if len(like_it) * RARE > lines:
                    layouts = (*layouts, layout)[-MOST_LAYOUTS:]
        has_learned, self.layouts = layouts != self.layouts, layouts
        self._patterns = {
            fields: _whole([layout for layout in layouts if layout.unknown_fields == fields])
            for fields in dict.fromkeys(layout.unknown_fields for layout in layouts)
        }
        return has_learned


def _whole(layouts: Iterable[Layout]) -> str:
    return f"^(?:{'|'.join(layout.pattern for layout in layouts)})$"


def _partition(mask: pa.BooleanArray, rows: pa.RecordBatch) -> tuple[pa.RecordBatch, ...]:
    """Return the rows for which the mask holds, and the others."""
    if pc.all(mask).as_py():  # as a rule; a filter would copy
        return rows, rows.slice(len(rows))
    return rows.filter(mask), rows.filter(pc.invert(mask))


def _read(lines: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Return the fields of a schema; rows: one per line, in order."""
    text = _one_after_the_other(lines["line"])
    one_block = json.ReadOptions(use_threads=False, block_size=len(text) + 1)
    as_declared = json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    [fields] = json.read_json(pa.BufferReader(text), one_block, as_declared).to_batches()
    return fields


def _one_after_the_other(lines: pa.BinaryArray) -> pa.Buffer:
    """Return the bytes of lines as they lie in memory; each is a whole object, so none runs on."""
    _, offsets, text = lines.buffers()
    borders = pa.Array.from_buffers(pa.int32(), lines.offset + len(lines) + 1, [None, offsets])
    start, end = borders[lines.offset].as_py(), borders[-1].as_py()
    return text.slice(start, end - start)
