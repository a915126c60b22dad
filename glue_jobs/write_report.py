"""The Glue job of a daily report: a page about one day goes to the analytics bucket.

Wiring only. Athena does the work, so the job starts no Spark. ``--domain commerce`` writes that of
the order book, whose days are of ``--source_time_zone``; its job is told a price, and publishes
what the run cost.
"""

import sys
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

import boto3
from awsglue.utils import getResolvedOptions

from glue_jobs import run_metrics
from glue_jobs.report.writing import EVENTS, NAMES, day_of, write

OPTIONS = {"domain": EVENTS, "source_time_zone": "UTC"}  # the job of the events has neither
COSTING = ("dpu_hour_price", "student_id")  # nor these


def main(argv: list[str]) -> None:
    """Write the report of the day that ``--day`` says, and print where it is."""
    given = [name for name in (*OPTIONS, *COSTING) if f"--{name}" in argv]
    args = OPTIONS | getResolvedOptions(argv, ["JOB_NAME", "day", *NAMES, *given])
    written, zone = datetime.now(UTC), args["source_time_zone"]
    day = day_of(args["day"], written.astimezone(ZoneInfo(zone)), args["domain"])
    uri = write(day, written, args, args["domain"], zone)
    sys.stdout.write(f"{uri}\n")
    if "dpu_hour_price" in args:
        publish_cost(args)


def publish_cost(args: dict[str, str]) -> None:
    """Publish how long the run took and what it cost."""
    glue, cloudwatch = (
        boto3.client(name, region_name=args["region"]) for name in ("glue", "cloudwatch")
    )
    measured = run_metrics.measure(glue, args, partial(run_metrics.run_metrics, {}))
    run_metrics.publish(cloudwatch, args, measured)


if __name__ == "__main__":
    main(sys.argv)
