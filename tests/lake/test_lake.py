"""What runs replaced is removed, but not under a query that may still read it."""

import json
import os
import time
from decimal import Decimal
from uuid import uuid4

import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from pyspark.sql import SparkSession

from glue_jobs.events.schemas import (
    EVENTS,
    GOLD,
    HOURLY_REVENUE,
    LOAD_LEDGER,
    REJECTED_EVENTS,
    TABLE_FILES,
    TABLES,
    TOP_PRODUCTS,
)
from glue_jobs.lake.catalog import Catalog
from glue_jobs.lake.guard import GUARD
from glue_jobs.lake.lake import VERSIONS, Lake, OutsideError, Overwrite
from glue_jobs.lake.lock import Lock
from glue_jobs.lake.manifests import COMMITTED, MANIFESTS, WRITING
from glue_jobs.lake.parquet import files_of
from glue_jobs.lake.store import Store
from glue_jobs.lake.tables import Partition
from glue_jobs.lake.vacuum import GRACE, vacuum
from local_aws.server import LocalAws
from tests.dataset import Dataset, key, line
from tests.events.test_growth import recorded

HOUR = ("2026-03-01", "10")
NEXT = ("2026-03-01", "11")
RUNS = ("first", "second", "killed")


class Published:
    """One hour of one table, published run after run without Spark."""

    notes = MANIFESTS

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
        self.s3, self.store = s3, Store(s3, f"s3://{self._name}/")
        self.catalog = Catalog(glue, {"gold": self._name})
        lock = Lock(self.store, "events", "job", "jr_now", lambda *_: True)
        self.lake = Lake(spark, self.store, self.catalog, lock, TABLES)

    def publish(
        self, run: str, age: float, *, is_swapped: bool = True, state: str = COMMITTED
    ) -> None:
        """Write an hour's file and its manifest of some seconds ago, and swap the partition."""
        uri = self.store.uri(self.folder(run))
        old = self.catalog.locations(HOURLY_REVENUE, [HOUR]).values()
        locations = {HOURLY_REVENUE.name: [[*HOUR, location] for location in (*old, uri)]}
        self.note(run, locations, age, state)
        self.store.write(f"{self.folder(run)}part-0.parquet", b"rows")
        if is_swapped:
            self.catalog.set_locations(HOURLY_REVENUE, {HOUR: uri})

    def note(self, name: str, locations: object, age: float, state: str = COMMITTED) -> None:
        """Write a manifest of some seconds ago."""
        said = self.say(name, locations, state)
        self.store.write(f"{self.notes}{name}.json", json.dumps(said).encode())
        then = time.time() - age
        os.utime(self._files / f"{self.notes}{name}.json", (then, then))

    def say(self, name: str, locations: object, state: str) -> dict[str, object]:
        """Return a manifest."""
        return {"run_id": f"jr_{name}", "state": state, "partitions": [], "locations": locations}

    def noted(self) -> list[str]:
        """Return the keys of the manifests."""
        return [found.key for found in self.store.list(self.notes)]

    def folder(self, run: str) -> str:
        """Return the key of the folder of an hour, as the runs of this version lay them out."""
        return f"{VERSIONS}{run}/{HOURLY_REVENUE.path}dt={HOUR[0]}/hour={HOUR[1]}/"

    def runs(self) -> set[str]:
        """Return the runs whose files are there."""
        keys = [found.key for found in self.store.list("")]
        return {run for run in RUNS for key in keys if f"/{run}/" in key or f"run={run}/" in key}


class PublishedBelowItsPath(Published):
    """As the first versions of the project laid it out."""

    notes = "publications/"

    def say(self, name: str, locations: object, state: str) -> dict[str, object]:  # ruff: ignore[unused-method-argument] - they named no run
        """Return a note, which had but locations."""
        return locations

    def folder(self, run: str) -> str:
        """Return the key of the folder of an hour, as a landed stack has it."""
        return f"{HOURLY_REVENUE.path}dt={HOUR[0]}/hour={HOUR[1]}/run={run}/"


@pytest.fixture(params=[Published, PublishedBelowItsPath])
def published(request: pytest.FixtureRequest, aws: LocalAws, spark: SparkSession) -> Published:
    """A table of which nothing is published, by either layout."""
    return request.param(aws, spark)


OLD, YOUNG = GRACE.total_seconds() + 60, GRACE.total_seconds() - 60


def test_replaced_long_ago(published: Published) -> None:
    """What was replaced longer ago than any query lasts is removed, with its note."""
    published.publish("first", OLD + 60)
    published.publish("second", OLD)

    vacuum(published.lake)

    assert published.runs() == {"second"}
    assert not published.noted()


def test_replaced_just_now(published: Published) -> None:
    """However old a location is, it stays while queries may read it: it was replaced just now."""
    published.publish("first", OLD)
    published.publish("second", YOUNG)

    vacuum(published.lake)

    assert published.runs() == {"first", "second"}
    assert published.noted() == [f"{published.notes}second.json"]


def test_left_by_a_killed_run(published: Published) -> None:
    """What a run wrote and never pointed to is removed; what is pointed to stays."""
    published.publish("first", OLD + 60)
    published.publish("killed", OLD, is_swapped=False)

    vacuum(published.lake)

    assert published.runs() == {"first"}


def test_never_what_is_pointed_to(aws: LocalAws, spark: SparkSession) -> None:
    """A location that somebody registered without a slash, or below a replaced one, stays."""
    published = PublishedBelowItsPath(aws, spark)
    published.publish("first", OLD)
    [location] = published.catalog.locations(HOURLY_REVENUE, [HOUR]).values()
    published.catalog.set_locations(HOURLY_REVENUE, {HOUR: location.rstrip("/")})
    above = [[*HOUR, location.removesuffix("run=first/")]]
    published.note("above", {HOURLY_REVENUE.name: above}, OLD)

    vacuum(published.lake)

    assert published.runs() == {"first"}
    assert not published.noted()


def test_note_of_nothing(aws: LocalAws, spark: SparkSession) -> None:
    """What a partition points to stays, whatever its manifest says of it."""
    published = Published(aws, spark)
    published.publish("first", OLD)
    published.note("first", {}, OLD)

    vacuum(published.lake)

    assert published.runs() == {"first"}
    assert not published.noted()


def test_files_of_partitions(aws: LocalAws, spark: SparkSession) -> None:
    """Partitions that one write put beside each other are listed by one request."""
    published, last = Published(aws, spark), ("2026-03-01", "12")
    published.publish("first", 0)
    folders = {
        hour: published.folder("first").replace("hour=10", f"hour={hour[1]}")
        for hour in (NEXT, last)
    }
    for name in ("b.parquet", "a.parquet", "_c.parquet", "d.csv", "below/e.parquet"):
        published.store.write(f"{folders[NEXT]}{name}", b"rows")
    uris = {hour: published.store.uri(folder) for hour, folder in folders.items()}
    published.catalog.set_locations(HOURLY_REVENUE, uris)
    listed = []
    aws_calls = published.s3.meta.events
    aws_calls.register("before-call.s3.ListObjectsV2", lambda **_: listed.append(1))

    found = published.lake.file_uris(HOURLY_REVENUE, [HOUR, NEXT, last, ("2026-03-01", "13")])

    assert found == {
        HOUR: [published.store.uri(f"{published.folder('first')}part-0.parquet")],
        NEXT: [f"{uris[NEXT]}a.parquet", f"{uris[NEXT]}b.parquet"],
        last: [],
        ("2026-03-01", "13"): [],
    }
    assert listed == [1]


def test_path_of_a_landed_table(aws: LocalAws, spark: SparkSession) -> None:
    """Where hours lie below the table's path still, their days fail too, and the replaced hour."""
    published = PublishedBelowItsPath(aws, spark)
    for run in ("first", "second"):
        published.publish(run, OLD)
    day, hour = (published.folder("").split("hour=")[0], published.folder("").split("run=")[0])
    files = spark.createDataFrame([_file(HOUR)], TABLE_FILES)

    with published.lake.lock:
        for _ in range(2):
            published.lake.overwrite([Overwrite({HOURLY_REVENUE: [HOUR]}, files)])

    guards = [found.key for found in published.store.list("gold/") if found.key.endswith(GUARD)]
    assert guards == [f"{folder}{GUARD}" for folder in (HOURLY_REVENUE.path, day, hour)]


def test_in_flight(aws: LocalAws, spark: SparkSession) -> None:
    """What a run that is not committed has replaced stays, however long ago it did so."""
    published = Published(aws, spark)
    published.publish("first", OLD + 60)
    published.publish("second", OLD, state=WRITING)

    vacuum(published.lake)

    assert published.runs() == {"first", "second"}
    assert published.noted() == ["manifests/second.json"]


def _file(hour: Partition) -> tuple[object, ...]:
    return (*hour, "products", b"rows", HOURLY_REVENUE.name)


@pytest.fixture
def dataset(aws: LocalAws, spark: SparkSession) -> Dataset:
    """An hour of two events, in every table."""
    dataset = Dataset(aws, spark)
    times = ("2026-03-01T10:01:00Z", "2026-03-01T10:02:00Z")
    dataset.run(dataset.deliver(key("2026-03-01T10:05"), [*map(line, times), b"bad"]))
    return dataset


@pytest.mark.parametrize("hour", [NEXT, (None, "10")])
def test_rows_outside(dataset: Dataset, spark: SparkSession, hour: Partition) -> None:
    """Rows for an hour that was not announced fail the run, before anything is swapped."""
    columns, row = HOURLY_REVENUE.partitioned_columns, (Decimal(1), 1, 1, *hour)
    before, rows = dataset.all_partitions(), spark.createDataFrame([row], columns)
    files = files_of(HOURLY_REVENUE, rows)

    lake = dataset.open()

    with (
        lake.lock,
        pytest.raises(OutsideError, match=r"hourly_revenue has rows for .* not among the 1 "),
    ):
        lake.overwrite([Overwrite({HOURLY_REVENUE: [HOUR]}, files)])

    assert dataset.all_partitions() == before


def test_events_outside(dataset: Dataset, spark: SparkSession) -> None:
    """Events of an hour that was not announced are not appended."""
    before = dataset.rows(EVENTS)
    parts = spark.createDataFrame(
        [(*NEXT, "0", b"rows")], "dt string, hour string, part string, body binary"
    )

    lake = dataset.open()

    with (
        lake.lock,
        pytest.raises(OutsideError, match=r"events has rows for \('2026-03-01', '11'\)"),
    ):
        lake.append(EVENTS, [parts], [HOUR])

    assert dataset.rows(EVENTS) == before


def test_foreign_objects(dataset: Dataset) -> None:
    """What somebody else lays into an hour of silver fails no run, and is not removed."""
    foreign = ("", "notes.txt", "_hidden.parquet", ".old.parquet", "copy.parquet.tmp")
    keys = [f"{EVENTS.path}dt=2026-03-01/hour=10/{name}" for name in foreign]
    for name in keys:
        dataset.s3.put_object(
            Bucket=dataset.folder.name, Key=name, Body=b"?" if name[-1] != "/" else b""
        )

    lake = dataset.open()
    times = ("2026-03-01T10:02:00Z", "2026-03-01T10:03:00Z")
    dataset.run(dataset.deliver(key("2026-03-01T10:10"), map(line, times)), lake=lake)
    with (lake := dataset.open()).lock:
        lake.rewrite(EVENTS, HOUR, lambda events: events.select(*EVENTS.partitioned_columns.names))

    objects = {name for name in keys if not name.endswith("/")}  # the store passes over markers
    assert {found.key for found in dataset.store.list(EVENTS.path)} >= objects
    assert lake.read(EVENTS, [HOUR]).count() == 3
    [views] = dataset.rows(TOP_PRODUCTS)
    assert views["page_views"] == 3


def test_new_hours_are_not_listed(dataset: Dataset) -> None:
    """Thousands of hours that silver has no partition of cost no request to S3."""
    hours = [(f"2026-{month:02}-{day:02}", "10") for month in range(4, 8) for day in range(1, 29)]

    with recorded(dataset) as seen:
        events = dataset.open().read(EVENTS, [HOUR, *hours])

    assert events.count() == 2
    listed = [call for call in seen if call.startswith("ListObjectsV2 {")]
    assert len(listed) == 1


def test_path_of_a_table(dataset: Dataset) -> None:
    """Whoever reads a swapped table by its path fails; by its partitions, reads each row once."""
    swapped = (REJECTED_EVENTS, LOAD_LEDGER, *GOLD)
    times = ("2026-03-01T10:02:00Z", "2026-03-01T10:03:00Z")
    guards = [f"{table.path}{GUARD}" for table in swapped]
    before = dataset.keys()

    dataset.run(dataset.deliver(key("2026-03-01T10:10"), map(line, times)))

    assert set(guards) <= before
    assert dataset.keys("bronze/") | dataset.keys("gold/") == set(guards)
    for table in swapped:
        with pytest.raises(pa.ArrowInvalid, match=GUARD):
            ds.dataset(dataset.folder / table.path, partitioning="hive")
    assert [row["page_views"] for row in dataset.rows(TOP_PRODUCTS)] == [3]
    assert [row["accepted"] for row in dataset.rows(LOAD_LEDGER)] == [2, 1]
