"""The functions that look at a day's columns and quality, over tables without Spark and stack."""

from datetime import timedelta

import pytest

from commerce.functions import quality_gate, schema_changes
from commerce.functions.metrics import QUALITY_FAILED, SCHEMA_CHANGES
from glue_jobs.commerce.quality_results import read_results
from glue_jobs.commerce.verdict import newest_run
from glue_jobs.lake.store import Store
from local_aws.server import LocalAws
from tests.commerce.answers import Answers
from tests.commerce.functions.published import published
from tests.commerce.gate_day import DAY, DT, receipt, tables

BEFORE = str(DAY - timedelta(days=7))


@pytest.fixture(scope="module")
def answers(aws: LocalAws) -> Answers:
    """A day with nothing against it."""
    answers = Answers(aws)
    answers.fill(tables())
    return answers


def _recorded(aws: LocalAws, answers: Answers, day: str) -> set[str]:
    store = Store(aws.client("s3"), f"s3://{answers.student}/")
    return {each.run_id for each in newest_run(read_results(store, day))}


@pytest.mark.usefixtures("environment")
def test_gate(aws: LocalAws, answers: Answers) -> None:
    """The day is checked, and the newest one, which the marts are made of; both are recorded."""
    passed = {"verdict": "pass", "failed": (), "warned": (), "accepted": ()}

    answer = quality_gate.handler({"date": DT, "run_id": "first"})
    assert answer == {"days": [{"date": DT, **passed}]}
    assert _recorded(aws, answers, DT) == {"first"}

    answer = quality_gate.handler({"date": BEFORE, "run_id": "second"})
    assert [each["date"] for each in answer["days"]] == [BEFORE, DT]
    assert answer["days"][1] == {"date": DT, **passed}
    assert _recorded(aws, answers, BEFORE) == _recorded(aws, answers, DT) == {"second"}
    least, most, _ = published(answers.student, QUALITY_FAILED)
    assert least == most == 0


@pytest.mark.usefixtures("environment")
def test_gate_of_a_day_without_sales(aws: LocalAws, answers: Answers) -> None:
    """A day for which nothing came fails; the newest one of which there is anything is checked."""
    tomorrow, much_later = str(DAY + timedelta(days=1)), str(DAY + timedelta(days=40))

    before, found = quality_gate.handler({"date": tomorrow, "run_id": "third"})["days"]
    assert (found["date"], found["verdict"]) == (tomorrow, "fail")
    assert (before["date"], before["verdict"]) == (DT, "pass")
    assert _recorded(aws, answers, tomorrow) == _recorded(aws, answers, DT) == {"third"}
    [found] = quality_gate.handler({"date": much_later, "run_id": "fourth"})["days"]
    assert (found["date"], found["verdict"]) == (much_later, "fail")
    assert published(answers.student, QUALITY_FAILED)[1] == len(found["failed"]) > 0


@pytest.mark.usefixtures("environment")
def test_schema_changes(answers: Answers) -> None:
    """What breaks is told first, a hundred changes at the most, and how many there are."""
    names = [f"new_{number:03}" for number in range(150)]
    of_file = receipt("products", DT, "landing/products/a.json", "raw/a", 1)
    answers.replace("file_receipts", [of_file | {"columns": ["name", *names]}])

    told = schema_changes.handler({"date": DT})
    missing = ["category", "price", "product_id", "stock"]
    assert sorted(each["field"] for each in told["changes"][:4]) == missing
    assert all(each["is_breaking"] for each in told["changes"][:4])
    assert (len(told["changes"]), told["count"]) == (100, 150 + len(missing) + 2)
    assert schema_changes.handler({"date": BEFORE}) == {"changes": [], "count": 0}
    assert published(answers.student, SCHEMA_CHANGES) == [0, told["count"], 2]
