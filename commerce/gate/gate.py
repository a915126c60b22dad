"""Ask Athena what a day is like: each statement once, side by side."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from commerce.gate.anomalies import as_results, find
from commerce.gate.checks import FRESHNESS, MUST_BE_FRESH, Bound, Check
from commerce.gate.judging import Run, judged
from commerce.view_statements import database, for_student
from glue_jobs.athena import Athena, Row
from glue_jobs.commerce.verdict import FAIL, Result

STATEMENTS = Path(__file__).parents[1] / "checks"
ANOMALIES, TOUCHED_DAYS, SCHEMA = "anomalies", "touched_days", "schema"
NEWEST_DAY = "newest_day"
_A_DAY = timedelta(days=1)
MONTH = timedelta(days=31)
_AT_ONCE = 8  # an account may run 20 queries and more at once


@dataclass(frozen=True)
class Gate:
    """The tables of a student; ``zone``: of the days of sale, a name of the IANA database."""

    athena: Athena
    student_id: str
    zone: str

    def check(
        self, day: date, checks: Sequence[Check], run: Run, *, anomalies: bool
    ) -> list[Result]:
        """Return the results of some checks of a day, and on demand of its anomalies.

        Raises:
            AthenaError: a statement failed; then nothing is known of the day.
        """
        marks = self._touched(day)
        names = [*dict.fromkeys(check.statement for check in checks), *[ANOMALIES] * anomalies]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            rows = pool.map(lambda name: self.ask(name, marks), names)
            answers = dict(zip(names, rows, strict=True))
        results = [each for of in checks for each in judged(of, answers[of.statement], run)]
        found = find(answers[ANOMALIES], day.isoformat()) if anomalies else []
        return results + as_results(found, run)

    def freshness(self, run: Run, check: Check = FRESHNESS) -> list[Result]:
        """Return how old the newest day of each source is; without any delivery nothing is."""
        marks = {"Now": f"{run.checked_at:%Y-%m-%d %H:%M:%S}"}
        return [
            result
            for row in self.ask(check.statement, marks)
            for result in judged(_for_source(check, row["source"]), [row], run)
        ]

    def newest_day(self, day: date) -> date | None:
        """Return the newest day of sales that the ledger has, from a month before a day on."""
        marks = {"FirstDay": (day - MONTH).isoformat()}
        [row] = self.ask(NEWEST_DAY, marks)
        return date.fromisoformat(row["newest_day"]) if row["newest_day"] else None

    def columns(self, day: date) -> list[Row]:
        """Return what the day's files tell of their columns, see ``commerce/checks/schema.sql``."""
        return self.ask(SCHEMA, {"Day": day.isoformat()})

    def ask(self, name: str, marks: dict[str, str]) -> list[Row]:
        """Return what a statement of ``commerce/checks`` answers.

        ``marks``: what stands for a word in quotes, as 'Day'.
        """
        text = (STATEMENTS / f"{name}.sql").read_text(encoding="utf-8")
        for mark, value in marks.items():
            text = text.replace(f"'{mark}'", f"'{value}'")
        statement = for_student(text, self.student_id, self.zone)
        return self.athena.ask(statement, database("gold", self.student_id)).rows

    def _touched(self, day: date) -> dict[str, str]:
        """Return the marks of a day: it, and between which days its files may have changed one.

        One more at both ends: the ledger tells moments in UTC, and days are those of the zone.
        """
        [row] = self.ask(TOUCHED_DAYS, {"Day": day.isoformat()})
        first, last = row["first_day"] or day, row["last_day"] or day
        return {
            "Day": day.isoformat(),
            "FirstDay": (first - _A_DAY).isoformat(),
            "LastDay": (last + _A_DAY).isoformat(),
        }


def _for_source(check: Check, source: str) -> Check:
    """Return a check that is no more than a warning for sources that need not come daily."""
    if source in MUST_BE_FRESH:
        return check
    bounds: Iterable[Bound] = (bound for bound in check.bounds if bound.severity != FAIL)
    return check._replace(bounds=tuple(bounds))
