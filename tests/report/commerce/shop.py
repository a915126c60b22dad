"""Sales of a made-up shop, and what is known of a day of them, in plain Python."""

import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import NamedTuple

DAY = date(2026, 3, 31)  # the month before has no such day
WRITTEN = datetime(2026, 4, 1, 2, tzinfo=UTC)
CLOSED = 9  # days before the day; the shop sold nothing
PERIODS = (1, 7, 30)
STATUSES = ("completed", "returned", "refunded")
CATEGORIES, CITIES = 5, 10  # that have a name
HUNDRED = 100
SEGMENTS = {(5, 5): "champions", (5, 1): "new_customers", (2, 3): "at_risk"}
# What is something else to a browser, to its engine, to a template, or to Vega.
ODD = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"quoted\" & 'quoted'",
    "{{ 7 * 7 }}{% raw %}",
    "line\u2028end\u2029",
    "\u202eright to left \u05d0\u05d1",
    "__proto__",
    "toString",
    "x" * 3000,
)
# Some read like what the page calls all others, and what has none.
CATEGORY_NAMES = (*ODD[:3], "all others", "music", "garden", None)
CITY_NAMES = (None, "Without a city", "ALL OTHERS", *(f"city {number}" for number in range(10)))


class Sale(NamedTuple):
    """A transaction with what is known of its product and customer today."""

    transaction_id: str
    order_id: str
    customer_id: str
    product_id: str
    category: str | None
    city: str | None
    day: date
    time: datetime | None
    units: int
    gross: Decimal
    status: str

    @property
    def net(self) -> Decimal:
        """What it still brings in."""
        return self.gross if self.status == "completed" else Decimal()


class Totals(NamedTuple):
    """The numbers of some sales."""

    transactions: int
    orders: int
    completed_orders: int
    unique_customers: int
    units: int
    gross_revenue: Decimal
    returned_revenue: Decimal
    net_revenue: Decimal


def totals(sales: list[Sale]) -> Totals:
    """Return the numbers of sales."""
    gross, net = (
        sum((getattr(one, name) for one in sales), Decimal()) for name in ("gross", "net")
    )
    completed = {(one.customer_id, one.order_id) for one in sales if one.status == "completed"}
    return Totals(
        len(sales),
        len({(one.customer_id, one.order_id) for one in sales}),
        len(completed),
        len({one.customer_id for one in sales}),
        sum(one.units for one in sales),
        gross,
        gross - net,
        net,
    )


def revenue(sales: list[Sale], status: str | None) -> Decimal:
    """Return what the page draws: net, or what the sales of one status brought before returns."""
    return sum((one.gross if status else one.net for one in sales), Decimal())


def made_up(rows: int, products: int, seed: int = 1) -> list[Sale]:
    """Return sales of sixty days, one of them closed; some products sell more, some untimed."""
    chance = random.Random(seed)  # ruff: ignore[suspicious-non-cryptographic-random-usage]
    return [_sale(chance, number, products) for number in range(rows)]


def _sale(chance: random.Random, number: int, products: int) -> Sale:
    place = int(products * chance.random() ** 2)
    customer = chance.randrange(max(1, products // 2))
    day = DAY - timedelta(days=chance.choice([ago for ago in range(60) if ago != CLOSED]))
    seconds = chance.randrange(24 * 3600)
    time = datetime.combine(day, datetime.min.time()) + timedelta(seconds=seconds)
    return Sale(
        transaction_id=f"t{number}",
        order_id=f"o{number // 2}",
        customer_id=f"c{customer}",
        product_id=f"p{place}",
        category=CATEGORY_NAMES[place % len(CATEGORY_NAMES)],
        city=CITY_NAMES[customer % len(CITY_NAMES)],
        day=day,
        time=None if chance.random() < 0.1 else time,
        units=chance.randint(1, 4),
        gross=Decimal(chance.randint(100, 20000)) / 100,
        status=chance.choices(STATUSES, (8, 1, 1))[0],
    )


class Shop:
    """Sales up to the day, and the questions about them."""

    def __init__(self, sales: list[Sale]) -> None:
        self.sales = sales
        self.month = self.last(30)
        self.ranks = {
            "category": _ranks(self.month, "category", CATEGORIES),
            "city": _ranks(self.month, "city", CITIES),
        }

    def last(self, days: int, *, before: int = 0) -> list[Sale]:
        """Return the sales of the days that end with the day, or with one before it."""
        last = DAY - timedelta(days=before)
        return [one for one in self.sales if last - timedelta(days=days) < one.day <= last]

    def rank(self, kind: str, sale: Sale) -> int:
        """Return the rank of a sale's category or city, 0 for all others."""
        return self.ranks[kind].get(getattr(sale, kind), 0)

    def cells(
        self, sales: list[Sale]
    ) -> dict[tuple[int | None, int | None, str | None], list[Sale]]:
        """Return the sales of each choice of category, city and status; None is all."""
        found = defaultdict(list)
        for one in sales:
            places = (self.rank("category", one), self.rank("city", one), one.status)
            for key in product(*((place, None) for place in places)):
                found[key].append(one)
        return found

    def best(self, sales: list[Sale], status: str | None) -> list[tuple[str, list[Sale]]]:
        """Return the ten best products, each with its sales."""
        of_products = defaultdict(list)
        for one in sales:
            of_products[one.product_id].append(one)
        revenues = {name: revenue(some, status) for name, some in of_products.items()}
        ordered = sorted(revenues, key=lambda name: (-revenues[name], name))
        return [(name, of_products[name]) for name in ordered[:10]]


def _ranks(sales: list[Sale], kind: str, named: int) -> dict[str | None, int]:
    net = Counter()
    for one in sales:
        net[getattr(one, kind)] += one.net
    ordered = sorted(net, key=lambda name: (-net[name], name or ""))
    return {name: place for place, name in enumerate(ordered[:named], 1)}


def name_of(product_id: str) -> str | None:
    """Return what a product is called: the first ones oddly, each eleventh not at all."""
    place = int(product_id[1:])
    if place < len(ODD):
        return ODD[place]
    return None if place % 11 == 0 else f"Product {place}"


def shown_name(product_id: str) -> str:
    """Return how the page calls a product."""
    return cut(name_of(product_id) or product_id)


def called(kind: str, name: str | None) -> str:
    """Return how the page calls a category or a city."""
    own = {"all others", f"without a {kind}"}
    if name is None:
        return f"Without a {kind}"
    return f"“{name}”" if name.lower() in own else cut(name)


def cut(name: str) -> str:
    """Return a name as the page shows it: not more than a hundred characters."""
    return name if len(name) <= 100 else f"{name[:99]}…"
