"""Mathematical and conditional functions."""

from local_aws.athena.calls import Call, Compiler, Overload, function, overloaded
from local_aws.athena.casts import coerce
from local_aws.athena.compilation import one_type
from local_aws.athena.errors import not_supported
from local_aws.athena.operators import arithmetic, comparison
from local_aws.athena.scope import Typed
from local_aws.athena.types import BIGINT, BOOLEAN, DOUBLE, UNORDERED, ZONED, decimal


def _number(call: Call) -> Typed:
    if not call.values or not call.values[0].type.is_numeric:
        raise call.mismatch()
    return call.values[0]


def _operands(call: Call) -> list[Typed]:
    if not call.values:
        raise call.mismatch()
    return one_type(call.values, f"All {call.name.upper()} operands", call.node)


def _abs(call: Call) -> Typed:
    call.expect(1)
    value = _number(call)
    return Typed(f"cast(abs({value.sql}) as {value.type.duckdb})", value.type)


def _whole(name: str) -> Compiler:
    """Return ceil or floor: a decimal loses its scale, the others keep their type."""

    def compiler(call: Call) -> Typed:
        call.expect(1)
        value = _number(call)
        of = value.type
        if of.name == "decimal":
            of = decimal(of.precision - of.scale + min(of.scale, 1), 0)
        return Typed(f"cast({name}({value.sql}) as {of.duckdb})", of)

    return compiler


def _round(call: Call) -> Typed:
    call.expect(1, 2)
    value, of = _number(call), call.values[0].type
    digits = int(call.text(1)) if len(call.arguments) > 1 else 0
    if of.is_integer:
        return value
    if of.name != "decimal":
        return Typed(f"cast(round({value.sql}, {digits}) as {of.duckdb})", of)
    wide = decimal(of.precision + 1, of.scale)
    to = wide if len(call.arguments) > 1 else decimal(of.precision - of.scale + min(of.scale, 1), 0)
    return Typed(f"cast(round({coerce(value, wide).sql}, {digits}) as {to.duckdb})", to)


def _truncate(call: Call) -> Typed:
    call.expect(1)
    value = _number(call)
    if not value.type.is_floating:
        raise not_supported(f"truncate of {value.type}; cast it to double", call.node)
    return Typed(f"cast(trunc({value.sql}) as {value.type.duckdb})", value.type)


def _sign(call: Call) -> Typed:
    call.expect(1)
    value = _number(call)
    of = decimal(1, 0) if value.type.name == "decimal" else value.type
    return Typed(f"cast(sign({value.sql}) as {of.duckdb})", of)


def _modulus(call: Call) -> Typed:
    call.expect(2)
    return arithmetic("%", *call.values, call.node)


def _extreme(name: str) -> Compiler:
    """Return greatest or least: NULL as soon as one argument is."""

    def compiler(call: Call) -> Typed:
        values = _operands(call)
        of = values[0].type
        if of.name in UNORDERED or of == ZONED or of.is_floating:
            raise not_supported(f"{call.name} of {of}", call.node)
        known = " and ".join(f"{value.sql} is not null" for value in values)
        all_values = ", ".join(value.sql for value in values)
        return Typed(f"(case when {known} then {name}({all_values}) end)", of)

    return compiler


def _coalesce(call: Call) -> Typed:
    values = _operands(call)
    return Typed(f"coalesce({', '.join(value.sql for value in values)})", values[0].type)


def _nullif(call: Call) -> Typed:
    call.expect(2)
    value = call.values[0]
    same = comparison("=", *call.values, call.node)
    return Typed(f"(case when {same.sql} then null else {value.sql} end)", value.type)


def _try(call: Call) -> Typed:
    raise not_supported("try(); use try_cast, or nullif on the divisor", call.node)


def _of_double(sql: str) -> Compiler:
    return function(DOUBLE, sql, DOUBLE)


MATHEMATICS: dict[str, Compiler] = {
    "abs": _abs,
    "ceil": _whole("ceil"),
    "ceiling": _whole("ceil"),
    "floor": _whole("floor"),
    "round": _round,
    "truncate": _truncate,
    "sign": _sign,
    "mod": _modulus,
    "sqrt": _of_double("sqrt({0})"),
    "cbrt": _of_double("cbrt({0})"),
    "exp": _of_double("exp({0})"),
    "ln": _of_double("ln({0})"),
    "log2": _of_double("log2({0})"),
    "log10": _of_double("log10({0})"),
    "power": function(DOUBLE, "power({0}, {1})", DOUBLE, DOUBLE),
    "pow": function(DOUBLE, "power({0}, {1})", DOUBLE, DOUBLE),
    "is_nan": function(BOOLEAN, "isnan({0})", DOUBLE),
    "is_finite": function(BOOLEAN, "isfinite({0})", DOUBLE),
    "is_infinite": function(BOOLEAN, "isinf({0})", DOUBLE),
    "pi": function(DOUBLE, "pi()"),
    "bitwise_and": overloaded(Overload((BIGINT, BIGINT), BIGINT, "({0} & {1})")),
    "greatest": _extreme("greatest"),
    "least": _extreme("least"),
    "coalesce": _coalesce,
    "nullif": _nullif,
    "try": _try,
}
