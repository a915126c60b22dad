"""What the order book's cost is figured from: what was measured, and what only AWS could tell."""

import re
from typing import NamedTuple

from tests.template import PROJECT

_BENCHMARKS = ("docs/commerce-benchmark.md", "docs/marts-benchmark.md")
# What the benchmarks' pages are about: transactions a day, days of history, days with returns.
DAILY, MEASURED_DAYS, BACK = 100_000, 365, 60


class Queries(NamedTuple):
    """Statements that Athena is asked together: bytes that those scan which scan more than 50 kB.

    ``free`` are statements that create views.
    """

    number: int
    large: tuple[int, ...] = ()
    free: int = 0


class Requests(NamedTuple):
    """Requests that boto3 makes: to S3 PUT, COPY, LIST and GET, HEAD, to the Data Catalog."""

    writes: int
    reads: int
    catalog: int


# Over 365 days of 100,000 transactions by the local Athena, 2026-12-01; three of the page and
# two of the saved ones are taken to read all of customer_value.
QUERIES = {
    "gate": Queries(
        12,
        (
            142_643_540,
            76_923_260,
            58_992_494,
            46_767_570,
            27_406_914,
            24_406_500,
            5_827_477,
            2_962_981,
        ),
    ),
    "columns": Queries(1),
    "views": Queries(24, free=24),
    "page": Queries(
        21,
        (
            442_253_324,
            71_607_251,
            50_331_143,
            39_254_279,
            38_640_084,
            14_436_438,
            11_897_275,
            10_534_254,
            1_444_468,
            1_264_189,
            1_187_317,
            554_454,
            3_749_522,
            3_749_522,
            3_749_522,
        ),
    ),
    "summary": Queries(1),
    "freshness": Queries(1),
    "saved": Queries(
        19,
        (
            449_075_589,
            442_253_324,
            442_226_745,
            367_866_576,
            16_812_235,
            16_779_897,
            14_486_413,
            12_417_481,
            8_095_542,
            3_749_522,
            3_749_522,
        ),
    ),
}
# Of a day of 1,000 transactions in the state machine, 2026-12-01; the marts are taken as the load.
REQUESTS = {
    "load": Requests(19, 14, 31),
    "marts": Requests(19, 14, 31),
    "functions": Requests(12, 16 + 4, 0),
}
# Seconds of a call, Python's start included, on cores that many used, 2026-12-01; of customers
# and views assumed.
FUNCTION_SECONDS = {
    "ValidatorFunction": 6.3,
    "FetchCustomersFunction": 60,
    "ListLandingFunction": 3.2,
    "SchemaChangesFunction": 9.4,
    "QualityGateFunction": 27.5,
    "RefreshViewsFunction": 60,
    "QualityMonitorFunction": 11.2,
}
# Measured then, too; from "files a day" on assumed.
OF_ORDERS = {
    "bytes of a transaction, archive": 110.9,
    "bytes of a transaction, raw": 24.5,
    "bytes of a transaction, tables": 34.5,
    "validator's seconds a transaction": 7.0e-6,
    "files a day": 4,
    "seconds until the marts begin": 30,
    "seconds of a run that writes the page, with pip": 120,
    "day partitions that a query reads": 60,
    "files of a day in the tables": 5,
}
ORDER_METRICS = 18  # ten of the load, two of marts and page each, four of all together
PARTITIONS = 6  # of a day: ledger, transactions, facts and three daily tables


def benchmark(name: str) -> float:
    """Return the seconds of a measure, as the benchmarks' pages of docs/ have them.

    Raises:
        LookupError: no page has a row of that name.
    """
    for page in _BENCHMARKS:
        text = (PROJECT / page).read_text(encoding="utf-8")
        if found := re.search(rf"^\| {re.escape(name)} \| ([\d.]+)", text, re.MULTILINE):
            return float(found[1])
    raise LookupError(
        f"{' or '.join(_BENCHMARKS)} should have a row {name!r}, but has none; "
        f"call it in tests/tools/cost_orders.py as the page does"
    )
