"""The lines of a raw file, in pieces of bounded size."""

import gzip
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from glue_jobs.commerce.records import MAX_LINE

BATCH = 1 << 22  # bytes of lines that are validated at once
# What is no whole gzip file raises; an error of the network is another matter.
NOT_WHOLE = (EOFError, gzip.BadGzipFile, zlib.error)
MOST = MAX_LINE + 1  # bytes that are kept of a line: enough to show that it is too long


def lines_of(packed: BinaryIO) -> Iterator[list[bytes]]:
    """Yield the lines of a gzip file, some at a time, of one that is too long the beginning.

    Raises:
        One of NOT_WHOLE: it is no whole gzip file.
    """
    rest = b""
    with gzip.GzipFile(fileobj=packed) as text:
        while piece := text.read(BATCH):
            *lines, last = piece.split(b"\n")
            if lines:
                lines[0], rest = rest + lines[0], b""
                yield [line[:MOST] for line in lines]
            rest = (rest + last)[:MOST]
    if rest:
        yield [rest]
