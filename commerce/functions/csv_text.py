"""Records of a CSV text: fields between commas, a field in quotes with anything in it.

A record that is too long, or whose quotes close where no field ends, loses its first line alone:
reading resumes at the line after it, so a stray quote takes no other record with it.
"""

import csv
import io
from collections.abc import Iterator
from itertools import chain, islice
from typing import NamedTuple

from commerce.functions.raw_lines import RefusedError
from glue_jobs.commerce.records import MAX_LINE, TOO_LONG, WRONG_NUMBER_OF_FIELDS

NOT_CSV = "not_csv"
MAX_RESUMED = 1_000  # times that lines of a file are read again
_CHUNK = 1 << 20  # characters
csv.field_size_limit(1 << 30)  # records are limited here


class Row(NamedTuple):
    """A record: its fields, or why it has none; and its lines as they stand in the file."""

    fields: list[str] | str
    lines: list[str]


def has_value(fields: list[str]) -> bool:
    """Return whether any field holds more than blanks."""
    return bool("".join(fields).strip())


def rows_of(text: io.TextIOWrapper) -> Iterator[Row]:
    """Yield the records of a text that have a value; a chunk and one record are held at a time.

    Raises:
        RefusedError: its quotes are no CSV's.
    """
    rows = _Rows()
    rest, is_last = "", False
    while not is_last:
        piece = text.read(_CHUNK)
        is_last = not piece
        lines = list(io.StringIO(rest + piece, newline=""))
        # Of a line that has not ended, or may end with \r\n, the rest is to come.
        tail = lines.pop() if lines and not is_last and lines[-1][-1] != "\n" else ""
        most = 0 if is_last else MAX_LINE - len(tail)
        yield from rows.complete(lines, most)
        rest = "".join(rows.open) + tail
        if len(rest) > MAX_LINE:
            yield Row(TOO_LONG, [rest])
            rest = "" if rest[-1] == "\r" else _rest_of_line(text)


def _rest_of_line(text: io.TextIOWrapper) -> str:
    """Read to the end of a line; return nothing."""
    while (piece := text.readline(_CHUNK)) and piece[-1] not in "\r\n":
        pass
    return ""


class _Rows:
    """The records of one file, chunk by chunk."""

    def __init__(self) -> None:
        self.open: list[str] = []  # the lines of the last record if it has not ended
        self._resumed = 0

    def complete(self, lines: list[str], most: int) -> Iterator[Row]:
        """Yield the records of lines; one that has not ended may have ``most`` characters."""
        start, self.open = 0, []
        while start < len(lines):
            for fields, stop in _parsed(lines, start):
                found = lines[start:stop]
                length = sum(map(len, found))
                is_open = stop > len(lines)
                if is_open and (not found or length <= most):
                    self.open = found
                    return
                if fields is not None and length <= MAX_LINE:
                    start = stop
                    if has_value(fields):
                        yield Row(fields, found)
                    continue
                is_too_long = is_open or length > MAX_LINE
                yield Row(TOO_LONG if is_too_long else WRONG_NUMBER_OF_FIELDS, found[:1])
                start += 1
                if len(found) > 1:
                    self._resume()
                    break

    def _resume(self) -> None:
        self._resumed += 1
        if self._resumed > MAX_RESUMED:
            raise RefusedError(NOT_CSV)


def _parsed(lines: list[str], start: int) -> Iterator[tuple[list[str] | None, int]]:
    """Yield the fields of each record from a line on, and the line behind it.

    None where quotes close amid a field. A blank line is added: a record that takes it is open.
    """
    reader = csv.reader(chain(islice(lines, start, None), ["\n"]), strict=True)
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None, start + reader.line_num
        else:
            yield fields, start + reader.line_num
