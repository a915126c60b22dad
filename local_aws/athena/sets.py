"""Functions that look for elements of arrays: membership, sets, equality."""

from local_aws.athena.calls import Call, Compiler
from local_aws.athena.casts import coerce
from local_aws.athena.compilation import one_type
from local_aws.athena.errors import not_supported
from local_aws.athena.operators import check_comparable
from local_aws.athena.scope import Typed
from local_aws.athena.types import BIGINT, BOOLEAN, UNORDERED, ZONED, Type, array, common


def _check_element(call: Call, of: Type, *, floating: bool) -> None:
    """Refuse elements that DuckDB finds equal by another rule than Trino.

    ``floating``: NaN is allowed, as the function takes it for one value, which DuckDB does too.
    """
    check_comparable(of)
    if of.name in UNORDERED or of == ZONED or (of.is_floating and not floating):
        raise not_supported(f"{call.name} of {array(of)}", call.node)


def _of_element(sql: str, *, result: Type | None = None, floating: bool = False) -> Compiler:
    """Return the compiler of a function of an array and an element, by DuckDB SQL of both."""

    def compiler(call: Call) -> Typed:
        call.expect(2)
        values, element = call.values
        shared = values.type.name == "array" and common(values.type.element, element.type)
        if not shared:
            raise call.mismatch()
        _check_element(call, shared, floating=floating)
        values, element = coerce(values, array(shared)), coerce(element, shared)
        return Typed(sql.format(values.sql, element.sql), result or values.type)

    return compiler


def _of_arrays(sql: str, *, result: Type | None = None, floating: bool = True) -> Compiler:
    """Return the compiler of a function of one array or two of a type, by DuckDB SQL of them."""

    def compiler(call: Call) -> Typed:
        call.expect(1 + ("{1}" in sql))
        values = one_type(call.values, f"All {call.name.upper()} operands", call.node)
        if values[0].type.name != "array":
            raise call.mismatch()
        _check_element(call, values[0].type.element, floating=floating)
        return Typed(sql.format(*(value.sql for value in values)), result or values[0].type)

    return compiler


SETS: dict[str, Compiler] = {
    "contains": _of_element("array_contains_value({0}, {1})", result=BOOLEAN),
    "array_position": _of_element("array_place({0}, {1})", result=BIGINT),
    "array_remove": _of_element("array_without({0}, {1})"),
    "array_distinct": _of_arrays("distinct_elements({0})"),
    "array_union": _of_arrays("array_both({0}, {1})"),
    "array_intersect": _of_arrays("array_shared({0}, {1})"),
    "array_except": _of_arrays("array_rest({0}, {1})"),
    "arrays_overlap": _of_arrays("arrays_meet({0}, {1})", result=BOOLEAN, floating=False),
}
