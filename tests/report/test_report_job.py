from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import boto3
import pytest

from glue_jobs.athena import Athena
from glue_jobs.commerce.contracts import FIRST_DAY
from glue_jobs.events.rules import END_OF_TIME, FIRST_INSTANT
from glue_jobs.report.facts import Facts
from glue_jobs.report.health import health
from glue_jobs.report.writing import day_of
from tests.pipeline import Pipeline, deploy
from tests.report.report_browser import PHONE, browser, opened
from tests.report.report_stack import DAY, stored, write_to
from tests.template import resources
from tests.tools import demo

ENDS = ("2010-01-01", "2099-12-31")


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
    assert [str(day_of(day, written)) for day in ENDS] == [*ENDS]
    ends = (FIRST_INSTANT, END_OF_TIME - timedelta(microseconds=1))
    assert [str(instant.date()) for instant in ends] == [*ENDS]
    for none in ("2026-02-30", "2009-12-31", "2100-01-01", "0001-01-01", "9999-12-31"):
        with pytest.raises(ValueError, match=f"--day is .* valid events .* but it is '{none}'"):
            day_of(none, written)


def test_day_of_sale() -> None:
    """The order book's pages begin with the first day of a valid sale; a wrong domain is named."""
    written = datetime(2026, 3, 1, tzinfo=UTC)

    assert day_of(str(FIRST_DAY), written, "commerce") == FIRST_DAY
    before = str(FIRST_DAY - timedelta(days=1))
    with pytest.raises(ValueError, match=f"from {FIRST_DAY} .* valid sales .* it is '{before}'"):
        day_of(before, written, "commerce")
    with pytest.raises(ValueError, match="--domain is one of events, commerce, but it is 'shop'"):
        day_of(before, written, "shop")


def test_ends_of_time(pipeline: Pipeline, tmp_path: Path) -> None:
    """The first and the last day that can have events have a page like any other."""
    for day, missing in zip(ENDS, ("288", "0"), strict=True):
        file = tmp_path / f"{day}.html"
        write_to(pipeline, day, file)
        with browser() as started, opened(started, file, PHONE) as shown:
            assert shown.complaints == []
            assert shown.cards("health-cards")["Missing slots"] == missing


def test_slots() -> None:
    """A slot is loaded, unreadable or missing; one that is not over yet is none of these."""
    slot = {"files": 1, "lines": 3, "accepted": 2, "duplicates": 1, "rejected": 0}
    slots = [
        {**slot, "hour": "00", "minute": "05", "unreadable_files": 0, "last_event_time": None},
        {**slot, "hour": "00", "minute": "13", "unreadable_files": 1, "last_event_time": None},
        {**slot, "hour": "00", "minute": "14", "unreadable_files": 0, "last_event_time": None},
        {**slot, "hour": "00", "minute": "99", "unreadable_files": 0, "last_event_time": None},
        {**slot, "hour": "00", "minute": None, "unreadable_files": 0, "last_event_time": None},
    ]
    names = ("hours", "visits", "steps", "products", "segments", "recent", "reasons")
    written = datetime(2026, 3, 2, 0, 29, tzinfo=UTC)
    facts = Facts(written.date(), written, slots=slots, **{name: [] for name in names})

    judged = health(facts)

    assert (judged.lines, judged.missing, judged.unreadable_files) == (15, 3, 1)
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

    answer = athena.ask(statement, pipeline.stack["GoldDatabaseName"], ["it's"])

    assert answer.types == {"n": "bigint", "money": "decimal", "nothing": "varchar"}
    assert answer.rows == [{"n": n, "money": Decimal(n), "nothing": None} for n in range(1, 2501)]


def test_types(pipeline: Pipeline) -> None:
    """A value has its column's type, or is the text that Athena shows; only NULL is None."""
    athena = Athena(boto3.client("athena"), pipeline.stack["WorkGroupName"])
    cases = {
        "'NA'": "NA",
        "'null'": "null",
        "'00123'": "00123",
        "''": "",
        "cast(null as varchar)": None,
        "true": True,
        "cast(7 as bigint)": 7,
        "1e10": 1e10,
        "date '2099-12-31'": date(2099, 12, 31),
        "timestamp '2010-01-01 00:00:00.001'": datetime.fromisoformat("2010-01-01 00:00:00.001"),
        "array['a', null]": "[a, null]",
    }
    columns = ", ".join(f"{value} as c{number}" for number, value in enumerate(cases))

    [row] = athena.ask(f"select {columns}", pipeline.stack["GoldDatabaseName"]).rows

    assert [*row.values()] == [*cases.values()]


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
