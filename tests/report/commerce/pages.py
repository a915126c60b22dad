"""Pages of made-up shops, and the browser that they open in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from glue_jobs.report.commerce.page import page as page_of
from tests.report.commerce.order_facts import facts
from tests.report.commerce.other_facts import others
from tests.report.commerce.page_reader import Choice, go
from tests.report.commerce.shop import Shop, made_up
from tests.report.report_browser import DESKTOP, Opened, browser, opened

SHOPS = {
    "shop": (Shop(made_up(2000, 150)), others()),
    "none": (Shop([]), {}),
    "one": (Shop(made_up(1, 1, seed=3)), {}),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of the shops."""
    folder = tmp_path_factory.mktemp("pages")
    found = {name: folder / f"{name}.html" for name in SHOPS}
    for name, (shop, rows) in SHOPS.items():
        found[name].write_text(page_of(facts(shop, **rows)), encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def report(files: dict[str, Path], chromium: Browser) -> Iterator[Opened]:
    """The page of the shop, which must not complain whatever the tests do with it."""
    with opened(chromium, files["shop"], DESKTOP) as report:
        yield report
        assert report.complaints == []
        assert report.requests == [files["shop"].as_uri()]


@pytest.fixture
def page(report: Opened) -> Page:
    """The page as it opens."""
    go(report.page, Choice().fragment)
    return report.page


@pytest.fixture(scope="module")
def shop() -> Shop:
    """Its sales."""
    return SHOPS["shop"][0]
