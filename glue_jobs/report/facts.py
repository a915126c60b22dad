"""What the report knows of a day: the answers to ``statements.sql``."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files

from glue_jobs.athena import Athena, Row
from glue_jobs.report.statements import Statement, read_statements

Rows = list[Row]
DAYS = 7  # of the page's week, which ends with its day
_STATEMENTS = files("glue_jobs.report") / "statements.sql"


@dataclass(frozen=True)
class Facts:
    """The answers about a day, as rows; what columns they have stands in ``statements.sql``.

    ``written`` is the moment of asking, UTC: what is after it cannot be missing yet.
    """

    day: date
    written: datetime
    hours: Rows
    visits: Rows
    steps: Rows
    products: Rows
    segments: Rows
    recent: Rows
    slots: Rows
    reasons: Rows

    @property
    def week(self) -> list[date]:
        """The days of the page's week, the report's last."""
        return [self.day - timedelta(days=ago) for ago in reversed(range(DAYS))]

    @property
    def week_before(self) -> list[date]:
        """The seven days before that week."""
        return [day - timedelta(days=DAYS) for day in self.week]

    @property
    def until(self) -> datetime:
        """The end of what the report can know: of its day, or now while the day lasts."""
        midnight = datetime.combine(self.day, datetime.min.time(), UTC)
        return min(midnight + timedelta(days=1), self.written)

    @property
    def week_hours(self) -> Rows:
        """Every hour of the week that has begun; without events (``has_events``) it brings zero."""
        known = {(row["dt"], row["hour"]): {**row, "has_events": True} for row in self.hours}
        none = {"revenue": Decimal(), "purchases": 0, "has_events": False}
        hours = [(day.isoformat(), f"{hour:02}") for day in self.week for hour in range(24)]
        return [
            {"dt": dt, "hour": hour, **none, **known.get((dt, hour), {})}
            for dt, hour in hours
            if f"{dt}T{hour}" <= f"{self.written:%Y-%m-%dT%H}"
        ]


def collect(athena: Athena, databases: dict[str, str], day: date, written: datetime) -> Facts:
    """Ask Athena all about a day; ``databases`` are names by layer.

    Raises:
        AthenaError: a query did not succeed.
    """
    known = statements()
    week = day - timedelta(days=DAYS - 1)
    given = {
        "first": min(week - timedelta(days=DAYS), day.replace(day=1)).isoformat(),
        "week": week.isoformat(),
        "before": (day - timedelta(days=1)).isoformat(),
        "day": day.isoformat(),
    }

    def ask(name: str, **more: str) -> Rows:
        parameters = [{**given, **more}[parameter] for parameter in known[name].parameters]
        return athena.ask(known[name].text, databases[known[name].layer], parameters).rows

    answers = {name: ask(name) for name in known if name != "recent"}
    bought = [row for row in answers["hours"] if row["dt"] == given["day"] and row["purchases"]]
    recent = ask("recent", hour=str(bought[-1]["hour"])) if bought else []
    return Facts(day, written, **answers, recent=recent)


def statements() -> dict[str, Statement]:
    """Return the report's questions by name."""
    return read_statements(_STATEMENTS)
