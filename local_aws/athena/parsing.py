"""How Trino reads numbers, booleans and moments from text."""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local_aws.athena.scope import Typed
from local_aws.athena.types import Type

Conversion = tuple[str, str | None]  # SQL that is NULL where it fails, SQL of the reason

_SPACE = r"[\x00-\x20]*"
_INTEGER = "[+-]?[0-9]+"
_DECIMAL = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_DOUBLE = rf"{_DECIMAL}|[+-]?(Infinity|NaN)"
_DATE = r"[0-9]{1,2}-[0-9]{1,2}"
_FAR = "a moment before the year 1 or after 9999"
_FAR_YEAR = "(-[0-9]+|[+]?0+|[+]?0*[1-9][0-9]{4,})"
_TIME = r"([01]?[0-9]|2[0-3]):[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,12})?)?"
_MICROSECONDS = (
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,6})?)?)?"
)
_ZONE = (
    r"Z|UTC|[+-][0-9]{2}:[0-9]{2}"
    r"|(Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z_/]+"
)
_ZONED = re.compile(
    r"\s*(?P<date>\d{4}-\d{1,2}-\d{1,2})( (?P<time>\d{1,2}:\d{1,2}(:\d{1,2}(\.\d{1,6})?)?))?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:\d\d|[A-Z][A-Za-z_]+/[A-Za-z_/]+)?\s*"
)
_INTEGER_WORDS = {"integer": "INT"}


def words(to: Type) -> str:
    """Return a type's name as the failures of casts write it."""
    return _INTEGER_WORDS.get(to.name, to.name).upper()


def quote_value(value: Typed) -> str:
    """Return the end and the beginning of SQL strings around a value in single quotes."""
    return f"''' || cast({value.sql} as varchar) || '''"


def decimal_failure(kind: str, value: Typed, to: Type) -> str:
    """Return SQL of why a value of a kind is no decimal of a type."""
    target = f"DECIMAL({to.precision}, {to.scale})"
    return f"'INVALID_CAST_ARGUMENT: Cannot cast {kind} {quote_value(value)} to {target}'"


def _no(value: Typed, to: Type) -> str:
    return f"'INVALID_CAST_ARGUMENT: Cannot cast {quote_value(value)} to {words(to)}'"


def _refusal(what: str, value: Typed) -> str:
    return (
        f"error('NOT_SUPPORTED: the local Athena does not run a cast of {what}: ' || {value.sql})"
    )


def _matched(value: Typed, pattern: str, then: str) -> str:
    return f"case when regexp_full_match({value.sql}, '{pattern}') then {then} end"


def to_integer(value: Typed, to: Type) -> Conversion:
    """Read an integer, with white space around it."""
    digits = f"try_cast(regexp_extract({value.sql}, '{_INTEGER}') as {to.duckdb})"
    return _matched(value, f"{_SPACE}{_INTEGER}{_SPACE}", digits), _no(value, to)


def to_floating(value: Typed, to: Type) -> Conversion:
    """Read a double or real, with white space around it and perhaps Java's d or f behind it."""
    pattern = f"{_SPACE}({_DOUBLE}|({_DECIMAL})[dDfF]){_SPACE}"
    number = f"try_cast(regexp_extract({value.sql}, '{_DOUBLE}') as {to.duckdb})"
    hexadecimal = f"{_SPACE}[+-]?0[xX][0-9A-Fa-f.]+[pP].*"
    attempt = (
        f"case when regexp_full_match({value.sql}, '{pattern}') then {number}"
        f" when regexp_full_match({value.sql}, '{hexadecimal}')"
        f" then {_refusal('a hexadecimal number', value)} end"
    )
    return attempt, _no(value, to)


def to_decimal(value: Typed, to: Type) -> Conversion:
    """Read a decimal; white space is no part of one."""
    attempt = _matched(value, _DECIMAL, f"try_cast({value.sql} as {to.duckdb})")
    return attempt, decimal_failure("VARCHAR", value, to)


def to_boolean(value: Typed, to: Type) -> Conversion:
    """Read t, true, 1, f, false or 0 in capital or small letters."""
    attempt = (
        f"case when lower({value.sql}) in ('t', 'true', '1') then true"
        f" when lower({value.sql}) in ('f', 'false', '0') then false end"
    )
    return attempt, _no(value, to)


def to_date(value: Typed, _to: Type) -> Conversion:
    """Read a date; a year of other than four digits is written in four."""
    padded = f"regexp_extract({value.sql}, '([0-9]+-{_DATE})', 1)"
    four = f"right('000' || {padded}, greatest(length({padded}), instr({padded}, '-') + 2))"
    attempt = (
        f"case when regexp_full_match({value.sql}, '{_SPACE}{_FAR_YEAR}-{_DATE}{_SPACE}')"
        f" then {_refusal(_FAR, value)}"
        f" when regexp_full_match({value.sql}, '{_SPACE}[+]?[0-9]+-{_DATE}{_SPACE}')"
        f" then try_cast({four} as date) end"
    )
    return attempt, f"'INVALID_CAST_ARGUMENT: Value cannot be cast to date: ' || {value.sql}"


def to_timestamp(value: Typed, _to: Type) -> Conversion:
    """Read a timestamp, rounded to milliseconds; a zone behind it is left out."""
    rest = f"-{_DATE}( {_TIME})?({_SPACE}({_ZONE}))?{_SPACE}"
    micros = f"epoch_us(try_cast(regexp_extract({value.sql}, '{_MICROSECONDS}') as timestamp))"
    attempt = (
        f"case when regexp_full_match({value.sql}, '{_SPACE}{_FAR_YEAR}{rest}')"
        f" then {_refusal(_FAR, value)}"
        f" when regexp_full_match({value.sql}, '{_SPACE}[0-9]{{4}}{rest}')"
        f" then make_timestamp(half_up({micros}, 1000) * 1000) end"
    )
    return attempt, f"'INVALID_CAST_ARGUMENT: Value cannot be cast to timestamp: ' || {value.sql}"


def to_bounded(value: Typed, to: Type) -> Conversion:
    """Cut a text off."""
    return f"substr({value.sql}, 1, {to.parameters[0]})", None


def zoned_literal(text: str) -> str | None:
    """Return SQL of the zoned timestamp that a literal's text means, None if it means none."""
    found = _ZONED.fullmatch(text)
    if not found:
        return None
    zone = {None: "UTC", "Z": "UTC", "GMT": "UTC", "+00:00": "UTC"}.get(
        found["zone"], found["zone"]
    )
    try:
        local = _moment(f"{found['date']} {found['time'] or '0:0'}").replace(tzinfo=_zone(zone))
    except (ValueError, ZoneInfoNotFoundError):
        return None
    instant = local.astimezone(UTC)
    if instant.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        return None  # a time that the zone's clocks leave out
    return f"{{'utc': timestamp '{instant.replace(tzinfo=None)}', 'zone': '{zone}'}}"


def _moment(text: str) -> datetime:
    seconds = ":%S" * (text.count(":") > 1) + ".%f" * ("." in text)
    found = datetime.strptime(text, f"%Y-%m-%d %H:%M{seconds}").replace(tzinfo=UTC)
    rest = (found.microsecond + 500) // 1000 * 1000  # milliseconds, half up
    return found.replace(microsecond=0) + timedelta(microseconds=rest)


def _zone(name: str) -> timezone | ZoneInfo:
    if name[0] in "+-":
        sign = -1 if name[0] == "-" else 1
        return timezone(sign * timedelta(hours=int(name[1:3]), minutes=int(name[4:])))
    return ZoneInfo(name)
