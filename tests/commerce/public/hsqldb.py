"""Reads tables out of the script of an HSQLDB database, which is its data as SQL statements."""

import re
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path
from zipfile import ZipFile

HOME = Path(__file__).parents[3] / ".public-data"  # where the archives lie

Record = dict[str, str | None]

_TABLE = re.compile(r'CREATE MEMORY TABLE (?:"\w+"\.)?"(\w+)"\(')
_COLUMN = re.compile(r'[(,]"(\w+)" [A-Z]')
_ROW = re.compile(r'INSERT INTO "(\w+)" VALUES\((.*)\)$')
_VALUE = re.compile(r"'(?:[^']|'')*'|[^,]+")
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})", re.IGNORECASE)


def read(jar: Path, *tables: str) -> dict[str, list[Record]]:
    """Return the rows of the named tables, texts by column, None for NULL.

    Raises:
        KeyError: the script, the one file of the archive that ends so, makes no such table.
    """
    with ZipFile(jar) as archive:
        [script] = [name for name in archive.namelist() if name.endswith(".script")]
        with archive.open(script) as packed:
            return rows(TextIOWrapper(packed, encoding="ascii"), *tables)


def rows(lines: Iterable[str], *tables: str) -> dict[str, list[Record]]:
    """Return the rows of the named tables from the lines of a script."""
    columns: dict[str, list[str]] = {}
    found: dict[str, list[Record]] = {table: [] for table in tables}
    for line in lines:
        if table := _TABLE.match(line):
            columns[table[1]] = _COLUMN.findall(line)
        elif (row := _ROW.match(line)) and row[1] in found:
            values = map(_value, _VALUE.findall(row[2]))
            found[row[1]].append(dict(zip(columns[row[1]], values, strict=True)))
    return {table: found[table] for table in tables if columns[table]}


def _value(literal: str) -> str | None:
    if literal == "NULL":
        return None
    text = literal[1:-1].replace("''", "'") if literal.startswith("'") else literal
    return _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
