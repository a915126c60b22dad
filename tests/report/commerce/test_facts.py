"""What the page of the order book asks is what plain Python computes, cell by cell."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import starmap
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings

from glue_jobs.report.commerce.facts import OrderFacts, collect, parameters, statements
from local_aws.server import LocalAws
from tests.commerce import crafted_shop, crafted_visits, oracle_visits
from tests.commerce.answers import Answers, Row
from tests.commerce.crafted_shop import customer, line, product
from tests.commerce.deliveries import FIRST_DAY, deliveries
from tests.commerce.filled_shop import shop
from tests.commerce.oracle_answers import Shop
from tests.commerce.oracle_records import STATUSES, Delivery
from tests.report.commerce import oracle_page

NEW_YORK = "America/New_York"
WRITTEN = datetime(2026, 4, 2, 6, tzinfo=UTC)
# What a name can be beside a name: to SQL, to our reader of statements, to a browser.
ODD = ["o'clock", "?", " :day", "{ids}", "{lines}", "a\nb", "</script>", "a\u2028b", "\\", "-- b"]
HOURS = ("", " 00:00:00", " 12:34:56", " 23:59:59")
# Each example fills tables and asks all.
FEW = settings(max_examples=3, phases=[Phase.generate], derandomize=True)


@pytest.fixture(scope="module")
def answers(aws: LocalAws) -> dict[str, Answers]:
    """The views over empty tables, by the zone of days of sale."""
    return {zone: Answers(aws, zone) for zone in ("UTC", NEW_YORK)}


def facts(answers: Answers, day: date) -> OrderFacts:
    """Ask all that the page knows of a day."""
    return collect(answers.athena, answers.databases, day, WRITTEN, answers.zone)


def check(answers: Answers, of: Shop, day: date) -> OrderFacts:
    """Compare every answer about sales and customers, rows in their order."""
    found = facts(answers, day)
    for name, expected in oracle_page.answers(of, day).items():
        assert {name: getattr(found, name)} == {name: expected}
    return found


@pytest.mark.parametrize("zone", ["UTC", NEW_YORK])
@pytest.mark.parametrize("day", [crafted_shop.DAY, date(2026, 3, 1), date(2026, 4, 30)], ids=str)
def test_crafted_shop(answers: dict[str, Answers], zone: str, day: date) -> None:
    """Whatever makes an answer wrong: on the latest day, on one amid, on one after all sales."""
    of = answers[zone]
    check(of, shop(crafted_shop.FILES, of), day)


@FEW
@given(files=deliveries(least=8, most=24))
def test_random_shops(answers: dict[str, Answers], files: list[Delivery]) -> None:
    """Whatever collides."""
    of = answers[NEW_YORK]
    check(of, shop(files, of), FIRST_DAY + timedelta(days=3))


@pytest.mark.parametrize("day", [date(2000, 1, 1), date(2026, 3, 31), date(2099, 12, 31)], ids=str)
def test_no_data(answers: dict[str, Answers], day: date) -> None:
    """Without any record the days of the calendar are there, and nothing else is, at all times."""
    of = answers["UTC"]
    found = check(of, shop([], of), day)

    assert len(found.days) in {60, 61, 62}
    assert [name for name, rows in vars(found).items() if rows] == ["day", "written", "days"]


def test_one_row(answers: dict[str, Answers]) -> None:
    """A sale is a cell of each choice that has it: of three periods, and all or its own."""
    of = answers["UTC"]
    sold = Delivery("transactions", date(2026, 3, 2), [line(1, "lamp", "2026-03-02 08:00:00")])
    found = check(of, shop([sold], of), date(2026, 3, 2))

    assert len(found.cube) == 3 * 2 * 2 * 2
    assert {row["unique_customers"] for row in found.cube} == {1}
    assert [row["name"] for row in found.categories + found.cities] == [None, None]


def test_the_calendar() -> None:
    """It begins with the month before, or with the 60 days: of 62 days at the most."""
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(800)]
    spans = [(day, date.fromisoformat(parameters(day)["calendar"])) for day in days]

    assert {(day - first).days + 1 for day, first in spans} == {60, 61, 62}
    assert all(first.replace(day=1) < day.replace(day=1) for day, first in spans)


def test_names_are_texts(answers: dict[str, Answers]) -> None:
    """Whatever they are to somebody else; ids too, though the contract keeps odd ones out."""
    of, day = answers["UTC"], date(2026, 3, 30)
    odd = {f"p{number}": text for number, text in enumerate(ODD)}
    files = [
        Delivery("products", day, [product(each, odd[each], name=odd[each]) for each in odd]),
        Delivery("customers", day, [customer(each, city=odd[each]) for each in odd]),
        Delivery(
            "transactions", day, [line(n, each, customer_id=each) for n, each in enumerate(odd)]
        ),
    ]
    tables = shop(files, of).tables
    for name in ("fct_transactions", "daily_product_sales", "dim_products"):
        tables[name] = [row | {"product_id": odd[row["product_id"]]} for row in tables[name]]
        of.replace(name, tables[name])

    check(of, Shop(tables, day), day)


def test_names_that_mean_none(answers: dict[str, Answers]) -> None:
    """What is called unknown is not mixed up with what has no category or city."""
    of, day = answers["UTC"], date(2026, 3, 30)
    files = [
        Delivery("products", day, [product("lamp", "unknown")]),
        Delivery("customers", day, [customer("u1", city="unknown")]),
        Delivery(
            "transactions",
            day,
            [line(1, "lamp", customer_id="u1"), line(2, "ghost", customer_id="u2")],
        ),
    ]
    found = check(of, shop(files, of), day)

    for rows in (found.categories, found.cities):
        assert {row["name"] for row in rows} == {"unknown", None}


def test_ten_thousand_products(
    answers: dict[str, Answers], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer grows with the shop beyond what its comment says; names are asked in parts."""
    monkeypatch.setattr("glue_jobs.report.commerce.facts._IDS", 300)
    of, day = answers["UTC"], date(2026, 3, 31)
    tables = shop([*_large_shop(day)], of).tables
    found = check(of, Shop(tables, day), day)

    sizes = {name: len(rows) for name, rows in vars(found).items() if isinstance(rows, list)}
    most = {
        "days": 62,
        "categories": 5,
        "cities": 10,
        "cube": 6 * 7 * 12 * 4,
        "cube_days": 30 * 7 * 12 * 4,
        "cube_products": 3 * 7 * 12 * 4 * 10,
        "cube_hours": 15 * 7 * 4 * 25,
        "latest": 20,
        "product_days": 100 * 30,
        "partners": 100 * 5,
        "segment_customers": 13 * 20,
        "return_rates": 13 + 6,
    }
    assert {name: (sizes[name], of) for name, of in most.items() if sizes[name] > of} == {}
    assert sizes["products"] > 2 * 300


def _large_shop(day: date) -> Iterator[Delivery]:
    """Yield 10,000 products of 100 categories, 500 customers of 50 cities, sold in 60 days."""
    random = Random(1)  # ruff: ignore[suspicious-non-cryptographic-random-usage] - a fixed draw
    made = date(2025, 1, 1)
    yield Delivery("products", made, [product(f"p{n}", f"c{n % 100}") for n in range(10_000)])
    people = [customer(f"u{n}", "2025-01-01", city=f"c{n % 50}") for n in range(500)]
    yield Delivery("customers", made, people)
    sold = [
        line(
            number,
            f"p{number}",
            str(day - timedelta(days=random.randrange(60))) + random.choice(HOURS),
            customer_id=f"u{random.randrange(500)}",
            status=random.choice(STATUSES),
            total_amount=f"{random.randrange(10_000) / 100:.2f}",
        )
        for number in range(10_000)
    ]
    yield Delivery("transactions", day, sold)


def ask(answers: Answers, name: str, day: date) -> list[Row]:
    """Return what one statement answers."""
    of, known = statements()[name], parameters(day) | {"zone": answers.zone}
    given = [known[parameter] for parameter in of.parameters]
    return answers.athena.ask(of.text, answers.databases[of.layer], given).rows


def test_tracking(answers: dict[str, Answers]) -> None:
    """The week that ends with the day, beside the purchases of the events."""
    of, (first, last) = answers[NEW_YORK], crafted_visits.WEEK
    tables = {"events": crafted_visits.EVENTS, "fct_transactions": crafted_visits.SOLD}
    of.fill(tables)
    tables |= {"daily_device_sessions": [], "dim_products": [], "product_ratings": []}
    visits = oracle_visits.Shop(tables, ZoneInfo(NEW_YORK))
    assert (last - first).days == 6

    expected = oracle_visits.queries(visits, first, last)["tracking"]
    assert len(expected) > 1
    assert ask(of, "tracking", last) == expected


TODAY = datetime.now(UTC).date()
OLD = date(2024, 3, 3)  # more than a year ago


@pytest.mark.parametrize("day", [OLD, TODAY - timedelta(days=3)], ids=["old", "recent"])
def test_quality(answers: dict[str, Answers], day: date) -> None:
    """Of the newest run of each day, however long ago; only what was accepted as it is, is."""
    of = answers["UTC"]
    runs = {
        day: [result("b", run=1), result("anomaly_rows", "sales", run=1), *NEWEST],
        day - timedelta(days=29): [result("anomaly_transactions", severity="warn")],
        day - timedelta(days=30): [result("anomaly_transactions", severity="warn")],
        day + timedelta(days=1): [result("b"), result("anomaly_transactions")],
    }
    of.fill({
        "quality_results": [row | {"dt": str(dt)} for dt, rows in runs.items() for row in rows]
    })

    rows = ask(of, "quality", day)
    assert [(row["check_name"], row["source"], row["outcome"]) for row in rows] == [
        ("a", "sales", "fail"),
        ("a", "transactions", "accepted"),
        ("a", None, "accepted"),
        ("anomaly_rows", "sales", "warn"),
        ("anomaly_rows", "transactions", "pass"),
    ]
    assert [{name: row[name] for name in FOUND} for row in rows] == [FOUND] * 5
    assert {row["checked_at"] for row in rows} == {NEWEST[0]["checked_at"]}
    assert ask(of, "anomalies", day) == [
        {"sales_date": dt, "metric": metric, "source": source, **FOUND}
        for dt, metric, source in (
            (day - timedelta(days=29), "transactions", None),
            (day, "rows", "sales"),
        )
    ]
    verdicts = [[*row.values()] for row in ask(of, "verdicts", day)]
    assert verdicts == [
        [day - timedelta(days=29), "warn", None, "anomaly_transactions", None],
        [day, "fail", "a (sales)", "anomaly_rows (sales)", "a, a (transactions)"],
    ]
    view = of.athena.ask("select * from quality_verdict", of.databases["gold"], []).rows
    known = {row["dt"]: [*row.values()][1:] for row in view}
    assert all(known.get(str(dt)) == (told if day != OLD else None) for dt, *told in verdicts)


FOUND = {"observed": 4.5, "bound": 3.5, "detail": "o'clock"}


def result(
    name: str,
    source: str | None = None,
    severity: str = "fail",
    *,
    passed: bool = False,
    run: int = 2,
) -> Row:
    """Return a row of quality_results, of the run of an hour."""
    at = {"run_id": f"run-{run}", "checked_at": datetime(2026, 3, 3, run)}  # ruff: ignore[call-datetime-without-tzinfo] - as SQL has it
    return (
        {"check_name": name, "source": source, "severity": severity, "passed": passed} | FOUND | at
    )


NEWEST = [
    result("a"),
    result("a", "sales"),
    result("a", "transactions"),
    result("anomaly_rows", "sales", "warn"),
    result("anomaly_rows", "transactions", "warn", passed=True),
    result("a", severity="accepted", run=3),
    result("a", "sales", "accepted", run=3) | {"observed": 4.0},
    result("a", "transactions", "accepted", run=1),
    result("a", "transactions", "accepted", run=3),
]


def test_freshness(answers: dict[str, Answers]) -> None:
    """The newest day that is loaded of each source, up to the day, and when its last file came."""
    of, day = answers["UTC"], date(2026, 3, 31)
    files = (
        ("sales", day, "loaded", 9),
        ("sales", day, "loaded", 11),
        ("sales", day - timedelta(days=1), "loaded", 12),
        ("sales", day + timedelta(days=1), "loaded", 13),
        ("products", day, "unbalanced", 9),
        ("products", day - timedelta(days=394), "loaded", 7),
        ("reviews", day - timedelta(days=395), "loaded", 7),
    )
    of.fill({"commerce_ledger": list(starmap(_file, files))})

    assert [[*row.values()] for row in ask(of, "freshness", day)] == [
        ["products", day - timedelta(days=394), _at(7)],
        ["sales", day, _at(11)],
    ]


def _file(source: str, day: date, state: str, hour: int) -> Row:
    counts = dict.fromkeys(("lines", "accepted", "duplicates", "rejected"), 1)
    texts = {"source_file": f"s3://raw/{hour}", "state": state, "run_id": "jr_1"}
    more = {"reasons": {}, "unknown_fields": [], "modified_time": _at(hour)}
    return {"source": source, "dt": str(day)} | counts | texts | more


def _at(hour: int) -> datetime:
    return datetime(2026, 3, 31, hour)  # ruff: ignore[call-datetime-without-tzinfo] - as SQL has it
