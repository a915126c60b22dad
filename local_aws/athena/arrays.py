"""Functions of arrays, maps and rows."""

from local_aws.athena.calls import Call, Compiler
from local_aws.athena.casts import coerce
from local_aws.athena.errors import not_supported
from local_aws.athena.operators import check_comparable
from local_aws.athena.scope import Typed
from local_aws.athena.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DAY_TO_SECOND,
    TIMESTAMP,
    UNKNOWN,
    VARCHAR,
    YEAR_TO_MONTH,
    Type,
    array,
    common,
)

_ORDERABLE = {"varchar", "date", "timestamp", "boolean", "decimal"}


def _array(call: Call, position: int = 0) -> Typed:
    value = call.values[position]
    if value.type.name != "array":
        raise call.mismatch()
    return value


def _cardinality(call: Call) -> Typed:
    call.expect(1)
    if call.values[0].type.name not in {"array", "map"}:
        raise call.mismatch()
    size = "len" if call.values[0].type.name == "array" else "cardinality"
    return Typed(f"cast({size}({call.values[0].sql}) as bigint)", BIGINT)


def _element_at(call: Call) -> Typed:
    call.expect(2)
    value, key = call.values
    if value.type.name == "array" and key.type.is_integer:
        failure = "error('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1')"
        found = f"list_extract({value.sql}, {key.sql})"
        sql = f"(case when {key.sql} = 0 then {failure} else {found} end)"
        return Typed(sql, value.type.element)
    if value.type.name == "map" and common(key.type, value.type.parameters[0]):
        wanted = coerce(key, value.type.parameters[0])
        return Typed(f"map_extract_value({value.sql}, {wanted.sql})", value.type.parameters[1])
    raise call.mismatch()


def _contains(call: Call) -> Typed:
    call.expect(2)
    shared = common(_array(call).type.element, call.values[1].type)
    if shared is None:
        raise call.mismatch()
    check_comparable(shared)
    values, wanted = coerce(call.values[0], array(shared)), coerce(call.values[1], shared)
    return Typed(f"array_contains_value({values.sql}, {wanted.sql})", BOOLEAN)


def _array_join(call: Call) -> Typed:
    call.expect(2)
    if not (_array(call).type.element.name == "varchar" or call.values[0].type.element.is_integer):
        raise not_supported(f"array_join of {call.values[0].type}", call.node)
    return Typed(f"array_to_string({call.values[0].sql}, {call.values[1].sql})", VARCHAR)


def _array_sort(call: Call) -> Typed:
    call.expect(1)
    element = _array(call).type.element
    if element.name not in _ORDERABLE and not element.is_integer:
        raise not_supported(f"array_sort of {call.values[0].type}", call.node)
    return Typed(f"list_sort({call.values[0].sql}, 'ASC', 'NULLS LAST')", call.values[0].type)


def _extreme(aggregate: str) -> Compiler:
    """Return array_max or array_min: NULL as soon as one element is."""

    def compiler(call: Call) -> Typed:
        call.expect(1)
        element = _array(call).type.element
        if element.name not in _ORDERABLE and not element.is_integer:
            raise not_supported(f"{call.name} of {call.values[0].type}", call.node)
        values = call.values[0].sql
        sql = f"(case when len({values}) = list_count({values}) then {aggregate}({values}) end)"
        return Typed(sql, element)

    return compiler


def _transform(call: Call) -> Typed:
    call.expect(2)
    values = call.scope.compile(call.arguments[0])
    names, result = call.lambda_result(1, _elements(call, values))
    sql = f"list_transform({values.sql}, lambda {names[0]}: {result.sql})"
    return Typed(sql, array(result.type))


def _filter(call: Call) -> Typed:
    call.expect(2)
    values = call.scope.compile(call.arguments[0])
    names, result = call.lambda_result(1, _elements(call, values))
    if result.type != BOOLEAN:
        raise call.mismatch()
    return Typed(f"list_filter({values.sql}, lambda {names[0]}: {result.sql})", values.type)


def _elements(call: Call, values: Typed) -> list[Type]:
    if values.type.name != "array":
        raise call.mismatch()
    return [values.type.element]


def _sequence(call: Call) -> Typed:
    call.expect(2, 3)
    if all(value.type.is_integer for value in call.values):
        start, stop, *step = (coerce(value, BIGINT).sql for value in call.values)
        (by,) = step or [f"step_towards({start}, {stop})"]
        return Typed(f"integer_sequence({start}, {stop}, {by})", array(BIGINT))
    of, *steps = common(*(value.type for value in call.values[:2])), *call.values[2:]
    if of not in {DATE, TIMESTAMP} or not (steps or of == DATE):
        raise call.mismatch()
    if steps and steps[0].type == YEAR_TO_MONTH:
        raise not_supported("a sequence in steps of months", call.node)
    if steps and steps[0].type != DAY_TO_SECOND:
        raise call.mismatch()
    start, stop = (coerce(value, of).sql for value in call.values[:2])
    by = steps[0].sql if steps else f"to_days(step_towards({start}, {stop}))"
    return Typed(f"{of.name}_sequence({start}, {stop}, {by})", array(of))


def _map(call: Call) -> Typed:
    call.expect(0, 2)
    if not call.values:
        return Typed("map()", Type("map", (UNKNOWN, UNKNOWN)))
    keys, values = _array(call, 0), _array(call, 1)
    of = Type("map", (keys.type.element, values.type.element))
    return Typed(f"map({keys.sql}, {values.sql})", of)


def _map_part(part: int) -> Compiler:
    def compiler(call: Call) -> Typed:
        call.expect(1)
        if call.values[0].type.name != "map":
            raise call.mismatch()
        name = ("map_keys", "map_values")[part]
        return Typed(f"{name}({call.values[0].sql})", array(call.values[0].type.parameters[part]))

    return compiler


def _map_entries(call: Call) -> Typed:
    call.expect(1)
    of = call.values[0].type
    if of.name != "map":
        raise call.mismatch()
    row = Type("row", (("field0", of.parameters[0]), ("field1", of.parameters[1])))
    pair = "lambda entry: struct_pack(field0 := entry.key, field1 := entry.value)"
    return Typed(f"list_transform(map_entries({call.values[0].sql}), {pair})", array(row))


def _row(call: Call) -> Typed:
    names = [f"field{at}" for at in range(len(call.values))]
    fields = ", ".join(
        f"{name} := {value.sql}" for name, value in zip(names, call.values, strict=True)
    )
    types = tuple((name, value.type) for name, value in zip(names, call.values, strict=True))
    return Typed(f"struct_pack({fields})", Type("row", types))


ARRAYS: dict[str, Compiler] = {
    "cardinality": _cardinality,
    "element_at": _element_at,
    "contains": _contains,
    "array_join": _array_join,
    "array_sort": _array_sort,
    "array_max": _extreme("list_max"),
    "array_min": _extreme("list_min"),
    "transform": _transform,
    "filter": _filter,
    "sequence": _sequence,
    "map": _map,
    "map_keys": _map_part(0),
    "map_values": _map_part(1),
    "map_entries": _map_entries,
    "row": _row,
}
