"""The sales alone, as a till exports them: no order, price or status, and a date without time."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator

from commerce.generators.command import run
from commerce.generators.delivery import Plan
from commerce.generators.faults import Record
from commerce.generators.orders import OrderBook
from commerce.generators.world import money


class Sales:
    """A shop's sales by day; those of ``Transactions`` with the same ids."""

    def __init__(self, plan: Plan) -> None:
        self._world, self._faults = plan.world, plan.faults
        self._book = OrderBook(plan.world, plan.sizes["sales"])
        self._gross: Counter[str] = Counter()  # cents by date
        self._rows: Counter[str] = Counter()

    def days(self) -> Iterator[tuple[int, Iterable[Record]]]:
        """Yield every day; one without sales has a file too."""
        for day in range(self._world.days):
            yield day, self._of(day)

    def _of(self, day: int) -> Iterator[Record]:
        random, date = self._faults.dice_of(day, "strangers"), str(self._world.date_of(day))
        for sold in self._book.sold(day):
            line = self._faults.with_stranger(sold, random, self._rows)
            self._gross[date] += line.total
            yield {
                "transaction_id": f"t_{line.key}",
                "customer_id": line.customer_id,
                "product_id": line.article.product_id,
                "quantity": line.quantity,
                "amount": money(line.total),
                "transaction_date": date,
            }

    def planted(self) -> dict[str, object]:
        """Return gross revenue by day, and how many sales name what no catalogue has."""
        gross = [[date, money(cents)] for date, cents in self._gross.items()]
        return {"gross_revenue": gross, "sales": dict(self._rows)}


def main(argv: list[str] | None = None) -> int:
    """Run the command."""
    return run("sales", Sales, ("products", "customers"), argv)


if __name__ == "__main__":
    sys.exit(main())
