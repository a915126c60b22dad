"""The catalogue: a full copy on the first day, then each product whose price changes."""

import sys
from collections.abc import Iterable, Iterator

from commerce.generators.command import run
from commerce.generators.delivery import Plan
from commerce.generators.faults import Record
from commerce.generators.world import Article, money


class Products:
    """A shop's products by day of delivery."""

    def __init__(self, plan: Plan) -> None:
        self._world = plan.world
        self._articles = sorted(plan.world.articles)

    def days(self) -> Iterator[tuple[int, Iterable[Record]]]:
        """Yield the days on which something is new, and what."""
        yield 0, (self._record(article, 0) for article in self._articles)
        for day in sorted({article.changes for article in self._articles if article.changes}):
            changed = [article for article in self._articles if article.changes == day]
            yield day, (self._record(article, day) for article in changed)

    def _record(self, article: Article, day: int) -> Record:
        return {
            "product_id": article.product_id,
            "name": article.name,
            "category": article.category,
            "brand": article.brand,
            "price": article.cents_on(day) / 100,
            "stock": article.stock,
            "updated_at": f"{self._world.date_of(day)}T00:00:00Z",
        }

    def planted(self) -> dict[str, object]:
        """Return the products whose price changes: when, from, to."""
        return {"price_changes": [self._change(a) for a in self._articles if a.changes]}

    def _change(self, article: Article) -> list[str]:
        day = str(self._world.date_of(article.changes or 0))
        return [article.product_id, day, money(article.cents), money(article.new_cents)]


def main(argv: list[str] | None = None) -> int:
    """Run the command."""
    return run("products", Products, (), argv)


if __name__ == "__main__":
    sys.exit(main())
