"""The Glue job of a daily report: a page about one day goes to the analytics bucket.

Wiring only. Athena does the work, so the job starts no Spark. ``--domain commerce`` writes that of
the order book, whose days are of ``--source_time_zone``.
"""

import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from awsglue.utils import getResolvedOptions

from glue_jobs.report.writing import EVENTS, NAMES, day_of, write

OPTIONS = {"domain": EVENTS, "source_time_zone": "UTC"}  # the job of the events has neither


def main(argv: list[str]) -> None:
    """Write the report of the day that ``--day`` says, and print where it is."""
    given = [name for name in OPTIONS if f"--{name}" in argv]
    args = OPTIONS | getResolvedOptions(argv, ["day", *NAMES, *given])
    written, zone = datetime.now(UTC), args["source_time_zone"]
    day = day_of(args["day"], written.astimezone(ZoneInfo(zone)), args["domain"])
    uri = write(day, written, args, args["domain"], zone)
    sys.stdout.write(f"{uri}\n")


if __name__ == "__main__":
    main(sys.argv)
