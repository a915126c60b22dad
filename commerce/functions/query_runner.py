"""Lambda: pages and saved queries over HTTP, read only, behind a function URL.

Event: that of a function URL. Environment: ``STUDENT_ID``; ``WORK_GROUP`` of Athena;
``SOURCE_TIME_ZONE``, that of days of sale; ``ANALYTICS_BUCKET``.

- ``GET /`` leads to the newest page, ``GET /reports/...`` is a page or a summary.
- ``GET /queries`` names the queries; ``GET /queries/<name>?first=D&last=D`` asks one, for other
  days than are saved if it has a range.

Nothing else is done: a statement is a file of ``commerce/queries``, and of a request only two days
get into it.
"""

import json
import logging
import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from commerce.view_statements import database, for_student
from glue_jobs.athena import Athena, AthenaError, Value

QUERIES = Path(__file__).parents[1] / "queries"
MOST_ROWS = 1000  # of an answer; an answer of Lambda is 6 MB at the most
PAGES = "reports/commerce/"
_REPORT = re.compile(
    r"/(reports/(?:commerce|daily)/dt=\d{4}-\d\d-\d\d/(?:index\.html|summary\.csv))", re.ASCII
)
_SAVED_DAY = re.compile(r"\bdate '(\d{4}-\d\d-\d\d)'")
_TYPES = {"html": "text/html; charset=utf-8", "csv": "text/csv; charset=utf-8"}
_LOG = logging.getLogger(__name__)
_LOG.setLevel(logging.INFO)

Response = dict[str, Any]


class RequestError(Exception):
    """A request is not answered; ``status`` is that of HTTP, the text one sentence."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def handler(event: dict[str, Any], _context: object = None) -> Response:
    """Answer a request; what is in the way is a status and one sentence."""
    path, method = event["rawPath"], event["requestContext"]["http"]["method"]
    try:
        response = _answer(method, path, event.get("queryStringParameters") or {})
    except RequestError as error:
        response = _json({"error": str(error)}, error.status)
    _LOG.info(json.dumps({"method": method, "path": path, "status": response["statusCode"]}))
    return response


def _answer(method: str, path: str, given: dict[str, str]) -> Response:
    if method not in {"GET", "HEAD"}:
        raise RequestError(405, f"pages and answers are read by GET, not by {method}")
    if path == "/":
        return _newest(boto3.client("s3"))
    if report := _REPORT.fullmatch(path):
        return _report(boto3.client("s3"), report[1])
    if path == "/queries":
        return _json({"queries": sorted(file.stem for file in QUERIES.glob("*.sql"))})
    if path.startswith("/queries/"):
        return _json(_ask(path.removeprefix("/queries/"), given))
    raise RequestError(404, f"there is no {path}; ask for / or /queries")


def _newest(s3: BaseClient) -> Response:
    """Lead to the newest page."""
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=os.environ["ANALYTICS_BUCKET"], Prefix=PAGES
    )
    keys = (item["Key"] for page in pages for item in page.get("Contents", []))
    newest = max((key for key in keys if key.endswith("/index.html")), default=None)
    if newest is None:
        raise RequestError(404, "there is no page yet; the state machine writes the first one")
    return {"statusCode": 302, "headers": {"location": f"/{newest}"}}


def _report(s3: BaseClient, key: str) -> Response:
    try:
        found = s3.get_object(Bucket=os.environ["ANALYTICS_BUCKET"], Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        raise RequestError(404, f"there is no {key}; its day has not been run") from error
    headers = {"content-type": _TYPES[key.rpartition(".")[2]], "cache-control": "no-store"}
    return {"statusCode": 200, "headers": headers, "body": found["Body"].read().decode()}


def _ask(name: str, given: dict[str, str]) -> dict[str, object]:
    """Return what a saved query answers.

    ``columns``: Athena's types by name; ``rows``: a thousand at the most, and ``is_complete``
    whether that is all; money is text, days and times are ISO 8601.
    """
    statement, student = _statement(name, given), os.environ["STUDENT_ID"]
    athena = Athena(boto3.client("athena"), os.environ["WORK_GROUP"])
    text = for_student(statement, student, os.environ["SOURCE_TIME_ZONE"])
    try:
        answer = athena.ask(text, database("gold", student), most=MOST_ROWS + 1)
    except AthenaError as error:
        raise RequestError(502, str(error).partition("; it was:")[0]) from error
    rows = answer.rows[:MOST_ROWS]
    return {"columns": answer.types, "rows": rows, "is_complete": rows == answer.rows}


def _statement(name: str, given: dict[str, str]) -> str:
    """Return a saved query, without its comments, for the days that are asked for."""
    files = {file.stem: file for file in QUERIES.glob("*.sql")}
    if name not in files:
        raise RequestError(404, f"there is no query {name!r}; GET /queries names them")
    text = re.sub(r"--.*", "", files[name].read_text(encoding="utf-8"))
    saved = dict(zip(("first", "last"), _SAVED_DAY.findall(text), strict=False))
    if unknown := sorted(given.keys() - saved.keys()):
        takes = " and ".join(saved) or "nothing"
        raise RequestError(400, f"{name} takes {takes}, not {', '.join(unknown)}")
    days = iter([_day(given, parameter, day) for parameter, day in saved.items()])
    return _SAVED_DAY.sub(lambda _: f"date '{next(days)}'", text)


def _day(given: dict[str, str], parameter: str, saved: str) -> date:
    text = given.get(parameter, saved)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestError(400, f"{parameter} is a day, YYYY-MM-DD, not {text!r}") from error


def _json(content: object, status: int = 200) -> Response:
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(content, default=_text)}


def _text(value: Value) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
