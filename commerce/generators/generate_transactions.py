"""The order book: each day's sales, and what came back on that day or was refunded."""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from commerce.generators.command import run
from commerce.generators.delivery import Plan
from commerce.generators.faults import ID_REUSED, Record, Repeat
from commerce.generators.histories import Row, current, history
from commerce.generators.orders import Line, OrderBook
from commerce.generators.world import PAIRS, RETURN_RATES, money


class Transactions:
    """A shop's transactions by day of delivery; a later status comes as a row of its own."""

    def __init__(self, plan: Plan) -> None:
        self._world, self._faults = plan.world, plan.faults
        self._book = OrderBook(plan.world, plan.sizes["transactions"])
        self._later: defaultdict[int, list[tuple[Line, Row]]] = defaultdict(list)
        self._gross: Counter[int] = Counter()  # cents by day of sale
        self._returned: Counter[int] = Counter()
        self._rows: Counter[str] = Counter()
        self._struck: defaultdict[str, list[list[str]]] = defaultdict(list)

    def days(self) -> Iterator[tuple[int, Iterable[Record]]]:
        """Yield every day; one without sales has a file too."""
        keys: list[str] = []
        for day in range(self._world.days):
            keys_before, keys = keys, []
            yield day, self._of(day, keys_before, keys)

    def _of(self, day: int, keys_before: list[str], keys: list[str]) -> Iterator[Record]:
        """Yield the rows of a day; ``keys`` get its own, for the next to use again."""
        strangers, random = (self._faults.dice_of(day, what) for what in ("strangers", "histories"))
        for sold in self._book.sold(day):
            line = self._faults.with_stranger(sold, strangers, self._rows)
            if keys_before and self._faults.strikes(ID_REUSED, random):
                line = line._replace(key=keys_before.pop())
                self._struck[ID_REUSED].append([f"t_{line.key}", str(self._world.date_of(day))])
            else:
                keys.append(line.key)
            rows = history(line, self._faults, random, self._world.days)
            self._count(line, rows)
            for row in rows:
                if row.day == day:
                    yield self._record(line, row)
                else:
                    self._later[row.day].append((line, row))
        for line, row in self._later.pop(day, ()):
            yield self._record(line, row)

    def _count(self, line: Line, rows: list[Row]) -> None:
        """Count a sale as it is known at the end, in cents, and what went wrong with it."""
        sold = line.order.day
        total, status = current(rows)
        self._gross[sold] += total
        self._returned[sold] += total if status != "completed" else 0
        self._rows[status] += 1
        for row in rows:
            if row.fault:
                date = str(self._world.date_of(sold))
                self._struck[row.fault].append([f"t_{line.key}", date, money(row.total)])

    def _record(self, line: Line, row: Row) -> Record:
        record = {
            "transaction_id": f"t_{line.key}",
            "order_id": f"o_{line.order.customer:08}-{line.order.number}",
            "customer_id": line.customer_id,
            "product_id": line.article.product_id,
            "quantity": line.quantity,
            "price": money(line.cents),
            "total_amount": money(row.total),
            "transaction_date": self._time(line.order.day, line.second),
            "status": row.status,
            "updated_at": self._time(row.since, line.second),
        }
        return Repeat(record) if row.is_repeat else record

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
            **self._struck,
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
