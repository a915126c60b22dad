"""How the order book's page is used: by click, key and address, on paper, by everybody."""

from collections import defaultdict
from itertools import product
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from glue_jobs.report.commerce.page import page as page_of
from tests.report.commerce import pages
from tests.report.commerce.order_facts import facts
from tests.report.commerce.other_facts import others
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
from tests.report.commerce.pages import SHOPS
from tests.report.commerce.shop import ODD, Shop, cut, made_up, shown_name, totals
from tests.report.report_browser import DESKTOP, opened

PHONE = {"width": 375, "height": 800}
A4 = {"width": 718, "height": 1047}  # less a centimetre around it
LARGEST = 1_600_000  # bytes of a page; one that names products in each row has more
# The fixtures, which are functions too, stand there to keep this module short.
files, chromium, report = pages.files, pages.chromium, pages.report
page, shop = pages.page, pages.shop


def test_category(page: Page, shop: Shop) -> None:
    """A click on the ring or a name shows a category's products; there is a way back."""
    page.locator("#chart-categories path[aria-label*='rank: 2;']").click()
    settle(page)
    assert shown(page) == expected(shop, Choice(category="2"))

    page.get_by_role("button", name="Back to all categories").click()
    settle(page)
    assert shown(page) == expected(shop, Choice())

    page.locator("#categories button").nth(2).focus()
    page.keyboard.press("Enter")
    settle(page)
    assert shown(page) == expected(shop, Choice(category="3"))
    pressed = page.locator("#categories button[aria-pressed=true]")
    assert has_focus(pressed)


def test_product(page: Page, shop: Shop) -> None:
    """A product's dialog has its days and partners; Escape leads back to where it was opened."""
    best, second = (product_id for product_id, _ in shop.best(shop.month, None)[:2])
    page.locator("#products button").first.focus()
    page.keyboard.press("Enter")
    settle(page)

    of_days = defaultdict(list)
    for one in shop.month:
        if one.product_id == best:
            of_days[one.day].append(one)
    assert page.locator("#detail-heading").inner_text() == shown_name(best)
    assert cells_of(page, "product-days") == [
        [str(day), f"{totals(sales).units:,}", money(totals(sales).net_revenue)]
        for day, sales in sorted(of_days.items())
    ]
    assert cells_of(page, "partners") == [[shown_name(second), "3.00", "9"]]
    assert page.locator("#chart-product .mark-rect path").count() == 30

    page.locator("#partners button").click()
    settle(page)
    assert page.locator("#detail-heading").inner_text() == shown_name(second)
    page.go_back()
    settle(page)
    assert page.locator("#detail-heading").inner_text() == shown_name(best)
    page.keyboard.press("Escape")
    settle(page)
    assert page.locator("#detail").is_hidden()
    assert has_focus(page.locator("#products button").first)


def test_history(files: dict[str, Path], chromium: Browser, shop: Shop) -> None:
    """Back and forward go through all that was chosen, from an address that chooses nothing."""
    with opened(chromium, files["shop"], DESKTOP) as report:
        page = report.page
        page.locator("#products button").first.click()
        settle(page)
        page.go_back()
        settle(page)
        assert page.locator("#detail").is_hidden()
        page.go_forward()
        settle(page)
        assert page.locator("#detail").is_visible()
        page.go_back()
        page.select_option("select[name=period]", "7")
        settle(page)
        page.locator("#categories button").nth(1).click()
        settle(page)

        for choice in (Choice("7"), Choice()):
            page.go_back()
            settle(page)
            assert shown(page) == expected(shop, choice)
            assert page.locator("select[name=period]").input_value() == choice.period


def test_focus(page: Page, shop: Shop) -> None:
    """What disappears when it is used, or is made anew, passes the focus on."""
    second = page.locator("#categories [data-category='2']")
    go(page, "#period=30&category=2")
    page.get_by_role("button", name="Back to all categories").press("Enter")
    settle(page)
    assert has_focus(second)

    best = [shown_name(name) for name, _ in shop.best(shop.month, None)]
    page.select_option("select[name=period]", "7")
    settle(page)
    name = next(name for name in page.locator("#products button").all_inner_texts() if name in best)
    page.locator("#products").get_by_role("button", name=name, exact=True).focus()
    page.go_back()
    settle(page)
    assert page.locator("#sales-heading ~ * button:focus").inner_text() == name

    page.evaluate("document.activeElement.blur()")
    go(page, "#period=30&segment=at_risk")
    page.keyboard.press("Escape")
    settle(page)
    assert has_focus(page.locator("#grid [data-segment=at_risk]"))


def has_focus(element: Locator) -> bool:
    """Say whether keys go to an element."""
    return element.evaluate("one => one === document.activeElement")


def test_small_product(page: Page, shop: Shop) -> None:
    """Of a product that is not among the largest, the page says that nothing more is kept."""
    kept = {row["product_id"] for row in facts(shop).product_days}
    for period, category, city in product(("1", "7"), "12345", map(str, range(1, 11))):
        go(page, Choice(period, category, city).fragment)
        small = [
            name
            for name, _ in shop.best(
                Choice(period, category, city).pick(shop, shop.last(int(period))), None
            )
            if name not in kept
        ]
        if small:
            break
    page.locator("#products").get_by_role("button", name=shown_name(small[0]), exact=True).click()
    settle(page)

    assert page.locator("#not-kept").is_visible()
    assert page.locator("#kept").is_hidden()
    page.get_by_role("button", name="Back", exact=True).click()
    settle(page)
    assert page.locator("#detail").is_hidden()


def test_segment(page: Page) -> None:
    """A segment of the grid or the table shows its customers."""
    customers = [row for row in others()["segment_customers"] if row["segment"] == "at_risk"]
    names = [cut(row["name"]) for row in customers]

    for place in ("grid", "segments"):
        page.locator(f"#{place}").get_by_role("button", name="at risk").click()
        settle(page)
        assert cells_of(page, "customers") == [
            [
                row["customer_id"],
                name,
                DASH,
                money(row["lifetime_value"]),
                f"{row['orders']}",
                str(row["last_order_date"]),
            ]
            for row, name in zip(customers, names, strict=True)
        ]
        page.keyboard.press("Escape")
        settle(page)


def test_odd_names(page: Page) -> None:
    """A name that looks like something else is text: nothing of it runs, nothing is made of it."""
    texts = page.locator("#largest button").all_text_contents()

    assert {cut(name) for name in ODD} <= {*texts}
    assert page.locator("img").count() == 0
    page.locator("#chart-categories path[aria-label*='rank: 1;']").hover()
    tooltip = page.locator("#vg-tooltip-element")
    tooltip.wait_for(state="visible")
    assert any(name in tooltip.inner_text() for name in ODD)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", SHOPS)
def test_every_page(files: dict[str, Path], chromium: Browser, name: str, size: dict) -> None:
    """No page complains, asks for anything, or is wider than its window; axe finds nothing."""
    shop, _ = SHOPS[name]
    assert files[name].stat().st_size < LARGEST
    with opened(chromium, files[name], size) as report:
        assert report.complaints == []
        assert report.requests == [files[name].as_uri()]
        assert report.page.evaluate("document.documentElement.scrollWidth") == size["width"]
        found = Axe().run(report.page)
        assert found.violations_count == 0, found.generate_report()
        assert len(cells_of(report.page, "latest")) == max(1, min(20, len(shop.sales)))
        assert report.page.locator(".chart svg").count() == (3 if shop.sales else 0)


def test_dialog_for_everybody(page: Page) -> None:
    """Axe finds nothing in the dialogs either."""
    for fragment in ("#period=30&product=p1", "#period=30&segment=champions"):
        go(page, fragment)
        heading = page.locator("#detail-heading").inner_text()
        assert page.get_by_role("dialog", name=heading).is_visible()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_print(page: Page) -> None:
    """On paper stand all tables, those that are folded too, and no filter."""
    page.emulate_media(media="print")
    visible = {
        name: page.locator(f"#{name}").is_visible()
        for name in ("days", "hours", "largest", "filters", "chosen")
    }
    page.set_viewport_size(A4)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.emulate_media(media="screen")
    page.set_viewport_size(DESKTOP)

    assert width == A4["width"]
    assert visible == {
        "days": True,
        "hours": True,
        "largest": True,
        "filters": False,
        "chosen": True,
    }


def test_large_shop() -> None:
    """Ten thousand products make no larger page."""
    shop = Shop(made_up(20_000, 10_000))
    html = page_of(facts(shop, **others()))

    assert len({one.product_id for one in shop.sales}) > 7_000
    assert len(html.encode()) < LARGEST
