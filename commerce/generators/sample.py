"""Writes commerce/sample-data: three days of all six sources, small, and the truth about them."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import filterfalse
from pathlib import Path
from tempfile import TemporaryDirectory

from commerce.generators.delivery import Deliveries, Plan, as_text, write
from commerce.generators.faults import Faults, Record
from commerce.generators.generate_clickstream import Clickstream
from commerce.generators.generate_customers import Customers
from commerce.generators.generate_products import Products
from commerce.generators.generate_reviews import Reviews
from commerce.generators.generate_sales import Sales
from commerce.generators.generate_transactions import Transactions
from commerce.generators.world import World

FOLDER = Path(__file__).parent.parent / "sample-data"
# The seed is one with returns of the first day's sales on the second day and on the third.
WORLD = World(seed=106, start=date(2026, 3, 2), days=3, products=200, customers=40)
SIZES = {"transactions": 90, "sales": 90, "reviews": 25, "clickstream": 40}
TILL_DAY = 1  # the second: its sales come from a till
REFUSED = {"reviews": "file_other_delimiter"}
RATES = {
    "products": {"wrong_type_price": 0.02},
    "customers": {"invalid_email": 0.05},
    "transactions": {
        "row_twice": 0.03,
        "correction": 0.03,
        "missing_customer_id": 0.02,
        "wrong_number_of_fields": 0.01,
    },
    "sales": {"row_twice": 0.03, "invalid_amount": 0.03},
    "reviews": {"invalid_rating": 0.05},
    "clickstream": {"row_twice": 0.005, "not_json": 0.005, "invalid_device": 0.005},
}


class MostTransactions(Transactions):
    """All transactions, but for the sales of one day."""

    def days(self) -> Iterator[tuple[int, Iterable[Record]]]:
        """Yield every day; what becomes of that day's sales later is there."""
        for day, records in super().days():
            yield day, filterfalse(self._is_of_till, records) if day == TILL_DAY else records

    def _is_of_till(self, record: Record) -> bool:
        return str(record["transaction_date"]).startswith(str(self._world.date_of(TILL_DAY)))


class TillSales(Sales):
    """The sales of that day."""

    def days(self) -> Iterator[tuple[int, Iterable[Record]]]:
        """Yield it."""
        return (each for each in super().days() if each[0] == TILL_DAY)


MAKERS: dict[str, Callable[[Plan], Deliveries]] = {
    "products": Products,
    "customers": Customers,
    "transactions": MostTransactions,
    "sales": TillSales,
    "reviews": Reviews,
    "clickstream": Clickstream,
}


def write_sample(folder: Path) -> None:
    """Write a new folder for each source, and ``truth.json``: files, and ``planted`` by source."""
    files: dict[str, object] = {}
    planted: dict[str, object] = {}
    folder.mkdir()
    with TemporaryDirectory() as truths:
        for source, make in MAKERS.items():
            faults = Faults(WORLD.seed, source, RATES[source])
            plan = Plan(WORLD, SIZES, faults, REFUSED.get(source))
            write(plan, make(plan), folder, truth_file := Path(truths) / source)
            truth = json.loads(truth_file.read_text(encoding="utf-8"))
            files |= truth["files"]
            planted[source] = truth["planted"]
    known = as_text({"files": files, "planted": planted})
    (folder / "truth.json").write_text(known, encoding="utf-8")


if __name__ == "__main__":
    write_sample(FOLDER)
