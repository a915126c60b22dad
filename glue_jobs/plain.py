"""Plain lines, many at once: those that are spelled as the producer spells them.

This way in only accepts. What it does not take, be it unusual or wrong, is for
``parsing.parse_line``, which stays the definition: a line taken here is an event there, the same.
"""

from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json

from glue_jobs.parsing import FIELDS, MAX_AHEAD, MAX_PRICE, MAX_QUANTITY, required, slot_of
from glue_jobs.schemas import EVENT_TYPES, PRICE

_TEXT = r'"[^"\\\x00-\x1f' + "\ufffd" + r']+"'  # nothing escaped, nothing replaced by a reader
_DATE = (
    r"20[1-9]\d-(?:(?:0[13578]|1[02])-31|(?:0[13-9]|1[0-2])-(?:29|30)"
    r"|(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8]))"  # every day but February 29
)
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?Z"
_SPELLINGS = {
    **dict.fromkeys(FIELDS, _TEXT),
    "timestamp": f'"{_DATE}T{_TIME}"',
    "quantity": r"[1-9]\d{0,8}",
    "price": r"(?:0|[1-9]\d{0,7})(?:\.\d{1,2})?",
}
_INSTANT = pa.timestamp("us", "UTC")
_TYPES = {
    "timestamp": _INSTANT,
    "quantity": pa.int32(),
    "price": pa.decimal128(PRICE.precision, PRICE.scale),
}
_SCHEMA = pa.schema([(field, _TYPES.get(field, pa.string())) for field in FIELDS])


def _spelling(event_type: str) -> str:
    spellings = {**_SPELLINGS, "event_type": f'"{event_type}"'}
    return ", ?".join(
        f'"{field}": ?{spellings[field] if required(field, event_type) else "null"}'
        for field in FIELDS
    )


PLAIN = r"^\{(?:" + "|".join(map(_spelling, EVENT_TYPES)) + r")\}$"


def take_plain(lines: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Split lines, ``line`` (bytes) and ``source_file``, into events and what is left.

    Events have a row per plain line that is an event, the contract's nine columns, typed, and
    ``source_file``; what is left has the columns of ``lines``.
    """
    plain, rest = _split(lines, _is_plain(lines["line"]))
    events = _read(plain["line"]).append_column("source_file", plain["source_file"])
    is_beyond = _is_beyond(events)
    if not pc.any(is_beyond).as_py():
        return events, rest
    left = pa.Table.from_batches([rest, plain.filter(is_beyond)]).combine_chunks()
    return events.filter(pc.invert(is_beyond)), left.to_batches()[0]


def _split(
    lines: pa.RecordBatch, is_plain: pa.BooleanArray
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    if pc.all(is_plain).as_py():  # as a rule; a filter would copy
        return lines, lines.slice(len(lines))
    return lines.filter(is_plain), lines.filter(pc.invert(is_plain))


def _is_plain(lines: pa.BinaryArray) -> pa.BooleanArray:
    try:
        texts = lines.cast(pa.string())
    except pa.ArrowInvalid:  # some bytes are no text; which, is found line by line
        return pc.is_null(lines)
    return pc.match_substring_regex(texts, PLAIN)


def _read(lines: pa.BinaryArray) -> pa.RecordBatch:
    """Rows: one per line, in order. Columns: the contract's, typed."""
    if not len(lines):
        return pa.RecordBatch.from_pylist([], _SCHEMA)
    text = _one_after_the_other(lines)
    one_block = json.ReadOptions(use_threads=False, block_size=len(text) + 1)
    as_declared = json.ParseOptions(explicit_schema=_SCHEMA, unexpected_field_behavior="error")
    [events] = json.read_json(pa.BufferReader(text), one_block, as_declared).to_batches()
    return events


def _one_after_the_other(lines: pa.BinaryArray) -> pa.Buffer:
    """Return the bytes of lines as they lie in memory; each is a whole object, so none runs on."""
    _, offsets, text = lines.buffers()
    borders = pa.Array.from_buffers(pa.int32(), lines.offset + len(lines) + 1, [None, offsets])
    start, end = borders[lines.offset].as_py(), borders[-1].as_py()
    return text.slice(start, end - start)


def _is_beyond(events: pa.RecordBatch) -> pa.BooleanArray:
    """Tell which are beyond a limit of the rules, for the definition to say which."""
    files = events["source_file"].dictionary_encode()
    slots = pa.array(map(slot_of, files.dictionary.to_pylist()), _INSTANT).take(files.indices)
    measures = [
        (pc.subtract(events["timestamp"], slots), MAX_AHEAD),
        (events["quantity"], MAX_QUANTITY),
        (events["price"], MAX_PRICE),
    ]
    masks = [pc.greater(values, pa.scalar(limit)) for values, limit in measures]
    return reduce(pc.or_, [pc.fill_null(mask, fill_value=False) for mask in masks])
