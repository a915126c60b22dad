"""Events that come late change their own hours and no other; those dated too early are refused."""

import pytest
from pyspark.sql import SparkSession

from glue_jobs.events.schemas import (
    CATEGORY_PERFORMANCE,
    EVENTS,
    GOLD,
    LOAD_LEDGER,
    REJECTED_EVENTS,
)
from glue_jobs.lake.tables import Partition
from local_aws.server import LocalAws
from tests.dataset import Dataset, key, line

DAY = "2026-03-01"
HOURS = [(DAY, hour) for hour in ("10", "11", "12")]


@pytest.fixture(scope="module")
def dataset(aws: LocalAws, spark: SparkSession) -> Dataset:
    """Three hours with an event each, from the file of the last."""
    dataset = Dataset(aws, spark)
    times = (f"{day}T{hour}:30:00Z" for day, hour in HOURS)
    dataset.run(dataset.deliver(key(f"{DAY}T12:55"), map(line, times)))
    return dataset


def _counted(dataset: Dataset, hour: Partition) -> tuple[int, int]:
    """Return the events of an hour in silver, and in gold."""
    silver = [row for row in dataset.rows(EVENTS) if (row["dt"], row["hour"]) == hour]
    gold = [row for row in dataset.rows(CATEGORY_PERFORMANCE) if (row["dt"], row["hour"]) == hour]
    return len(silver), sum(row["events"] for row in gold)


def _changed(dataset: Dataset, slot: str, times: list[str]) -> set[tuple[str, Partition]]:
    """Load a file of these events; return the partitions of swapped tables that lie elsewhere now.

    Silver only grows, below the hours of its new files: those are among the changed ones too.
    """
    partitions, keys = dataset.all_partitions(), dataset.keys("silver/")
    dataset.run(dataset.deliver(key(slot), map(line, times)))
    now, grown = dataset.all_partitions(), dataset.keys("silver/")
    assert keys < grown
    assert partitions.keys() <= now.keys()
    moved = {partition for partition in now if now[partition] != partitions.get(partition)}
    folders = {tuple(name.split("/")[2:4]) for name in grown - keys}
    hours = {(dt.removeprefix("dt="), hour.removeprefix("hour=")) for dt, hour in folders}
    return moved | {(EVENTS.name, hour) for hour in hours}


def _of_slot(hour: Partition) -> set[tuple[str, Partition]]:
    return {(table.name, hour) for table in (LOAD_LEDGER, REJECTED_EVENTS)}


def _of_events(hour: Partition) -> set[tuple[str, Partition]]:
    return {(table.name, hour) for table in (EVENTS, *GOLD)}


@pytest.mark.parametrize(
    ("slot", "time", "hour", "held"),
    [
        pytest.param(f"{DAY}T13:00", f"{DAY}T12:57:00Z", HOURS[2], 2, id="minutes"),
        pytest.param(f"{DAY}T13:05", f"{DAY}T10:30:01Z", HOURS[0], 2, id="hours"),
        pytest.param("2026-03-04T13:00", f"{DAY}T11:30:01Z", HOURS[1], 2, id="days"),
        pytest.param("2026-07-01T13:00", f"{DAY}T11:30:02Z", HOURS[1], 3, id="months"),
        pytest.param(
            "2026-07-01T14:00", "2025-12-31T23:59:59.999999Z", ("2025-12-31", "23"), 1, id="new"
        ),
    ],
)
def test_late(dataset: Dataset, slot: str, time: str, hour: Partition, held: int) -> None:
    """A late event lands in its own hour; that hour's gold is rebuilt, and nothing else."""
    changed = _changed(dataset, slot, [time])

    assert changed == _of_events(hour) | _of_slot((slot[:10], slot[11:13]))
    assert _counted(dataset, hour) == (held, held)


def test_early(dataset: Dataset) -> None:
    """A day after its slot an event is accepted, a microsecond later it is a reject."""
    slot, day_after = f"{DAY}T14:00", "2026-03-02"
    times = [f"{day_after}T14:00:00Z", f"{day_after}T14:00:00.000001Z", f"{day_after}T15:00:00Z"]

    changed = _changed(dataset, slot, times)

    assert changed == _of_events((day_after, "14")) | _of_slot((DAY, "14"))
    assert _counted(dataset, (day_after, "14")) == (1, 1)
    rejects = [(row["reason"], row["raw_line"]) for row in dataset.rows(REJECTED_EVENTS)]
    assert sorted(rejects) == sorted(("too_early", line(time).decode()) for time in times[1:])
