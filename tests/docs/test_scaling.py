"""docs/scaling.md is what `make cost` writes, and a run calls what it says that it calls."""

import os
import time
from collections import Counter
from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from glue_jobs.lake.manifests import MANIFESTS
from glue_jobs.lake.vacuum import GRACE
from local_aws.server import LocalAws
from tests.dataset import Dataset, key, line
from tests.tools import scaling, scaling_page
from tests.tools.cost_page import written
from tests.tools.scaling import Case
from tests.tools.scaling_figures import Measured
from tests.tools.scaling_files import layouts

NOON = datetime.fromisoformat("2026-03-31T12:00")
USERS = 12  # enough for every share of the user activity
# Round numbers, so that the expected can be worked out by hand: of an event that is new 2 us, of
# one that is added up 1 us, of one that is known 0.5 us; 30 CPU seconds a run.
ROUND = Measured(
    cores=2,
    files=12,
    events_a_file=1_000_000,
    backlog_seconds=50,
    backlog_cpu=66,
    one_file_cpu=44,
    publish_cpu=12,
    known_cpu=6,
    merge_cpu=0.5,
    merge_bytes=0,
    merge_memory=0,
    silver=120_000_000,
    visits=20_000_000,
    smallest_silver_file=0,
)


@pytest.fixture
def _round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "MEASURED", ROUND)
    monkeypatch.setitem(scaling.ASSUMED, "cores of a G.1X worker, each as fast as one here", 4)
    monkeypatch.setitem(scaling.ASSUMED, "MB a second that the driver stores", 10)
    monkeypatch.setitem(scaling.ASSUMED, "seconds of a LIST", 1)
    monkeypatch.setitem(scaling.ASSUMED, "seconds of the five minutes that a run may take", 240)
    monkeypatch.setitem(scaling.COST_ASSUMED, "seconds that a run starts slower there", 8)
    defaults = scaling.read_defaults()._replace(raw_days=125)
    monkeypatch.setattr(scaling, "read_defaults", lambda: defaults)


@pytest.mark.usefixtures("_round")
@pytest.mark.parametrize(
    ("case", "workers", "seconds"),
    [
        # start 50 - 36 / 2 + 8; read 1 file x 2 s; add 6.5 million x 1 us on 4 cores; store 10 MB
        # and 13 / 12 x 10 of visits at 10 MB/s; 36 LISTs
        (Case("now"), 2, 40 + 2 + 1.625 + 2.0833333 + 36),
        # one file is one task, whatever cores there are; the longest task of visits 5 s
        (Case("one file", load=10), 6, 40 + 20 + 5 + 20.833333 + 36),
        (Case("ten files", load=10, files=10), 6, 40 + 2 + 5 + 20.833333 + 360),
        # 2 past hours of 12 million events, 1.5 us each, and 40 MB of visits
        (Case("late", past_hours=2), 2, 40 + 2 + 1.625 + 9 + 6.0833333 + 36),
        # 12 files on 4 cores, and the whole hour
        (Case("hourly", runs=24), 2, 40 + 6 + 3 + 14 + 36),
    ],
)
def test_seconds(case: Case, workers: int, seconds: float) -> None:
    """A run takes its start, its longest file or its share of the cores, and what is in turn."""
    assert scaling.seconds(case, workers) == pytest.approx(seconds)


@pytest.mark.usefixtures("_round")
def test_workers() -> None:
    """The least workers end an hour's last run in time; a mean one is charged for its seconds."""
    case = Case("late", past_hours=40)  # 40 x 18 CPU s

    needed = scaling.workers(case)

    last = case._replace(is_last=True)
    assert scaling.seconds(last, needed) <= 240 < scaling.seconds(last, needed - 1)
    assert scaling.seconds(case, needed) < scaling.seconds(last, needed)
    charged = scaling.dpu_hours(case)
    assert charged == pytest.approx(needed * scaling.seconds(case, needed) / 3600)
    # with two workers 196 s in the mean, but an hour's last run 244 s
    assert scaling.workers(Case("one file", load=21)) == 3
    with pytest.raises(ValueError, match="more than 240"):
        scaling.workers(Case("one file", load=1000))


def test_requests_of_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside its own calls a run lists raw files and opens those of the hours that it adds up."""
    defaults = scaling.read_defaults()._replace(raw_days=30)
    monkeypatch.setattr(scaling, "read_defaults", lambda: defaults)
    monkeypatch.setitem(scaling.COST_ASSUMED, "S3 GET, HEAD for a Parquet file read", 10)

    found = scaling.requests(Case("late", past_hours=1))

    assert found == {
        # 7 + 2 parts + 16 files; 18 + 6 + 10 LISTs; 8,640 raw files
        "S3 PUT, COPY, LIST": pytest.approx(59 + 8.64),
        # the raw file's end + 24 manifests, 7 guards and 3 looks at the lock; 2 of bronze, a raw
        # one, 3 x (6.5 + 24) of silver
        "S3 GET, HEAD": pytest.approx(35 + 10 * (2 + 1 + 3 * (6.5 + 24))),
        "catalog request": 43,
    }


def test_files_of_silver() -> None:
    """A raw file leaves one for each hour and million of events; late ones come every run."""
    assert scaling.silver_files(Case("now"), 0) == 12
    assert scaling.silver_files(Case("large files", load=10), 0) == 12 * 6
    assert scaling.silver_files(Case("hourly", runs=24, past_hours=5), 3) == 12 + 3 * 12
    assert scaling.silver_files(Case("late", past_hours=5), 24) == 12 + 5 * 12


def test_layouts() -> None:
    """An hour is dealt out to a file, to a file a run, and late events to those of a day."""
    events = pa.table({"number": range(5000)})

    for (_, files), number in zip(layouts(events).items(), (1, 12, 300), strict=True):
        dealt = [*files]
        assert len(dealt) == number
        assert sorted(pa.concat_tables(dealt)["number"].to_pylist()) == [*range(5000)]


def _deliver(dataset: Dataset, slot: datetime, hours: int) -> str:
    """Put a file that has events of all users in its own hour and in those before."""
    times = (slot + timedelta(minutes=1) - timedelta(hours=back) for back in range(hours))
    users = [(f"{at.isoformat()}Z", f"u_{user}") for at in times for user in range(USERS)]
    lines = [*(line(at, user_id=user) for at, user in users), b"bad"]
    return dataset.deliver(key(f"{slot:%Y-%m-%dT%H:%M}"), lines)


def _age(dataset: Dataset) -> None:
    """Let two hours pass."""
    then = time.time() - GRACE.total_seconds() - 60
    for manifest in (dataset.folder / MANIFESTS).iterdir():
        os.utime(manifest, (then, then))


def test_calls_of_a_run(aws: LocalAws, spark: SparkSession) -> None:
    """A run of so many files and hours calls each operation as often as the figures say.

    Each run vacuums after the one before, and finds its hours there.
    """
    dataset, calls, counted = Dataset(aws, spark), Counter(), {}
    slots = (NOON + timedelta(minutes=5 * number) for number in range(12))
    dataset.run(_deliver(dataset, next(slots), hours=3))
    _age(dataset)
    dataset.run(_deliver(dataset, next(slots), hours=3))
    for client in (dataset.s3, dataset.glue):
        client.meta.events.register(
            "provide-client-params", lambda model, **_: calls.update([model.name])
        )
    runs = [(1, 1, 3), (3, 1, 1), (1, 3, 1)]
    for files, hours, vacuumed_hours in runs:
        uris = [_deliver(dataset, next(slots), hours) for _ in range(files)]
        _age(dataset)
        calls.clear()
        dataset.run(*uris)
        counted[files, hours, vacuumed_hours] = dict(calls)

    assert counted == {
        (files, hours, vacuumed): scaling.calls(files, files * hours, hours, vacuumed, manifests=1)
        for files, hours, vacuumed in runs
    }


def test_page() -> None:
    """The page has the tables that `make cost` writes, each once."""
    page = scaling_page.PAGE.read_text(encoding="utf-8")

    for name in scaling_page.tables():
        assert page.count(f"<!-- {name} -->") == 1
    assert written(page, scaling_page.tables()) == page, "the figures have changed: make cost"
