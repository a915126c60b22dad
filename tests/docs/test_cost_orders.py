"""The order book's part of docs/cost.md counts as a bill does, from the second template."""

from collections.abc import Generator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commerce.functions.metrics import FRESHNESS_HOURS, QUALITY_FAILED, SCHEMA_CHANGES
from commerce.gate.checks import CHECKS
from commerce.view_statements import view_statements
from glue_jobs.commerce import run as orders
from glue_jobs.report.commerce import facts as page
from glue_jobs.run_metrics import COST, run_metrics
from tests.template import COMMERCE, PROJECT, resources, template
from tests.tools import cost, cost_claims, cost_order_page, cost_orders, cost_shop
from tests.tools.cost_order_figures import (
    FUNCTION_SECONDS,
    ORDER_METRICS,
    QUERIES,
    Queries,
    Requests,
    benchmark,
)
from tests.tools.cost_shop import OrderDefaults, Shop

MIB = 2**20
# Round numbers, so that the expected bill can be worked out by hand.
FOUND = OrderDefaults(
    workers=2,
    page_workers=4,
    dpu_price=0.5,
    raw_days=10,
    archive_days=20,
    monitors_a_day=4,
    alarms=(8, 9),
    dashboards=1,
    states=(20, 21),
    memory_mb=dict.fromkeys(FUNCTION_SECONDS, 1024) | {"ValidatorFunction": 2048},
)
SHOP = Shop(
    "by hand",
    transactions=200_000,
    deliveries=30,
    loads=40,
    marts=30,
    days=20,
    questions=60,
    workers=3,
    history=40,
    has_api=True,
    stands=15,
)
BARE = SHOP._replace(has_api=False)
SECONDS = {"a day, job": 20, "a million, job": 38, "returns, job": 50, "build_marts": 146}
ASSETS = {
    "bytes of a transaction, archive": 2**30 / 10**6,
    "bytes of a transaction, raw": 2**30 / 10**6,
    "bytes of a transaction, tables": 2**30 / 10**6,
    "validator's seconds a transaction": 1e-5,
    "files a day": 4,
    "seconds until the marts begin": 10,
    "seconds of a run that writes the page, with pip": 90,
    "day partitions that a query reads": 50,
    "files of a day in the tables": 5,
}
STATEMENTS = dict.fromkeys(("columns", "summary", "freshness"), Queries(1)) | {
    "gate": Queries(3, (8 * MIB,)),
    "views": Queries(2, free=2),
    "page": Queries(2, (2 * MIB,)),
    "saved": Queries(3, (20 * MIB,)),
}
ASKED = {"load": Requests(10, 100, 100), "marts": Requests(20, 200, 100)}
ASKED["functions"] = Requests(30, 0, 0)


@pytest.fixture
def figures() -> Generator[None]:
    """Measured and assumed figures as round as the rest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cost_orders, "benchmark", SECONDS.__getitem__)
        patch.setattr(cost_orders, "OF_ORDERS", ASSETS)
        patch.setattr(cost_orders, "QUERIES", STATEMENTS)
        patch.setattr(cost_orders, "REQUESTS", ASKED)
        seconds = dict.fromkeys(FUNCTION_SECONDS, 2) | {"ValidatorFunction": 1}
        patch.setattr(cost_orders, "FUNCTION_SECONDS", seconds)
        patch.setattr(cost_orders, "ORDER_METRICS", 16)
        patch.setitem(cost.ASSUMED, "seconds that a run starts slower there", 30)
        patch.setitem(cost.ASSUMED, "S3 GET, HEAD for a Parquet file read", 10)
        patch.setitem(cost.ASSUMED, "S3 GET for a file that a query reads", 4)
        patch.setitem(cost.ASSUMED, "catalog requests of a query", 4)
        patch.setitem(cost.ASSUMED, "MiB of logs a run", 0.5)
        patch.setitem(cost.ASSUMED, "seconds of a run that writes a report, with pip", 180)
        yield


@pytest.mark.usefixtures("figures")
@pytest.mark.parametrize(
    ("item", "dollars"),
    [
        # 3 workers, 40 x 112 s at 0.50: 20 s, 100,000 more x 20 us, 12,000,000 again x 5 us, 30 s
        ("Glue job, load_commerce", 3 * 40 * 112 / 3600 * 0.5),
        # 30 x 72 s: 10 s, 8 of 36.5 million x 146 s, 30 s
        ("Glue job, build_marts", 0.9),
        ("Glue job, write_report", 1.0),  # 4 workers, 20 x 90 s
        ("Glue job, write_report of the events", 2.0),  # 20 x 180 s
        ("Glue job, curate_events", 0.5),  # 20 x 60 s, the minimum
        # GB-seconds: validator 2 x (120 x 1 + 6,000,000 x 10 us), others (20 + 80 + 60) x 2
        ("Lambda", 680 * 0.0000133334 + 280 * 2e-7),
        ("Step Functions", 20 * 21 * 25e-6),
        # MiB: gate 30 x (16 + 20), columns and summary 20 x 10 each, page 20 x 20,
        # freshness 60 x 10, saved 60 / 3 x (40 + 20)
        ("Athena", 5 * (1080 + 400 + 400 + 600 + 1200) / 2**20),
        # 290 queries over 40 days each: LISTs, and 2 PUTs a query; GETs
        ("S3, requests of Athena", (11_600 + 580) * 5e-6 + 4 * 11_600 * 0.4e-6),
        # requests 290 x 4, (40 + 30) x 100; objects: 6 a day for half a month
        ("Glue Data Catalog", 8_160e-6 + 6 * 40 / 2 * 1e-5),
        # GiB for half a month: raw 10 days, archive 20 days and, in Glacier, 20 more; 80 files
        ("S3, files as delivered", 3 * 0.023 + 2 * 0.0036 + 80 * 30e-6),
        ("S3, tables", 8 * 0.023),  # 40 days, and all of them twice after a run
        # writes 400 + 600 + 900, and 40 x 40 days x 5 files; reads 4,000 + 6,000, and 10 of each
        # file of (40 + 30) x 40 days
        ("S3, requests of jobs and functions", 9_900 * 5e-6 + 150_000 * 0.4e-6),
        # 15 x 20 hours and 4 x 15, of 720; half a month of 9 alarms and a dashboard
        ("CloudWatch metrics, alarms, dashboard", 0.15 + 0.45 + 1.5),
        ("CloudWatch logs", 130 * 0.5 / 1024 * 0.5),
        ("Secrets Manager", 0.2),
        ("SNS", 20 * 2e-5),
        ("EventBridge", 0.0),
    ],
)
def test_bill(item: str, dollars: float) -> None:
    """An item costs what a month of it takes, times its price."""
    assert cost_orders.order_bill(SHOP, FOUND)[item] == pytest.approx(dollars, rel=1e-5)


@pytest.mark.usefixtures("figures")
def test_bill_without_an_api() -> None:
    """Without an API there is no secret, one alarm less, one state less, and no fetch."""
    with_api, bare = (cost_orders.order_bill(shop, FOUND) for shop in (SHOP, BARE))
    more = {item: usd - bare[item] for item, usd in with_api.items() if usd != bare[item]}

    assert more == pytest.approx({
        "Lambda": 40 * 0.0000133334 + 20 * 2e-7,
        "Step Functions": 20 * 25e-6,
        "CloudWatch metrics, alarms, dashboard": 0.05,
        "Secrets Manager": 0.2,
    })


def test_load_at_the_benchmarks_own_sizes() -> None:
    """A day with returns lasts as the benchmark says."""
    assert cost_orders.load_seconds(100_000) == pytest.approx(benchmark("returns, job"))


def test_measures_of_the_benchmarks() -> None:
    """Seconds are the first figure of a row of the benchmarks' pages; what is not there is told."""
    text = (PROJECT / "docs/marts-benchmark.md").read_text(encoding="utf-8")
    [row] = [line for line in text.splitlines() if line.startswith("| build_marts |")]

    assert benchmark("build_marts") == pytest.approx(float(row.split("|")[2].split()[0]))
    with pytest.raises(LookupError, match=r"should have a row 'a year, job', but has none"):
        benchmark("a year, job")


def test_defaults_are_the_templates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another default, alarm, rule or state is another bill."""
    before, changed = cost_shop.read_order_defaults(), deepcopy(template(COMMERCE))
    for name, default in {"LoadWorkers": 7, "DpuHourPrice": 0.6, "RawRetentionDays": 11}.items():
        changed["Parameters"][name]["Default"] = default
    found = changed["Resources"]
    rules = found["LandingBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    rules[0]["Transitions"][0]["TransitionInDays"] = 12
    found["QualityMonitorRule"]["Properties"]["ScheduleExpression"] = "rate(1 hour)"
    found["ValidatorFunction"]["Properties"]["MemorySize"] = 3008
    found["OrderReportJob"]["Properties"]["NumberOfWorkers"] = 5
    found["Three"] = {"Type": "AWS::CloudWatch::Dashboard"}
    found["One"] = {"Type": "AWS::CloudWatch::Alarm"}
    found["Two"] = {"Type": "AWS::CloudWatch::Alarm", "Condition": "HasApi"}
    machine = tmp_path / "machine.yaml"
    text = cost_shop.MACHINE.read_text(encoding="utf-8")
    machine.write_text(f"{text}\n  OneMore: {{Type: Succeed}}\n", encoding="utf-8")
    monkeypatch.setattr(cost_shop, "template", lambda _: changed)
    monkeypatch.setattr(cost_shop, "MACHINE", machine)

    assert cost_shop.read_order_defaults() == OrderDefaults(
        workers=7,
        page_workers=5,
        dpu_price=0.6,
        raw_days=11,
        archive_days=12,
        monitors_a_day=24,
        alarms=(before.alarms[0] + 1, before.alarms[1] + 2),
        dashboards=before.dashboards + 1,
        states=(before.states[0] + 1, before.states[1] + 1),
        memory_mb={**before.memory_mb, "ValidatorFunction": 3008},
    )


def test_metrics() -> None:
    """All names that jobs and functions publish, and the cost of all jobs, are counted."""
    run = {"StartedOn": datetime.now(UTC), "MaxCapacity": 2.0}
    counts = {**orders.Outcome([], None, set(), ()).counts, "lines": 1}
    of_jobs = [run_metrics(each, run, 0.44, datetime.now(UTC)) for each in (counts, {}, {})]
    together = {FRESHNESS_HOURS, QUALITY_FAILED, SCHEMA_CHANGES, COST}

    assert sum(map(len, of_jobs)) + len(together) == ORDER_METRICS


def test_jobs_and_functions() -> None:
    """Every job and function of the template is on the bill, but for those that are off."""
    commands = (job["Command"] for job in resources("AWS::Glue::Job", COMMERCE).values())
    scripts = {Path(each["ScriptLocation"]["Fn::Sub"]).stem for each in commands}

    assert {f"Glue job, {each}" for each in scripts} <= cost_orders.order_bill(SHOP, FOUND).keys()
    functions = resources("AWS::Lambda::Function", COMMERCE).keys() - {"QueryRunnerFunction"}
    assert functions == FUNCTION_SECONDS.keys()


def test_statements() -> None:
    """As many statements are counted as there are."""
    commerce = PROJECT / "commerce"
    views = view_statements(commerce / "views", "x", "UTC")
    of_gate = {check.statement for check in CHECKS} | {"anomalies", "touched_days", "newest_day"}

    assert QUERIES["gate"].number == len(of_gate)
    assert QUERIES["views"] == Queries(len(views), free=len(views))
    assert QUERIES["page"].number == len(page.statements())
    assert QUERIES["saved"].number == len([*(commerce / "queries").glob("*.sql")])


def test_settings_of_both_stacks() -> None:
    """Each shop has its use of the first stack."""
    uses = cost.settings(cost.read_defaults())
    shops = [shop.name for shop in cost_shop.shops(FOUND)]

    assert [*cost_order_page.MATCHING] == shops
    assert set(cost_order_page.MATCHING.values()) == {use.name for use in uses}


def test_claims() -> None:
    """The lines add up to what was told; at list price they are eight times as much."""
    lines = cost_claims.lines()

    assert sum(line.said for line in lines) == pytest.approx(19.07)
    assert [line.usd for line in lines[:3]] == pytest.approx([132.0, 13.2, 9.0])
