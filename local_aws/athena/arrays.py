"""Functions of arrays that are neither lambdas nor sets."""

from local_aws.athena.calls import Call, Compiler
from local_aws.athena.casts import cast, coerce
from local_aws.athena.compilation import one_type
from local_aws.athena.errors import not_supported
from local_aws.athena.scope import Typed
from local_aws.athena.types import (
    BIGINT,
    DATE,
    DAY_TO_SECOND,
    INTEGER,
    TIMESTAMP,
    UNKNOWN,
    VARCHAR,
    YEAR_TO_MONTH,
    Type,
    array,
    common,
)

_ORDERABLE = {"varchar", "date", "timestamp", "boolean", "decimal", "unknown"}


def _array(call: Call, position: int = 0) -> Typed:
    value = call.values[position]
    if value.type.name != "array":
        raise call.mismatch()
    return value


def _orderable(call: Call) -> Type:
    element = _array(call).type.element
    if not (element.name in _ORDERABLE or element.is_integer or element.is_floating):
        raise not_supported(f"{call.name} of {call.values[0].type}", call.node)
    return element


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


def _array_join(call: Call) -> Typed:
    call.expect(2, 3)
    texts = cast(_array(call), array(VARCHAR), call.node, safe=False).sql
    if any(value.type.name not in {"varchar", "unknown"} for value in call.values[1:]):
        raise call.mismatch()
    if call.values[2:]:
        replaced = f"coalesce(element, {call.values[2].sql})"
        texts = f"list_transform({texts}, lambda element: {replaced})"
    return Typed(f"joined({texts}, {call.values[1].sql})", VARCHAR)


def _array_sort(call: Call) -> Typed:
    if len(call.arguments) > 1:
        raise not_supported("array_sort with a comparator", call.node)
    call.expect(1)
    _orderable(call)
    return Typed(f"list_sort({call.values[0].sql}, 'ASC', 'NULLS LAST')", call.values[0].type)


def _extreme(name: str) -> Compiler:
    """Return array_max or array_min: NULL as soon as one element is; NaN only if all are."""

    def compiler(call: Call) -> Typed:
        if len(call.arguments) > 1:
            raise not_supported(f"{call.name} with a number of results", call.node)
        call.expect(1)
        element = _orderable(call)
        values = call.values[0].sql
        extreme = f"{name}({values})"
        if element.is_floating:
            extreme = f"coalesce({name}(numbers({values})), {extreme})"
        sql = f"(case when len({values}) = list_count({values}) then {extreme} end)"
        return Typed(sql, element)

    return compiler


def _of_array(sql: str, *further: Type) -> Compiler:
    """Return the compiler of a function of an array and ``further`` that keeps its type."""

    def compiler(call: Call) -> Typed:
        call.expect(1 + len(further))
        of = _array(call).type
        pairs = zip(call.values[1:], further, strict=True)
        if any(common(value.type, wanted) != wanted for value, wanted in pairs):
            raise call.mismatch()
        return Typed(sql.format(*(value.sql for value in call.values)), of)

    return compiler


def _flatten(call: Call) -> Typed:
    call.expect(1)
    inner = _array(call).type.element
    if inner.name != "array":
        raise call.mismatch()
    return Typed(f"flatten({call.values[0].sql})", inner)


def _repeat(call: Call) -> Typed:
    call.expect(2)
    if common(call.values[1].type, INTEGER) != INTEGER:
        raise call.mismatch()
    value, count = call.values
    return Typed(f"repeated({value.sql}, {count.sql})", array(value.type))


def _zip(call: Call) -> Typed:
    call.expect(2)
    of = Type("row", tuple((f"field{at}", _array(call, at).type.element) for at in (0, 1)))
    pair = "lambda pair: struct_pack(field0 := pair[1], field1 := pair[2])"
    zipped = f"list_zip({call.values[0].sql}, {call.values[1].sql})"
    known = " and ".join(f"{value.sql} is not null" for value in call.values)
    return Typed(f"(case when {known} then list_transform({zipped}, {pair}) end)", array(of))


def _sequence(call: Call) -> Typed:
    call.expect(2, 3)
    if all(value.type.is_integer for value in call.values):
        start, stop, *step = (coerce(value, BIGINT).sql for value in call.values)
        (by,) = step or [f"step_towards({start}, {stop})"]
        return Typed(f"integer_sequence({start}, {stop}, {by})", array(BIGINT))
    of, *steps = common(*(value.type for value in call.values[:2])), *call.values[2:]
    if of not in {DATE, TIMESTAMP} or not (steps or of == DATE):
        raise call.mismatch()
    if steps and steps[0].type not in {YEAR_TO_MONTH, DAY_TO_SECOND}:
        raise call.mismatch()
    start, stop = (coerce(value, of).sql for value in call.values[:2])
    if steps and steps[0].type == YEAR_TO_MONTH:
        months = f"month_sequence({start}, {stop}, {steps[0].sql})"
        return Typed(f"cast({months} as {array(of).duckdb})", array(of))
    by = steps[0].sql if steps else f"to_days(step_towards({start}, {stop}))"
    return Typed(f"{of.name}_sequence({start}, {stop}, {by})", array(of))


def concatenation(values: list[Typed], call: Call) -> Typed:
    """Join arrays, or an array and an element at one of its ends.

    Raises:
        QueryFailedError: FUNCTION_NOT_FOUND; AMBIGUOUS_FUNCTION_CALL, an operand is NULL.
    """
    elements = [value.type.name != "array" for value in values]
    if UNKNOWN in {value.type for value in values}:
        raise not_supported(f"{call.name} of an array and NULL without a type", call.node)
    if all(elements) or (any(elements) and len(values) > 2):  # ruff: ignore[magic-value-comparison] - one at either end
        raise call.mismatch()
    wrapped = [
        Typed(f"[{value.sql}]", array(value.type)) if alone else value
        for value, alone in zip(values, elements, strict=True)
    ]
    wrapped = one_type(wrapped, "All CONCAT operands", call.node)
    known = " and ".join(f"{value.sql} is not null" for value in values)
    joined = wrapped[0].sql
    for each in wrapped[1:]:
        joined = f"list_concat({joined}, {each.sql})"
    return Typed(f"(case when {known} then {joined} end)", wrapped[0].type)


ARRAYS: dict[str, Compiler] = {
    "cardinality": _cardinality,
    "element_at": _element_at,
    "array_join": _array_join,
    "array_sort": _array_sort,
    "array_max": _extreme("list_max"),
    "array_min": _extreme("list_min"),
    "slice": _of_array("sliced({0}, {1}, {2})", BIGINT, BIGINT),
    "trim_array": _of_array("trimmed({0}, {1})", BIGINT),
    "flatten": _flatten,
    "repeat": _repeat,
    "zip": _zip,
    "sequence": _sequence,
}
