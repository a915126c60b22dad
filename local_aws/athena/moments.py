"""Date and time functions. The session's time zone is UTC, as Athena's is."""

import re

from local_aws.athena.calls import Call, Compiler, Overload, function, overloaded
from local_aws.athena.casts import cast, coerce, local_time
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.operators import comparable
from local_aws.athena.scope import Typed
from local_aws.athena.types import (
    BIGINT,
    DATE,
    DOUBLE,
    TIMESTAMP,
    VARCHAR,
    ZONED,
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
_SYNONYMS = {
    "day_of_month": "day",
    "dow": "day_of_week",
    "doy": "day_of_year",
    "week_of_year": "week",
    "yow": "year_of_week",
}
# MySQL's letters, as date_format and date_parse read them, in DuckDB's.
_MYSQL = {
    "Y": "%Y", "m": "%m", "d": "%d", "H": "%H", "i": "%M", "s": "%S", "S": "%S", "T": "%H:%M:%S",
    "j": "%j", "y": "%y", "%": "%%",
}  # fmt: skip
_MYSQL_FORMAT = {**_MYSQL, "f": "%f", "a": "%a", "W": "%A", "b": "%b", "M": "%B", "p": "%p",
                 "I": "%I", "h": "%I", "r": "%I:%M:%S %p"}  # fmt: skip
# Joda's patterns, as format_datetime reads them.
_JODA = {"yyyy": "%Y", "YYYY": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S",
         "SSS": "%g", "EEE": "%a", "EEEE": "%A", "MMM": "%b", "MMMM": "%B", "''": "'"}  # fmt: skip


def _local(call: Call, position: int) -> Typed:
    """Return an argument as the wall clock shows it."""
    value = call.values[position]
    if value.type == ZONED:
        return Typed(local_time(value.sql), TIMESTAMP)
    if value.type not in {DATE, TIMESTAMP}:
        raise call.mismatch()
    return value


def _field(sql: str, *, of_date: bool) -> Compiler:
    def compiler(call: Call) -> Typed:
        call.expect(1)
        value = _local(call, 0)
        if value.type == DATE and not of_date:
            raise call.mismatch()
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
    value = _local(call, 1)
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
    return Typed(f"{{'utc': {at}, 'zone': {zone}}}", ZONED)


def _date_add(call: Call) -> Typed:
    call.expect(3)
    moment, amount = call.values[2], call.values[1]
    if moment.type not in {DATE, TIMESTAMP, ZONED} or not amount.type.is_integer:
        raise not_supported(f"date_add of {amount.type} to {moment.type}", call.node)
    unit = _unit(call, of_date=moment.type == DATE)
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
        raise not_supported(
            f"date_diff in {unit}s of timestamps with time zone; cast them to timestamp", call.node
        )
    return Typed(f"date_sub('{unit}', {comparable(first)}, {comparable(second)})", BIGINT)


def _translated(call: Call, letters: dict[str, str]) -> str:
    text = call.text(1)
    for letter in re.findall(r"%(.?)", text):
        if letter not in letters:
            raise not_supported(f"%{letter} in the format of {call.name}", call.node)
    return re.sub(r"%(.)", lambda match: letters[match[1]], text).replace("'", "''")


def _date_format(call: Call) -> Typed:
    call.expect(2)
    value = _local(call, 0)
    return Typed(f"strftime({value.sql}, '{_translated(call, _MYSQL_FORMAT)}')", VARCHAR)


def _date_parse(call: Call) -> Typed:
    call.expect(2)
    if call.values[0].type.name != "varchar":
        raise call.mismatch()
    pattern = _translated(call, _MYSQL)
    return Typed(f"cast(strptime({call.values[0].sql}, '{pattern}') as timestamp)", TIMESTAMP)


def _format_datetime(call: Call) -> Typed:
    call.expect(2)
    value = _local(call, 0)
    pattern = ""
    pieces = re.finditer(
        r"''|'(?P<quoted>[^']*)'|(?P<letters>(?P<one>[A-Za-z])(?P=one)*)|.", call.text(1)
    )
    for piece in pieces:
        if piece["letters"] and piece[0] not in _JODA:
            raise not_supported(f"{piece[0]} in the pattern of format_datetime", call.node)
        plain = piece[0] if piece["quoted"] is None else piece["quoted"]
        pattern += _JODA.get(piece[0], plain.replace("%", "%%"))
    return Typed(f"strftime({value.sql}, '{pattern.replace(chr(39), chr(39) * 2)}')", VARCHAR)


def _to_date(call: Call) -> Typed:
    call.expect(1)
    return cast(call.values[0], DATE, call.node, safe=False)


def _at_timezone(call: Call) -> Typed:
    call.expect(2)
    value = coerce(call.values[0], ZONED) if call.values[0].type == TIMESTAMP else call.values[0]
    if value.type != ZONED:
        raise call.mismatch()
    zone = call.text(1)
    if not re.fullmatch(r"UTC|[+-]\d\d:\d\d|[A-Z][A-Za-z_]+/[A-Za-z_/]+", zone):
        raise not_supported(f"the time zone {zone!r}; use UTC, +02:00 or Europe/Paris", call.node)
    return Typed(f"{{'utc': ({value.sql}).utc, 'zone': '{zone}'}}", ZONED)


def _to_unixtime(call: Call) -> Typed:
    call.expect(1)
    value = coerce(call.values[0], TIMESTAMP) if call.values[0].type == DATE else call.values[0]
    instant = f"({value.sql}).utc" if value.type == ZONED else _local(call, 0).sql
    return Typed(f"(epoch_us({instant}) / 1000000.0::double)", DOUBLE)


def _now(call: Call) -> Typed:
    call.expect(0)
    return Typed(f"{{'utc': {call.scope.planner.now}, 'zone': 'UTC'}}", ZONED)


MOMENTS: dict[str, Compiler] = {
    **{name: _field(sql, of_date=True) for name, sql in _FIELDS.items()},
    **{name: _field(sql, of_date=False) for name, sql in _TIME_FIELDS.items()},
    **{name: _field(_FIELDS[meant], of_date=True) for name, meant in _SYNONYMS.items()},
    "date": _to_date,
    "date_trunc": _date_trunc,
    "date_add": _date_add,
    "date_diff": _date_diff,
    "date_format": _date_format,
    "date_parse": _date_parse,
    "format_datetime": _format_datetime,
    "at_timezone": _at_timezone,
    "to_unixtime": _to_unixtime,
    "now": _now,
    "from_unixtime": function(
        ZONED,
        "{{'utc': make_timestamp(cast(round({0} * 1000) as bigint) * 1000), 'zone': 'UTC'}}",
        DOUBLE,
    ),
    "from_iso8601_timestamp": function(ZONED, "iso_timestamp({0})", VARCHAR),
    "from_iso8601_date": function(DATE, "iso_date({0})", VARCHAR),
    "last_day_of_month": overloaded(
        Overload((DATE,), DATE, "last_day({0})"), Overload((TIMESTAMP,), DATE, "last_day({0})")
    ),
}
