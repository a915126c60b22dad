"""What the second stack costs a month: list prices x what a day takes x what its template says."""

from tests.tools.cost import GIB, LEAST_BYTES, LEAST_SECONDS, MIB, MONTH, TIB, run_cost
from tests.tools.cost_figures import ASSUMED, PRICES
from tests.tools.cost_order_figures import (
    BACK,
    DAILY,
    FUNCTION_SECONDS,
    MEASURED_DAYS,
    OF_ORDERS,
    ORDER_METRICS,
    PARTITIONS,
    QUERIES,
    REQUESTS,
    Queries,
    Requests,
    benchmark,
)
from tests.tools.cost_shop import OrderDefaults, Shop

Amounts = dict[str, dict[str, float]]


def order_bill(shop: Shop, found: OrderDefaults) -> dict[str, float]:
    """Return US dollars a month by item."""
    used = {
        **_calling(shop, found),
        **_asking(shop, found),
        **_keeping(shop, found),
        **_watching(shop, found),
    }
    return _jobs(shop, found) | {
        item: sum(amount * PRICES[unit][0] for unit, amount in amounts.items())
        for item, amounts in used.items()
    }


def _jobs(shop: Shop, found: OrderDefaults) -> dict[str, float]:
    def runs(number: int, seconds: float, workers: int = shop.workers) -> float:
        return number * workers * max(LEAST_SECONDS, seconds) / 3600 * found.dpu_price

    later = ASSUMED["seconds that a run starts slower there"]
    page = OF_ORDERS["seconds of a run that writes the page, with pip"]
    report = ASSUMED["seconds of a run that writes a report, with pip"]
    return {
        "Glue job, load_commerce": runs(shop.loads, load_seconds(shop.transactions) + later),
        "Glue job, build_marts": runs(shop.marts, marts_seconds(shop) + later),
        "Glue job, write_report": runs(shop.days, page, found.page_workers),
        "Glue job, write_report of the events": runs(shop.days, report, found.page_workers),
        "Glue job, curate_events": shop.days * run_cost(0, shop.workers, found.dpu_price),
    }


def load_seconds(transactions: float) -> float:
    """Return the seconds of a run over a day, when sales of 60 other days come back.

    A transaction of the day takes what a million take longer than 100,000, one of the days that
    are rewritten what a day with returns takes longer than one without.
    """
    day, many, back = (benchmark(f"{name}, job") for name in ("a day", "a million", "returns"))
    of_new, of_rewritten = (many - day) / (1_000_000 - DAILY), (back - day) / (BACK * DAILY)
    return day + (transactions - DAILY) * of_new + transactions * BACK * of_rewritten


def marts_seconds(shop: Shop) -> float:
    """Return the seconds of a run over all history: its start, and by the transaction."""
    of_all = shop.transactions * shop.history / (DAILY * MEASURED_DAYS)
    return OF_ORDERS["seconds until the marts begin"] + benchmark("build_marts") * of_all


def _calling(shop: Shop, found: OrderDefaults) -> Amounts:
    calls = calls_of(shop, found)
    seconds = {name: number * FUNCTION_SECONDS[name] for name, number in calls.items()}
    checked = shop.deliveries * shop.transactions
    seconds["ValidatorFunction"] += checked * OF_ORDERS["validator's seconds a transaction"]
    gb_seconds = sum(of * found.memory_mb[name] / 1024 for name, of in seconds.items())
    return {
        "Lambda": {"Lambda invocation": sum(calls.values()), "Lambda GB-second, arm64": gb_seconds},
        "Step Functions": {"state transition": shop.days * found.states[shop.has_api]},
    }


def calls_of(shop: Shop, found: OrderDefaults) -> dict[str, int]:
    """Return how often each function is called in a month."""
    by_the_machine = ("ListLanding", "SchemaChanges", "QualityGate", "RefreshViews")
    return {
        "ValidatorFunction": shop.deliveries * OF_ORDERS["files a day"],
        "FetchCustomersFunction": shop.days * shop.has_api,
        **{f"{name}Function": shop.days for name in by_the_machine},
        "QualityMonitorFunction": found.monitors_a_day * shop.stands,
    }


def asked(shop: Shop, found: OrderDefaults) -> dict[str, float]:
    """Return how often each set of statements is asked in a month."""
    return {
        "gate": shop.marts,
        **dict.fromkeys(("columns", "views", "page", "summary"), shop.days),
        "freshness": found.monitors_a_day * shop.stands,
        "saved": shop.questions / QUERIES["saved"].number,
    }


def charged_bytes(of: Queries, transactions: float) -> float:
    """Return what a set of statements is charged for, by the transactions of a day."""
    large = (max(LEAST_BYTES, each * transactions / DAILY) for each in of.large)
    return sum(large) + (of.number - len(of.large) - of.free) * LEAST_BYTES


def _asking(shop: Shop, found: OrderDefaults) -> Amounts:
    sets = [(QUERIES[name], times) for name, times in asked(shop, found).items()]
    scanned = sum(times * charged_bytes(of, shop.transactions) for of, times in sets)
    queries = sum(times * (of.number - of.free) for of, times in sets)
    partitions = queries * min(shop.history, OF_ORDERS["day partitions that a query reads"])
    return {
        "Athena": {"Athena TiB": scanned / TIB},
        "S3, requests of Athena": {
            "S3 PUT, COPY, LIST": partitions + 2 * queries,
            "S3 GET, HEAD": partitions * ASSUMED["S3 GET for a file that a query reads"],
        },
        "Glue Data Catalog": {
            "catalog request": queries * ASSUMED["catalog requests of a query"]
            + sum(times * of.catalog for of, times in _requests(shop)),
            "catalog object, month": PARTITIONS * shop.history * shop.part,
        },
    }


def _requests(shop: Shop) -> list[tuple[Requests, int]]:
    """Return what jobs and functions ask S3 and the catalog, each with its number in a month."""
    times = {"load": shop.loads, "marts": shop.marts, "functions": shop.deliveries}
    return [(of, times[name]) for name, of in REQUESTS.items()]


def _keeping(shop: Shop, found: OrderDefaults) -> Amounts:
    def of_days(what: str, days: int) -> float:
        kept = shop.transactions * min(days, shop.history) * shop.part
        return kept * OF_ORDERS[f"bytes of a transaction, {what}"] / GIB

    whole, archived = shop.history, found.archive_days
    rewritten = of_days("tables", BACK)  # what a run replaces goes with the next
    files, requests = OF_ORDERS["files of a day in the tables"], _requests(shop)
    written_again = shop.loads * min(BACK, shop.history) * files
    read_by_spark = written_again + shop.marts * shop.history * files
    return {
        "S3, files as delivered": {
            "S3 GiB, month": of_days("raw", found.raw_days) + of_days("archive", archived),
            "S3 Glacier GiB, month": of_days("archive", whole) - of_days("archive", archived),
            "S3 transition to Glacier": (whole > archived) * shop.days * OF_ORDERS["files a day"],
        },
        "S3, tables": {"S3 GiB, month": of_days("tables", whole) + rewritten},
        "S3, requests of jobs and functions": {
            "S3 PUT, COPY, LIST": written_again + sum(times * of.writes for of, times in requests),
            "S3 GET, HEAD": sum(times * of.reads for of, times in requests)
            + read_by_spark * ASSUMED["S3 GET, HEAD for a Parquet file read"],
        },
    }


def _watching(shop: Shop, found: OrderDefaults) -> Amounts:
    hours = (ORDER_METRICS - 1) * shop.days + found.monitors_a_day * shop.stands
    runs = shop.loads + shop.marts + 3 * shop.days
    return {
        "CloudWatch metrics, alarms, dashboard": {
            "custom metric, month": hours / (24 * MONTH),
            "alarm, month": found.alarms[shop.has_api] * shop.part,
            "dashboard, month": found.dashboards * shop.part,
        },
        "CloudWatch logs": {"GiB of logs": runs * ASSUMED["MiB of logs a run"] * MIB / GIB},
        "Secrets Manager": {"secret, month": shop.has_api * shop.part},
        "SNS": {"e-mail": shop.days},
        "EventBridge": {"firing of a schedule": shop.days},
    }
