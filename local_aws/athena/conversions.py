"""How values of one type become values of another; text is read in parsing.py."""

from collections.abc import Callable
from itertools import product

from local_aws.athena import parsing
from local_aws.athena.parsing import Conversion, decimal_failure, quote_value
from local_aws.athena.scope import Typed
from local_aws.athena.types import (
    DATE,
    DAY_TO_SECOND,
    TIMESTAMP,
    VARCHAR,
    YEAR_TO_MONTH,
    ZONED,
    Type,
)

_EXACT_IN_DOUBLE = 15  # decimal digits
_TIMESTAMP_TEXT = "'%Y-%m-%d %H:%M:%S.%g'"


def decimal_to_floating(value: Typed, to: Type) -> str:
    """Return SQL of a decimal as a double or real."""
    # Through text where the digits exceed a double's: correctly rounded, as Java parses them.
    if value.type.precision > _EXACT_IN_DOUBLE:
        return f"cast(cast({value.sql} as varchar) as {to.duckdb})"
    return f"cast({value.sql} as {to.duckdb})"


def _number_to_integer(value: Typed, to: Type) -> Conversion:
    number = f"round({value.sql})" if value.type.is_floating else value.sql
    attempt = f"try_cast({number} as {to.duckdb})"
    text = f"cast({value.sql} as varchar)"
    if value.type.name == "decimal":
        reason = f"'INVALID_CAST_ARGUMENT: Cannot cast {quote_value(value)} to {to.name.upper()}'"
    elif value.type.is_floating:
        out_of_range = f"'NUMERIC_VALUE_OUT_OF_RANGE: Out of range for {to.name}: ' || {text}"
        unable = f"'INVALID_CAST_ARGUMENT: Unable to cast ' || {text} || ' to {to.name}'"
        odd = f"not isfinite({value.sql})" if to.name != "bigint" else "true"
        reason = f"case when {odd} then {unable} else {out_of_range} end"
    else:
        reason = f"'NUMERIC_VALUE_OUT_OF_RANGE: Out of range for {to.name}: ' || {text}"
    return attempt, reason


def _number_to_decimal(value: Typed, to: Type) -> Conversion:
    # Trino rounds the shortest decimal text of a double (BigDecimal.valueOf), not its bits.
    number = f"cast({value.sql} as varchar)" if value.type.is_floating else value.sql
    kind = value.type.name.upper()
    if value.type.name == "decimal":
        kind = f"DECIMAL({value.type.precision}, {value.type.scale})"
    return f"try_cast({number} as {to.duckdb})", decimal_failure(kind, value, to)


def _to_floating(value: Typed, to: Type) -> Conversion:
    if value.type.name == "decimal":
        return decimal_to_floating(value, to), None
    return f"cast({value.sql} as {to.duckdb})", None


def _number_to_boolean(value: Typed, _to: Type) -> Conversion:
    return f"({value.sql} <> 0)", None


def _boolean_to_decimal(value: Typed, to: Type) -> Conversion:
    return f"try_cast(cast({value.sql} as integer) as {to.duckdb})", decimal_failure(
        "BOOLEAN", value, to
    )


def _plain(value: Typed, to: Type) -> Conversion:
    return f"cast({value.sql} as {to.duckdb})", None


def _to_zoned(value: Typed, _to: Type) -> Conversion:
    return f"zoned({value.sql}, 'UTC')", None


def _zoned_to_local(value: Typed, to: Type) -> Conversion:
    return f"cast(local_time({value.sql}) as {to.duckdb})", None


def _text(value: Typed) -> str:
    """Return SQL of a value's text."""
    return _TEXTS.get(value.type.name, "cast({0} as varchar)").format(value.sql)


def _to_text(value: Typed, _to: Type) -> Conversion:
    return _text(value), None


def _to_bounded(value: Typed, to: Type) -> Conversion:
    text, length = _text(value), to.parameters[0]
    cannot = f"' cannot be represented as varchar({length})'"
    reason = f"'INVALID_CAST_ARGUMENT: Value ' || {text} || {cannot}"
    return f"case when length({text}) <= {length} then {text} end", reason


def _to_bytes(value: Typed, _to: Type) -> Conversion:
    return f"encode({value.sql})", None


_TEXTS = {
    # DuckDB leaves out the zero of 0.05 where the type has no digit before the point.
    "decimal": r"regexp_replace(cast({0} as varchar), '^(-?)\.', '\10.')",
    "double": "double_text({0}, cast(abs({0}) as varchar))",
    "real": "double_text({0}, format('{{:.6e}}', abs({0})))",
    "timestamp": f"strftime({{0}}, {_TIMESTAMP_TEXT})",
    ZONED.name: f"(strftime(local_time({{0}}), {_TIMESTAMP_TEXT}) || ' ' || ({{0}}).zone)",
    DAY_TO_SECOND.name: "seconds_text(epoch_us({0}))",
    YEAR_TO_MONTH.name: "months_text(months_of({0}))",
}
_NUMBERS = ("integer", "floating", "decimal")
_MOMENTS = (DATE.name, TIMESTAMP.name, ZONED.name)
_INTERVALS = (DAY_TO_SECOND.name, YEAR_TO_MONTH.name)
_TEXT = (VARCHAR.name, "bounded")
_SCALARS = (*_NUMBERS, "boolean", *_MOMENTS, *_INTERVALS, *_TEXT, "varbinary")
_NESTED = ("array", "map", "row")

CONVERSIONS: dict[tuple[str, str], Callable[[Typed, Type], Conversion]] = {
    **dict.fromkeys(product((*_NUMBERS, "boolean", *_MOMENTS, *_INTERVALS), ["varchar"]), _to_text),
    **dict.fromkeys(product((*_NUMBERS, *_MOMENTS, *_INTERVALS), ["bounded"]), _to_bounded),
    **dict.fromkeys(product(_NUMBERS, ["integer"]), _number_to_integer),
    **dict.fromkeys(product(_NUMBERS, ["decimal"]), _number_to_decimal),
    **dict.fromkeys(product((*_NUMBERS, "boolean"), ["floating"]), _to_floating),
    **dict.fromkeys(product(_NUMBERS, ["boolean"]), _number_to_boolean),
    **dict.fromkeys(product([ZONED.name], (DATE.name, TIMESTAMP.name)), _zoned_to_local),
    **dict.fromkeys(product((DATE.name, TIMESTAMP.name), [ZONED.name]), _to_zoned),
    **dict.fromkeys(product(_TEXT, ["integer"]), parsing.to_integer),
    **dict.fromkeys(product(_TEXT, ["floating"]), parsing.to_floating),
    **dict.fromkeys(product(_TEXT, ["decimal"]), parsing.to_decimal),
    **dict.fromkeys(product(_TEXT, ["boolean"]), parsing.to_boolean),
    **dict.fromkeys(product(_TEXT, [DATE.name]), parsing.to_date),
    **dict.fromkeys(product(_TEXT, [TIMESTAMP.name]), parsing.to_timestamp),
    **dict.fromkeys(product(_TEXT, ["varchar"]), _plain),
    **dict.fromkeys(product(_TEXT, ["bounded"]), parsing.to_bounded),
    **dict.fromkeys(product(_TEXT, ["varbinary"]), _to_bytes),
    ("boolean", "integer"): _plain,
    ("boolean", "decimal"): _boolean_to_decimal,
    (DATE.name, TIMESTAMP.name): _plain,
    (TIMESTAMP.name, DATE.name): _plain,
}
IMPOSSIBLE = {
    *product((*_NUMBERS, "boolean"), (*_MOMENTS, *_NESTED, *_INTERVALS)),
    *product(_MOMENTS, (*_NUMBERS, "boolean", *_NESTED)),
    *product(_NESTED, _SCALARS),
    *product(["varbinary"], (*_NUMBERS, "boolean", *_MOMENTS, *_TEXT)),
}
