"""Results as Athena writes them: text cells, a CSV object, column types."""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from local_aws.athena.errors import not_supported
from local_aws.athena.types import Type

_SIGNIFICANT = {
    "tinyint": 3,
    "smallint": 5,
    "integer": 10,
    "bigint": 19,
    "real": 17,
    "double": 17,
    "timestamp": 3,
    "timestamp with time zone": 3,
    "varbinary": 1073741824,
    "varchar": 2147483647,
}
_CSV_CELL = re.compile(r'(?:"(?P<text>(?:[^"]|"")*)")?(?P<end>,|\n)')
_PLAIN_FROM, _PLAIN_BELOW = 1e-3, 1e7  # where Java writes a double without an exponent


@dataclass(frozen=True)
class Result:
    """What a query answers: named and typed columns, rows of cells, bytes scanned."""

    columns: list[tuple[str, Type]]
    rows: list[list[str | None]] = field(default_factory=list)
    scanned: int = 0


def cell(value: Any, of: Type) -> str | None:  # ruff: ignore[any-type] - whatever DuckDB returns
    """Return a value's text in a result, None for NULL."""
    if value is None:
        return None
    if of.name in _TEXTS:
        return _TEXTS[of.name](value)
    if of.name == "array":
        return "[" + ", ".join(_inner(each, of.element) for each in value) + "]"
    if of.name == "map":
        pairs = (
            f"{_inner(key, of.parameters[0])}={_inner(each, of.parameters[1])}"
            for key, each in value.items()
        )
        return "{" + ", ".join(pairs) + "}"
    if of.name == "row":
        pairs = (f"{name}={_inner(value[name], inner)}" for name, inner in of.parameters)
        return "{" + ", ".join(pairs) + "}"
    return str(value)


def csv(result: Result) -> str:
    """Return the CSV object: every value in quotes, NULL as nothing at all."""
    if not result.columns:
        return ""
    header: list[str | None] = [name for name, _ in result.columns]
    return "".join(_csv_line(row) for row in [header, *result.rows])


def parse_csv(text: str) -> list[list[str | None]]:
    """Return the header and the rows of a CSV object: "" is an empty text, nothing is NULL."""
    rows: list[list[str | None]] = []
    row: list[str | None] = []
    for match in _CSV_CELL.finditer(text):
        row.append(None if match["text"] is None else match["text"].replace('""', '"'))
        if match["end"] == "\n":
            rows.append(row)
            row = []
    return rows


def column_info(name: str, of: Type) -> dict[str, Any]:
    """Return what GetQueryResults says of a column."""
    precision, scale = _SIGNIFICANT.get(of.name, 0), 0
    if of.name == "decimal":
        precision, scale = of.parameters
    elif of.name == "varchar" and of.parameters:
        precision = of.parameters[0]
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": {"real": "float", "unknown": "unknown"}.get(of.name, of.name),
        "Precision": precision,
        "Scale": scale,
        "Nullable": "UNKNOWN",
        "CaseSensitive": of.name == "varchar",
    }


def _csv_line(cells: Iterable[str | None]) -> str:
    quoted = ("" if text is None else '"' + text.replace('"', '""') + '"' for text in cells)
    return ",".join(quoted) + "\n"


def _inner(value: Any, of: Type) -> str:  # ruff: ignore[any-type] - same
    text = cell(value, of)
    return "null" if text is None else text


def _double(value: float) -> str:
    return _java_floating(repr(value), value)


def _real(value: float) -> str:
    return _java_floating(str(np.float32(value)), value)


def _java_floating(shortest: str, value: float) -> str:
    """Return the shortest digits laid out as Java does: 0.1, 1.0E10, NaN."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    sign, digits, exponent = Decimal(shortest).as_tuple()
    text = "".join(map(str, digits)).rstrip("0") or "0"
    point = len(digits) + int(exponent)  # digits before the decimal point
    prefix = "-" if sign else ""
    if value == 0:
        return f"{prefix}0.0"
    if not _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        return f"{prefix}{text[0]}.{text[1:] or '0'}E{point - 1}"
    if point <= 0:
        return f"{prefix}0.{'0' * -point}{text}"
    return f"{prefix}{text[:point].ljust(point, '0')}.{text[point:] or '0'}"


def _in_range(value: date | str) -> date:
    """Return a date or datetime; DuckDB's client gives others than Python has as texts.

    Raises:
        QueryFailedError: NOT_SUPPORTED.
    """
    if isinstance(value, str):
        raise not_supported(f"a result before the year 1 or after 9999: {value}")
    return value


def _timestamp(value: datetime) -> str:
    _in_range(value)
    return value.isoformat(sep=" ", timespec="milliseconds")


def _zoned(value: dict[str, Any]) -> str:
    return f"{_timestamp(value['local'])} {value['zone']}"


def _day_to_second(value: timedelta) -> str:
    milliseconds = value // timedelta(milliseconds=1)
    sign, milliseconds = ("-", -milliseconds) if milliseconds < 0 else ("", milliseconds)
    seconds, rest = divmod(milliseconds, 1000)
    days, seconds = divmod(seconds, 86400)
    return (
        f"{sign}{days} {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"
    )


def _date(value: date) -> str:
    return _in_range(value).isoformat()


_TEXTS: dict[str, Callable[[Any], str]] = {
    "boolean": lambda value: "true" if value else "false",
    "double": _double,
    "real": _real,
    "decimal": lambda value: f"{value:f}",
    "date": _date,
    "timestamp": _timestamp,
    "timestamp with time zone": _zoned,
    "interval day to second": _day_to_second,
    "varbinary": lambda value: " ".join(f"{byte:02x}" for byte in value),
    "varchar": str,
}
