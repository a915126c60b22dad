"""Syntax that is neither operator nor condition: CASE, CAST, ARRAY, subscripts, calls."""

from sqlglot import exp

from local_aws.athena import functions, windows
from local_aws.athena.calls import Call
from local_aws.athena.casts import cast, coerce, fields
from local_aws.athena.compilation import boolean, compile_expression, one_type
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.literals import decimals
from local_aws.athena.maps import row
from local_aws.athena.names import type_of
from local_aws.athena.operators import comparison
from local_aws.athena.scope import Scope, Typed
from local_aws.athena.types import DATE, TIMESTAMP, UNKNOWN, ZONED, array, common


@compile_expression.register
def _(node: exp.Case, scope: Scope) -> Typed:
    subject = compile_expression(node.this, scope) if node.this else None
    conditions = []
    for branch in node.args["ifs"]:
        if subject:
            when = compile_expression(branch.this, scope)
            conditions.append(comparison("=", subject, when, branch))
        else:
            conditions.append(boolean(branch.this, scope, "CASE WHEN clause"))
    results = [branch.args["true"] for branch in node.args["ifs"]]
    results.append(node.args.get("default") or exp.Null())
    values = one_type(
        [compile_expression(result, scope) for result in results], "All CASE results", node
    )
    branches = " ".join(
        f"when {when.sql} then {then.sql}" for when, then in zip(conditions, values, strict=False)
    )
    return Typed(f"(case {branches} else {values[-1].sql} end)", values[-1].type)


@compile_expression.register
def _(node: exp.If, scope: Scope) -> Typed:
    condition = boolean(node.this, scope, "IF condition")
    results = [node.args["true"], node.args.get("false") or exp.Null()]
    then, otherwise = one_type(
        [compile_expression(result, scope) for result in results], "Result types for IF", node
    )
    return Typed(f"(case when {condition.sql} then {then.sql} else {otherwise.sql} end)", then.type)


@compile_expression.register
def _(node: exp.Cast, scope: Scope) -> Typed:
    # TIMESTAMP '...' is parsed as a cast to a timestamp of as many decimals as it has.
    digits = [str(decimals(node.this.name))] if isinstance(node.this, exp.Literal) else None
    literal = [each.name for each in node.to.expressions] == digits
    to = type_of(node.to, literal=literal)
    value = compile_expression(node.this, scope)
    return cast(value, to, node, safe=isinstance(node, exp.TryCast))


@compile_expression.register
def _(node: exp.Array, scope: Scope) -> Typed:
    if not node.expressions:
        return Typed("[]", array(UNKNOWN))
    values = [compile_expression(element, scope) for element in node.expressions]
    values = one_type(values, "All ARRAY elements", node)
    return Typed(f"[{', '.join(value.sql for value in values)}]", array(values[0].type))


@compile_expression.register
def _(node: exp.Bracket, scope: Scope) -> Typed:
    base = compile_expression(node.this, scope)
    index = compile_expression(node.expressions[0], scope)
    if base.type.name == "array" and index.type.is_integer:
        return Typed(f"array_at({base.sql}, {index.sql})", base.type.element)
    if base.type.name == "map":
        of_key, of_value = base.type.parameters
        if common(index.type, of_key) != of_key:
            sentence = f"Cannot use {index.type} for subscript of {base.type}"
            raise QueryFailedError("TYPE_MISMATCH", sentence, node)
        return Typed(f"map_at({base.sql}, {coerce(index, of_key).sql})", of_value)
    if base.type.name == "row" and index.text and 0 < int(index.text) <= len(base.type.parameters):
        return fields(base)[int(index.text) - 1]
    raise not_supported(f"a subscript of {base.type}", node)


@compile_expression.register
def _(node: exp.Tuple, scope: Scope) -> Typed:
    return row(Call("row", node.expressions, node, scope))


@compile_expression.register
def _(node: exp.AtTimeZone, scope: Scope) -> Typed:
    return functions.call("at_timezone", [node.this, node.args["zone"]], node, scope)


@compile_expression.register
def _(node: exp.Extract, scope: Scope) -> Typed:
    return functions.call(node.this.name.lower(), [node.expression], node, scope)


@compile_expression.register
def _(node: exp.Trim, scope: Scope) -> Typed:
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(node.args.get("position") or "", "trim")
    letters = [node.expression] if node.expression else []
    return functions.call(name, [node.this, *letters], node, scope)


@compile_expression.register
def _(node: exp.Substring, scope: Scope) -> Typed:
    bounds = [node.args[key] for key in ("start", "length") if node.args.get(key)]
    return functions.call("substr", [node.this, *bounds], node, scope)


@compile_expression.register
def _(node: exp.StrPosition, scope: Scope) -> Typed:
    return functions.call("strpos", [node.this, node.args["substr"]], node, scope)


@compile_expression.register
def _(_node: exp.CurrentDate, scope: Scope) -> Typed:
    return Typed(f"cast({scope.planner.now} as date)", DATE)


@compile_expression.register
def _(_node: exp.CurrentTimestamp, scope: Scope) -> Typed:
    return Typed(f"{{'utc': {scope.planner.now}, 'zone': 'UTC'}}", ZONED)


@compile_expression.register
def _(_node: exp.Localtimestamp, scope: Scope) -> Typed:
    return Typed(scope.planner.now, TIMESTAMP)


@compile_expression.register
def _(node: exp.Anonymous, scope: Scope) -> Typed:
    windows.check_over(node)
    return functions.call(node.name.lower(), node.expressions, node, scope)


@compile_expression.register(exp.Filter)
@compile_expression.register(exp.WithinGroup)
@compile_expression.register(exp.Window)
def _(node: exp.Expr, scope: Scope) -> Typed:
    return windows.compile_call(node, scope)
