"""Notes of the hours that a run is changing, for the run after it."""

import json

import pytest
from pyspark.sql import SparkSession

from glue_jobs.catalog import Catalog, CatalogError, Hour
from glue_jobs.doubts import UNSETTLED, Doubts
from glue_jobs.schemas import Table
from local_aws.server import LocalAws
from tests.lake import Dataset, line

TEN, ELEVEN, NOON = (("2026-03-01", hour) for hour in ("10", "11", "12"))


@pytest.fixture
def dataset(aws: LocalAws, spark: SparkSession) -> Dataset:
    """Empty tables, no note."""
    return Dataset(aws, spark)


def _doubts(dataset: Dataset, run_id: str, attempt: str = "1") -> Doubts:
    return Doubts(dataset.store, run_id, f"{run_id}-{attempt}")


def _notes(dataset: Dataset) -> dict[str, list[Hour]]:
    """Return the hours of every note."""
    notes = {}
    for found in dataset.store.list(UNSETTLED):
        note = json.loads(dataset.store.read(found.key))
        notes[found.key.removeprefix(UNSETTLED)] = [tuple(hour) for hour in note["hours"]]
    return notes


def _over(_: str) -> bool:
    return True


def _at_work(_: str) -> bool:
    return False


def test_note_and_settle(dataset: Dataset) -> None:
    """One note grows with a run's hours, and goes when the run settles."""
    doubts = _doubts(dataset, "jr_1")
    doubts.note([ELEVEN])
    doubts.note([TEN])
    assert _notes(dataset) == {"jr_1-1.json": [TEN, ELEVEN]}

    doubts.settle()

    assert _notes(dataset) == {}


def test_settle_without_a_note(dataset: Dataset) -> None:
    """A run that changed nothing settles nothing, not even another's note."""
    _doubts(dataset, "jr_1").note([TEN])

    _doubts(dataset, "jr_2").settle()

    assert _notes(dataset) == {"jr_1-1.json": [TEN]}


def test_take_over_from_dead_runs(dataset: Dataset) -> None:
    """The hours of all runs that are over come to one run, whose end settles them with its own."""
    _doubts(dataset, "jr_1").note([TEN])
    _doubts(dataset, "jr_2").note([TEN, ELEVEN])
    doubts = _doubts(dataset, "jr_3")

    assert doubts.take_over(_over) == {TEN, ELEVEN}

    doubts.note([NOON])
    assert set(_notes(dataset)) == {"jr_1-1.json", "jr_2-1.json", "jr_3-1.json"}
    doubts.settle()
    assert _notes(dataset) == {}


def test_another_run_at_work(dataset: Dataset) -> None:
    """The note of a run that is still at work is left alone, at the end too."""
    _doubts(dataset, "jr_1").note([TEN])
    doubts = _doubts(dataset, "jr_2")

    assert doubts.take_over(_at_work) == set()

    doubts.settle()
    assert _notes(dataset) == {"jr_1-1.json": [TEN]}


def test_own_earlier_attempt(dataset: Dataset) -> None:
    """A retry bears its run's id, which is at work: its earlier note is taken nonetheless."""
    _doubts(dataset, "jr_1", "first").note([TEN])
    doubts = _doubts(dataset, "jr_1", "second")

    assert doubts.take_over(_at_work) == {TEN}

    doubts.settle()
    assert _notes(dataset) == {}


class RefusingCatalog(Catalog):
    """A catalog that points nowhere."""

    def point(self, table: Table, locations: dict[Hour, str]) -> None:
        """Refuse."""
        raise CatalogError(f"{table.name} {locations}")


def test_noted_before_the_append(dataset: Dataset) -> None:
    """A run that dies at the very first step of its append has said which hours it meant."""
    lake = dataset.open("jr_1", catalog=RefusingCatalog(dataset.glue, dataset.databases))

    with pytest.raises(CatalogError):
        dataset.append(lake, "s3://raw/a", [line("2026-03-01T10:00:00Z")])

    assert list(_notes(dataset).values()) == [[TEN]]
    assert dataset.keys("silver/") == set()
