"""A headless browser that opens reports and keeps what it complained of and asked for."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PROGRAMS = (
    "chromium",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@dataclass
class Opened:
    """A page that is open: what its console said, and the addresses of what it asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def choose(self, **filters: str | None) -> None:
        """Set filters to a day or a category, None for all, and wait until the page shows it."""
        for name, wanted in filters.items():
            select = self.page.locator(f"select[name={name}]")
            texts = select.locator("option").evaluate_all("all => all.map(one => one.textContent)")
            shown = [text.split()[-1] if name == "day" else text for text in texts]
            select.select_option(index=shown.index(wanted, 1) if wanted else 0)
            self.page.wait_for_function(
                "([name, value]) => JSON.parse(document.body.dataset.shown)[name] === value",
                arg=[name, select.input_value()],
            )

    def cards(self, place: str) -> dict[str, str]:
        """Return the numbers of the cards of an element by their names."""
        cards = self.page.locator(f"#{place} .card").all()
        return {
            card.locator("dt").evaluate("name => name.firstChild.textContent.trim()"): card.locator(
                "dd"
            ).first.inner_text()
            for card in cards
        }

    def table(self, caption: str) -> list[list[str]]:
        """Return the cells of the rows of a table that the filters let pass."""
        return self.page.evaluate(
            """caption => [...document.querySelectorAll("table")]
                .find(table => table.caption?.textContent.startsWith(caption))
                .querySelectorAll("tbody tr:not([hidden])").values()
                .map(row => [...row.cells].map(cell => cell.textContent)).toArray()""",
            caption,
        )

    def drawn(self, chart: str) -> list[str]:
        """Return all texts of a chart, the labels of its axes among them."""
        return self.page.locator(f"#chart-{chart} svg text").all_text_contents()


@contextmanager
def browser() -> Generator[Browser]:
    """Start the browser that the machine has.

    Raises:
        RuntimeError: it has none.
    """
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not found:
        raise RuntimeError(
            f"the tests of the report drive a browser and look for {', '.join(PROGRAMS)}, but "
            "there is none; install one: make browser"
        )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found)
        try:
            yield started
        finally:
            started.close()


@contextmanager
def opened(
    browser: Browser, file: Path, size: dict[str, int], fragment: str = ""
) -> Generator[Opened]:
    """Open a file in a window of a size, in pixels, wait until its charts are drawn.

    Zone and language are others than the report's: it must not mind.
    """
    page = browser.new_page(viewport=size, timezone_id="America/Los_Angeles", locale="de-DE")
    shown = Opened(page)
    page.on("console", lambda message: shown.complaints.append(message.text))
    page.on("pageerror", lambda error: shown.complaints.append(str(error)))
    page.on("request", lambda request: shown.requests.append(request.url))
    page.goto(file.as_uri() + fragment)
    page.wait_for_selector("body[data-shown]")
    try:
        yield shown
    finally:
        page.close()
