"""The shop that all generators agree on: pure functions of the seed and of a number.

Days are counted from the first, 0; money is in US cents.
"""

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from math import sqrt
from typing import NamedTuple

from commerce.generators.draws import Dice, beta, exponential, gamma, word
from generate_sample_data import CATALOGUE, dice

RETURN_RATES = {
    "books": 0.03,
    "toys": 0.06,
    "home": 0.08,
    "garden": 0.10,
    "electronics": 0.13,
    "shoes": 0.18,
}  # shares of the lines sold
PRICE_CHANGES, MOVES = 0.12, 0.03  # of products, of customers
# Ids of products that are bought together: one that sells well, one that does not.
PAIRS = [(CATALOGUE[rank].product_id, CATALOGUE[rank + 100].product_id) for rank in range(10, 20)]
RATE_SHAPE = 2  # of the Gamma that a customer's rate of orders is drawn from
LEAVE_SHAPE = (1, 4)  # of the Beta of the chance to leave after an order
LEAST_SCALE = 0.5  # of the rates: orders in all the days
WEEK = [0.9, 0.85, 0.9, 0.95, 1.1, 1.25, 1.15]  # Monday to Sunday
SEASON = [0.9, 0.85, 0.9, 0.95, 1.0, 1.0, 0.95, 0.9, 1.0, 1.05, 1.25, 1.4]  # by month
ANOMALIES = (2.5, 0.3)  # how much more, and how much less, is sold on the two days
CITIES = [word(random := dice("cities"), 3)] + [word(random, 3) for _ in range(23)]


class Article(NamedTuple):
    """A product; from day ``changes`` on it costs ``new_cents``; None if its price stays."""

    number: int
    product_id: str
    name: str
    category: str
    brand: str
    stock: int
    cents: int
    new_cents: int
    changes: int | None

    def cents_on(self, day: int) -> int:
        """Return the price of a day."""
        return self.cents if self.changes is None or day < self.changes else self.new_cents


class Customer(NamedTuple):
    """A user of the clickstream who registered; lives in ``new_city`` from day ``moves`` on."""

    customer_id: str
    name: str
    email: str
    city: str
    new_city: str
    moves: int | None
    signup: int  # a negative day is before the first

    def city_on(self, day: int) -> str:
        """Return the city of a day."""
        return self.city if self.moves is None or day < self.moves else self.new_city


def user_id(number: int) -> str:
    """Return the id as the clickstream spells it."""
    return f"u_{number:08}"


def money(cents: int) -> str:
    """Return US dollars, two decimals."""
    return f"{cents // 100}.{cents % 100:02}"


@dataclass(frozen=True)
class World:
    """A seed and sizes."""

    seed: int
    start: date
    days: int
    products: int
    customers: int

    def date_of(self, day: int) -> date:
        """Return the date of a day."""
        return self.start + timedelta(days=day)

    @cached_property
    def anomalies(self) -> dict[int, float]:
        """What is sold on two odd days, as a multiple of the usual."""
        if self.days < len(WEEK):  # too few that are usual
            return {}
        random, third = dice(self.seed, "anomalies"), self.days // 3
        days = [third + int(random() * third), 2 * third + int(random() * third)]
        return dict(zip(days, ANOMALIES, strict=True))

    @cached_property
    def calendar(self) -> list[float]:
        """The share of all orders' time that has passed at the end of each day; ends with 1."""
        dates = [self.date_of(day) for day in range(self.days)]
        weights = [WEEK[each.weekday()] * SEASON[each.month - 1] for each in dates]
        sums = list(accumulate(w * self.anomalies.get(d, 1.0) for d, w in enumerate(weights)))
        return [each / sums[-1] for each in sums]

    def day_at(self, moment: float) -> int:
        """Return the day in which a fraction of the orders' time falls."""
        return min(bisect(self.calendar, moment), self.days - 1)

    @cached_property
    def articles(self) -> list[Article]:
        """All products, most popular first."""
        known = [self._article(int(p.product_id[2:]), p.category, p.cents) for p in CATALOGUE]
        numbers = range(len(CATALOGUE) + 1, self.products + 1)
        return known + [self._article(number) for number in numbers]

    def _article(self, number: int, category: str = "", cents: int = 0) -> Article:
        random, kinds = dice(self.seed, "product", number), list(RETURN_RATES)
        category = category or kinds[int(random() * len(kinds))]
        cents = cents or 199 + int(random() * random() * 30_000)
        name = f"{word(random)} {word(random)} {number}"
        brand, stock = word(random, 3), int(random() * 500)
        new_cents = cents * (80 + int(random() * 40)) // 100 + 1
        changes = self._day_of(random, PRICE_CHANGES) if new_cents != cents else None
        product_id = f"p_{number:04}"
        return Article(number, product_id, name, category, brand, stock, cents, new_cents, changes)

    def _day_of(self, random: Dice, chance: float) -> int | None:
        """Draw the day of a change, not the first; None if there is none."""
        struck, fraction = random() < chance, random()
        return 1 + int(fraction * (self.days - 1)) if struck and self.days > 1 else None

    def customer(self, number: int) -> Customer:
        """Return a customer; the first order is on the day of signing up or later."""
        random = dice(self.seed, "customer", number)
        first, last = word(random), word(random, 3)
        city, step = int(random() * len(CITIES)), 1 + int(random() * (len(CITIES) - 1))
        waits = int(random() * random() * 400) if random() < 0.6 else 0  # ruff: ignore[magic-value-comparison]
        signup = self.day_at(next(self.moments(number, LEAST_SCALE))[0]) - waits
        moves = self._day_of(random, MOVES)
        return Customer(
            user_id(number),
            f"{first} {last}",
            f"{first}.{last}.{number}@example.com".lower(),
            CITIES[city],
            CITIES[(city + step) % len(CITIES)],
            moves if moves is None or moves > signup else None,
            signup,
        )

    def moments(self, number: int, scale: float, life: int = 0) -> Iterator[tuple[float, int]]:
        """Yield when a customer orders, a fraction of all time, and the number of lines.

        BG/NBD: waits of a rate of the customer's own, and a chance of leaving after each order.
        """
        random = dice(self.seed, "habit", number)
        moment = (fraction := random()) * sqrt(fraction)  # more come early than late
        if life:
            random = dice(self.seed, "habit", number, life)
            moment += (1 - moment) * random()
        rate, leaves = scale * gamma(random, RATE_SHAPE), beta(random, *LEAVE_SHAPE)
        while moment < 1:
            yield moment, 1 + int(random() * random() * 4)
            if random() < leaves:
                return
            moment += exponential(random) / rate
