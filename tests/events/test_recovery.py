"""Hours that went wrong are put right: doubled events, gold, and what a dead run left."""

import os
import re
import time
from collections.abc import Collection, Iterable

import pytest
from pyspark.sql import DataFrame, SparkSession

from glue_jobs.events.recovery import deduplicate, hours_between, keep_first, owners
from glue_jobs.events.schemas import (
    EVENTS,
    GOLD,
    HOURLY_REVENUE,
    TOP_PRODUCTS,
    USER_ACTIVITY,
    Table,
)
from glue_jobs.lake.catalog import Catalog
from glue_jobs.lake.lock import LockError
from glue_jobs.lake.store import Store
from glue_jobs.lake.tables import Partition
from local_aws.server import LocalAws
from tests.dataset import Dataset, key, line

HOURS = [("2026-03-01", "10"), ("2026-03-01", "11")]
AT_TEN, AT_ELEVEN = line("2026-03-01T10:00:00Z"), line("2026-03-01T11:00:00Z")
OTHER = line("2026-03-01T10:00:00.000001Z")


class KilledError(Exception):
    """The run ends here."""


class DyingStore(Store):
    """A store at which a run dies when it is about to remove something."""

    def delete(self, keys: Iterable[str]) -> None:
        """Die."""
        raise KilledError(list(keys))


class DyingCatalog(Catalog):
    """A catalog at which a run dies when it is about to publish gold."""

    def set_locations(self, table: Table, locations: dict[Partition, str]) -> None:
        """Die, or do as the catalog does."""
        if table in GOLD:
            raise KilledError(table.name)
        super().set_locations(table, locations)


@pytest.fixture
def dataset(aws: LocalAws, spark: SparkSession) -> Dataset:
    """Empty tables."""
    return Dataset(aws, spark)


def _append(dataset: Dataset, name: str, lines: Iterable[bytes], *, age: int = 0) -> None:
    """Write events to silver, some seconds ago, as a run does that does not see the others."""
    before = dataset.keys("silver/")
    dataset.append(dataset.open(), f"s3://raw/{name}.jsonl", lines)
    _date(dataset, dataset.keys("silver/") - before, time.time() - age)


def _date(dataset: Dataset, files: Iterable[str], then: float) -> None:
    for file in files:
        os.utime(dataset.folder / file, (then, then))


def _heal(
    dataset: Dataset, hours: Collection[Partition] = tuple(HOURS), **parts: Store
) -> list[Partition]:
    """Heal as a run does."""
    lake = dataset.open(**parts)
    with lake.lock:
        return deduplicate(lake, hours)


def _silver(dataset: Dataset) -> list[tuple[str, int, str]]:
    """Return (hour, microsecond, name of the file) of every event."""
    return sorted(
        (
            row["hour"],
            row["event_time_micros"],
            row["source_file"][len("s3://raw/") : -len(".jsonl")],
        )
        for row in dataset.rows(EVENTS)
    )


def _gold(dataset: Dataset) -> dict[str, list[str]]:
    return {table.name: sorted(map(str, dataset.rows(table))) for table in GOLD}


def test_doubled_by_another_writer(dataset: Dataset) -> None:
    """Of an event's rows the first written stays, whichever file it names; other hours rest."""
    _append(dataset, "b", [AT_TEN, OTHER, AT_ELEVEN], age=60)
    eleven = dataset.keys("silver/events/dt=2026-03-01/hour=11/")
    _append(dataset, "a", [AT_TEN], age=30)
    _append(dataset, "c", [AT_TEN])

    assert _heal(dataset) == HOURS[:1]

    assert _silver(dataset) == [("10", 0, "b"), ("10", 1, "b"), ("11", 0, "b")]
    assert dataset.keys("silver/events/dt=2026-03-01/hour=11/") == eleven


def test_doubled_in_one_file(dataset: Dataset) -> None:
    """An event that one write left twice goes, however the two rows are told apart."""
    _append(dataset, "a", [AT_TEN, OTHER, AT_TEN])

    assert _heal(dataset) == HOURS[:1]

    assert _silver(dataset) == [("10", 0, "a"), ("10", 1, "a")]


def test_nothing_doubled(dataset: Dataset) -> None:
    """Sound hours keep their files; an hour that silver does not have is no fault."""
    _append(dataset, "a", [AT_TEN, OTHER])
    keys = dataset.keys("silver/")

    assert _heal(dataset) == []
    assert _heal(dataset, []) == []

    assert dataset.keys("silver/") == keys


def test_killed_before_the_old_files_go(dataset: Dataset) -> None:
    """A heal that dies leaves rows too many, never too few, and the next one ends the work."""
    _append(dataset, "b", [AT_TEN, OTHER], age=60)
    _append(dataset, "a", [AT_TEN], age=30)
    with pytest.raises(KilledError):
        _heal(dataset, store=DyingStore(dataset.s3, dataset.store.uri("")))
    assert len(_silver(dataset)) == 5

    assert _heal(dataset) == HOURS[:1]

    assert _silver(dataset) == [("10", 0, "b"), ("10", 1, "b")]


def test_lock_removed_while_an_hour_is_rewritten(dataset: Dataset) -> None:
    """What another run adds meanwhile is there once, and the hour is mended by the next run."""
    _append(dataset, "a", [AT_TEN, AT_TEN])
    lake = dataset.open()

    def change(events: DataFrame) -> DataFrame:
        dataset.store.delete(["locks/events"])
        _append(dataset, "b", [OTHER])
        return keep_first(events, owners(lake, HOURS))

    with pytest.raises(LockError, match="it is gone"), lake.lock:
        lake.rewrite(EVENTS, HOURS[0], change)

    assert _heal(dataset) == HOURS[:1]
    assert _silver(dataset) == [("10", 0, "a"), ("10", 1, "b")]


def test_owner_by_the_ledger(dataset: Dataset) -> None:
    """The rows that the ledger counts stay, though another file's are older or named before."""
    uri = dataset.deliver(key("2026-03-01T11:00", "b.jsonl.gz"), [AT_TEN, AT_ELEVEN])
    dataset.run(uri)
    loaded = dataset.keys("silver/")
    dataset.append(dataset.open(), uri.replace("b.jsonl", "a.jsonl"), [AT_TEN, AT_ELEVEN])
    now = int(time.time())
    _date(dataset, dataset.keys("silver/"), now)
    _date(dataset, dataset.keys("silver/events/dt=2026-03-01/hour=11/") - loaded, now - 60)

    assert _heal(dataset) == HOURS

    assert {row["source_file"] for row in dataset.rows(EVENTS)} == {uri}
    assert len(dataset.rows(EVENTS)) == 2


@pytest.fixture(scope="module")
def loaded(aws: LocalAws, spark: SparkSession) -> Dataset:
    """Two hours, loaded by one run."""
    dataset = Dataset(aws, spark)
    dataset.run(dataset.deliver(key("2026-03-01T11:00"), [AT_TEN, OTHER, AT_ELEVEN]))
    return dataset


def test_rebuild(loaded: Dataset) -> None:
    """Gold that is wrong, gone, or lost from S3 is right again; hours not asked for rest."""
    rows, (ten, eleven) = _gold(loaded), HOURS
    before = loaded.all_partitions()
    wrong = before[USER_ACTIVITY.name, eleven]
    loaded.catalog.set_locations(USER_ACTIVITY, {ten: wrong})
    names = {"DatabaseName": loaded.databases["gold"], "TableName": TOP_PRODUCTS.name}
    loaded.glue.delete_partition(**names, PartitionValues=list(ten))
    loaded.store.delete(loaded.keys(loaded.store.key(before[HOURLY_REVENUE.name, ten])))
    assert len(_gold(loaded)["hourly_revenue"]) == 1

    run = loaded.run(rebuild_hours="2026-03-01T08/2026-03-01T10")

    assert run.rebuilt == {ten}
    assert _gold(loaded) == rows
    after = loaded.all_partitions()
    assert after.keys() == before.keys()
    moved = {partition for partition in after if after[partition] != before[partition]}
    assert moved == {(table.name, ten) for table in GOLD}


def test_dead_run_whose_file_never_comes_again(dataset: Dataset) -> None:
    """A run dies after its append; the next has no file, and gold counts the events nonetheless."""
    uri = dataset.deliver(key("2026-03-01T11:00"), [AT_TEN, OTHER, AT_ELEVEN])
    dying = dataset.open(catalog=DyingCatalog(dataset.glue, dataset.databases))
    with pytest.raises(KilledError):
        dataset.run(uri, lake=dying)
    assert len(dataset.rows(EVENTS)) == 3
    assert not any(_gold(dataset).values())

    run = dataset.run()

    assert run.rebuilt == set(HOURS)
    gold = {table.name: dataset.rows(table) for table in GOLD}
    assert sorted(row["events"] for row in gold["user_activity"]) == [1, 2]
    assert all({(row["dt"], row["hour"]) for row in rows} == set(HOURS) for rows in gold.values())
    assert not dataset.in_flight()


@pytest.mark.parametrize(
    ("interval", "hours"),
    [
        ("none", set()),
        ("2026-03-01T10/2026-03-01T10", {HOURS[0]}),
        ("2026-03-01T10/2026-03-01T11", set(HOURS)),
        ("2025-12-31T23/2026-01-01T00", {("2025-12-31", "23"), ("2026-01-01", "00")}),
    ],
)
def test_hours_between(interval: str, hours: set[Partition]) -> None:
    """An interval names its first and its last hour, across days and years."""
    assert hours_between(interval) == hours


@pytest.mark.parametrize(
    "interval",
    [
        "",
        "None",
        "2026-03-01T10",
        "2026-03-01/2026-03-02",
        "2026-02-30T10/2026-03-01T10",
        "2026-03-01T10/2026-03-01T11/2026-03-01T12",
        "2026-03-01T10:30/2026-03-01T11",
        "2026-03-01T11/2026-03-01T10",
    ],
)
def test_no_interval(interval: str) -> None:
    """What is no interval, or ends before it begins, is refused with what is expected and found."""
    expected = "takes the first and the last hour, 2026-03-01T10/2026-03-02T09, or none, but got "
    with pytest.raises(ValueError, match=re.escape(expected + repr(interval))):
        hours_between(interval)
