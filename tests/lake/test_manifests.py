"""What runs write down before they do it, for the run after them."""

import json
from operator import attrgetter

import pytest
from pyspark.sql import SparkSession

from glue_jobs.events.schemas import HOURLY_REVENUE, TABLES
from glue_jobs.lake.catalog import Catalog, CatalogError
from glue_jobs.lake.manifests import COMMITTED, MANIFESTS, READING, WRITING, InFlight, Manifests
from glue_jobs.lake.tables import Partition, Table
from local_aws.server import LocalAws
from tests.dataset import Dataset, line

TEN, ELEVEN, NOON = (("2026-03-01", hour) for hour in ("10", "11", "12"))
NOTHING = InFlight(set(), is_reader_dead=False)


@pytest.fixture
def dataset(aws: LocalAws, spark: SparkSession) -> Dataset:
    """Empty tables, no manifest."""
    return Dataset(aws, spark)


def _manifests(dataset: Dataset, run_id: str, attempt: str = "1") -> Manifests:
    return Manifests(dataset.store, TABLES, run_id, f"{run_id}-{attempt}")


def _stored(dataset: Dataset) -> dict[str, tuple[str, list[Partition]]]:
    """Return the state and the partitions of every manifest."""
    found = {}
    for key in map(attrgetter("key"), dataset.store.list(MANIFESTS)):
        said = json.loads(dataset.store.read(key))
        partitions = [tuple(values) for values in said["partitions"]]
        found[key.removeprefix(MANIFESTS)] = said["state"], partitions
    return found


def _over(_: str) -> bool:
    return True


def _at_work(_: str) -> bool:
    return False


def test_commit(dataset: Dataset) -> None:
    """A manifest grows with what a run changes; with nothing to vacuum it goes at the end."""
    manifests = _manifests(dataset, "jr_1")
    manifests.begin_reading()
    assert _stored(dataset) == {"jr_1-1.json": (READING, [])}
    manifests.change([ELEVEN])
    manifests.change([TEN])
    assert _stored(dataset) == {"jr_1-1.json": (WRITING, [TEN, ELEVEN])}

    manifests.commit()

    assert _stored(dataset) == {}


def test_commit_of_replaced_locations(dataset: Dataset) -> None:
    """What a run has replaced stands in its manifest after its end, to be vacuumed."""
    old, new = (dataset.store.uri(f"{where}/dt=2026-03-01/hour=10/") for where in ("old", "new"))
    manifests = _manifests(dataset, "jr_1")
    manifests.replace({HOURLY_REVENUE: {TEN: old}}, {HOURLY_REVENUE: {TEN: new}})

    manifests.commit()

    assert _stored(dataset) == {"jr_1-1.json": (COMMITTED, [])}
    [found] = _manifests(dataset, "jr_2").others
    assert found.manifest.locations == [(HOURLY_REVENUE, TEN, old), (HOURLY_REVENUE, TEN, new)]
    assert _manifests(dataset, "jr_2").recover(_over) == NOTHING


def test_commit_without_a_manifest(dataset: Dataset) -> None:
    """A run that changed nothing commits nothing, least of all another's manifest."""
    _manifests(dataset, "jr_1").change([TEN])

    _manifests(dataset, "jr_2").commit()

    assert _stored(dataset) == {"jr_1-1.json": (WRITING, [TEN])}


def test_recover(dataset: Dataset) -> None:
    """What all dead runs left comes to one run, whose commit ends it with its own."""
    uri = dataset.store.uri("versions/a/dt=2026-03-01/hour=10/")
    _manifests(dataset, "jr_1").change([TEN])
    dead = _manifests(dataset, "jr_2")
    dead.change([TEN, ELEVEN])
    dead.replace({HOURLY_REVENUE: {TEN: uri}})
    manifests = _manifests(dataset, "jr_3")

    assert manifests.recover(_over) == InFlight({TEN, ELEVEN}, is_reader_dead=False)

    manifests.change([NOON])
    assert set(_stored(dataset)) == {"jr_1-1.json", "jr_2-1.json", "jr_3-1.json"}
    manifests.commit()
    assert _stored(dataset) == {"jr_2-1.json": (COMMITTED, [TEN, ELEVEN])}


def test_another_run_at_work(dataset: Dataset) -> None:
    """The manifest of a run that is still at work is left alone, at the end too."""
    _manifests(dataset, "jr_1").change([TEN])
    manifests = _manifests(dataset, "jr_2")

    assert manifests.recover(_at_work) == NOTHING

    manifests.commit()
    assert _stored(dataset) == {"jr_1-1.json": (WRITING, [TEN])}


def test_own_earlier_attempt(dataset: Dataset) -> None:
    """A retry bears its run's id, which is at work: its earlier manifest is taken nonetheless."""
    _manifests(dataset, "jr_1", "first").change([TEN])
    manifests = _manifests(dataset, "jr_1", "second")

    assert manifests.recover(_at_work) == InFlight({TEN}, is_reader_dead=False)

    manifests.commit()
    assert _stored(dataset) == {}


def test_reading(dataset: Dataset) -> None:
    """A run that dies while it reads has said so; one that has said what it changes has read."""
    reader, writer = _manifests(dataset, "jr_1"), _manifests(dataset, "jr_2")
    for manifests in (reader, writer):
        manifests.change([NOON])
        manifests.begin_reading()
    writer.change([TEN])
    at_work = {"jr_1"}

    found = _manifests(dataset, "jr_3").recover(lambda run_id: run_id not in at_work)
    assert found == InFlight({TEN, NOON}, is_reader_dead=False)

    assert _manifests(dataset, "jr_3").recover(_over) == InFlight({TEN, NOON}, is_reader_dead=True)


@pytest.mark.parametrize(
    ("said", "is_reader_dead"),
    [({}, False), ({"reading": False}, False), ({"reading": True}, True)],
)
def test_note_of_an_earlier_version(
    dataset: Dataset,
    said: dict[str, bool],
    is_reader_dead: bool,  # ruff: ignore[boolean-type-hint-positional-argument] - a parameter
) -> None:
    """Runs of earlier versions left their hours below unsettled/; they are recovered, and go."""
    note = {"run_id": "jr_1", "hours": [TEN], **said}
    dataset.store.write("unsettled/jr_1.json", json.dumps(note).encode())
    manifests = _manifests(dataset, "jr_2")

    assert manifests.recover(_over) == InFlight({TEN}, is_reader_dead)

    manifests.commit()
    assert not dataset.keys("unsettled/")


def _said(**changes: object) -> bytes:
    said = {"run_id": "jr_1", "state": COMMITTED, "partitions": [], "locations": {}, **changes}
    return json.dumps(said).encode()


NONE = [
    b"",
    b"no JSON",
    b"\xff",
    b"[]",
    b"[" * 100_000,
    b'{"run_id": "jr_1", "hours": 1}',
    b'{"run_id": "jr_1", "hours": [["2026-03-01", 10]]}',
    b'{"run_id": "jr_1", "hours": [["../..", "10"]]}',
    b'{"run_id": "", "hours": []}',
    b'{"run_id": ["jr_1"], "hours": []}',
    _said(state="done"),
    _said(run_id=None),
    _said(partitions=None),
    _said(locations=[]),
    *(
        _said(locations={"hourly_revenue": [[*TEN, place]]})
        for place in ("", "s3://elsewhere/a/dt=2026-03-01/hour=10/", "gold/", 1)
    ),
    _said(locations={"hourly_revenue": [["2026-03-01"]]}),
]


def test_no_manifests(dataset: Dataset) -> None:
    """A folder's marker is passed over; what is no manifest is told, and a run leaves it alone."""
    _manifests(dataset, "jr_1").change([TEN])
    keys = {
        f"{folder}{number:02}"
        for folder in (MANIFESTS, "unsettled/", "publications/")
        for number in range(len(NONE))
    }
    for key in keys:
        dataset.store.write(key, NONE[int(key[-2:])])
    dataset.store.write(MANIFESTS, b"")

    outcome = dataset.run()

    assert sorted(outcome.unreadable_manifests) == sorted(keys)
    assert keys <= dataset.keys()
    assert not dataset.in_flight()


class RefusingCatalog(Catalog):
    """A catalog whose partitions nobody changes."""

    def set_locations(self, table: Table, locations: dict[Partition, str]) -> None:
        """Refuse."""
        raise CatalogError(f"{table.name} {locations}")


def test_before_the_append(dataset: Dataset) -> None:
    """A run that dies at the very first step of its append has said which hours it meant."""
    lake = dataset.open("jr_1", catalog=RefusingCatalog(dataset.glue, dataset.databases))

    with pytest.raises(CatalogError):
        dataset.append(lake, "s3://raw/a.jsonl", [line("2026-03-01T10:00:00Z")])

    assert list(_stored(dataset).values()) == [(WRITING, [TEN])]
    assert dataset.keys("silver/") == set()
