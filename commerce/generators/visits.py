"""Who comes to the shop's pages and what they do there: some order, most only look."""

from array import array
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from commerce.generators.draws import Dice
from commerce.generators.orders import Line, Order, OrderBook, second_of_day
from commerce.generators.world import Article, World
from generate_sample_data import LEAVE_CHANCE, MOST_PRODUCTS_A_VISIT, SEARCH_CHANCE, dice

DAY = 86_400  # seconds
LONGEST_STEP = 180  # seconds; a visit is shorter than a day
TELEPHONE = 0.1  # of orders: nobody saw them on a page
LOST = 0.03  # of purchases: the order book never heard of them
KNOWN = 0.4  # of visits without an order: a customer who signed in
CART_CHANCE, REGRET_CHANCE = 0.2, 0.4  # that one who only looks takes a product, and puts it back
CHECKOUT_CHANCE = 0.4  # that one who leaves without an order, but with a cart, begins to pay
DEVICES = ["mobile", "desktop", "tablet", None]  # None: the page could not tell
DEVICE_SHARES = list(accumulate([0.55, 0.35, 0.08, 0.02]))


class Visit(NamedTuple):
    """``customer`` is None for somebody who did not sign in; ``user`` is whom a cookie knows."""

    session: int
    customer: int | None
    user: int
    device: str | None


class Step(NamedTuple):
    """One event of a visit. ``quantity`` is 0 where the event type has none."""

    event_type: str
    page: str
    article: Article | None = None
    quantity: int = 0


class Click(NamedTuple):
    """A step at its time, in seconds since the first midnight."""

    time: int
    visit: Visit
    step: Step


@dataclass(frozen=True)
class Visits:
    """One visit for each order that did not come by telephone, and ``lookers`` without one."""

    book: OrderBook
    lookers: int

    @cached_property
    def _schedule(self) -> list["array[int]"]:
        """The visits of each day that end without an order."""
        schedule = [array("Q") for _ in range(self.book.world.days)]
        for number in range(self.lookers):
            moment = dice(self.book.world.seed, "comes", number)()
            schedule[self.book.world.day_at(moment)].append(number)
        return schedule

    def clicks(self) -> Iterator[tuple[int, list[Click]]]:
        """Yield each day's clicks in order of time. Visits go on over midnight.

        What is done before the first day or after the last is left out.
        """
        waiting: defaultdict[int, list[Click]] = defaultdict(list)
        for day in range(self.book.world.days):
            for visit in self._visits(day):
                for click in visit:
                    waiting[click.time // DAY].append(click)
            if day:  # an order just after midnight has its first steps on the day before
                yield day - 1, sorted(waiting.pop(day - 1, []))
        yield self.book.world.days - 1, sorted(waiting.pop(self.book.world.days - 1, []))

    def _visits(self, day: int) -> Iterator[list[Click]]:
        for order in self.book.orders(day):
            if not self.is_by_telephone(order):
                yield self._buying(order)
        for number in self._schedule[day]:
            yield self._looking(number, day)

    def is_by_telephone(self, order: Order) -> bool:
        """Whether nobody saw an order on a page."""
        return dice(self.book.world.seed, "channel", order.customer, order.number)() < TELEPHONE

    def lost(self, order: Order, lines: list[Line]) -> list[tuple[Article, int]]:
        """Return what was bought besides, product and quantity, and got lost."""
        random = dice(self.book.world.seed, "lost", order.customer, order.number)
        bought = {line.article: line.quantity for line in lines}
        for _ in lines:
            if random() < LOST / (1 - LOST):
                bought[self._another(random, bought)] = 1 + int(random() * random() * 4)
        return list(bought.items())[len(lines) :]

    def _another(self, random: Dice, known: dict[Article, int]) -> Article:
        while (article := self.book.pick(random)) in known:
            pass
        return article

    def _buying(self, order: Order) -> list[Click]:
        """Find, take and buy, at the moment that the order book has."""
        random = dice(self.book.world.seed, "visit", order.customer, order.number)
        lines = list(self.book.lines(order))
        cart = {line.article: line.quantity for line in lines} | dict(self.lost(order, lines))
        steps = [_entry(random, lines[0].article)]
        for article, quantity in cart.items():
            if random() < REGRET_CHANCE:
                steps += _looked_at(random, self._another(random, cart), regrets=1)
            steps += [*_found(random, article), Step("add_to_cart", "/cart", article, quantity)]
        steps.append(Step("checkout", "/checkout"))
        waits = list(accumulate(_wait(random) for _ in steps))[::-1]
        moment = order.day * DAY + lines[0].second
        visit = Visit(session_of(order), order.customer, order.customer, _device(random))
        return [
            *(Click(moment - wait, visit, s) for wait, s in zip(waits, steps, strict=True)),
            *(Click(moment, visit, Step("purchase", "/thanks", *each)) for each in cart.items()),
        ]

    def _looking(self, number: int, day: int) -> list[Click]:
        """Look at some products, perhaps put them into the cart, and leave."""
        random, world = dice(self.book.world.seed, "looks", number), self.book.world
        customer = None
        if random() < KNOWN:
            who = int(random() * random() * world.customers)
            customer = who if world.customer(who).signup <= day else None
        user = world.customers + number if customer is None else customer
        visit = Visit(2 * number, customer, user, _device(random))
        steps = self._window_shopping(random)
        start = day * DAY + second_of_day(random)
        times = accumulate((_wait(random) for _ in steps[1:]), initial=start)
        return [Click(time, visit, step) for time, step in zip(times, steps, strict=True)]

    def _window_shopping(self, random: Dice) -> list[Step]:
        steps: list[Step] = []
        for _ in range(MOST_PRODUCTS_A_VISIT):
            article = self.book.pick(random)
            steps = steps or [_entry(random, article)]
            steps += _looked_at(random, article)
            if random() < LEAVE_CHANCE:
                break
        cart = {step.article for step in steps if step.event_type == "add_to_cart"}
        back = {step.article for step in steps if step.event_type == "remove_from_cart"}
        if cart - back and random() < CHECKOUT_CHANCE:
            steps.append(Step("checkout", "/checkout"))
        return steps


def visits_of(world: World, sizes: Mapping[str, int]) -> Visits:
    """Return the visits of a shop; ``sizes`` are rows, by source."""
    return Visits(OrderBook(world, sizes["transactions"]), sizes["clickstream"])


def session_of(order: Order) -> int:
    """Return the number of the visit of an order: odd; those without an order are even."""
    return (order.customer << 20 | order.number) * 2 + 1


def _device(random: Dice) -> str | None:
    return DEVICES[min(bisect(DEVICE_SHARES, random()), len(DEVICES) - 1)]


def _wait(random: Dice) -> int:
    return 1 + int(random() * random() * LONGEST_STEP)


def _entry(random: Dice, article: Article) -> Step:
    """Come in by the front door or by the page of a category."""
    return Step("page_view", f"/{article.category}" if random() < LEAVE_CHANCE else "/")


def _found(random: Dice, article: Article) -> list[Step]:
    """Open the page of a product, perhaps after a search for it."""
    searched = [Step("search", "/search", article)] if random() < SEARCH_CHANCE else []
    return [*searched, Step("product_view", f"/products/{article.product_id}", article)]


def _looked_at(random: Dice, article: Article, regrets: float = REGRET_CHANCE) -> list[Step]:
    """Open the page of a product; perhaps take it, perhaps put it back."""
    steps = _found(random, article)
    if random() < CART_CHANCE:
        quantity = 1 + int(random() * random() * 4)
        steps.append(Step("add_to_cart", "/cart", article, quantity))
        if random() < regrets:
            steps.append(Step("remove_from_cart", "/cart", article, quantity))
    return steps
