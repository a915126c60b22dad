"""CAST and TRY_CAST as Trino does them: which types convert, and how what is inside does."""

from collections.abc import Callable

from sqlglot import exp

from local_aws.athena.conversions import CONVERSIONS, IMPOSSIBLE, decimal_to_floating
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.literals import check_decimals
from local_aws.athena.parsing import zoned_literal
from local_aws.athena.scope import Typed
from local_aws.athena.types import TIMESTAMP, UNKNOWN, VARCHAR, ZONED, Type, array, quoted


def coerce(value: Typed, to: Type) -> Typed:
    """Convert to a type that holds every value of the present one."""
    if value.type == to or (to == VARCHAR and value.type.name == "varchar"):
        return Typed(value.sql, to, value.text)
    if to == ZONED:
        return Typed(f"zoned({value.sql}, 'UTC')", to)
    if to.name == value.type.name == "row":
        return Typed(_row(value, to, list(map(coerce, fields(value), _types(to)))), to)
    if value.type.name == "decimal" and to.is_floating:
        return Typed(decimal_to_floating(value, to), to)
    return Typed(f"cast({value.sql} as {to.duckdb})", to)


def cast(value: Typed, to: Type, node: exp.Expr, *, safe: bool) -> Typed:
    """Convert explicitly; what cannot be converted fails, or is NULL if ``safe``.

    Raises:
        QueryFailedError: TYPE_MISMATCH, or NOT_SUPPORTED where agreement is not certain.
    """
    if value.type in {to, UNKNOWN}:
        return Typed(f"cast({value.sql} as {to.duckdb})", to)
    if value.type.name == to.name and to.name in _INSIDE:
        return Typed(_INSIDE[to.name](value, to, node, safe), to)
    if to == ZONED and value.text is not None:
        return _zoned(value.text, node, safe=safe)
    convert = CONVERSIONS.get((_family(value.type), _family(to)))
    if convert is None:
        raise _refusal(value.type, to, node)
    if to.name == "varchar" and value.type in {TIMESTAMP, ZONED}:
        check_decimals(node, f"a cast from {value.type} to {to}")
    attempt, failure = convert(value, to)
    if safe or not failure:
        return Typed(attempt, to)
    reason = f"case when {value.sql} is not null then error({failure}) end"
    return Typed(f"coalesce({attempt}, {reason})", to)


def local_time(zoned: str) -> str:
    """Return SQL for the wall clock, a timestamp, of a zoned timestamp."""
    return f"local_time({zoned})"


def fields(row: Typed) -> list[Typed]:
    """Return the fields of a row."""
    return [Typed(f"({row.sql}).{quoted(name)}", of) for name, of in row.type.parameters]


def _family(of: Type) -> str:
    if of.is_integer:
        return "integer"
    if of.is_floating:
        return "floating"
    return "bounded" if of.name == "varchar" and of.parameters else of.name


def _refusal(of: Type, to: Type, node: exp.Expr) -> QueryFailedError:
    if (_family(of), _family(to)) in IMPOSSIBLE:
        return QueryFailedError("TYPE_MISMATCH", f"Cannot cast {of} to {to}", node)
    return not_supported(f"a cast from {of} to {to}", node)


def _zoned(text: str, node: exp.Expr, *, safe: bool) -> Typed:
    """Convert a literal to a zoned timestamp, now: a literal is known."""
    found = zoned_literal(text)
    if found or safe:
        return Typed(found or f"cast(null as {ZONED.duckdb})", ZONED)
    sentence = f"'{text}' is not a valid TIMESTAMP literal"
    raise QueryFailedError("INVALID_LITERAL", sentence, node)


def _types(row: Type) -> list[Type]:
    return [of for _, of in row.parameters]


def _array(value: Typed, to: Type, node: exp.Expr, safe: bool) -> str:  # ruff: ignore[boolean-type-hint-positional-argument] - as the others
    element = cast(Typed("element", value.type.element), to.element, node, safe=safe)
    return f"list_transform({value.sql}, lambda element: {element.sql})"


def _map(value: Typed, to: Type, node: exp.Expr, safe: bool) -> str:  # ruff: ignore[boolean-type-hint-positional-argument] - as the others
    if safe:
        raise not_supported(f"try_cast from {value.type} to {to}", node)
    parts = [
        _array(Typed(f"{part}({value.sql})", array(old)), array(new), node, safe)
        for part, old, new in zip(
            ("map_keys", "map_values"), value.type.parameters, to.parameters, strict=True
        )
    ]
    return f"checked_map({', '.join(parts)})"


def _cast_row(value: Typed, to: Type, node: exp.Expr, safe: bool) -> str:  # ruff: ignore[boolean-type-hint-positional-argument] - as the others
    if len(value.type.parameters) != len(to.parameters):
        raise QueryFailedError("TYPE_MISMATCH", f"Cannot cast {value.type} to {to}", node)
    pairs = zip(fields(value), _types(to), strict=True)
    return _row(value, to, [cast(field, of, node, safe=safe) for field, of in pairs])


def _row(value: Typed, to: Type, inner: list[Typed]) -> str:
    """Return SQL of a row of converted fields; DuckDB's own cast goes by their names."""
    names = (quoted(name) for name, _ in to.parameters)
    packed = ", ".join(f"{name} := {field.sql}" for name, field in zip(names, inner, strict=True))
    return f"case when {value.sql} is not null then struct_pack({packed}) end"


_INSIDE: dict[str, Callable[[Typed, Type, exp.Expr, bool], str]] = {
    "array": _array,
    "map": _map,
    "row": _cast_row,
}
