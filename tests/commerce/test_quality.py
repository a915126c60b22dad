"""The command that looks at the quality of a day: what it shows, records and answers."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest

from commerce import quality
from commerce.gate.checks import CHECKS, UnknownCheckError, chosen, tuned
from glue_jobs.commerce.quality_results import read_results
from glue_jobs.commerce.verdict import Verdict, verdict
from glue_jobs.lake.store import Store
from local_aws.server import LocalAws
from local_aws.settings import ACCOUNT_ID
from tests.commerce.answers import Answers
from tests.commerce.gate_day import DT, ledger_row, tables

Command = Callable[..., int]


@pytest.fixture(scope="module")
def answers(aws: LocalAws) -> Answers:
    """The tables of a day, and what else the command finds by the student's id."""
    answers = Answers(aws)
    answers.fill(tables())
    glue, athena = aws.client("glue"), aws.client("athena")
    glue.create_job(
        Name=f"capstone-load-commerce-{answers.student}",
        Role="LabRole",
        Command={"Name": "glueetl", "ScriptLocation": "s3://nowhere/script.py"},
        DefaultArguments={"--source_time_zone": "UTC"},
    )
    location = {"OutputLocation": f"s3://{answers.student}/results/"}
    athena.create_work_group(
        Name=f"capstone-{answers.student}", Configuration={"ResultConfiguration": location}
    )
    aws.client("s3").create_bucket(
        Bucket=f"capstone-analytics-{answers.student}-{ACCOUNT_ID}",
        CreateBucketConfiguration={"LocationConstraint": aws.client("s3").meta.region_name},
    )
    return answers


@pytest.fixture
def command(aws: LocalAws, answers: Answers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Run the command for the student, and return its exit code."""
    for name, value in aws.settings.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it would remember where it was

    def run(name: str, *options: str) -> int:
        try:
            return quality.main([name, "--student-id", answers.student, *options])
        except SystemExit as ended:
            return int(ended.code)

    yield run
    boto3.DEFAULT_SESSION = None


@pytest.fixture
def store(aws: LocalAws, answers: Answers) -> Store:
    """Where results are recorded."""
    bucket = f"capstone-analytics-{answers.student}-{ACCOUNT_ID}"
    return Store(aws.client("s3"), f"s3://{bucket}/")


def _verdict(store: Store) -> Verdict:
    return verdict(read_results(store, DT))


def test_a_day(
    answers: Answers, command: Command, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """A day fails, is accepted, is healed; each command says so, and by its exit code."""
    of_day = ("--date", DT)
    assert command("report", *of_day) == 1
    assert capsys.readouterr().out.startswith(f"{DT}: unchecked\n")
    broken = tables()
    [of_sales] = [
        row
        for row in broken["commerce_ledger"]
        if (row["source"], row["dt"]) == ("transactions", DT)
    ]
    of_sales.update(accepted=9, rejected=1)
    answers.replace("commerce_ledger", broken["commerce_ledger"])

    assert command("check", *of_day, "--report-output", str(tmp_path / "report.json")) == 1
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == f"{DT}: fail"
    assert re.fullmatch(r"fail +rejected_share +transactions +0\.1 +0\.01 +share of .*", shown[2])
    assert _verdict(store).failed == ("rejected_share (transactions)",)
    stored = json.loads((tmp_path / "report.json").read_text())["results"]
    assert {each["check_name"] for each in stored} >= {check.name for check in CHECKS}

    acceptance = ("accept", *of_day, "--check", "rejected_share", "--reason", "a test | of theirs")
    assert command(*acceptance, "--source", "reviews") == 2
    assert "rejected_share (reviews) should be a failure" in capsys.readouterr().err
    assert command(*acceptance, "--source", "transactions") == 0
    assert command(*acceptance) == 2
    accepted = _verdict(store)
    assert (accepted.verdict, accepted.failed) == ("warn", ())
    assert accepted.accepted == ("rejected_share (transactions)",)
    assert command("report", *of_day, "--report-output", str(tmp_path / "report.md")) == 0
    assert "a test \\| of theirs |" in (tmp_path / "report.md").read_text()
    assert command("check", *of_day) == 0
    assert _verdict(store).verdict == "warn"

    of_sales.update(accepted=8, rejected=2)
    answers.replace("commerce_ledger", broken["commerce_ledger"])
    assert command("check", *of_day) == 1
    assert command(*acceptance) == 0
    assert "\nrejected_share (transactions) of" in capsys.readouterr().out
    [_, consent] = [each for each in read_results(store, DT) if each.severity == "accepted"]
    assert (consent.source, consent.observed) == ("transactions", 0.2)
    assert _verdict(store).verdict == "warn"

    answers.replace("commerce_ledger", tables()["commerce_ledger"])
    assert command("check", *of_day) == 0
    assert _verdict(store) == Verdict("pass")


def test_a_part_is_not_recorded(
    command: Command, store: Store, capsys: pytest.CaptureFixture
) -> None:
    """Some checks, some tables and other bounds say nothing of the day as a whole."""
    before = read_results(store, DT)
    strict = ("--bound", "rejected_share.warn=-1", "--bound", "rejected_share.fail=-1")

    assert command("check", "--date", DT, "--checks", "rejected_share", *strict) == 1
    assert command("check", "--date", DT, "--table", "fct_transactions") == 0
    assert command("anomalies", "--date", DT) == 0
    assert command("schema", "--date", DT, "--table", "products") == 0
    assert capsys.readouterr().out.count("fct_transactions") == 5
    assert read_results(store, DT) == before


def test_freshness(answers: Answers, command: Command, capsys: pytest.CaptureFixture) -> None:
    """Hours since the newest loaded day ended; only missing sales are a failure."""
    today = datetime.now(UTC).date()
    ages = {"transactions": 1, "sales": 3, "reviews": 400, "products": 2}
    answers.replace(
        "commerce_ledger",
        [
            ledger_row(
                source, str(today - timedelta(days=days)), f"raw/{source}", [0] * 4, [None] * 2
            )
            for source, age in ages.items()
            for days in (age, age + 7)
        ],
    )

    assert command("freshness") == 1
    shown = capsys.readouterr().out
    found = {line.split()[2]: line.split()[0] for line in shown.splitlines()[2:]}
    hours = (datetime.now(UTC) - datetime(*today.timetuple()[:3], tzinfo=UTC)).seconds / 3600
    is_late = "warn" if hours > 2 else "pass"
    assert found == {
        "sales": "fail" if hours > 2 else "warn",
        "reviews": "warn",
        "products": is_late,
        "transactions": "pass",
    }
    day = today - timedelta(days=1)
    assert command("freshness", "--date", str(day), "--table", "transactions") == 0
    assert capsys.readouterr().out.endswith(" promised at most 26, found 0\n")
    before = str(today - timedelta(days=3))
    assert command("freshness", "--date", before, "--table", "sales") == 0
    assert capsys.readouterr().out.endswith(" promised at most 26, found 0\n")
    assert command("freshness", "--date", before, "--table", "transactions") == 1
    assert capsys.readouterr().out.endswith(" promised at most 50, found 120\n")
    answers.replace("commerce_ledger", tables()["commerce_ledger"])


MISUSES = {
    "no day": (("check", "--date", "2026-02-30"), "'2026-02-30' is no day, YYYY-MM-DD"),
    "no date": (("report",), "the following arguments are required: --date"),
    "no check": (("check", "--date", DT, "--checks", "a,rejected_share"), "there is no check a; "),
    "no bound": (
        ("check", "--date", DT, "--bound", "row_ratio.fail=1"),
        "there is no bound row_ratio.fail; ",
    ),
    "no number": (("check", "--date", DT, "--bound", "row_ratio"), "'row_ratio' should be as"),
    "endless": (("check", "--date", DT, "--bound", "row_ratio.warn=inf"), "should be as rejected_"),
    "nan": (
        ("check", "--date", DT, "--bound", "row_ratio.warn=nan"),
        "should be as rejected_share",
    ),
    "empty table": (("check", "--date", DT, "--table", ""), "argument --table: it has no text"),
    "empty source": (
        ("accept", "--date", DT, "--check", "a", "--source", "", "--reason", "b"),
        "argument --source: it has no text",
    ),
    "no folder": (
        ("check", "--date", DT, "--report-output", "nowhere/a.md"),
        "'nowhere/a.md' should be a file in a folder that exists",
    ),
    "not failed": (
        ("accept", "--date", DT, "--check", "row_ratio", "--reason", "b"),
        f"row_ratio should be a failure of the newest run over {DT} to be accepted, but that run's",
    ),
    "no table": (("anomalies", "--date", DT, "--table", "x"), "nothing was found of table 'x'"),
    "no suffix": (("report", "--date", DT, "--report-output", "a"), "should end in .json or .md"),
    "no reason": (("accept", "--date", DT, "--check", "a", "--reason", " "), "it has no text"),
}


@pytest.mark.parametrize(("arguments", "says"), MISUSES.values(), ids=MISUSES)
def test_misuse(
    command: Command,
    store: Store,
    arguments: tuple[str, ...],
    says: str,
    capsys: pytest.CaptureFixture,
) -> None:
    """What is wrong with a command is one sentence, and exit code 2; nothing is recorded."""
    before = read_results(store, DT)
    assert command(*arguments) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert says in line
    assert read_results(store, DT) == before


def test_a_day_without_files(command: Command, capsys: pytest.CaptureFixture) -> None:
    """Without files no column has changed, and that is said."""
    assert command("schema", "--date", "2026-03-03") == 0
    assert capsys.readouterr().out.startswith("2026-03-03: no file with columns was delivered\n")
    assert command("schema", "--date", DT, "--table", "products") == 0
    assert f"{DT}: no file of products with columns was delivered\n" in capsys.readouterr().out


def test_no_order_book(command: Command, capsys: pytest.CaptureFixture) -> None:
    """Without the second stack there is nothing to look at."""
    assert command("report", "--date", DT, "--student-id", "nobody") == 2
    assert "there is no order book of 'nobody' in this account" in capsys.readouterr().err


def test_bounds() -> None:
    """A bound is replaced by name, the gravest first as before; unknown ones are named."""
    [check] = tuned(chosen(["row_ratio"]), {"row_ratio.warn": 3})
    assert (check.bounds[0].least, check.bounds[0].most) == (0.5, 3)
    [check] = tuned(chosen(["sales_delivered"]), {"sales_delivered.fail": 2})
    assert check.bounds[0].least == 2
    with pytest.raises(UnknownCheckError, match=r"no bound files_loaded\.warn;"):
        tuned(CHECKS, {"files_loaded.warn": 1, "files_loaded.fail": 1})
