"""Columns of texts and numbers, as lines of a known form have them, typed as contracts say.

A value is NULL where there is none, and where it breaks its rule or only the definition can tell.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from glue_jobs.commerce.contracts import (
    DATE_OR_TIME,
    DAY,
    EMAIL,
    FIRST_DAY,
    ID,
    JSON,
    MAX_ID,
    MAX_MONEY,
    MONEY,
    STOCK,
    TEXT,
    TIME_WITH_ZONE,
    Contract,
    Delivery,
    Kind,
)

NAIVE = pa.timestamp("us")  # in UTC, unless it is said to be local
_READ_MONEY, _MONEY = pa.decimal128(38, 2), pa.decimal128(12, 2)  # with room for zeros, without
_UTC = (UTC, ZoneInfo("UTC"))
_EPOCH = date(1970, 1, 1)
_JSON_TYPES = {MONEY: _READ_MONEY, STOCK: pa.int32()}
_HAS_ZONE = "^.{19}.*[Z+-]"


def schema(contract: Contract) -> pa.Schema:
    """Return the types of a contract's fields as JSON has them."""
    given = _JSON_TYPES if contract.format == JSON else {}
    return pa.schema([
        (name, given.get(kind, pa.string())) for name, kind in contract.fields.items()
    ])


def typed(
    fields: pa.RecordBatch, contract: Contract, delivery: Delivery
) -> tuple[pa.RecordBatch, pa.BooleanArray]:
    """Type the fields of some lines; tell of which lines every value keeps its rule."""
    columns, is_valid = {}, pa.repeat(True, len(fields))  # ruff: ignore[boolean-positional-value-in-call] - a column of it
    for name, kind in contract.fields.items():
        given = _present(fields[name])
        columns[name] = _TYPED.get(kind, _by_value)(given, kind, delivery)
        is_kept = columns[name].is_valid()
        if name not in contract.required:
            is_kept = pc.or_(is_kept, given.is_null())
        is_valid = pc.and_(is_valid, is_kept)
    return pa.RecordBatch.from_pydict(columns), is_valid


def _present(values: pa.Array) -> pa.Array:
    """Return texts trimmed, NULL for blank ones; numbers as they are."""
    if not pa.types.is_string(values.type):
        return values
    trimmed = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)


def _as_it_is(values: pa.Array, *_: object) -> pa.Array:
    return values


def _ids(texts: pa.Array, *_: object) -> pa.Array:
    return pc.if_else(pc.less_equal(pc.binary_length(texts), MAX_ID), texts, None)


def _emails(texts: pa.Array, *_: object) -> pa.Array:
    return pc.if_else(pc.equal(pc.count_substring(texts, "@"), 1), texts, None)


def _money(values: pa.Array, *_: object) -> pa.Array:
    amounts = values.cast(_READ_MONEY)
    return pc.if_else(pc.less_equal(amounts, MAX_MONEY), amounts, None).cast(_MONEY)


def _by_value(values: pa.Array, kind: Kind, delivery: Delivery) -> pa.Array:
    """Let the contract type each distinct value: few, as a rule."""
    distinct = values.dictionary_encode()
    read = Decimal if kind.json_type == "number" else str
    judged = [kind.typed(read(value), delivery) for value in distinct.dictionary.to_pylist()]
    return pa.array(judged).take(distinct.indices)


def _moments(texts: pa.Array, _: Kind, delivery: Delivery) -> pa.StructArray:
    """Return ``day`` in the delivery's zone and ``time`` in UTC, ms, NULL for a date alone."""
    is_date = pc.equal(pc.binary_length(texts), len("2026-03-02"))
    has_zone = pc.match_substring_regex(texts, _HAS_ZONE)
    zoned = pc.if_else(has_zone, texts, None).cast(pa.timestamp("us", "UTC")).cast(NAIVE)
    local = pc.if_else(has_zone, None, texts).cast(NAIVE)
    local_time = pc.floor_temporal(pc.if_else(is_date, None, local), unit="millisecond")
    times = pc.coalesce(
        pc.floor_temporal(zoned, unit="millisecond"), in_utc(local_time, delivery.zone)
    )
    days = pc.if_else(is_date, local, _in_zone(times, delivery.zone)).cast(pa.date32())
    moments = [days, times]
    is_out = pc.invert(pc.fill_null(_is_in_range(days, delivery.day), fill_value=False))
    return pa.StructArray.from_arrays(moments, ["day", "time"], mask=is_out)


def _is_in_range(days: pa.Array, delivered: date) -> pa.BooleanArray:
    numbers = days.cast(pa.int32())
    last = (delivered - _EPOCH + DAY).days
    first = (FIRST_DAY - _EPOCH).days
    return pc.and_(pc.greater_equal(numbers, first), pc.less_equal(numbers, last))


def in_utc(times: pa.Array, zone: tzinfo) -> pa.Array:
    """Return times of a zone in UTC; none of the two has a zone of its own."""

    def in_utc(minute: datetime) -> datetime:
        return minute.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)

    return times if zone in _UTC else _moved(times, in_utc)


def _in_zone(times: pa.Array, zone: tzinfo) -> pa.Array:
    def in_zone(minute: datetime) -> datetime:
        return minute.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)

    return times if zone in _UTC else _moved(times, in_zone)


def _moved(times: pa.Array, moved: Callable[[datetime], datetime]) -> pa.Array:
    """Move times as Python moves their minutes: a zone's offset changes between minutes."""
    minutes = pc.floor_temporal(times, unit="minute")
    distinct = minutes.dictionary_encode()
    there = pa.array(map(moved, distinct.dictionary.to_pylist()), NAIVE).take(distinct.indices)
    return pc.add(there, pc.subtract(times, minutes))


_TYPED: dict[Kind, Callable[[pa.Array, Kind, Delivery], pa.Array]] = {
    ID: _ids,
    TEXT: _as_it_is,
    EMAIL: _emails,
    MONEY: _money,
    DATE_OR_TIME: _moments,
    TIME_WITH_ZONE: _moments,
}
