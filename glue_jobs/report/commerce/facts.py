"""What the page of the order book knows: the answers to ``statements.sql``."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files

from glue_jobs.athena import Athena, Row, literal
from glue_jobs.report.statements import Statement, read_statements

Rows = list[Row]
LATEST = 20  # transactions that are listed
MATURE_DAYS, RETURN_DAYS = 30, 365  # the age of sales whose returns are counted, and of how many
_STATEMENTS = files("glue_jobs.report.commerce") / "statements.sql"
_LATER = ("latest", "products")  # what they ask depends on other answers
_AT_ONCE = 8  # an account may run 20 queries and more at once
_IDS = 3000  # of a statement, which may have 262,144 bytes; an id has 64 characters


@dataclass(frozen=True)
class OrderFacts:
    """The answers about a day, as rows; what columns they have stands in ``statements.sql``.

    ``written`` is the moment of asking, UTC.
    """

    day: date
    written: datetime
    days: Rows
    categories: Rows
    cities: Rows
    cube: Rows
    cube_days: Rows
    cube_products: Rows
    cube_hours: Rows
    products: Rows
    latest: Rows
    product_days: Rows
    partners: Rows
    segments: Rows
    segment_grid: Rows
    segment_customers: Rows
    return_rates: Rows
    tracking: Rows
    snapshots: Rows
    verdicts: Rows
    quality: Rows
    anomalies: Rows
    freshness: Rows


def collect(
    athena: Athena, databases: dict[str, str], day: date, written: datetime, zone: str
) -> OrderFacts:
    """Ask Athena all about a day.

    ``databases`` are names by layer; ``zone`` is that of days of sale, of the IANA database.

    Raises:
        AthenaError: a query did not succeed.
    """
    known, given = statements(), parameters(day) | {"zone": zone}

    def ask(name: str, ids: str = "", **more: str) -> Rows:
        of = known[name]
        values = [{**given, **more}[parameter] for parameter in of.parameters]
        return athena.ask(of.text.replace("{ids}", ids), databases[of.layer], values).rows

    names = [name for name in known if name not in _LATER]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = dict(zip(names, pool.map(ask, names), strict=True))
        answers["latest"] = ask("latest", latest=_since(answers["days"]))
        found = pool.map(lambda ids: ask("products", ids), _lists(_named(answers.values())))
        answers["products"] = [row for rows in found for row in rows]
    return OrderFacts(day, written, **answers)


def statements() -> dict[str, Statement]:
    """Return the page's questions by name."""
    return read_statements(_STATEMENTS)


def parameters(day: date) -> dict[str, str]:
    """Return the days that statements are about, by the names that they have there."""
    sixty, (year, mature) = day - timedelta(days=59), mature_days(day)
    month_before = (day.replace(day=1) - timedelta(days=1)).replace(day=1)
    days = {
        "day": day,
        "week": day - timedelta(days=6),
        "thirty": day - timedelta(days=29),
        "sixty": sixty,
        "calendar": min(sixty, month_before),
        "mature": mature,
        "year": year,
    }
    return {name: of.isoformat() for name, of in days.items()}


def mature_days(day: date) -> tuple[date, date]:
    """Return the first and the last day of the sales whose returns are counted."""
    last = day - timedelta(days=MATURE_DAYS)
    return last - timedelta(days=RETURN_DAYS - 1), last


def _since(days: Rows) -> str:
    """Return the last day since which there are as many transactions as are listed."""
    number = 0
    for row in reversed(days):
        number += row["transactions"]
        if number >= LATEST:
            break
    return str(row["sales_date"])


def _named(answers: Iterable[Rows]) -> list[str]:
    """Return the products that answers name, sorted."""
    columns = ("product_id", "with_product_id")
    rows = (row for rows in answers for row in rows)
    return sorted({row[column] for row in rows for column in columns if column in row})


def _lists(ids: list[str]) -> Iterator[str]:
    """Yield ids as rows of SQL, as many as a statement takes."""
    for at in range(0, len(ids), _IDS):
        yield ", ".join(f"({literal(each)})" for each in ids[at : at + _IDS])
