"""Mathematical functions."""

from local_aws.athena.calls import Call, Compiler, function
from local_aws.athena.casts import coerce
from local_aws.athena.errors import not_supported
from local_aws.athena.operators import arithmetic, from_unscaled
from local_aws.athena.scope import Typed
from local_aws.athena.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    MAX_PRECISION,
    decimal,
)


def _number(call: Call) -> Typed:
    if not call.values or not call.values[0].type.is_numeric:
        raise call.mismatch()
    return call.values[0]


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
    digits = call.number(1) if len(call.arguments) > 1 else 0
    if of.is_integer:
        power = 10 ** min(-digits, MAX_PRECISION - 1)
        rounded = f"half_up(cast({value.sql} as hugeint), {power}::hugeint) * {power}::hugeint"
        return value if digits >= 0 else Typed(f"cast({rounded} as {of.duckdb})", of)
    if of.name != "decimal":
        return Typed(f"cast(round({value.sql}, {digits}) as {of.duckdb})", of)
    wide = decimal(of.precision + 1, of.scale)
    to = wide if len(call.arguments) > 1 else decimal(of.precision - of.scale + min(of.scale, 1), 0)
    return Typed(f"cast(round({coerce(value, wide).sql}, {digits}) as {to.duckdb})", to)


def _truncate(call: Call) -> Typed:
    call.expect(1, 2)
    value, of = _number(call), call.values[0].type
    if of.name == "decimal":
        return _truncate_decimal(call, value)
    if not of.is_floating or len(call.arguments) > 1:
        raise not_supported(f"truncate of {of}; cast it to double", call.node)
    return Typed(f"cast(trunc({value.sql}) as {of.duckdb})", of)


def _truncate_decimal(call: Call, value: Typed) -> Typed:
    of = value.type
    digits = call.number(1) if len(call.arguments) > 1 else 0
    lost = max(of.scale - digits, 0)
    if lost >= MAX_PRECISION:
        raise not_supported(f"truncate to {digits} decimal places", call.node)
    power = f"cast('1{'0' * lost}' as hugeint)"
    whole = f"unscaled({value.sql}) // {power}"
    if len(call.arguments) > 1:
        return Typed(from_unscaled(f"{whole} * {power}", of), of)
    to = decimal(max(of.precision - of.scale, 1), 0)
    return Typed(from_unscaled(whole, to), to)


def _sign(call: Call) -> Typed:
    call.expect(1)
    value = _number(call)
    of = decimal(1, 0) if value.type.name == "decimal" else value.type
    if of.is_floating:  # of NaN and -0.0, each is its own
        plain = f"isnan({value.sql}) or {value.sql} = 0"
        return Typed(f"(case when {plain} then {value.sql} else sign({value.sql}) end)", of)
    return Typed(f"cast(sign({value.sql}) as {of.duckdb})", of)


def _modulus(call: Call) -> Typed:
    call.expect(2)
    left, right = call.values
    return arithmetic("%", left, right, call.node)


def _short(compiler: Compiler, count: int) -> Compiler:
    """Refuse, by name, the forms of a function with another number of arguments."""

    def counted(call: Call) -> Typed:
        if len(call.arguments) != count:
            raise not_supported(f"{call.name} of {len(call.arguments)} arguments", call.node)
        return compiler(call)

    return counted


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
    "cbrt": _of_double("cube_root({0})"),
    "exp": _of_double("exp({0})"),
    "ln": _of_double("ln({0})"),
    "log2": _of_double("log2({0})"),
    "log10": _of_double("log10({0})"),
    "log": function(DOUBLE, "(ln({1}) / ln({0}))", DOUBLE, DOUBLE),
    "degrees": _of_double("degrees({0})"),
    "radians": _of_double("radians({0})"),
    "e": function(DOUBLE, "cast('2.718281828459045' as double)"),
    "nan": function(DOUBLE, "cast('NaN' as double)"),
    "infinity": function(DOUBLE, "cast('Infinity' as double)"),
    "random": _short(function(DOUBLE, "random()"), 0),
    "rand": _short(function(DOUBLE, "random()"), 0),
    "width_bucket": _short(
        function(BIGINT, "bucket_of({0}, {1}, {2}, {3})", DOUBLE, DOUBLE, DOUBLE, BIGINT), 4
    ),
    "power": function(DOUBLE, "power({0}, {1})", DOUBLE, DOUBLE),
    "pow": function(DOUBLE, "power({0}, {1})", DOUBLE, DOUBLE),
    "is_nan": function(BOOLEAN, "isnan({0})", DOUBLE),
    "is_finite": function(BOOLEAN, "isfinite({0})", DOUBLE),
    "is_infinite": function(BOOLEAN, "isinf({0})", DOUBLE),
    "pi": function(DOUBLE, "pi()"),
    "bitwise_and": function(BIGINT, "({0} & {1})", BIGINT, BIGINT),
    "bitwise_or": function(BIGINT, "({0} | {1})", BIGINT, BIGINT),
    "bitwise_xor": function(BIGINT, "xor({0}, {1})", BIGINT, BIGINT),
    "bitwise_not": function(BIGINT, "(~{0})", BIGINT),
}
