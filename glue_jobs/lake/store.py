"""A bucket's objects by key, below one prefix."""

import json
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, islice
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlparse

from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

DELETE_BATCH = 1000  # keys a DeleteObjects call takes
Parsed = TypeVar("Parsed")

REQUESTS = 8  # at once; a client keeps ten connections
# S3's answers about an object that is not there, that changes just now, or that is another.
NOT_THE_SAME = {404, 409, 412}


class Stored(NamedTuple):
    """An object as a listing shows it; ``size`` in bytes."""

    key: str
    modified: datetime
    size: int
    etag: str


class Store:
    """Objects below ``s3://bucket/prefix/``."""

    def __init__(self, s3: BaseClient, path: str) -> None:
        parsed = urlparse(path)
        self._s3 = s3
        self._bucket = parsed.netloc
        self._prefix = parsed.path.lstrip("/")

    @property
    def region(self) -> str:
        """Where the bucket is asked for."""
        return str(self._s3.meta.region_name)

    def uri(self, key: str) -> str:
        """Return the URI of a key."""
        return f"s3://{self._bucket}/{self._prefix}{key}"

    def key(self, uri: str) -> str:
        """Return the key of a URI made by ``uri``."""
        return uri.removeprefix(self.uri(""))

    def list(self, prefix: str) -> Iterator[Stored]:
        """Yield every object below a prefix, but for those that the console makes for folders."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix
        )
        for item in chain.from_iterable(page.get("Contents", []) for page in pages):
            key = item["Key"].removeprefix(self._prefix)
            if not key.endswith("/"):
                yield Stored(key, item["LastModified"], item["Size"], item["ETag"])

    def read(self, key: str) -> bytes:
        """Return an object's bytes."""
        return self._s3.get_object(Bucket=self._bucket, Key=self._prefix + key)["Body"].read()

    def read_json(self, key: str, shape: Callable[[Any], Parsed]) -> Parsed | None:
        """Return what an object says, as of ``parse_json``."""
        return parse_json(self.read(key), shape)

    def read_end(self, key: str, size: int) -> bytes:
        """Return the last bytes of an object that has as many."""
        of_object = {"Bucket": self._bucket, "Key": self._prefix + key}
        return self._s3.get_object(**of_object, Range=f"bytes=-{size}")["Body"].read()

    def stream(self, key: str) -> StreamingBody:
        """Return an object's bytes as a stream, whatever its version."""
        return self._s3.get_object(Bucket=self._bucket, Key=self._prefix + key)["Body"]

    def open(self, key: str, etag: str) -> StreamingBody:
        """Return an object's bytes as a stream.

        Raises:
            botocore.exceptions.ClientError: it is not the one with the ETag (412).
        """
        of_object = {"Bucket": self._bucket, "Key": self._prefix + key}
        return self._s3.get_object(**of_object, IfMatch=etag)["Body"]

    def move(self, key: str, target: str, etag: str) -> None:
        """Give an object another key, if it is still the one with the ETag.

        Raises:
            botocore.exceptions.ClientError: it was written again meanwhile (412).
        """
        source = {"Bucket": self._bucket, "Key": self._prefix + key}
        self._s3.copy_object(
            Bucket=self._bucket,
            Key=self._prefix + target,
            CopySource=source,
            CopySourceIfMatch=etag,
            TaggingDirective="REPLACE",  # to copy tags takes more rights
        )
        self._s3.delete_object(**source, IfMatch=etag)

    def write(self, key: str, body: bytes) -> None:
        """Store an object."""
        self._s3.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=body)

    def write_all(self, bodies: Iterable[tuple[str, bytes]]) -> None:
        """Store objects, some at once; no more of them are held than are on their way."""
        remaining = iter(bodies)
        with ThreadPoolExecutor(REQUESTS) as pool:
            while batch := list(islice(remaining, REQUESTS)):
                list(pool.map(self.write, *zip(*batch, strict=True)))

    def create(self, key: str, body: bytes) -> str | None:
        """Store an object where there is none; return its ETag, or None where there is one."""
        with _unless_another():
            answer = self._s3.put_object(**self._name(key), Body=body, IfNoneMatch="*")
            return str(answer["ETag"])
        return None

    def head(self, key: str) -> dict[str, Any] | None:
        """Return what S3 says of an object, None where there is none."""
        with _unless_another():
            return dict(self._s3.head_object(**self._name(key)))
        return None

    def etag(self, key: str) -> str | None:
        """Return the ETag of an object, None where there is none."""
        found = self.head(key)
        return str(found["ETag"]) if found else None

    def find(self, key: str, most: int) -> tuple[bytes, str] | None:
        """Return an object's first bytes, so many at the most, and its ETag; None without one."""
        with _unless_another():
            answer = self._s3.get_object(**self._name(key))
            with answer["Body"] as body:
                return body.read(most), str(answer["ETag"])
        return None

    def remove(self, key: str, etag: str) -> None:
        """Remove an object if it is still the one with the ETag."""
        with _unless_another():
            self._s3.delete_object(**self._name(key), IfMatch=etag)

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects.

        Raises:
            DeleteError: S3 kept some of them.
        """
        remaining = iter(keys)
        while batch := list(islice(remaining, DELETE_BATCH)):
            objects = [{"Key": self._prefix + key} for key in batch]
            answer = self._s3.delete_objects(
                Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True}
            )
            if answer.get("Errors"):
                raise DeleteError(
                    f"S3 was told to remove {len(batch)} objects of bucket {self._bucket!r} but "
                    f"answered {answer['Errors']}; check s3:DeleteObject in the job's role"
                )

    def _name(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}


def parse_json(body: bytes, shape: Callable[[Any], Parsed]) -> Parsed | None:
    """Return what JSON says; None if it is none, or ``shape`` cannot make anything of it."""
    try:
        return shape(json.loads(body))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


@contextmanager
def _unless_another() -> Generator[None]:
    """Go on after S3's answer that an object is not the one that is meant."""
    try:
        yield
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] not in NOT_THE_SAME:
            raise


class DeleteError(Exception):
    """S3 did not remove what it was told to remove."""
