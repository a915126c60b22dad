"""What a file leaves beside its bytes: a receipt, and a note of its content."""

import json
from typing import NamedTuple

from botocore.client import BaseClient
from botocore.exceptions import ClientError

_ATTEMPTS = 5
_EXISTS, _CONFLICT = 412, 409  # S3's answers to If-None-Match


class Receipt(NamedTuple):
    """A row of ``file_receipts``. Of a refused file ``raw_key`` and ``records`` are None."""

    landing_key: str
    raw_key: str | None
    sha256: str | None  # None of a file that is too large to be read
    duplicate_of: str | None  # the landing key of the first accepted file with this content
    bytes: int
    records: int | None
    columns: tuple[str, ...]  # of CSV in the file's order, of JSON as they were found
    unknown_fields: tuple[str, ...]
    verdict: str
    reasons: tuple[str, ...]
    received_at: str  # ISO 8601 in UTC, when the upload began: type string in Athena
    version_id: str


def put_receipt(s3: BaseClient, bucket: str, key: str, receipt: Receipt) -> None:
    """Store a receipt as one line of JSON."""
    body = json.dumps(receipt._asdict()).encode() + b"\n"
    s3.put_object(Bucket=bucket, Key=key, Body=body)


def note_content(s3: BaseClient, bucket: str, key: str, landing_key: str) -> str:
    """Note under a content's key which file brought it; return the first that did."""
    named = {"Bucket": bucket, "Key": key}
    body = json.dumps({"landing_key": landing_key}).encode()
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            s3.put_object(**named, Body=body, IfNoneMatch="*")
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == _EXISTS:
                return str(json.loads(s3.get_object(**named)["Body"].read())["landing_key"])
            if status != _CONFLICT or attempt == _ATTEMPTS:
                raise
        else:
            break
    return landing_key
