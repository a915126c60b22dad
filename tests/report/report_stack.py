"""The stack, the events and the pages of the tests of the report, and the browser they open in."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import boto3
import pytest
from playwright.sync_api import Browser

from glue_jobs.report.writing import NAMES, write
from tests import oracle
from tests.pipeline import Pipeline, deploy
from tests.report.report_browser import DESKTOP, Opened, browser, opened
from tests.tools import demo

DAY = "2026-03-02"  # of the sample
QUIET = "2026-03-05"  # no event, but the sample in its week
AFTER = "2026-03-09"  # no event in its week, the sample in the week before
NEVER = "2025-01-31"  # nothing in its week, nothing in its month
ODD = "</script><b>\"&'\u00e9"  # nobody checks what a product or category is called
# Names that are something else to a browser, to its engine, to Vega, or to us.
LOOKALIKES = ("all", "0", " books ", "__proto__", "toString", "null", "a\r\nb", "x" * 3000)


@pytest.fixture(scope="module")
def pipeline(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """A stack that has loaded the sample hour and one file with odd names."""
    request.getfixturevalue("aws_environment")
    pipeline = deploy("capstone-report", "report")
    for file in sorted(demo.SAMPLE_DATA.glob("events-*.jsonl.gz")):
        pipeline.deliver(file, demo.raw_key(file.name))
    odd = tmp_path_factory.mktemp("raw") / "events-20260302T190000Z.jsonl.gz"
    odd.write_bytes(gzip.compress("\n".join(map(json.dumps, odd_events())).encode()))
    pipeline.deliver(odd, demo.raw_key(odd.name))
    pipeline.run()
    return pipeline


@pytest.fixture(scope="module")
def week(pipeline: Pipeline) -> list[oracle.Event]:
    """The distinct valid events of the raw files; all are of the day's week."""
    return oracle.judge(pipeline.delivered)[1]


@pytest.fixture(scope="module")
def events(week: list[oracle.Event]) -> list[oracle.Event]:
    """Those of the day."""
    return [event for event in week if event.time.date().isoformat() == DAY]


@pytest.fixture(scope="module")
def reports(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a page for each day, named after it."""
    folder = tmp_path_factory.mktemp("reports")
    for day in (DAY, QUIET, NEVER):
        write_to(pipeline, day, folder / f"{day}.html")
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def report(reports: Path, chromium: Browser) -> Iterator[Opened]:
    """The page of the day, as it opens; tests that choose something open their own."""
    with opened(chromium, reports / f"{DAY}.html", DESKTOP) as shown:
        yield shown


def names(pipeline: Pipeline) -> dict[str, str]:
    """Return what the stack's report job says where to ask and where to write."""
    job = boto3.client("glue").get_job(JobName=pipeline.stack["ReportJobName"])["Job"]
    return {name: job["DefaultArguments"][f"--{name}"] for name in NAMES}


def write_to(pipeline: Pipeline, day: str, file: Path) -> None:
    """Write the report of a day in this process, and copy its page to a file."""
    write(date.fromisoformat(day), datetime.now(UTC), names(pipeline))
    file.write_bytes(stored(pipeline, day)["Body"].read())


def stored(pipeline: Pipeline, day: str) -> dict:
    """Return the object that is the report of a day."""
    bucket, _, folder = pipeline.stack["ReportsUri"].removeprefix("s3://").partition("/")
    return boto3.client("s3").get_object(Bucket=bucket, Key=f"{folder}dt={day}/index.html")


def odd_events() -> Iterator[dict]:
    """Yield views and purchases of the day's most viewed product, and some from days before."""
    item = {"product_id": ODD, "category": ODD, "session_id": "odd"}
    bought = {**item, "event_type": "purchase", "quantity": 2, "price": 1234.5}
    for number in range(3000):
        stamp = f"2026-03-02T19:{number // 60:02}:{number % 60:02}Z"
        yield {**item, "timestamp": stamp, "user_id": "u_odd", "event_type": "page_view"}
    for name in LOOKALIKES:
        named = {"category": name, "product_id": name, "timestamp": "2026-03-02T18:00:00Z"}
        yield {**item, **named, "user_id": "u_odd", "event_type": "page_view"}
        yield {**bought, **named, "user_id": "u_odd"}
    for stamp, user_id in (
        ("2026-03-02T19:49:58Z", "u_odd"),
        ("2026-03-02T19:49:59Z", "u_once"),
        ("2026-02-26T10:00:00Z", "u_gone"),
        ("2026-02-27T11:00:00Z", "u_gone"),
        ("2026-02-28T12:00:00Z", "u_gone_once"),
    ):
        yield {**bought, "timestamp": stamp, "user_id": user_id}


def bought_in(events: list[oracle.Event]) -> list[oracle.Event]:
    """Return the purchases."""
    return [event for event in events if event.event_type == "purchase"]


def revenue_of(events: list[oracle.Event]) -> Decimal:
    """Return what purchases brought in."""
    return sum(event.price * event.quantity for event in bought_in(events))
