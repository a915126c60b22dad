"""docs/cost.md is what `make cost` writes, and that counts as a bill does."""

from collections.abc import Generator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from math import inf

import pytest

from glue_jobs.events.load import NOTHING, Loaded
from glue_jobs.events.metrics import metrics
from glue_jobs.events.run import Intake, Outcome
from glue_jobs.events.schemas import TABLES
from glue_jobs.report.facts import statements
from tests.template import template
from tests.tools import cost, cost_page
from tests.tools.cost import Defaults, Run, Setting

# Round numbers, so that the expected bill can be worked out by hand.
FOUND = Defaults(
    workers=2,
    dpu_price=0.5,
    runs_a_day=24,
    files_a_day=288,
    events_a_file=1_000_000,
    memory_mb=2048,
    raw_days=20,
    old_version_days=10,
    result_days=15,
    scan_limit_bytes=10**10,
    daily_cost_limit=10,
    alarms=7,
    dashboards=1,
    report_workers=2,
)
SETTING = Setting(
    "by hand",
    runs={1: 1000, 0: 200},
    workers=3,
    gold_queries=1000,
    silver_queries=100,
    hours_asked=10,
    state_machine_runs=400,
    reports=100,
    report_hours=50,
    life=inf,
)


@pytest.fixture
def figures() -> Generator[None]:
    """Measured and assumed figures as round as the rest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cost, "RUNS", {0: Run(5, 2, 1, 0, 0), 1: Run(90, 100, 10, 50, 10)})
        patch.setitem(cost.MEASURED, "bytes of a raw event", 2**30 / 10**6)
        patch.setitem(cost.MEASURED, "bytes of an event in the tables", 2**30 / 10**6)
        patch.setitem(cost.MEASURED, "generator's seconds an event", 5e-6)
        patch.setitem(cost.MEASURED, "bytes of an answer", 2**20)
        sizes = (0, 0, 0, 2**20, 6 * 2**20)
        patch.setitem(cost.MEASURED, "bytes an hour for the five statements", sizes)
        patch.setitem(cost.MEASURED, "bytes an hour for a question to silver", 100 * 2**20)
        patch.setitem(cost.MEASURED, "bytes an hour for the state machine's summary", 8 * 2**20)
        patch.setitem(cost.MEASURED, "files of silver a run", 3)
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
        # 3 workers: 1,000 runs of 120 s and 200 of 60 s, the minimum, are 110 DPU-hours at 0.50
        ("Glue job", 55.0),
        # 2 workers: 100 runs of 180 s are 10 DPU-hours at 0.50
        ("Glue job of the report", 5.0),
        # 1,000 x 5 s x 2 GB at 0.0000133334, and 1,000 invocations at 0.20 a million
        ("Lambda", 0.133534),
        # 1,000 GiB a month for 30 days at 0.023, and 1,000 PUTs at 5 a million
        ("S3, raw files", 23.005),
        ("S3, a month's tables", 23.0),
        # writes 1,000 x (100 + 2/3) + 200 x (2 + 2/3), reads 1,000 x (10 + 100) + 200 x 1
        ("S3, requests of the job", 0.506 + 0.04408),
        # requests 50,000 of runs, 4 x (1,100 + 800 + 800) of queries; 8 tables x 1,000 / 12 hours
        ("Glue Data Catalog", 0.0608 + 0.0066667),
        # MiB: gold 1,000 x (4 x 10 + 60) / 5, silver 100 x 100, summaries 400 x (10 + 100),
        # reports 100 x (8 x (50 + 48) + 100 + 50)
        ("Athena", 5 * (74_000 + 93_400) / 2**20),
        # LISTs 1,000 x 10 + 400 x 12.5 + 100 x 8 x 50 + 100, PUTs 2 x 2,700 + 100;
        # GETs 4 x (55,000 + 100 x 36); results 2,700 MiB for half a month
        ("S3, requests and results of Athena", 0.303 + 0.09376 + 0.0303223),
        # 13 metrics, 7 alarms, a dashboard, 1,200 PutMetricData
        ("CloudWatch metrics, alarms, dashboard", 3.9 + 0.7 + 3.0 + 0.012),
        ("CloudWatch logs", 650 / 1024 * 0.5),
        ("Step Functions", 0.16),  # 400 x 16 at 25 a million
        ("SNS", 0.008),  # 400 at 2 per 100,000
        ("EventBridge", 0.0),
    ],
)
def test_bill(item: str, dollars: float) -> None:
    """An item costs what a month of it takes, times its price."""
    assert cost.bill(SETTING, FOUND)[item] == pytest.approx(dollars, rel=1e-5)


@pytest.mark.usefixtures("figures")
def test_bill_of_a_stack_that_is_deleted() -> None:
    """What is charged by time ends with the stack: storage, metrics, alarms, dashboard."""
    bill, week = cost.bill(SETTING, FOUND), cost.bill(SETTING._replace(life=6), FOUND)

    assert week["S3, a month's tables"] == pytest.approx(bill["S3, a month's tables"] / 5)
    assert week["S3, raw files"] == pytest.approx(23 / 5 + 0.005)
    assert week["CloudWatch metrics, alarms, dashboard"] == pytest.approx(7.6 / 5 + 0.012)
    assert week["Glue job"] == bill["Glue job"]


def test_runs_between_the_measured_ones() -> None:
    """A run over some files lies on the line between those over one and over most."""
    one, most = cost.RUNS[1], cost.RUNS[11]

    assert cost.run_of(6).seconds == pytest.approx((one.seconds + most.seconds) / 2)
    assert cost.run_of(21).seconds == pytest.approx(2 * most.seconds - one.seconds)
    assert cost.run_of(11.0) == most


def test_defaults_are_the_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another default in the template is another bill."""
    changed = deepcopy(template())
    new = {
        "CurateSchedule": "cron(2/15 8-17 * * ? *)",
        "CurateWorkers": 9,
        "DpuHourPrice": 0.5,
        "RawRetentionDays": 11,
        "ResultRetentionDays": 12,
        "ScanLimitBytes": 13_000_000,
        "DailyCostLimit": 14.5,
    }
    for name, default in new.items():
        changed["Parameters"][name]["Default"] = default
    resources = changed["Resources"]
    resources["GeneratorRule"]["Properties"]["ScheduleExpression"] = "rate(1 hour)"
    generator = resources["GeneratorFunction"]["Properties"]
    generator["MemorySize"] = 3008
    generator["Environment"]["Variables"]["MIN_EVENTS"] = "700000"
    source = resources["SourceEventsBucket"]["Properties"]["LifecycleConfiguration"]
    source["Rules"] = [{"NoncurrentVersionExpiration": {"NoncurrentDays": 3}}, {}]
    resources["ReportJob"]["Properties"]["NumberOfWorkers"] = 3
    resources["OneMore"] = {"Type": "AWS::CloudWatch::Alarm"}
    before = cost.read_defaults()
    monkeypatch.setattr(cost, "template", lambda: changed)

    assert cost.read_defaults() == Defaults(
        workers=9,
        dpu_price=0.5,
        runs_a_day=40,
        files_a_day=24,
        events_a_file=725_000,
        memory_mb=3008,
        raw_days=11,
        old_version_days=3,
        result_days=12,
        scan_limit_bytes=13_000_000,
        daily_cost_limit=14.5,
        alarms=before.alarms + 1,
        dashboards=before.dashboards,
        report_workers=3,
    )


def test_run_is_estimated_as_the_job_does() -> None:
    """The same run has the same cost in the metric; a run with files has all metrics."""
    start = datetime(2026, 3, 2, 18, 2, tzinfo=UTC)
    file = "s3://raw/events/year=2026/month=03/day=02/hour=17/minute=55/file.jsonl.gz"
    loaded = Loaded({**NOTHING.counts, "lines": 1}, [file], [], 0)
    counts = Outcome(Intake(loaded, []), [], set()).counts
    slower = cost.ASSUMED["seconds that a run starts slower there"]
    for files, run in cost.RUNS.items():
        job_run = {"StartedOn": start, "MaxCapacity": 5.0}
        end = start + timedelta(seconds=run.seconds + slower)
        found = metrics(loaded, counts, job_run, 0.5, end)

        assert cost.run_cost(files, 5, 0.5) == pytest.approx(found["EstimatedCost"][0])
        assert len(found) == cost.METRICS


def test_statements() -> None:
    """A report asks as many questions as its file has."""
    assert len(statements()) == cost.STATEMENTS


def test_tables() -> None:
    """The job writes every table but the one of the raw files."""
    assert len(TABLES) - 1 == cost.TABLES


def test_price_of_a_dpu_hour() -> None:
    """The template's price is the one that was looked up."""
    assert cost.read_defaults().dpu_price == cost.PRICES["DPU-hour"][0]


def test_page() -> None:
    """The page has the tables that `make cost` writes, each once."""
    page = cost_page.PAGE.read_text(encoding="utf-8")

    tables = cost_page.tables(cost.read_defaults())
    for name in tables:
        assert page.count(f"<!-- {name} -->") == 1
    assert cost_page.written(page, tables) == page, "the figures have changed: make cost"
