"""Days that are not like the same weekdays of the weeks before: median and MAD, in plain Python.

z = (x - m) / scale, where m is the median of the same weekday's values in the eight weeks before,
the day itself left out, and scale the greatest of 1.4826 MAD, 15 % of m, the root of m for counts,
and for shares 0.03 of what came back, 0.005 of what was rejected. A day with abs(z) > 3.5 is an
anomaly. Measured by tests/tools/anomalies.py.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from commerce.gate.judging import Run
from glue_jobs.athena import Row
from glue_jobs.commerce.verdict import WARN, Result

LIMIT = 3.5
LEAST_VALUES = 4  # of the weeks before; under them the metric is learning
COUNTS = {"transactions", "unique_customers", "rows"}
LEAST_OF_SHARES = {"reversals_share": 0.03, "rejected_share": 0.005}
_SIGMAS = 1.4826  # of a normal distribution, per MAD
_RELATIVE, _LEAST_SCALE = 0.15, 1e-9


class Finding(NamedTuple):
    """What a metric was on the day; its ``score`` z is None while learning, or without a value."""

    metric: str
    source: str | None
    value: float | None
    usual: Sequence[float]
    score: float | None

    @property
    def is_anomaly(self) -> bool:
        """Whether the day is unlike the others."""
        return self.score is not None and abs(self.score) > LIMIT


def score(metric: str, value: float, usual: Sequence[float]) -> float | None:
    """Return z of a value beside the usual ones, None under four of them."""
    if len(usual) < LEAST_VALUES:
        return None
    middle = median(usual)
    scales = [_SIGMAS * median(abs(each - middle) for each in usual), _RELATIVE * abs(middle)]
    scales += [math.sqrt(middle)] * (metric in COUNTS)
    return (value - middle) / max(*scales, LEAST_OF_SHARES.get(metric, _LEAST_SCALE))


def find(rows: Iterable[Row], day: str) -> list[Finding]:
    """Return a finding per metric and source; ``rows``: metric, source, dt and amount."""
    series: dict[tuple[str, str | None], dict[str, float]] = defaultdict(dict)
    for row in rows:
        series[row["metric"], row["source"]][row["dt"]] = row["amount"]
    return [_finding(*series_of, values, day) for series_of, values in series.items()]


def _finding(metric: str, source: str | None, values: dict[str, float], day: str) -> Finding:
    usual = [values[dt] for dt in sorted(values) if dt != day]
    value = values.get(day)
    found = None if value is None else score(metric, value, usual)
    return Finding(metric, source, value, usual, found)


def as_results(findings: Iterable[Finding], run: Run) -> list[Result]:
    """Return findings as rows of ``quality_results``: warnings, z is what was observed."""
    return [
        Result(
            check_name=f"anomaly_{finding.metric}",
            source=finding.source,
            severity=WARN,
            observed=finding.score,
            bound=LIMIT,
            passed=not finding.is_anomaly,
            detail=_detail(finding),
            run_id=run.run_id,
            checked_at=run.checked_at,
        )
        for finding in findings
    ]


def _detail(finding: Finding) -> str:
    if finding.value is None:
        return "no value on the day"
    if finding.score is None:
        return f"learning: {len(finding.usual)} of {LEAST_VALUES} same weekdays before have a value"
    return (
        f"median of {len(finding.usual)} same weekdays before {median(finding.usual):.6g}, "
        f"on the day {finding.value:.6g}"
    )
