"""Tables of JSON lines, as Hive's JSON SerDe and the OpenX one read them.

A string column shows a number as it is written (9.990), true as true. DuckDB's own reader would
reformat numbers and accept what is not JSON, so the lines are decoded here.
"""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.scans import Table

HIVE = "org.apache.hive.hcatalog.data.JsonSerDe"
HIVE_3 = "org.apache.hadoop.hive.serde2.JsonSerDe"
OPENX = "org.openx.data.jsonserde.JsonSerDe"
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,3})?", re.ASCII)


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is not JSON")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object with lower-case names, as the catalog's columns have them."""
    found = {name.lower(): value for name, value in pairs}
    if len(found) < len(pairs):
        raise ValueError("Duplicate key")
    return found


class _Number(NamedTuple):
    """A number as it is written."""

    text: str


_DECODER = json.JSONDecoder(
    parse_float=_Number,
    parse_int=_Number,
    parse_constant=_no_constant,
    object_pairs_hook=_without_duplicates,
)


def check(table: Table) -> None:
    """Check that a JSON table is of the kind read here.

    Raises:
        QueryFailedError: NOT_SUPPORTED.
    """
    for column, of in table.columns.items():
        if str(of) not in _COLUMNS:
            raise not_supported(f"the JSON column {column} of type {of}; declare it string")
    known = {"ignore.malformed.json", "case.insensitive", "serialization.format", "paths"}
    if extra := sorted(set(table.serde_parameters) - known):
        raise not_supported(f"the SerDe property {extra[0]} of {table.database}.{table.name}")
    if table.serde_parameters.get("case.insensitive", "true").lower() != "true":
        raise not_supported("case.insensitive = false")


def read(table: Table, path: Path, uri: str, columns: list[str]) -> pa.Table:
    """Return the rows of one file: some columns.

    Raises:
        QueryFailedError: NOT_SUPPORTED, a value that the SerDe may convert, which is not done here.
        QueryFailedError: HIVE_CURSOR_ERROR, a bad line, unless ignore.malformed.json is set, or a
            file that ends too early.
    """
    lenient = (
        table.serde == OPENX
        and table.serde_parameters.get("ignore.malformed.json", "false").lower() == "true"
    )
    if not columns:
        rows = sum(1 for _ in _lines(path, uri))  # as in Trino: a line nobody asks for may be bad
        return pa.table({"_": pa.nulls(rows, pa.string())})
    of = {column: _COLUMNS[str(table.columns[column])] for column in columns}
    cells: dict[str, list[Any]] = {column: [] for column in columns}
    for line in _lines(path, uri):
        record = _record(line, uri, lenient=lenient)
        for column, (_, read_value) in of.items():
            cells[column].append(read_value(record.get(column), column, uri))
    return pa.table({
        column: pa.array(cells[column], data_type) for column, (data_type, _) in of.items()
    })


def _lines(path: Path, uri: str) -> Iterator[bytes]:
    if path.suffix not in {".gz", ".json", ".jsonl", ""}:
        raise not_supported(f"the file {uri}: only .gz, .json and .jsonl")
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as lines:
            for line in lines:
                yield line.rstrip(b"\r\n")
    except (EOFError, zlib.error):
        raise QueryFailedError(
            "HIVE_CURSOR_ERROR", f"Unexpected end of input stream: {uri}"
        ) from None
    except gzip.BadGzipFile:
        raise QueryFailedError("HIVE_CURSOR_ERROR", f"incorrect header check: {uri}") from None


def _record(line: bytes, uri: str, *, lenient: bool) -> dict[str, Any]:
    try:
        record = _DECODER.decode(line.decode())
    except ValueError as error:
        if lenient:
            return {}
        raise QueryFailedError(
            "HIVE_CURSOR_ERROR", f"Row is not a valid JSON Object in {uri}: {error}"
        ) from None
    if not isinstance(record, dict):
        if lenient:
            return {}
        raise QueryFailedError("HIVE_CURSOR_ERROR", f"Row is not a valid JSON Object in {uri}")
    return record


def _text(value: object, column: str, uri: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, _Number):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    raise QueryFailedError(
        "HIVE_BAD_DATA",
        f"Invalid JSON in {uri}: varchar value of {column} must be a scalar json value",
    )


def _bigint(value: object, column: str, uri: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, _Number) and re.fullmatch(r"-?\d{1,18}", value.text):
        return int(value.text)
    raise not_supported(f"{value} as bigint in the JSON column {column}, in {uri}")


def _double(value: object, column: str, uri: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, _Number):
        return float(value.text)
    raise not_supported(f"{value} as double in the JSON column {column}, in {uri}")


def _boolean(value: object, column: str, uri: str) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise not_supported(f"{value} as boolean in the JSON column {column}, in {uri}")


def _timestamp(value: object, column: str, uri: str) -> datetime | None:
    """Read a moment as Hive writes it; Trino reads others too, and rounds what is finer."""
    if value is None:
        return None
    if isinstance(value, str) and _TIMESTAMP.fullmatch(value):
        try:
            return datetime.fromisoformat(value)
        except ValueError:  # Trino makes the 31st of April the 1st of May
            pass
    raise not_supported(f"{value} as timestamp(3) in the JSON column {column}, in {uri}")


def _texts(value: object, column: str, uri: str) -> list[str | None] | None:
    if value is None:
        return None
    if isinstance(value, list):
        return [_text(each, column, uri) for each in value]
    raise not_supported(f"{value} as array(varchar) in the JSON column {column}, in {uri}")


# How the values of a column are held and read, by its type.
_COLUMNS: dict[str, tuple[pa.DataType, Callable[[object, str, str], Any]]] = {
    "varchar": (pa.string(), _text),
    "bigint": (pa.int64(), _bigint),
    "double": (pa.float64(), _double),
    "boolean": (pa.bool_(), _boolean),
    "timestamp(3)": (pa.timestamp("ms"), _timestamp),
    "array(varchar)": (pa.list_(pa.string()), _texts),
}
