"""A lake without a stack: empty tables of a domain, its bucket, and what runs left there."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow.parquet as pq
from botocore.client import BaseClient
from pyspark.sql import SparkSession

from glue_jobs.lake.catalog import Catalog
from glue_jobs.lake.lake import Lake
from glue_jobs.lake.lock import Lock
from glue_jobs.lake.manifests import COMMITTED, Manifests
from glue_jobs.lake.store import Store
from glue_jobs.lake.tables import Partition, Table
from local_aws.server import LocalAws

LAYERS = ("bronze", "silver", "gold")
_HIVE = "org.apache.hadoop.hive.ql.io.parquet"
_FORMAT = {
    "InputFormat": f"{_HIVE}.MapredParquetInputFormat",
    "OutputFormat": f"{_HIVE}.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": f"{_HIVE}.serde.ParquetHiveSerDe"},
}


class EmptyLake:
    """Tables of one domain without rows, their bucket, and a bucket of raw files."""

    def __init__(
        self, aws: LocalAws, spark: SparkSession, domain: str, tables: Sequence[Table]
    ) -> None:
        name = f"lake-{uuid4().hex[:8]}"
        self.s3, self.glue, self._spark = aws.client("s3"), aws.client("glue"), spark
        self._domain, self.tables = domain, tables
        self.databases = {layer: f"{layer}_{name.replace('-', '_')}" for layer in LAYERS}
        self.folder, self.raw_folder = (
            self._bucket(aws, f"{name}-{kind}") for kind in ("analytics", "raw")
        )
        self.store = Store(self.s3, f"s3://{self.folder.name}/")
        create_tables(self.glue, self.databases, tables, self.store.uri(""))
        self._run_ids = (f"jr_{number}" for number in count(1))
        self.at_work: set[str] = set()  # ids of the runs that have not ended, says Glue

    @property
    def catalog(self) -> Catalog:
        """The catalog's view of the tables."""
        return Catalog(self.glue, self.databases)

    def keys(self, prefix: str = "") -> set[str]:
        """Return the keys of the analytics bucket, or those below a prefix."""
        return _keys(self.folder, prefix)

    def raw_keys(self) -> set[str]:
        """Return the keys of the raw bucket."""
        return _keys(self.raw_folder, "")

    def in_flight(self) -> list[str]:
        """Return the keys of the manifests that no run has committed."""
        manifests = Manifests(self.store, self.tables, "jr_nobody", "jr_nobody", self._domain)
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
        lock = Lock(self.store, self._domain, "job", run_id, lambda _, run: run not in self.at_work)
        return Lake(self._spark, store or self.store, catalog or self.catalog, lock, self.tables)

    def rows(self, table: Table) -> list[dict[str, object]]:
        """Return a table's rows with its partition keys, by the catalog's partitions."""
        return [
            {**row, **dict(zip(table.partition_keys, partition, strict=True))}
            for partition, uri in self.partitions(table).items()
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
            for table in self.tables
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


def create_tables(
    glue: BaseClient, databases: Mapping[str, str], tables: Iterable[Table], folder: str
) -> None:
    """Create databases by layer and, in theirs, tables without partitions below an S3 URI."""
    for database in databases.values():
        glue.create_database(DatabaseInput={"Name": database})
    for table in tables:
        columns = [_column(field.name, field.dataType.simpleString()) for field in table.columns]
        glue.create_table(
            DatabaseName=databases[table.layer],
            TableInput={
                "Name": table.name,
                "TableType": "EXTERNAL_TABLE",
                "PartitionKeys": [_column(key, "string") for key in table.partition_keys],
                "StorageDescriptor": storage(f"{folder}{table.path}") | {"Columns": columns},
            },
        )


def storage(uri: str) -> dict[str, Any]:
    """Return what the catalog says of Parquet files at an S3 URI."""
    return {**_FORMAT, "Location": uri}


def _column(name: str, data_type: str) -> dict[str, str]:
    return {"Name": name, "Type": data_type}


def _keys(bucket: Path, prefix: str) -> set[str]:
    files = (file for file in (bucket / prefix).rglob("*") if file.is_file())
    return {str(file.relative_to(bucket)) for file in files}
