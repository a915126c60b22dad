"""Turns one expression of Athena's SQL into DuckDB SQL with a Trino type.

What the modules expressions.py, predicates.py and forms.py do not register here is refused.
"""

from functools import singledispatch

from sqlglot import exp

from local_aws.athena.casts import coerce
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.scope import Scope, Typed
from local_aws.athena.types import BOOLEAN, UNKNOWN, common_of_all


@singledispatch
def compile_expression(node: exp.Expr, _scope: Scope) -> Typed:
    """Return the DuckDB expression and the Trino type of one expression.

    Raises:
        QueryFailedError: Athena's complaint, or NOT_SUPPORTED naming what is refused here.
    """
    raise not_supported(f"{node.key.replace('_', ' ').upper()} expressions: {node.sql()}", node)


def boolean(node: exp.Expr, scope: Scope, where: str) -> Typed:
    """Compile a condition.

    Raises:
        QueryFailedError: TYPE_MISMATCH, it is not a boolean.
    """
    value = compile_expression(node, scope)
    if value.type not in {BOOLEAN, UNKNOWN}:
        sentence = f"{where} must evaluate to a boolean: actual type {value.type}"
        raise QueryFailedError("TYPE_MISMATCH", sentence, node)
    return value


def one_type(values: list[Typed], what: str, node: exp.Expr) -> list[Typed]:
    """Coerce values to the one type that all of them have in common.

    Raises:
        QueryFailedError: TYPE_MISMATCH.
    """
    shared = common_of_all([value.type for value in values])
    if shared is None:
        types = ", ".join(str(value.type) for value in values)
        raise QueryFailedError("TYPE_MISMATCH", f"{what} must be the same type: {types}", node)
    return [coerce(value, shared) for value in values]
