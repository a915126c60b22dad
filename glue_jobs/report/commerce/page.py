"""The order book's page: a day's sales in one HTML file that asks no network."""

from glue_jobs.report.commerce import tables
from glue_jobs.report.commerce.cards import cards
from glue_jobs.report.commerce.cells import anomaly, cells, cut, names
from glue_jobs.report.commerce.facts import OrderFacts
from glue_jobs.report.commerce.figures import figures
from glue_jobs.report.drawing import CONFIG
from glue_jobs.report.rendering import Filters, library, render, text

# The numbers stand before Vega, the largest script by far, is read.
_BEFORE, _AFTER = ("cells", "page", "detail"), ("charts",)


def page(facts: OrderFacts) -> str:
    """Return a day's page as HTML."""
    before, after = ([text(f"commerce/{name}.js") for name in few] for few in (_BEFORE, _AFTER))
    numbers = {row["product_id"]: number for number, row in enumerate(facts.products)}
    known = {
        "facts": facts,
        "cards": cards(facts),
        "tables": tables,
        "numbers": numbers,
        "ranks": {kind: _ranks(facts, kind) for kind in ("category", "city")},
        "categories": names("category", facts.categories),
        "cities": names("city", facts.cities),
        "data": {"charts": figures(), "config": CONFIG, **cells(facts)},
        "style": text("page.css") + text("commerce/page.css"),
    }
    filters: Filters = {"cut": cut, "anomaly": anomaly, "words": _words}
    return render("commerce/page.html", [*before, library(), *after], filters, known)


def _words(name: str) -> str:
    """Return a name of our own as words."""
    return name.replace("_", " ")


def _ranks(facts: OrderFacts, kind: str) -> list[int]:
    """Return the ranks that have sales; that of all others is last."""
    ranks = {row[f"{kind}_rank"] for row in facts.cube} - {None}
    return sorted(ranks, key=lambda rank: (rank == 0, rank))
