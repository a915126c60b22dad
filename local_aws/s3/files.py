"""Which file holds which object.

``<s3_root>/<bucket>/<key>`` is the place of an object's current version: what every program sees.
``<aside>/<bucket>/<name>`` holds the bytes that nobody but the API may see: superseded versions,
folder markers (keys that end in "/") and uploads that are not complete yet.
"""

import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from moto.s3.exceptions import InvalidArgumentError

LONGEST_NAME = 255  # bytes, in every common file system
NOT_A_FILE_NAME = {"", ".", ".."}


class ObjectFiles:
    """The files of all buckets."""

    def __init__(self, s3_root: Path, aside: Path) -> None:
        self._s3_root = s3_root
        self._aside = aside

    def place(self, bucket: str, key: str) -> Path:
        """Return the file of the current version of ``key``."""
        return self._s3_root / bucket / key

    def aside(self, bucket: str, name: str) -> Path:
        """Return a file that is out of every program's sight."""
        return self._aside / bucket / name

    def create_bucket(self, bucket: str) -> None:
        """Make the directory of a bucket."""
        (self._s3_root / bucket).mkdir(parents=True, exist_ok=True)

    def delete_bucket(self, bucket: str) -> None:
        """Remove a bucket that holds no object any more, with what Spark left in it."""
        for directory in (self._s3_root / bucket, self._aside / bucket):
            with suppress(FileNotFoundError):
                shutil.rmtree(directory)

    def write_aside(self, bucket: str, value: bytes, modified: int | None = None) -> str:
        """Write ``value`` out of sight and return its name there.

        ``modified``: what the file is dated, in nanoseconds. Without, it is the exact time of now:
        the file system's own clock ticks only every few milliseconds, and versions are ordered by
        time.
        """
        name = uuid4().hex
        path = self.aside(bucket, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(value)
        modified = modified or time.time_ns()
        os.utime(path, ns=(modified, modified))
        return name

    def link_aside(self, bucket: str, key: str) -> str:
        """Give the current version of ``key`` a second name out of sight, and return it."""
        name = uuid4().hex
        path = self.aside(bucket, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.hardlink_to(self.place(bucket, key))
        return name

    def make_room(self, bucket: str, key: str) -> None:
        """Make the directory that ``key`` goes into.

        Raises:
            InvalidArgumentError: ``key`` is not the name of a file, or is taken by a folder.
        """
        if not is_file_name(key):
            raise InvalidArgumentError(
                f"the local S3 keeps objects as files, so no part of a key may be empty, '.', '..' "
                f"or longer than {LONGEST_NAME} bytes; {key!r} has such a part, choose another key",
                "key",
                key,
            )
        if not is_marker(key):
            self._make_directory_for(bucket, key)

    def _make_directory_for(self, bucket: str, key: str) -> None:
        path = self.place(bucket, key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError, NotADirectoryError):
                path.rmdir()  # an empty directory is no object and gives way
        except OSError as error:
            raise InvalidArgumentError(
                f"the local S3 keeps objects as files, so {key!r} cannot be an object while it, or "
                f"a part of it, is an object and a folder at once; choose another key",
                "key",
                key,
            ) from error

    def stat(self, bucket: str, key: str) -> os.stat_result | None:
        """Return the file of the current version, None where there is none."""
        if not is_file_name(key) or is_marker(key):
            return None
        try:
            found = self.place(bucket, key).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found if stat.S_ISREG(found.st_mode) else None

    def under(self, bucket: str, prefix: str) -> Iterator[str]:
        """Yield the key of every file whose key starts with ``prefix``."""
        folder, _, start = prefix.rpartition("/")
        if not is_file_name(prefix.rstrip("/") or "-") or is_internal(folder):
            return
        yield from _walk(self._s3_root / bucket / folder, f"{folder}/" if folder else "", start)

    def remove(self, bucket: str, key: str) -> None:
        """Remove the file of the current version, and the folders that are empty without it."""
        if self.stat(bucket, key) is None:
            return
        path = self.place(bucket, key)
        path.unlink(missing_ok=True)
        with suppress(OSError):  # the first folder that still holds something ends it
            for folder in path.relative_to(self._s3_root / bucket).parents[:-1]:
                (self._s3_root / bucket / folder).rmdir()

    def forget_all_aside_but(self, names: set[str]) -> None:
        """Remove what lies aside and belongs to no version: uploads that a crash cut short."""
        for path in self._aside.glob("*/*"):
            if path.name not in names:
                path.unlink()


def is_marker(key: str) -> bool:
    """Whether ``key`` is a folder marker, which has no file of its own."""
    return key.endswith("/")


def is_file_name(key: str) -> bool:
    """Whether ``key``, or the folder that it marks, can be a path below its bucket."""
    parts = key.removesuffix("/").split("/")
    return "\0" not in key and not any(
        part in NOT_A_FILE_NAME or len(part.encode()) > LONGEST_NAME for part in parts
    )


def is_internal(key: str) -> bool:
    """Whether a file of this name is Spark's scratch paper: uncommitted output or a checksum."""
    *folders, name = key.split("/")
    is_checksum = name.startswith(".") and name.endswith(".crc")
    return is_checksum or any(map(_is_scratch_folder, folders))


def _is_scratch_folder(name: str) -> bool:
    return name == "_temporary" or name.startswith(".spark-staging")


def _walk(folder: Path, prefix: str, start: str) -> Iterator[str]:
    """Yield the keys of what lies under ``folder`` in entries whose names begin with ``start``."""
    try:
        with os.scandir(folder) as scanned:
            entries = [entry for entry in scanned if entry.name.startswith(start)]
    except (FileNotFoundError, NotADirectoryError):
        return  # there is no such folder, or a program removed it just now
    for entry in entries:
        key = prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            if not _is_scratch_folder(entry.name):
                yield from _walk(Path(entry.path), f"{key}/", "")
        elif entry.is_file(follow_symlinks=False) and not is_internal(key):
            yield key
