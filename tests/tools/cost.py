"""What a stack costs a month: list prices x measured figures x the template's own defaults."""

from datetime import UTC, datetime, timedelta
from math import inf
from typing import NamedTuple

from local_aws.schedules.expressions import names
from tests.template import template
from tests.tools.cost_figures import (
    ASSUMED,
    HOURS_OF_A_SUMMARY,
    MEASURED,
    METRICS,
    PRICES,
    QUESTIONS,
    RUNS,
    STATEMENTS,
    TABLES,
    TRANSITIONS,
    Run,
)

MONTH = 30  # days
MIB, GIB, TIB = 2**20, 2**30, 2**40
LEAST_SECONDS, LEAST_BYTES = 60, 10 * MIB  # that a run and a query are charged for
PAGE_OF_A_LIST = 1000  # keys


class Defaults(NamedTuple):
    """What the template says."""

    workers: int
    dpu_price: float
    runs_a_day: int
    files_a_day: int
    events_a_file: float
    memory_mb: int
    raw_days: int
    old_version_days: int  # that a raw file lies there on, once it has expired
    result_days: int
    scan_limit_bytes: int
    daily_cost_limit: float
    alarms: int
    dashboards: int
    report_workers: int


class Setting(NamedTuple):
    """A stack in use: ``runs`` are a month's, by files loaded; ``life`` the days it stands."""

    name: str
    runs: dict[float, int]
    workers: int
    gold_queries: int
    silver_queries: int
    hours_asked: int = 24  # by a query on gold
    state_machine_runs: int = 0
    reports: int = 0
    report_hours: float = 6 * 24 + HOURS_OF_A_SUMMARY  # of its week
    life: float = inf

    @property
    def files(self) -> float:
        """Raw files of a month."""
        return sum(files * number for files, number in self.runs.items())


def read_defaults() -> Defaults:
    """Read the template."""
    sections = template()
    default = {name: found.get("Default") for name, found in sections["Parameters"].items()}
    properties = {name: found.get("Properties") for name, found in sections["Resources"].items()}
    types = [found["Type"] for found in sections["Resources"].values()]
    generator = properties["GeneratorFunction"]
    sizes = [generator["Environment"]["Variables"][name] for name in ("MIN_EVENTS", "MAX_EVENTS")]
    rules = properties["SourceEventsBucket"]["LifecycleConfiguration"]["Rules"]
    old = [rule.get("NoncurrentVersionExpiration", {"NoncurrentDays": 0}) for rule in rules]
    return Defaults(
        workers=int(default["CurateWorkers"]),
        dpu_price=float(default["DpuHourPrice"]),
        runs_a_day=firings(default["CurateSchedule"]),
        files_a_day=firings(properties["GeneratorRule"]["ScheduleExpression"]),
        events_a_file=sum(map(int, sizes)) / 2,
        memory_mb=int(generator["MemorySize"]),
        raw_days=int(default["RawRetentionDays"]),
        old_version_days=max(int(days["NoncurrentDays"]) for days in old),
        result_days=int(default["ResultRetentionDays"]),
        scan_limit_bytes=int(default["ScanLimitBytes"]),
        daily_cost_limit=float(default["DailyCostLimit"]),
        alarms=types.count("AWS::CloudWatch::Alarm"),
        dashboards=types.count("AWS::CloudWatch::Dashboard"),
        report_workers=int(properties["ReportJob"]["NumberOfWorkers"]),
    )


def firings(schedule: str) -> int:
    """Return how often a schedule fires on a day."""
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    return sum(names(schedule, monday + timedelta(minutes=at)) for at in range(24 * 60))


def settings(found: Defaults) -> list[Setting]:
    """Return the columns of the table: lab, default, hourly, busy."""
    files, loads = found.files_a_day * MONTH, found.runs_a_day * MONTH
    default = Setting("default", {files / loads: loads}, found.workers, 5 * MONTH, MONTH)
    lab = Setting("lab", {12: 1, 0: 5}, found.workers, 3 * 8, 3 * 2, hours_asked=1, life=7)
    lab = lab._replace(reports=3, report_hours=1)
    hourly = default._replace(name="hourly", runs={files / (24 * MONTH): 24 * MONTH})
    queries = {"gold_queries": 1000 * MONTH, "silver_queries": 100 * MONTH}
    busy = default._replace(name="busy", workers=5, **each_hour(), **queries)
    return [lab, default, hourly, busy]


def each_hour() -> dict[str, int]:
    """Return what a state machine that runs once an hour does in a month."""
    return {"state_machine_runs": 24 * MONTH, "reports": 24 * MONTH}


def run_of(files: float) -> Run:
    """Return what a run over some files takes: as measured, or on the line from one to most."""
    if files in RUNS:
        return RUNS[files]
    most = max(RUNS)
    part = (files - 1) / (most - 1)
    return Run(*(one + (all_ - one) * part for one, all_ in zip(RUNS[1], RUNS[most], strict=True)))


def run_cost(files: float, workers: int, dpu_price: float) -> float:
    """Return US dollars of a run, as metric ``EstimatedCost`` has it: all workers all the time."""
    seconds = run_of(files).seconds + ASSUMED["seconds that a run starts slower there"]
    return workers * max(LEAST_SECONDS, seconds) / 3600 * dpu_price


def bill(setting: Setting, found: Defaults) -> dict[str, float]:
    """Return US dollars a month by item."""
    runs = sum(
        number * run_cost(files, setting.workers, found.dpu_price)
        for files, number in setting.runs.items()
    )
    used = {**_loading(setting, found), **_asking(setting, found), **_watching(setting, found)}
    return {"Glue job": runs, "Glue job of the report": _reports(setting, found)} | {
        item: sum(amount * PRICES[unit][0] for unit, amount in amounts.items())
        for item, amounts in used.items()
    }


def _reports(setting: Setting, found: Defaults) -> float:
    seconds = max(LEAST_SECONDS, ASSUMED["seconds of a run that writes a report, with pip"])
    return setting.reports * found.report_workers * seconds / 3600 * found.dpu_price


def _loading(setting: Setting, found: Defaults) -> dict[str, dict[str, float]]:
    events = setting.files * found.events_a_file
    lambda_seconds = events * MEASURED["generator's seconds an event"]
    raw_days = min(found.raw_days + found.old_version_days, setting.life)
    raw = events * MEASURED["bytes of a raw event"] * raw_days / MONTH
    tables = events * MEASURED["bytes of an event in the tables"] * min(MONTH, setting.life) / MONTH
    listed = setting.files * min(found.raw_days, setting.life) / MONTH  # by the bookmark, each run
    requests = [(number, job_requests(files, listed)) for files, number in setting.runs.items()]
    catalog = sum(number * run_of(files).catalog_requests for files, number in setting.runs.items())
    return {
        "Lambda": {
            "Lambda invocation": setting.files,
            "Lambda GB-second, arm64": lambda_seconds * found.memory_mb / 1024,
        },
        "S3, raw files": {"S3 GiB, month": raw / GIB, "S3 PUT, COPY, LIST": setting.files},
        "S3, a month's tables": {"S3 GiB, month": tables / GIB},
        "S3, requests of the job": {
            "S3 PUT, COPY, LIST": sum(number * writes for number, (writes, _) in requests),
            "S3 GET, HEAD": sum(number * reads for number, (_, reads) in requests),
        },
        "Glue Data Catalog": {
            "catalog request": catalog + queries(setting) * ASSUMED["catalog requests of a query"],
            "catalog object, month": TABLES * setting.files / 12 * min(1, setting.life / MONTH),
        },
    }


def job_requests(files: float, listed: float) -> tuple[float, float]:
    """Return (PUT, COPY, LIST; GET, HEAD) of a run over some of the files that a bookmark lists."""
    run = run_of(files)
    reads = run.files_read * ASSUMED["S3 GET, HEAD for a Parquet file read"]
    return run.s3_writes + listed / PAGE_OF_A_LIST, run.s3_reads + reads


def queries(setting: Setting) -> int:
    """Return how many queries Athena answers in a month."""
    machine = QUESTIONS * setting.state_machine_runs
    return setting.gold_queries + setting.silver_queries + machine + STATEMENTS * setting.reports


def gold_bytes(hours: float) -> float:
    """Return what a query for some hours is charged for, the mean of the five statements."""
    sizes = MEASURED["bytes an hour for the five statements"]
    return sum(max(LEAST_BYTES, hours * size) for size in sizes) / len(sizes)


def report_bytes(hours: float) -> float:
    """Return what a report's statements are charged for, a week of so many hours.

    One reads the visits of all, one those of two days, one an hour of silver, the others little.
    """
    visits = MEASURED["bytes an hour for the state machine's summary"]  # no column less
    large = sum(max(LEAST_BYTES, of * visits) for of in (hours, min(hours, 48)))
    return large + MEASURED["bytes an hour for a question to silver"] + 5 * LEAST_BYTES


def _asking(setting: Setting, found: Defaults) -> dict[str, dict[str, float]]:
    machine_runs = setting.state_machine_runs
    summary = HOURS_OF_A_SUMMARY * MEASURED["bytes an hour for the state machine's summary"]
    scanned = setting.gold_queries * gold_bytes(setting.hours_asked)
    scanned += setting.silver_queries * MEASURED["bytes an hour for a question to silver"]
    scanned += machine_runs * (LEAST_BYTES + summary)
    scanned += setting.reports * report_bytes(setting.report_hours)
    silver_files = MEASURED["files of silver a run"] * 12 / max(setting.runs)
    hours = setting.gold_queries * setting.hours_asked + machine_runs * HOURS_OF_A_SUMMARY
    hours += setting.reports * STATEMENTS * setting.report_hours
    writes = hours + setting.silver_queries + 2 * queries(setting) + setting.reports
    files = hours + setting.silver_queries * silver_files
    kept = queries(setting) * MEASURED["bytes of an answer"] / GIB
    return {
        "Athena": {"Athena TiB": scanned / TIB},
        "S3, requests and results of Athena": {
            "S3 PUT, COPY, LIST": writes,
            "S3 GET, HEAD": files * ASSUMED["S3 GET for a file that a query reads"],
            "S3 GiB, month": kept * min(found.result_days, setting.life) / MONTH,
        },
    }


def _watching(setting: Setting, found: Defaults) -> dict[str, dict[str, float]]:
    part, runs = min(1, setting.life / MONTH), sum(setting.runs.values())
    machine_runs = setting.state_machine_runs
    return {
        "CloudWatch metrics, alarms, dashboard": {
            "custom metric, month": METRICS * part,
            "alarm, month": found.alarms * part,
            "dashboard, month": found.dashboards * part,
            "PutMetricData": runs,
        },
        "CloudWatch logs": {
            "GiB of logs": (runs + setting.reports) * ASSUMED["MiB of logs a run"] * MIB / GIB
        },
        "Step Functions": {"state transition": TRANSITIONS * machine_runs},
        "SNS": {"e-mail": machine_runs},
        "EventBridge": {"firing of a schedule": setting.files + machine_runs},
    }
