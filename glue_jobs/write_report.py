"""The Glue job of the daily report: a page about one day goes to the analytics bucket.

Wiring only. Athena does the work, so the job starts no Spark.
"""

import sys
from datetime import UTC, datetime

from awsglue.utils import getResolvedOptions

from glue_jobs.report.writing import NAMES, day_of, write


def main(argv: list[str]) -> None:
    """Write the report of the day that ``--day`` says, and print where it is."""
    args = getResolvedOptions(argv, ["day", *NAMES])
    written = datetime.now(UTC)
    uri = write(day_of(args["day"], written), written, args)
    sys.stdout.write(f"{uri}\n")


if __name__ == "__main__":
    main(sys.argv)
