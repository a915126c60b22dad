"""Functions of any type: conditions, comparison, failures, types."""

from sqlglot import exp

from local_aws.athena.aggregates import AGGREGATES
from local_aws.athena.calls import Call, Compiler
from local_aws.athena.compilation import one_type
from local_aws.athena.errors import not_supported
from local_aws.athena.literals import check_decimals, string
from local_aws.athena.macros import failing_quietly, may_fail, refuses
from local_aws.athena.operators import comparison
from local_aws.athena.scope import Typed
from local_aws.athena.types import UNORDERED, VARCHAR, ZONED

# Functions and operators that are NULL as soon as an argument is.
_STRICT_OPERATORS = (
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Paren, exp.DPipe, exp.Cast,
    exp.Bracket,
)  # fmt: skip
_STRICT = frozenset((
    "abs", "ceil", "ceiling", "chr", "date", "date_add", "date_diff", "date_parse",
    "date_trunc", "day", "element_at", "floor", "from_base64", "from_hex", "from_iso8601_date",
    "from_iso8601_timestamp", "from_unixtime", "from_utf8", "hour", "json_extract_scalar",
    "length", "lower", "lpad", "ltrim", "minute", "mod", "month", "power", "regexp_extract",
    "replace", "round", "rpad", "rtrim", "second", "split", "split_part", "sqrt", "strpos",
    "substr", "substring", "to_unixtime", "trim", "upper", "url_decode", "year",
))  # fmt: skip


def _operands(call: Call) -> list[Typed]:
    if not call.values:
        raise call.mismatch()
    return one_type(call.values, f"All {call.name.upper()} operands", call.node)


def _extreme(name: str) -> Compiler:
    """Return greatest or least: NULL as soon as one argument is."""

    def compiler(call: Call) -> Typed:
        values = _operands(call)
        of = values[0].type
        if of.name in UNORDERED or of == ZONED:
            raise not_supported(f"{call.name} of {of}", call.node)
        known = " and ".join(f"{value.sql} is not null" for value in values)
        all_values = ", ".join(value.sql for value in values)
        extreme = f"{name}({all_values})"
        if of.is_floating:  # NaN counts only where there is nothing else
            which = "list_max" if name == "greatest" else "list_min"
            extreme = f"coalesce({which}(numbers([{all_values}])), {extreme})"
        return Typed(f"(case when {known} then {extreme} end)", of)

    return compiler


def _coalesce(call: Call) -> Typed:
    values = _operands(call)
    return Typed(f"coalesce({', '.join(value.sql for value in values)})", values[0].type)


def _nullif(call: Call) -> Typed:
    call.expect(2)
    value, other = call.values
    same = comparison("=", value, other, call.node)
    return Typed(f"(case when {same.sql} then null else {value.sql} end)", value.type)


def _try(call: Call) -> Typed:
    """Give NULL where it fails.

    DuckDB's TRY catches its own failures, but not those of error(). In what gives NULL as soon as
    a part is NULL, that part may as well be NULL where it would have failed.
    """
    call.expect(1)
    node, value = call.arguments[0], call.values[0]
    untouched = not may_fail(value.sql) or _is_strict(node)
    aggregates = any(each.name.lower() in AGGREGATES for each in node.find_all(exp.Anonymous))
    if not untouched or aggregates or refuses(value.sql) or node.find(exp.Query, exp.Window):
        raise not_supported(f"try() around {node.sql()}", call.node)
    return Typed(f"try({failing_quietly(value.sql)})", value.type)


def _is_strict(node: exp.Expr) -> bool:
    """Whether it is NULL as soon as something in it is."""
    if isinstance(node, exp.Literal | exp.Column | exp.Boolean | exp.Interval | exp.DataType):
        return True
    if isinstance(node, exp.Array):
        return all(isinstance(each, exp.Literal | exp.Column) for each in node.expressions)
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in _STRICT and all(map(_is_strict, node.expressions))
    return isinstance(node, _STRICT_OPERATORS) and all(
        _is_strict(each) for each in node.iter_expressions()
    )


def _typeof(call: Call) -> Typed:
    """Name a type; of what is computed, the length of a text is not known here."""
    call.expect(1)
    value, node = call.values[0], call.arguments[0]
    named = (exp.Literal, exp.Cast, exp.Array, exp.Tuple, exp.DPipe, exp.DataType, exp.Identifier,
             exp.DataTypeParam, exp.ColumnDef, exp.Null)  # fmt: skip
    plain = all(
        isinstance(each, named) or each.name.lower() in {"row", "map"} for each in node.walk()
    )
    text = str(value.type)
    if not plain and ("varchar" in text or "timestamp" in text):
        raise not_supported(f"typeof of {node.sql()}", call.node)
    check_decimals(call.node, "typeof")
    return Typed(string(text), VARCHAR)


CONDITIONALS: dict[str, Compiler] = {
    "greatest": _extreme("greatest"),
    "least": _extreme("least"),
    "coalesce": _coalesce,
    "nullif": _nullif,
    "try": _try,
    "typeof": _typeof,
}
