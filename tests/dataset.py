"""A dataset of events: runs as the job makes them, in one warm Spark, and what they left."""

import gzip
import json
import os
import time
from collections.abc import Iterable
from datetime import datetime
from functools import partial

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.events import parsing
from glue_jobs.events.raw_files import RawFiles
from glue_jobs.events.recovery import NO_HOURS
from glue_jobs.events.run import Outcome, run
from glue_jobs.events.schemas import EVENTS, HOUR_KEYS, RAW_EVENTS, TABLES
from glue_jobs.lake.lake import Lake
from local_aws.server import LocalAws
from tests.empty_lake import EmptyLake

WRITTEN = tuple(table for table in TABLES if table is not RAW_EVENTS)
A_WHILE = 60  # seconds; of a file that is written in the second of its start a run knows no version
VIEW = {
    "timestamp": "2026-03-01T10:00:00Z",
    "user_id": "u_1",
    "session_id": "s_1",
    "event_type": "page_view",
    "product_id": "p_1",
    "category": "books",
}


def line(timestamp: str = VIEW["timestamp"], **changes: object) -> bytes:
    """Return a line of a raw file: a page view, but for the changes."""
    return json.dumps({**VIEW, "timestamp": timestamp, **changes}).encode()


def key(slot: str, name: str = "events.jsonl.gz") -> str:
    """Return where below the raw path the producer puts a file of a slot, ``2026-03-01T10:05``."""
    minute = datetime.fromisoformat(slot)
    return f"{minute:year=%Y/month=%m/day=%d/hour=%H/minute=%M}/{name}"


class Dataset(EmptyLake):
    """Eight empty tables, and runs over the raw files that are delivered."""

    def __init__(self, aws: LocalAws, spark: SparkSession) -> None:
        super().__init__(aws, spark, "events", WRITTEN)
        self.raw_path = f"s3://{self.raw_folder.name}/events/"

    def deliver(self, name: str, lines: Iterable[bytes]) -> str:
        """Put a raw file below the raw path, some time before a run begins; return its URI."""
        content = gzip.compress(b"\n".join(lines))
        self.s3.put_object(Bucket=self.raw_folder.name, Key=f"events/{name}", Body=content)
        then = time.time() - A_WHILE
        os.utime(self.raw_folder / "events" / name, (then, then))
        return self.raw_path + name

    def append(self, lake: Lake, source_file: str, lines: Iterable[bytes]) -> None:
        """Add the lines' events to silver without a look at what it has."""
        rows = [(text.decode(), source_file) for text in lines]
        read = self._spark.createDataFrame(rows, "line string, source_file string")
        parts = parsing.parse_lines(read).where("file_name is not null").persist()
        hours = sorted(map(tuple, parts.select(*HOUR_KEYS).distinct().collect()))
        with lake.lock:
            lake.append(EVENTS, [parts], hours)

    def run(
        self,
        *uris: str,
        lake: Lake | None = None,
        rebuild_hours: str = NO_HOURS,
    ) -> Outcome:
        """Make one run that finds these raw files new."""
        lake = lake or self.open()
        with lake.lock:
            outcome = run(
                read_new=partial(self.read, uris),
                lake=lake,
                raw=RawFiles(self.s3, self.raw_path),
                is_over=lambda run_id: run_id not in self.at_work,
                rebuild_hours=rebuild_hours,
            )
            lake.lock.check()
            lake.manifests.commit()  # after the bookmark, which nobody keeps here
        self._spark.catalog.clearCache()  # as the end of Spark does
        return outcome

    def read(self, uris: Iterable[str]) -> DataFrame:
        """Read lines as the raw reader delivers them."""
        paths = list(uris)
        if not paths:
            return self._spark.createDataFrame([], "col0 string, col1 string, source_file string")
        text = self._spark.read.text(paths).withColumn("source_file", F.input_file_name())
        overflow = F.lit(None).cast("string").alias("col1")
        return text.select(F.col("value").alias("col0"), overflow, "source_file")
