"""Lambda: what the customers API has had since the last time becomes one delivered file, or none.

Event: ``{"date": "2026-03-02"}``, the day to deliver for; without it today, in UTC. Environment:
``CUSTOMERS_API_URL``; ``BUCKET``; ``SECRET_ARN`` of the API's token, empty if it needs none;
``MAX_FILE_BYTES``, above which a file would be refused.

The file, ``landing/customers/date=D/api-<start>.json``, is the only write, after the last page. Its
name, and so its receipt's, says when its fetch began: the next fetch asks for what was updated from
an hour before the newest accepted one on. What was never accepted is fetched again.
"""

import json
import logging
import os
import re
import tempfile
from datetime import UTC, date, datetime, timedelta
from typing import IO, Any, NamedTuple

import boto3
from botocore.client import BaseClient

from commerce.functions.customers_api import ApiError, CustomersApi

OVERLAP = timedelta(hours=1)  # clocks differ, and what is being written is seen a little later
_RECEIPTS = "receipts/source=customers/"
_START = "%Y%m%dT%H%M%SZ"
_FETCHED = re.compile(r"date=[^/]+/api-(\d{8}T\d{6}Z)\.json-[0-9a-f]{12}\.json")
_LOG = logging.getLogger(__name__)
_LOG.setLevel(logging.INFO)


class _Fetched(NamedTuple):
    pages: int
    customers: int


def handler(event: dict[str, Any], _context: object = None) -> dict[str, Any]:
    """Fetch what is new.

    Returns:
        ``key`` of the file, None if nothing is new; ``pages`` and ``customers``; ``updated_since``,
        None if all customers were asked for.

    Raises:
        ApiError: the API did not answer as promised; nothing is stored.
    """
    start = datetime.now(UTC)
    day = date.fromisoformat(event.get("date") or start.date().isoformat())
    s3, bucket = boto3.client("s3"), os.environ["BUCKET"]
    since = _updated_since(s3, bucket)
    api = CustomersApi(os.environ["CUSTOMERS_API_URL"], _token(os.environ.get("SECRET_ARN", "")))
    key = None
    with tempfile.TemporaryFile() as file:
        fetched = _fetch(api, since, file, int(os.environ["MAX_FILE_BYTES"]))
        if fetched.customers:
            key = f"landing/customers/date={day}/api-{start.strftime(_START)}.json"
            file.seek(0)
            s3.put_object(Bucket=bucket, Key=key, Body=file)
    answer = {"key": key, **fetched._asdict(), "updated_since": since}
    _LOG.info(json.dumps(answer))
    return answer


def _token(secret: str) -> str:
    if not secret:
        return ""
    secrets = boto3.client("secretsmanager")
    return str(secrets.get_secret_value(SecretId=secret)["SecretString"]).strip()


def _updated_since(s3: BaseClient, bucket: str) -> str | None:
    """Return from when on customers are asked for, None if none was ever accepted."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=_RECEIPTS)
    keys = (item["Key"] for page in pages for item in page.get("Contents", []))
    found = (_FETCHED.fullmatch(key, len(_RECEIPTS)) for key in keys)
    newest_first = sorted(((match[1], match.string) for match in found if match), reverse=True)
    for start, key in newest_first:
        receipt = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        if receipt["verdict"] == "accepted":
            began = datetime.strptime(start, _START).replace(tzinfo=UTC)
            return (began - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")
    return None


def _fetch(api: CustomersApi, since: str | None, file: IO[bytes], most: int) -> _Fetched:
    """Write all customers to a file of so many bytes at the most, one a line."""
    pages = customers = 0
    for page in api.pages(since):
        pages += 1
        customers += len(page)
        file.writelines(json.dumps(customer).encode() + b"\n" for customer in page)
        if file.tell() > most:
            raise ApiError(
                f"the customers API was to send at most {most} bytes, but its first {pages} "
                f"pages are more; nothing was stored: have it send what changed, or smaller records"
            )
    return _Fetched(pages, customers)
