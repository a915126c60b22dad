"""The functions whose agreement with Trino was considered, by name; every other one is refused."""

from functools import cache
from pathlib import Path

from sqlglot import exp

from local_aws.athena.aggregates import AGGREGATES, compile_aggregate
from local_aws.athena.arrays import ARRAYS
from local_aws.athena.calls import Call, Compiler
from local_aws.athena.conditionals import CONDITIONALS
from local_aws.athena.dialect import DECIMAL_LITERAL
from local_aws.athena.encodings import ENCODINGS
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.lambdas import LAMBDAS
from local_aws.athena.literals import decimal_literal
from local_aws.athena.maps import MAPS
from local_aws.athena.mathematics import MATHEMATICS
from local_aws.athena.moments import MOMENTS
from local_aws.athena.regular_expressions import REGULAR_EXPRESSIONS
from local_aws.athena.scope import Scope, Typed
from local_aws.athena.sets import SETS
from local_aws.athena.strings import STRINGS
from local_aws.athena.time_texts import TIME_TEXTS

# Syntax of Trino that reads like a call; it lists no function of these names.
_SPELLED_OUT = ("format", "json_value", "json_query", "json_exists", "json_array", "json_object")

SCALARS: dict[str, Compiler] = {
    **MATHEMATICS,
    **CONDITIONALS,
    **STRINGS,
    **REGULAR_EXPRESSIONS,
    **ENCODINGS,
    **MOMENTS,
    **TIME_TEXTS,
    **ARRAYS,
    **SETS,
    **LAMBDAS,
    **MAPS,
    DECIMAL_LITERAL: lambda call: decimal_literal(call.text(0)),
}


@cache
def _trinos() -> frozenset[str]:
    """Return the names of all functions of Trino; ``make trino-answers`` asks it for them."""
    return frozenset((Path(__file__).parent / "trino_functions.txt").read_text().split())


def call(name: str, arguments: list[exp.Expr], node: exp.Expr, scope: Scope) -> Typed:
    """Compile a call of a scalar or aggregate function.

    Raises:
        QueryFailedError: NOT_SUPPORTED, it is not among the functions known to agree.
    """
    if name in AGGREGATES:
        return aggregate(name, arguments, node, scope)
    if name not in SCALARS:
        if name not in _trinos() and name not in _SPELLED_OUT:
            raise QueryFailedError("FUNCTION_NOT_FOUND", f"Function '{name}' not registered", node)
        raise not_supported(
            f"the function {name}: its agreement with Trino was not established", node
        )
    return SCALARS[name](Call(name, arguments, node, scope))


def aggregate(  # ruff: ignore[too-many-arguments] - a call has as many parts
    name: str,
    arguments: list[exp.Expr],
    node: exp.Expr,
    scope: Scope,
    *,
    order: exp.Order | None = None,
    tail: str = "",
) -> Typed:
    """Compile a call of an aggregate, with DISTINCT and ORDER BY inside its parentheses."""
    if arguments and isinstance(arguments[-1], exp.Order):
        order = arguments[-1]
        arguments = [*arguments[:-1], order.this]
    distinct = bool(arguments) and isinstance(arguments[0], exp.Distinct)
    if distinct:
        arguments = arguments[0].expressions
    if distinct and isinstance(node, exp.Window):
        sentence = "DISTINCT in window function parameters not yet supported"
        raise QueryFailedError("NOT_SUPPORTED", sentence, node)
    compiled = Call(name, arguments, node, scope)
    if distinct and order:
        _check_distinct_order(compiled, order)
    return compile_aggregate(
        compiled,
        distinct=distinct,
        order=f" {scope.planner.ordering(order, scope)}" if order else "",
        tail=tail,
    )


def _check_distinct_order(of: Call, order: exp.Order) -> None:
    known = {value.sql for value in of.values}
    for term in order.expressions:
        if of.scope.compile(term.this).sql not in known:
            raise QueryFailedError(
                "EXPRESSION_NOT_IN_DISTINCT",
                "For aggregate function with DISTINCT, ORDER BY expressions must appear in"
                " arguments",
                term,
            )
