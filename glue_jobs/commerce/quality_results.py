"""Results of the quality gate as objects: one per run, below the day that was checked."""

from collections.abc import Sequence
from itertools import chain

from glue_jobs.commerce.verdict import Result, from_lines, to_line
from glue_jobs.lake.store import Store

_FOLDER = "bronze/quality_results/dt={}/"


def read_results(store: Store, day: str) -> list[Result]:
    """Return all results of a day; ``store``: the analytics bucket, ``day``: YYYY-MM-DD.

    Raises:
        UnreadableResultError: an object holds something else.
        botocore.exceptions.ClientError: S3 did not give them all.
    """
    keys = (found.key for found in store.list(_FOLDER.format(day)))
    return [*chain.from_iterable(from_lines(store.read(key), store.uri(key)) for key in keys)]


def write_results(store: Store, day: str, results: Sequence[Result]) -> str:
    """Store what one run found of a day, at least one result, at once; return where."""
    checked_at, run_id = results[0].run
    moment = f"{checked_at:%Y%m%dT%H%M%S}{checked_at.microsecond // 1000:03}Z"
    key = f"{_FOLDER.format(day)}{moment}-{run_id}.jsonl"
    store.write(key, "".join(f"{to_line(each)}\n" for each in results).encode())
    return store.uri(key)
