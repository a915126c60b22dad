"""Date and time functions. The session's time zone is UTC, as Athena's is."""

import re

from local_aws.athena.calls import Call, Compiler, function
from local_aws.athena.casts import cast, coerce, local_time
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.literals import check_decimals, string
from local_aws.athena.operators import comparable
from local_aws.athena.scope import Typed
from local_aws.athena.types import (
    BIGINT,
    DATE,
    DAY_TO_SECOND,
    DOUBLE,
    TIMESTAMP,
    VARCHAR,
    YEAR_TO_MONTH,
    ZONED,
    common,
)

_DATE_UNITS = ("day", "week", "month", "quarter", "year")
_UNITS = ("millisecond", "second", "minute", "hour", *_DATE_UNITS)
_FIELDS = {
    "year": "year({0})",
    "quarter": "quarter({0})",
    "month": "month({0})",
    "week": "week({0})",
    "day": "day({0})",
    "day_of_week": "isodow({0})",
    "day_of_year": "dayofyear({0})",
    "year_of_week": "isoyear({0})",
}
_TIME_FIELDS = {
    "hour": "hour({0})",
    "minute": "minute({0})",
    "second": "second({0})",
    "millisecond": "(millisecond({0}) % 1000)",
}
_OF_INTERVALS = {
    (DAY_TO_SECOND, "day"): "epoch_us({0}) // 86400000000",
    (DAY_TO_SECOND, "hour"): "epoch_us({0}) // 3600000000 % 24",
    (DAY_TO_SECOND, "minute"): "epoch_us({0}) // 60000000 % 60",
    (DAY_TO_SECOND, "second"): "epoch_us({0}) // 1000000 % 60",
    (DAY_TO_SECOND, "millisecond"): "epoch_us({0}) // 1000 % 1000",
    (YEAR_TO_MONTH, "month"): "months_of({0}) % 12",
    (YEAR_TO_MONTH, "year"): "months_of({0}) // 12",
}
_SYNONYMS = {
    "day_of_month": "day",
    "dow": "day_of_week",
    "doy": "day_of_year",
    "week_of_year": "week",
    "yow": "year_of_week",
}


def local(call: Call, position: int) -> Typed:
    """Return an argument as the wall clock shows it.

    Raises:
        QueryFailedError: FUNCTION_NOT_FOUND, it is no moment.
    """
    value = call.values[position]
    if value.type == ZONED:
        return Typed(local_time(value.sql), TIMESTAMP)
    if value.type not in {DATE, TIMESTAMP}:
        raise call.mismatch()
    return value


def _field(name: str, sql: str) -> Compiler:
    """Return the compiler of a part of a moment, or of an interval, which counts whole ones."""

    def compiler(call: Call) -> Typed:
        call.expect(1)
        of = call.values[0].type
        if (of, name) in _OF_INTERVALS:
            part = _OF_INTERVALS[of, name].format(call.values[0].sql)
            return Typed(f"cast({part} as bigint)", BIGINT)
        value = local(call, 0)
        value = coerce(value, TIMESTAMP) if name in _TIME_FIELDS else value
        return Typed(f"cast({sql.format(value.sql)} as bigint)", BIGINT)

    return compiler


def _unit(call: Call, *, of_date: bool) -> str:
    unit = call.text(0).lower()
    if unit not in _UNITS or (of_date and unit not in _DATE_UNITS):
        kind = "DATE" if of_date else "Timestamp"
        sentence = f"'{unit}' is not a valid {kind} field"
        raise QueryFailedError("INVALID_FUNCTION_ARGUMENT", sentence, call.node)
    return unit


def _date_trunc(call: Call) -> Typed:
    call.expect(2)
    value = local(call, 1)
    unit = _unit(call, of_date=value.type == DATE)
    truncated = f"cast(date_trunc('{unit}', {value.sql}) as {value.type.duckdb})"
    if call.values[1].type == ZONED:
        return _date_trunc_zoned(call.values[1].sql, value.sql, truncated, unit)
    return Typed(truncated, value.type)


def _date_trunc_zoned(zoned: str, local: str, truncated: str, unit: str) -> Typed:
    utc, zone = f"({zoned}).utc", f"({zoned}).zone"
    # An hour that the clock shows twice is two hours: the wall clock does not say which.
    at = (
        f"instant({truncated}, {zone})"
        if unit in _DATE_UNITS
        else f"{utc} - ({local} - {truncated})"
    )
    return Typed(f"zoned({at}, {zone})", ZONED)


def _date_add(call: Call) -> Typed:
    call.expect(3)
    moment, amount = call.values[2], call.values[1]
    if moment.type not in {DATE, TIMESTAMP, ZONED} or common(amount.type, BIGINT) != BIGINT:
        raise call.mismatch()
    unit = _unit(call, of_date=moment.type == DATE)
    if unit == "millisecond" and moment.type != DATE:
        check_decimals(call.node, "date_add of milliseconds")
    count = f"cast({amount.sql} as integer)" + (" * 3" if unit == "quarter" else "")
    step = f"to_{ {'quarter': 'months', 'week': 'weeks'}.get(unit, f'{unit}s') }({count})"
    if moment.type == ZONED:
        macro = "add_days" if unit in _DATE_UNITS else "add_time"
        return Typed(f"{macro}({moment.sql}, {step})", ZONED)
    added = f"({moment.sql} + {step})"
    return Typed(f"cast({added} as {moment.type.duckdb})", moment.type)


def _date_diff(call: Call) -> Typed:
    """Count complete units, as Trino does: from 10:59 to 11:00 it is 0 hours."""
    call.expect(3)
    first, second = call.values[1:]
    if first.type != second.type:
        first, second = (
            coerce(each, ZONED if ZONED in {first.type, second.type} else TIMESTAMP)
            for each in (first, second)
        )
    if first.type not in {DATE, TIMESTAMP, ZONED}:
        raise call.mismatch()
    unit = _unit(call, of_date=first.type == DATE)
    if first.type == ZONED and unit in _DATE_UNITS:
        return Typed(f"zoned_diff('{unit}', {first.sql}, {second.sql})", BIGINT)
    return Typed(f"date_sub('{unit}', {comparable(first)}, {comparable(second)})", BIGINT)


def _to_date(call: Call) -> Typed:
    call.expect(1)
    return cast(call.values[0], DATE, call.node, safe=False)


def _at_timezone(call: Call) -> Typed:
    call.expect(2)
    value = coerce(call.values[0], ZONED) if call.values[0].type == TIMESTAMP else call.values[0]
    if value.type != ZONED:
        raise call.mismatch()
    return Typed(f"zoned(({value.sql}).utc, {_zone(call)})", ZONED)


def _zone(call: Call) -> str:
    """Return SQL of the zone that the second argument names."""
    zone = call.text(1)
    if not re.fullmatch(r"UTC|[+-]\d\d:\d\d|[A-Z][A-Za-z_]+/[A-Za-z_/]+", zone):
        raise not_supported(f"the time zone {zone!r}; use UTC, +02:00 or Europe/Paris", call.node)
    return string("UTC" if zone == "+00:00" else zone)


def _with_timezone(call: Call) -> Typed:
    call.expect(2)
    if call.values[0].type not in {DATE, TIMESTAMP}:
        raise call.mismatch()
    value, zone = coerce(call.values[0], TIMESTAMP).sql, _zone(call)
    return Typed(f"zoned(instant({value}, {zone}), {zone})", ZONED)


def _from_unixtime(call: Call) -> Typed:
    if len(call.arguments) == 3:  # ruff: ignore[magic-value-comparison] - hours and minutes
        raise not_supported("from_unixtime with hours and minutes", call.node)
    call.expect(1, 2)
    if common(call.values[0].type, DOUBLE) != DOUBLE:
        raise call.mismatch()
    seconds = coerce(call.values[0], DOUBLE).sql
    zone = _zone(call) if call.arguments[1:] else "'UTC'"
    at = f"make_timestamp(cast(round({seconds} * 1000) as bigint) * 1000)"
    return Typed(f"zoned({at}, {zone})", ZONED)


def _of_zone(sql: str) -> Compiler:
    def compiler(call: Call) -> Typed:
        call.expect(1)
        if call.values[0].type != ZONED:
            raise call.mismatch()
        return Typed(sql.format(call.values[0].sql), BIGINT)

    return compiler


def _to_unixtime(call: Call) -> Typed:
    call.expect(1)
    value = coerce(call.values[0], TIMESTAMP) if call.values[0].type == DATE else call.values[0]
    instant = f"({value.sql}).utc" if value.type == ZONED else local(call, 0).sql
    return Typed(f"(epoch_us({instant}) / 1000000.0::double)", DOUBLE)


def _last_day(call: Call) -> Typed:
    call.expect(1)
    return Typed(f"last_day({local(call, 0).sql})", DATE)


def _now(call: Call) -> Typed:
    call.expect(0)
    return Typed(f"{{'utc': {call.scope.planner.now}, 'zone': 'UTC'}}", ZONED)


MOMENTS: dict[str, Compiler] = {
    **{name: _field(name, sql) for name, sql in {**_FIELDS, **_TIME_FIELDS}.items()},
    **{name: _field(meant, _FIELDS[meant]) for name, meant in _SYNONYMS.items()},
    "date": _to_date,
    "date_trunc": _date_trunc,
    "date_add": _date_add,
    "date_diff": _date_diff,
    "at_timezone": _at_timezone,
    "with_timezone": _with_timezone,
    "timezone_hour": _of_zone("cast(minutes_ahead({0}) // 60 as bigint)"),
    "timezone_minute": _of_zone("cast(minutes_ahead({0}) % 60 as bigint)"),
    "current_timezone": function(VARCHAR, "'UTC'"),
    "to_milliseconds": function(BIGINT, "(epoch_us({0}) // 1000)", DAY_TO_SECOND),
    "to_unixtime": _to_unixtime,
    "now": _now,
    "from_unixtime": _from_unixtime,
    "from_iso8601_timestamp": function(ZONED, "iso_timestamp({0})", VARCHAR),
    "from_iso8601_date": function(DATE, "iso_date({0})", VARCHAR),
    "last_day_of_month": _last_day,
}
