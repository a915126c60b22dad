"""The clickstream's visits make sense, and agree with the order book."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from commerce.generators.orders import OrderBook
from commerce.generators.visits import Visits
from commerce.generators.world import World
from tests.commerce.order_book import files, read, records
from tests.commerce.shop import START

Clicks = list[dict]


@pytest.fixture(scope="module")
def visits(shop: tuple[Path, dict]) -> dict[str, Clicks]:
    """The clicks of each visit, in order."""
    visits = defaultdict(list)
    for click in records(shop[0], "clickstream"):
        visits[click["session_id"]].append(click)
    return visits


@pytest.fixture(scope="module")
def sales(shop: tuple[Path, dict]) -> list[dict]:
    """The sales of the order book."""
    return [row for row in records(shop[0], "transactions") if row["status"] == "completed"]


def _steps(clicks: Clicks) -> list[str]:
    return [click["event_type"] for click in clicks]


def test_a_visit_is_of_one_person(visits: dict[str, Clicks]) -> None:
    """Customer and device stay; time goes on, and stands still for purchases alone."""
    for clicks in visits.values():
        assert len({(click["customer_id"], click["device"]) for click in clicks}) == 1
        for before, after in pairwise(clicks):
            if before["timestamp"] >= after["timestamp"]:
                assert before["timestamp"] == after["timestamp"]
                assert _steps([before, after]) == ["purchase"] * 2
                assert before["product_id"] != after["product_id"]


def test_steps(visits: dict[str, Clicks]) -> None:
    """A product is seen, put into the cart, and bought at a checkout, if it was not put back."""
    whole = [clicks for clicks in visits.values() if clicks[0]["event_type"] == "page_view"]
    for clicks in whole:
        seen, cart, is_paying = set(), Counter(), False
        for click in clicks:
            product, step = click["product_id"], click["event_type"]
            assert (product is None) == (step in {"page_view", "search", "checkout"})
            if step == "product_view":
                seen.add(product)
            elif step == "add_to_cart":
                assert product in seen
                cart[product] += 1
            elif step == "remove_from_cart":
                cart[product] -= 1
            elif step == "checkout":
                is_paying = True
            elif step == "purchase":
                assert is_paying
                cart[product] -= 1
            assert min(cart.values(), default=0) >= 0
        assert cart.total() == 0 or _steps(clicks)[-1] != "purchase"
        assert not is_paying or seen
    assert len(whole) > 0.99 * len(visits)


def test_days(shop: tuple[Path, dict], visits: dict[str, Clicks]) -> None:
    """A file has the clicks of its day, in order of time; some visits go on over midnight."""
    delivered = files(shop[0], "clickstream")
    for file in delivered:
        times = [click["timestamp"] for click in read(file)[0]]
        assert {f"date={time[:10]}" for time in times} == {file.parent.name}
        assert times == sorted(times)

    assert len(delivered) == 40
    assert sum(len({click["timestamp"][:10] for click in v}) == 2 for v in visits.values()) > 0


def test_people(visits: dict[str, Clicks]) -> None:
    """Most visitors do not sign in, buyers do; a few devices cannot be told."""
    known = Counter(
        (bool(v[0]["customer_id"]), _steps(v)[-1] == "purchase") for v in visits.values()
    )
    devices = Counter(clicks[0]["device"] for clicks in visits.values())

    assert known[False, True] == 0 < known[True, False] < known[False, False]
    assert [device for device, _ in devices.most_common()] == ["mobile", "desktop", "tablet", None]


def test_signed_in_customers_exist(shop: tuple[Path, dict]) -> None:
    """Nobody signs in before signing up."""
    signups = {row["customer_id"]: row["signup_date"] for row in records(shop[0], "customers")}

    for click in records(shop[0], "clickstream"):
        if click["customer_id"]:
            assert signups[click["customer_id"]] <= click["timestamp"][:10]


def test_purchases(shop: tuple[Path, dict], sales: list[dict]) -> None:
    """What is bought on a page is in the order book, but for what the truth names."""
    planted = shop[1]["clickstream"]["planted"]
    telephone = set(planted["transactions_without_purchase"])
    lost = Counter(
        (customer, product, moment)
        for _, customer, product, _, moment in planted["purchases_without_transaction"]
    )
    bought = Counter(
        (click["customer_id"], click["product_id"], click["timestamp"])
        for click in records(shop[0], "clickstream")
        if click["event_type"] == "purchase"
    )
    sold = Counter(
        (sale["customer_id"], sale["product_id"], sale["transaction_date"].replace(" ", "T") + "Z")
        for sale in sales
        if sale["transaction_id"] not in telephone
    )

    assert bought == sold + lost
    assert telephone < {sale["transaction_id"] for sale in sales}
    assert lost


def test_shares() -> None:
    """A tenth of the transactions came by telephone, 3 % of the purchases got lost."""
    book = OrderBook(World(1, START, 30, 200, 2000), 10_000)
    visits, seen, lost = Visits(book, 0), 0, 0
    for order in (order for day in range(30) for order in book.orders(day)):
        if not visits.is_by_telephone(order):
            seen += order.size
            lost += len(visits.lost(order, list(book.lines(order))))

    assert abs(seen / 10_000 - 0.9) < 0.015
    assert abs(lost / (seen + lost) - 0.03) < 0.006


def test_device_sessions(shop: tuple[Path, dict]) -> None:
    """The truth's rows by day and device are what the files count; a visit counts on each day."""
    rows: dict = defaultdict(lambda: [set(), *[0] * 5, set()])
    steps = ["page_view", "product_view", "add_to_cart", "checkout", "purchase"]
    for click in records(shop[0], "clickstream"):
        row = rows[click["timestamp"][:10], click["device"]]
        row[0].add(click["session_id"])
        if click["event_type"] in steps:
            row[1 + steps.index(click["event_type"])] += 1
        if click["event_type"] == "purchase":
            row[6].add(click["session_id"])

    found = [[*key, len(row[0]), *row[1:6], len(row[6])] for key, row in rows.items()]
    told = shop[1]["clickstream"]["planted"]["daily_device_sessions"]
    assert sorted(told, key=str) == sorted(found, key=str)


def test_visits_are_short(visits: dict[str, Clicks]) -> None:
    """No visit takes as long as a day, so none is in three files."""
    for clicks in visits.values():
        first, last = (datetime.fromisoformat(clicks[end]["timestamp"]) for end in (0, -1))
        assert last - first < timedelta(hours=2)
