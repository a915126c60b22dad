"""Tables filled from plain rows, the views over them, and what the local Athena answers.

No Spark and no stack: rows go to Parquet, to the local S3 and the Glue catalog in this process.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pyarrow as pa
from botocore.client import BaseClient
from pyarrow import parquet as pq
from pyspark.sql.pandas.types import to_arrow_schema

from commerce.view_statements import database, for_student, view_statements
from glue_jobs.athena import Answer, Athena
from glue_jobs.commerce import schemas as commerce
from glue_jobs.commerce.contracts import CONTRACTS
from glue_jobs.events import schemas as events
from glue_jobs.lake.parquet import pack
from glue_jobs.lake.tables import Partition, Table
from glue_jobs.marts.schemas import MARTS
from local_aws.server import LocalAws
from tests.empty_lake import LAYERS, create_tables, storage
from tests.template import PROJECT

SOURCES = (*CONTRACTS, "unknown")
_JSON = {
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hive.hcatalog.data.JsonSerDe"},
}
Row = dict[str, Any]  # times are naive and UTC, as the oracles have them
Partitions = dict[Partition, list[Row]]
SAVED_DAYS = date(2026, 3, 1), date(2026, 3, 7)  # of queries with a range, both included
VIEWS, QUERIES = PROJECT / "commerce/views", PROJECT / "commerce/queries"
# Lines of JSON in projected partitions; raw_events, which the senders write, no view reads.
JSON_TABLES = (commerce.FILE_RECEIPTS, commerce.QUALITY_RESULTS)
TABLES = {
    table.name: table
    for table in (*commerce.TABLES, *MARTS, *events.TABLES)
    if table.name != "raw_events"
}
# Columns that oracles of rows leave out: the only snapshot, and whose row it was first.
_OWNED = {"snapshot": "current", "source_file": "s3://raw/1"}


class Answers:
    """Three databases of one student, empty at first, with the views of the project."""

    def __init__(self, aws: LocalAws, zone: str = "UTC", student: str | None = None) -> None:
        self.zone = zone
        self.student = student or f"answers-{uuid4().hex[:8]}"
        self.databases = {layer: database(layer, self.student) for layer in LAYERS}
        self._s3, self._glue = aws.client("s3"), aws.client("glue")
        region = self._s3.meta.region_name
        self._s3.create_bucket(
            Bucket=self.student, CreateBucketConfiguration={"LocationConstraint": region}
        )
        self.athena = Athena(_client_of_group(aws, self.student), self.student, polls=0.01)
        create_tables(self._glue, self.databases, TABLES.values(), f"s3://{self.student}/")
        for table in JSON_TABLES:
            self._project(table)
        for statement in view_statements(VIEWS, self.student, zone).values():
            self.athena.ask(statement, self.databases["gold"])
        self._filled: dict[str, Partitions] = {}

    def fill(self, tables: Mapping[str, Iterable[Row]]) -> None:
        """Let the tables have these rows, which hold the values of partition keys; others none."""
        for name in self._filled.keys() | tables.keys():
            self.replace(name, tables.get(name, ()))

    def replace(self, name: str, rows: Iterable[Row]) -> None:
        """Let one table have these rows and no others."""
        table, wanted, had = TABLES[name], defaultdict(list), self._filled.get(name, {})
        for row in (_OWNED | row for row in rows):
            wanted[tuple(row[key] for key in table.partition_keys)].append(row)
        self._drop(table, [*(had.keys() - wanted.keys())])
        self._write(table, {each: wanted[each] for each in wanted if had.get(each) != wanted[each]})
        if table not in JSON_TABLES:
            self._add(table, [*(wanted.keys() - had.keys())])
        self._filled[name] = dict(wanted)

    def put(self, name: str, partition: Partition, rows: list[Row]) -> None:
        """Let a partition that is filled have these rows, whatever its table says of NULL."""
        table, file = TABLES[name], pa.BufferOutputStream()
        fields = [field.with_nullable(True) for field in _naive(to_arrow_schema(table.columns))]  # ruff: ignore[boolean-positional-value-in-call] - pyarrow's
        pq.write_table(pa.Table.from_pylist(rows, pa.schema(fields)), file)
        key = self._key(table, partition)
        self._s3.put_object(Bucket=self.student, Key=key, Body=file.getvalue().to_pybytes())
        self._filled[name][partition] = rows

    def ask(self, text: str, layer: str = "gold") -> Answer:
        """Return what Athena answers; ``gold_x`` and the zone's mark stand for what is here."""
        return self.athena.ask(for_student(text, self.student, self.zone), self.databases[layer])

    def rows(self, view: str) -> list[Row]:
        """Return all rows of a view or table of gold, in any order."""
        return self.ask(f"select * from {view}").rows

    def query(self, name: str, days: tuple[date, date] = SAVED_DAYS) -> list[Row]:
        """Return what a file of ``commerce/queries`` answers, in its order."""
        return self.scan(name, days).rows

    def scan(self, name: str, days: tuple[date, date] = SAVED_DAYS) -> Answer:
        """Ask a file of ``commerce/queries``; if it has a range, for other days than are saved."""
        text = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
        for saved, wanted in zip(SAVED_DAYS, days, strict=True):
            text = text.replace(f"date '{saved}'", f"date '{wanted}'")
        return self.ask(text)

    def _write(self, table: Table, partitions: Partitions) -> None:
        for partition, rows in partitions.items():
            content = _lines(rows) if table in JSON_TABLES else _parquet(table, rows)
            key = self._key(table, partition)
            self._s3.put_object(Bucket=self.student, Key=key, Body=content)

    def _key(self, table: Table, partition: Partition) -> str:
        suffix = "jsonl" if table in JSON_TABLES else "parquet"
        return f"{table.path}{table.folder(partition)}rows.{suffix}"

    def _project(self, table: Table) -> None:
        """Let a table be one of JSON lines, in whatever folders of its partitions there are."""
        database = self.databases[table.layer]
        found = self._glue.get_table(DatabaseName=database, Name=table.name)["Table"]
        kept = ("Name", "TableType", "PartitionKeys", "StorageDescriptor")
        declared = {name: found[name] for name in kept}
        declared["StorageDescriptor"] |= _JSON
        projection = {"projection.enabled": "true"}
        for key in table.partition_keys:
            is_source = key == "source"
            projection[f"projection.{key}.type"] = "enum" if is_source else "date"
            values = {"values": ",".join(SOURCES)}
            days = {"format": "yyyy-MM-dd", "range": "2000-01-01,NOW+1DAY"}
            for name, value in (values if is_source else days).items():
                projection[f"projection.{key}.{name}"] = value
        declared["Parameters"] = projection
        self._glue.update_table(DatabaseName=database, TableInput=declared)

    def _add(self, table: Table, partitions: list[Partition]) -> None:
        folder = f"s3://{self.student}/{table.path}"
        inputs = [
            {"Values": [*each], "StorageDescriptor": storage(folder + table.folder(each))}
            for each in partitions
        ]
        for some in _batches(inputs, 100):
            answer = self._glue.batch_create_partition(
                DatabaseName=self.databases[table.layer],
                TableName=table.name,
                PartitionInputList=some,
            )
            assert not answer.get("Errors")

    def _drop(self, table: Table, partitions: list[Partition]) -> None:
        if table in JSON_TABLES:
            for each in partitions:
                self._s3.delete_object(Bucket=self.student, Key=self._key(table, each))
            return
        for some in _batches(partitions, 25):
            self._glue.batch_delete_partition(
                DatabaseName=self.databases[table.layer],
                TableName=table.name,
                PartitionsToDelete=[{"Values": [*each]} for each in some],
            )


def _client_of_group(aws: LocalAws, name: str) -> BaseClient:
    """Return a client of Athena that knows a workgroup, whose results go to the bucket so named."""
    client = aws.client("athena")
    location = f"s3://{name}/results/"
    client.create_work_group(
        Name=name, Configuration={"ResultConfiguration": {"OutputLocation": location}}
    )
    return client


def _parquet(table: Table, rows: list[Row]) -> bytes:
    schema = _naive(to_arrow_schema(table.columns))
    return pack(pa.Table.from_pylist(rows, schema), table)


def _lines(rows: list[Row]) -> bytes:
    """Return rows as lines of JSON; times as Hive writes them, so none may be finer than ms."""
    return b"".join(json.dumps(row, default=_time).encode() + b"\n" for row in rows)


def _time(moment: datetime) -> str:
    return moment.isoformat(" ", "milliseconds")


def _batches(items: list[Any], most: int) -> Iterable[list[Any]]:
    """Yield as many as one request takes."""
    return (items[at : at + most] for at in range(0, len(items), most))


def _naive(schema: pa.Schema) -> pa.Schema:
    """Return a schema for times without a zone; to cast them to one takes them for UTC."""
    return pa.schema([
        field.with_type(pa.timestamp("us")) if pa.types.is_timestamp(field.type) else field
        for field in schema
    ])
