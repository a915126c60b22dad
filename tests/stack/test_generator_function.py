"""The generator Lambda, run from the template's text."""

import gzip
import json
from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from types import ModuleType
from uuid import uuid4

import boto3
import pytest

from local_aws.server import LocalAws
from tests import oracle
from tests.template import inline_module, resources

TIME = "2026-03-02T18:12:31Z"
SLOT = datetime(2026, 3, 2, 18, 5, tzinfo=UTC)
KEY = "events/year=2026/month=03/day=02/hour=18/minute=05/events-20260302T180500Z.jsonl.gz"
FEWEST, MOST = 5000, 7500


@pytest.fixture
def bucket(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket, and the Lambda's environment with a hundredth of the usual number of events."""
    name = f"generator-{uuid4()}"
    sizes = {"SOURCE_BUCKET": name, "MIN_EVENTS": str(FEWEST), "MAX_EVENTS": str(MOST)}
    for variable, value in {**aws.settings.environment, **sizes}.items():
        monkeypatch.setenv(variable, value)
    aws.client("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    return name


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """The function's code."""
    return inline_module("GeneratorFunction")


def _body(bucket: str) -> bytes:
    return boto3.client("s3").get_object(Bucket=bucket, Key=KEY)["Body"].read()


def test_one_file_a_slot(generator: ModuleType, bucket: str) -> None:
    """The slot that is over gets one object, where the pipeline looks; a retry, the same bytes."""
    answer = generator.handler({"time": TIME}, None)
    body = _body(bucket)

    assert generator.handler({"time": "2026-03-02T18:14:59Z"}, None) == answer
    assert _body(bucket) == body
    assert boto3.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 1
    lines = gzip.decompress(body).splitlines()
    assert answer == {"key": KEY, "events": len(lines), "bytes": len(body)}
    assert FEWEST <= len(lines) <= MOST


def test_slots_differ(generator: ModuleType, bucket: str) -> None:
    """The number of events is drawn for each slot."""
    times = [f"2026-03-02T{hour:02}:00:00Z" for hour in range(8)]

    numbers = {generator.handler({"time": time}, None)["events"] for time in times}

    assert len(numbers) == len(times)
    assert bucket


def test_now(generator: ModuleType, bucket: str) -> None:
    """Invoked by hand, without a time, it writes the slot that is over now."""
    before = datetime.now(UTC)

    key = generator.handler({}, None)["key"]

    slot = datetime.strptime(key.rsplit("-", 1)[1], "%Y%m%dT%H%M%SZ.jsonl.gz").replace(tzinfo=UTC)
    assert slot.minute % 5 == slot.second == 0
    assert before - 2 * generator.SLOT < slot <= datetime.now(UTC) - generator.SLOT
    assert bucket


def test_events_are_valid(generator: ModuleType, bucket: str) -> None:
    """Every line passes the rules, lies in its slot, and no two events are the same."""
    generator.handler({"time": TIME}, None)
    lines = gzip.decompress(_body(bucket)).splitlines()

    verdicts = [oracle.judge_line(line, SLOT) for line in lines]

    assert not [verdict for verdict, _ in verdicts if isinstance(verdict, str)]
    assert len({verdict for verdict, _ in verdicts}) == len(lines)
    times = [json.loads(line)["timestamp"] for line in lines]
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert times[0] >= "2026-03-02T18:05:00.000Z"
    assert times[-1] < "2026-03-02T18:10:00.000Z"


def test_visits_make_sense(generator: ModuleType, bucket: str) -> None:
    """A session has one user; what is bought was put into the cart before, and not taken out."""
    generator.handler({"time": TIME}, None)
    carts, users, prices = defaultdict(list), defaultdict(set), defaultdict(set)
    for event in map(json.loads, gzip.decompress(_body(bucket)).splitlines()):
        cart, product = carts[event["session_id"]], event["product_id"]
        users[event["session_id"]].add(event["user_id"])
        if event["event_type"] == "add_to_cart":
            cart.append(product)
        elif event["event_type"] in {"remove_from_cart", "purchase"}:
            cart.remove(product)
        if event["price"] is not None:
            prices[product].add(event["price"])

    assert {len(found) for found in users.values()} == {1}
    assert {len(found) for found in prices.values()} == {1}


def test_size_of_the_deployed_one() -> None:
    """The stack's function writes as many events as the producer, and has time for it."""
    function = resources("AWS::Lambda::Function")["GeneratorFunction"]

    variables = function["Environment"]["Variables"]
    assert (variables["MIN_EVENTS"], variables["MAX_EVENTS"]) == ("500000", "750000")
    assert function["Timeout"] < 300
