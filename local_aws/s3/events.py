"""What a bucket that is configured to do so tells EventBridge of its objects.

Keys are as they are, not URL-encoded as in S3's other notifications; the size of a deleted object
and the version of an object that has none are left out.
Source: "EventBridge event message structure", S3's User Guide.
"""

import time
from typing import Any, TypeAlias
from uuid import uuid4

from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey
from moto.s3.notifications import S3NotificationEvent

from local_aws import event_bus
from local_aws.settings import HOST

_REASONS = {
    S3NotificationEvent.OBJECT_CREATED_PUT_EVENT: "PutObject",
    S3NotificationEvent.OBJECT_CREATED_POST_EVENT: "POST Object",
    S3NotificationEvent.OBJECT_CREATED_COPY_EVENT: "CopyObject",
    S3NotificationEvent.OBJECT_CREATED_COMPLETE_MULTIPART_UPLOAD_EVENT: "CompleteMultipartUpload",
}
_ETAG_OF_A_MARKER = "d41d8cd98f00b204e9800998ecf8427e"  # of no bytes

Version: TypeAlias = FakeKey | FakeDeleteMarker


def sequencer() -> str:
    """Return what is greater as text for the later of two changes of an object."""
    seconds, nanoseconds = divmod(time.time_ns(), 10**9)
    return f"{seconds:010X}{nanoseconds:08X}"


def tell_created(
    account_id: str, bucket: FakeBucket, event_name: S3NotificationEvent, key: FakeKey
) -> None:
    """Tell of a new object; moto calls it for every event of such a bucket, most are not sent."""
    if event_name not in _REASONS:
        return
    described = {"size": key.size, "etag": key.etag.strip('"'), **_version(key)}
    detail = {"object": {"key": key.name, **described, "sequencer": key.sequencer}}
    _send(account_id, bucket, "Object Created", {**detail, "reason": _REASONS[event_name]})


def tell_deleted(
    bucket: FakeBucket, before: list[Version], after: list[Version], name: str
) -> None:
    """Tell of the versions of an object that are gone, and of delete markers that are new."""
    if bucket.notification_configuration is None or (
        bucket.notification_configuration.event_bridge is None
    ):
        return
    for version in before:
        if version not in after:
            _tell_deleted(bucket, name, version, {}, "Permanently Deleted")
    for version in after:
        if isinstance(version, FakeDeleteMarker) and version not in before:
            marked = {"etag": _ETAG_OF_A_MARKER}
            _tell_deleted(bucket, name, version, marked, "Delete Marker Created")


def _tell_deleted(
    bucket: FakeBucket, name: str, version: Version, described: dict[str, str], deletion: str
) -> None:
    told = {"key": name, **described, **_version(version), "sequencer": sequencer()}
    detail = {"object": told, "reason": "DeleteObject", "deletion-type": deletion}
    _send(bucket.account_id, bucket, "Object Deleted", detail)


def _version(version: Version) -> dict[str, str]:
    return {} if version.version_id == "null" else {"version-id": version.version_id}


def _send(account_id: str, bucket: FakeBucket, kind: str, detail: dict[str, Any]) -> None:
    usual = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "request-id": uuid4().hex[:16].upper(),
        "requester": account_id,
        "source-ip-address": HOST,
    }
    place = event_bus.Place(account_id, bucket.region_name)
    event_bus.send(place, "aws.s3", kind, {**usual, **detail}, [bucket.arn])
