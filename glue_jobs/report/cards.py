"""The numbers at the top of the page."""

from datetime import date, timedelta
from decimal import Decimal

from glue_jobs.report.facts import Facts
from glue_jobs.report.rendering import COUNT, MONEY, Card, Number, shown

DAYS_BEFORE = "the 7 days before"


def cards(facts: Facts) -> list[Card]:
    """Return the cards of a day; beside its own numbers stand those of the day before."""
    today, before = (_day(facts, facts.day - timedelta(days=ago)) for ago in (0, 1))

    def of_day(name: str, key: str, form: str, meaning: str = "") -> Card:
        return Card(name, meaning, shown(form, today[key]), _before(form, today[key], before[key]))

    week, last = (_revenue_of(facts, days) for days in (facts.week, facts.week_before))
    month = _revenue(facts, f"{facts.day:%Y-%m}")
    return [
        of_day("Revenue", "revenue", MONEY),
        Card("Last 7 days", "revenue", shown(MONEY, week), _before(MONEY, week, last, DAYS_BEFORE)),
        Card(f"{facts.day:%B}", "revenue", shown(MONEY, month), "from the first to this day"),
        of_day("Purchases", "purchases", COUNT),
        of_day("Average order value", "average", MONEY),
        of_day("Users", "users", COUNT),
        of_day("Sessions", "sessions", COUNT),
        of_day("Conversion", "conversion", "{:.2%}", "sessions that bought"),
    ]


def revenue_of(facts: Facts, day: date) -> Decimal:
    """Return what a day's purchases brought in, US dollars."""
    return _revenue(facts, day.isoformat())


def _revenue_of(facts: Facts, days: list[date]) -> Decimal:
    return sum((revenue_of(facts, day) for day in days), Decimal())


def _day(facts: Facts, day: date) -> dict[str, Number | None]:
    """Return a day's numbers, zeros and None if it has no events."""
    revenue = revenue_of(facts, day)
    purchases = sum(row["purchases"] for row in facts.hours if row["dt"] == day.isoformat())
    none = {"users": 0, "sessions": 0, "buying_sessions": 0}
    visits = next((row for row in facts.visits if row["dt"] == day.isoformat()), none)
    return {
        **visits,
        "revenue": revenue,
        "purchases": purchases,
        "average": revenue / purchases if purchases else None,
        "conversion": _rate(visits["buying_sessions"], visits["sessions"]),
    }


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _before(
    form: str, today: Number | None, before: Number | None, period: str = "the day before"
) -> str:
    """Return the number of the period before, and where it went; nothing if there was none."""
    if not before or today is None:
        return ""
    arrow = "▲" if today > before else "▼" if today < before else "="
    return f"{arrow} from {shown(form, before)} {period}"


def _revenue(facts: Facts, period: str) -> Decimal:
    """Return the revenue of a day or month, by how its days begin."""
    rows = (row["revenue"] for row in facts.hours if str(row["dt"]).startswith(period))
    return sum(rows, Decimal())
