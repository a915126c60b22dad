"""Lines of a raw file: each is one JSON object, UTF-8, without a raw control character.

A record that cannot be written so is kept as text, with the reason: ``{"_line": ..., "_reason":
...}``; ``glue_jobs.commerce.records`` rejects it for that reason.
"""

import gzip
import io
import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from glue_jobs.commerce.records import MAX_LINE

EMPTY_FILE = "empty_file"
TOO_LARGE = "too_large"
MAX_RECORDS = 30_000_000  # of a file; 512 MB of the shortest valid rows are 28 million
MAX_RAW = 4 << 30  # bytes of a raw file's text, unpacked
MAX_NAME = 100  # characters of a column's name in a receipt
MAX_NAMES = 1_000
_BOM = b"\xef\xbb\xbf"
_CUT = MAX_LINE // 6 - 100  # characters that fit into a line, even if each becomes \u0000
_BUFFER = 1 << 20


class Records(NamedTuple):
    """What a file holds: the names of its columns, complete once all lines are read."""

    columns: dict[str, None]
    lines: Iterator[bytes]


class RefusedError(Exception):
    """A file is refused whole; ``columns`` are those that were found."""

    def __init__(self, *reasons: str, columns: Iterable[str] = ()) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons
        self.columns = tuple(columns)


def text_of(file: BinaryIO) -> io.TextIOWrapper:
    """Return a file's text from its beginning, line ends as they are, without a byte order mark.

    A byte that is no UTF-8 becomes half of a surrogate pair, which no text can hold.
    """
    content = open(file.fileno(), "rb", closefd=False)  # ruff: ignore[open-file-with-context-handler] - the file is its owner's to close
    content.seek(0)
    content.seek(len(_BOM) if content.read(len(_BOM)) == _BOM else 0)
    return io.TextIOWrapper(content, "utf-8", errors="surrogateescape", newline="")


def printable(text: str) -> str:
    r"""Return a text that can be written: a byte that is no UTF-8 as ``\xe9``."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def printable_name(name: str) -> str:
    """Return the name of a column or field as receipts show it."""
    return name.encode("utf-8", "backslashreplace").decode()[:MAX_NAME]


def unread(text: str, reason: str) -> bytes:
    """Return the line of a record that is kept as text; a long one is cut."""
    text = printable(text.rstrip("\r\n"))
    line = _unread(text, reason)
    return line if len(line) <= MAX_LINE else _unread(text[:_CUT], reason)


def _unread(text: str, reason: str) -> bytes:
    return json.dumps({"_line": text, "_reason": reason}, ensure_ascii=False).encode()


def write(lines: Iterable[bytes], target: BinaryIO) -> int:
    """Write a raw file, the same bytes for the same lines; return how many lines it has.

    Raises:
        RefusedError: it would be too large.
    """
    records = size = 0
    with (
        gzip.GzipFile("", "wb", compresslevel=4, fileobj=target, mtime=0) as packed,
        io.BufferedWriter(packed, _BUFFER) as raw,
    ):
        for line in lines:
            records += 1
            size += len(line) + 1
            if records > MAX_RECORDS or size > MAX_RAW:
                raise RefusedError(TOO_LARGE)
            raw.write(line)
            raw.write(b"\n")
    return records
