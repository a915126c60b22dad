"""Both stacks for tests: files are delivered, checked, loaded, and asked for."""

import hashlib
import json
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import boto3
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_jobs.commerce.schemas import WRITTEN
from glue_jobs.lake.store import Store
from glue_jobs.lake.tables import Table
from local_aws.server import LocalAws
from tests.pipeline import Pipeline
from tests.tools import demo_order_book
from tests.tools.stacks import create_or_update_stack, stack_outputs

SECONDS = 180  # that checking some dozens of small files may take

Rows = list[dict[str, str]]


class OrderBook(Pipeline):
    """The stack of the order book beside the first, on the AWS that the environment names."""

    def put(self, key: str, content: bytes) -> None:
        """Deliver a file, ``<source>/date=D/<name>``."""
        bucket = self.stack["LandingBucketName"]
        boto3.client("s3").put_object(Bucket=bucket, Key=f"landing/{key}", Body=content)

    def put_all(self, folder: Path) -> None:
        """Deliver the files of a folder with one folder for each source."""
        for file in sorted(folder.glob("*/date=*/**/*")):
            if file.is_file():
                self.put(file.relative_to(folder).as_posix(), file.read_bytes())

    def settle(self) -> None:
        """Wait until nothing is left in ``landing/``: every file was checked."""
        for _ in range(SECONDS * 4):
            if not self.keys("landing/"):
                return
            time.sleep(0.25)
        raise TimeoutError(f"after {SECONDS} s there are still {self.keys('landing/')}")

    def keys(self, prefix: str) -> list[str]:
        """Return the keys of the landing bucket below a prefix."""
        pages = (
            boto3
            .client("s3")
            .get_paginator("list_objects_v2")
            .paginate(Bucket=self.stack["LandingBucketName"], Prefix=prefix)
        )
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def bodies(self, prefix: str) -> list[str]:
        """Return the texts of the objects below a prefix."""
        get, bucket = boto3.client("s3").get_object, self.stack["LandingBucketName"]
        return [get(Bucket=bucket, Key=key)["Body"].read().decode() for key in self.keys(prefix)]

    def receipts(self) -> dict[tuple[str, str], dict[str, str]]:
        """Return the receipts as Athena has them, by path below ``landing/`` and SHA-256."""
        statement = (
            "select landing_key, sha256, raw_key, duplicate_of, records, verdict, "
            "array_join(reasons, ',') as reasons, array_join(unknown_fields, ',') as unknown "
            "from file_receipts where date >= '2026-03-01'"
        )
        rows = self.rows(statement, "Bronze")
        found = {(row["landing_key"].removeprefix("landing/"), row["sha256"]): row for row in rows}
        assert len(found) == len(rows)
        return found

    def ledger(self) -> dict[str, dict[str, str]]:
        """Return the ledger as Athena has it, by the key of the raw file."""
        rows = self.rows("select * from commerce_ledger", "Bronze")
        return {row["source_file"].split("/", 3)[3]: row for row in rows}

    def tables(self) -> dict[str, Rows]:
        """Return the rows of every table that the job writes, with their partitions, sorted."""
        return {
            table.name: in_order(self.rows(f"select * from {table.name}", table.layer.title()))
            for table in WRITTEN
        }

    def in_spark(self, table: Table, spark: SparkSession) -> Rows:
        """Return the rows of a table as Spark reads its partitions' files, texts as Athena's."""
        at = {uri.rstrip("/"): values for uri, values in self.partitions(table).items()}
        columns = [_in_text(field) for field in table.columns]
        frame = spark.read.schema(table.columns).parquet(*at)
        found = frame.select(*columns, F.input_file_name().alias("file")).collect()
        return in_order(
            {name: row[name] or "" for name in table.columns.names}
            | dict(zip(table.partition_keys, at[row["file"].rpartition("/")[0]], strict=True))
            for row in found
        )

    def partitions(self, table: Table) -> dict[str, list[str]]:
        """Return the keys of a table's partitions by location."""
        pages = (
            boto3
            .client("glue")
            .get_paginator("get_partitions")
            .paginate(
                DatabaseName=self.stack[f"{table.layer.title()}DatabaseName"], TableName=table.name
            )
        )
        return {
            found["StorageDescriptor"]["Location"]: found["Values"]
            for page in pages
            for found in page["Partitions"]
        }

    def store(self) -> Store:
        """Return the analytics bucket."""
        return Store(boto3.client("s3"), self.stack["DatasetUri"])

    def logs(self) -> dict[str, str]:
        """Return all that functions and jobs of both stacks have logged, by log group."""
        logs, told = boto3.client("logs"), {}
        for page in logs.get_paginator("describe_log_groups").paginate():
            for group in (found["logGroupName"] for found in page["logGroups"]):
                events = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
                lines = [event["message"] for each in events for event in each["events"]]
                told[group] = "\n".join(lines)
        return told


def _in_text(field: T.StructField) -> Column:
    if isinstance(field.dataType, T.TimestampType):
        return F.date_format(field.name, "yyyy-MM-dd HH:mm:ss.SSS").alias(field.name)
    return F.col(field.name).cast("string")


def in_order(rows: Iterable[dict[str, str]]) -> Rows:
    """Return rows sorted by all that they hold, and their columns by name."""
    return sorted((dict(sorted(row.items())) for row in rows), key=lambda row: [*row.values()])


def as_map(text: str) -> dict[str, int]:
    """Return what Athena's CSV writes as ``{key=1, other=2}``; a key may have commas."""
    pairs = (pair.rpartition("=") for pair in text.strip("{}").split(", ") if pair)
    return {key: int(count) for key, _, count in pairs}


def without(rows: Iterable[dict[str, str]], column: str) -> Rows:
    """Return rows, sorted, without a column."""
    return in_order({name: row[name] for name in row if name != column} for row in rows)


def as_text(value: object) -> str:
    """Return a value as Athena's CSV has it."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="milliseconds")
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def sha256(file: Path) -> str:
    """Return the hash of a file's bytes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def mount(stack: dict[str, str], aws: LocalAws, spark: SparkSession) -> None:
    """Let Spark see the analytics bucket of a stack."""
    bucket = stack["AnalyticsBucketName"]
    name = f"fs.viewfs.mounttable.{bucket}.linkFallback"
    configuration = spark.sparkContext._jsc.hadoopConfiguration()  # ruff: ignore[private-member-access] - no public way while Spark runs
    configuration.set(name, (aws.settings.s3_root / bucket).as_uri())


def subscribe(queue_name: str, topic_arn: str) -> str:
    """Make a queue that gets what a topic sends; return its URL."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=queue_name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    boto3.client("sns").subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn["QueueArn"])
    return url


def told_objects(queue_url: str, count: int) -> set[str]:
    """Return the keys in the next messages about objects."""
    sqs, keys = boto3.client("sqs"), set()
    while len(keys) < count:
        [message] = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20)["Messages"]
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        event = json.loads(json.loads(message["Body"])["Message"])
        keys.add(event["detail"]["object"]["key"])
    return keys


def deploy(student_id: str, **parameters: str) -> OrderBook:
    """Create both stacks, their code in place, as the README's commands do."""
    first = f"capstone-{student_id}"
    create_or_update_stack(first, student_id, GeneratorState="DISABLED")
    second = demo_order_book.deploy(student_id, **parameters)
    return OrderBook(stack_outputs(first) | second, loads="LoadJobName")
