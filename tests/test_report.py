import gzip
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import boto3
import pytest
from playwright.sync_api import Browser

from glue_jobs.report.__main__ import main
from glue_jobs.report.athena import Athena, AthenaError
from glue_jobs.report.facts import Facts
from glue_jobs.report.health import health
from tests import demo, oracle
from tests.pipeline import Pipeline, deploy
from tests.report_browser import DESKTOP, PHONE, Opened, browser, opened

DAY = "2026-03-02"  # of the sample
QUIET = "2026-03-05"  # no event, but the sample in its week
NEVER = "2025-01-31"  # nothing in its week, nothing in its month
ODD = "</script><b>\"&'\u00e9"  # nobody checks what a product or category is called
MONEY = "${:,.2f}"


@pytest.fixture(scope="module")
def pipeline(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """A stack that has loaded the sample hour and one file with odd names."""
    request.getfixturevalue("aws_environment")
    pipeline = deploy("capstone-report", "report")
    for file in sorted(demo.SAMPLE_DATA.glob("events-*.jsonl.gz")):
        pipeline.deliver(file, demo.raw_key(file.name))
    odd = tmp_path_factory.mktemp("raw") / "events-20260302T190000Z.jsonl.gz"
    odd.write_bytes(gzip.compress("\n".join(map(json.dumps, _odd_events())).encode()))
    pipeline.deliver(odd, demo.raw_key(odd.name))
    pipeline.run()
    return pipeline


def _odd_events() -> Iterator[dict]:
    """Yield views and purchases of the day's most viewed product, and some from days before."""
    item = {"product_id": ODD, "category": ODD, "session_id": "odd"}
    bought = {**item, "event_type": "purchase", "quantity": 2, "price": 1234.5}
    for number in range(3000):
        stamp = f"2026-03-02T19:{number // 60:02}:{number % 60:02}Z"
        yield {**item, "timestamp": stamp, "user_id": "u_odd", "event_type": "page_view"}
    for stamp, user_id in (
        ("2026-03-02T19:49:58Z", "u_odd"),
        ("2026-03-02T19:49:59Z", "u_once"),
        ("2026-02-26T10:00:00Z", "u_gone"),
        ("2026-02-27T11:00:00Z", "u_gone"),
        ("2026-02-28T12:00:00Z", "u_gone_once"),
    ):
        yield {**bought, "timestamp": stamp, "user_id": user_id}


@pytest.fixture(scope="module")
def week(pipeline: Pipeline) -> list[oracle.Event]:
    """The distinct valid events of the raw files; all are of the day's week."""
    return oracle.judge(pipeline.delivered)[1]


@pytest.fixture(scope="module")
def events(week: list[oracle.Event]) -> list[oracle.Event]:
    """Those of the day."""
    return [event for event in week if event.time.date().isoformat() == DAY]


@pytest.fixture(scope="module")
def reports(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a page for each day, named after it."""
    folder = tmp_path_factory.mktemp("reports")
    for day in (DAY, QUIET, NEVER):
        main(_arguments(pipeline, day, folder / f"{day}.html"))
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def report(reports: Path, chromium: Browser) -> Iterator[Opened]:
    """The page of the day, as it opens; tests that choose something open their own."""
    with opened(chromium, reports / f"{DAY}.html", DESKTOP) as shown:
        yield shown


def _arguments(pipeline: Pipeline, day: str, file: Path) -> list[str]:
    stack = pipeline.stack
    names = {
        "bronze": stack["BronzeDatabaseName"],
        "silver": stack["SilverDatabaseName"],
        "gold": stack["GoldDatabaseName"],
        "work-group": stack["WorkGroupName"],
        "bucket": stack["AnalyticsBucketName"],
        "day": day,
        "output": str(file),
    }
    return [f"--{name}={value}" for name, value in names.items()]


def test_stored(pipeline: Pipeline, reports: Path) -> None:
    """The page lies where the reports of its day lie, and browsers take it for a page."""
    bucket = pipeline.stack["AnalyticsBucketName"]
    found = boto3.client("s3").get_object(Bucket=bucket, Key=f"reports/daily/dt={DAY}/index.html")

    assert found["ContentType"] == "text/html; charset=utf-8"
    assert found["Body"].read() == (reports / f"{DAY}.html").read_bytes()


def test_cards(report: Opened, week: list[oracle.Event], events: list[oracle.Event]) -> None:
    """The numbers at the top are those of the raw files."""
    bought = _bought(events)
    revenue = _revenue(events)
    sessions = {event.session_id for event in events}
    buying = {event.session_id for event in bought}

    assert report.cards("cards") == {
        "Revenue": MONEY.format(revenue),
        "Last 7 days": MONEY.format(_revenue(week)),
        "March": MONEY.format(revenue),
        "Purchases": f"{len(bought):,}",
        "Average order value": MONEY.format(revenue / len(bought)),
        "Users": f"{len({event.user_id for event in events}):,}",
        "Sessions": f"{len(sessions):,}",
        "Conversion": f"{len(buying) / len(sessions):.2%}",
    }


def _bought(events: list[oracle.Event]) -> list[oracle.Event]:
    return [event for event in events if event.event_type == "purchase"]


def _revenue(events: list[oracle.Event]) -> Decimal:
    return sum(event.price * event.quantity for event in _bought(events))


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
        name: [f"{kinds[name, 'purchase']:,}", f"{kinds[name, 'purchase'] / views:.1%}"]
        for name in categories
        if (views := kinds[name, "page_view"])
    }

    shown = {name: numbers for _, name, *numbers in report.table("Purchases by category")}

    assert shown == expected
    assert set(report.drawn("categories")) >= categories


def test_segments(report: Opened, week: list[oracle.Event]) -> None:
    """Users fall into segments by how lately and how often they bought in the week."""
    orders = Counter(event.user_id for event in _bought(week))
    gone = {"u_gone", "u_gone_once"}
    names = {0: "Did not buy", 1: "One purchase, active"}
    segments = Counter(
        names.get(orders[user], "Several purchases, active")
        for user in {event.user_id for event in week} - gone
    )
    several = {user for user in orders if orders[user] > 1} - gone
    frequency = sum(orders[user] for user in several) / len(several)
    value = _revenue([event for event in week if event.user_id in several])

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
    latest = [event for event in _bought(events) if event.time.hour == 19]

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


def test_slots() -> None:
    """A slot is loaded, unreadable or missing; one that is not over yet is none of these."""
    slot = {"files": 1, "lines": 3, "accepted": 2, "duplicates": 1, "rejected": 0}
    slots = [
        {**slot, "hour": "00", "minute": "05", "unreadable_files": 0, "last_event_time": None},
        {**slot, "hour": "00", "minute": "10", "unreadable_files": 1, "last_event_time": None},
        {**slot, "hour": "00", "minute": None, "unreadable_files": 0, "last_event_time": None},
    ]
    names = ("hours", "visits", "steps", "products", "segments", "recent", "reasons")
    written = datetime(2026, 3, 2, 0, 29, tzinfo=UTC)
    facts = Facts(written.date(), written, slots=slots, **{name: [] for name in names})

    judged = health(facts)

    assert (judged.lines, judged.missing, judged.unreadable_files) == (9, 3, 1)
    assert judged.gaps == [
        {"state": "missing", "first": "00:00", "last": "00:00", "slots": 1},
        {"state": "unreadable", "first": "00:10", "last": "00:10", "slots": 1},
        {"state": "missing", "first": "00:15", "last": "00:20", "slots": 2},
    ]


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
        assert shown.drawn("funnel")[2].startswith(f"Bought: {len(_bought(books))}, ")

        shown.choose(day="2026-03-01")  # it has no event
        assert shown.table("The ten most viewed") == []
        assert shown.page.get_by_text("No product was viewed.").is_visible()

        shown.choose(day="all")
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


@pytest.mark.usefixtures("aws_environment")
def test_tables_without_partitions(chromium: Browser, tmp_path: Path) -> None:
    """A stack whose job never ran has a report too."""
    file = tmp_path / "report.html"
    main(_arguments(deploy("capstone-no-report", "no-report"), DAY, file))

    with opened(chromium, file, PHONE) as shown:
        assert shown.complaints == []
        assert shown.cards("cards")["Revenue"] == "$0.00"


def test_day_that_lasts(pipeline: Pipeline, chromium: Browser, tmp_path: Path) -> None:
    """What is to come is not missing: no hour, no slot after the moment of writing."""
    file = tmp_path / "report.html"
    now = datetime.now(UTC)
    main(_arguments(pipeline, now.date().isoformat(), file))

    with opened(chromium, file, DESKTOP) as shown:
        assert shown.complaints == []
        assert len(shown.table("Revenue by hour")) in {now.hour + 1, now.hour + 2}
        slots = int(shown.cards("health-cards")["Missing slots"])
        assert slots - (now.hour * 12 + now.minute // 5) in {0, 1}


def test_failure(pipeline: Pipeline, tmp_path: Path) -> None:
    """A question that fails ends the program with what was asked and what Athena said."""
    arguments = _arguments(pipeline, DAY, tmp_path / "report.html")
    arguments[2] = "--gold=gold_elsewhere"

    with pytest.raises(SystemExit) as ended:
        main(arguments)

    for part in (DAY, "gold_elsewhere", "FAILED", "from hourly_revenue"):
        assert part in str(ended.value)


def test_athena(pipeline: Pipeline) -> None:
    """An answer of several pages is read to its end, typed, and NULL is None."""
    athena = Athena(boto3.client("athena"), pipeline.stack["WorkGroupName"])
    statement = """
        select n, cast(n as decimal(10, 2)) as money, nullif(?, 'it''s') as nothing
        from unnest(sequence(1, 2500)) as t (n) order by n"""

    rows = athena.ask(statement, pipeline.stack["GoldDatabaseName"], ["it's"])

    assert rows == [{"n": n, "money": Decimal(n), "nothing": None} for n in range(1, 2501)]


def test_unknown_type(pipeline: Pipeline) -> None:
    """A column of a type that the report does not read is told, not guessed."""
    athena = Athena(boto3.client("athena"), pipeline.stack["WorkGroupName"])

    with pytest.raises(AthenaError, match="column one is boolean; cast it"):
        athena.ask("select true as one", pipeline.stack["GoldDatabaseName"], [])


def test_help() -> None:
    """The program says which day it takes by itself."""
    command = [sys.executable, "-m", "glue_jobs.report", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, cwd=demo.PROJECT)

    assert "default: yesterday, UTC" in shown.stdout


def test_job_does_without() -> None:
    """No module of the job knows the report, whose libraries Glue does not have."""
    modules = (demo.PROJECT / "glue_jobs").glob("*.py")

    assert [m.name for m in modules if "glue_jobs.report" in m.read_text(encoding="utf-8")] == []
