from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests import oracle
from tests.pipeline import Pipeline
from tests.report import report_stack
from tests.report.report_browser import DESKTOP, PHONE, Opened, opened
from tests.report.report_stack import (
    AFTER,
    DAY,
    LOOKALIKES,
    NEVER,
    ODD,
    QUIET,
    bought_in,
    revenue_of,
    write_to,
)

MONEY = "${:,.2f}"
# The fixtures, which are functions too, stand there to keep this module short.
pipeline, week, events = report_stack.pipeline, report_stack.week, report_stack.events
reports, chromium, report = report_stack.reports, report_stack.chromium, report_stack.report


def as_html(text: str) -> str:
    """Return a text as HTML gives it back: it knows one end of a line."""
    return text.replace("\r\n", "\n")


def test_cards(report: Opened, week: list[oracle.Event], events: list[oracle.Event]) -> None:
    """The numbers at the top are those of the raw files."""
    bought = bought_in(events)
    revenue = revenue_of(events)
    sessions = {event.session_id for event in events}
    buying = {event.session_id for event in bought}

    assert report.cards("cards") == {
        "Revenue": MONEY.format(revenue),
        "Last 7 days": MONEY.format(revenue_of(week)),
        "March": MONEY.format(revenue),
        "Purchases": f"{len(bought):,}",
        "Average order value": MONEY.format(revenue / len(bought)),
        "Users": f"{len({event.user_id for event in events}):,}",
        "Sessions": f"{len(sessions):,}",
        "Conversion": f"{len(buying) / len(sessions):.2%}",
    }


def test_hours(report: Opened, events: list[oracle.Event]) -> None:
    """Every hour of the day has its revenue; one without events has zero, and says so."""
    revenue = {time.hour: revenue for time, revenue in oracle.hourly_revenue(events)}
    shown = [[hour, money, has] for _, hour, money, _, has in report.table("Revenue by hour")]

    assert shown == [
        [
            f"{hour:02}:00",
            MONEY.format(revenue.get(hour, Decimal())),
            "yes" if hour in revenue else "none",
        ]
        for hour in range(24)
    ]
    assert {"Mon 02", "03:00"} <= {*report.drawn("revenue")}


def test_products(report: Opened, events: list[oracle.Event]) -> None:
    """The chart ranks the most viewed products, as query 3 does."""
    expected = [(product, f"{views:,}") for product, views in oracle.top_products(events)]

    texts = report.drawn("products")

    assert sorted(texts) == sorted(text for row in expected for text in row)
    assert texts[:10] == [product for product, _ in expected]


def test_funnel(report: Opened, events: list[oracle.Event]) -> None:
    """Each step has its events, and their part of the step before."""
    views, carts, bought = (
        sum(event.event_type == kind for event in events)
        for kind in ("page_view", "add_to_cart", "purchase")
    )

    assert report.drawn("funnel") == [
        f"Viewed: {views:,}",
        f"Put into a cart: {carts:,}, {carts / views:.1%} of the step before",
        f"Bought: {bought:,}, {bought / carts:.1%} of the step before",
    ]


def test_categories(report: Opened, events: list[oracle.Event]) -> None:
    """The table has the purchases of every category and their part of the views."""
    kinds = Counter((event.category, event.event_type) for event in events)
    categories = {event.category for event in events} - {None}
    expected = {
        as_html(name): [f"{kinds[name, 'purchase']:,}", f"{kinds[name, 'purchase'] / views:.1%}"]
        for name in categories
        if (views := kinds[name, "page_view"])
    }

    shown = {name: numbers for _, name, *numbers in report.table("Purchases by category")}

    assert shown == expected
    labels = {label.removesuffix("…") for label in report.drawn("categories")}
    assert all(any(name.strip().startswith(label) for label in labels) for name in categories)


def test_segments(report: Opened, week: list[oracle.Event]) -> None:
    """Users fall into segments by how lately and how often they bought in the week."""
    orders = Counter(event.user_id for event in bought_in(week))
    gone = {"u_gone", "u_gone_once"}
    names = {0: "Did not buy", 1: "One purchase, active"}
    segments = Counter(
        names.get(orders[user], "Several purchases, active")
        for user in {event.user_id for event in week} - gone
    )
    several = {user for user in orders if orders[user] > 1} - gone
    frequency = sum(orders[user] for user in several) / len(several)
    value = revenue_of([event for event in week if event.user_id in several])

    shown = {row[0]: row[1:] for row in report.table("Segments of the seven days")}

    assert shown.pop("Several purchases, quiet") == ["1", "3.0", "2.0", "$4,938.00", "$4,938.00"]
    assert shown.pop("One purchase, quiet") == ["1", "2.0", "1.0", "$2,469.00", "$2,469.00"]
    assert {name: row[0] for name, row in shown.items()} == {
        name: f"{users:,}" for name, users in segments.items()
    }
    assert shown["Several purchases, active"][1:4] == [
        "0.0",
        f"{frequency:.1f}",
        MONEY.format(value),
    ]


def test_recent(report: Opened, events: list[oracle.Event]) -> None:
    """The latest purchases are those of the latest hour that has any, newest first."""
    rows = report.page.locator("#recent tbody tr").all()
    shown = [row.locator("td").all_text_contents() for row in rows]
    latest = [event for event in bought_in(events) if event.time.hour == 19]

    assert shown == [
        [f"{event.time:%H:%M:%S}", ODD, "2", "$2,469.00", ODD, "$1,234.50", event.user_id]
        for event in sorted(latest, key=lambda event: event.time, reverse=True)
    ]


def test_health(report: Opened, pipeline: Pipeline) -> None:
    """The ledger's numbers are those of the raw files; slots without a file are counted."""
    files, _ = oracle.judge(pipeline.delivered)
    lines, accepted, duplicates = (
        sum(getattr(file, name) for file in files.values())
        for name in ("lines", "accepted", "duplicates")
    )
    reasons = sum((file.reasons() for file in files.values()), Counter())

    assert report.cards("health-cards") == {
        "Latest event": "19:49:59",
        "Lines": f"{lines:,}",
        "Accepted": f"{accepted:,}",
        "Duplicates": f"{duplicates:,}",
        "Rejected": f"{reasons.total():,}",
        "Missing slots": f"{288 - 13}",
    }
    assert report.table("Slots that are not loaded") == [
        ["missing", "00:00", "17:55", str(18 * 12)],
        ["missing", "19:05", "23:55", str(4 * 12 + 11)],
    ]
    assert dict(report.table("Rejected lines by reason")) == {
        reason: f"{number:,}" for reason, number in reasons.items()
    }


def test_filters(reports: Path, chromium: Browser, events: list[oracle.Event]) -> None:
    """Charts and tables show the chosen category and day; a day without events says so."""
    books = [event for event in events if event.category == "books"]
    with opened(chromium, reports / f"{DAY}.html", DESKTOP) as shown:
        shown.choose(category="books")
        expected = [(product, f"{views:,}") for product, views in oracle.top_products(books)]
        assert [row[:1] + row[2:3] for row in shown.table("The ten most viewed")] == [
            [*row] for row in expected
        ]
        assert shown.drawn("products")[:10] == [product for product, _ in expected]
        assert shown.drawn("funnel")[2].startswith(f"Bought: {len(bought_in(books))}, ")

        shown.choose(day="2026-03-01")  # it has no event
        assert shown.table("The ten most viewed") == []
        assert shown.page.get_by_text("No product was viewed.").is_visible()

        shown.choose(day=None)
        assert shown.page.get_by_text("No product was viewed.").is_hidden()
        assert shown.drawn("products")[:10] == [product for product, _ in expected]
        assert len(shown.table("Revenue by hour")) == 7 * 24
        assert shown.complaints == []


def test_odd_names(reports: Path, chromium: Browser) -> None:
    """A name that looks like HTML is text: in charts, tables, filters and under the pointer."""
    with opened(chromium, reports / f"{DAY}.html", DESKTOP) as shown:
        shown.choose(category=ODD)
        shown.page.locator("#chart-products .mark-rect path").first.hover()
        tooltip = shown.page.locator("#vg-tooltip-element")
        tooltip.wait_for(state="visible")

        assert ODD in tooltip.inner_text()
        assert shown.page.locator("b").count() == 0
        assert shown.complaints == []


def test_lookalikes(reports: Path, chromium: Browser) -> None:
    """A category that is called like something else has its own rows, bar and product."""
    with opened(chromium, reports / f"{DAY}.html", DESKTOP) as shown:
        for name in LOOKALIKES:
            text = as_html(name)
            shown.choose(category=text)
            assert shown.table("The ten most viewed") == [[text, text, "1", "0", "1"]]
            assert shown.table("Purchases by category") == [[DAY, text, "1", "100.0%"]]
            assert shown.drawn("funnel")[0] == "Viewed: 1"
            [label, number] = shown.drawn("products")
            assert number == "1"
            assert name.strip().startswith(label.removesuffix("…"))
        assert shown.drawn("categories").count("1") == len(LOOKALIKES)
        assert shown.complaints == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("day", [DAY, QUIET, NEVER])
def test_page(reports: Path, chromium: Browser, day: str, size: dict[str, int]) -> None:
    """No page complains, asks for anything but itself, or is wider than its window."""
    file = reports / f"{day}.html"
    with opened(chromium, file, size) as shown:
        assert shown.complaints == []
        assert shown.requests == [file.as_uri()]
        assert shown.page.evaluate("document.documentElement.scrollWidth") == size["width"]


def test_text_for_charts(report: Opened) -> None:
    """Who cannot see a chart is told what it shows, and finds its numbers in a table."""
    charts = report.page.locator(".chart").all()

    assert len({chart.get_attribute("aria-label") for chart in charts}) == 8
    assert all("table" in chart.locator("xpath=..").inner_text().lower() for chart in charts)


def test_quiet_day(reports: Path, chromium: Browser, report: Opened) -> None:
    """A day without events has zeros, dashes for the rates of nothing, and its week."""
    with opened(chromium, reports / f"{QUIET}.html", DESKTOP) as shown:
        cards = shown.cards("cards")
        assert shown.page.get_by_text(f"There are no events on {QUIET}").is_visible()
        assert cards["March"] == report.cards("cards")["Revenue"]
        assert [cards[name] for name in ("Revenue", "Average order value", "Conversion")] == [
            "$0.00",
            "\N{EN DASH}",
            "\N{EN DASH}",
        ]
        shown.choose(day=DAY)
        assert shown.drawn("funnel") == report.drawn("funnel")


def test_nothing_at_all(reports: Path, chromium: Browser) -> None:
    """Without an event in the week there is no chart of events; all slots are missing."""
    with opened(chromium, reports / f"{NEVER}.html", DESKTOP) as shown:
        charts = shown.page.locator(".chart").evaluate_all("all => all.map(one => one.id)")
        assert charts == ["chart-slots"]
        assert shown.cards("health-cards")["Missing slots"] == "288"


def test_week_before(
    pipeline: Pipeline, chromium: Browser, tmp_path: Path, week: list[oracle.Event]
) -> None:
    """A week without events is not drawn; beside its zero stands the week before."""
    file = tmp_path / "report.html"
    write_to(pipeline, AFTER, file)

    with opened(chromium, file, DESKTOP) as shown:
        assert shown.cards("cards")["Last 7 days"] == "$0.00"
        note = f"▼ from {MONEY.format(revenue_of(week))} the 7 days before"
        assert note in shown.page.locator("#cards .note").all_text_contents()
        charts = shown.page.locator(".chart").evaluate_all("all => all.map(one => one.id)")
        assert charts == ["chart-slots"]


def test_day_that_lasts(pipeline: Pipeline, chromium: Browser, tmp_path: Path) -> None:
    """What is to come is not missing: no hour, no slot after the moment of writing."""
    file = tmp_path / "report.html"
    now = datetime.now(UTC)
    write_to(pipeline, now.date().isoformat(), file)

    with opened(chromium, file, DESKTOP) as shown:
        assert shown.complaints == []
        assert len(shown.table("Revenue by hour")) in {now.hour + 1, now.hour + 2}
        slots = int(shown.cards("health-cards")["Missing slots"])
        assert slots - (now.hour * 12 + now.minute // 5) in {0, 1}
