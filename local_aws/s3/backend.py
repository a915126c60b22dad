"""moto's S3, with the bytes of every object in a file."""

import re
import time
from contextlib import suppress
from threading import RLock
from types import ModuleType
from typing import Any, TypeAlias, cast
from uuid import uuid4

import moto.s3.urls
from moto.s3 import notifications
from moto.s3.exceptions import InvalidBucketName, MissingKey
from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, FakeMultipart, S3Backend
from moto.s3.notifications import S3NotificationEvent

from local_aws.s3 import events
from local_aws.s3.conditions import expect, expect_new
from local_aws.s3.files import ObjectFiles, is_internal
from local_aws.s3.keys import FileKey, is_lost, signature_of, versions, versions_aside

# A bucket is a directory, so only AWS's own rule for names keeps "../x" out.
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")

Listing: TypeAlias = tuple[list[FakeKey], list[str], bool, str | None]


class DirectoryS3Backend(S3Backend):
    """moto's S3: before it answers it looks at the files, after it changed something it moves them.

    moto keeps the versions of an object in a list, the current one last. The rule here: if that
    last one is an object, its bytes are in the object's place; all other bytes lie aside.
    """

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.lock = RLock()
        self._lists_on = False

    @property
    def files(self) -> ObjectFiles:
        """Where the bytes are."""
        return FileKey.files

    @property
    def _url_module(self) -> ModuleType:  # moto derives it from the module's name: not ours
        return moto.s3.urls

    def create_bucket(self, bucket_name: str, *args: object, **options: object) -> FakeBucket:
        """Make a bucket and its directory."""
        if not BUCKET_NAME.fullmatch(bucket_name):
            raise InvalidBucketName
        bucket = super().create_bucket(bucket_name, *args, **options)
        self.files.create_bucket(bucket_name)
        return bucket

    def delete_bucket(self, bucket_name: str) -> FakeBucket | None:
        """Delete an empty bucket; None if it holds anything, be it a file of Spark's."""
        with self.lock:
            self._see_all(self.get_bucket(bucket_name), "")
            deleted = super().delete_bucket(bucket_name)
            if deleted:
                self.files.delete_bucket(bucket_name)
        return deleted

    def get_object(
        self, bucket_name: str, key_name: str, *args: object, **options: object
    ) -> FakeKey | None:
        """Return a version of an object as it is on disk."""
        with self.lock:
            self._see(self.get_bucket(bucket_name), key_name)
            return super().get_object(bucket_name, key_name, *args, **options)

    def list_objects(
        self, bucket: FakeBucket, prefix: str | None, *args: object, **options: object
    ) -> Listing:
        """List the objects that are on disk."""
        with self.lock:
            if not self._lists_on:
                self._see_all(bucket, prefix or "")
            keys, *rest = super().list_objects(bucket, prefix, *args, **options)
        return cast("Listing", ([key for key in keys if _has_etag(key)], *rest))

    def list_objects_v2(
        self,
        *args: object,
        continuation_token: str | None,
        **options: object,
    ) -> tuple[set[FakeKey | str], bool, str | None]:
        """List a page; later ones rest on what the first saw: to look at all files takes long."""
        with self.lock:
            self._lists_on = continuation_token is not None
            try:
                return super().list_objects_v2(
                    *args, continuation_token=continuation_token, **options
                )
            finally:
                self._lists_on = False

    def list_object_versions(
        self, bucket_name: str, *args: object, prefix: str = "", **options: object
    ) -> tuple[Any, ...]:
        """List the versions that are on disk and aside, and the delete markers."""
        with self.lock:
            self._see_all(self.get_bucket(bucket_name), prefix)
            return super().list_object_versions(bucket_name, *args, prefix=prefix, **options)

    def create_multipart_upload(self, *args: object, **options: object) -> FakeMultipart:
        """Begin an upload; the object will be dated now, not when it is completed, as S3 does."""
        upload = super().create_multipart_upload(*args, **options)
        upload.initiated = time.time_ns()
        return upload

    def put_object(
        self,
        bucket_name: str,
        key_name: str,
        value: bytes | str,
        *args: object,
        request_method: str = "PUT",
        disable_notification: bool = False,
        **options: object,
    ) -> FakeKey:
        """Write an object; no program ever sees a part of it."""
        data = value.encode() if isinstance(value, str) else value
        with self.lock:
            bucket = self.get_bucket(bucket_name)
            self._see(bucket, key_name)
            expect_new(bucket.keys.get(key_name))
            self.files.make_room(bucket_name, key_name)
            modified = getattr(options.get("multipart"), "initiated", None)
            aside = self.files.write_aside(bucket_name, data, modified)
            before = versions(bucket, key_name)
            options["disable_notification"] = True  # the bytes are not in place yet
            moto_key = super().put_object(bucket_name, key_name, b"", *args, **options)
            key = FileKey(moto_key, aside)
            key.sequencer = events.sequencer()
            bucket.keys.getlist(key_name)[-1] = key
            self._settle(bucket, key_name, before)
        if not disable_notification and "multipart" not in options:  # completion is told itself
            event = S3NotificationEvent.OBJECT_CREATED_PUT_EVENT
            if request_method == "POST":
                event = S3NotificationEvent.OBJECT_CREATED_POST_EVENT
            notifications.send_event(self.account_id, event, bucket, key)
        return key

    def delete_object(
        self,
        bucket_name: str,
        key_name: str,
        version_id: str | None = None,
        if_match: str | None = None,
        **options: object,
    ) -> tuple[bool, dict[str, Any]]:
        """Delete a version of an object, or put a delete marker on it.

        ``if_match`` is the ETag that its current version must have. moto tells a Lambda of it
        before it returns, and that may ask for objects: so not one lock around all, but the file
        out of sight first and what is left of it in order afterwards.
        """
        with self.lock:
            bucket = self.get_bucket(bucket_name)
            self._see(bucket, key_name)
            before = versions(bucket, key_name)
            current = before[-1] if before else None
            expect(current, if_match)
            if isinstance(current, FileKey) and version_id in {None, current.version_id}:
                current.keep_aside()
                self.files.remove(bucket_name, key_name)
        try:
            answer = super().delete_object(bucket_name, key_name, version_id, **options)
        finally:
            with self.lock:
                self._settle(bucket, key_name, before)
                after = versions(bucket, key_name)
        events.tell_deleted(bucket, before, after, key_name)
        return answer

    def forget_lost_versions(self) -> set[str]:
        """Let go of versions aside whose bytes are gone; return the file names of the others."""
        kept: set[str] = set()
        for bucket in self.buckets.values():
            self.files.create_bucket(bucket.name)  # somebody may have tidied up
            for key_name in list(bucket.keys):
                there = [each for each in versions(bucket, key_name) if not is_lost(each)]
                if there:
                    bucket.keys.setlist(key_name, there)
                else:
                    bucket.keys.pop(key_name)
                kept.update(
                    each.aside for each in there if isinstance(each, FileKey) and each.aside
                )
        return kept

    def _settle(self, bucket: FakeBucket, key_name: str, before: list[Any]) -> None:
        """Bring the files in line with the versions that moto holds now."""
        after = versions(bucket, key_name)
        current = after[-1] if after and isinstance(after[-1], FileKey) else None
        for version in before:
            if isinstance(version, FileKey) and version is not current:
                version.keep_aside() if version in after else version.discard()
        if current is not None:
            current.take_place()
        else:
            self.files.remove(bucket.name, key_name)

    def _see(self, bucket: FakeBucket, key_name: str) -> None:
        """Take notice of what somebody else did with the file of one object."""
        if is_internal(key_name):
            return
        found = self.files.stat(bucket.name, key_name)
        current = bucket.keys.get(key_name)
        is_in_place = isinstance(current, FileKey) and current.aside is None
        if found is None and is_in_place:
            self._drop(bucket, key_name)
        elif found is not None and not (is_in_place and current.signature == signature_of(found)):
            self._adopt(bucket, key_name)

    def _see_all(self, bucket: FakeBucket, prefix: str) -> None:
        """Take notice of what somebody else did with the files under ``prefix``."""
        known = {name for name in dict(bucket.keys) if name.startswith(prefix)}
        for name in known.union(self.files.under(bucket.name, prefix)):
            self._see(bucket, name)

    def _drop(self, bucket: FakeBucket, key_name: str) -> None:
        """Let go of an object whose file somebody else removed; older versions stay."""
        kept = versions_aside(bucket, key_name)
        if kept:
            bucket.keys.setlist(key_name, [*kept, FakeDeleteMarker(kept[-1])])
        else:
            bucket.keys.pop(key_name)

    def _adopt(self, bucket: FakeBucket, key_name: str) -> None:
        """Make an object of a file that somebody else wrote; what it overwrote is lost."""
        moto_key = FakeKey(
            name=key_name,
            value=b"",
            account_id=self.account_id,
            region_name=self.region_name,
            is_versioned=bucket.is_versioned,
            version_id=str(uuid4()) if bucket.is_versioned else "null",
            bucket_name=bucket.name,
            encryption=_default_encryption(bucket),
        )
        with suppress(FileNotFoundError):  # gone again
            key = FileKey(moto_key, aside=None)
            bucket.keys.setlist(key_name, [*versions_aside(bucket, key_name), key])


def _default_encryption(bucket: FakeBucket) -> str | None:
    """Return what S3 would encrypt an object with if its writer did not say."""
    if not bucket.encryption:
        return None
    default = bucket.encryption["Rule"]["ApplyServerSideEncryptionByDefault"]
    return cast("str", default["SSEAlgorithm"])


def _has_etag(key: FakeKey) -> bool:
    """Whether the bytes are still there: a file may vanish while it is listed."""
    try:
        return bool(key.etag)
    except MissingKey:
        return False
