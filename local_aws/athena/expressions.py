"""Literals, columns, arithmetic and concatenation."""

import re

from sqlglot import exp

from local_aws.athena import functions
from local_aws.athena.compilation import compile_expression
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.literals import decimal_literal, string
from local_aws.athena.operators import INTERVALS, arithmetic
from local_aws.athena.scans import PATH
from local_aws.athena.scope import Scope, Typed
from local_aws.athena.types import (
    BIGINT,
    BOOLEAN,
    DAY_TO_SECOND,
    DOUBLE,
    INTEGER,
    UNKNOWN,
    YEAR_TO_MONTH,
    Type,
    quoted,
)

_ARITHMETIC = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
_INTERVAL_UNITS = {
    "SECOND": DAY_TO_SECOND,
    "MINUTE": DAY_TO_SECOND,
    "HOUR": DAY_TO_SECOND,
    "DAY": DAY_TO_SECOND,
    "MONTH": YEAR_TO_MONTH,
    "YEAR": YEAR_TO_MONTH,
}
_LARGEST_INTEGER = 2**31 - 1
_LARGEST_BIGINT = 2**63 - 1
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")  # sqlglot reads 1e0+2 as one number


@compile_expression.register
def _(node: exp.Literal, _scope: Scope) -> Typed:
    text = node.this
    if node.is_string:
        return Typed(string(text), Type("varchar", (len(text),)), text)
    if not _NUMBER.fullmatch(text):
        raise not_supported(f"{text} without spaces around its operator", node)
    if "e" in text.lower():
        return Typed(f"cast('{text}' as double)", DOUBLE)
    if "." in text:
        return decimal_literal(text)
    return _integer(int(text), node)


def _integer(number: int, node: exp.Expr) -> Typed:
    if not -_LARGEST_BIGINT - 1 <= number <= _LARGEST_BIGINT:
        raise QueryFailedError("SYNTAX_ERROR", f"Invalid numeric literal: {number}", node)
    of = INTEGER if -_LARGEST_INTEGER - 1 <= number <= _LARGEST_INTEGER else BIGINT
    return Typed(f"cast({number} as {of.duckdb})", of, str(number))


@compile_expression.register
def _(node: exp.Boolean, _scope: Scope) -> Typed:
    return Typed(str(node.this).lower(), BOOLEAN)


@compile_expression.register
def _(_node: exp.Null, _scope: Scope) -> Typed:
    return Typed("null", UNKNOWN)


@compile_expression.register
def _(node: exp.Interval, _scope: Scope) -> Typed:
    unit = node.args.get("unit")
    name = unit.name.upper() if isinstance(unit, exp.Var) else ""
    if name == "WEEK":
        raise QueryFailedError("TYPE_NOT_FOUND", "Unknown resolvedType: interval", node)
    if name not in _INTERVAL_UNITS or not node.this.name.lstrip("+-").isdigit():
        raise not_supported(f"the interval {node.sql()}", node)
    return Typed(f"(interval '{int(node.this.name)}' {name.lower()})", _INTERVAL_UNITS[name])


@compile_expression.register
def _(node: exp.Paren, scope: Scope) -> Typed:
    return compile_expression(node.this, scope)


@compile_expression.register
def _(node: exp.Identifier, scope: Scope) -> Typed:
    # Inside a lambda, sqlglot leaves its arguments as bare identifiers.
    return compile_expression(exp.Column(this=node), scope)


@compile_expression.register
def _(node: exp.Column, scope: Scope) -> Typed:
    parts = [part.name.lower() for part in node.parts]
    if len(parts) == 1 and parts[0] in scope.lambdas:
        return scope.lambdas[parts[0]]
    for split in (1, 0):  # a relation's name first, then a column with fields
        if split < len(parts):
            found = scope.resolve(parts[split], parts[0] if split else None, node)
            if found:
                value = Typed(found.sql, found.type)
                for name in parts[split + 1 :]:
                    value = _row_field(value, name, node)
                return value
    name = ".".join(part.name for part in node.parts)
    if any(field.relation in parts[1:-1] for field in scope.fields):
        raise not_supported(f"{name}: leave out the database before the table's name", node)
    if parts[-1].startswith("$") and parts[-1] != PATH:
        raise not_supported(f'the hidden column "{name}"; of those there is "{PATH}"', node)
    raise QueryFailedError(
        "COLUMN_NOT_FOUND",
        f"Column '{name.lower()}' cannot be resolved or requester is not authorized to access"
        " requested resources",
        node,
    )


@compile_expression.register
def _(node: exp.Dot, scope: Scope) -> Typed:
    return _row_field(compile_expression(node.this, scope), node.expression.name.lower(), node)


def _row_field(value: Typed, name: str, node: exp.Expr) -> Typed:
    if value.type.name == "row":
        for field, of in value.type.parameters:
            if field.lower() == name:
                return Typed(f"({value.sql}).{quoted(field)}", of)
    raise QueryFailedError("COLUMN_NOT_FOUND", f"Column '{name}' cannot be resolved", node)


def _arithmetic(node: exp.Binary, scope: Scope) -> Typed:
    left, right = (compile_expression(side, scope) for side in (node.this, node.expression))
    return arithmetic(_ARITHMETIC[type(node)], left, right, node)


@compile_expression.register
def _(node: exp.DPipe, scope: Scope) -> Typed:
    return functions.call("||", [node.this, node.expression], node, scope)


@compile_expression.register
def _(node: exp.Neg, scope: Scope) -> Typed:
    if isinstance(node.this, exp.Literal) and node.this.name.isdigit():
        return _integer(-int(node.this.name), node)
    value = compile_expression(node.this, scope)
    if not value.type.is_numeric and value.type not in INTERVALS:
        raise QueryFailedError("TYPE_MISMATCH", f"Cannot negate {value.type}", node)
    if value.type.is_integer:  # in its own type, so that it can overflow
        return Typed(f"(cast(0 as {value.type.duckdb}) - {value.sql})", value.type)
    return Typed(f"(-{value.sql})", value.type)


@compile_expression.register
def _(node: exp.Subquery, scope: Scope) -> Typed:
    inner = scope.planner.subquery(node.this, scope, columns=1)
    return Typed(f"({inner.sql})", inner.fields[0].type)


for _class in _ARITHMETIC:
    compile_expression.register(_class, _arithmetic)
