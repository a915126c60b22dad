"""Raw files as objects: how large they are, whether they can be unpacked, where they go if not.

The job reads lines through Glue. A file that breaks the reader, or has no line, is looked at here.
"""

import zlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from glue_jobs.catalog import Hour
from glue_jobs.parsing import BLANKS, layout_root, slot_of
from glue_jobs.store import Store

UNREADABLE_FOLDER = "unreadable/"
PIECE = 1 << 16  # packed bytes at a time
GZIP = 31  # zlib's number for a gzip header and trailer
# S3's answers about an object that somebody replaced or removed meanwhile.
_NOT_THE_SAME = {"NoSuchKey", "PreconditionFailed"}


class Inspection(NamedTuple):
    """What a raw file turned out to be: ``error`` says why it cannot be unpacked, else is None."""

    uri: str
    etag: str
    error: str | None
    has_lines: bool


class RawFiles:
    """The files of the bucket that the raw path, an S3 URI, lies in."""

    def __init__(self, s3: BaseClient, path: str) -> None:
        bucket = path.removeprefix("s3://").split("/", 1)[0]
        self.path = path
        self._store = Store(s3, f"s3://{bucket}/")

    def sizes(self, prefixes: Iterable[str]) -> dict[str, int]:
        """Return the bytes of every file, by URI, whose URI begins with one of the prefixes."""
        return {
            self._store.uri(found.key): found.size
            for prefix in prefixes
            for found in self._store.list(self._store.key(prefix))
            if not found.key.endswith("/")  # the console makes empty objects for folders
        }

    def inspect(self, uri: str) -> Inspection | None:
        """Unpack a file to its end, as the reader does; None if it is there no more."""
        try:
            body, etag = self._store.open(self._store.key(uri))
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_THE_SAME:
                return None
            raise
        with body:
            fault, has_lines = _unpack(body, is_gzip=uri.endswith(".gz"))
        return Inspection(uri, etag, fault, has_lines)

    def set_aside(self, found: Inspection) -> None:
        """Move a file to ``unreadable/``; one that was written again meanwhile stays."""
        key = self._store.key(found.uri)
        try:
            self._store.move(key, UNREADABLE_FOLDER + key, found.etag)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _NOT_THE_SAME:
                raise


def hour_of(uri: str) -> Hour:
    """Return (dt, hour) of a raw file's slot; ``unknown`` outside the producer's layout."""
    slot = slot_of(uri)
    return (f"{slot:%Y-%m-%d}", f"{slot:%H}") if slot else ("unknown", "unknown")


def hour_folders(uri: str) -> list[str]:
    """Return the folders of a raw file's hour and of the hour before, else its own URI."""
    slot = slot_of(uri)
    if slot is None:
        return [uri]
    return [
        f"{layout_root(uri)}/year={time:%Y}/month={time:%m}/day={time:%d}/hour={time:%H}/"
        for time in (slot, slot - timedelta(hours=1))
    ]


def _unpack(body: StreamingBody, *, is_gzip: bool) -> tuple[str | None, bool]:
    """Return why a file cannot be read to its end, if so, and whether it has a line."""
    pieces = iter(lambda: body.read(PIECE), b"")
    has_lines = False
    try:
        for text in _gunzip(pieces) if is_gzip else pieces:
            has_lines = has_lines or bool(text.strip(BLANKS))
    except (EOFError, zlib.error) as error:
        return str(error), has_lines
    return None, has_lines


def _gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the text of a gzip file, one member after the other.

    As strict as Java, where Python's gzip lets a file end in zero bytes.

    Raises:
        EOFError, zlib.error: it is none, or no whole one.
    """
    member, has_begun = zlib.decompressobj(wbits=GZIP), False
    is_empty = True
    for piece in pieces:
        rest, is_empty = piece, False
        while rest:
            yield member.decompress(rest)
            rest, has_begun = member.unused_data, not member.eof
            if member.eof:
                member = zlib.decompressobj(wbits=GZIP)
    if is_empty or has_begun:
        raise EOFError("the file is empty" if is_empty else "the file ends before its gzip stream")
