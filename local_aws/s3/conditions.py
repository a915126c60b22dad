"""Requests that are carried out only if an object is still the one that the caller knows.

S3's documentation: "Add preconditions to S3 operations with conditional requests". Conditions that
neither moto nor this module looks at are refused: carried out all the same, they would do harm.
"""

from contextvars import ContextVar
from urllib.parse import parse_qs, unquote, urlsplit

from moto.core.common_types import TYPE_RESPONSE
from moto.s3.exceptions import MissingKey, PreconditionFailed, S3ClientError
from moto.s3.models import FakeDeleteMarker, FakeKey
from moto.s3.responses import S3Response

_SOURCE = "x-amz-copy-source"
_SOURCE_MATCHES = "x-amz-copy-source-if-match"
_SOURCE_DATES = ("x-amz-copy-source-if-modified-since", "x-amz-copy-source-if-unmodified-since")
_TARGET = ("If-Match", "If-None-Match")
_DIRECTORY_BUCKETS = ("x-amz-if-match-size", "x-amz-if-match-last-modified-time")

# Whether the request that is being answered may only write what is not there: If-None-Match.
_only_if_new: ContextVar[bool] = ContextVar("only_if_new", default=False)


class ConditionNotOfferedError(S3ClientError):
    """A condition that the local S3 does not look at."""

    code = "NotImplemented"

    def __init__(self, condition: str, request: str) -> None:
        super().__init__(f"the local S3 does not look at {condition} in {request}; leave it out")


class ConditionalS3Response(S3Response):
    """moto's S3, which writes, copies and deletes conditionally as S3 does."""

    def get_object(self) -> TYPE_RESPONSE:
        """Answer with an object; headers and bytes are of one version, whoever writes meanwhile."""
        with self.backend.lock:
            return super().get_object()

    def put_object(self) -> TYPE_RESPONSE:
        """Write an object, with IfNoneMatch only if there is none: one of many that try at once."""
        token = _only_if_new.set(self.headers.get("If-None-Match") == "*")
        try:
            return super().put_object()
        finally:
            _only_if_new.reset(token)

    def copy_object(self) -> TYPE_RESPONSE:
        """Copy an object, with CopySourceIfMatch only if it has that ETag."""
        self._refuse("CopyObject", *_SOURCE_DATES, *_TARGET)
        wanted = self.headers.get(_SOURCE_MATCHES)
        source = self._source() if wanted else None
        if source is not None and not _has_etag(source, wanted):
            raise PreconditionFailed(_SOURCE_MATCHES)
        return super().copy_object()

    def upload_part_copy(self) -> TYPE_RESPONSE:
        """Copy a part of an object."""
        self._refuse("UploadPartCopy", _SOURCE_MATCHES, f"{_SOURCE}-if-none-match", *_SOURCE_DATES)
        return super().upload_part_copy()

    def delete_object(self) -> TYPE_RESPONSE:
        """Delete an object, with IfMatch only if it has that ETag, or is there at all for ``*``."""
        self._refuse("DeleteObject", *_DIRECTORY_BUCKETS)
        _, answer = self.backend.delete_object(
            self.bucket_name,
            self.parse_key_name(),
            version_id=self._get_param("versionId"),
            bypass=self.headers.get("X-Amz-Bypass-Governance-Retention"),
            if_match=self.headers.get("If-Match"),
        )
        return 204, {f"x-amz-{name}": value for name, value in answer.items()}, ""

    def _bucket_response_delete_keys(
        self,
        bucket_name: str,
        authenticated: bool = True,  # ruff: ignore[boolean-type-hint-positional-argument, boolean-default-value-positional-argument] - moto's
    ) -> TYPE_RESPONSE:
        if any(f"<{name}>".encode() in self.body for name in ("ETag", "LastModifiedTime", "Size")):
            raise ConditionNotOfferedError("ETag, LastModifiedTime and Size", "DeleteObjects")
        return super()._bucket_response_delete_keys(bucket_name, authenticated)

    def _refuse(self, request: str, *conditions: str) -> None:
        for condition in conditions:
            if condition in self.headers:
                raise ConditionNotOfferedError(condition, request)

    def _source(self) -> FakeKey | None:
        """Return what is to be copied; None if it is not there."""
        source = urlsplit(self.headers[_SOURCE])
        bucket, _, key = unquote(source.path).lstrip("/").partition("/")
        version = parse_qs(source.query).get("versionId", [None])[0]
        return self.backend.get_object(bucket, key, version_id=version)


def expect_new(current: FakeKey | FakeDeleteMarker | None) -> None:
    """Check that a key holds nothing now, if the request may only write what is not there.

    Raises:
        PreconditionFailed: it holds an object.
    """
    if _only_if_new.get() and isinstance(current, FakeKey):
        raise PreconditionFailed("If-None-Match")


def expect(current: FakeKey | FakeDeleteMarker | None, if_match: str | None) -> None:
    """Check that what a key holds now has the ETag in the request's If-Match, if it has one.

    Raises:
        MissingKey: there is no object, so not one with any ETag.
        PreconditionFailed: it is another object.
    """
    if if_match and not isinstance(current, FakeKey):
        raise MissingKey
    if if_match and not _has_etag(current, if_match):
        raise PreconditionFailed("If-Match")


def _has_etag(key: FakeKey, wanted: str) -> bool:
    """Tell whether it does, in quotes or not; ``*`` is the ETag of every object."""
    return wanted == "*" or wanted.strip('"') == key.etag.strip('"')
