"""A dataset without a stack: runs as the job makes them, in one warm Spark, and what they left."""

import gzip
import json
import os
import time
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from uuid import uuid4

import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from glue_jobs.events import parsing
from glue_jobs.events.raw_files import RawFiles
from glue_jobs.events.recovery import NO_HOURS
from glue_jobs.events.run import Outcome, run
from glue_jobs.events.schemas import EVENTS, HOUR_KEYS, RAW_EVENTS, TABLES
from glue_jobs.lake.catalog import Catalog
from glue_jobs.lake.lake import Lake
from glue_jobs.lake.lock import Lock
from glue_jobs.lake.manifests import COMMITTED, Manifests
from glue_jobs.lake.store import Store
from glue_jobs.lake.tables import Partition, Table
from local_aws.server import LocalAws

WRITTEN = tuple(table for table in TABLES if table is not RAW_EVENTS)
LAYERS = ("bronze", "silver", "gold")
_HIVE = "org.apache.hadoop.hive.ql.io.parquet"
_FORMAT = {
    "InputFormat": f"{_HIVE}.MapredParquetInputFormat",
    "OutputFormat": f"{_HIVE}.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": f"{_HIVE}.serde.ParquetHiveSerDe"},
}
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


class Dataset:
    """Eight empty tables, their buckets, and runs over the raw files that are delivered."""

    def __init__(self, aws: LocalAws, spark: SparkSession) -> None:
        name = f"lake-{uuid4().hex[:8]}"
        self.s3, self.glue, self._spark = aws.client("s3"), aws.client("glue"), spark
        self.databases = {layer: f"{layer}_{name.replace('-', '_')}" for layer in LAYERS}
        self.folder, self.raw_folder = (
            self._bucket(aws, f"{name}-{kind}") for kind in ("analytics", "raw")
        )
        self.store = Store(self.s3, f"s3://{self.folder.name}/")
        self.raw_path = f"s3://{self.raw_folder.name}/events/"
        self._make_tables()
        self._run_ids = (f"jr_{number}" for number in count(1))
        self.at_work: set[str] = set()  # ids of the runs that have not ended, says Glue

    @property
    def catalog(self) -> Catalog:
        """The catalog's view of the eight tables."""
        return Catalog(self.glue, self.databases)

    def deliver(self, name: str, lines: Iterable[bytes]) -> str:
        """Put a raw file below the raw path, some time before a run begins; return its URI."""
        content = gzip.compress(b"\n".join(lines))
        self.s3.put_object(Bucket=self.raw_folder.name, Key=f"events/{name}", Body=content)
        then = time.time() - A_WHILE
        os.utime(self.raw_folder / "events" / name, (then, then))
        return self.raw_path + name

    def raw_keys(self) -> set[str]:
        """Return the keys of the raw bucket."""
        return _keys(self.raw_folder, "")

    def keys(self, prefix: str = "") -> set[str]:
        """Return the keys of the analytics bucket, or those below a prefix."""
        return _keys(self.folder, prefix)

    def in_flight(self) -> list[str]:
        """Return the keys of the manifests that no run has committed."""
        manifests = Manifests(self.store, TABLES, "jr_nobody", "jr_nobody")
        return [each.key for each in manifests.others if each.manifest.state != COMMITTED]

    def open(
        self,
        run_id: str | None = None,
        *,
        store: Store | None = None,
        catalog: Catalog | None = None,
    ) -> Lake:
        """Open the dataset as a run does before it takes the lock."""
        run_id = run_id or next(self._run_ids)
        lock = Lock(self.store, "events", "job", run_id, lambda _, run: run not in self.at_work)
        return Lake(self._spark, store or self.store, catalog or self.catalog, lock, TABLES)

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

    def rows(self, table: Table) -> list[dict[str, object]]:
        """Return a table's rows with its partition keys, by the catalog's partitions."""
        return [
            {**row, "dt": hour[0], "hour": hour[1]}
            for hour, uri in self.partitions(table).items()
            for file in sorted(self._path(uri).glob("[!_.]*"))
            for row in pq.ParquetFile(file).read().to_pylist()
        ]

    def partitions(self, table: Table) -> dict[Partition, str]:
        """Return where each of a table's partitions lies."""
        pages = self.glue.get_paginator("get_partitions").paginate(
            DatabaseName=self.databases[table.layer], TableName=table.name
        )
        return {
            tuple(partition["Values"]): partition["StorageDescriptor"]["Location"]
            for page in pages
            for partition in page["Partitions"]
        }

    def all_partitions(self) -> dict[tuple[str, Partition], str]:
        """Return where each partition of each table lies."""
        return {
            (table.name, hour): uri
            for table in WRITTEN
            for hour, uri in self.partitions(table).items()
        }

    def _path(self, uri: str) -> Path:
        return self.folder / self.store.key(uri)

    def _bucket(self, aws: LocalAws, name: str) -> Path:
        """Make a bucket that Spark sees too."""
        self.s3.create_bucket(
            Bucket=name,
            CreateBucketConfiguration={"LocationConstraint": aws.client("s3").meta.region_name},
        )
        folder = aws.settings.s3_root / name
        mount = f"fs.viewfs.mounttable.{name}.linkFallback"
        context = self._spark.sparkContext
        context._jsc.hadoopConfiguration().set(mount, folder.as_uri())  # ruff: ignore[private-member-access] - no public way while Spark runs
        return folder

    def _make_tables(self) -> None:
        for database in self.databases.values():
            self.glue.create_database(DatabaseInput={"Name": database})
        for table in WRITTEN:
            columns = [
                _column(field.name, field.dataType.simpleString()) for field in table.columns
            ]
            self.glue.create_table(
                DatabaseName=self.databases[table.layer],
                TableInput={
                    "Name": table.name,
                    "TableType": "EXTERNAL_TABLE",
                    "PartitionKeys": [_column(key, "string") for key in table.partition_keys],
                    "StorageDescriptor": {
                        **_FORMAT,
                        "Columns": columns,
                        "Location": self.store.uri(table.path),
                    },
                },
            )


def _column(name: str, data_type: str) -> dict[str, str]:
    return {"Name": name, "Type": data_type}


def _keys(bucket: Path, prefix: str) -> set[str]:
    files = (file for file in (bucket / prefix).rglob("*") if file.is_file())
    return {str(file.relative_to(bucket)) for file in files}
