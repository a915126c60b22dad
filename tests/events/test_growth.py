"""What a run touches depends on its new file, not on how much the tables hold already."""

import os
import re
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from pyspark.sql import DataFrame, DataFrameReader, SparkSession

from glue_jobs.events.schemas import EVENTS
from glue_jobs.lake.lake import VERSIONS
from glue_jobs.lake.manifests import MANIFESTS
from glue_jobs.lake.vacuum import GRACE
from local_aws.server import LocalAws
from tests.dataset import WRITTEN, Dataset, key, line

NOON = datetime.fromisoformat("2026-03-31T12:00")
TOUCHED = {("2026-03-31", "11"), ("2026-03-31", "12")}  # by the new file
# Names that no two runs share: of runs, of Spark's files, of its jobs; the ETag of a lock.
RANDOM = re.compile(
    r"jr_\d+(-[0-9a-f]{8})?|(?<=part-\d{5}-).*(?=\.)|lake[-_][0-9a-f]{8}|\b[0-9a-f]{32}\b"
)


def _grown(aws: LocalAws, spark: SparkSession, hours: int) -> Dataset:
    """A dataset that a run has begun and a long past surrounds: all of it garbage, never read."""
    dataset = Dataset(aws, spark)
    times = ("2026-03-31T11:30:00Z", "2026-03-31T12:01:00Z")
    dataset.run(dataset.deliver(key("2026-03-31T12:00"), map(line, times)))
    past = [NOON - timedelta(hours=number) for number in range(2, hours + 2)]
    for table in WRITTEN:
        folder = table.path if table is EVENTS else f"{VERSIONS}jr_0/{table.path}"
        locations = {
            (f"{at:%Y-%m-%d}", f"{at:%H}"): dataset.store.uri(f"{folder}{at:dt=%Y-%m-%d/hour=%H}/")
            for at in past
        }
        dataset.catalog.set_locations(table, locations)
        for uri in locations.values():
            _write(dataset, dataset.store.key(uri))
    for at in past:
        file = dataset.raw_folder / "events" / key(f"{at:%Y-%m-%dT%H:%M}")
        file.parent.mkdir(parents=True)
        file.write_bytes(b"garbage")
    _age(dataset)
    return dataset


def _write(dataset: Dataset, folder: str) -> None:
    file = dataset.folder / folder / "part-00000-old.zstd.parquet"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"garbage")


def _age(dataset: Dataset) -> None:
    """Let the first run's manifest be so old that the next run vacuums after it."""
    then = time.time() - GRACE.total_seconds() - 60
    for manifest in (dataset.folder / MANIFESTS).iterdir():
        os.utime(manifest, (then, then))


@contextmanager
def recorded(dataset: Dataset) -> Generator[list[str]]:
    """Record every call of boto3, how much each listing told, and what Spark is told to read."""
    seen: list[str] = []

    def call(params: dict[str, object], model: object, **_: object) -> None:
        told = {name: value for name, value in params.items() if name != "Body"}
        seen.append(f"{model.name} {told}")

    def answer(parsed: dict[str, object], model: object, **_: object) -> None:
        found = parsed.get("Contents", parsed.get("Partitions", []))
        seen.append(f"{model.name} answered {len(found)}")

    def noted(read: Callable[..., DataFrame]) -> Callable[..., DataFrame]:
        def reading(reader: DataFrameReader, *paths: object, **options: object) -> DataFrame:
            frame = read(reader, *paths, **options)
            seen.extend(f"read {path}" for path in (*paths, *frame.inputFiles()))
            return frame

        return reading

    with pytest.MonkeyPatch.context() as patch:
        for method in ("parquet", "load"):
            patch.setattr(DataFrameReader, method, noted(getattr(DataFrameReader, method)))
        for client in (dataset.s3, dataset.glue):
            client.meta.events.register("provide-client-params", call)
            client.meta.events.register("after-call", answer)
        yield seen


def _touched(dataset: Dataset) -> list[str]:
    """Load one file, with a late event and a copy; return what that read, wrote and removed."""
    before = dataset.keys()
    times = ("2026-03-31T11:59:00Z", "2026-03-31T12:01:00Z", "2026-03-31T12:06:00Z")
    uri = dataset.deliver(key("2026-03-31T12:05"), [*map(line, times), b"bad"])
    with recorded(dataset) as seen:
        dataset.run(uri)
    after = dataset.keys()
    seen.extend(f"written {name}" for name in after - before)
    seen.extend(f"removed {name}" for name in before - after)
    return sorted(RANDOM.sub("*", what) for what in seen)


def test_same_work_after_thirty_days(aws: LocalAws, spark: SparkSession) -> None:
    """With one hour and with thirty days of history a file costs the same reads and writes.

    The history is no Parquet and no gzip, so a run that opened any of it would fail or move it.
    """
    young, old = _grown(aws, spark, hours=1), _grown(aws, spark, hours=720)
    raw = old.raw_keys()

    after_an_hour, after_thirty_days = _touched(young), _touched(old)

    assert after_thirty_days == after_an_hour
    hours = re.findall(r"dt=([\d-]+)/hour=(\d\d)", "\n".join(after_thirty_days))
    assert set(hours) == TOUCHED
    kinds = {what.split()[0] for what in after_thirty_days}
    assert {"read", "written", "removed", "ListObjectsV2", "BatchGetPartition"} <= kinds
    assert raw < old.raw_keys()
    assert len(old.all_partitions()) > 720 * len(WRITTEN)
