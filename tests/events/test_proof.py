"""The proof finds what the rest gets wrong: each case breaks a step, and the run is refused."""

from collections.abc import Callable, Iterable

import pytest
from pyspark.sql import DataFrame, SparkSession

from glue_jobs.events import deduplication, load
from glue_jobs.events.schemas import EVENTS, GOLD
from glue_jobs.lake.lake import Lake
from glue_jobs.lake.ledger import ImbalanceError
from glue_jobs.lake.tables import Partition, Table
from local_aws.server import LocalAws
from tests.dataset import Dataset, key, line

Frames = list[DataFrame]


@pytest.fixture
def dataset(aws: LocalAws, spark: SparkSession) -> Dataset:
    """An hour with one loaded file, and a second one, delivered, that repeats an event of it."""
    dataset = Dataset(aws, spark)
    dataset.run(dataset.deliver(key("2026-03-01T10:00"), [line(), line(user_id="u_2")]))
    dataset.deliver(key("2026-03-01T10:05"), [line(), line(user_id="u_3")])
    return dataset


def _second_run(dataset: Dataset) -> None:
    dataset.run(dataset.raw_path + key("2026-03-01T10:05"))


def _misses_rows(patch: pytest.MonkeyPatch) -> None:
    """As a lookup that skips a row group of silver."""
    patch.setattr(load, "keep_within", lambda silver, _: silver.where("false"))


def _appends_twice(patch: pytest.MonkeyPatch) -> None:
    append = Lake.append

    def twice(lake: Lake, table: Table, frames: Frames, hours: Iterable[Partition]) -> set[str]:
        append(lake, table, frames, hours)
        return append(lake, table, frames, hours)

    patch.setattr(Lake, "append", twice)


def _loses_a_row(patch: pytest.MonkeyPatch) -> None:
    """As a part that never reached S3."""
    patch.setattr(
        deduplication, "drop_duplicates", lambda parts, _: [parts.where("false").select("*")]
    )


@pytest.mark.parametrize("broken", [_misses_rows, _appends_twice, _loses_a_row])
def test_run_is_refused(dataset: Dataset, broken: Callable[[pytest.MonkeyPatch], None]) -> None:
    """Nothing is published, and the next run makes good what was done."""
    gold = {table.name: dataset.rows(table) for table in GOLD}
    with pytest.MonkeyPatch.context() as patch:
        broken(patch)
        with pytest.raises(ImbalanceError):
            _second_run(dataset)

    assert {table.name: dataset.rows(table) for table in GOLD} == gold
    _second_run(dataset)
    users = sorted(row["user_id"] for row in dataset.rows(EVENTS))
    assert users == ["u_1", "u_2", "u_3"]


def test_shared_fingerprint(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events that share a fingerprint by chance are looked at in all fields, and pass."""
    monkeypatch.setattr("glue_jobs.events.gold.hours_with_repeats", _every_hour)

    _second_run(dataset)

    assert len(dataset.rows(EVENTS)) == 3


def _every_hour(partials: DataFrame) -> DataFrame:
    return partials.select("dt", "hour").distinct()
