"""What the order book's page shows, as a reader sees it, and what it should show."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from playwright.sync_api import Page

from tests.report.commerce.shop import DAY, Sale, Shop, called, revenue, shown_name, totals

DASH = "\N{EN DASH}"


class Choice(NamedTuple):
    """A choice of the four filters, as the page writes it; empty is all."""

    period: str = "30"
    category: str = ""
    city: str = ""
    status: str = ""

    @property
    def fragment(self) -> str:
        """The part of the address that says so."""
        return f"#{urlencode(self._asdict())}"

    def pick(self, shop: Shop, sales: list[Sale]) -> list[Sale]:
        """Return those of some sales that are chosen; the period is not looked at."""
        return [
            one
            for one in sales
            if self.category in {"", str(shop.rank("category", one))}
            and self.city in {"", str(shop.rank("city", one))}
            and self.status in {"", one.status}
        ]


def go(page: Page, fragment: str) -> None:
    """Let a page show what the part of the address says, and wait until it does."""
    page.evaluate("fragment => { location.hash = fragment; }", fragment)
    settle(page)


def settle(page: Page) -> None:
    """Wait until the page shows what its address says."""
    page.wait_for_function("() => document.body.dataset.shown === location.hash")


def shown(page: Page) -> dict[str, Any]:
    """Return the cards and tables that follow the filters."""
    return page.evaluate(
        """() => {
            const table = id => [...document.getElementById(id).tBodies[0].rows]
                .map(row => [...row.cells].map(cell => cell.textContent));
            const card = one => [one.querySelector("dt").firstChild.textContent.trim(),
                [...one.querySelectorAll("dd")].map(each => each.textContent)];
            return {
                cards: Object.fromEntries([...document.querySelectorAll("#cards .card")].map(card)),
                days: table("days"), products: table("products"), categories: table("categories"),
                hours: table("hours"), untimed: document.getElementById("untimed").textContent,
            };
        }"""
    )


def cells_of(page: Page, table: str) -> list[list[str]]:
    """Return the texts of a table's cells."""
    return page.evaluate(
        """id => [...document.getElementById(id).tBodies[0].rows]
            .map(row => [...row.cells].map(cell => cell.textContent))""",
        table,
    )


def money(amount: Decimal | None) -> str:
    """Return how an amount reads."""
    if amount is None:
        return DASH
    cents = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{'-' * (cents < 0)}${abs(cents):,.2f}"


def percent(part: Decimal, whole: Decimal) -> str:
    """Return how a part reads."""
    if not whole:
        return DASH
    tenths = (Decimal(100) * part / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{tenths:,}%"


def expected(shop: Shop, choice: Choice) -> dict[str, Any]:
    """Return what the page should show of a choice."""
    return {
        "cards": _cards(shop, choice),
        "days": [*_days(shop, choice)],
        "products": [*_products(shop, choice)],
        "categories": [*_categories(shop, choice)],
        **_hours(shop, choice),
    }


def _sales(shop: Shop, choice: Choice) -> list[Sale]:
    return choice.pick(shop, shop.last(int(choice.period)))


def _cards(shop: Shop, choice: Choice) -> dict[str, list[str]]:
    days = int(choice.period)
    now = totals(_sales(shop, choice))
    before = totals(choice.pick(shop, shop.last(days, before=days)))
    brought = "gross_revenue" if choice.status else "net_revenue"
    name = f"{choice.status.capitalize() or 'Net'} revenue"

    def compared(field: str, form: Callable[[int], str]) -> list[str]:
        new, old = getattr(now, field), getattr(before, field)
        period = {"1": "day", "7": "7 days", "30": "30 days"}[choice.period]
        if not old:
            return [form(new), f"none in the {period} before"]
        arrow = "▲" if new > old else "▼" if new < old else "="
        change = percent(Decimal(abs(new - old)), Decimal(old))
        return [form(new), f"{arrow} {change} from {form(old)}"]

    averages = (
        money(each.net_revenue / each.completed_orders if each.completed_orders else None)
        for each in (now, before)
    )
    returned = (percent(each.returned_revenue, each.gross_revenue) for each in (now, before))
    best = next(_products(shop, choice))
    return {
        name: compared(brought, money),
        "Transactions": compared("transactions", "{:,}".format),
        "Average order value": _with_before(*averages),
        "Unique customers": compared("unique_customers", "{:,}".format),
        "Units": compared("units", "{:,}".format),
        "Returned": _with_before(*returned),
        "Best product": [best[0], best[3]] if len(best) > 1 else [DASH, "nothing was sold"],
        **_largest(shop, choice),
    }


def _with_before(now: str, before: str) -> list[str]:
    return [now, f"before {before}"]


def _largest(shop: Shop, choice: Choice) -> dict[str, list[str]]:
    rows = dict(zip((1, 2, 3, 4, 5, 0), _categories(shop, choice), strict=True))
    key = "Category" if choice.category else "Largest category"
    amounts = {rank: Decimal(row[2][1:].replace(",", "")) for rank, row in rows.items() if rank}
    rank = (
        int(choice.category)
        if choice.category
        else max(amounts, key=lambda one: (amounts[one], -one))
    )
    if not choice.category and not amounts[rank]:
        return {key: [DASH, "no revenue"]}
    part = rows[rank][3]
    note = "no revenue" if part == DASH else f"{part} of the revenue of all"
    return {key: [rows[rank][0].lstrip("…12345"), note]}


def _days(shop: Shop, choice: Choice) -> Iterator[list[str]]:
    is_all = choice[1:] == ("", "", "")
    for ago in reversed(range(30)):
        day = DAY - timedelta(days=ago)
        all_sales = [one for one in shop.sales if one.day == day]
        sales = choice.pick(shop, all_sales)
        posted = totals(all_sales).gross_revenue - 7 if all_sales else Decimal()
        yield [
            day.isoformat(),
            f"{len(sales):,}",
            money(revenue(sales, choice.status)) if all_sales else "no sales",
            money(posted if is_all else None),
            "rows of sales: median of 8 same weekdays before 10, on the day 40" if ago == 4 else "",
        ]


def _products(shop: Shop, choice: Choice) -> Iterator[list[str]]:
    of_products = defaultdict(list)
    for one in _sales(shop, choice):
        of_products[one.product_id].append(one)
    brought = {name: revenue(sales, choice.status) for name, sales in of_products.items()}
    for name in sorted(brought, key=lambda name: (-brought[name], name))[:10]:
        units = sum(one.units for one in of_products[name])
        yield [shown_name(name), "", f"{units:,}", money(brought[name])]
    if not brought:
        yield ["Nothing was sold."]


def _categories(shop: Shop, choice: Choice) -> Iterator[list[str]]:
    whole = revenue(_sales(shop, choice._replace(category="")), choice.status)
    ranks = shop.ranks["category"]
    names = {rank: called("category", name) for name, rank in ranks.items()} | {0: "All others"}
    for rank in (1, 2, 3, 4, 5, 0):
        sales = _sales(shop, choice._replace(category=str(rank)))
        part = revenue(sales, choice.status)
        units = f"{sum(one.units for one in sales):,}"
        yield [f"{rank or '…'}{names[rank]}", units, money(part), percent(part, whole)]


def _hours(shop: Shop, choice: Choice) -> dict[str, Any]:
    """Return the grid, of all cities, and what is told of sales without a time."""
    sales = _sales(shop, choice._replace(city=""))
    slots = defaultdict(list)
    for one in sales:
        slots[one.day.isoweekday(), one.time and one.time.hour].append(one)
    brought = defaultdict(
        Decimal, {key: revenue(some, choice.status) for key, some in slots.items()}
    )
    untimed = [one for one in sales if not one.time]
    told = f"{len(untimed):,} transactions, {money(revenue(untimed, choice.status))}"
    return {
        "hours": [
            [f"{hour:02}:00", *(money(brought[day, hour]) for day in range(1, 8))]
            for hour in range(24)
        ],
        "untimed": f"Without a time: {told}.",
    }
