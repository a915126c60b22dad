"""What docs/scaling.md is figured from: what was measured here, counted, and assumed."""

from typing import NamedTuple


class Measured(NamedTuple):
    """Of the job on the local AWS: CPU in seconds, sizes in bytes, an hour of clean files."""

    cores: int
    files: int  # of the hour
    events_a_file: int
    # docs/benchmark.md
    backlog_seconds: float  # a, clean
    backlog_cpu: float  # a, clean
    one_file_cpu: float  # b, cold
    publish_cpu: float  # docs/performance.md, of the clean hour
    # an hour that the tables have, if the batch's events span it: its keys, its rows by file
    known_cpu: float
    # the longest task of adding up the hour's visits, on its own; the bytes that go into it
    merge_cpu: float
    merge_bytes: int
    merge_memory: int  # what it gets, twice, its rows and their sums
    # of the hour's tables
    silver: int
    visits: int  # the user activity
    smallest_silver_file: int  # of 26 events


MEASURED = Measured(
    cores=2,
    files=12,
    events_a_file=625_000,
    backlog_seconds=44.2,
    backlog_cpu=76.7,
    one_file_cpu=49.7,
    publish_cpu=12.0,
    known_cpu=15.0,
    merge_cpu=0.42,
    merge_bytes=19_536_000,
    merge_memory=120_000_000,
    silver=87_230_000,
    visits=27_249_000,
    smallest_silver_file=3_800,
)


class Requests(NamedTuple):
    """How often a run calls an operation: of itself, and for each of what grows."""

    of_a_run: int
    of_a_file: int = 0  # a raw one
    of_a_part: int = 0  # an hour's events of one raw file
    of_an_hour: int = 0  # that the run has events of
    of_a_vacuumed_hour: int = 0  # that the run of two hours ago had events of
    of_a_manifest: int = 0  # that the runs of the past two hours have left


# Of boto3; tests/docs/test_scaling.py counts them. A hundred hours are one call to the catalog.
REQUESTS = {
    "PutObject": Requests(7, of_a_part=1, of_an_hour=8),
    "ListObjectsV2": Requests(18, of_an_hour=3, of_a_vacuumed_hour=5),
    "GetObject": Requests(0, of_a_file=1, of_a_manifest=1),
    "HeadObject": Requests(10),
    "DeleteObjects": Requests(2),
    "DeleteObject": Requests(1),
    "GetTable": Requests(8),
    "BatchGetPartition": Requests(28),
    "BatchUpdatePartition": Requests(7),
}
LATE = 0.001  # of the events, within a day
BRONZE_FILES = 2  # that Spark reads of what they replace

# What only AWS could tell, beside tests/tools/cost_figures.py.
ASSUMED = {
    "cores of a G.1X worker, each as fast as one here": 4,
    "MB a second that the driver stores": 50,
    "seconds of a LIST": 0.1,
    "seconds of the five minutes that a run may take": 240,
}


class Reading(NamedTuple):
    """What a question of an hour of silver took DuckDB, by how its events lie.

    Bytes read are those of the question's columns, and the footers.
    """

    layout: str
    files: int
    MB: float
    question: str
    MB_read: float
    seconds: float


READINGS = (
    Reading("one file", 1, 87.0, "count by type", 1.98, 0.03),
    Reading("a file a run", 12, 87.2, "count by type", 1.96, 0.03),
    Reading("late events too", 300, 88.1, "count by type", 2.42, 0.04),
    Reading("one file", 1, 87.0, "visits", 49.3, 1.0),
    Reading("a file a run", 12, 87.2, "visits", 49.5, 1.2),
    Reading("late events too", 300, 88.1, "visits", 50.0, 0.6),
)
