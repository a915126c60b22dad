"""What runs replaced is removed, but not under a query that may still read it."""

import json
import os
import time
from uuid import uuid4

import pytest
from pyspark.sql import SparkSession

from glue_jobs.catalog import Catalog
from glue_jobs.lock import Lock
from glue_jobs.publish import GRACE, PUBLICATIONS, Lake
from glue_jobs.schemas import HOURLY_REVENUE
from glue_jobs.store import Store
from local_aws.server import LocalAws

HOUR = ("2026-03-01", "10")


class Published:
    """One hour of one table, published run after run without Spark."""

    def __init__(self, aws: LocalAws, spark: SparkSession) -> None:
        self._name = f"publish-{uuid4().hex[:8]}"
        self._files = aws.settings.s3_root / self._name
        s3, glue = aws.client("s3"), aws.client("glue")
        s3.create_bucket(
            Bucket=self._name, CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
        )
        glue.create_database(DatabaseInput={"Name": self._name})
        keys = [{"Name": key, "Type": "string"} for key in HOURLY_REVENUE.partition_keys]
        glue.create_table(
            DatabaseName=self._name,
            TableInput={
                "Name": HOURLY_REVENUE.name,
                "PartitionKeys": keys,
                "StorageDescriptor": {"Location": f"s3://{self._name}/"},
            },
        )
        self.store = Store(s3, f"s3://{self._name}/")
        self.catalog = Catalog(glue, {"gold": self._name})
        lock = Lock(self.store, "events", "job", "jr_now", lambda *_: True)
        self.lake = Lake(spark, self.store, self.catalog, lock)

    def publish(self, run: str, age: float, *, is_swapped: bool = True) -> None:
        """Write an hour's file and its note of some seconds ago, and point the partition there."""
        uri = self.store.uri(f"{HOURLY_REVENUE.path}run={run}/")
        old = self.catalog.locations(HOURLY_REVENUE, [HOUR]).values()
        note = f"{PUBLICATIONS}{run}.json"
        noted = [[*HOUR, location] for location in (*old, uri)]
        self.store.write(note, json.dumps({HOURLY_REVENUE.name: noted}).encode())
        then = time.time() - age
        os.utime(self._files / note, (then, then))
        self.store.write(f"{HOURLY_REVENUE.path}run={run}/part-0.parquet", b"rows")
        if is_swapped:
            self.catalog.point(HOURLY_REVENUE, {HOUR: uri})

    def runs(self) -> set[str]:
        """Return the runs whose files are there."""
        keys = (found.key for found in self.store.list(HOURLY_REVENUE.path))
        return {key.split("run=")[1].split("/")[0] for key in keys}


@pytest.fixture
def published(aws: LocalAws, spark: SparkSession) -> Published:
    """A table of which nothing is published."""
    return Published(aws, spark)


OLD, YOUNG = GRACE.total_seconds() + 60, GRACE.total_seconds() - 60


def test_replaced_long_ago(published: Published) -> None:
    """What was replaced longer ago than any query lasts is removed, with its note."""
    published.publish("first", OLD + 60)
    published.publish("second", OLD)

    published.lake.sweep()

    assert published.runs() == {"second"}
    assert not list(published.store.list(PUBLICATIONS))


def test_replaced_just_now(published: Published) -> None:
    """However old a location is, it stays while queries may read it: it was replaced just now."""
    published.publish("first", OLD)
    published.publish("second", YOUNG)

    published.lake.sweep()

    assert published.runs() == {"first", "second"}
    assert [note.key for note in published.store.list(PUBLICATIONS)] == ["publications/second.json"]


def test_left_by_a_killed_run(published: Published) -> None:
    """What a run wrote and never pointed to is removed; what is pointed to stays."""
    published.publish("first", OLD + 60)
    published.publish("killed", OLD, is_swapped=False)

    published.lake.sweep()

    assert published.runs() == {"first"}
