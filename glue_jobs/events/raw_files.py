"""Raw files as objects: which there are, whether they can be read, where they go if not.

The job reads lines through Glue. A file that breaks the reader, or has no line, is looked at here.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from glue_jobs.events.raw_lines import (
    MOST_PACKED,
    BrokenFileError,
    is_of_another,
    split_lines,
    texts_of,
)
from glue_jobs.events.raw_names import RAW_SUFFIXES, is_raw_file, layout_root, slot_of
from glue_jobs.events.rules import BLANKS
from glue_jobs.events.schemas import IGNORED, LOADED, UNREADABLE
from glue_jobs.lake.store import Store, Stored
from glue_jobs.lake.tables import Partition

UNREADABLE_FOLDER = "unreadable/"
INSPECTORS = 8  # files that are looked at at once
NO_RAW_FILE = f"its name is no raw file's, which ends in one of {RAW_SUFFIXES} and is not hidden"


KEPT_BY_S3 = {"InvalidObjectState", "ObjectNotInActiveTierError", "InvalidRequest"}
TOO_LARGE = f"the file has more than {MOST_PACKED:,} bytes"


class Inspection(NamedTuple):
    """What an object turned out to be, and its state in the ledger; ``error`` says why."""

    uri: str
    found: Stored
    state: str
    error: str | None
    has_lines: bool


class Delivered(NamedTuple):
    """A raw file as it was read: its lines that are not blank, and the bytes of all lines."""

    uri: str
    lines: int
    bytes: int


class RawFiles:
    """The files of the bucket that the raw path, an S3 URI, lies in, as one run reads them.

    ``is_replay`` says that files which the ledger has loaded are read again.
    """

    def __init__(self, s3: BaseClient, path: str, *, is_replay: bool = False) -> None:
        bucket = path.removeprefix("s3://").split("/", 1)[0]
        self.path = path
        self.is_replay = is_replay
        self.region = s3.meta.region_name
        self._started = datetime.now(UTC).replace(microsecond=0)  # S3 tells whole seconds
        self._store = Store(s3, f"s3://{bucket}/")

    def find(self, prefixes: Iterable[str]) -> dict[str, Stored]:
        """Return every object, by URI, whose URI begins with one of the prefixes."""
        return {
            self._store.uri(found.key): found
            for prefix in prefixes
            for found in self._store.list(self._store.key(prefix))
        }

    def versions(self, delivered: Iterable[Delivered]) -> dict[str, Stored]:
        """Return files as a listing shows them, if nobody has written them since they were read."""
        found = self.find(sorted({hour_folders(file.uri)[0] for file in delivered}))
        return {uri: each for uri, each in found.items() if self.is_settled(each)}

    def is_settled(self, found: Stored) -> bool:
        """Tell whether an object is as the run has read it: nobody has written it since."""
        return found.modified < self._started

    def inspect(self, found: dict[str, Stored], *, to_end: bool = True) -> list[Inspection]:
        """Read objects, to their ends or to a line; leave out what is there no more."""
        with ThreadPoolExecutor(INSPECTORS) as pool:
            looked_at = pool.map(partial(self._inspect, to_end), found, found.values())
            return [each for each in looked_at if each]

    def _inspect(self, to_end: bool, uri: str, found: Stored) -> Inspection | None:  # ruff: ignore[boolean-type-hint-positional-argument] - mapped
        if not is_raw_file(uri):
            return Inspection(uri, found, IGNORED, NO_RAW_FILE, has_lines=False)
        if found.size > MOST_PACKED:
            return Inspection(uri, found, UNREADABLE, TOO_LARGE, has_lines=False)
        try:
            has_lines = self._has_lines(uri, found, to_end=to_end)
        except BrokenFileError as error:
            return Inspection(uri, found, UNREADABLE, str(error), has_lines=False)
        except ClientError as error:
            if is_of_another(error):
                return None
            if not is_kept_by_s3(error):
                raise
            return Inspection(uri, found, UNREADABLE, str(error), has_lines=False)
        return Inspection(uri, found, LOADED, None, has_lines)

    def _has_lines(self, uri: str, found: Stored, *, to_end: bool) -> bool:
        """Read a raw file; tell whether it has a line that is not blank."""
        has_lines = False
        with self._store.open(found.key, found.etag) as body:
            for text in texts_of(body, uri):
                has_lines = has_lines or bool(text.strip(BLANKS))
                if has_lines and not to_end:
                    break
        return has_lines

    def are_whole(self, delivered: Iterable[Delivered]) -> bool:
        """Tell whether files were read to their ends: one that is cut off may pass for whole.

        A gzip file ends in the size of its text. What does not fit, for it has several members or
        empty lines, is read to its end here, and its lines are counted again.
        """
        packed = [file for file in delivered if file.uri.endswith(".gz")]
        with ThreadPoolExecutor(INSPECTORS) as pool:
            fits = list(pool.map(self._fits, packed))
        odd = (file for file, is_fit in zip(packed, fits, strict=True) if not is_fit)
        return all(map(self._is_whole, odd))

    def _is_whole(self, file: Delivered) -> bool:
        try:
            with self._store.stream(self._store.key(file.uri)) as body:
                pieces = split_lines(texts_of(body, file.uri))
                return file.lines == sum(bool(line.strip(BLANKS)) for of in pieces for line in of)
        except BrokenFileError:
            return False
        except ClientError as error:
            if is_of_another(error):
                return True  # it is for the next run
            raise

    def _fits(self, file: Delivered) -> bool:
        """Compare with the size of the text, which has one or two bytes more for each line."""
        try:
            size = int.from_bytes(self._store.read_end(self._store.key(file.uri), 4), "little")
        except ClientError as error:
            if is_of_another(error):
                return True  # it is for the next run
            raise
        return file.bytes + file.lines - 1 <= size <= file.bytes + 2 * file.lines

    def set_aside(self, found: Inspection) -> None:
        """Move a file to ``unreadable/``; one that was written again meanwhile stays.

        So does one that S3 does not copy, such as an archived one or one of more than 5 GiB.
        """
        key = found.found.key
        try:
            self._store.move(key, UNREADABLE_FOLDER + key, found.found.etag)
        except ClientError as error:
            if not is_of_another(error) and not is_kept_by_s3(error):
                raise


def is_kept_by_s3(error: ClientError) -> bool:
    """Tell S3's answers about one object: archived, too large, or its key is not at hand."""
    code = error.response["Error"]["Code"]
    return code in KEPT_BY_S3 or "kms" in str(error).lower()


def hour_of(uri: str) -> Partition:
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
