"""The numbers at the top of the order book's page, which no filter changes."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from glue_jobs.report.commerce.facts import OrderFacts
from glue_jobs.report.commerce.tables import returned_rate, verdict
from glue_jobs.report.rendering import COUNT, MONEY, Card, shown

PERIODS = {"the day": 1, "the 7 days": 7, "the 30 days": 30}
CHAMPIONS, AT_RISK = "champions", "at_risk"


def cards(facts: OrderFacts) -> list[Card]:
    """Return the cards of a day."""
    returned, total = returned_rate(facts)
    return [
        _revenue(facts, facts.day.strftime("%A"), 1, "the day"),
        _revenue(facts, "7 days", 7, "the 7 days"),
        _month(facts),
        _trend(facts),
        _segment(facts, CHAMPIONS, "bought often and lately"),
        _segment(facts, AT_RISK, "bought often, not lately"),
        Card(
            "Returned",
            "units of a year, sold 30 days ago or before",
            shown("{:.1%}", returned / total if total else None),
            f"{shown(COUNT, returned)} of {shown(COUNT, total)} units",
        ),
        Card("Quality gate", "verdict of the day", verdict(facts), _findings(facts)),
    ]


def revenue_between(facts: OrderFacts, first: date, last: date) -> Decimal:
    """Return the net revenue of the days from the first to the last, US dollars."""
    rows = (row["net_revenue"] for row in facts.days if first <= row["sales_date"] <= last)
    return sum(rows, Decimal())


def _revenue(facts: OrderFacts, name: str, days: int, period: str) -> Card:
    now, before = _and_before(facts, days)
    return Card(name, "net revenue", shown(MONEY, now), _change(now, before, f"{period} before"))


def _month(facts: OrderFacts) -> Card:
    """Compare the month up to the day with the same days of the month before, if it has them."""
    first = facts.day.replace(day=1)
    end = first - timedelta(days=1)
    begin = end.replace(day=1)
    last = min(end, begin + timedelta(days=facts.day.day - 1))
    now = revenue_between(facts, first, facts.day)
    note = _change(now, revenue_between(facts, begin, last), f"{begin.day}-{last.day} {last:%B}")
    return Card(f"{facts.day:%B}", "net revenue so far", shown(MONEY, now), note)


def _trend(facts: OrderFacts) -> Card:
    now, before = _and_before(facts, 30)
    change = f"{now / before - 1:+,.1%}" if before else shown("", None)
    note = f"{shown(MONEY, now)}, before {shown(MONEY, before)}"
    return Card("Trend", "30 days against the 30 before", change, note)


def _and_before(facts: OrderFacts, days: int) -> tuple[Decimal, Decimal]:
    """Return the net revenue of the days that end with the day, and of as many before them."""
    span = timedelta(days=days)
    first = facts.day - span + timedelta(days=1)
    before = revenue_between(facts, first - span, facts.day - span)
    return revenue_between(facts, first, facts.day), before


def _change(now: Decimal, before: Decimal, period: str) -> str:
    """Return how a number stands beside that of the period before, as ``change`` of page.js."""
    if not before:
        return f"nothing in {period}"
    arrow = "▲" if now > before else "▼" if now < before else "="
    return (
        f"{arrow} {shown('{:,.1%}', abs(now / before - 1))} from {shown(MONEY, before)} in {period}"
    )


def _segment(facts: OrderFacts, segment: str, meaning: str) -> Card:
    rows = {row["segment"]: row for row in facts.segments}
    customers = sum(row["customers"] for row in facts.segments)
    found = rows.get(segment, {"customers": 0, "net_revenue": Decimal()})
    part = shown("{:.1%}", found["customers"] / customers if customers else None)
    name = segment.replace("_", " ").capitalize()
    note = f"{part} of the customers, {shown(MONEY, found['net_revenue'])} in all"
    return Card(name, meaning, shown(COUNT, found["customers"]), note)


def _findings(facts: OrderFacts) -> str:
    """Return how many checks failed, were accepted, warned; without one accepted, none is told."""
    found = Counter(row["outcome"] for row in facts.quality)
    accepted = f"{found['accepted']} accepted, " if found["accepted"] else ""
    checks = f"{found['warn']} warned of {len(facts.quality)} checks"
    return f"{found['fail']} failed, {accepted}{checks}"
