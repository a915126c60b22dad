"""The numbers of the order book's page beside plain Python over the sales themselves."""

import random
from calendar import monthrange
from collections import defaultdict
from datetime import timedelta
from itertools import product, starmap

from playwright.sync_api import Page

from glue_jobs.report.commerce.tables import month
from tests.report.commerce import pages
from tests.report.commerce.order_facts import facts
from tests.report.commerce.page_reader import (
    DASH,
    Choice,
    cells_of,
    expected,
    go,
    money,
    settle,
    shown,
)
from tests.report.commerce.shop import DAY, ODD, Shop, called, shown_name, totals
from tests.report.report_browser import Opened

# The fixtures, which are functions too, stand there to keep this module short.
files, chromium, report = pages.files, pages.chromium, pages.report
page, shop = pages.page, pages.shop


def choices() -> list[Choice]:
    """Return each value of each filter alone, and twenty of the combinations."""
    values = (
        ("1", "7", "30"),
        ("", *"123450"),
        ("", *map(str, range(11))),
        ("", "completed", "returned", "refunded"),
    )
    alone = [
        Choice()._replace(**{name: value})
        for name, some in zip(Choice._fields, values, strict=True)
        for value in some
    ]
    chance = random.Random(1)  # ruff: ignore[suspicious-non-cryptographic-random-usage]
    return [*alone, *starmap(Choice, chance.sample([*product(*values)], 20))]


def test_choices(page: Page, shop: Shop) -> None:
    """Whatever the filters choose: cards and tables have the numbers of just these sales."""
    for choice in choices():
        go(page, choice.fragment)

        found = shown(page)

        wrong = {
            name: (found[name], value)
            for name, value in expected(shop, choice).items()
            if found[name] != value
        }
        assert not wrong, choice


def test_key_figures(report: Opened, shop: Shop) -> None:
    """The cards on top are of the day, whatever the filters."""
    net = {days: totals(shop.last(days)).net_revenue for days in (1, 7, 30)}
    before = {days: totals(shop.last(days, before=days)).net_revenue for days in (1, 7, 30)}
    month = totals([one for one in shop.sales if one.day.month == DAY.month]).net_revenue

    assert report.cards("key-figures") == {
        "Tuesday": money(net[1]),
        "7 days": money(net[7]),
        "March": money(month),
        "Trend": f"{(net[30] / before[30] - 1):+.1%}",
        "Champions": "30",
        "At risk": "15",
        "Returned": "6.0%",
        "Quality gate": "fail",
    }
    notes = report.page.locator("#key-figures .note").all_text_contents()
    assert notes[0].endswith(f"from {money(before[1])} in the day before")
    february = totals([one for one in shop.sales if one.day.month == 2]).net_revenue
    assert notes[2].endswith(f"from {money(february)} in 1-28 February")
    assert notes[7] == "1 failed, 1 accepted, 1 warned of 4 checks"


def test_filters(page: Page, shop: Shop) -> None:
    """The selects choose, the address remembers it, and what it does not know is left out."""
    page.select_option("select[name=period]", "7")
    page.select_option("select[name=status]", "returned")
    settle(page)

    assert page.evaluate("location.hash") == "#period=7&status=returned"
    assert shown(page) == expected(shop, Choice("7", status="returned"))
    assert page.locator("#chosen").inner_text().startswith(f"7 days to {DAY}, all categories, ")
    go(page, "#period=8&category=7&city=x&status=&product=none&segment=toString&other=1")
    assert shown(page) == expected(shop, Choice())


def test_own_names(page: Page) -> None:
    """What reads like the page's own names for all others, and for what has none, is in quotes."""
    read = {"category": ["“all others”"], "city": ["“ALL OTHERS”", "“Without a city”"]}
    for kind, quoted in read.items():
        options = page.locator(f"select[name={kind}] option").all_text_contents()
        assert {*quoted, f"Without a {kind}", "All others"} <= {*options}


def test_charts(page: Page) -> None:
    """The charts have what the tables have: lines, an anomaly, parts of a ring, a grid."""
    marks = {
        "lines": "#chart-days .mark-line path",
        "parts": "#chart-categories .mark-arc path",
        "slots": "#chart-hours .mark-rect path",
    }
    assert {name: page.locator(at).count() for name, at in marks.items()} == {
        "lines": 2,
        "parts": 6,
        "slots": 7 * 24,
    }
    diamonds = page.locator("#chart-days .mark-symbol path[fill='#d55e00']")
    opacity = diamonds.evaluate_all("all => all.filter(one => one.getAttribute('opacity') !== '0')")
    assert len(opacity) == 1

    go(page, Choice(status="completed").fragment)
    assert page.locator(marks["lines"]).count() == 1


def test_months_of_returns() -> None:
    """A month of which not all days count is told with those that do, here taken one by one."""
    for day in (DAY + timedelta(days=n) for n in range(800)):
        months = defaultdict(list)
        for ago in reversed(range(30, 30 + 365)):
            sold = day - timedelta(days=ago)
            months[sold.replace(day=1)].append(sold.day)
        for first, days in months.items():
            whole = len(days) == monthrange(first.year, first.month)[1]
            span = f"{days[0]}-{days[-1]} " if len(days) > 1 else f"{days[0]} "
            assert month(day, first) == f"{'' if whole else span}{first:%B %Y}"


def test_tables(page: Page, shop: Shop) -> None:
    """What no filter changes: latest transactions, returns, tracking, checks, freshness."""
    latest = facts(shop).latest
    assert cells_of(page, "latest") == [
        [
            str(row["sales_date"]),
            f"{row['transaction_time']:%H:%M:%S}" if row["transaction_time"] else "none",
            shown_name(row["product_id"]),
            money(row["net_amount"]),
            str(row["quantity"]),
            row["status"],
            row["customer_id"],
            row["transaction_id"],
        ]
        for row in latest
    ]
    assert len(cells_of(page, "largest")) == 100
    assert [row[2] for row in cells_of(page, "pairs")] == [
        f"{3 - place / 100:.2f}" for place in range(10)
    ]
    assert cells_of(page, "return-months") == [
        ["2-31 March 2025", "200", "13", "6.5%", "7.5%"],
        ["February 2026", "50", "2", "4.0%", "2.5%"],
        ["1 March 2026", "1", "0", "0.0%", "0.0%"],
    ]
    [third] = [name for name, rank in shop.ranks["category"].items() if rank == 3]
    assert cells_of(page, "return-categories") == [
        [called("category", third), "10", "0", "0.0%", DASH],
        ["All others", "230", "15", "6.5%", "6.7%"],
    ]
    assert cells_of(page, "tracking") == [
        [str(DAY), "12", "11", "10", "2", "1", "$120.50", "$130.25", "-$9.75"]
    ]
    assert cells_of(page, "findings") == [
        ["rejected share", "sales", "fail", "0.0234", "0.01", ODD[1]],
        ["ambiguous ids", "sales", "accepted", "3", "0", "an id of two days"],
        ["row ratio", "sales", "warn", DASH, "2", ""],
    ]
    assert cells_of(page, "sources") == [["sales", str(DAY), "2026-04-01 02:00"]]
    assert cells_of(page, "snapshots") == [["customer value", str(DAY)]]
