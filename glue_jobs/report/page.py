"""The page: numbers, charts and the tables behind them in one HTML file that asks no network."""

from datetime import timedelta

from glue_jobs.report.cards import cards
from glue_jobs.report.drawing import CONFIG
from glue_jobs.report.facts import Facts
from glue_jobs.report.figures import figures
from glue_jobs.report.health import health
from glue_jobs.report.rendering import library, render, text

HOUR = 60  # minutes


def page(facts: Facts) -> str:
    """Return a day's report as HTML."""
    state = health(facts)
    names = sorted({row["category"] for row in [*facts.steps, *facts.products]})
    known = {
        "facts": facts,
        "cards": cards(facts),
        "health": state,
        "categories": {name: number for number, name in enumerate(names)},
        "data": {"charts": figures(facts, state), "config": CONFIG, "categories": names},
        "style": text("page.css"),
    }
    return render("page.html", [library(), text("page.js")], {"span": _span}, known)


def _span(time: timedelta) -> str:
    """Return a length of time to the minute, or to the second if it is shorter than one."""
    minutes = time // timedelta(minutes=1)
    if not minutes:
        return f"{time.seconds} s"
    return f"{minutes // HOUR} h {minutes % HOUR} min" if minutes >= HOUR else f"{minutes} min"
