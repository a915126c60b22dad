"""Marts fail closed: without a verdict of the quality gate on all that was loaded they stay."""

from datetime import UTC, date, datetime, timedelta

from glue_jobs.commerce.contracts import SALES
from glue_jobs.commerce.quality_results import read_results
from glue_jobs.commerce.schemas import COMMERCE_LEDGER, WRITTEN
from glue_jobs.commerce.verdict import FAIL, UNCHECKED, newest_run, verdict
from glue_jobs.lake.lake import Lake
from glue_jobs.lake.manifests import COMMITTED, Manifests

LOADS = "commerce"  # the domain of the job that loads
SECOND = timedelta(seconds=1)  # S3 tells no less


class GateError(Exception):
    """The quality gate did not let a day pass."""


def require_verdict(lake: Lake) -> None:
    """Look whether the newest day of delivery has passed the gate since anything was loaded.

    Raises:
        GateError: a check failed that nobody accepted, nobody has checked what was loaded, or a
            load has not ended.
        UnreadableResultError: a result of the gate is none.
    """
    day, loaded = _newest_day(lake), _loaded(lake)
    results = read_results(lake.store, str(day))
    found = verdict(results)
    if found.verdict == FAIL:
        raise GateError(
            f"marts are made when the newest day has passed the quality gate, but {day} failed "
            f"{', '.join(found.failed)}; they stay as they are: have the day delivered again, or "
            f"accept it by python -m commerce.quality accept, then run this job again"
        )
    if found.verdict == UNCHECKED or newest_run(results)[0].checked_at < loaded:
        raise GateError(
            f"marts are made when the newest day has passed the quality gate, but nobody has "
            f"checked {day} since something was loaded; they stay as they are: run python -m "
            f"commerce.quality check --date {day}, then this job again"
        )


def _newest_day(lake: Lake) -> date:
    """Return the newest day of delivery of sales, or else of anything, loaded or held back."""
    partitions = lake.catalog.partitions(COMMERCE_LEDGER)
    of_sales = [day for source, day in partitions if source in SALES]
    return date.fromisoformat(max(of_sales or [day for _, day in partitions]))


def _loaded(lake: Lake) -> datetime:
    """Return when the last load had ended for sure.

    Raises:
        GateError: one has not.
    """
    loads = Manifests(lake.store, WRITTEN, lake.run_id, "of-no-load", LOADS).others
    open_ones = [each.key for each in loads if each.manifest.state != COMMITTED]
    if open_ones:
        raise GateError(
            f"marts are made of what loads have published, but one has not ended: {open_ones[0]}; "
            f"wait for it, or run the job that loads again, check the day, then run this job again"
        )
    never = datetime.min.replace(tzinfo=UTC)
    return max((each.modified + SECOND for each in loads), default=never)
