"""Raw files become lines in pieces of bounded size, whatever their sender wrote.

The job reads through Glue, whose reader holds a whole line in memory, wants UTF-8, and fails as a
whole. What it cannot read is read here, by Python workers that stream from S3.
"""

import zlib
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator

import pyarrow as pa
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from glue_jobs.events.rules import BLANKS, MAX_LINE

PIECE = 1 << 16  # packed bytes at a time
TEXT = 1 << 20  # unpacked bytes at a time
BATCH = 1 << 23  # bytes of lines that are validated at once
MOST_PACKED = 1 << 30  # bytes of a raw file, a hundred times what the producer writes
MOST_TEXT = 1 << 34  # bytes that it unpacks to
MOST_LINE = 1 << 24  # bytes of one of its lines; some eight times as many end Glue's reader
GZIP = 31  # zlib's number for a gzip header and trailer
NOT_THE_SAME = {"NoSuchKey", "PreconditionFailed"}
SCHEMA = pa.schema([("line", pa.binary()), ("source_file", pa.string())])
_LINE_ENDS = (b"\n", b"\r")


def is_of_another(error: ClientError) -> bool:
    """Tell S3's answers about an object that somebody replaced or removed meanwhile."""
    return error.response["Error"]["Code"] in NOT_THE_SAME


class BrokenFileError(Exception):
    """A raw file cannot be read to its end."""


def texts_of(body: StreamingBody, uri: str) -> Iterator[bytes]:
    """Yield what a raw file holds, unpacked if its name ends in ``.gz``: at most ``TEXT`` bytes.

    Raises:
        BrokenFileError: it is no whole gzip file, or it or a line is larger than any may be.
    """
    pieces = iter(lambda: body.read(PIECE), b"")
    try:
        yield from _without_mark(_limited(_gunzip(pieces) if uri.endswith(".gz") else pieces))
    except zlib.error as error:
        raise BrokenFileError(str(error)) from error


def _without_mark(texts: Iterable[bytes]) -> Iterator[bytes]:
    """Pass on a text without the byte order mark that Windows puts first, as other readers do."""
    begins = b""
    rest = iter(texts)
    for text in rest:
        begins += text
        if len(begins) >= len(BOM_UTF8):
            break
    yield begins.removeprefix(BOM_UTF8)
    yield from rest


def _limited(texts: Iterable[bytes]) -> Iterator[bytes]:
    """Pass on the text of a file while it, and each line of it, is no larger than it may be."""
    size, line = 0, 0
    for text in texts:
        end = max(map(text.rfind, _LINE_ENDS))
        line = len(text) - end - 1 + (line if end < 0 else 0)
        size += len(text)
        if size > MOST_TEXT:
            raise BrokenFileError(f"the file unpacks to more than {MOST_TEXT:,} bytes")
        if line > MOST_LINE:
            raise BrokenFileError(
                f"a line has more than {MOST_LINE:,} bytes; an event is an object on a line"
            )
        yield text


def _gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the text of a gzip file, one member after the other.

    As strict as Java, where Python's gzip lets a file end in zero bytes.
    """
    member, has_begun, is_empty = zlib.decompressobj(wbits=GZIP), False, True
    for piece in pieces:
        rest, is_empty = piece, False
        while rest or has_begun:
            text = member.decompress(rest, TEXT)
            yield text
            rest, has_begun = member.unconsumed_tail or member.unused_data, not member.eof
            if member.eof:
                member = zlib.decompressobj(wbits=GZIP)
            elif not rest and len(text) < TEXT:
                break  # all that the piece holds
    if is_empty or has_begun:
        raise BrokenFileError(
            "the file is empty" if is_empty else "the file ends before its gzip stream"
        )


def split_lines(texts: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield the lines of a text piece by piece; of one that is too long only the beginning."""
    rest = b""
    for text in texts:
        lines = (rest + text).splitlines()
        is_whole = text.endswith(_LINE_ENDS) or not lines
        rest = b"" if is_whole else _beginning(lines.pop())
        yield lines
    yield [rest]


def _beginning(line: bytes) -> bytes:
    """Return of a line what shows that it is too long, and that it is not blank."""
    begins, more = line[: MAX_LINE + 1], line[MAX_LINE + 1 :]
    return begins if begins.strip(BLANKS) or not more.strip(BLANKS) else begins[:-1] + b"."


def read_lines(s3: BaseClient, files: Iterable[tuple[str, str]]) -> Iterator[pa.RecordBatch]:
    """Yield the lines of raw files (URI, ETag), but for blank ones.

    Columns: ``line`` (bytes, of a long one the beginning), ``source_file``. A file that has been
    replaced or removed since it had that ETag yields nothing: it is for the next run.
    """
    for uri, etag in files:
        bucket, key = uri.removeprefix("s3://").split("/", 1)
        try:
            body = s3.get_object(Bucket=bucket, Key=key, IfMatch=etag)["Body"]
        except ClientError as error:
            if is_of_another(error):
                continue
            raise
        with body:
            for lines in _in_batches(split_lines(texts_of(body, uri))):
                columns = [pa.array(lines, pa.binary()), pa.repeat(uri, len(lines))]
                yield pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _in_batches(pieces: Iterable[list[bytes]]) -> Iterator[list[bytes]]:
    held: list[bytes] = []
    size = 0
    for lines in pieces:
        held += [line for line in lines if line.strip(BLANKS)]
        size += sum(map(len, lines))
        if size >= BATCH:
            yield held
            held, size = [], 0
    if held:
        yield held
