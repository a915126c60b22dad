"""Calls with a FILTER, WITHIN GROUP or OVER clause."""

from sqlglot import exp

from local_aws.athena import functions
from local_aws.athena.aggregates import AGGREGATES
from local_aws.athena.calls import Call
from local_aws.athena.casts import coerce
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.operators import comparable
from local_aws.athena.scope import Scope, Typed
from local_aws.athena.types import BIGINT, DOUBLE, Type, common

_RANKING: dict[str, Type] = {
    "row_number": BIGINT,
    "rank": BIGINT,
    "dense_rank": BIGINT,
    "percent_rank": DOUBLE,
    "cume_dist": DOUBLE,
}
_OFFSETS = {"lag": (1, 2, 3), "lead": (1, 2, 3), "nth_value": (2,)}
_ENDS = ("first_value", "last_value")
_FUNCTIONS = {*_RANKING, *_OFFSETS, *_ENDS, "ntile"}


def compile_call(node: exp.Expr, scope: Scope) -> Typed:
    """Compile a call and the clauses around it.

    Raises:
        QueryFailedError: NOT_SUPPORTED, or FUNCTION_NOT_FOUND.
    """
    over, condition, order = "", "", None
    call = node
    if isinstance(call, exp.Window):
        _check_window(call)
        over, call = _over(call, scope), call.this
    if isinstance(call, exp.Filter):
        where = scope.planner.boolean(call.expression.this, scope, "FILTER clause")
        condition, call = f" filter (where {where.sql})", call.this
    if isinstance(call, exp.WithinGroup):
        order, call = call.expression, call.this
    ignore_nulls = isinstance(call, exp.IgnoreNulls)
    if ignore_nulls:
        call = call.this
    if not isinstance(call, exp.Anonymous):
        raise not_supported(f"{node.sql()}", node)
    name = call.name.lower()
    if name in AGGREGATES and not ignore_nulls:
        return functions.aggregate(
            name, call.expressions, node, scope, order=order, tail=condition + over
        )
    if not over or condition or order:
        raise QueryFailedError(
            "FUNCTION_NOT_AGGREGATE", f"{name} is not an aggregate function", node
        )
    called = Call(name, call.expressions, call, scope)
    if not ignore_nulls:
        return _window_function(called, over)
    if name not in {*_OFFSETS, *_ENDS}:
        raise not_supported(f"{name} IGNORE NULLS", node)
    return _window_function(called, over, " ignore nulls")


def check_over(node: exp.Anonymous) -> None:
    """Check that a call without OVER makes sense without.

    Raises:
        QueryFailedError: MISSING_OVER.
    """
    if node.name.lower() in _FUNCTIONS:
        sentence = f"Window function system.builtin.{node.name.lower()} requires an OVER clause"
        raise QueryFailedError("MISSING_OVER", sentence, node)


def _check_window(node: exp.Window) -> None:
    """Refuse what Trino refuses.

    Raises:
        QueryFailedError: NOT_SUPPORTED a FILTER, NESTED_WINDOW a window in a window.
    """
    if isinstance(node.this, exp.Filter):
        sentence = "FILTER is not yet supported for window functions"
        raise QueryFailedError("NOT_SUPPORTED", sentence, node)
    keys = [*(node.args.get("partition_by") or ()), node.args.get("order")]
    if any(key and key.find(exp.Window) for key in keys):
        sentence = "Cannot nest window functions or row pattern measures inside window"
        raise QueryFailedError("NESTED_WINDOW", f"{sentence} specification", node)


def _window_function(call: Call, over: str, nulls: str = "") -> Typed:
    if call.name in _RANKING:
        call.expect(0)
        of = _RANKING[call.name]
        return Typed(f"cast({call.name}(){over} as {of.duckdb})", of)
    if call.name == "ntile":
        call.expect(1)
        return Typed(f"ntile({call.values[0].sql}){over}", BIGINT)
    if call.name in _ENDS:
        call.expect(1)
        return Typed(f"{call.name}({call.values[0].sql}{nulls}){over}", call.values[0].type)
    if call.name not in _OFFSETS:
        raise not_supported(f"the window function {call.name}", call.node)
    call.expect(*_OFFSETS[call.name])
    value, rest = call.values[0], call.values[1:]
    if len(rest) > 1:  # lag and lead: the default has the value's type
        if common(value.type, rest[1].type) != value.type:
            kinds = f"{call.name} of {value.type} with a default of {rest[1].type}"
            raise not_supported(f"{kinds}; cast one to the other's type", call.node)
        rest = [rest[0], coerce(rest[1], value.type)]
    arguments = ", ".join(each.sql for each in (value, *rest))
    return Typed(f"{call.name}({arguments}{nulls}){over}", value.type)


def _over(node: exp.Window, scope: Scope) -> str:
    extra = {key for key, value in node.args.items() if value} - {
        "this", "partition_by", "order", "spec", "over",
    }  # fmt: skip
    if extra:
        raise not_supported(f"{', '.join(sorted(extra))} in a window: {node.sql()}", node)
    parts = []
    if keys := node.args.get("partition_by"):
        parts.append("partition by " + ", ".join(comparable(scope.compile(key)) for key in keys))
    if order := node.args.get("order"):
        parts.append(scope.planner.ordering(order, scope))
    if spec := node.args.get("spec"):
        parts.append(_frame(spec, scope))
    return f" over ({' '.join(parts)})"


def _frame(spec: exp.WindowSpec, scope: Scope) -> str:
    kind = (spec.args.get("kind") or "rows").lower()
    start = _bound(spec.args.get("start"), spec.args.get("start_side"), scope, spec)
    if not spec.args.get("end"):
        return f"{kind} {start}"
    end = _bound(spec.args["end"], spec.args.get("end_side"), scope, spec)
    return f"{kind} between {start} and {end}"


def _bound(bound: exp.Expr | str | None, side: str | None, scope: Scope, spec: exp.Expr) -> str:
    if isinstance(bound, str):
        return f"{bound} {side or ''}".strip().lower()
    if bound is None or spec.args.get("exclude"):
        raise not_supported(f"the window frame {spec.sql()}", spec)
    return f"{scope.compile(bound).sql} {side}".lower() if side else scope.compile(bound).sql
