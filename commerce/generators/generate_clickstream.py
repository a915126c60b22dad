"""What people do on the shop's pages: visits in which orders are placed, and the others."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, time

from commerce.generators.command import run
from commerce.generators.delivery import Plan
from commerce.generators.faults import Record
from commerce.generators.five_minutes import write_events
from commerce.generators.visits import DAY, Click, session_of, visits_of
from commerce.generators.world import user_id
from generate_sample_data import session_id

COUNTED = ("page_view", "product_view", "add_to_cart", "checkout", "purchase")


class Clickstream:
    """A shop's clicks by day."""

    def __init__(self, plan: Plan) -> None:
        self._world = plan.world
        self._visits = visits_of(plan.world, plan.sizes)
        self._devices: list[list[object]] = []

    def days(self) -> Iterator[tuple[int, Iterable[Record]]]:
        """Yield every day."""
        for day, clicks in self._visits.clicks():
            self._devices += self._rows(day, clicks)
            yield day, map(self._record, clicks)

    def _record(self, click: Click) -> Record:
        visit, step = click.visit, click.step
        article = step.article if step.event_type != "search" else None
        return {
            "session_id": session_id(visit.session),
            "event_type": step.event_type,
            "timestamp": self._time(click.time),
            "customer_id": None if visit.customer is None else user_id(visit.customer),
            "page": step.page,
            "device": visit.device,
            "product_id": article.product_id if article else None,
        }

    def _time(self, seconds: int) -> str:
        day, second = divmod(seconds, DAY)
        moment = time(second // 3600, second // 60 % 60, second % 60)
        return f"{datetime.combine(self._world.date_of(day), moment).isoformat()}Z"

    def _rows(self, day: int, clicks: list[Click]) -> Iterator[list[object]]:
        """Yield the rows of a day of ``daily_device_sessions``."""
        events = Counter((click.visit.device, click.step.event_type) for click in clicks)
        visits = Counter(visit.device for visit in {click.visit for click in clicks})
        buyers = {click.visit for click in clicks if click.step.event_type == "purchase"}
        bought = Counter(visit.device for visit in buyers)
        for device in sorted(visits, key=str):
            counts = (events[device, event_type] for event_type in COUNTED)
            date = str(self._world.date_of(day))
            yield [date, device, visits[device], *counts, bought[device]]

    def planted(self) -> dict[str, object]:
        """Return the rows of ``daily_device_sessions``, and where order book and clicks differ."""
        telephone: list[str] = []
        lost: list[list[object]] = []
        for day in range(self._world.days):
            for order in self._visits.book.orders(day):
                lines = list(self._visits.book.lines(order))
                if self._visits.is_by_telephone(order):
                    telephone += [f"t_{line.key}" for line in lines]
                    continue
                visit = session_id(session_of(order)), user_id(order.customer)
                moment = self._time(day * DAY + lines[0].second)
                lost += [
                    [*visit, article.product_id, quantity, moment]
                    for article, quantity in self._visits.lost(order, lines)
                ]
        return {
            "daily_device_sessions": self._devices,
            "transactions_without_purchase": telephone,
            "purchases_without_transaction": lost,
        }


def main(argv: list[str] | None = None) -> int:
    """Run the command."""
    others = ("products", "customers", "transactions")
    return run("clickstream", Clickstream, others, argv, write_events)


if __name__ == "__main__":
    sys.exit(main())
