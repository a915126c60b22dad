"""The order book's generators: they agree, repeat themselves, and know the truth."""

import hashlib
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise
from pathlib import Path
from statistics import fmean, median

import pytest

from commerce.generators import draws
from commerce.generators.orders import Line, OrderBook
from commerce.generators.world import PAIRS, RETURN_RATES, World
from generate_sample_data import CATALOGUE, dice
from tests.commerce.order_book import files, read, records
from tests.commerce.shop import DAYS, MAINS, SIZES, START, generate
from tests.template import PROJECT

PAGE = (PROJECT / "docs/commerce-data.md").read_text(encoding="utf-8")


def _digest(folder: Path, source: str) -> str:
    texts = (f"{file.relative_to(folder)}\n{file.read_text()}" for file in files(folder, source))
    return hashlib.sha256("".join(texts).encode()).hexdigest()[:16]


@pytest.fixture(scope="module")
def book() -> OrderBook:
    """As many orders as planted rates need to show."""
    return OrderBook(World(1, START, 70, 200, 3000), 15_000)


@pytest.fixture(scope="module")
def sold(book: OrderBook) -> list[list[Line]]:
    """The lines of each order of the book."""
    return [list(book.lines(order)) for day in range(70) for order in book.orders(day)]


def test_same_seed_same_bytes(shop: tuple[Path, dict]) -> None:
    """Whoever asks for the same gets the same, on every machine."""
    assert {source: _digest(shop[0], source) for source in SIZES} == {
        "products": "bd5584012091b8b5",
        "customers": "d8c185268dbbb62f",
        "transactions": "fa7af2ab12597c5f",
        "reviews": "d8fc76b6c01dc794",
        "sales": "554acc159086f516",
        "clickstream": "768ad523251aa67d",
    }


def test_documented_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What docs/commerce-data.md shows is what its commands write."""
    shown = re.findall(r"^\$ head -(\d) (\S+)\n((?:[^`$].*\n)+)", PAGE, flags=re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    for main in MAINS.values():
        assert main([]) == 0

    assert len(shown) == len(MAINS)
    for number, path, text in shown:
        lines = (tmp_path / path).read_text(encoding="utf-8").splitlines(keepends=True)
        assert "".join(lines[: int(number)]) == text


@pytest.mark.parametrize("source", SIZES)
def test_another_seed(source: str, shop: tuple[Path, dict], tmp_path: Path) -> None:
    """Another seed is another shop."""
    generate(source, tmp_path, "--seed", "7", "--days", "5")

    assert read(files(tmp_path, source)[0])[0] != read(files(shop[0], source)[0])[0]


@pytest.mark.parametrize("source", ["products", "customers"])
def test_more_rows(source: str, shop: tuple[Path, dict], tmp_path: Path) -> None:
    """More rows leave the others as they are."""
    generate(source, tmp_path, "--rows", "230")
    fewer, more = records(tmp_path, source), records(shop[0], source)

    assert len(fewer) < len(more)
    assert [record for record in fewer if record not in more] == []


@pytest.mark.parametrize(
    ("source", "arguments"),
    [
        ("customers", "--transactions 12001"),
        ("transactions", "--rows 12001"),
        ("sales", "--rows 12001"),
        ("reviews", "--transactions 12001 --rows 5"),
        ("clickstream", "--transactions 12001 --rows 5"),
    ],
)
def test_enough_customers(source: str, arguments: str, tmp_path: Path) -> None:
    """Customers that nobody counted follow from the transactions: every command has the same."""
    truth = tmp_path / "truth.json"
    argv = f"{arguments} --days 2 --output {tmp_path} --truth {truth}"

    assert MAINS[source](argv.split()) == 0
    assert json.loads(truth.read_text())["parameters"]["customers"] == 2401


def test_a_day_alone(book: OrderBook) -> None:
    """Any day can be told without those before it."""
    fresh = OrderBook(book.world, book.transactions)

    assert list(fresh.sold(42)) == list(book.sold(42)) != []


def test_products_of_the_clickstream(shop: tuple[Path, dict]) -> None:
    """The first 200 products are those of the events, at the events' prices at first."""
    first = {record["product_id"]: record for record in reversed(records(shop[0], "products"))}

    for product in CATALOGUE:
        record = first.pop(product.product_id)
        assert (record["category"], f"{record['price']:.2f}") == (product.category, product.price)
    assert sorted(first) == [f"p_{number:04}" for number in range(201, 251)]


def _as_of(folder: Path, source: str, key: str) -> Callable[[str, str], dict]:
    """Return what finds the version of an entity on a day."""
    versions = defaultdict(list)
    for record in records(folder, source):
        versions[record[key]].append(record)

    def version(entity: str, day: str) -> dict:
        return [each for each in versions[entity] if each["updated_at"][:10] <= day][-1]

    return version


def test_files_agree(shop: tuple[Path, dict]) -> None:
    """A sale names a product at that day's price, and a customer who has signed up."""
    product = _as_of(shop[0], "products", "product_id")
    customer = _as_of(shop[0], "customers", "customer_id")
    sales = records(shop[0], "transactions")

    for sale in sales:
        day = sale["transaction_date"][:10]
        assert f"{product(sale['product_id'], day)['price']:.2f}" == sale["price"]
        assert customer(sale["customer_id"], day)["signup_date"] <= day
        full = int(sale["quantity"]) * Decimal(sale["price"])
        assert full * Decimal("0.9") - 1 < Decimal(sale["total_amount"]) <= full
    assert len({sale["transaction_id"] for sale in sales}) == 1500


def test_an_order_is_of_one_customer_and_day(shop: tuple[Path, dict]) -> None:
    """The lines of an order name different products."""
    orders = defaultdict(list)
    for sale in records(shop[0], "transactions"):
        if sale["status"] == "completed":
            orders[sale["order_id"]].append(sale)

    for lines in orders.values():
        assert len({(line["customer_id"], line["transaction_date"]) for line in lines}) == 1
        assert len({line["product_id"] for line in lines}) == len(lines)
    assert max(map(len, orders.values())) > 2


def test_later_statuses(shop: tuple[Path, dict]) -> None:
    """A return comes 1 to 30 days after its sale, a refund later still; nothing else changes."""
    rows = defaultdict(list)
    for row in records(shop[0], "transactions"):
        rows[row.pop("transaction_id")].append(row)

    seen = Counter()
    for sale, *later in rows.values():
        days = [date.fromisoformat(row.pop("updated_at")[:10]) for row in (sale, *later)]
        seen[statuses := tuple(row.pop("status") for row in (sale, *later))] += 1
        assert statuses == ("completed", "returned", "refunded")[: len(statuses)]
        assert all(row == sale for row in later)
        assert all(before < after for before, after in pairwise(days))
        assert len(days) == 1 or days[1] <= days[0] + timedelta(days=30)
    assert len(seen) == 3


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def test_reviews_come_from_buyers(shop: tuple[Path, dict]) -> None:
    """A review is of a product that its customer has bought before."""
    bought = {
        (sale["customer_id"], sale["product_id"], sale["transaction_id"][2:]): sale
        for sale in records(shop[0], "transactions")
    }
    reviews, waits = records(shop[0], "reviews"), []

    for review in reviews:
        key = review["customer_id"], review["product_id"], review["review_id"][2:]
        waits.append(_day(review["review_date"]) - _day(bought[key]["transaction_date"]))
    assert timedelta() == min(waits) < max(waits) <= timedelta(days=20)
    assert len(reviews) == 200


def test_days_of_delivery(shop: tuple[Path, dict]) -> None:
    """Sales and reviews have a file every day; a row comes on the day that it is about."""
    for source, field in [("transactions", "updated_at"), ("reviews", "review_date")]:
        delivered = files(shop[0], source)
        assert len(delivered) == DAYS
        for file in delivered:
            assert {f"date={row[field][:10]}" for row in read(file)[0]} <= {file.parent.name}


def test_revenue(shop: tuple[Path, dict]) -> None:
    """The truth's revenue by day of sale is what the files add up to."""
    last = {row["transaction_id"]: row for row in records(shop[0], "transactions")}
    gross, returned = defaultdict(Decimal), defaultdict(Decimal)
    for row in last.values():
        day, amount = row["transaction_date"][:10], Decimal(row["total_amount"])
        gross[day] += amount
        returned[day] += amount if row["status"] != "completed" else 0
    planted = shop[1]["transactions"]["planted"]

    assert planted["revenue"] == [
        [day, *(f"{each:.2f}" for each in (gross[day], returned[day], gross[day] - returned[day]))]
        for day in (str(START + timedelta(days=number)) for number in range(DAYS))
    ]
    counts = Counter(row["status"] for row in last.values())
    assert planted["transactions"] == counts | {"unknown_customer": 0, "unknown_product": 0}


def test_changes(shop: tuple[Path, dict]) -> None:
    """The truth names the changed prices and the moved customers."""
    for source, field, fact in [
        ("products", "price", "price_changes"),
        ("customers", "city", "moves"),
    ]:
        versions = defaultdict(list)
        for record in records(shop[0], source):
            versions[next(iter(record.values()))].append(record)
        found = [
            [entity, new["updated_at"][:10], str(old[field]), str(new[field])]
            for entity, (old, new) in ((e, v) for e, v in versions.items() if len(v) > 1)
        ]
        told = shop[1][source]["planted"][fact]
        if field == "price":
            told = [[*each[:2], *(str(float(price)) for price in each[2:])] for each in told]
        assert sorted(found) == sorted(told) != []


def test_shares_of_changes() -> None:
    """12 % of the products change their price, 3 % of the customers move."""
    world = World(1, START, DAYS, 1500, 1500)

    assert 0.09 < sum(article.changes is not None for article in world.articles) / 1500 < 0.15
    moves = sum(world.customer(number).moves is not None for number in range(1500))
    assert 0.015 < moves / 1500 < 0.04  # some would move before they sign up, and do not


def test_return_rates(book: OrderBook, sold: list[list[Line]]) -> None:
    """Each category is returned at its rate."""
    lines = [line for order in sold for line in order]
    number = Counter(line.article.category for line in lines)
    returned = Counter(line.article.category for line in lines if line.returned is not None)

    assert number.total() == book.transactions
    for category, rate in RETURN_RATES.items():
        error = math.sqrt(rate * (1 - rate) / number[category])
        assert abs(returned[category] / number[category] - rate) < 4 * error


def test_pairs(sold: list[list[Line]]) -> None:
    """The ten pairs are bought together far more often than chance has it, others are not."""
    baskets = [sorted(line.article.product_id for line in order) for order in sold]
    singles = Counter(product for basket in baskets for product in basket)
    pairs = Counter(pair for basket in baskets for pair in combinations(basket, 2))
    lifts = {
        pair: both * len(baskets) / singles[pair[0]] / singles[pair[1]]
        for pair, both in pairs.items()
        if both >= 10
    }

    planted = [lifts.pop(tuple(sorted(pair))) for pair in PAIRS]
    assert min(planted) > 4
    assert max(lifts.values()) < 4


def test_anomalies(book: OrderBook) -> None:
    """Two days stand out from the same weekday of the other weeks, one up, one down."""
    sales = [sum(order.size for order in book.orders(day)) for day in range(book.world.days)]
    usual = [median(sales[day % 7 :: 7]) for day in range(book.world.days)]
    (up, more), (down, less) = book.world.anomalies.items()

    assert (more, less) == (2.5, 0.3)
    assert sales[up] > 1.8 * usual[up]
    assert sales[down] < 0.5 * usual[down]
    odd = [d for d in range(book.world.days) if not 0.55 < sales[d] / usual[d] < 1.6]
    assert odd == sorted([up, down])


def test_ratings_follow_returns(book: OrderBook) -> None:
    """What is often returned is liked less."""
    ratings = defaultdict(list)
    for reviews in book.reviews(3000):
        for review in reviews:
            ratings[review.line.article.category].append(review.rating)

    means = [fmean(ratings[category]) for category in RETURN_RATES]
    assert means == sorted(means, reverse=True)
    assert means[0] > means[-1] + 1


def test_customers_buy_and_leave(book: OrderBook) -> None:
    """Some buy often, some once, some never; nobody orders before signing up."""
    orders = Counter(order.customer for day in range(70) for order in book.orders(day))

    assert 0.75 < len(orders) / book.world.customers < 1
    assert 0.2 < sum(number == 1 for number in orders.values()) / len(orders) < 0.6
    assert max(orders.values()) > 10


@pytest.mark.parametrize(("customers", "transactions"), [(1, 10), (300, 3000), (50, 1)])
def test_exactly_so_many(customers: int, transactions: int) -> None:
    """Few customers buy as much as many: all transactions are sold, each with its own id."""
    world = World(3, START, 20, 200, customers)
    book = OrderBook(world, transactions)
    lines = [line for day in range(20) for line in book.sold(day)]

    assert len({line.key for line in lines}) == len(lines) == transactions
    signups = [world.customer(number).signup for number in range(customers)]
    assert all(signups[line.order.customer] <= line.order.day for line in lines)


def test_draws() -> None:
    """The distributions are what their names say."""
    random = dice("draws")
    numbers = [10.0**power for power in range(-12, 13)] + [random() for _ in range(100)]
    assert all(math.isclose(draws.ln(x), math.log(x), abs_tol=1e-7) for x in numbers)

    gammas = [draws.gamma(random, 2) for _ in range(5000)]
    assert abs(fmean(gammas) - 2) < 0.1
    assert abs(fmean((x - 2) ** 2 for x in gammas) - 2) < 0.3
    assert abs(fmean(draws.beta(random, 1, 4) for _ in range(5000)) - 0.2) < 0.02


@pytest.mark.parametrize(
    ("source", "arguments", "sentence"),
    [
        ("products", "--rows 0", "argument --rows: '0' is not a number from 1 to 100000"),
        ("products", "--rows 199", "199 products are too few: the clickstream has 200"),
        ("products", "--start 2026-02-30", "argument --start: '2026-02-30' is not a date such as"),
        ("products", "--days x", "argument --days: 'x' is not a number from 1 to 3650"),
        ("products", "--fault missing_price=2", "argument --fault: the rate in 'missing_price=2'"),
        ("products", "--fault stolen=0.1", "'stolen' is no fault of products; known: missing_p"),
        ("reviews", "--fault not_json=0.1", "argument --fault: 'not_json' is no fault of reviews"),
        ("products", "--fault file_bom=0.1", "'file_bom' strikes one file and has no rate"),
        (
            *("reviews", "--fault file_bom --fault file_crlf"),
            "one file fault at a time, not file_bom and file_crlf",
        ),
        (
            *("transactions", "--rows 30000 --customers 2999"),
            "30000 transactions need --customers 3000 or more",
        ),
        ("reviews", "--rows 10001", "10001 reviews need --transactions 10001 or more"),
        ("products", "--output pyproject.toml", "cannot write pyproject.toml"),
        ("products", "--truth docs", "--truth docs exists; delete it or name another file"),
        ("products", "--customers 5", "unrecognized arguments: --customers 5"),
    ],
)
def test_bad_arguments(
    source: str,
    arguments: str,
    sentence: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A bad argument is answered by one sentence and exit status 2, and nothing is written."""
    with pytest.raises(SystemExit) as left:
        MAINS[source](["--output", str(tmp_path), *arguments.split()])

    told = capsys.readouterr().err
    assert left.value.code == 2
    assert sentence in told
    assert told.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(
    shop: tuple[Path, dict], capsys: pytest.CaptureFixture[str]
) -> None:
    """A second delivery into the same folder is refused."""
    before = _digest(shop[0], "products")

    with pytest.raises(SystemExit):
        MAINS["products"](["--output", str(shop[0])])
    assert "products exists; delete it or name another --output" in capsys.readouterr().err
    assert _digest(shop[0], "products") == before
