"""What one run, day and year take at other loads: measured figures x the job's own shape."""

from math import ceil
from typing import NamedTuple

from glue_jobs.events.packing import MOST_EVENTS
from tests.tools.cost import LEAST_BYTES, LEAST_SECONDS, PAGE_OF_A_LIST, TIB, read_defaults
from tests.tools.cost_figures import ASSUMED as COST_ASSUMED
from tests.tools.cost_figures import MEASURED as COST_MEASURED
from tests.tools.cost_figures import PRICES
from tests.tools.scaling_figures import ASSUMED, BRONZE_FILES, MEASURED, REQUESTS

DAY, YEAR = 1, 365  # days
CLASSES = {
    "S3 PUT, COPY, LIST": ("PutObject", "ListObjectsV2"),
    "S3 GET, HEAD": ("GetObject", "HeadObject"),
    "catalog request": ("GetTable", "BatchGetPartition", "BatchUpdatePartition"),
}
MOST_WORKERS = 299  # G.1X of a job
GRACE_HOURS = 2  # that manifests are kept for


class Case(NamedTuple):
    """A load: ``load`` times the events of today in ``files`` a slot, ``runs`` times a day.

    ``past_hours``: those before, all of which every run has late events of; ``is_last``: of the
    runs of an hour, the last, else one in the mean.
    """

    name: str
    load: float = 1
    files: int = 1
    runs: int = 288
    past_hours: int = 0
    is_last: bool = False

    @property
    def slots(self) -> int:
        """Five minutes that a run loads."""
        return 288 // self.runs

    @property
    def events(self) -> float:
        """Events that a run loads."""
        return self.load * MEASURED.events_a_file * self.slots

    @property
    def parts(self) -> int:
        """Files of silver that a run writes for its own hour."""
        of_a_file = self.load * MEASURED.events_a_file / self.files / MOST_EVENTS
        return self.files * self.slots * ceil(of_a_file)

    @property
    def hour_events(self) -> float:
        """Events of a whole hour."""
        return self.load * MEASURED.events_a_file * MEASURED.files

    @property
    def filled(self) -> float:
        """Which part of its own hour there is after a run."""
        runs = 12 // self.slots
        return 1 if self.is_last else (runs + 1) / 2 / runs

    @property
    def hours(self) -> int:
        """Hours that a run has events of."""
        return 1 + self.past_hours


CASES = (
    Case("1x"),
    Case("10x", load=10, files=10),
    Case("100x", load=100, files=10),
    Case("1x, late", past_hours=24),
    Case("1x, late, hourly", past_hours=24, runs=24),
)


class Rates(NamedTuple):
    """CPU seconds: of a run, of a new event, of an event in its hours, of one it may repeat."""

    run: float
    new: float
    again: float
    known: float


def rates() -> Rates:
    """Tell apart what the measured runs took."""
    hour = MEASURED.files * MEASURED.events_a_file
    added = hour - MEASURED.events_a_file  # by the backlog to what one file in its hour takes
    new = (MEASURED.backlog_cpu - MEASURED.one_file_cpu) / added
    again = MEASURED.publish_cpu / hour
    return Rates(MEASURED.backlog_cpu - hour * (new + again), new, again, MEASURED.known_cpu / hour)


def seconds(case: Case, workers: int) -> float:
    """Return how long a run takes; the driver's worker runs no tasks."""
    of, cores = rates(), (workers - 1) * ASSUMED["cores of a G.1X worker, each as fast as one here"]
    work = MEASURED.backlog_cpu - of.run
    start = MEASURED.backlog_seconds - work / MEASURED.cores
    start += COST_ASSUMED["seconds that a run starts slower there"]
    read = case.events * of.new / min(cores, case.files * case.slots)  # a gzip file is one task
    # Late events spread over an hour make all of its events known ones to compare with.
    past = case.past_hours * case.hour_events
    added = case.filled * case.hour_events + past
    merge = case.load * MEASURED.merge_cpu
    add = max((added * of.again + past * of.known) / cores, merge)
    store = stored_bytes(case) / 1e6 / ASSUMED["MB a second that the driver stores"]
    return start + read + add + store + lists(case) * ASSUMED["seconds of a LIST"]


def stored_bytes(case: Case) -> float:
    """Return what a run stores: its events, and what users did in each of its hours."""
    hour = MEASURED.files * MEASURED.events_a_file
    visits = (case.filled + case.past_hours) * case.load * MEASURED.visits
    return case.events / hour * MEASURED.silver + visits


def lists(case: Case) -> float:
    """Return in how many LISTs a bookmark sees all raw files that are kept."""
    return read_defaults().raw_days * 288 * case.files / PAGE_OF_A_LIST


def workers(case: Case) -> int:
    """Return the least workers with which an hour's last run ends in time.

    Raises:
        ValueError: there are none.
    """
    limit = case.slots * ASSUMED["seconds of the five minutes that a run may take"]
    for number in range(2, MOST_WORKERS + 1):
        if seconds(case._replace(is_last=True), number) <= limit:
            return number
    raise ValueError(f"{case} takes more than {limit} s with any number of workers")


def dpu_hours(case: Case) -> float:
    """Return what Glue charges a run for."""
    number = workers(case)
    return number * max(LEAST_SECONDS, seconds(case, number)) / 3600


def calls(
    files: int, parts: int, hours: int, vacuumed_hours: int, manifests: float
) -> dict[str, float]:
    """Return how often a run calls each operation by boto3."""
    return {
        operation: of.of_a_run
        + of.of_a_file * files
        + of.of_a_part * parts
        + of.of_an_hour * hours
        + of.of_a_vacuumed_hour * vacuumed_hours
        + of.of_a_manifest * manifests
        for operation, of in REQUESTS.items()
    }


def requests(case: Case) -> dict[str, float]:
    """Return the requests of a run by what is charged; those of Spark are assumed."""
    files = case.files * case.slots
    parts = case.parts + files * case.past_hours
    made = calls(files, parts, case.hours, case.hours, manifests=GRACE_HOURS * case.runs / 24)
    found = {unit: sum(made[name] for name in names) for unit, names in CLASSES.items()}
    found["S3 PUT, COPY, LIST"] += lists(case)
    of_opened = COST_ASSUMED["S3 GET, HEAD for a Parquet file read"]
    found["S3 GET, HEAD"] += (BRONZE_FILES + opened(case)) * of_opened
    return found


def opened(case: Case) -> float:
    """Return how often a run opens files: raw ones once, those of silver three times."""
    past = sum(silver_files(case, age) for age in range(1, case.hours))
    return case.files * case.slots + 3 * (case.filled * silver_files(case, 0) + past)


def silver_files(case: Case, age: int) -> float:
    """Return the files of an hour of silver so many hours later: late events have their own."""
    return 12 // case.slots * case.parts + 12 * case.files * min(age, case.past_hours)


def athena_bytes(case: Case) -> float:
    """Return what a day's questions are charged for: the five of that day, one of silver."""
    *small, visits = COST_MEASURED["bytes an hour for the five statements"]
    sizes = [24 * size for size in small] + [24 * case.load * visits]
    silver = case.load * COST_MEASURED["bytes an hour for a question to silver"]
    return sum(max(LEAST_BYTES, size) for size in (*sizes, silver))


class Total(NamedTuple):
    """What some runs, and the questions of some days, take; dollars of each."""

    dpu_hours: float
    dpu_usd: float
    writes: float
    reads: float
    catalog: float
    requests_usd: float
    athena_gb: float
    athena_usd: float

    @property
    def usd(self) -> float:
        """Dollars of all."""
        return self.dpu_usd + self.requests_usd + self.athena_usd


def total(case: Case, runs: float, days: float) -> Total:
    """Return what some runs take, and the questions of some days."""
    made = {unit: runs * number for unit, number in requests(case).items()}
    hours, scanned = runs * dpu_hours(case), days * athena_bytes(case)
    return Total(
        hours,
        hours * PRICES["DPU-hour"][0],
        *made.values(),
        sum(number * PRICES[unit][0] for unit, number in made.items()),
        scanned / 1e9,
        scanned / TIB * PRICES["Athena TiB"][0],
    )
