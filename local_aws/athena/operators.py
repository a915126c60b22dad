"""Arithmetic and comparison with Trino's types: integers truncate, decimals stay exact."""

from sqlglot import exp

from local_aws.athena.casts import coerce, fields
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.scope import Typed
from local_aws.athena.types import (
    BOOLEAN,
    DATE,
    DAY_TO_SECOND,
    MAX_PRECISION,
    TIMESTAMP,
    UNKNOWN,
    UNORDERED,
    YEAR_TO_MONTH,
    ZONED,
    Type,
    as_decimal,
    common,
    decimal,
)

INTERVALS = (DAY_TO_SECOND, YEAR_TO_MONTH)


def arithmetic(symbol: str, left: Typed, right: Typed, node: exp.Expr) -> Typed:
    """Compute ``left symbol right``.

    Raises:
        QueryFailedError: TYPE_MISMATCH.
    """
    if UNKNOWN in {left.type, right.type}:
        known = right.type if left.type == UNKNOWN else left.type
        left, right = coerce(left, known), coerce(right, known)
    if left.type.is_numeric and right.type.is_numeric:
        return _numeric(symbol, left, right, node)
    if _in_trino_only(symbol, left.type, right.type):
        raise not_supported(f"{left.type} {symbol} {right.type}", node)
    if symbol in {"+", "-"}:
        moment = _moment_arithmetic(symbol, left, right)
        if moment:
            return moment
    raise mismatch(symbol, left.type, right.type, node)


def comparison(symbol: str, left: Typed, right: Typed, node: exp.Expr) -> Typed:
    """Compare; NaN equals nothing and is not ordered, as in Trino.

    Raises:
        QueryFailedError: TYPE_MISMATCH.
    """
    left, right = align(left, right, symbol, node)
    if left.type.name in UNORDERED:
        return Typed(_nested(symbol, left, right, node), BOOLEAN)
    a, b = comparable(left), comparable(right)
    plain = f"({a} {symbol} {b})"
    if not left.type.is_floating:
        return Typed(plain, BOOLEAN)
    answer = "true" if symbol == "<>" else "false"
    nan = f"isnan({a}) or isnan({b})"
    return Typed(
        f"(case when {a} is not null and {b} is not null and ({nan}) then {answer}"
        f" else {plain} end)",
        BOOLEAN,
    )


def _nested(symbol: str, left: Typed, right: Typed, node: exp.Expr) -> str:
    """Compare two arrays or two rows of one type; unknown where a NULL inside decides.

    Raises:
        QueryFailedError: NOT_SUPPORTED, what is inside compares by another rule in DuckDB.
    """
    check_comparable(left.type)
    of, inside = left.type, str(left.type)
    deep = of.name == "array" and of.element.name in UNORDERED
    if deep or any(word in inside for word in ("real", "double", "time zone")):
        raise not_supported(f"comparison of values of type {of}", node)
    if "distinct" in symbol:
        return f"({left.sql} {symbol} {right.sql})"
    if symbol in {"=", "<>"}:
        equal = _equal(left, right, node)
        return equal if symbol == "=" else f"(not {equal})"
    plain = f"{left.sql} {symbol} {right.sql}"
    if of.name == "array":
        return f"array_ordered({left.sql}, {right.sql}, {plain})"
    absent = " or ".join(f"{each.sql} is null" for row in (left, right) for each in fields(row))
    failure = "error('NOT_SUPPORTED: ROW comparison not supported for fields with null elements')"
    known = f"{left.sql} is not null and {right.sql} is not null"
    return f"(case when {known} then case when {absent} then {failure} else {plain} end end)"


def _equal(left: Typed, right: Typed, node: exp.Expr) -> str:
    if left.type.name == "array":
        return f"array_equal({left.sql}, {right.sql})"
    pairs = zip(fields(left), fields(right), strict=True)
    return f"({' and '.join(comparison('=', a, b, node).sql for a, b in pairs)})"


def comparable(value: Typed) -> str:
    """Return SQL that DuckDB compares as Trino compares the value: zoned ones by instant.

    Raises:
        QueryFailedError: NOT_SUPPORTED, it holds a map.
    """
    check_comparable(value.type)
    return f"({value.sql}).utc" if value.type.name == "timestamp with time zone" else value.sql


def check_comparable(of: Type) -> None:
    """Check that DuckDB finds the same values equal, and in the same order, as Trino.

    Raises:
        QueryFailedError: NOT_SUPPORTED.
    """
    if of.holds_map:
        raise not_supported(f"comparison of values of type {of}")


def align(left: Typed, right: Typed, symbol: str, node: exp.Expr) -> tuple[Typed, Typed]:
    """Coerce two values to their common type.

    Raises:
        QueryFailedError: TYPE_MISMATCH, they have none.
    """
    shared = common(left.type, right.type)
    if shared is None:
        raise mismatch(symbol, left.type, right.type, node)
    return coerce(left, shared), coerce(right, shared)


def mismatch(symbol: str, left: Type, right: Type, node: exp.Expr) -> QueryFailedError:
    """Return Athena's refusal of an operator between two types."""
    return QueryFailedError(
        "TYPE_MISMATCH", f"Cannot apply operator: {left} {symbol} {right}", node
    )


def divide_decimal(dividend: str, divisor: str, shift: int, to: Type) -> str:
    """Return SQL of a decimal quotient, half away from zero.

    ``shift``: decimal places that the dividend's digits lack for a quotient of ``to.scale``.
    """
    quotient = f"half_up({dividend} * cast('1{'0' * shift}' as hugeint), {divisor})"
    return from_unscaled(quotient, to)


def from_unscaled(digits: str, to: Type) -> str:
    """Return SQL of the decimal with these digits."""
    whole = f"cast({digits} as decimal({MAX_PRECISION}, 0))"
    if to.scale == 0:
        return f"cast({whole} as {to.duckdb})"
    one = f"cast('0.{'0' * (to.scale - 1)}1' as decimal({to.scale}, {to.scale}))"
    return f"cast({whole} * {one} as {to.duckdb})"


def _numeric(symbol: str, left: Typed, right: Typed, node: exp.Expr) -> Typed:
    floating = left.type.is_floating or right.type.is_floating
    if not floating and "decimal" in {left.type.name, right.type.name}:
        return _decimal(symbol, left, right, node)
    left, right = align(left, right, symbol, node)
    if floating and symbol == "%":
        rest = f"{left.sql} % {right.sql}"
        sql = f"case when {right.sql} = 0 then cast('NaN' as double) else {rest} end"
        return Typed(f"cast({sql} as {left.type.duckdb})", left.type)
    operator = "//" if symbol == "/" and not floating else symbol
    return Typed(f"cast(({left.sql} {operator} {right.sql}) as {left.type.duckdb})", left.type)


def _decimal(symbol: str, left: Typed, right: Typed, node: exp.Expr) -> Typed:
    """Trino's precision and scale of decimal operators (docs: functions/decimal)."""
    a, b = coerce(left, as_decimal(left.type)), coerce(right, as_decimal(right.type))
    (p1, s1), (p2, s2) = a.type.parameters, b.type.parameters
    scale = max(s1, s2)
    if symbol == "/":
        to = decimal(p1 + s2 + max(s2 - s1, 0), scale)
        shift = scale - s1 + s2
        return Typed(divide_decimal(f"unscaled({a.sql})", f"unscaled({b.sql})", shift, to), to)
    if symbol == "*":
        if s1 + s2 > MAX_PRECISION:
            raise not_supported("a product of decimals with more than 38 decimal places", node)
        to = decimal(p1 + p2, s1 + s2)
        return Typed(f"cast({a.sql} * {b.sql} as {to.duckdb})", to)
    whole = max(p1 - s1, p2 - s2)
    shared = decimal(whole + scale + 1, scale)
    a, b = coerce(a, shared), coerce(b, shared)
    if symbol == "%":
        to = decimal(min(p1 - s1, p2 - s2) + scale, scale)
        sql = f"unscaled({a.sql}) % unscaled({b.sql})"
        return Typed(from_unscaled(sql, to), to)
    return Typed(f"cast({a.sql} {symbol} {b.sql} as {shared.duckdb})", shared)


def _in_trino_only(symbol: str, left: Type, right: Type) -> bool:
    """Whether Trino has an operator that is not rewritten here."""
    if symbol == "*":
        return (left in INTERVALS and right.is_numeric) or (left.is_numeric and right in INTERVALS)
    return symbol == "/" and left in INTERVALS and right.is_numeric


def _moment_arithmetic(symbol: str, left: Typed, right: Typed) -> Typed | None:
    """Dates, timestamps and intervals; None where Trino has no such operator."""
    if symbol == "+" and left.type in INTERVALS and right.type not in INTERVALS:
        left, right = right, left
    plain = f"({left.sql} {symbol} {right.sql})"
    if left.type == right.type and left.type in INTERVALS:
        return Typed(plain, left.type)
    if right.type in INTERVALS:
        return _moment_and_interval(symbol, left, right, plain)
    both = common(left.type, right.type)
    if symbol == "-" and both in {DATE, TIMESTAMP, ZONED}:
        shared = ZONED if both == ZONED else TIMESTAMP
        a, b = comparable(coerce(left, shared)), comparable(coerce(right, shared))
        return Typed(f"to_microseconds(epoch_us({a}) - epoch_us({b}))", DAY_TO_SECOND)
    return None


def _moment_and_interval(symbol: str, left: Typed, right: Typed, plain: str) -> Typed | None:
    if left.type == TIMESTAMP:
        return Typed(plain, TIMESTAMP)
    if left.type == DATE:
        whole = f"cast({plain} as date)"
        failure = "'INVALID_FUNCTION_ARGUMENT: Cannot add hour, minutes or seconds to a date'"
        if right.type == YEAR_TO_MONTH:
            return Typed(whole, DATE)
        return Typed(f"(case when {whole} <> {plain} then error({failure}) else {whole} end)", DATE)
    if left.type == ZONED:
        step = right.sql if symbol == "+" else f"(-{right.sql})"
        macro = "add_time" if right.type == DAY_TO_SECOND else "add_days"
        return Typed(f"{macro}({left.sql}, {step})", left.type)
    return None
