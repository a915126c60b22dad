from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import boto3
import pytest

from glue_jobs.report.athena import Athena, AthenaError
from glue_jobs.report.facts import Facts
from glue_jobs.report.health import health
from glue_jobs.report.writing import day_of
from tests import demo
from tests.pipeline import Pipeline, deploy
from tests.report_browser import PHONE, browser, opened
from tests.report_stack import DAY, stored
from tests.template import resources


@pytest.fixture(scope="module")
def pipeline(request: pytest.FixtureRequest) -> Pipeline:
    """A stack that has loaded nothing."""
    request.getfixturevalue("aws_environment")
    return deploy("capstone-no-report", "no-report")


def test_tables_without_partitions(pipeline: Pipeline, tmp_path: Path) -> None:
    """A stack whose job never ran has a report too, which the job writes and tells."""
    run = pipeline.report(day=DAY)

    assert (run["JobRunState"], run.get("ErrorMessage")) == ("SUCCEEDED", None)
    file = tmp_path / "report.html"
    found = stored(pipeline, DAY)
    assert found["ContentType"] == "text/html; charset=utf-8"
    file.write_bytes(found["Body"].read())
    with browser() as started, opened(started, file, PHONE) as shown:
        assert shown.complaints == []
        assert shown.cards("cards")["Revenue"] == "$0.00"
    [line] = boto3.client("logs").get_log_events(
        logGroupName=f"{run['LogGroupName']}/output",
        logStreamName=run["Id"],
    )["events"]
    assert line["message"] == f"{pipeline.stack['ReportsUri']}dt={DAY}/index.html"


def test_day() -> None:
    """A day is written YYYY-MM-DD; yesterday ended with the last midnight, UTC."""
    written = datetime(2026, 3, 1, 0, 0, 1, tzinfo=UTC)

    assert day_of("yesterday", written) == date(2026, 2, 28)
    assert day_of("2024-02-29", written) == date(2024, 2, 29)
    with pytest.raises(ValueError, match=r"--day is a day, YYYY-MM-DD, .* but it is '2026-02-30'"):
        day_of("2026-02-30", written)


def test_slots() -> None:
    """A slot is loaded, unreadable or missing; one that is not over yet is none of these."""
    slot = {"files": 1, "lines": 3, "accepted": 2, "duplicates": 1, "rejected": 0}
    slots = [
        {**slot, "hour": "00", "minute": "05", "unreadable_files": 0, "last_event_time": None},
        {**slot, "hour": "00", "minute": "10", "unreadable_files": 1, "last_event_time": None},
        {**slot, "hour": "00", "minute": None, "unreadable_files": 0, "last_event_time": None},
    ]
    names = ("hours", "visits", "steps", "products", "segments", "recent", "reasons")
    written = datetime(2026, 3, 2, 0, 29, tzinfo=UTC)
    facts = Facts(written.date(), written, slots=slots, **{name: [] for name in names})

    judged = health(facts)

    assert (judged.lines, judged.missing, judged.unreadable_files) == (9, 3, 1)
    assert judged.gaps == [
        {"state": "missing", "first": "00:00", "last": "00:00", "slots": 1},
        {"state": "unreadable", "first": "00:10", "last": "00:10", "slots": 1},
        {"state": "missing", "first": "00:15", "last": "00:20", "slots": 2},
    ]


def test_failure(pipeline: Pipeline) -> None:
    """A question that fails ends the run with what was asked and what Athena said."""
    run = pipeline.report(gold_database="gold_elsewhere")

    assert run["JobRunState"] == "FAILED"
    for part in ("AthenaError", "gold_elsewhere", "FAILED", "from hourly_revenue"):
        assert part in run["ErrorMessage"]


def test_athena(pipeline: Pipeline) -> None:
    """An answer of several pages is read to its end, typed, and NULL is None."""
    athena = Athena(boto3.client("athena"), pipeline.stack["WorkGroupName"])
    statement = """
        select n, cast(n as decimal(10, 2)) as money, nullif(?, 'it''s') as nothing
        from unnest(sequence(1, 2500)) as t (n) order by n"""

    rows = athena.ask(statement, pipeline.stack["GoldDatabaseName"], ["it's"])

    assert rows == [{"n": n, "money": Decimal(n), "nothing": None} for n in range(1, 2501)]


def test_unknown_type(pipeline: Pipeline) -> None:
    """A column of a type that the report does not read is told, not guessed."""
    athena = Athena(boto3.client("athena"), pipeline.stack["WorkGroupName"])

    with pytest.raises(AthenaError, match="column one is boolean; cast it"):
        athena.ask("select true as one", pipeline.stack["GoldDatabaseName"], [])


def _modules() -> dict[str, str]:
    """Return the versions that the template has Glue install, by module."""
    given = resources("AWS::Glue::Job")["ReportJob"]["DefaultArguments"]
    return dict(pinned.split("==") for pinned in given["--additional-python-modules"].split(","))


def test_modules() -> None:
    """Glue installs what the report imports and Glue lacks, in the versions of requirements.txt."""
    pins = (demo.PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines()

    assert {f"{name}=={version}" for name, version in _modules().items()} <= {*pins}
    imported = {name.partition("-")[0].lower() for name in _modules()}
    assert imported == {"altair", "jinja2", "vl"}


def test_job_does_without() -> None:
    """No module of the job that loads knows the report, whose libraries Glue does not have."""
    modules = [*(demo.PROJECT / "glue_jobs").glob("*.py")]

    assert [m.name for m in modules if "glue_jobs.report" in m.read_text(encoding="utf-8")] == [
        "write_report.py"
    ]
