r"""CSV as people and programs write it: from bytes to the lines of a raw file.

Fields are separated by commas; a field may stand in quotes, with commas, line ends and doubled
quotes in it. Lines end with ``\n``, ``\r\n`` or ``\r``. Excel's first line ``sep=,`` is no header.

- The header's names are matched trimmed, whatever their case. A name that no contract knows gets
  the number of its column if it is repeated. Columns at the end without a name are left out, also
  in rows that end before them, and so are rows without a value: Excel writes all of these.
- What stands for a missing value (pandas' ``nan``, ``\N``) is a value; its field's rule decides.
- A record that does not fit is kept as text.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring
from typing import BinaryIO

from commerce.functions.csv_text import NOT_CSV, Row, has_value, rows_of
from commerce.functions.raw_lines import (
    EMPTY_FILE,
    Records,
    RefusedError,
    printable,
    text_of,
    unread,
)
from glue_jobs.commerce.contracts import Contract
from glue_jobs.commerce.records import MAX_LINE, NOT_UTF8, TOO_LONG, WRONG_NUMBER_OF_FIELDS

WRONG_DELIMITER = "wrong_delimiter"
MISSING_COLUMN = "missing_column"
AMBIGUOUS_COLUMN = "ambiguous_column"
DELIMITERS = ";\t|:"  # of other people

MAX_HEADER = 1 << 16  # characters
_SEPARATOR = "sep="


def read(file: BinaryIO, contract: Contract) -> Records:
    """Return what a file holds.

    Raises:
        RefusedError: it has no header, or not the contract's columns.
    """
    rows = rows_of(text_of(file))
    header = _header(rows, contract)
    columns = _columns(header, contract)
    return Records(dict.fromkeys(columns), _raw_lines(rows, columns, len(header)))


def _header(rows: Iterator[Row], contract: Contract) -> list[str]:
    header = next(rows, None)
    if header and (first := header.lines[0].strip().lower()).startswith(_SEPARATOR):
        if first.removeprefix(_SEPARATOR) != ",":
            raise RefusedError(WRONG_DELIMITER)
        header = next(rows, None)
    if not header:
        raise RefusedError(EMPTY_FILE)
    known = _known(header.fields, contract)
    if any(_known(_split(header.lines[0], other), contract) > known for other in DELIMITERS):
        raise RefusedError(WRONG_DELIMITER)
    length = sum(map(len, header.lines))
    if isinstance(header.fields, str) or len(header.fields) == 1 or length > MAX_HEADER:
        raise RefusedError(NOT_CSV)
    if header.lines[0].lstrip()[0] in "{[<":
        raise RefusedError(NOT_CSV)
    return header.fields


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line[:MAX_HEADER]], delimiter=delimiter), [])


def _known(names: list[str] | str, contract: Contract) -> int:
    return len({name.strip().lower() for name in names} & contract.fields.keys())


def _columns(header: list[str], contract: Contract) -> list[str]:
    """Return a header's names, each once.

    Raises:
        RefusedError: a field of the contract is missing, or stands there twice.
    """
    names = [printable(name.strip()) for name in header]
    while not names[-1]:
        names.pop()
    found = [name.lower() if name.lower() in contract.fields else name for name in names]
    times = Counter(found)
    faults = {
        name: MISSING_COLUMN if not times[name] else AMBIGUOUS_COLUMN
        for name in contract.fields
        if times[name] > 1 or (name in contract.required and not times[name])
    }
    if faults:
        reasons = [f"{fault}_{name}" for name, fault in faults.items()]
        is_header = times.keys() & contract.fields.keys()  # else a record, which names somebody
        raise RefusedError(*reasons, columns=names if is_header else ())
    return _numbered(found)


def _numbered(names: list[str]) -> list[str]:
    numbered: dict[str, None] = {}
    for number, name in enumerate(names, start=1):
        while name in numbered:
            name = f"{name}_{number}"  # ruff: ignore[redefined-loop-name]
        numbered[name] = None
    return list(numbered)


def _raw_lines(rows: Iterable[Row], columns: list[str], most: int) -> Iterator[bytes]:
    """Yield the line of every record; it may have ``most`` fields, the last of them blank."""
    width = len(columns)
    names = (json.dumps(name, ensure_ascii=False).replace("%", "%%") for name in columns)
    template = "{" + ", ".join(f"{name}: %s" for name in names) + "}"
    for fields, lines in rows:
        if isinstance(fields, str):
            yield unread("".join(lines), fields)
            continue
        if not width <= len(fields) <= most or has_value(fields[width:]):
            yield unread("".join(lines), WRONG_NUMBER_OF_FIELDS)
            continue
        del fields[width:]
        try:
            line = (template % tuple(map(encode_basestring, fields))).encode()
        except UnicodeEncodeError:
            yield unread("".join(lines), NOT_UTF8)
            continue
        yield line if len(line) <= MAX_LINE else unread("".join(lines), TOO_LONG)
