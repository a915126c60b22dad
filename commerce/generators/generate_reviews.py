"""What buyers say, up to three weeks after the sale; what is often returned is not liked."""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from commerce.generators.command import run
from commerce.generators.delivery import Plan
from commerce.generators.faults import Record
from commerce.generators.orders import OrderBook, Review


class Reviews:
    """A shop's reviews by day of delivery, the day on which they were written."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._book = OrderBook(plan.world, plan.sizes["transactions"])
        self._rows: Counter[str] = Counter()
        self._ratings: defaultdict[str, Counter[int]] = defaultdict(Counter)

    def days(self) -> Iterator[tuple[int, Iterable[Record]]]:
        """Yield every day; one without reviews has a file too."""
        waiting: defaultdict[int, list[Review]] = defaultdict(list)
        for day, reviews in enumerate(self._book.reviews(self._plan.sizes["reviews"])):
            for review in reviews:
                waiting[review.day].append(review)
                self._ratings[review.line.article.category][review.rating] += 1
            yield day, self._records(day, waiting.pop(day, []))

    def _records(self, day: int, reviews: list[Review]) -> Iterator[Record]:
        random = self._plan.faults.dice_of(day, "strangers")
        for review in reviews:
            line = self._plan.faults.with_stranger(review.line, random, self._rows)
            yield {
                "review_id": f"r_{line.key}",
                "product_id": line.article.product_id,
                "customer_id": line.customer_id,
                "rating": review.rating,
                "review_text": review.text,
                "review_date": str(self._plan.world.date_of(day)),
            }

    def planted(self) -> dict[str, object]:
        """Return what was put into the reviews: unknown ids, ratings by category."""
        ratings = {name: dict(sorted(each.items())) for name, each in self._ratings.items()}
        return {"reviews": dict(self._rows), "ratings": dict(sorted(ratings.items()))}


def main(argv: list[str] | None = None) -> int:
    """Run the command."""
    return run("reviews", Reviews, ("products", "customers", "transactions"), argv)


if __name__ == "__main__":
    sys.exit(main())
