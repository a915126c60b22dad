"""Conditions: comparison, IN, LIKE, EXISTS, and how they combine."""

from sqlglot import exp

from local_aws.athena.compilation import boolean, compile_expression
from local_aws.athena.errors import not_supported
from local_aws.athena.literals import select
from local_aws.athena.operators import align, comparable, comparison, mismatch
from local_aws.athena.scope import Scope, Typed
from local_aws.athena.types import BOOLEAN

_COMPARISONS = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.NullSafeEQ: "is not distinct from",
    exp.NullSafeNEQ: "is distinct from",
}


def _comparison(node: exp.Binary, scope: Scope) -> Typed:
    left, right = (compile_expression(side, scope) for side in (node.this, node.expression))
    return comparison(_COMPARISONS[type(node)], left, right, node)


@compile_expression.register(exp.And)
@compile_expression.register(exp.Or)
def _(node: exp.Connector, scope: Scope) -> Typed:
    sides = [boolean(side, scope, "Logical expression term") for side in node.flatten()]
    return Typed("(" + f" {node.key} ".join(side.sql for side in sides) + ")", BOOLEAN)


@compile_expression.register
def _(node: exp.Not, scope: Scope) -> Typed:
    return Typed(f"(not {boolean(node.this, scope, 'Value of logical NOT').sql})", BOOLEAN)


@compile_expression.register
def _(node: exp.Is, scope: Scope) -> Typed:
    if not isinstance(node.expression, exp.Null):
        raise not_supported(node.sql(), node)
    return Typed(f"({compile_expression(node.this, scope).sql} is null)", BOOLEAN)


@compile_expression.register
def _(node: exp.Between, scope: Scope) -> Typed:
    value, low, high = (
        compile_expression(node.args[key], scope) for key in ("this", "low", "high")
    )
    above, below = comparison(">=", value, low, node), comparison("<=", value, high, node)
    return Typed(f"({above.sql} and {below.sql})", BOOLEAN)


@compile_expression.register
def _(node: exp.Like, scope: Scope) -> Typed:
    return _like(node, None, scope)


@compile_expression.register
def _(node: exp.Escape, scope: Scope) -> Typed:
    return _like(node.this, node.expression, scope)


def _like(node: exp.Expr, escape: exp.Expr | None, scope: Scope) -> Typed:
    if not isinstance(node, exp.Like):
        raise not_supported(node.sql(), node)
    parts = [node.this, node.expression, *([escape] if escape else [])]
    values = [compile_expression(part, scope) for part in parts]
    if any(value.type.name not in {"varchar", "unknown"} for value in values):
        raise mismatch("LIKE", values[0].type, values[1].type, node)
    tail = f" escape {values[2].sql}" if escape else ""
    return Typed(f"({values[0].sql} like {values[1].sql}{tail})", BOOLEAN)


@compile_expression.register
def _(node: exp.In, scope: Scope) -> Typed:
    value = compile_expression(node.this, scope)
    if query := node.args.get("query"):
        inner = scope.planner.subquery(query.this, scope, columns=1)
        aligned, other = align(value, Typed("x.c0", inner.fields[0].type), "IN", node)
        column = select([comparable(other)], f"({inner.sql}) as x")
        return Typed(f"({comparable(aligned)} in ({column}))", BOOLEAN)
    options = [
        comparison("=", value, compile_expression(option, scope), node)
        for option in node.expressions
    ]
    return Typed("(" + " or ".join(option.sql for option in options) + ")", BOOLEAN)


@compile_expression.register
def _(node: exp.Exists, scope: Scope) -> Typed:
    return Typed(f"exists ({scope.planner.subquery(node.this, scope).sql})", BOOLEAN)


for _class in _COMPARISONS:
    compile_expression.register(_class, _comparison)
