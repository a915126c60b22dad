"""The generator Lambda: its inline code is the generator's, and writes what the pipeline reads."""

import gzip
import json
import re
import subprocess
import sys
from uuid import uuid4

import boto3
import pytest

import generate_sample_data as generator
from local_aws.server import LocalAws
from tests import lambda_source, oracle


def test_template_holds_this_code() -> None:
    """The Lambda's inline code is the upper part of the generator, letter for letter."""
    template = lambda_source.TEMPLATE.read_text(encoding="utf-8")

    assert template == lambda_source.with_inline_code(template), (
        "capstone-starter.cfn.yaml holds other code; run: python tests/lambda_source.py"
    )


def test_inline_code_replaces_what_was_there() -> None:
    """Only the function's own block changes, whatever it held before."""
    template = (
        "      FunctionName: !Sub capstone-generator-${StudentId}\n"
        "      Code:\n"
        "        ZipFile: |\n"
        "          def handler():\n"
        "\n"
        "              pass\n"
        "\n"
        "  Next:\n"
    )

    made = lambda_source.with_inline_code(template)

    head, _, rest = made.partition("ZipFile: |\n")
    assert head + "ZipFile: |\n" == template[: template.index("          def")]
    assert rest.startswith('          """Events of a make-believe shop')
    assert rest.endswith("\n\n  Next:\n")
    assert "pass" not in rest
    assert lambda_source.with_inline_code(made) == made


def test_inline_code_needs_nothing_else() -> None:
    """The Lambda's code is ASCII, short, and runs with the standard library alone."""
    code = lambda_source.inline_code()
    shown = "print(line(events_of_slot(Shop('1', 5), 5908248, 5)[0]).decode())"

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code + shown], capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout)["timestamp"].startswith("2026-03-02T18:0")
    assert code.isascii()
    assert len(code) < 9000


@pytest.fixture
def bucket(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket, and the Lambda's environment with a hundredth of the usual number of events."""
    name = f"lambda-source-{uuid4()}"
    sizes = {"SOURCE_BUCKET": name, "MIN_EVENTS": "5000", "MAX_EVENTS": "7500"}
    for variable, value in {**aws.settings.environment, **sizes}.items():
        monkeypatch.setenv(variable, value)
    aws.client("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    return name


def test_lambda_writes_the_slot(bucket: str) -> None:
    """One object per slot that is over, where the pipeline looks; a retry writes the same bytes."""
    s3 = boto3.client("s3")

    answers = [generator.handler({"time": "2026-03-02T18:12:31Z"}, None) for _ in range(2)]
    body = s3.get_object(Bucket=bucket, Key=answers[0]["key"])["Body"].read()
    lines = gzip.decompress(body).splitlines()
    verdicts = [oracle.judge_line(line, generator.utc(0)) for line in lines]

    key = "events/year=2026/month=03/day=02/hour=18/minute=05/events-20260302T180500Z.jsonl.gz"
    assert answers[0] == answers[1]
    assert answers[0] == {"bucket": bucket, "key": key, "events": len(lines), "bytes": len(body)}
    assert 5000 <= len(lines) <= 7500
    assert {json.loads(line)["timestamp"][:15] for line in lines} == {"2026-03-02T18:0"}
    assert {verdict for verdict, _ in verdicts if isinstance(verdict, str)} == {"too_early"}
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_lambda_writes_now_without_a_schedule(bucket: str) -> None:
    """Invoked by hand it writes the last slot; the number of events differs between slots."""
    answer = generator.handler({}, None)
    times = [f"2026-03-02T{hour:02}:00:00Z" for hour in range(4)]
    numbers = [generator.handler({"time": time}, None)["events"] for time in times]

    assert re.search(r"/minute=\d[05]/events-\d{8}T\d{4}00Z\.jsonl\.gz$", answer["key"])
    assert len(set(numbers)) == len(numbers)
    assert answer["bucket"] == bucket
