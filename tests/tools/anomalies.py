"""How many of the days that the generators plant the gate's anomalies find: precision and recall.

``python -m tests.tools.anomalies`` measures 20 seeds straight on generated sales, without any AWS.
A day counts as found if one of its metrics is an anomaly; only days with eight weeks before them
are looked at, and both planted days always are.
"""

import argparse
import sys
from collections import Counter, defaultdict
from datetime import date
from typing import NamedTuple

from commerce.gate.anomalies import find
from commerce.generators.orders import OrderBook
from commerce.generators.world import World

START, DAYS = date(2025, 1, 6), 24 * 7  # a third of them are the eight weeks before
TRANSACTIONS, PRODUCTS, CUSTOMERS = 30_000, 250, 6_000
FIRST = 8 * 7  # the first day that is looked at
Metrics = dict[str, float]


class Measure(NamedTuple):
    """Days that were planted, that were told, and that were both."""

    planted: int
    told: int
    both: int

    @property
    def precision(self) -> float:
        """Share of the told days that were planted."""
        return self.both / self.told if self.told else 1.0

    @property
    def recall(self) -> float:
        """Share of the planted days that were told."""
        return self.both / self.planted


def metrics_by_day(seed: int, transactions: int = TRANSACTIONS) -> tuple[list[Metrics], set[int]]:
    """Return each day's metrics in plain Python, and the planted days."""
    world = World(seed, START, DAYS, PRODUCTS, CUSTOMERS)
    book, days, returned = OrderBook(world, transactions), [], defaultdict[int, int](int)
    for day in range(DAYS):
        lines = [*book.sold(day)]
        gross = sum(line.total for line in lines)
        for line in lines:
            returned[line.returned or -1] += line.total
        days.append({
            "transactions": len(lines),
            "unique_customers": len({line.customer_id for line in lines}),
            "gross_revenue": gross / 100,
            "avg_order_value": gross / 100 / len({line.order for line in lines}),
            "reversals_share": returned[day] / gross,
        })
    return days, {*world.anomalies}


def told(days: list[Metrics]) -> dict[str, set[int]]:
    """Return the days that each metric tells, in the order of the days."""
    found = defaultdict(set)
    for day in range(FIRST, len(days)):
        rows = [
            {"metric": metric, "source": None, "dt": f"{each:04}", "amount": float(amount)}
            for each in range(day % 7, day + 1, 7)
            if each >= day - FIRST
            for metric, amount in days[each].items()
        ]
        for finding in find(rows, f"{day:04}"):
            if finding.is_anomaly:
                found[finding.metric].add(day)
    return found


def measure(seeds: range, transactions: int = TRANSACTIONS) -> dict[str, Measure]:
    """Return precision and recall by metric, and of ``any`` of them, over all seeds."""
    counts = defaultdict[str, Counter[str]](Counter)
    for seed in seeds:
        days, planted = metrics_by_day(seed, transactions)
        by_metric = told(days)
        by_metric["any"] = set().union(*by_metric.values())
        for metric in [*days[0], "any"]:
            found = by_metric[metric]
            counts[metric].update(planted=len(planted), told=len(found), both=len(found & planted))
    return {metric: Measure(**of) for metric, of in counts.items()}


def main() -> None:
    """Print a line for each metric."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--transactions", type=int, default=TRANSACTIONS)
    options = parser.parse_args()
    for metric, of in measure(range(1, options.seeds + 1), options.transactions).items():
        sys.stdout.write(
            f"{metric:18} precision {of.precision:.2f} recall {of.recall:.2f} "
            f"({of.both} of {of.planted} planted, {of.told} told)\n"
        )


if __name__ == "__main__":
    main()
