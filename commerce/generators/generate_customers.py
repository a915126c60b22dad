"""The customers: all of before on the first day, then each who signs up or moves."""

import sys
from array import array
from collections.abc import Iterable, Iterator

from commerce.generators.command import run
from commerce.generators.delivery import Plan
from commerce.generators.faults import Record


class Customers:
    """A shop's customers by day of delivery."""

    def __init__(self, plan: Plan) -> None:
        self._world = plan.world
        self._moves: list[list[str]] = []

    def days(self) -> Iterator[tuple[int, Iterable[Record]]]:
        """Yield the days on which somebody is new or elsewhere, and who."""
        numbers = [array("Q") for _ in range(self._world.days)]
        for number in range(self._world.customers):
            customer = self._world.customer(number)
            numbers[max(0, customer.signup)].append(number)
            if customer.moves:
                numbers[customer.moves].append(number)
                date = str(self._world.date_of(customer.moves))
                move = [customer.customer_id, date, customer.city, customer.new_city]
                self._moves.append(move)
        for day, some in enumerate(numbers):
            if some:
                yield day, (self._record(number, day) for number in some)

    def _record(self, number: int, day: int) -> Record:
        customer = self._world.customer(number)
        return {
            "customer_id": customer.customer_id,
            "name": customer.name,
            "email": customer.email,
            "city": customer.city_on(day),
            "signup_date": str(self._world.date_of(customer.signup)),
            "updated_at": f"{self._world.date_of(day)}T00:00:00Z",
        }

    def planted(self) -> dict[str, object]:
        """Return the customers who move: when, from, to."""
        return {"moves": self._moves}


def main(argv: list[str] | None = None) -> int:
    """Run the command."""
    return run("customers", Customers, ("transactions",), argv)


if __name__ == "__main__":
    sys.exit(main())
