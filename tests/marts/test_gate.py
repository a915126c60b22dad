"""The marts job goes on only if the newest day has passed the quality gate since it was loaded."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pyspark.sql import SparkSession

from glue_jobs.commerce.quality_results import write_results
from glue_jobs.commerce.verdict import ACCEPTED, FAIL, WARN, Result, UnreadableResultError
from glue_jobs.marts.gate import GateError, require_verdict
from local_aws.server import LocalAws
from tests.marts.marts_lake import MartsLake

DAY, DAY_BEFORE = date(2026, 3, 4), date(2026, 3, 3)
SOON = datetime.now(UTC) + timedelta(hours=1)  # after the ledger was written


@pytest.fixture
def lake(aws: LocalAws, spark: SparkSession) -> MartsLake:
    """A day is loaded, and nobody has checked it."""
    lake = MartsLake(aws, spark)
    lake.fill({}, DAY)
    return lake


def _check(
    lake: MartsLake, day: date = DAY, at: datetime = SOON, *, passed: bool, severity: str = FAIL
) -> None:
    result = Result("rejected_share", "sales", severity, 0.02, 0.01, passed, None, "gate", at)
    write_results(lake.store, str(day), [result])


@pytest.mark.parametrize(("passed", "severity"), [(True, FAIL), (False, WARN)])
def test_passed(lake: MartsLake, *, passed: bool, severity: str) -> None:
    """A day that passed, or of which only warnings are told, is made marts of."""
    _check(lake, passed=passed, severity=severity)

    require_verdict(lake.open(), DAY)


def test_failed(lake: MartsLake) -> None:
    """A failure stops the marts, whatever the day before was, until somebody accepts it."""
    _check(lake, DAY_BEFORE, passed=True)
    _check(lake, passed=False)
    with pytest.raises(GateError, match=r"2026-03-04 failed rejected_share \(sales\); they stay"):
        require_verdict(lake.open(), DAY)

    consent = Result("rejected_share", None, ACCEPTED, None, None, None, "known", "me", SOON)
    write_results(lake.store, str(DAY), [consent])

    require_verdict(lake.open(), DAY)


def test_unchecked(lake: MartsLake) -> None:
    """A day that nobody has checked, or not since it was loaded, stops them too."""
    with pytest.raises(GateError, match="nobody has checked 2026-03-04 since it was loaded"):
        require_verdict(lake.open(), DAY)
    _check(lake, at=datetime.now(UTC) - timedelta(hours=1), passed=True)
    with pytest.raises(GateError, match="nobody has checked 2026-03-04 since it was loaded"):
        require_verdict(lake.open(), DAY)

    _check(lake, passed=True)

    require_verdict(lake.open(), DAY)


def test_no_result(lake: MartsLake) -> None:
    """What cannot be read is not passed over."""
    _check(lake, passed=True)
    lake.store.write(f"bronze/quality_results/dt={DAY}/odd.jsonl", b"passed\n")

    with pytest.raises(UnreadableResultError, match=r"odd\.jsonl, line 1 should be a row"):
        require_verdict(lake.open(), DAY)
