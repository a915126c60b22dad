"""Functions of arrays and maps that take a lambda."""

from sqlglot import exp

from local_aws.athena.calls import Call, Compiler
from local_aws.athena.casts import coerce
from local_aws.athena.errors import not_supported
from local_aws.athena.scope import Typed
from local_aws.athena.types import BOOLEAN, UNKNOWN, VARCHAR, Type, array, common

_PERHAPS_NULL = (exp.Null, exp.Column, exp.Query, exp.TryCast)


def _elements(call: Call, position: int = 0) -> tuple[Typed, Type]:
    """Return an argument, compiled by itself as lambdas are no values, and what it holds."""
    values = call.scope.compile(call.arguments[position])
    if values.type.name != "array":
        raise call.mismatch()
    return values, values.type.element


def _transform(call: Call) -> Typed:
    call.expect(2)
    values, of = _elements(call)
    names, result = call.lambda_result(1, [of])
    sql = f"list_transform({values.sql}, lambda {names[0]}: {result.sql})"
    return Typed(sql, array(result.type))


def _filter(call: Call) -> Typed:
    call.expect(2)
    values, of = _elements(call)
    names, result = call.lambda_result(1, [of])
    if result.type != BOOLEAN:
        raise call.mismatch()
    return Typed(f"list_filter({values.sql}, lambda {names[0]}: {result.sql})", values.type)


def _match(macro: str) -> Compiler:
    """Return any_match, all_match or none_match, by a macro of what the lambda says of each."""

    def compiler(call: Call) -> Typed:
        call.expect(2)
        values, of = _elements(call)
        names, result = call.lambda_result(1, [of])
        if result.type not in {BOOLEAN, UNKNOWN}:
            raise call.mismatch()
        said = f"cast({result.sql} as boolean)"
        sql = f"{macro}(list_transform({values.sql}, lambda {names[0]}: {said}))"
        return Typed(sql, BOOLEAN)

    return compiler


def _reduce(call: Call) -> Typed:
    call.expect(4)
    values, of = _elements(call)
    start = call.scope.compile(call.arguments[1])
    if start.type == UNKNOWN or call.arguments[1].find(*_PERHAPS_NULL):
        # DuckDB takes no step at all from NULL.
        raise not_supported("reduce that may start with NULL", call.node)
    state = VARCHAR if start.type.name == "varchar" else start.type
    names, step = call.lambda_result(2, [state, of])
    if common(step.type, state) != state:  # the start is converted to what the steps give
        state = common(step.type, state) or state
        names, step = call.lambda_result(2, [state, of])
    if common(step.type, state) != state:
        raise call.mismatch()
    steps = f"lambda {names[0]}, {names[1]}: {coerce(step, state).sql}"
    reduced = f"list_reduce({values.sql}, {steps}, {coerce(start, state).sql})"
    return call.lambda_of(3, [Typed(reduced, state)])


def _zip_with(call: Call) -> Typed:
    call.expect(3)
    (first, a), (second, b) = _elements(call, 0), _elements(call, 1)
    pair = call.scope.planner.fresh("pair")
    result = call.lambda_of(2, [Typed(f"{pair}[1]", a), Typed(f"{pair}[2]", b)])
    zipped = f"zipped({first.sql}, {second.sql})"
    return Typed(f"list_transform({zipped}, lambda {pair}: {result.sql})", array(result.type))


def _of_entries(call: Call) -> tuple[Typed, str, Typed]:
    """Return a map, the name of one of its entries, and what the lambda makes of it."""
    call.expect(2)
    value = call.scope.compile(call.arguments[0])
    if value.type.name != "map":
        raise call.mismatch()
    entry = call.scope.planner.fresh("entry")
    of_key, of_value = value.type.parameters
    pair = [Typed(f"{entry}.key", of_key), Typed(f"{entry}.value", of_value)]
    return value, entry, call.lambda_of(1, pair)


def _map_filter(call: Call) -> Typed:
    value, entry, keeps = _of_entries(call)
    if keeps.type != BOOLEAN:
        raise call.mismatch()
    entries = f"list_filter(map_entries({value.sql}), lambda {entry}: {keeps.sql})"
    return Typed(f"map_from_entries({entries})", value.type)


def _transform_values(call: Call) -> Typed:
    value, entry, result = _of_entries(call)
    values = f"list_transform(map_entries({value.sql}), lambda {entry}: {result.sql})"
    of = Type("map", (value.type.parameters[0], result.type))
    return Typed(f"checked_map(map_keys({value.sql}), {values})", of)


def _transform_keys(call: Call) -> Typed:
    value, entry, result = _of_entries(call)
    keys = f"list_transform(map_entries({value.sql}), lambda {entry}: {result.sql})"
    of = Type("map", (result.type, value.type.parameters[1]))
    return Typed(f"checked_map({keys}, map_values({value.sql}))", of)


LAMBDAS: dict[str, Compiler] = {
    "transform": _transform,
    "filter": _filter,
    "any_match": _match("any_true"),
    "all_match": _match("all_true"),
    "none_match": _match("none_true"),
    "reduce": _reduce,
    "zip_with": _zip_with,
    "map_filter": _map_filter,
    "transform_values": _transform_values,
    "transform_keys": _transform_keys,
}
