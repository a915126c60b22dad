"""The order book: each day's sales, and what came back on that day or was refunded."""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from commerce.generators.command import run
from commerce.generators.delivery import Plan
from commerce.generators.faults import Record
from commerce.generators.orders import Line, OrderBook
from commerce.generators.world import PAIRS, RETURN_RATES, money


class Transactions:
    """A shop's transactions by day of delivery; a later status comes as a row of its own."""

    def __init__(self, plan: Plan) -> None:
        self._world, self._faults = plan.world, plan.faults
        self._book = OrderBook(plan.world, plan.sizes["transactions"])
        self._later: defaultdict[int, list[tuple[Line, str]]] = defaultdict(list)
        self._gross: Counter[int] = Counter()  # cents by day of sale
        self._returned: Counter[int] = Counter()
        self._rows: Counter[str] = Counter()

    def days(self) -> Iterator[tuple[int, Iterable[Record]]]:
        """Yield every day; one without sales has a file too."""
        for day in range(self._world.days):
            yield day, self._of(day)

    def _of(self, day: int) -> Iterator[Record]:
        random = self._faults.dice_of(day, "strangers")
        for sold in self._book.sold(day):
            line = self._faults.with_stranger(sold, random, self._rows)
            self._count(line)
            yield self._record(line, "completed", day)
        for line, status in self._later.pop(day, ()):
            yield self._record(line, status, day)

    def _count(self, line: Line) -> None:
        """Count a sale in cents, and keep what becomes of it within the days."""
        sold = line.order.day
        self._gross[sold] += line.total
        last = "completed"
        for day, status in ((line.returned, "returned"), (line.refunded, "refunded")):
            if day is not None and day < self._world.days:
                self._later[day].append((line, status))
                last = status
        self._returned[sold] += line.total if last != "completed" else 0
        self._rows[last] += 1

    def _record(self, line: Line, status: str, day: int) -> Record:
        return {
            "transaction_id": f"t_{line.key}",
            "order_id": f"o_{line.key.rpartition('-')[0]}",
            "customer_id": line.customer_id,
            "product_id": line.article.product_id,
            "quantity": line.quantity,
            "price": money(line.cents),
            "total_amount": money(line.total),
            "transaction_date": self._time(line.order.day, line.second),
            "status": status,
            "updated_at": self._time(day, line.second),
        }

    def _time(self, day: int, second: int) -> str:
        minute, second = divmod(second, 60)
        return f"{self._world.date_of(day)} {minute // 60:02}:{minute % 60:02}:{second:02}"

    def planted(self) -> dict[str, object]:
        """Return revenue as known at the end, by day of sale, and what was put into the sales."""
        return {
            "revenue": [self._revenue(day) for day in range(self._world.days)],
            "transactions": dict(sorted(self._rows.items())),
            "return_rates": RETURN_RATES,
            "pairs": PAIRS,
            "anomalies": [
                [str(self._world.date_of(day)), factor]
                for day, factor in self._world.anomalies.items()
            ],
        }

    def _revenue(self, day: int) -> list[str]:
        """Return date, gross, returned and net of a day of sale."""
        gross, returned = self._gross[day], self._returned[day]
        amounts = (gross, returned, gross - returned)
        return [str(self._world.date_of(day)), *map(money, amounts)]


def main(argv: list[str] | None = None) -> int:
    """Run the command."""
    return run("transactions", Transactions, ("products", "customers"), argv)


if __name__ == "__main__":
    sys.exit(main())
