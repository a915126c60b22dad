"""What a check's value is held against, and what follows: a row of ``quality_results``."""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from commerce.gate.checks import Bound, Check
from glue_jobs.athena import Row
from glue_jobs.commerce.verdict import Result

NOTHING = "nothing to look at"


class Run(NamedTuple):
    """A run of the gate: its id, and when it looked, UTC."""

    run_id: str
    checked_at: datetime


def new_run(run_id: str) -> Run:
    """Return a run of now, to the millisecond, as results are stored."""
    now = datetime.now(UTC)
    return Run(run_id, now.replace(microsecond=now.microsecond // 1000 * 1000))


def judged(check: Check, rows: Sequence[Row], run: Run) -> Iterator[Result]:
    """Yield what a check found in the answer of its statement, a result per row.

    An answer without rows is a result too: there was nothing to look at.
    """
    for row in rows or [{check.name: None}]:
        observed, example = row[check.name], row.get(f"{check.name}_example")
        value = None if observed is None else float(observed)
        yield judge(check, row.get("source"), value, example, run)


def judge(
    check: Check, source: str | None, observed: float | None, example: str | None, run: Run
) -> Result:
    """Return a result: of the gravest bound that does not hold, else of the narrowest."""
    broken = [] if observed is None else [each for each in check.bounds if not each.holds(observed)]
    bound = broken[0] if broken else check.bounds[-1]
    detail = NOTHING
    if observed is not None:
        detail = f"{check.measures}: promised {_promise(bound)}, found {observed:.6g}"
    if broken and example is not None:
        detail += f", for example {example}"
    return Result(
        check_name=check.name,
        source=source,
        severity=bound.severity,
        observed=observed,
        bound=bound.limit(observed),
        passed=not broken,
        detail=detail,
        run_id=run.run_id,
        checked_at=run.checked_at,
    )


def _promise(bound: Bound) -> str:
    """Say what a bound asks for."""
    limits = {"least": bound.least, "most": bound.most}
    given = (f"at {word} {limit:g}" for word, limit in limits.items() if math.isfinite(limit))
    return " and ".join(given)
