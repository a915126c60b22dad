"""CAST and TRY_CAST as Trino does them: what fails, and how numbers are rounded."""

from collections.abc import Callable

from sqlglot import exp

from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.scope import Typed
from local_aws.athena.types import DATE, TIMESTAMP, UNKNOWN, VARCHAR, Type, quoted

_NUMBER = r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*"
_DOUBLE = rf"{_NUMBER}|\s*([+-]?Infinity|NaN)\s*"
_DATE = r"\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\s*"
_TIME = r"[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,6})?)?"
_TIMESTAMP = rf"\s*[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}( {_TIME})?\s*"
_EXACT_IN_DOUBLE = 15  # decimal digits
TIMESTAMP_TEXT = "'%Y-%m-%d %H:%M:%S.%g'"
_INTEGER_WORDS = {"integer": "INT"}


def coerce(value: Typed, to: Type) -> Typed:
    """Convert to a type that holds every value of the present one."""
    if value.type == to or (to == VARCHAR and value.type.name == "varchar"):
        return Typed(value.sql, to, value.text)
    if to.name == "timestamp with time zone":
        return Typed(f"{{'utc': cast({value.sql} as timestamp), 'zone': 'UTC'}}", to)
    if value.type.name == "decimal" and to.is_floating:
        return Typed(_decimal_to_floating(value, to), to)
    return Typed(f"cast({value.sql} as {to.duckdb})", to)


def cast(value: Typed, to: Type, node: exp.Expr, *, safe: bool) -> Typed:
    """Convert explicitly; what cannot be converted fails, or is NULL if ``safe``.

    Raises:
        QueryFailedError: TYPE_MISMATCH, or NOT_SUPPORTED where agreement is not certain.
    """
    if value.type in {to, UNKNOWN}:
        return Typed(f"cast({value.sql} as {to.duckdb})", to)
    if value.type.name == to.name and to.name in {"array", "row"}:
        return Typed(_nested(value, to, node, safe=safe), to)
    convert = _CONVERSIONS.get((_family(value.type), _family(to)))
    if convert is None:
        raise _refusal(value.type, to, node)
    attempt, failure = convert(value, to)
    if safe or not failure:
        return Typed(attempt, to)
    reason = f"case when {value.sql} is not null then error({failure}) end"
    return Typed(f"coalesce({attempt}, {reason})", to)


def local_time(zoned: str) -> str:
    """Return SQL for the wall clock, a timestamp, of a zoned timestamp."""
    return f"local_time({zoned})"


def _family(of: Type) -> str:
    if of.is_integer:
        return "integer"
    if of.is_floating:
        return "floating"
    return "bounded" if of.name == "varchar" and of.parameters else of.name


def _refusal(of: Type, to: Type, node: exp.Expr) -> QueryFailedError:
    if (_family(of), _family(to)) in _IMPOSSIBLE:
        return QueryFailedError("TYPE_MISMATCH", f"Cannot cast {of} to {to}", node)
    return not_supported(f"a cast from {of} to {to}", node)


def _words(to: Type) -> str:
    return _INTEGER_WORDS.get(to.name, to.name).upper()


def _quote_value(value: Typed) -> str:
    return f"''' || cast({value.sql} as varchar) || '''"


def _checked(value: Typed, pattern: str, to: str, text: str) -> str:
    matches = f"regexp_full_match({value.sql}, '{pattern}')"
    return f"case when {matches} then try_cast({text} as {to}) end"


Conversion = tuple[str, str | None]  # SQL that is NULL where it fails, SQL of the reason


def _text_to_integer(value: Typed, to: Type) -> Conversion:
    attempt = _checked(value, "[+-]?[0-9]+", to.duckdb, value.sql)
    return attempt, f"'INVALID_CAST_ARGUMENT: Cannot cast {_quote_value(value)} to {_words(to)}'"


def _text_to_floating(value: Typed, to: Type) -> Conversion:
    attempt = _checked(value, _DOUBLE, to.duckdb, f"trim({value.sql})")
    return attempt, f"'INVALID_CAST_ARGUMENT: Cannot cast {_quote_value(value)} to {_words(to)}'"


def _text_to_decimal(value: Typed, to: Type) -> Conversion:
    attempt = _checked(value, _NUMBER, to.duckdb, f"trim({value.sql})")
    return attempt, _decimal_failure("VARCHAR", value, to)


def _text_to_boolean(value: Typed, to: Type) -> Conversion:
    attempt = (
        f"case when lower({value.sql}) in ('t', 'true', '1') then true"
        f" when lower({value.sql}) in ('f', 'false', '0') then false end"
    )
    return attempt, f"'INVALID_CAST_ARGUMENT: Cannot cast {_quote_value(value)} to {_words(to)}'"


def _text_to_date(value: Typed, _to: Type) -> Conversion:
    attempt = _checked(value, _DATE, "date", f"trim({value.sql})")
    return attempt, f"'INVALID_CAST_ARGUMENT: Value cannot be cast to date: ' || {value.sql}"


def _text_to_timestamp(value: Typed, _to: Type) -> Conversion:
    micros = f"epoch_us({_checked(value, _TIMESTAMP, 'timestamp', f'trim({value.sql})')})"
    attempt = f"make_timestamp(half_up({micros}, 1000) * 1000)"
    return attempt, f"'INVALID_CAST_ARGUMENT: Value cannot be cast to timestamp: ' || {value.sql}"


def _text_to_bounded(value: Typed, to: Type) -> Conversion:
    return f"substr({value.sql}, 1, {to.parameters[0]})", None


def _number_to_integer(value: Typed, to: Type) -> Conversion:
    number = f"round({value.sql})" if value.type.is_floating else value.sql
    attempt = f"try_cast({number} as {to.duckdb})"
    if value.type.name == "decimal":
        reason = f"'INVALID_CAST_ARGUMENT: Cannot cast {_quote_value(value)} to {to.name.upper()}'"
    else:
        reason = (
            f"'NUMERIC_VALUE_OUT_OF_RANGE: Out of range for {to.name}: '"
            f" || cast({value.sql} as varchar)"
        )
    return attempt, reason


def _number_to_decimal(value: Typed, to: Type) -> Conversion:
    # Trino rounds the shortest decimal text of a double (BigDecimal.valueOf), not its bits.
    number = f"cast({value.sql} as varchar)" if value.type.is_floating else value.sql
    kind = value.type.name.upper()
    if value.type.name == "decimal":
        kind = f"DECIMAL({value.type.precision}, {value.type.scale})"
    return f"try_cast({number} as {to.duckdb})", _decimal_failure(kind, value, to)


def _decimal_failure(kind: str, value: Typed, to: Type) -> str:
    target = f"DECIMAL({to.precision}, {to.scale})"
    return f"'INVALID_CAST_ARGUMENT: Cannot cast {kind} {_quote_value(value)} to {target}'"


def _number_to_floating(value: Typed, to: Type) -> Conversion:
    return coerce(value, to).sql, None


def _decimal_to_floating(value: Typed, to: Type) -> str:
    # Through text where the digits exceed a double's: correctly rounded, as Java parses them.
    if value.type.precision > _EXACT_IN_DOUBLE:
        return f"cast(cast({value.sql} as varchar) as {to.duckdb})"
    return f"cast({value.sql} as {to.duckdb})"


def _number_to_boolean(value: Typed, _to: Type) -> Conversion:
    return f"({value.sql} <> 0)", None


def _plain(value: Typed, to: Type) -> Conversion:
    return f"cast({value.sql} as {to.duckdb})", None


def _to_zoned(value: Typed, to: Type) -> Conversion:
    return coerce(value, to).sql, None


def _timestamp_to_text(value: Typed, _to: Type) -> Conversion:
    return f"strftime({value.sql}, {TIMESTAMP_TEXT})", None


def _zoned_to_text(value: Typed, _to: Type) -> Conversion:
    local = f"strftime({local_time(value.sql)}, {TIMESTAMP_TEXT})"
    return f"({local} || ' ' || ({value.sql}).zone)", None


def _zoned_to_local(value: Typed, to: Type) -> Conversion:
    return f"cast({local_time(value.sql)} as {to.duckdb})", None


def _nested(value: Typed, to: Type, node: exp.Expr, *, safe: bool) -> str:
    if to.name == "array":
        element = cast(Typed("element", value.type.element), to.element, node, safe=safe)
        return f"list_transform({value.sql}, lambda element: {element.sql})"
    if len(value.type.parameters) != len(to.parameters):
        raise QueryFailedError("TYPE_MISMATCH", f"Cannot cast {value.type} to {to}", node)
    fields = []
    for (old, of), (new, wanted) in zip(value.type.parameters, to.parameters, strict=True):
        inner = cast(Typed(f"({value.sql}).{quoted(old)}", of), wanted, node, safe=safe)
        fields.append(f"{quoted(new)} := {inner.sql}")
    return f"case when {value.sql} is not null then struct_pack({', '.join(fields)}) end"


_CONVERSIONS: dict[tuple[str, str], Callable[[Typed, Type], Conversion]] = (
    {
        ("boolean", "integer"): _plain,
        ("boolean", "varchar"): _plain,
        ("integer", "varchar"): _plain,
        ("decimal", "varchar"): _plain,
        ("date", "varchar"): _plain,
        ("date", "timestamp"): _plain,
        ("timestamp", "date"): _plain,
        ("timestamp", "varchar"): _timestamp_to_text,
        ("date", "timestamp with time zone"): _to_zoned,
        ("timestamp", "timestamp with time zone"): _to_zoned,
        ("timestamp with time zone", "timestamp"): _zoned_to_local,
        ("timestamp with time zone", "date"): _zoned_to_local,
        ("timestamp with time zone", "varchar"): _zoned_to_text,
    }
    | {
        (number, to): convert
        for number in ("integer", "floating", "decimal")
        for to, convert in {
            "integer": _number_to_integer,
            "decimal": _number_to_decimal,
            "floating": _number_to_floating,
            "boolean": _number_to_boolean,
        }.items()
    }
    | {
        (text, to): convert
        for text in ("varchar", "bounded")
        for to, convert in {
            "integer": _text_to_integer,
            "floating": _text_to_floating,
            "decimal": _text_to_decimal,
            "boolean": _text_to_boolean,
            "date": _text_to_date,
            "timestamp": _text_to_timestamp,
            "varchar": _plain,
            "bounded": _text_to_bounded,
        }.items()
    }
)
_IMPOSSIBLE = {
    (number, to)
    for number in ("integer", "floating", "decimal", "boolean")
    for to in (DATE.name, TIMESTAMP.name, "array", "map", "row")
} | {
    (moment, to)
    for moment in (DATE.name, TIMESTAMP.name)
    for to in ("integer", "floating", "decimal", "boolean", "array", "map", "row")
}
