"""The visits as the five-minute files of the events domain, by docs/data-rules.md."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from commerce.generators.delivery import Plan
from commerce.generators.visits import DAY, Click, visits_of
from commerce.generators.world import Article
from generate_sample_data import (
    CATALOGUE,
    QUERIES,
    SECOND,
    SLOT,
    Event,
    Product,
    compress,
    line,
    name_of,
)

# A page without a product and a checkout are no events there.
EVENT_TYPES = {"product_view": "page_view"} | {
    name: name for name in ("search", "add_to_cart", "remove_from_cart", "purchase")
}
SEARCHES = {product.product_id: product.search_query for product in CATALOGUE}


def write_events(plan: Plan, folder: Path) -> None:
    """Write a file for each five minutes in which there are events, without any fault.

    Raises OSError if ``folder`` holds something or cannot be made.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    start = int(datetime.combine(plan.world.start, time(), UTC).timestamp())
    with TemporaryDirectory(prefix=".making-", dir=folder.parent) as staging:
        (made := Path(staging) / "events").mkdir()
        for _, clicks in visits_of(plan.world, plan.sizes).clicks():
            for slot, events in groupby(_events(clicks, start), lambda event: event.time // SLOT):
                (made / name_of(slot)).write_bytes(compress(map(line, events)))
        made.replace(folder)


def _events(clicks: list[Click], start: int) -> Iterator[Event]:
    """Yield what of the clicks is an event; ``start`` is the first midnight, in seconds."""
    for moment, visit, step in clicks:
        event_type = EVENT_TYPES.get(step.event_type)
        if event_type and step.article:
            time_of = (start + moment) * SECOND
            product = _product(step.article, moment // DAY)
            yield Event(time_of, visit.session, visit.user, event_type, product, step.quantity)


def _product(article: Article, day: int) -> Product:
    """Return a product as the events know it, at the price of the day."""
    queries = QUERIES[article.category]
    query = SEARCHES.get(article.product_id) or queries[article.number % len(queries)]
    return Product(article.product_id, article.category, query, article.cents_on(day), 0, 0)
