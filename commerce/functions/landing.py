"""A delivered file: one version of an object below ``landing/``, and where its bytes go.

Version and key decide everything here, so whoever handles a version again, in whatever order,
writes the same objects.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, BinaryIO, NamedTuple

from boto3.s3.transfer import TransferConfig
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from glue_jobs.commerce.contracts import CONTRACTS, DAY, FIRST_DAY

LANDING = "landing/"
COMPLETE = "landing/_complete/"
UNKNOWN = "unknown"
UNKNOWN_SOURCE = "unknown_source"
WRONG_KEY = "wrong_key"

_DATED = re.compile(r"date=(\d{4}-\d\d-\d\d)/(.+)", flags=re.ASCII | re.DOTALL)
_PLAIN_NAME = re.compile(r"(?!.*--)[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PIECE = 1 << 20  # bytes
_DIGITS = 12  # of a hash, in a key
_GONE = {"404", "405", "NoSuchKey", "NoSuchVersion", "MethodNotAllowed"}
# One CopyObject takes 5 GB; what is larger is refused, and copied in parts.
_COPY = TransferConfig(multipart_threshold=5 << 30, multipart_chunksize=1 << 30)


class GoneError(Exception):
    """A version is not there any more: it has been handled, or its sender removed it."""


class Address(NamedTuple):
    """Where a key belongs; ``name`` is safe in a key, and no two landing keys share one."""

    source: str
    day: date
    name: str
    faults: tuple[str, ...]

    def key(self, zone: str, digest: str, suffix: str = "") -> str:
        """Return the key of what is made of the file in a zone; ``digest``: a hash of it."""
        return f"{zone}{self.source}/date={self.day}/{self.name}-{digest[:_DIGITS]}{suffix}"


def is_delivery(key: str) -> bool:
    """Return whether a key is that of a delivered file."""
    return key.startswith(LANDING) and not key.startswith(COMPLETE) and not key.endswith("/")


def address(key: str, received: datetime) -> Address:
    """Return where a key belongs; source ``unknown`` and the day of receipt if it does not say."""
    found, _, rest = key.removeprefix(LANDING).partition("/")
    source = found if found in CONTRACTS else UNKNOWN
    day, name = _dated(rest, received.date()) or (None, rest or found)
    faults = (UNKNOWN_SOURCE,) * (source == UNKNOWN) + (WRONG_KEY,) * (day is None)
    safe = name if _PLAIN_NAME.fullmatch(name) and not faults else _safe(name, key)
    return Address(source, day or received.date(), safe, faults)


def _dated(rest: str, received: date) -> tuple[date, str] | None:
    """Return the day and name behind a source, if the day can be."""
    if not (found := _DATED.fullmatch(rest)):
        return None
    try:
        day = date.fromisoformat(found[1])
    except ValueError:
        return None
    return (day, found[2]) if day >= FIRST_DAY and day - received <= DAY else None


def _safe(name: str, key: str) -> str:
    """Return what can be read of a name, and a hash of its key: plain names have no two hyphens."""
    readable = re.sub(r"[^A-Za-z0-9.]+", "_", name).strip("._")[:80] or "file"
    return f"{readable}--{hashlib.sha256(key.encode()).hexdigest()[:_DIGITS]}"


class Landed:
    """One version of a delivered file; ``received``: when its upload began, in UTC.

    Raises:
        GoneError: from here and each method but ``delete``, it is not there any more.
    """

    def __init__(self, s3: BaseClient, bucket: str, key: str, version: str | None) -> None:
        self._s3 = s3
        self.bucket = bucket
        self.key = key
        chosen = {"VersionId": version} if version else {}
        head = _there(s3.head_object, Bucket=bucket, Key=key, **chosen)
        self.version: str = head["VersionId"]
        self.size: int = head["ContentLength"]
        self.etag: str = head["ETag"]
        self.received: datetime = head["LastModified"].astimezone(UTC)

    def download(self, file: BinaryIO) -> str:
        """Write the bytes to a file; return their SHA-256."""
        version = {"VersionId": self.version}
        _there(self._s3.download_fileobj, self.bucket, self.key, file, ExtraArgs=version)
        file.seek(0)
        digest = hashlib.sha256()
        for piece in iter(partial(file.read, _PIECE), b""):
            digest.update(piece)
        return digest.hexdigest()

    def copy(self, key: str) -> None:
        """Copy the bytes to another key of the bucket, without tags: these take more rights."""
        source = {"Bucket": self.bucket, "Key": self.key, "VersionId": self.version}
        without_tags = {"TaggingDirective": "REPLACE"}
        _there(self._s3.copy, source, self.bucket, key, ExtraArgs=without_tags, Config=_COPY)

    def delete(self) -> None:
        """Remove this version and no other."""
        self._s3.delete_object(Bucket=self.bucket, Key=self.key, VersionId=self.version)


def _there(call: Callable[..., Any], *args: object, **options: object) -> Any:  # ruff: ignore[any-type] - boto3's
    try:
        return call(*args, **options)
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            raise GoneError from error
        raise
