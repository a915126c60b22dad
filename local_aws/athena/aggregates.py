"""Aggregate functions. Each also serves over a window and with a FILTER clause."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from local_aws.athena.calls import Call
from local_aws.athena.casts import coerce
from local_aws.athena.errors import not_supported
from local_aws.athena.operators import check_comparable, comparable, divide_decimal
from local_aws.athena.scope import Typed
from local_aws.athena.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INTEGER,
    MAX_PRECISION,
    REAL,
    UNORDERED,
    VARCHAR,
    ZONED,
    array,
    decimal,
)


@dataclass(frozen=True)
class Aggregate:
    """What surrounds an aggregate's arguments.

    ``distinct`` is "distinct " or empty, ``order`` an ORDER BY inside the call, ``tail`` the SQL
    of its FILTER and OVER clauses.
    """

    call: Call
    distinct: str = ""
    order: str = ""
    tail: str = ""

    @property
    def value(self) -> Typed:
        """The first argument."""
        if not self.call.values:
            raise self.call.mismatch()
        return self.call.values[0]

    def sql(self, name: str, *arguments: str) -> str:
        """Return the call of a DuckDB aggregate."""
        return f"{name}({self.distinct}{', '.join(arguments)}{self.order}){self.tail}"


def compile_aggregate(
    call: Call, *, distinct: bool = False, order: str = "", tail: str = ""
) -> Typed:
    """Return an aggregate's SQL and the type that Trino gives it."""
    aggregate = Aggregate(call, "distinct " if distinct else "", order, tail)
    if order and call.name not in {"array_agg", "listagg"}:
        raise not_supported(f"ORDER BY inside {call.name}", call.node)
    return AGGREGATES[call.name](aggregate)


def _count(a: Aggregate) -> Typed:
    if not a.call.arguments or isinstance(a.call.arguments[0], exp.Star):
        return Typed(f"count(*){a.tail}", BIGINT)
    a.call.expect(1)
    counted = comparable(a.value) if a.distinct else a.value.sql
    return Typed(a.sql("count", counted), BIGINT)


def _count_if(a: Aggregate) -> Typed:
    a.call.expect(1)
    if a.value.type != BOOLEAN:
        raise a.call.mismatch()
    return Typed(a.sql("count", f"case when {a.value.sql} then 1 end"), BIGINT)


def _sum(a: Aggregate) -> Typed:
    a.call.expect(1)
    of = a.value.type
    if not of.is_numeric:
        raise a.call.mismatch()
    to = BIGINT if of.is_integer else of
    if of.name == "decimal":
        to = decimal(MAX_PRECISION, of.scale)
    total = a.sql("sum", a.value.sql)
    if to != BIGINT:
        return Typed(f"cast({total} as {to.duckdb})", to)
    return Typed(f"cast({total} as bigint)", to)  # what overflows is named in errors.py


def _avg(a: Aggregate) -> Typed:
    a.call.expect(1)
    of = a.value.type
    if not of.is_numeric:
        raise a.call.mismatch()
    if of.name == "decimal":
        total, number = a.sql("sum", a.value.sql), a.sql("count", a.value.sql)
        quotient = divide_decimal(f"unscaled({total})", f"nullif({number}, 0)", 0, of)
        return Typed(quotient, of)
    to = REAL if of == REAL else DOUBLE
    return Typed(f"cast({a.sql('avg', coerce(a.value, DOUBLE).sql)} as {to.duckdb})", to)


def _extreme(a: Aggregate) -> Typed:
    _only(a, 1)
    if a.value.type.name in UNORDERED:
        raise not_supported(f"{a.call.name} of {a.value.type}", a.call.node)
    extreme = a.sql(a.call.name, a.value.sql)
    if a.value.type.is_floating:  # NaN counts only where there is nothing else
        number = f"case when not isnan({a.value.sql}) then {a.value.sql} end"
        extreme = f"coalesce({a.sql(a.call.name, number)}, {extreme})"
    return Typed(extreme, a.value.type)


def _only(a: Aggregate, count: int) -> None:
    """Refuse the forms with a number of results, which Trino has and this engine has not."""
    if len(a.call.arguments) > count:
        raise not_supported(f"{a.call.name} with a number of results", a.call.node)
    a.call.expect(count)


def _arbitrary(a: Aggregate) -> Typed:
    a.call.expect(1)
    return Typed(a.sql("any_value", a.value.sql), a.value.type)


def _extreme_by(name: str) -> Callable[[Aggregate], Typed]:
    def compiler(a: Aggregate) -> Typed:
        _only(a, 2)
        by = a.call.values[1]
        if by.type.name in UNORDERED:
            raise a.call.mismatch()
        # In a struct the value may be NULL: DuckDB would skip the row, Trino does not.
        boxed = a.sql(name, f"{{'value': {a.value.sql}}}", comparable(by))
        return Typed(f"({boxed}).value", a.value.type)

    return compiler


def _array_agg(a: Aggregate) -> Typed:
    a.call.expect(1)
    if a.distinct and a.value.type == ZONED:
        raise not_supported("array_agg(DISTINCT) of timestamps with time zone", a.call.node)
    if a.distinct:
        check_comparable(a.value.type)
    return Typed(a.sql("array_agg", a.value.sql), array(a.value.type))


def _listagg(a: Aggregate) -> Typed:
    a.call.expect(1, 2)
    if a.value.type.name != "varchar" or not a.order:
        raise not_supported("listagg but of a varchar, WITHIN GROUP (ORDER BY ...)", a.call.node)
    separator = a.call.values[1].sql if len(a.call.values) > 1 else "''"
    return Typed(a.sql("string_agg", a.value.sql, separator), VARCHAR)


def _boolean(name: str) -> Callable[[Aggregate], Typed]:
    def compiler(a: Aggregate) -> Typed:
        a.call.expect(1)
        if a.value.type != BOOLEAN:
            raise a.call.mismatch()
        return Typed(a.sql(name, a.value.sql), BOOLEAN)

    return compiler


def _bits(name: str) -> Callable[[Aggregate], Typed]:
    def compiler(a: Aggregate) -> Typed:
        a.call.expect(1)
        if not a.value.type.is_integer:
            raise a.call.mismatch()
        return Typed(a.sql(name, coerce(a.value, BIGINT).sql), BIGINT)

    return compiler


def _statistic(name: str) -> Callable[[Aggregate], Typed]:
    def compiler(a: Aggregate) -> Typed:
        a.call.expect(1)
        if not a.value.type.is_numeric:
            raise a.call.mismatch()
        return Typed(a.sql(name, coerce(a.value, DOUBLE).sql), DOUBLE)

    return compiler


def _pair_statistic(name: str) -> Callable[[Aggregate], Typed]:
    def compiler(a: Aggregate) -> Typed:
        a.call.expect(2)
        if not all(value.type.is_numeric for value in a.call.values):
            raise a.call.mismatch()
        pair = [coerce(value, DOUBLE).sql for value in a.call.values]
        return Typed(a.sql(name, *pair), DOUBLE)

    return compiler


def _approx_distinct(a: Aggregate) -> Typed:
    """Count exactly: Trino's answer has a standard error of 2.3 %, which includes this one."""
    a.call.expect(1, 2)
    if a.value.type.name in UNORDERED:
        raise a.call.mismatch()
    return Typed(f"count(distinct {comparable(a.value)}){a.tail}", BIGINT)


def _grouping(a: Aggregate) -> Typed:
    keys = ", ".join(value.sql for value in a.call.values)
    return Typed(f"cast(grouping({keys}) as integer)", INTEGER)


AGGREGATES: dict[str, Callable[[Aggregate], Typed]] = {
    "count": _count,
    "count_if": _count_if,
    "sum": _sum,
    "avg": _avg,
    "min": _extreme,
    "max": _extreme,
    "min_by": _extreme_by("arg_min"),
    "max_by": _extreme_by("arg_max"),
    "arbitrary": _arbitrary,
    "any_value": _arbitrary,
    "array_agg": _array_agg,
    "listagg": _listagg,
    "bool_and": _boolean("bool_and"),
    "every": _boolean("bool_and"),
    "bool_or": _boolean("bool_or"),
    "bitwise_and_agg": _bits("bit_and"),
    "bitwise_or_agg": _bits("bit_or"),
    "bitwise_xor_agg": _bits("bit_xor"),
    "stddev": _statistic("stddev_samp"),
    "stddev_samp": _statistic("stddev_samp"),
    "stddev_pop": _statistic("stddev_pop"),
    "variance": _statistic("var_samp"),
    "var_samp": _statistic("var_samp"),
    "var_pop": _statistic("var_pop"),
    "corr": _pair_statistic("corr"),
    "covar_pop": _pair_statistic("covar_pop"),
    "covar_samp": _pair_statistic("covar_samp"),
    "regr_slope": _pair_statistic("regr_slope"),
    "regr_intercept": _pair_statistic("regr_intercept"),
    "approx_distinct": _approx_distinct,
    "grouping": _grouping,
}
