"""Functions that make maps and rows, and take them apart."""

from local_aws.athena.calls import Call, Compiler
from local_aws.athena.casts import coerce
from local_aws.athena.compilation import one_type
from local_aws.athena.scope import Typed
from local_aws.athena.types import UNKNOWN, Type, array


def _is_map(call: Call, value: Typed) -> Type:
    if value.type.name != "map":
        raise call.mismatch()
    return value.type


def _map(call: Call) -> Typed:
    call.expect(0, 2)
    if not call.values:
        return Typed("map()", Type("map", (UNKNOWN, UNKNOWN)))
    keys, values = call.values
    if {keys.type.name, values.type.name} != {"array"}:
        raise call.mismatch()
    of = Type("map", (keys.type.element, values.type.element))
    return Typed(f"checked_map({keys.sql}, {values.sql})", of)


def _part(part: int) -> Compiler:
    def compiler(call: Call) -> Typed:
        call.expect(1)
        of = _is_map(call, call.values[0])
        name = ("map_keys", "map_values")[part]
        return Typed(f"{name}({call.values[0].sql})", array(of.parameters[part]))

    return compiler


def _entries(call: Call) -> Typed:
    call.expect(1)
    of = _is_map(call, call.values[0])
    row = Type("row", (("field0", of.parameters[0]), ("field1", of.parameters[1])))
    pair = "lambda entry: struct_pack(field0 := entry.key, field1 := entry.value)"
    return Typed(f"list_transform(map_entries({call.values[0].sql}), {pair})", array(row))


def _from_entries(call: Call) -> Typed:
    call.expect(1)
    of = call.values[0].type
    if of.name != "array" or of.element.name != "row" or len(of.element.parameters) != 2:  # ruff: ignore[magic-value-comparison] - a key and a value
        raise call.mismatch()
    (_, key), (_, value) = of.element.parameters
    rows = call.values[0].sql
    # A row that is NULL has no key, and a map of it fails as in Trino.
    parts = (
        f"list_transform({rows}, lambda entry: struct_extract_at(entry, {at}))" for at in (1, 2)
    )
    return Typed(f"checked_map({', '.join(parts)})", Type("map", (key, value)))


def _concat(call: Call) -> Typed:
    """Join maps in Trino's order: the last one's entries come first."""
    if len(call.values) == 1:
        raise call.mismatch()
    values = one_type(call.values, "All MAP_CONCAT operands", call.node)
    of = _is_map(call, values[0])
    joined = f"map_entries({values[-1].sql})"
    for value in reversed(values[:-1]):
        joined = f"further_entries({joined}, map_entries({value.sql}))"
    return Typed(f"map_from_entries({joined})", of)


def row(call: Call) -> Typed:
    """Compile a row whose fields have no names."""
    names = [f"field{at}" for at in range(len(call.values))]
    pairs = list(zip(names, call.values, strict=True))
    fields = ", ".join(f"{name} := {coerce(value, value.type).sql}" for name, value in pairs)
    return Typed(f"struct_pack({fields})", Type("row", tuple((name, v.type) for name, v in pairs)))


MAPS: dict[str, Compiler] = {
    "map": _map,
    "map_keys": _part(0),
    "map_values": _part(1),
    "map_entries": _entries,
    "map_from_entries": _from_entries,
    "map_concat": _concat,
    "row": row,
}
