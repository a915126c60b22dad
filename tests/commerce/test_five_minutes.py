"""The five-minute files are the clickstream's visits, in the contract of the events."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from commerce.generators import generate_clickstream
from tests.commerce.order_book import records
from tests.commerce.shop import SIZES, generate
from tests.oracle import Event, File, judge, slot_of

DAYS = 8
NAMES = {"product_view": "page_view"}  # of an event type that the events call otherwise


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """Transactions, clicks and events of some days; and the truth about the clicks."""
    folder = tmp_path_factory.mktemp("made")
    generate("transactions", folder, f"--days={DAYS}")
    arguments = [f"--days={DAYS}", "--events", str(folder / "new/events")]
    return folder, generate("clickstream", folder, *arguments)


@pytest.fixture(scope="module")
def judged(made: tuple[Path, dict]) -> tuple[dict[str, File], list[Event]]:
    """What the oracle of the events says of the files, and their events."""
    return judge((made[0] / "new/events").iterdir())


def test_contract(judged: tuple[dict[str, File], list[Event]], made: tuple[Path, dict]) -> None:
    """Every line is an event of its file's five minutes, and none is there twice."""
    files, events = judged
    assert sum(file.accepted for file in files.values()) == len(events)
    assert all(file.lines == file.accepted > 0 for file in files.values())
    for file in (made[0] / "new/events").iterdir():
        slot = slot_of(file)
        times = [event.time for event in judge([file])[1]]
        assert all(slot <= time < slot + timedelta(minutes=5) for time in times)


def test_same_clicks(judged: tuple[dict[str, File], list[Event]], made: tuple[Path, dict]) -> None:
    """What is done with a product is in both, with the same session, person and moment."""
    clicks = Counter(
        (
            click["session_id"],
            NAMES.get(click["event_type"], click["event_type"]),
            datetime.fromisoformat(click["timestamp"]),
            click["product_id"],
        )
        for click in records(made[0], "clickstream")
        if click["event_type"] not in {"page_view", "checkout"}
    )
    people = {c["session_id"]: c["customer_id"] for c in records(made[0], "clickstream")}
    events = judged[1]

    assert clicks == Counter((e.session_id, e.event_type, e.time, e.product_id) for e in events)
    assert all(people[e.session_id] in {e.user_id, None} for e in events)
    strangers = {e.user_id for e in events if people[e.session_id] is None}
    assert strangers.isdisjoint(people.values())


def test_same_purchases(
    judged: tuple[dict[str, File], list[Event]], made: tuple[Path, dict]
) -> None:
    """A sale has a purchase of its customer, product, quantity, price and moment, or is named."""
    planted = made[1]["planted"]
    telephone = set(planted["transactions_without_purchase"])
    sold = Counter(
        (
            row["customer_id"],
            row["product_id"],
            int(row["quantity"]),
            Decimal(row["price"]),
            datetime.fromisoformat(row["transaction_date"] + "Z"),
        )
        for row in records(made[0], "transactions")
        if row["status"] == "completed" and row["transaction_id"] not in telephone
    )
    purchases = [event for event in judged[1] if event.event_type == "purchase"]
    bought = Counter((e.user_id, e.product_id, e.quantity, e.price, e.time) for e in purchases)
    lost = Counter(
        (e.session_id, e.user_id, e.product_id, e.quantity, f"{e.time:%Y-%m-%dT%H:%M:%SZ}")
        for e in purchases
        if not sold[e.user_id, e.product_id, e.quantity, e.price, e.time]
    )

    assert sold <= bought
    assert lost == Counter(map(tuple, planted["purchases_without_transaction"]))
    assert lost


def test_products(judged: tuple[dict[str, File], list[Event]], made: tuple[Path, dict]) -> None:
    """A product has one category, and at any time one price."""
    generate("products", made[0], f"--days={DAYS}")
    catalogue = {}
    for record in records(made[0], "products"):
        catalogue.setdefault(record["product_id"], []).append(record)

    for event in judged[1]:
        if event.product_id:
            day, versions = str(event.time.date()), catalogue[event.product_id]
            valid = [version for version in versions if version["updated_at"][:10] <= day][-1]
            assert event.category == valid["category"]
            price = Decimal(str(valid["price"]))
            assert event.price == (price if event.quantity else None)


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that is there already is refused, and nothing is written."""
    (old := tmp_path / "events").mkdir()
    argv = [*SIZES["clickstream"], "--output", str(tmp_path / "landing"), "--events", str(old)]

    with pytest.raises(SystemExit):
        generate_clickstream.main(argv)
    assert f"--events {old} exists; delete it or name another folder" in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == [old]
