"""``python -m glue_jobs.report``: write a day's report to the analytics bucket."""

import argparse
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from glue_jobs.report.athena import Athena, AthenaError
from glue_jobs.report.facts import collect
from glue_jobs.report.page import page

LAYERS = ("bronze", "silver", "gold")


def main(arguments: list[str] | None = None) -> None:
    """Write the report of a day and print where; a failure is one sentence and exit status 1."""
    options = _parser().parse_args(arguments)
    written = datetime.now(UTC)
    day = options.day or written.date() - timedelta(days=1)
    databases = {layer: getattr(options, layer) for layer in LAYERS}
    try:
        athena = Athena(boto3.client("athena"), options.work_group)
        html = page(collect(athena, databases, day, written)).encode()
        if options.output:
            options.output.write_bytes(html)
        sys.stdout.write(f"{_store(html, options.bucket, day)}\n")
    except (AthenaError, BotoCoreError, ClientError, OSError) as error:
        sys.exit(f"the report of {day} was not written: {error}")


def _store(html: bytes, bucket: str, day: date) -> str:
    """Put the page where the reports of a day lie; return its URI."""
    key = f"reports/daily/dt={day}/index.html"
    boto3.client("s3").put_object(
        Bucket=bucket, Key=key, Body=html, ContentType="text/html; charset=utf-8"
    )
    return f"s3://{bucket}/{key}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m glue_jobs.report",
        description="Write a day's report, one HTML page, to "
        "reports/daily/dt=<day>/index.html in the analytics bucket, and print its URI. "
        "The stack's outputs have the names; AWS is the one of the environment.",
    )
    for layer in LAYERS:
        parser.add_argument(
            f"--{layer}",
            required=True,
            metavar="DATABASE",
            help=f"output {layer.title()}DatabaseName",
        )
    parser.add_argument("--work-group", required=True, help="output WorkGroupName")
    parser.add_argument("--bucket", required=True, help="output AnalyticsBucketName")
    parser.add_argument(
        "--day", type=date.fromisoformat, help="YYYY-MM-DD, UTC (default: yesterday, UTC)"
    )
    parser.add_argument("--output", type=Path, help="a file for the page, besides the bucket")
    return parser


if __name__ == "__main__":
    main()
