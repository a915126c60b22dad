"""The order book's stack beside the first: files come in, refusals are told, data goes with it."""

import csv
import io
import json
import time
from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError

from commerce import package
from local_aws.calls import Call, recording
from tests.commerce.functions.customers_server import page, served
from tests.template import COMMERCE, resources
from tests.tools import calls, demo

FIRST, SECOND, STUDENT_ID = "capstone-shop", "capstone-commerce-shop", "sh-op"
SALE = b"transaction_id,customer_id,product_id,quantity,amount,transaction_date\n"
GOOD = SALE + b"t_1,u_1,p_1,1,9.99,2026-03-02\n"
DAY = "date=2026-03-02/"
DEADLINE = 60  # seconds
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def stack(aws_environment: None) -> dict[str, str]:
    """The outputs of the second stack; its functions have the project's code."""
    del aws_environment
    demo.create_or_update_stack(FIRST, STUDENT_ID, GeneratorState="DISABLED")
    bucket, code = demo.stack_outputs(FIRST)["AnalyticsBucketName"], package.function_code()
    key = package.code_key(code)
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=code)
    with served(page1=[page("u_1")]) as api:
        demo.create_or_update_stack(
            SECOND, STUDENT_ID, COMMERCE, CodeKey=key, CustomersApiUrl=api.url
        )
    return demo.stack_outputs(SECOND)


@pytest.fixture(scope="module")
def mails(stack: dict[str, str]) -> str:
    """A queue that gets what the first stack's topic sends; its URL."""
    del stack
    sqs, topic = boto3.client("sqs"), demo.stack_outputs(FIRST)["AlarmTopicArn"]
    url = sqs.create_queue(QueueName="shop-mails")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    return url


@pytest.fixture(scope="module")
def recorded() -> Iterator[set[Call]]:
    """All calls from here on."""
    with recording() as found:
        yield found


def _deliver(stack: dict[str, str], files: dict[str, bytes]) -> None:
    """Put files below landing/, and wait until each has been handled."""
    s3, bucket = boto3.client("s3"), stack["LandingBucketName"]
    for key, body in files.items():
        s3.put_object(Bucket=bucket, Key=f"landing/{key}", Body=body)
    deadline = time.monotonic() + DEADLINE
    while s3.list_objects_v2(Bucket=bucket, Prefix="landing/")["KeyCount"]:
        assert time.monotonic() < deadline, "a file still lies below landing/"
        time.sleep(0.2)


def _rows(statement: str, stack: dict[str, str]) -> Rows:
    return list(csv.DictReader(io.StringIO(demo.ask(statement, stack, "Bronze").decode())))


@pytest.mark.usefixtures("recorded")
def test_files(stack: dict[str, str], mails: str) -> None:
    """Every delivered file has a receipt; of one that is refused the topic is told."""
    _deliver(stack, {f"sales/{DAY}good.csv": GOOD, f"sales/{DAY}empty.csv": b"", "stray": b"x"})

    statement = "select landing_key, verdict, array_join(reasons, ',') as reasons, records, source"
    rows = _rows(f"{statement} from file_receipts order by landing_key", stack)
    assert [tuple(row.values()) for row in rows] == [
        (f"landing/sales/{DAY}empty.csv", "refused", "empty_file", "", "sales"),
        (f"landing/sales/{DAY}good.csv", "accepted", "", "1", "sales"),
        ("landing/stray", "refused", "unknown_source,wrong_key", "", "unknown"),
    ]
    told = {_told(mails) for _ in range(2)}
    assert {key.split("/")[0] for key in told} == {"quarantine"}
    assert {key.split("/")[1] for key in told} == {"sales", "unknown"}


def _told(mails: str) -> str:
    """Return the key in the next message of an object."""
    sqs = boto3.client("sqs")
    [message] = sqs.receive_message(QueueUrl=mails, WaitTimeSeconds=20)["Messages"]
    sqs.delete_message(QueueUrl=mails, ReceiptHandle=message["ReceiptHandle"])
    return json.loads(json.loads(message["Body"])["Message"])["detail"]["object"]["key"]


@pytest.mark.usefixtures("recorded")
def test_duplicate(stack: dict[str, str]) -> None:
    """Content that came before is known again under another name."""
    _deliver(stack, {f"sales/{DAY}again.csv": GOOD})

    [row] = _rows("select duplicate_of from file_receipts where duplicate_of is not null", stack)
    assert row == {"duplicate_of": f"landing/sales/{DAY}good.csv"}


def test_saved_statements(stack: dict[str, str]) -> None:
    """They run as they are saved; the job has loaded nothing yet."""
    refused, ledger, rejected = (
        query["QueryString"] for query in resources("AWS::Athena::NamedQuery", COMMERCE).values()
    )
    keys = {row["landing_key"] for row in _rows(refused, stack)}
    assert keys == {f"landing/sales/{DAY}empty.csv", "landing/stray"}
    assert _rows(ledger, stack) == []
    assert _rows(rejected, stack) == []


@pytest.mark.usefixtures("recorded")
def test_customers(stack: dict[str, str]) -> None:
    """The function fetches by the address and the token that the stack gave it."""
    client, name = boto3.client("lambda"), stack["FetchCustomersFunctionName"]
    given = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    boto3.client("secretsmanager").put_secret_value(
        SecretId=stack["CustomersApiSecretArn"], SecretString="let me in"
    )
    with served(page1=[page("u_1")]) as api:
        given |= {"CUSTOMERS_API_URL": api.url}  # it has another port by now
        client.update_function_configuration(FunctionName=name, Environment={"Variables": given})
        for _ in range(2):  # the second asks from the first one's receipt on
            answer = json.load(client.invoke(FunctionName=name)["Payload"])
            assert answer["customers"] == 1
            _deliver(stack, {})

    assert api.tokens == ["Bearer let me in"] * 2
    assert "updated_since" in api.asked[1]


def test_calls(stack: dict[str, str], recorded: set[Call]) -> None:
    """The functions called what the list says; all tests above are needed."""
    del stack
    names = calls.StackNames(FIRST, SECOND)
    for role in ("validator", "fetch"):
        calls.check(role, calls.made_by(role, recorded, names))


def test_the_first_stack_cannot_go_first(stack: dict[str, str]) -> None:
    """CloudFormation refuses, and says why."""
    del stack
    cloudformation = boto3.client("cloudformation")
    with pytest.raises(ClientError, match=f"capstone-emptier-{STUDENT_ID} as it is in use by"):
        cloudformation.delete_stack(StackName=FIRST)

    [found] = cloudformation.describe_stacks(StackName=FIRST)["Stacks"]
    assert found["StackStatus"] == "CREATE_COMPLETE"


def test_deletion(stack: dict[str, str]) -> None:
    """All that is the order book's goes with its stack, and nothing else."""
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
