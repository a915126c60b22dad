"""What the customers of the world buy, send back and say; any day can be told alone."""

from array import array
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, count
from typing import NamedTuple

from commerce.generators.draws import Dice
from commerce.generators.world import LEAST_SCALE, PAIRS, RETURN_RATES, Article, World, user_id
from generate_sample_data import RHYTHM, dice

LONGEST_RETURN, LONGEST_REFUND = 30, 7  # days after the sale, days after the return
REFUNDED = 0.6  # of what is returned
DISCOUNTED = 0.05  # of orders
PAIR_CHANCE = 0.5  # that the second follows the first into a basket that has room
MOST_SCALE = 64.0  # of the rates
BUYERS = 0.88  # of the customers, about, if there are rows enough for them
HOURS = list(accumulate(RHYTHM))
VERDICTS = [
    "broke after a week",
    "not as described, sadly",
    "it does what it should",
    "good, would buy again",
    'exactly what I wanted, "five stars"',
]


def second_of_day(random: Dice) -> int:
    """Return when somebody comes, by the rhythm of the clickstream."""
    hour = bisect(HOURS, random() * HOURS[-1])
    return 3600 * hour + int(random() * 3600)


class Order(NamedTuple):
    """The ``number``-th order of a customer, 0 the first, with ``size`` lines."""

    day: int
    customer: int
    number: int
    size: int


class Line(NamedTuple):
    """One product of an order: a transaction. None: was not returned, not refunded."""

    key: str
    order: Order
    customer_id: str
    second: int  # of the day
    article: Article
    quantity: int
    cents: int
    total: int
    returned: int | None
    refunded: int | None


class Review(NamedTuple):
    """What the buyer of a line said some days later."""

    day: int
    line: Line
    rating: int
    text: str


@dataclass(frozen=True)
class OrderBook:
    """``transactions`` are the lines sold, without their later statuses."""

    world: World
    transactions: int

    @cached_property
    def scale(self) -> float:
        """The rates' scale by which the customers buy about all transactions."""
        sample = range(min(self.world.customers, 200))
        wanted = self.transactions / self.world.customers / BUYERS * len(sample)
        low, high = LEAST_SCALE, MOST_SCALE
        for _ in range(12):
            middle = (low + high) / 2
            lines = sum(size for each in sample for _, size in self.world.moments(each, middle))
            low, high = (middle, high) if lines < wanted else (low, middle)
        return high

    @cached_property
    def _schedule(self) -> list["array[int]"]:
        """The orders of each day, packed: customer, number, size.

        Customers buy in turn until all transactions are sold; the rest have no order.
        """
        schedule = [array("Q") for _ in range(self.world.days)]
        left = self.transactions
        for customer, number, moment, size in self._all_moments():
            lines = min(size, left)
            schedule[self.world.day_at(moment)].append(customer << 24 | number << 4 | lines)
            left -= lines
            if not left:
                break
        return schedule

    def _all_moments(self) -> Iterator[tuple[int, int, float, int]]:
        """Yield customer, number of the order, moment, size; who left may begin a new life.

        That takes at most ten lives, one line each, for ten transactions a customer.
        """
        for life in count():
            for customer in range(self.world.customers):
                moments = self.world.moments(customer, self.scale, life)
                for number, (moment, size) in enumerate(moments, start=life << 16):
                    yield customer, number, moment, size

    def orders(self, day: int) -> Iterator[Order]:
        """Yield the orders of a day."""
        for packed in self._schedule[day]:
            yield Order(day, packed >> 24, packed >> 4 & 0xFFFFF, packed & 15)

    @cached_property
    def _popularity(self) -> list[float]:
        """Zipf, as in the clickstream, cumulated."""
        return list(accumulate(1 / (rank + 6) for rank in range(len(self.world.articles))))

    @cached_property
    def _partners(self) -> dict[str, Article]:
        articles = {article.product_id: article for article in self.world.articles}
        return {first: articles[second] for first, second in PAIRS}

    def pick(self, random: Dice) -> Article:
        """Return a product; popular ones more often."""
        place = bisect(self._popularity, random() * self._popularity[-1])
        return self.world.articles[place]

    def _basket(self, random: Dice, size: int) -> list[Article]:
        basket: dict[str, Article] = {}
        while len(basket) < size:
            article = self.pick(random)
            basket[article.product_id] = article
            partner = self._partners.get(article.product_id)
            if partner and len(basket) < size and random() < PAIR_CHANCE:
                basket[partner.product_id] = partner
        return list(basket.values())

    def lines(self, order: Order) -> Iterator[Line]:
        """Yield the transactions of an order."""
        random = dice(self.world.seed, "order", order.customer, order.number)
        second = second_of_day(random)
        percent = 90 if random() < DISCOUNTED else 100
        for place, article in enumerate(self._basket(random, order.size)):
            quantity = 1 + int(random() * random() * 4)
            cents = article.cents_on(order.day)
            returned = refunded = None
            if random() < RETURN_RATES[article.category]:
                returned = order.day + 1 + int(random() * LONGEST_RETURN)
                if random() < REFUNDED:
                    refunded = returned + 1 + int(random() * LONGEST_REFUND)
            key = f"{order.customer:08}-{order.number}-{place}"
            total = quantity * cents * percent // 100
            customer_id = user_id(order.customer)
            yield Line(
                key, order, customer_id, second, article, quantity, cents, total, returned, refunded
            )

    def sold(self, day: int) -> Iterator[Line]:
        """Yield the transactions of a day."""
        for order in self.orders(day):
            yield from self.lines(order)

    def reviews(self, number: int) -> Iterator[list[Review]]:
        """Yield for each day what is said of that day's sales, ``number`` reviews in all."""
        random, left = dice(self.world.seed, "reviews"), self.transactions
        for day in range(self.world.days):
            reviews = []
            for line in self.sold(day):
                if random() * left < number:  # selection sampling: exactly so many
                    number -= 1
                    reviews.append(self._review(random, line))
                left -= 1
            yield reviews

    def _review(self, random: Dice, line: Line) -> Review:
        day, rate = line.order.day, RETURN_RATES[line.article.category]
        waits = int(random() * random() * min(21, self.world.days - day))
        content = 1 - 3 * rate  # what is often returned is not liked
        rating = 1 + sum(random() < content for _ in range(4))
        text = VERDICTS[rating - 1] if random() < 0.8 else ""  # ruff: ignore[magic-value-comparison]
        return Review(day + waits, line, rating, text)
