"""Views and saved queries about visits answer what plain Python computes, cell by cell."""

from collections import Counter
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from local_aws.server import LocalAws
from tests import oracle as events_oracle
from tests.commerce import crafted_visits, oracle, oracle_visits
from tests.commerce.answers import SAVED_DAYS, Answers, Row
from tests.commerce.landing import read
from tests.commerce.oracle_marts import marts
from tests.commerce.oracle_visits import Shop, conversion_funnel
from tests.commerce.sample_tables import silver_event
from tests.commerce.shop import generate

TABLES = ("events", "fct_transactions", "daily_device_sessions", "dim_products", "product_ratings")
DAYS = 6
# Of the other views a saved query shows all.
SEEN = (
    "shop_events",
    "purchase_matches",
    "daily_session_funnel",
    "search_attribution",
    "tracking",
    "visits_to_orders",
)


@pytest.fixture(scope="module")
def answers(aws: LocalAws) -> dict[str, Answers]:
    """The views over empty tables, by the zone of days of sale."""
    return {zone: Answers(aws, zone) for zone in ("UTC", "Europe/Berlin", "Asia/Kolkata")}


def fill(answers: Answers, **tables: list[Row]) -> Shop:
    """Let the tables have these rows, and what follows from them."""
    tables = {name: [] for name in TABLES} | tables
    funnel = conversion_funnel(tables["events"])
    answers.fill(tables | {"conversion_funnel": funnel})
    return Shop(tables, ZoneInfo(answers.zone))


def check(answers: Answers, shop: Shop, days: tuple[date, date] = SAVED_DAYS) -> None:
    """Compare every view and every saved query, those with a range for these days."""
    check_views(answers, shop, *SEEN)
    for name, expected in oracle_visits.queries(shop, *days).items():
        assert {name: answers.query(name, days)} == {name: expected}


def check_views(answers: Answers, shop: Shop, *names: str) -> None:
    """Compare views' rows, in any order."""
    views = oracle_visits.views(shop)
    for name in names:
        found = [
            Counter(tuple(of.items()) for of in some) for some in (answers.rows(name), views[name])
        ]
        too_many, missing = found[0] - found[1], found[1] - found[0]
        assert (name, too_many, missing) == (name, {}, {})


@pytest.fixture(scope="module")
def berlin(answers: dict[str, Answers]) -> Shop:
    """The crafted tables, in the zone that they are made for."""
    return fill(
        answers["Europe/Berlin"],
        events=crafted_visits.EVENTS,
        fct_transactions=crafted_visits.SOLD,
        daily_device_sessions=crafted_visits.DEVICES,
        dim_products=crafted_visits.PRODUCTS,
        product_ratings=crafted_visits.RATINGS,
    )


def test_crafted_visits(answers: dict[str, Answers], berlin: Shop) -> None:
    """Whatever is tracked and not booked, booked and not tracked, or not the same, is told."""
    check(answers["Europe/Berlin"], berlin, crafted_visits.WEEK)


def test_bridge(answers: dict[str, Answers], berlin: Shop) -> None:
    """The named differences explain all that lies between the two revenues; nothing is lost."""
    days = answers["Europe/Berlin"].rows("tracking")

    for day in days:
        assert day["tracked_revenue"] - day["gross_revenue"] == (
            day["only_tracked_revenue"] - day["only_booked_revenue"] + day["amount_difference"]
        )
    events, sold = berlin.tables["events"], berlin.tables["fct_transactions"]
    purchases = [each for each in events if each["event_type"] == "purchase"]
    revenue = sum(each["price"] * each["quantity"] for each in purchases)
    assert sum(day["tracked_revenue"] for day in days) == revenue
    assert sum(day["gross_revenue"] for day in days) == sum(each["gross_amount"] for each in sold)
    searched = answers["Europe/Berlin"].rows("search_attribution")
    assert sum(each["purchases"] for each in searched) == len(purchases)


def test_half_hour_zone(answers: dict[str, Answers]) -> None:
    """Where a day ends amid an hour of UTC, no event is lost or counted twice."""
    kolkata = answers["Asia/Kolkata"]
    shop = fill(kolkata, events=crafted_visits.EVENTS)

    check_views(kolkata, shop, "shop_events")


def test_no_data(answers: dict[str, Answers]) -> None:
    """Before the first file every answer is empty."""
    check(answers["UTC"], fill(answers["UTC"]))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """What the generators deliver in some days; and what they planted in the clicks."""
    folder = tmp_path_factory.mktemp("made")
    landing = folder / "landing"
    generate("products", landing, f"--days={DAYS}")
    sizes = ["--rows", "400", f"--days={DAYS}", "--customers", "100"]
    generate("transactions", landing, *sizes)
    arguments = ["--transactions", "400", "--events", str(folder / "events")]
    truth = generate("clickstream", landing, *sizes, *arguments)
    return folder, truth["planted"]


@pytest.fixture(scope="module")
def generated(answers: dict[str, Answers], made: tuple[Path, dict]) -> Shop:
    """The tables of the generators' shop, as the oracles know them."""
    folder, _ = made
    tables, _ = oracle.load(read(folder / "landing"))
    as_of = max(date.fromisoformat(row["dt"]) for row in tables["fct_transactions"])
    tables["dim_products"] = marts(tables, as_of)["dim_products"]
    tables["product_ratings"] = []
    tables["events"] = [*map(silver_event, events_oracle.judge((folder / "events").iterdir())[1])]
    return fill(answers["UTC"], **{name: tables[name] for name in TABLES})


def test_generated_shop(answers: dict[str, Answers], generated: Shop) -> None:
    """Every answer over what the generators deliver is the oracle's."""
    check(answers["UTC"], generated)


def test_planted(answers: dict[str, Answers], made: tuple[Path, dict], generated: Shop) -> None:
    """What came by telephone is only booked, what got lost is only tracked, and nothing else is."""
    _, planted = made
    pairs = answers["UTC"].rows("purchase_matches")

    assert generated.tables["events"]
    only_booked = [pair["transaction_id"] for pair in pairs if not pair["is_tracked"]]
    assert sorted(only_booked) == sorted(planted["transactions_without_purchase"])
    only_tracked = [_lost(pair) for pair in pairs if not pair["is_booked"]]
    assert sorted(only_tracked) == sorted(planted["purchases_without_transaction"])
    assert only_booked
    assert only_tracked


def _lost(pair: Row) -> list[object]:
    """Return a purchase as the truth tells it."""
    time = f"{pair['event_time']:%Y-%m-%dT%H:%M:%SZ}"
    of = ("session_id", "customer_id", "product_id", "quantity")
    return [*(pair[name] for name in of), time]


def test_planted_devices(
    answers: dict[str, Answers], made: tuple[Path, dict], generated: Shop
) -> None:
    """Visits by device are those that the generators counted."""
    assert generated.tables["daily_device_sessions"]
    counted = "sessions page_views product_views add_to_carts checkouts purchases"
    told = ("device", *counted.split(), "sessions_that_bought")
    found = [
        [str(row["visit_date"]), *(row[name] for name in told)]
        for row in answers["UTC"].rows("device_funnel")
    ]

    assert sorted(found, key=str) == sorted(made[1]["daily_device_sessions"], key=str)
