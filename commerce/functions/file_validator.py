"""Lambda: a delivered file becomes a raw file, or lies in quarantine; its receipt says which.

Event: EventBridge's "Object Created" of S3, or ``{"bucket": ..., "key": ...}`` for the version
that is current. Environment: ``MAX_FILE_BYTES``, default 512 MB.

Writes, in this order: raw file, archive, the note of the content, receipt (of a refused file:
quarantine, receipt), and last the delivered version is deleted. All of them are functions of that
version, so after a crash anywhere the same call, or one for the current version, completes them.
"""

import hashlib
import json
import logging
import os
import tempfile
from functools import cache
from typing import Any, BinaryIO

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from commerce.functions import csv_records, json_records, raw_lines
from commerce.functions.landing import Address, GoneError, Landed, address, is_delivery
from commerce.functions.raw_lines import (
    EMPTY_FILE,
    MAX_NAME,
    MAX_NAMES,
    TOO_LARGE,
    Records,
    RefusedError,
)
from commerce.functions.receipts import Receipt, note_content, put_receipt
from glue_jobs.commerce.contracts import CONTRACTS, CSV

BINARY = "binary"
MAX_FILE_BYTES = 512 << 20

_HEAD = 1 << 16  # bytes
# Zip and xlsx, gzip, bzip2, Zstandard, Parquet; most binary files have a zero byte.
_MAGIC = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\x28\xb5\x2f\xfd", b"PAR1")
_LOG = logging.getLogger(__name__)
_LOG.setLevel(logging.INFO)


@cache
def s3() -> BaseClient:
    """Return the client of S3; a function that is called again has it already."""
    return boto3.client("s3")


def handler(event: dict[str, Any], _context: object = None) -> dict[str, Any]:
    """Handle one delivered version.

    Returns:
        ``verdict``: accepted, refused, ignored (no delivery by its key) or gone (handled before,
        or removed); of the first two ``reasons``, ``receipt`` (its key) and ``records``.
    """
    bucket, key, version = _object(event)
    if not is_delivery(key):
        return {"verdict": "ignored"}
    try:
        answer = _handle(s3(), Landed(s3(), bucket, key, version))
    except GoneError:
        return {"verdict": "gone"}
    _LOG.info(json.dumps(answer))
    return answer


def _object(event: dict[str, Any]) -> tuple[str, str, str | None]:
    """Return bucket, key and version; EventBridge, unlike S3's own events, quotes no key."""
    if "detail" in event:
        found = event["detail"]["object"]
        return event["detail"]["bucket"]["name"], found["key"], found.get("version-id")
    return event["bucket"], event["key"], None


def _handle(client: BaseClient, landed: Landed) -> dict[str, Any]:
    place = address(landed.key, landed.received)
    if landed.size > int(os.environ.get("MAX_FILE_BYTES", MAX_FILE_BYTES)):
        return _refuse(client, landed, place, None, RefusedError(*place.faults, TOO_LARGE))
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as raw:
        sha256 = landed.download(file)
        try:
            found = read(file, landed.size, place)
            records = raw_lines.write(found.lines, raw)
        except RefusedError as error:
            return _refuse(client, landed, place, sha256, error)
        file.close()
        columns = tuple(found.columns)
        receipt = _receipt(landed, place, sha256, columns)._replace(
            raw_key=place.key("raw/", sha256, ".jsonl.gz"), records=records, verdict="accepted"
        )
        return _accept(client, landed, place, receipt, raw)


def read(file: BinaryIO, size: int, place: Address) -> Records:
    """Return what a file holds.

    Raises:
        RefusedError: its key, its bytes or its columns are not as promised.
    """
    if place.faults:
        raise RefusedError(*place.faults)
    if not size:
        raise RefusedError(EMPTY_FILE)
    file.seek(0)
    head = file.read(_HEAD)
    if head.startswith(_MAGIC) or b"\x00" in head:
        raise RefusedError(BINARY)
    contract = CONTRACTS[place.source]
    if contract.format == CSV:
        return csv_records.read(file, contract)
    return json_records.read(file, size)


def _receipt(
    landed: Landed, place: Address, sha256: str | None, columns: tuple[str, ...]
) -> Receipt:
    """Return what a receipt says of any file; the rest is that of a refused one."""
    names = tuple(name[:MAX_NAME] for name in columns[:MAX_NAMES])
    known = CONTRACTS[place.source].fields if place.source in CONTRACTS else {}
    return Receipt(
        landing_key=landed.key,
        raw_key=None,
        sha256=sha256,
        duplicate_of=None,
        bytes=landed.size,
        records=None,
        columns=names,
        unknown_fields=tuple(name for name in names if name not in known),
        verdict="refused",
        reasons=(),
        received_at=landed.received.strftime("%Y-%m-%dT%H:%M:%SZ"),
        version_id=landed.version,
    )


def _accept(
    client: BaseClient, landed: Landed, place: Address, receipt: Receipt, raw: BinaryIO
) -> dict[str, Any]:
    sha256 = str(receipt.sha256)
    _put_raw(client, landed.bucket, receipt, raw)
    landed.copy(place.key("archive/", sha256))
    content = f"content/{place.source}/{sha256}"
    first = note_content(client, landed.bucket, content, landed.key)
    duplicate_of = None if first == landed.key else first
    return _close(client, landed, place, receipt._replace(duplicate_of=duplicate_of))


def _put_raw(client: BaseClient, bucket: str, receipt: Receipt, raw: BinaryIO) -> None:
    """Store the raw file by one PutObject: the job's bookmark goes by when an upload began.

    One that is there already stays as it is: written again, it would be read again.
    """
    named = {"Bucket": bucket, "Key": receipt.raw_key}
    metadata = {"records": str(receipt.records), "sha256": receipt.sha256}
    size = raw.seek(0, os.SEEK_END)
    try:
        there = client.head_object(**named)
        if (there["Metadata"], there["ContentLength"]) == (metadata, size):
            return
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
    raw.seek(0)
    client.put_object(**named, Body=raw, Metadata=metadata)


def _refuse(
    client: BaseClient, landed: Landed, place: Address, sha256: str | None, error: RefusedError
) -> dict[str, Any]:
    receipt = _receipt(landed, place, sha256, error.columns)._replace(reasons=error.reasons)
    landed.copy(place.key("quarantine/", _digest(landed, receipt)))
    return _close(client, landed, place, receipt)


def _close(client: BaseClient, landed: Landed, place: Address, receipt: Receipt) -> dict[str, Any]:
    """Write the receipt, and only then delete what was delivered."""
    key = place.key("receipts/source=", _digest(landed, receipt), ".json")
    put_receipt(client, landed.bucket, key, receipt)
    landed.delete()
    return {
        "verdict": receipt.verdict,
        "reasons": receipt.reasons,
        "receipt": key,
        "records": receipt.records,
    }


def _digest(landed: Landed, receipt: Receipt) -> str:
    """Return the content's hash; the ETag's for a file that is too large to be read."""
    return receipt.sha256 or hashlib.sha256(landed.etag.encode()).hexdigest()
