"""Lambda: the delivered files that nobody has checked yet, and whether a day is done.

Event: ``{"date": "2026-03-02", "after": ""}``: the day, and after which key to go on. Environment:
``LANDING_BUCKET``, ``ANALYTICS_BUCKET``.

A day is done if its summary is there and nothing came since the execution began that left it.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from commerce.functions.landing import LANDING, is_delivery

MOST = 40  # keys; an answer is 256 KiB at the most, and a key may take 6 KiB of it
SUMMARY = "reports/commerce/dt={}/summary.csv"
BEGUN = "begun"  # the summary's own metadata: when that execution began
RECEIPTS = "receipts/"


def handler(event: dict[str, Any], _context: object = None) -> dict[str, Any]:
    """List what is there.

    Returns:
        ``keys`` of files of any day, 40 at the most; ``after``: the last of them if there are
        more, else empty; ``is_done``.
    """
    s3 = boto3.client("s3")
    waiting = _waiting(s3, os.environ["LANDING_BUCKET"], event.get("after", ""))
    keys = [*islice(waiting, MOST)]
    after = keys[-1] if any(waiting) else ""
    return {"keys": keys, "after": after, "is_done": not keys and _is_done(s3, event["date"])}


def _waiting(s3: BaseClient, bucket: str, after: str) -> Iterator[str]:
    listed = _listed(s3, bucket, LANDING, after)
    return (item["Key"] for item in listed if is_delivery(item["Key"]))


def _is_done(s3: BaseClient, day: str) -> bool:
    begun = _begun(s3, day)
    receipts = _listed(s3, os.environ["LANDING_BUCKET"], RECEIPTS)
    # S3 tells whole seconds: what came in the second of the beginning counts as new.
    return begun is not None and all(each["LastModified"] < begun for each in receipts)


def _begun(s3: BaseClient, day: str) -> datetime | None:
    """Return when the execution began that left the summary of a day, None if there is none."""
    try:
        head = s3.head_object(Bucket=os.environ["ANALYTICS_BUCKET"], Key=SUMMARY.format(day))
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
        return None
    return datetime.fromisoformat(head["Metadata"][BEGUN]).replace(microsecond=0)


def _listed(s3: BaseClient, bucket: str, prefix: str, after: str = "") -> Iterator[dict[str, Any]]:
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=prefix, StartAfter=after
    )
    return (item for page in pages for item in page.get("Contents", []))
