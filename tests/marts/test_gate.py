"""The marts job goes on only if the newest day passed the quality gate after the last load."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pyspark.sql import SparkSession

from glue_jobs.commerce.quality_results import write_results
from glue_jobs.commerce.schemas import COMMERCE_LEDGER
from glue_jobs.commerce.verdict import ACCEPTED, FAIL, WARN, Result, UnreadableResultError
from glue_jobs.lake.manifests import COMMITTED, WRITING, Manifest
from glue_jobs.marts.gate import GateError, require_verdict
from local_aws.server import LocalAws
from tests.marts.marts_lake import MartsLake

DAY, DAY_BEFORE = date(2026, 3, 4), date(2026, 3, 3)
HOUR = timedelta(hours=1)


@pytest.fixture
def lake(aws: LocalAws, spark: SparkSession) -> MartsLake:
    """A day is loaded, and nobody has checked it."""
    lake = MartsLake(aws, spark)
    lake.fill({}, DAY)
    return lake


def _check(
    lake: MartsLake,
    day: date = DAY,
    after: timedelta = timedelta(),
    *,
    passed: bool,
    severity: str = FAIL,
) -> None:
    at = datetime.now(UTC) + after
    result = Result("rejected_share", "sales", severity, 0.02, 0.01, passed, None, "gate", at)
    write_results(lake.store, str(day), [result])


@pytest.mark.parametrize(("passed", "severity"), [(True, FAIL), (False, WARN)])
def test_passed(lake: MartsLake, *, passed: bool, severity: str) -> None:
    """A day that passed, or of which only warnings are told, is made marts of."""
    _check(lake, passed=passed, severity=severity)

    require_verdict(lake.open())


def test_failed(lake: MartsLake) -> None:
    """A failure stops the marts, whatever the day before was, until somebody accepts it."""
    _check(lake, DAY_BEFORE, passed=True)
    _check(lake, passed=False)
    with pytest.raises(GateError, match=r"2026-03-04 failed rejected_share \(sales\); they stay"):
        require_verdict(lake.open())

    consent = Result(
        "rejected_share", "sales", ACCEPTED, 0.02, None, None, "known", "me", datetime.now(UTC)
    )
    write_results(lake.store, str(DAY), [consent])

    require_verdict(lake.open())


def test_unchecked(lake: MartsLake) -> None:
    """A day that nobody has checked, or not since anything was loaded, stops them too."""
    with pytest.raises(GateError, match="nobody has checked 2026-03-04 since something was loaded"):
        require_verdict(lake.open())
    _load(lake, COMMITTED)
    _check(lake, passed=True)  # in the second of the load, or before it
    with pytest.raises(GateError, match="nobody has checked 2026-03-04 since something was loaded"):
        require_verdict(lake.open())

    _check(lake, after=HOUR, passed=True)

    require_verdict(lake.open())


def test_load_at_work(lake: MartsLake) -> None:
    """While a load is at work, or has died amid its swaps, nothing is made."""
    _load(lake, WRITING)
    _check(lake, after=HOUR, passed=True)

    with pytest.raises(GateError, match=r"one has not ended: manifests-commerce/jr_1\.json"):
        require_verdict(lake.open())


def test_newest_day(lake: MartsLake) -> None:
    """The newest day is that of sales: customers who come a day early hold nothing back."""
    later = str(DAY + timedelta(days=1))
    customers, sales = (
        {(source, later): lake.store.uri(f"versions/x/{source}/dt={later}/")}
        for source in ("customers", "sales")
    )
    lake.catalog.set_locations(COMMERCE_LEDGER, customers)
    _check(lake, passed=True)
    require_verdict(lake.open())
    lake.catalog.set_locations(COMMERCE_LEDGER, sales)

    with pytest.raises(GateError, match=f"nobody has checked {later}"):
        require_verdict(lake.open())


def _load(lake: MartsLake, state: str) -> None:
    manifest = Manifest("jr_1", state, set(), [])
    lake.store.write("manifests-commerce/jr_1.json", manifest.to_json())


def test_no_result(lake: MartsLake) -> None:
    """What cannot be read is not passed over."""
    _check(lake, passed=True)
    lake.store.write(f"bronze/quality_results/dt={DAY}/odd.jsonl", b"passed\n")

    with pytest.raises(UnreadableResultError, match=r"odd\.jsonl, line 1 should be a row"):
        require_verdict(lake.open())
