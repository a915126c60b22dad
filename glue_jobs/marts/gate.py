"""Marts fail closed: without a verdict of the quality gate on all that was loaded they stay."""

from datetime import UTC, date, datetime

from glue_jobs.commerce.quality_results import read_results
from glue_jobs.commerce.schemas import COMMERCE_LEDGER
from glue_jobs.commerce.verdict import FAIL, UNCHECKED, Result, verdict
from glue_jobs.lake.lake import Lake


class GateError(Exception):
    """The quality gate did not let a day pass."""


def require_verdict(lake: Lake, day: date) -> None:
    """Look whether a day of delivery has passed the gate since it was loaded last.

    Raises:
        GateError: a check failed that nobody accepted, or nobody has checked what was loaded.
        UnreadableResultError: a result of the gate is none.
    """
    results = read_results(lake.store, str(day))
    found = verdict(results)
    if found.verdict == FAIL:
        raise GateError(
            f"marts are made when the newest day has passed the quality gate, but {day} failed "
            f"{', '.join(found.failed)}; they stay as they are: have the day delivered again, or "
            f"accept it by python -m commerce.quality accept, then run this job again"
        )
    if found.verdict == UNCHECKED or _checked(results) < _loaded(lake, day):
        raise GateError(
            f"marts are made when the newest day has passed the quality gate, but nobody has "
            f"checked {day} since it was loaded; they stay as they are: run python -m "
            f"commerce.quality check --date {day}, then this job again"
        )


def _checked(results: list[Result]) -> datetime:
    return max(each.checked_at for each in results if each.passed is not None)


def _loaded(lake: Lake, day: date) -> datetime:
    """Return when the ledger of a day was written last."""
    found = lake.catalog.partitions(COMMERCE_LEDGER)
    uris = lake.catalog.locations(COMMERCE_LEDGER, {each for each in found if each[1] == str(day)})
    folders = map(lake.store.key, uris.values())
    times = [file.modified for folder in folders for file in lake.store.list(folder)]
    return max(times, default=datetime.min.replace(tzinfo=UTC)).replace(microsecond=0)
