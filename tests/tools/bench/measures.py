"""The measures: each begins from the same state every time, and is checked when it has ended."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.pipeline import WRITTEN_TABLES
from tests.tools.bench import tables
from tests.tools.bench.data import NAMES
from tests.tools.bench.measure import BenchError, Figures
from tests.tools.bench.scenes import Scenes

HERE = Path(__file__).parent
START_SPARK = (
    "from pyspark.sql import SparkSession; SparkSession.builder.getOrCreate().range(1).count()"
)
SIZES = (1, 2, 4, 8, 12)  # files, of the runs that show how time grows

# Those that set others in proportion.
FLOOR = "f floor, clean"
START = "s Spark's start"
DUCKDB, JOB, PLAIN = "e DuckDB", "a job", "d plain Spark"
DUCKDB_ONE_FILE = "e DuckDB, one file"
COLD, WARM, HISTORY = "b job, one file, cold", "b job, one file, warm", "c the same in 30 days"


class Growth(NamedTuple):
    """What the job takes for a backlog of some files, Spark having so many cores."""

    files: int
    cores: int
    figures: Figures


class Objects(NamedTuple):
    """Of each partition of a table: how many objects a reader finds there, and their bytes."""

    table: str
    runs: int
    counts: list[int]
    sizes: list[int]


def measures(scenes: Scenes) -> dict[str, Callable[[], Figures]]:
    """Return every measure by its name, the first letter of which is to choose it by."""
    found = {
        FLOOR: partial(floor, scenes),
        START: partial(scenes.place.run_spark, "-c", START_SPARK),
    }
    for name in NAMES:
        found[f"{DUCKDB}, {name}"] = partial(duckdb, scenes, name)
        found[f"{JOB}, {name}"] = partial(job, scenes, name)
        found[f"{PLAIN}, {name}"] = partial(plain_spark, scenes, name)
    return {
        **found,
        DUCKDB_ONE_FILE: partial(duckdb_one_file, scenes),
        COLD: partial(cold, scenes),
        WARM: partial(warm, scenes, history=False),
        HISTORY: partial(warm, scenes, history=True),
    }


def floor(scenes: Scenes) -> Figures:
    """Unpack and parse, no more."""
    folder = next(iter(scenes.raw_sets["clean"].files.values())).parent
    return scenes.run_python(HERE / "floor.py", folder)


def job(scenes: Scenes, name: str, files: int | None = None, cores: int | None = None) -> Figures:
    """Load the hour, or its first files, by the job."""
    scenes.backlog(name, files)
    figures = scenes.place.run_job(cores)
    scenes.check_job(f"the job's run over the {name} hour", name, files)
    return figures


def growth(scenes: Scenes) -> Iterator[Growth]:
    """Load ever more files by the job, and some on one core."""
    sizes = [size for size in SIZES if size <= scenes.files]
    runs = [*((size, os.cpu_count() or 1) for size in sizes), (min(4, scenes.files), 1)]
    for files, cores in runs:
        yield Growth(files, cores, job(scenes, "clean", files, cores))


def duckdb(scenes: Scenes, name: str) -> Figures:
    """Load the hour by DuckDB."""
    out = scenes.folder("duckdb")
    figures = scenes.run_duckdb(scenes.raw(name), out)
    scenes.check_duckdb(out, "another run of DuckDB's", name)
    return figures


def plain_spark(scenes: Scenes, name: str) -> Figures:
    """Make tables of the hour by plain Spark."""
    scenes.backlog(name)
    raw, out = scenes.place.source.name, scenes.place.analytics
    arguments = f"s3://{raw}/events", f"s3://{out.name}/plain"
    figures = scenes.place.run_spark(HERE / "plain_spark.py", *arguments)
    [rows] = tables.ask(out / "plain/events", "count(user_id)")
    accepted = scenes.raw_sets[name].totals["accepted"]
    if name != "dirty" and rows != accepted:
        raise BenchError(f"plain Spark should find the {accepted} {name} events, not {rows}")
    return figures


def duckdb_one_file(scenes: Scenes) -> Figures:
    """Load the last file of the hour by DuckDB."""
    before, _ = scenes.made_by_duckdb("dirty", scenes.files - 1)
    out = scenes.folder("duckdb")
    shutil.copytree(before, out, dirs_exist_ok=True)
    figures = scenes.run_duckdb(scenes.raw("dirty"), out)
    scenes.check_duckdb(out, "two runs of DuckDB's", "dirty")
    return figures


def cold(scenes: Scenes) -> Figures:
    """Load the last file of the hour by the job, as a process of its own."""
    scenes.all_but(1)
    scenes.deliver("dirty", scenes.files - 1)
    figures = scenes.place.run_job()
    scenes.check_job("the job's run over the last file", "dirty")
    return figures


def warm(scenes: Scenes, *, history: bool) -> Figures:
    """Load the last file of the hour by the job, where Spark has just loaded the last but one."""
    scenes.all_but(2, history=history)
    figures = scenes.run_warm("dirty", (scenes.files - 2, scenes.files - 1))
    scenes.check_job("the job's second run in one session", "dirty")
    return figures


def objects(scenes: Scenes) -> list[Objects]:
    """Load the clean hour by one run, then again by a run for each file; look after both."""
    job(scenes, "clean")
    found = _look(scenes, 1)
    scenes.backlog("clean", 0)
    scenes.run_warm("clean", range(scenes.files))
    scenes.check_job(f"{scenes.files} runs of the job, a file each", "clean")
    return sorted([*found, *_look(scenes, scenes.files)])


def _look(scenes: Scenes, runs: int) -> list[Objects]:
    looks = []
    for table in WRITTEN_TABLES:
        partitions = [
            [file.stat().st_size for file in folder.glob("*.parquet")]
            for folder in scenes.place.folders(table).values()
        ]
        if partitions:
            looks.append(Objects(table, runs, [*map(len, partitions)], [*map(sum, partitions)]))
    return looks
