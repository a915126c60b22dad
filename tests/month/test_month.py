"""Day after day by the state machine, without a hand: what is asked is what an oracle knows.

Three days by default; ``make test-month`` lets thirty pass.
"""

import json
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

import boto3
import pytest

from glue_jobs.commerce.schemas import GOLD, SILVER
from local_aws.calls import Call, recording
from tests.commerce.functions.customers_server import CustomersServer, reply, served
from tests.commerce.oracle_records import Delivery
from tests.month import shop as shop_of
from tests.month.shop import LATE, SALES, Shop, as_csv
from tests.order_book import OrderBook, Rows, as_text, deploy, in_order, subscribe, without
from tests.pipeline import ACTIVE
from tests.tools import calls

STUDENT = "month"
ENDED = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}
JOBS = ("LoadJobName", "CurateJobName", "MartsJobName", "OrderReportJobName", "ReportJobName")
COMPARED = [table.name for table in (*SILVER, *GOLD)]
# One execution dies in each of these, in their order.
STEPS = (
    "FetchCustomers",
    "ListLanding",
    "ValidateFiles",
    "DiscoverSchemas",
    "LoadOrders",
    "LoadEvents",
    "QualityGate",
    "MergeMasterData",
    "RefreshTables",
    "WriteOrderReport",
    "Summarize",  # what follows, a copy in S3, is there or not
)
NEWCOMER = {
    "customer_id": "u_newcomer",
    "name": "Ann",
    "email": "ann@example.com",
    "signup_date": "2026-03-01",
    "updated_at": "2026-03-01T08:00:00Z",
}


class Day(NamedTuple):
    """How a day ended: its execution, and of when the marts were and what was posted then."""

    execution: dict[str, Any]
    as_of: str
    posted: str  # of the first day, net
    restated: str  # the same


@pytest.fixture(scope="module")
def recorded() -> Iterator[set[Call]]:
    """All calls from here on."""
    with recording() as found:
        yield found


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """What is sent."""
    return shop_of.write(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def api() -> Iterator[CustomersServer]:
    """A customers API with one newcomer, whom it tells once."""
    once, nobody = ({"customers": found, "next_page": None} for found in ([NEWCOMER], []))
    with served(page1=[reply(once), reply(nobody)]) as api:
        yield api


@pytest.fixture(scope="module")
def stacks(aws_environment: None, recorded: set[Call], api: CustomersServer) -> OrderBook:
    """Both stacks, and jobs that start soon."""
    del aws_environment, recorded
    stacks = deploy(STUDENT, OrchestrationSchedule="", CustomersApiUrl=api.url)
    stacks.put_code()
    for job in JOBS:
        stacks.loads = job
        if "Report" not in job:  # which has no Spark
            stacks.quicken()
        stacks.change_job(MaxRetries=0)  # the state machine's own is enough
    return stacks


@pytest.fixture(scope="module")
def mails(stacks: OrderBook) -> str:
    """The URL of a queue that gets what the topic sends."""
    return subscribe("month-mails", stacks.stack["AlarmTopicArn"])


@pytest.fixture(scope="module")
def passed(stacks: OrderBook, mails: str, shop: Shop) -> dict[date, Day]:
    """How all days ended, the bad one for the first time."""
    del mails
    return {day: _let_pass(stacks, shop, day) for day in shop.days}


def _let_pass(stacks: OrderBook, shop: Shop, day: date) -> Day:
    """Deliver a day; the sender's last object starts its execution."""
    for path, content in shop.files(day):
        is_bad = path == SALES.format(day=shop.bad_day)
        stacks.put(path, content.replace(b",", b";") if is_bad else content)
    for key, file in shop.event_files(day):
        stacks.deliver(file, key)
    known = {each["executionArn"] for each in _executions(stacks)}
    stacks.put(f"_complete/date={day}", b"")
    while not (new := {each["executionArn"] for each in _executions(stacks)} - known):
        time.sleep(0.2)
    return Day(_ended(new.pop()), *_known_of_the_first_day(stacks, shop))


def _known_of_the_first_day(stacks: OrderBook, shop: Shop) -> tuple[str, str, str]:
    """Return of when the marts are, and the first day's net revenue, posted and restated."""
    day = f"date '{shop.days[0]}'"
    [row] = stacks.rows(
        f"""
        select
            (select max(as_of) from customer_value) as as_of,
            (select net_revenue from revenue_posted where posting_date = {day}) as posted,
            (select net_revenue from sales_days where sales_date = {day}) as restated
        """,
        "Gold",
    )
    return row["as_of"], row["posted"], row["restated"]


def _executions(stacks: OrderBook) -> list[dict]:
    arn = stacks.stack["CommerceStateMachineArn"]
    found = boto3.client("stepfunctions").list_executions(stateMachineArn=arn)
    return found["executions"]


def _start(stacks: OrderBook, **given: str) -> str:
    arn, machines = stacks.stack["CommerceStateMachineArn"], boto3.client("stepfunctions")
    return machines.start_execution(stateMachineArn=arn, input=json.dumps(given))["executionArn"]


def _describe(arn: str) -> dict[str, Any]:
    return boto3.client("stepfunctions").describe_execution(executionArn=arn)


def _ended(arn: str) -> dict[str, Any]:
    while (found := _describe(arn))["status"] not in ENDED:
        time.sleep(0.5)
    return found


def _entered(arn: str) -> list[str]:
    """Return the states that an execution has entered, in order."""
    pages = boto3.client("stepfunctions").get_paginator("get_execution_history")
    events = (event for page in pages.paginate(executionArn=arn) for event in page["events"])
    details = (event.get("stateEnteredEventDetails") for event in events)
    return [each["name"] for each in details if each]


def _objects(stacks: OrderBook, name: str) -> dict[str, str]:
    """Return the ETags of the objects of a name below the days of the order book's pages."""
    bucket, prefix = stacks.stack["AnalyticsBucketName"], "reports/commerce/dt="
    listed = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return {
        each["Key"][len(prefix) :].split("/")[0]: each["ETag"]
        for each in listed.get("Contents", [])
        if each["Key"].endswith(f"/{name}")
    }


def _page(stacks: OrderBook, day: date) -> dict[str, Any]:
    """Return what the page of a day draws and filters."""
    place = {"Bucket": stacks.stack["AnalyticsBucketName"]}
    found = boto3.client("s3").get_object(**place, Key=f"reports/commerce/dt={day}/index.html")
    _, _, rest = found["Body"].read().decode().partition('id="data">')
    return json.loads(rest.partition("</script>")[0])


def _told(mails: str) -> list[tuple[str, dict]]:
    """Return subject and message of what the order book has told since the last look."""
    sqs, told = boto3.client("sqs"), []
    while found := sqs.receive_message(QueueUrl=mails, MaxNumberOfMessages=10).get("Messages"):
        told += [json.loads(message["Body"]) for message in found]
        for message in found:
            sqs.delete_message(QueueUrl=mails, ReceiptHandle=message["ReceiptHandle"])
    own = (each for each in told if each.get("Subject", "").startswith("Order book: "))
    return [(each["Subject"], json.loads(each["Message"])) for each in own]


def _expected(shop: Shop, *more: Delivery) -> dict[str, Rows]:
    tables = shop.tables(*more)
    return {
        name: in_order({key: as_text(value) for key, value in row.items()} for row in tables[name])
        for name in COMPARED
    }


def _found(stacks: OrderBook) -> dict[str, Rows]:
    tables = stacks.tables()
    return {name: without(tables[name], "source_file") for name in COMPARED}


def _settle(stacks: OrderBook) -> None:
    """Wait until no run is under way: one that was stopped needs a moment."""
    glue = boto3.client("glue")
    for job in JOBS:
        runs = partial(glue.get_job_runs, JobName=stacks.stack[job])
        while any(run["JobRunState"] in ACTIVE for run in runs()["JobRuns"]):
            time.sleep(0.2)


def test_days(shop: Shop, passed: dict[date, Day], mails: str) -> None:
    """Each day ends as is planted, and the topic is told so."""
    ends = {day: each.execution.get("error", "SUCCEEDED") for day, each in passed.items()}
    told = _told(mails)

    causes = [each.execution.get("cause") for each in passed.values()]
    assert ends == dict.fromkeys(shop.days, "SUCCEEDED") | {shop.bad_day: "QualityGate"}, causes
    assert [subject for subject, _ in told] == [
        "Order book: a day has failed" if day == shop.bad_day else f"Order book: {day} is done"
        for day in shop.days
    ]
    good = [message for _, message in told if "date" in message]
    assert all(message["quality"][-1]["verdict"] in {"pass", "warn"} for message in good)
    assert not any(message["more_waiting"] for message in good)
    [cause] = [message["Cause"] for _, message in told if "date" not in message]
    before, failed = json.loads(cause)["quality"]
    assert (before["date"], before["verdict"] == "fail") == (str(shop.days[0]), False)
    assert (failed["date"], failed["verdict"]) == (str(shop.bad_day), "fail")
    assert failed["failed"] == ["sales_delivered"]


def test_fails_closed(shop: Shop, passed: dict[date, Day], stacks: OrderBook) -> None:
    """A day that fails leaves marts and summary as they were; the next one goes on."""
    good = [day for day in shop.days if day != shop.bad_day]

    assert passed[shop.bad_day].as_of == str(shop.days[0])
    assert {day: passed[day].as_of for day in good} == {day: str(day) for day in good}
    for name in ("summary.csv", "index.html"):
        assert {*_objects(stacks, name)} == {*map(str, good)}


def test_late_returns(shop: Shop, passed: dict[date, Day]) -> None:
    """What comes back changes the day of its sale as it is known now, and not what was posted."""
    *_, before, last = passed.values()

    assert {each.posted for each in passed.values()} == {last.posted}
    returned = shop.late_returns()
    assert len(returned) == LATE
    of_them = sum(Decimal(row["total_amount"]) for row in returned)
    assert Decimal(before.restated) - Decimal(last.restated) == of_them > 0


def test_bad_day_is_healed(shop: Shop, passed: dict[date, Day], stacks: OrderBook) -> None:
    """Its file is sent again, and its date started by hand: then everything is as it should be."""
    del passed
    path = SALES.format(day=shop.bad_day)
    stacks.put(path, dict(shop.files(shop.bad_day))[path])

    answer = _ended(_start(stacks, date=str(shop.bad_day)))

    assert answer["status"] == "SUCCEEDED", answer["cause"]
    for name in ("summary.csv", "index.html"):
        assert {*_objects(stacks, name)} == {*map(str, shop.days)}
    found, expected = _found(stacks), _expected(shop)
    assert found == expected


def test_killed_at_every_step(
    shop: Shop, passed: dict[date, Day], stacks: OrderBook, mails: str
) -> None:
    """One execution after another is stopped at the next step; then one comes to its end.

    What it leaves is what the oracle knows, and what running the date by hand leaves.
    """
    day = shop.days[-1]
    schedule = {"time": f"{day + timedelta(days=1)}T03:00:00Z"}
    late = shop.late_file()
    stacks.put(f"transactions/date={day}/late.csv", as_csv(late))
    for step in STEPS:
        arn = _start(stacks, **schedule)
        while step not in _entered(arn):
            assert _describe(arn)["status"] == "RUNNING", _describe(arn)
            time.sleep(0.05)
        boto3.client("stepfunctions").stop_execution(executionArn=arn)
        assert _ended(arn)["status"] == "ABORTED", step
        _settle(stacks)
    _told(mails)

    answer = _ended(_start(stacks, **schedule))

    assert answer["status"] == "SUCCEEDED", answer["cause"]
    expected = _expected(shop, late, Delivery("customers", day, [NEWCOMER]))
    found, left, page = _found(stacks), _objects(stacks, "summary.csv"), _page(stacks, day)
    assert found == expected
    assert [subject for subject, _ in _told(mails)] == [f"Order book: {day} is done"]

    again = _ended(_start(stacks, date=str(day), **schedule))

    assert again["status"] == "SUCCEEDED", again["cause"]
    assert _found(stacks) == found
    assert _objects(stacks, "summary.csv") == left
    assert _page(stacks, day) == page
    assert passed


def test_nothing_new(shop: Shop, passed: dict[date, Day], stacks: OrderBook, mails: str) -> None:
    """A date that is done ends at once on schedule, and nobody is told."""
    assert passed
    _told(mails)
    arn = _start(stacks, time=f"{shop.days[-1] + timedelta(days=1)}T03:00:00Z")

    assert _ended(arn)["status"] == "SUCCEEDED"
    assert _entered(arn)[-3:] == ["NothingNew", "IsAnythingToTell", "Done"]
    assert _told(mails) == []


@pytest.mark.parametrize("given", ["yesterday' or true --", "", "2026", "2026-02-30"])
def test_no_date(stacks: OrderBook, given: str) -> None:
    """What is no date is refused before anything is done."""
    arn = _start(stacks, date=given)

    assert _ended(arn)["error"] == "States.QueryEvaluationError"
    assert _entered(arn) == ["Day", "WhichDay", "TellFailure", "Failed"]


def test_calls(passed: dict[date, Day], recorded: set[Call]) -> None:
    """The state machine and its functions called what the list says; all tests above are needed."""
    assert passed
    names = calls.StackNames(f"capstone-{STUDENT}", f"capstone-commerce-{STUDENT}")
    for role in ("list", "schema", "gate"):
        calls.check(role, calls.made_by(role, recorded, names))
    # Whether a file still lies there, and what is stopped where, is a matter of moments.
    calls.check_some("commerce", calls.made_by("commerce", recorded, names))
