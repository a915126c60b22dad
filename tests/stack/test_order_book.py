"""The order book as it is deployed: delivered by a sender, loaded by the job, asked in Athena.

A shop in which everything goes wrong is delivered in two parts, each loaded by a run of the job.
"""

import gzip
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from pyspark.sql import SparkSession

from commerce import quality
from glue_jobs.commerce.quality_results import read_results
from glue_jobs.commerce.schemas import GOLD, SILVER, WRITTEN
from glue_jobs.commerce.verdict import verdict
from glue_jobs.lake.tables import Table
from glue_jobs.marts.schemas import MARTS
from glue_jobs.run_metrics import COST, NAMESPACE, STUDENT
from local_aws.calls import Call, recording
from local_aws.server import LocalAws
from tests.alarms import SOON, later, messages, raised
from tests.commerce import faulty_shop, oracle_marts
from tests.commerce.answers import VIEWS
from tests.commerce.faulty_shop import Sent, Shop
from tests.commerce.functions.customers_server import page, reply, served
from tests.open_lineage import told
from tests.order_book import (
    OrderBook,
    Rows,
    as_map,
    as_text,
    deploy,
    in_order,
    mount,
    sha256,
    subscribe,
    told_objects,
    without,
)
from tests.template import COMMERCE, resources
from tests.tools import calls

STUDENT_ID = "orders"
FIRST, SECOND = f"capstone-{STUDENT_ID}", f"capstone-commerce-{STUDENT_ID}"
COUNTED = ("lines", "accepted", "duplicates", "rejected")
LOGGING = ("validator", "load-commerce")
COMPARED = (*SILVER, *GOLD)
# Alarms that go back by themselves, and by the next good look.
FOR_MINUTES = {
    "ValidatorFailedAlarm",
    "MonitorFailedAlarm",
    "FetchFailedAlarm",
    "UnbalancedAlarm",
}
UNTIL_SEEN = {"GateFailedAlarm", "SchemaChangedAlarm", "FreshnessAlarm"}
REVIEW = b"review_id,product_id,customer_id,rating,review_date\nr_1,p_1,u_1,5,2026-06-01\n"


@pytest.fixture(scope="module")
def recorded() -> Iterator[set[Call]]:
    """All calls from here on."""
    with recording() as found:
        yield found


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """What the shop's systems send."""
    return faulty_shop.write(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def expected(delivered: Shop) -> dict[str, Rows]:
    """The oracle's tables, in Athena's texts."""
    tables, _ = delivered.loaded()
    return {
        name: in_order({key: as_text(value) for key, value in row.items()} for row in rows)
        for name, rows in tables.items()
    }


@pytest.fixture(scope="module")
def deployed(aws_environment: None, recorded: set[Call]) -> OrderBook:
    """Both stacks."""
    del aws_environment, recorded
    nobody = "http://127.0.0.1:1/customers"
    return deploy(STUDENT_ID, CustomersApiUrl=nobody, DailyCostLimit="0")


@pytest.fixture(scope="module")
def mails(deployed: OrderBook) -> str:
    """A queue that gets what the first stack's topic sends; its URL."""
    return subscribe("shop-mails", deployed.stack["AlarmTopicArn"])


@pytest.fixture(scope="module")
def runs(deployed: OrderBook, mails: str, delivered: Shop) -> list[str]:
    """The ids of the runs that have loaded all of it."""
    del mails
    runs = []
    for folder in delivered.loads:
        deployed.put_all(folder)
        deployed.settle()
        runs.append(deployed.run())
    return runs


@pytest.fixture
def shop(deployed: OrderBook, runs: list[str]) -> OrderBook:
    """The stacks with all of it."""
    del runs
    return deployed


def test_receipts(shop: OrderBook, delivered: Shop) -> None:
    """Every file has a receipt, which says what the generators know of it."""
    found = shop.receipts()
    _, counts = delivered.loaded()

    files = {(sent.path, sha256(sent.file)): sent for sent in delivered.files()}
    assert found.keys() == files.keys()
    for known, sent in files.items():
        row, refused = found[known], delivered.refused(sent.path)
        assert (row["verdict"], row["reasons"]) == ("refused" if refused else "accepted", refused)
        assert row["records"] == ("" if refused else str(counts[sent].lines))
        if not refused:
            assert row["unknown"] == _unknown(sent, delivered)
        first = faulty_shop.AGAIN.get(sent.path)
        assert row["duplicate_of"] == (f"landing/{first}" if first else "")


def _unknown(sent: Sent, delivered: Shop) -> str:
    """Return the fields of a file that no contract has."""
    return ",".join(delivered.truth.get(sent.path, {}).get("unknown_fields", []))


def test_refusals(shop: OrderBook, mails: str, delivered: Shop) -> None:
    """Of every file that is refused the topic is told; it lies in quarantine, as it came."""
    refused = [sent for sent in delivered.files() if delivered.refused(sent.path)]
    told = told_objects(mails, len(refused))

    assert told == set(shop.keys("quarantine/"))
    get = partial(boto3.client("s3").get_object, Bucket=shop.stack["LandingBucketName"])
    kept = [get(Key=key)["Body"].read() for key in told]
    assert sorted(kept) == sorted(sent.file.read_bytes() for sent in refused)


def test_ledger(shop: OrderBook, delivered: Shop, runs: list[str]) -> None:
    """Every record of a file counts as the generators say; the next run loads it, and no other."""
    receipts, ledger = shop.receipts(), shop.ledger()
    _, counts = delivered.loaded()

    # Glue's reader names no file without a line: its receipt alone tells of it.
    counts = {sent: of for sent, of in counts.items() if of.lines}
    assert len(ledger) == len(counts)
    for sent, of in counts.items():
        row = ledger[receipts[sent.path, sha256(sent.file)]["raw_key"]]
        found = {name: int(row[name]) for name in COUNTED} | {"reasons": as_map(row["reasons"])}
        assert found == {name: getattr(of, name) for name in found}
        assert (row["state"], row["run_id"]) == ("loaded", runs[sent.load])
        assert row["unknown_fields"] == f"[{_unknown(sent, delivered)}]"
        truth = delivered.truth.get(sent.path, found)
        assert found == {name: truth[name] for name in found}


def test_rejected(shop: OrderBook) -> None:
    """Rejected records are counted by file and reason as in the ledger."""
    statement = (
        "select source_file, reason, sum(occurrences) as n from rejected_records group by 1, 2"
    )
    found = {
        (row["source_file"], row["reason"]): int(row["n"]) for row in shop.rows(statement, "Bronze")
    }

    assert found == {
        (row["source_file"], reason): count
        for row in shop.ledger().values()
        for reason, count in as_map(row["reasons"]).items()
    }


def test_tables(
    shop: OrderBook, expected: dict[str, Rows], spark: SparkSession, aws: LocalAws
) -> None:
    """Silver, facts and daily sales are the oracle's, cell by cell: in Athena and in Spark."""
    mount(shop.stack, aws, spark)
    in_athena = shop.tables()

    for table in COMPARED:
        assert without(in_athena[table.name], "source_file") == expected[table.name], table.name
        assert shop.in_spark(table, spark) == in_athena[table.name], table.name
    owned = Counter(row["source_file"] for table in SILVER for row in in_athena[table.name])
    ledger = in_athena["commerce_ledger"]
    assert owned == Counter({row["source_file"]: int(row["accepted"]) for row in ledger})


def test_marts(shop: OrderBook, delivered: Shop) -> None:
    """A day that the gate did not let pass leaves no marts; accepted, they are the oracle's."""
    marts, day = replace(shop, loads="MartsJobName"), str(delivered.latest)
    assert _gate("check", day) == 1
    run = marts.wait(marts.start())
    failed = verdict(read_results(shop.store(), day)).failed
    assert run["JobRunState"] == "FAILED"
    assert f"{day} failed {', '.join(failed)}; they stay as they are" in run["ErrorMessage"]
    assert not any(shop.partitions(mart) for mart in MARTS)
    for check in {label.partition(" ")[0] for label in failed}:
        consent = ["--check", check, "--reason", "the shop is known to be faulty"]
        assert _gate("accept", day, *consent) == 0

    marts.run()
    marts.run()  # what is there is replaced

    tables, _ = delivered.loaded()
    expected = oracle_marts.marts(tables, delivered.latest)
    for mart in MARTS:
        found = shop.rows(f"select * from {mart.name}", "Gold")
        rows = [{**row, "snapshot": "current"} for row in expected[mart.name]]
        assert in_order(found) == in_order(
            {name: as_text(value) for name, value in row.items()} for row in rows
        )


def _gate(command: str, day: str, *options: str) -> int:
    """Run a command of the gate as whoever has its rights; return its exit code."""
    with calls.calling_as("quality"):
        return quality.main([command, "--student-id", STUDENT_ID, "--date", day, *options])


def test_failed_run(shop: OrderBook, mails: str) -> None:
    """Of the run that made no marts the topic was told, of the good ones and good files nothing."""
    [event] = messages(mails)

    told = [event["detail"][name] for name in ("jobName", "state")]
    assert told == [shop.stack["MartsJobName"], "FAILED"]


def test_page(shop: OrderBook, delivered: Shop) -> None:
    """The job writes the page of a day: what its sales brought in stands there."""
    day = str(delivered.latest)
    page = replace(shop, loads="OrderReportJobName", is_small=False)  # it starts no Spark
    page.run({"--day": day})

    bucket, _, folder = shop.stack["OrderReportsUri"].removeprefix("s3://").partition("/")
    found = boto3.client("s3").get_object(Bucket=bucket, Key=f"{folder}dt={day}/index.html")
    tables, _ = delivered.loaded()
    [sold] = (row for row in tables["daily_sales_summary"] if row["dt"] == day)
    assert found["ContentType"] == "text/html; charset=utf-8"
    assert f"${sold['net_revenue']:,.2f}" in found["Body"].read().decode()


def test_costs(shop: OrderBook) -> None:
    """Each job publishes what its runs cost; together they cost the sum."""
    names = ("LoadJobName", "MartsJobName", "OrderReportJobName")
    costs = [_cost("JobName", shop.stack[name]) for name in names]

    assert min(costs) > 0
    assert _cost(STUDENT, STUDENT_ID) == pytest.approx(sum(costs))


def _cost(dimension: str, value: str) -> float:
    """Return US dollars that were published since yesterday."""
    now = datetime.now(UTC)
    found = boto3.client("cloudwatch").get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=COST,
        Dimensions=[{"Name": dimension, "Value": value}],
        StartTime=now - timedelta(days=1),
        EndTime=now + SOON,
        Period=86400,
        Statistics=["Sum"],
    )
    return sum(point["Sum"] for point in found["Datapoints"])


def test_views(shop: OrderBook) -> None:
    """The stack has made every view, and each answers."""
    names = [file.stem for file in sorted(VIEWS.glob("*.sql"))]
    found = boto3.client("glue").get_tables(DatabaseName=shop.stack["GoldDatabaseName"])

    views = {each["Name"] for each in found["TableList"] if each["TableType"] == "VIRTUAL_VIEW"}
    assert views == {*names}
    for name in names:
        shop.rows(f"select * from {name} limit 3", "Gold")


def test_load_again(shop: OrderBook) -> None:
    """Days that are loaded again, by hand and without the bookmark, count nothing twice."""
    before = shop.tables()

    run_id = shop.run({"--dates": "2026-03-01/2026-03-31"})

    after = shop.tables()
    assert {row["run_id"] for row in after["commerce_ledger"]} == {run_id}
    for tables in (before, after):
        rows = (row for row in tables["commerce_ledger"] if row["lines"] != "0")
        tables["commerce_ledger"] = without(rows, "run_id")
    assert after == before


def test_personal_data(shop: OrderBook) -> None:
    """Names and addresses stay in the records: no log, receipt, count or metric has them."""
    tables, logs = shop.tables(), shop.logs()
    name = faulty_shop.NAME.lower()
    assert all(f"capstone-{of}-{STUDENT_ID}" in str(logs.keys()) for of in LOGGING)
    metrics = boto3.client("cloudwatch").list_metrics()["Metrics"]
    told = {
        "receipts": shop.bodies("receipts/"),
        "logs": logs,
        "metrics": metrics,
        "ledger": tables["commerce_ledger"],
        "reasons": without(tables["rejected_records"], "raw_line"),
        "facts": [tables[table.name] for table in GOLD],
    }

    assert name in str(tables["customers"]).lower()
    assert [str(row).lower().count(name) > 0 for row in tables["rejected_records"]].count(True) == 4
    assert {where for where, what in told.items() if name in str(what).lower()} == set()


def test_saved_statements(shop: OrderBook, delivered: Shop) -> None:
    """They run as they are saved."""
    saved = [
        each["QueryString"] for each in resources("AWS::Athena::NamedQuery", COMMERCE).values()
    ]
    for question in saved[3:]:
        shop.rows(question, "Gold")
    refused, ledger, rejected = (shop.rows(text, "Bronze") for text in saved[:3])
    files = [sent.path for sent in delivered.files() if delivered.refused(sent.path)]
    assert sorted(row["landing_key"] for row in refused) == sorted(f"landing/{x}" for x in files)
    records = [sum(int(row[name]) for row in ledger) for name in ("records", "rejected")]
    counts = delivered.loaded()[1].values()
    assert records == [sum(of.lines for of in counts), sum(of.rejected for of in counts)]
    assert sum(int(row["records"]) for row in rejected) == records[1]


@pytest.mark.parametrize(("domain", "tables"), [("commerce", WRITTEN), ("marts", MARTS)])
def test_lineage(shop: OrderBook, runs: list[str], domain: str, tables: tuple[Table, ...]) -> None:
    """Each run that was committed says which tables it wrote, and where they lie."""
    events = told(shop.stack, domain)

    assert events.keys() >= ({*runs} if domain == "commerce" else set())
    for event in events.values():
        named = {f"{of['namespace']}/{of['name']}/" for of in event["outputs"]}
        assert named == {_place(shop, table) for table in tables}
        assert event["inputs"]


def _place(shop: OrderBook, table: Table) -> str:
    """Return where the catalog has a table."""
    database = shop.stack[f"{table.layer.title()}DatabaseName"]
    found = boto3.client("glue").get_table(DatabaseName=database, Name=table.name)["Table"]
    return found["StorageDescriptor"]["Location"]


def test_customers(shop: OrderBook) -> None:
    """The function fetches by the address and the token that the stack gave it."""
    boto3.client("secretsmanager").put_secret_value(
        SecretId=shop.stack["CustomersApiSecretArn"], SecretString="let me in"
    )
    with served(page1=[page("u_1")]) as api:
        _fetch_from(shop, api.url)
        for _ in range(2):  # the second asks from the first one's receipt on
            assert _invoke(shop.stack["FetchCustomersFunctionName"], {})["customers"] == 1
            shop.settle()

    assert api.tokens == ["Bearer let me in"] * 2
    assert "updated_since" in api.asked[1]


def _fetch_from(shop: OrderBook, url: str) -> None:
    """Tell the function another address: a test's server has another port than the stack's."""
    _give(shop.stack["FetchCustomersFunctionName"], CUSTOMERS_API_URL=url)


def _give(name: str, **variables: str) -> None:
    """Change variables of a function."""
    client = boto3.client("lambda")
    given = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    client.update_function_configuration(
        FunctionName=name, Environment={"Variables": given | variables}
    )


def _invoke(name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Return what a function answers, or the error that it failed with."""
    answer = boto3.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    return json.load(answer["Payload"])


def test_failed_execution(shop: OrderBook, mails: str) -> None:
    """The topic is told of an execution that fails, with its cause; of a good one nothing."""
    api, machine = boto3.client("stepfunctions"), shop.stack["CommerceStateMachineArn"]
    _leave_summary(shop, "2026-03-01")
    of_day = {"detail": {"object": {"key": "landing/_complete/date=2026-03-01"}}}
    ends = []
    for given in ({"date": "no day"}, of_day):
        started = api.start_execution(stateMachineArn=machine, input=json.dumps(given))
        ends.append(_ended(started["executionArn"]))

    assert [end["status"] for end in ends] == ["FAILED", "SUCCEEDED"]
    [told] = [each["detail"] for each in messages(mails) if each.get("source") == "aws.states"]
    assert (told["name"], told["status"]) == (ends[0]["name"], "FAILED")
    assert told["cause"] == ends[0]["cause"]


def _leave_summary(shop: OrderBook, day: str) -> None:
    """Let a day be done: the execution that left its summary began after all that was delivered."""
    begun = datetime.now(UTC) + timedelta(seconds=2)
    boto3.client("s3").put_object(
        Bucket=shop.stack["AnalyticsBucketName"],
        Key=f"reports/commerce/dt={day}/summary.csv",
        Metadata={"begun": begun.isoformat()},
    )


def _ended(execution: str) -> dict[str, Any]:
    """Wait for the end of an execution; return it."""
    describe = partial(boto3.client("stepfunctions").describe_execution, executionArn=execution)
    while (found := describe())["status"] == "RUNNING":
        time.sleep(0.1)
    return found


def test_alarms(shop: OrderBook, mails: str, delivered: Shop) -> None:
    """Each fires by its cause, says so to the topic, and goes back when the cause is gone."""
    gate, columns, monitor = (
        partial(_invoke, shop.stack[f"{name}FunctionName"])
        for name in ("QualityGate", "SchemaChanges", "QualityMonitor")
    )
    faulty = next(of for of, told in delivered.truth.items() if told.get("unknown_fields"))
    lasting = {"DeadLettersAlarm", "OrderCostAlarm"}
    assert raised(SECOND, timedelta()) == {"OrderCostAlarm"}  # the runs have cost more than nothing
    letter = _let_fail(shop)
    assert raised(SECOND) == FOR_MINUTES | lasting
    assert gate({"date": "2026-06-01", "run_id": "empty"})["days"][-1]["verdict"] == "fail"
    assert columns({"date": faulty.split("/")[1].removeprefix("date=")})["count"] > 0
    assert monitor({})["hours"]["transactions"] > 50

    assert raised(SECOND) == FOR_MINUTES | UNTIL_SEEN | lasting
    told = Counter(each["AlarmName"].split("-")[3] for each in messages(mails))
    assert told == Counter(FOR_MINUTES | UNTIL_SEEN | lasting)

    with later(timedelta(minutes=20)):
        assert raised(SECOND) == UNTIL_SEEN | lasting
        assert gate({"date": str(delivered.latest), "run_id": "good"})["days"][-1]["failed"] == []
        assert columns({"date": "2026-06-01"})["count"] == 0
        assert monitor({"time": "2026-03-12T05:00:00Z"})["hours"]["transactions"] < 50
        assert raised(SECOND) == lasting
        _have_checked(shop, letter)
        assert raised(SECOND, timedelta(minutes=10)) == {"OrderCostAlarm"}
    assert raised(SECOND, timedelta(days=4)) == set()
    assert messages(mails) == []


def _let_fail(shop: OrderBook) -> dict[str, Any]:
    """Let functions fail and a load hold a file back; return the record of a file's event."""
    _give(shop.stack["ValidatorFunctionName"], MAX_FILE_BYTES="512 MB")  # it takes a number
    shop.put("reviews/date=2026-06-02/reviews.csv", REVIEW)
    _hold_a_file_back(shop)
    letter = _letter(shop.stack["DeadLetterQueueUrl"])
    assert "errorType" in _invoke(shop.stack["QualityMonitorFunctionName"], {"time": "later"})
    with served(page1=[reply("no", 400)]) as api:
        _fetch_from(shop, api.url)
        assert "errorType" in _invoke(shop.stack["FetchCustomersFunctionName"], {})
    return letter


def _hold_a_file_back(shop: OrderBook) -> None:
    """Load a raw file of one record that was two when it was checked."""
    boto3.client("s3").put_object(
        Bucket=shop.stack["LandingBucketName"],
        Key="raw/products/date=2026-06-01/cut.jsonl.gz",
        Body=gzip.compress(b"{}\n"),
        Metadata={"records": "2"},
    )
    shop.run({"--dates": "2026-06-01/2026-06-01", "--sources": "products"})


def _letter(queue: str) -> dict[str, Any]:
    """Wait for a dead letter, the record of an event; leave it where it is."""
    [found] = boto3.client("sqs").receive_message(
        QueueUrl=queue, WaitTimeSeconds=20, VisibilityTimeout=0
    )["Messages"]
    return json.loads(found["Body"])


def _have_checked(shop: OrderBook, letter: dict[str, Any]) -> None:
    """Do with a dead letter what the page says."""
    validator = shop.stack["ValidatorFunctionName"]
    _give(validator, MAX_FILE_BYTES="536870912")
    assert _invoke(validator, letter["requestPayload"])["verdict"] == "accepted"
    boto3.client("sqs").purge_queue(QueueUrl=shop.stack["DeadLetterQueueUrl"])


def test_calls(shop: OrderBook, recorded: set[Call]) -> None:
    """Functions and job called what the list says; all tests above are needed."""
    del shop
    names = calls.StackNames(FIRST, SECOND)
    for role in ("validator", "fetch", "load", "marts", "page", "views", "monitor", "quality"):
        calls.check(role, calls.made_by(role, recorded, names))


def test_the_first_stack_cannot_go_first(shop: OrderBook) -> None:
    """CloudFormation refuses, and says why."""
    del shop
    cloudformation = boto3.client("cloudformation")
    with pytest.raises(ClientError, match=f"capstone-emptier-{STUDENT_ID} as it is in use by"):
        cloudformation.delete_stack(StackName=FIRST)

    [found] = cloudformation.describe_stacks(StackName=FIRST)["Stacks"]
    assert found["StackStatus"] == "CREATE_COMPLETE"


def test_deletion(shop: OrderBook) -> None:
    """All that is the order book's goes with its stack, and nothing else."""
    stack = shop.stack
    s3, bucket = boto3.client("s3"), stack["AnalyticsBucketName"]
    events = {"silver/events/dt=2026-03-02/hour=10/a.parquet", "locks/events"}
    for key in (*events, "gold/daily_sales_summary/dt=2026-03-02/a.parquet", "locks/commerce"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    cloudformation = boto3.client("cloudformation")
    waiter = cloudformation.get_waiter("stack_delete_complete")

    cloudformation.delete_stack(StackName=SECOND)
    waiter.wait(StackName=SECOND, WaiterConfig={"Delay": 1})

    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.list_objects_v2(Bucket=stack["LandingBucketName"])
    kept = {each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    assert {key for key in kept if not key.startswith("athena-results/")} == events
    tables = boto3.client("glue").get_tables(DatabaseName=stack["SilverDatabaseName"])
    assert [table["Name"] for table in tables["TableList"]] == ["events"]
    cloudformation.delete_stack(StackName=FIRST)
    waiter.wait(StackName=FIRST, WaiterConfig={"Delay": 1})
