"""A bucket's objects by key, below one prefix."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from typing import NamedTuple
from urllib.parse import urlparse

from botocore.client import BaseClient
from botocore.response import StreamingBody

DELETE_BATCH = 1000  # keys a DeleteObjects call takes


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

    def uri(self, key: str) -> str:
        """Return the URI of a key."""
        return f"s3://{self._bucket}/{self._prefix}{key}"

    def key(self, uri: str) -> str:
        """Return the key of a URI made by ``uri``."""
        return uri.removeprefix(self.uri(""))

    def list(self, prefix: str) -> Iterator[Stored]:
        """Yield every object below a prefix."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix
        )
        for item in chain.from_iterable(page.get("Contents", []) for page in pages):
            key = item["Key"].removeprefix(self._prefix)
            yield Stored(key, item["LastModified"], item["Size"], item["ETag"])

    def has_objects(self, prefix: str) -> bool:
        """Return whether any object lies below a prefix; costs one request."""
        found = self._s3.list_objects_v2(
            Bucket=self._bucket, Prefix=self._prefix + prefix, MaxKeys=1
        )
        return found["KeyCount"] > 0

    def read(self, key: str) -> bytes:
        """Return an object's bytes."""
        return self._s3.get_object(Bucket=self._bucket, Key=self._prefix + key)["Body"].read()

    def read_end(self, key: str, size: int) -> bytes:
        """Return the last bytes of an object that has as many."""
        of_object = {"Bucket": self._bucket, "Key": self._prefix + key}
        return self._s3.get_object(**of_object, Range=f"bytes=-{size}")["Body"].read()

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
        )
        self._s3.delete_object(**source, IfMatch=etag)

    def write(self, key: str, body: bytes) -> None:
        """Store an object."""
        self._s3.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=body)

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


class DeleteError(Exception):
    """S3 did not remove what it was told to remove."""
