"""Notes of the hours that a run is changing, for the run after it."""

import json
import os
import time

import pytest
from pyspark.sql import SparkSession

from glue_jobs.events.schemas import Table
from glue_jobs.lake.catalog import Catalog, CatalogError, Hour
from glue_jobs.lake.manifests import UNSETTLED, Doubts
from glue_jobs.lake.versions import GRACE, NOTES
from local_aws.server import LocalAws
from tests.dataset import Dataset, line

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

    assert doubts.take_over(_over) == ({TEN, ELEVEN}, False, [])

    doubts.note([NOON])
    assert set(_notes(dataset)) == {"jr_1-1.json", "jr_2-1.json", "jr_3-1.json"}
    doubts.settle()
    assert _notes(dataset) == {}


def test_another_run_at_work(dataset: Dataset) -> None:
    """The note of a run that is still at work is left alone, at the end too."""
    _doubts(dataset, "jr_1").note([TEN])
    doubts = _doubts(dataset, "jr_2")

    assert doubts.take_over(_at_work) == (set(), False, [])

    doubts.settle()
    assert _notes(dataset) == {"jr_1-1.json": [TEN]}


def test_own_earlier_attempt(dataset: Dataset) -> None:
    """A retry bears its run's id, which is at work: its earlier note is taken nonetheless."""
    _doubts(dataset, "jr_1", "first").note([TEN])
    doubts = _doubts(dataset, "jr_1", "second")

    assert doubts.take_over(_at_work) == ({TEN}, False, [])

    doubts.settle()
    assert _notes(dataset) == {}


def test_reading(dataset: Dataset) -> None:
    """A run that dies while it reads has said so; one that has noted its hours has read."""
    reader, writer = _doubts(dataset, "jr_1"), _doubts(dataset, "jr_2")
    for doubts in (reader, writer):
        doubts.note([NOON])
        doubts.note_reading()
    assert _notes(dataset) == {"jr_1-1.json": [NOON], "jr_2-1.json": [NOON]}
    writer.note([TEN])
    at_work = {"jr_1"}

    found = _doubts(dataset, "jr_3").take_over(lambda run_id: run_id not in at_work)
    assert found == ({TEN, NOON}, False, [])

    doubts = _doubts(dataset, "jr_3")
    assert doubts.take_over(_over) == ({TEN, NOON}, True, [])
    doubts.settle()
    assert _notes(dataset) == {}


def test_nothing_new(dataset: Dataset) -> None:
    """A run that finds nothing new leaves no note of its reading."""
    doubts = _doubts(dataset, "jr_1")
    doubts.note_reading()
    assert _notes(dataset) == {"jr_1-1.json": []}

    doubts.settle()

    assert _notes(dataset) == {}


def test_note_of_an_older_job(dataset: Dataset) -> None:
    """A note that does not say whether its run was reading is one of a run that was not."""
    note = {"run_id": "jr_1", "hours": [TEN]}
    dataset.store.write(f"{UNSETTLED}jr_1.json", json.dumps(note).encode())

    assert _doubts(dataset, "jr_2").take_over(_over) == ({TEN}, False, [])


NO_NOTES = [
    b"",
    b"no JSON",
    b"\xff",
    b"[]",
    b"[" * 100_000,
    b'{"run_id": "jr_1"}',
    b'{"run_id": "jr_1", "hours": 1}',
    b'{"run_id": "jr_1", "hours": [["2026-03-01", 10]]}',
    b'{"run_id": "jr_1", "hours": [["../..", "10"]]}',
    b'{"run_id": "", "hours": []}',
    b'{"run_id": ["jr_1"], "hours": []}',
]


def test_no_notes(dataset: Dataset) -> None:
    """A folder's marker is passed over; what is no note is told, and a run leaves it alone.

    The same holds below publications/, where a note that is old enough is carried out.
    """
    _doubts(dataset, "jr_1").note([TEN])
    for folder in (UNSETTLED, NOTES):
        dataset.store.write(folder, b"")
        for number, body in enumerate(NO_NOTES):
            dataset.store.write(f"{folder}{number:02}", body)
    for number, place in enumerate(("", "s3://elsewhere/a/b/", dataset.store.uri("gold/"), 1)):
        note = {"hourly_revenue": [[*TEN, place]]}
        dataset.store.write(f"{NOTES}place-{number}", json.dumps(note).encode())
    long_ago = time.time() - 2 * GRACE.total_seconds()
    for key in dataset.keys(NOTES):
        os.utime(dataset.folder / key, (long_ago, long_ago))
    before = dataset.keys()

    outcome = dataset.run()

    told = {key for key in outcome.unreadable_notes if key.startswith(UNSETTLED)}
    assert told == {f"{UNSETTLED}{number:02}" for number in range(len(NO_NOTES))}
    assert {f"{NOTES}{number:02}" for number in range(5)} < {*outcome.unreadable_notes}
    assert {f"{NOTES}place-{number}" for number in range(4)} < {*outcome.unreadable_notes}
    assert outcome.rebuilt == {TEN}
    assert {*outcome.unreadable_notes} <= dataset.keys()
    assert before - dataset.keys() - {f"{UNSETTLED}jr_1-1.json"} == {
        f"{NOTES}{number:02}" for number in range(5, len(NO_NOTES))
    }  # these name none of our tables


class RefusingCatalog(Catalog):
    """A catalog that points nowhere."""

    def point(self, table: Table, locations: dict[Hour, str]) -> None:
        """Refuse."""
        raise CatalogError(f"{table.name} {locations}")


def test_noted_before_the_append(dataset: Dataset) -> None:
    """A run that dies at the very first step of its append has said which hours it meant."""
    lake = dataset.open("jr_1", catalog=RefusingCatalog(dataset.glue, dataset.databases))

    with pytest.raises(CatalogError):
        dataset.append(lake, "s3://raw/a.jsonl", [line("2026-03-01T10:00:00Z")])

    assert list(_notes(dataset).values()) == [[TEN]]
    assert dataset.keys("silver/") == set()
