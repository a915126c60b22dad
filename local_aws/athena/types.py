"""Trino's types: how they are named, how they meet, and what DuckDB holds instead."""

import re
from dataclasses import dataclass
from itertools import pairwise, starmap
from typing import Any

MAX_PRECISION = 38


@dataclass(frozen=True)
class Type:
    """One Trino type.

    ``parameters``: (precision, scale) of a decimal, (length,) of a bounded varchar, the element
    of an array, key and value of a map, (name, type) pairs of a row.
    """

    name: str
    parameters: tuple[Any, ...] = ()

    def __str__(self) -> str:
        if self.name == "row":
            return f"row({', '.join(starmap(_field, self.parameters))})"
        if self.parameters:
            comma = "," if self.name == "decimal" else ", "
            return f"{self.name}({comma.join(map(str, self.parameters))})"
        return {"timestamp": "timestamp(3)", "timestamp with time zone": ZONED_NAME}.get(
            self.name, self.name
        )

    @property
    def duckdb(self) -> str:
        """The DuckDB type that holds its values."""
        if self.name == "decimal":
            return f"decimal({self.precision}, {self.scale})"
        if self.name == "array":
            return f"{self.element.duckdb}[]"
        if self.name == "map":
            return f"map({self.parameters[0].duckdb}, {self.parameters[1].duckdb})"
        if self.name == "row":
            fields = (f"{quoted(name)} {of.duckdb}" for name, of in self.parameters)
            return f"struct({', '.join(fields)})"
        return _DUCKDB.get(self.name, self.name)

    @property
    def precision(self) -> int:
        """Digits of a decimal."""
        return self.parameters[0]

    @property
    def scale(self) -> int:
        """Digits of a decimal after the point."""
        return self.parameters[1]

    @property
    def element(self) -> "Type":
        """What an array holds."""
        return self.parameters[0]

    @property
    def holds_map(self) -> bool:
        """Whether it is a map, or something with one inside: DuckDB compares the order of keys."""
        return "map(" in str(self)

    @property
    def is_integer(self) -> bool:
        """Whether it is one of the four integer types."""
        return self.name in INTEGER_DIGITS

    @property
    def is_floating(self) -> bool:
        """Whether it is real or double."""
        return self.name in {"real", "double"}

    @property
    def is_numeric(self) -> bool:
        """Whether arithmetic is defined on it."""
        return self.is_integer or self.is_floating or self.name == "decimal"


def _field(name: str, of: Type) -> str:
    return f"{of}" if re.fullmatch(r"field\d+", name) else f"{name} {of}"


ZONED_NAME = "timestamp(3) with time zone"
UNORDERED = frozenset({"array", "map", "row"})  # no < among their values here
INTEGER_DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}

UNKNOWN = Type("unknown")
BOOLEAN = Type("boolean")
TINYINT = Type("tinyint")
SMALLINT = Type("smallint")
INTEGER = Type("integer")
BIGINT = Type("bigint")
REAL = Type("real")
DOUBLE = Type("double")
VARCHAR = Type("varchar")
VARBINARY = Type("varbinary")
DATE = Type("date")
TIMESTAMP = Type("timestamp")
ZONED = Type("timestamp with time zone")
DAY_TO_SECOND = Type("interval day to second")
YEAR_TO_MONTH = Type("interval year to month")

_DUCKDB = {
    "unknown": "integer",
    "varbinary": "blob",
    # The instant and the zone it is shown in: DuckDB's own type forgets the zone.
    "timestamp with time zone": "struct(utc timestamp, zone varchar)",
    DAY_TO_SECOND.name: "interval",
    YEAR_TO_MONTH.name: "interval",
}
# Each type is coerced without a cast to those behind it.
_CHAINS = (
    ("tinyint", "smallint", "integer", "bigint", "real", "double"),
    ("date", "timestamp", "timestamp with time zone"),
)


def quoted(name: str) -> str:
    """Quote an identifier for DuckDB."""
    return '"' + name.replace('"', '""') + '"'


def decimal(precision: int, scale: int) -> Type:
    """Return a decimal type, at most 38 digits wide."""
    return Type("decimal", (min(precision, MAX_PRECISION), scale))


def array(element: Type) -> Type:
    """Return an array type."""
    return Type("array", (element,))


def as_decimal(of: Type) -> Type:
    """Return the decimal type that every value of an integer or decimal type fits."""
    return of if of.name == "decimal" else decimal(INTEGER_DIGITS[of.name], 0)


def common(left: Type, right: Type) -> Type | None:
    """Return the type that both are coerced to when they meet, None if they never do."""
    if right in {left, UNKNOWN}:
        return left
    if left == UNKNOWN:
        return right
    if left.name == right.name:
        return _common_parameters(left, right)
    if "decimal" in {left.name, right.name}:
        return _common_with_decimal(left, right)
    for chain in _CHAINS:
        if left.name in chain and right.name in chain:
            return Type(max(left.name, right.name, key=chain.index))
    return None


def common_of_all(types: list[Type]) -> Type | None:
    """Return the type that all are coerced to, None if they have none."""
    result: Type | None = types[0]
    for _, following in pairwise(types):
        result = common(result, following) if result else None
    return result


def _common_parameters(left: Type, right: Type) -> Type | None:
    if left.name == "varchar":
        bounded = left.parameters and right.parameters
        return Type("varchar", max(left.parameters, right.parameters)) if bounded else VARCHAR
    if left.name == "decimal":
        scale = max(left.scale, right.scale)
        whole = max(left.precision - left.scale, right.precision - right.scale)
        return decimal(whole + scale, scale)
    if left.name in {"array", "map"}:
        inner = list(starmap(common, zip(left.parameters, right.parameters, strict=True)))
        return Type(left.name, tuple(inner)) if all(inner) else None
    if left.name == "row" and len(left.parameters) == len(right.parameters):
        return _common_row(left, right)
    return None


def _common_row(left: Type, right: Type) -> Type | None:
    """Return the row type whose fields keep the names that both rows give them."""
    fields = []
    for at, ((name, a), (other, b)) in enumerate(
        zip(left.parameters, right.parameters, strict=True)
    ):
        fields.append((name if name == other else f"field{at}", common(a, b)))
    return Type("row", tuple(fields)) if all(of for _, of in fields) else None


def _common_with_decimal(left: Type, right: Type) -> Type | None:
    other = right if left.name == "decimal" else left
    if other.is_floating:
        return other
    return _common_parameters(as_decimal(left), as_decimal(right)) if other.is_integer else None
