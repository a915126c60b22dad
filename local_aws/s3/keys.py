"""An object whose bytes are a file."""

import datetime as dt
import hashlib
import os
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar, Self

from moto.s3.exceptions import MissingKey
from moto.s3.models import FakeAcl, FakeBucket, FakeDeleteMarker, FakeKey, get_canned_acl

from local_aws.s3.files import ObjectFiles, is_marker

PRIVATE = get_canned_acl("private")


class FileKey(FakeKey):
    """One version of an object: moto's attributes, but the bytes stay in a file.

    ``aside`` is the name of that file out of sight, None while it is the object's current version
    in its own place. ``signature`` tells whether that file was changed by somebody else,
    ``sequencer`` which of two versions was written first.
    """

    files: ClassVar[ObjectFiles]
    acl: FakeAcl | None
    aside: str | None
    signature: tuple[int, int, int]
    sequencer: str
    _etag: str | None

    def __new__(cls, *_args: object, **_kwargs: object) -> Self:
        """Make the object only: moto would remember every instance for ever."""
        return object.__new__(cls)

    def __init__(self, key: FakeKey, aside: str | None) -> None:
        """Take over all that moto knows of ``key`` but its bytes, which are in a file already."""
        self.__dict__.update(vars(key))
        key.dispose()
        del self._value_buffer
        self.multipart = None  # the parts are one file now
        self.acl = _shared(self.acl)
        self.disposed = True
        self.aside = aside
        self.look(self.path.stat())

    def look(self, found: os.stat_result) -> None:
        """Learn size and time from the file."""
        self.signature = signature_of(found)
        self.contentsize = found.st_size
        modified = dt.datetime.fromtimestamp(found.st_mtime_ns / 1e9, dt.UTC)
        self.last_modified = modified.replace(tzinfo=None)  # as moto writes UTC

    @property
    def path(self) -> Path:
        """The file with the bytes."""
        if self.aside is None:
            return self.files.place(self.bucket_name, self.name)
        return self.files.aside(self.bucket_name, self.aside)

    @property
    def value(self) -> bytes:
        """The bytes.

        Raises:
            MissingKey: a program removed the file after the object was looked up.
        """
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            raise MissingKey(key=self.name) from None

    @property
    def etag(self) -> str:
        """The MD5 of the bytes in quotes, as S3 has it for objects written in one piece."""
        if self._etag is None:
            try:
                with self.path.open("rb") as file:
                    self._etag = hashlib.file_digest(file, _md5).hexdigest()
            except FileNotFoundError:
                raise MissingKey(key=self.name) from None
        return f'"{self._etag}"'

    def keep_aside(self) -> None:
        """Keep the bytes when another version is about to take the object's place."""
        if self.aside is None:
            self.aside = self.files.link_aside(self.bucket_name, self.name)

    def take_place(self) -> None:
        """Become what every program sees under the object's name."""
        if self.aside is not None and not is_marker(self.name):
            self.files.make_room(self.bucket_name, self.name)
            self.path.replace(self.files.place(self.bucket_name, self.name))
            self.aside = None
            self.look(self.path.stat())

    def discard(self) -> None:
        """Remove the bytes that lie aside."""
        if self.aside is not None:
            with suppress(FileNotFoundError):
                self.path.unlink()

    def dispose(self, garbage: bool = False) -> None:  # ruff: ignore[boolean-type-hint-positional-argument, boolean-default-value-positional-argument] - moto's
        """Close nothing: there is no buffer."""

    def __getstate__(self) -> dict[str, object]:
        """Return what is worth saving: not the lock, not the ACL that nearly every object has."""
        state = vars(self).copy()
        del state["lock"]
        if self.acl is PRIVATE:
            del state["acl"]
        return state

    def __setstate__(self, state: dict[str, object]) -> None:
        self.acl = PRIVATE
        self.lock = Lock()
        self.__dict__.update(state)


def versions(bucket: FakeBucket, key_name: str) -> list[Any]:
    """Return all versions and delete markers of an object, the current one last."""
    return list(bucket.keys.getlist(key_name, []))


def versions_aside(bucket: FakeBucket, key_name: str) -> list[Any]:
    """Return the versions whose bytes do not hang on the file in the object's place."""
    return [
        version
        for version in versions(bucket, key_name)
        if not (isinstance(version, FileKey) and version.aside is None)
    ]


def is_lost(version: FakeKey | FakeDeleteMarker) -> bool:
    """Whether a version's bytes, that lay aside, are gone."""
    return isinstance(version, FileKey) and version.aside is not None and not version.path.exists()


def signature_of(found: os.stat_result) -> tuple[int, int, int]:
    """Return what changes when somebody writes the file anew."""
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _shared(acl: FakeAcl | None) -> FakeAcl | None:
    """Return one object for the usual ACL instead of thousands of equal ones."""
    is_usual = acl is not None and acl.to_config_dict() == PRIVATE.to_config_dict()
    return PRIVATE if is_usual else acl


def _md5() -> "hashlib._Hash":
    return hashlib.md5(usedforsecurity=False)
