"""The life of a stack: updated from its first version, rolled back, deleted and made again."""

import re
import shutil
import time
from itertools import chain
from pathlib import Path
from threading import Thread

import boto3
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from botocore.exceptions import ClientError

from glue_jobs.lake.guard import GUARD
from tests import oracle
from tests.pipeline import Pipeline, deploy
from tests.template import TEMPLATE
from tests.tools import demo

# Template and job as the project first delivered them; Glue takes it as the job's modules too.
FIRST = Path(__file__).parent / "first_landed.zip"
# The job as it was before runs had a manifest: it left notes below unsettled/ and publications/.
PREVIOUS = FIRST.with_name("previous_landed.zip")
SINCE_THEN = (
    "state",
    "error",
    "bytes",
    "reasons",
    "etag",
    "modified_time",
)  # columns of the ledger
FILES = sorted(demo.SAMPLE_DATA.glob("events-*.jsonl.gz"))
WHOLE = FILES[3]  # all of it is UTF-8: else files whose version the old ledger lacks are read too


@pytest.fixture(scope="module")
def pipeline(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """A stack as the first version of the project makes it, with two files that its job loaded."""
    request.getfixturevalue("aws_environment")
    folder = tmp_path_factory.mktemp("first")
    shutil.unpack_archive(FIRST, folder)
    demo.create_or_update_stack("capstone-life", "life", folder / TEMPLATE.name)
    pipeline = Pipeline(demo.stack_outputs("capstone-life"))
    s3, bucket = boto3.client("s3"), pipeline.stack["AnalyticsBucketName"]
    script = folder / "glue_jobs" / "curate_events.py"
    s3.upload_file(str(script), bucket, "glue_jobs/curate_events.py")
    s3.upload_file(str(FIRST), bucket, "glue_jobs/glue_jobs.zip")
    for file in FILES[:2]:
        pipeline.deliver(file, demo.raw_key(file.name))
    pipeline.run()
    return pipeline


def _versions(bucket: str) -> int:
    """Count what a bucket holds, old versions and delete markers included."""
    found = boto3.client("s3").list_object_versions(Bucket=bucket)
    return len(found.get("Versions", [])) + len(found.get("DeleteMarkers", []))


def _buckets(pipeline: Pipeline) -> list[str]:
    return [pipeline.stack["SourceBucketName"], pipeline.stack["AnalyticsBucketName"]]


def _log_groups() -> list[str]:
    pages = boto3.client("cloudformation").get_paginator("list_stack_resources")
    return [
        resource["PhysicalResourceId"]
        for page in pages.paginate(StackName="capstone-life")
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::Logs::LogGroup"
    ]


def _write_once_empty(bucket: str) -> None:
    """Put an object into a bucket that was just emptied, as a generator at work would."""
    while _versions(bucket):
        time.sleep(0.1)
    boto3.client("s3").put_object(Bucket=bucket, Key="events/late", Body=b"")


def _delete() -> None:
    cloudformation = boto3.client("cloudformation")
    cloudformation.delete_stack(StackName="capstone-life")
    waiter = cloudformation.get_waiter("stack_delete_complete")
    waiter.wait(StackName="capstone-life", WaiterConfig={"Delay": 1})


def test_failed_update_keeps_the_data(pipeline: Pipeline, tmp_path: Path) -> None:
    """An update that is rolled back takes the new resources away, and no object with them."""
    held = [_versions(bucket) for bucket in _buckets(pipeline)]
    broken = tmp_path / "broken.cfn.yaml"
    group = "{LogGroupName: there-is-already}"
    boto3.client("logs").create_log_group(logGroupName="there-is-already")
    fault = (
        f"  Fault: {{Type: AWS::Logs::LogGroup, DependsOn: EmptiedBuckets, Properties: {group}}}"
    )
    text = TEMPLATE.read_text(encoding="utf-8")
    broken.write_text(text.replace("\nOutputs:\n", f"\n{fault}\n\nOutputs:\n"), encoding="utf-8")

    with pytest.raises(RuntimeError, match="Fault failed"):
        demo.create_or_update_stack("capstone-life", "life", broken)

    [stack] = boto3.client("cloudformation").describe_stacks(StackName="capstone-life")["Stacks"]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    events = boto3.client("cloudformation").describe_stack_events(StackName="capstone-life")
    assert ("EmptiedBuckets", "DELETE_COMPLETE") in {
        (event["LogicalResourceId"], event["ResourceStatus"]) for event in events["StackEvents"]
    }
    assert [_versions(bucket) for bucket in _buckets(pipeline)] == held


def test_update_from_the_first_version(pipeline: Pipeline, tmp_path: Path) -> None:
    """Tables, raw files and bookmark survive: the next run loads what is new and nothing else.

    What a run of the version in between left half done is recovered.
    """
    before = pipeline.tables()

    demo.create_or_update_stack("capstone-life", "life")
    pipeline.stack = demo.stack_outputs("capstone-life")
    after = pipeline.tables()
    new = [[row.pop(column) for column in SINCE_THEN] for row in after["load_ledger"]]
    assert after == before
    assert not any(chain.from_iterable(new))
    pipeline.deliver(WHOLE, demo.raw_key(WHOLE.name))
    _die_before_the_commit(pipeline, tmp_path)
    assert _keys(pipeline, "unsettled/")
    pipeline.put_code()
    run_id = pipeline.run()

    ledger = pipeline.rows("select source_file, run_id from load_ledger", "Bronze")
    loaded = [row["source_file"] for row in ledger if row["run_id"] == run_id]
    assert [file.rsplit("/", 1)[1] for file in loaded] == [WHOLE.name]
    _, events = oracle.judge(pipeline.delivered)
    assert pipeline.answers() == oracle.answers(events)
    assert not _keys(pipeline, "unsettled/")
    for folder in ("", "dt=2026-03-02/", "dt=2026-03-02/hour=18/"):  # its old version lies there
        with pytest.raises(pa.ArrowInvalid, match=GUARD):
            ds.dataset(f"{pipeline.stack['DatasetUri']}gold/hourly_revenue/{folder}")


def _die_before_the_commit(pipeline: Pipeline, folder: Path) -> None:
    """Make a run of the previous version that has published, and dies."""
    shutil.unpack_archive(PREVIOUS, folder)
    script = folder / "glue_jobs" / "curate_events.py"
    text = script.read_text(encoding="utf-8")
    dying = text.replace("        job.commit()", "        raise SystemExit('here')")
    assert dying != text
    script.write_text(dying, encoding="utf-8")
    s3, bucket = boto3.client("s3"), pipeline.stack["AnalyticsBucketName"]
    s3.upload_file(str(script), bucket, "glue_jobs/curate_events.py")
    s3.upload_file(str(PREVIOUS), bucket, "glue_jobs/glue_jobs.zip")
    pipeline.change_job(MaxRetries=0)
    assert pipeline.wait(pipeline.start())["JobRunState"] == "FAILED"


def _keys(pipeline: Pipeline, prefix: str) -> list[str]:
    bucket = pipeline.stack["AnalyticsBucketName"]
    found = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [each["Key"] for each in found.get("Contents", [])]


def test_delete_leaves_nothing(pipeline: Pipeline) -> None:
    """Old versions, uploads that never ended, a run and a generator at work do not keep it."""
    s3, [source, analytics] = boto3.client("s3"), _buckets(pipeline)
    s3.delete_object(Bucket=source, Key=demo.raw_key(FILES[0].name))
    s3.create_multipart_upload(Bucket=analytics, Key="silver/never-ended")
    boto3.client("athena").create_named_query(
        Name="mine", Database="d", QueryString="select 1", WorkGroup=pipeline.stack["WorkGroupName"]
    )
    run_id = pipeline.start()
    while pipeline.describe(run_id)["JobRunState"] == "STARTING":
        time.sleep(0.2)

    late = Thread(target=_write_once_empty, args=(source,))
    late.start()
    groups = _log_groups()

    _delete()

    late.join()
    for bucket in (source, analytics):
        with pytest.raises(ClientError, match="NoSuchBucket"):
            s3.list_objects_v2(Bucket=bucket)
    databases = boto3.client("glue").get_databases()["DatabaseList"]
    assert not [database for database in databases if database["Name"].endswith("_life")]
    for group in groups:  # as a last line of a function or a run does on AWS
        boto3.client("logs").create_log_group(logGroupName=group)
    assert len(groups) == 6


def test_make_again(pipeline: Pipeline) -> None:
    """A stack of the same names is a new one: every table is empty, and no bookmark is left.

    Log groups that came back after their deletion do not keep it from being made.
    """
    again = deploy("capstone-life", "life")

    assert not any(again.tables().values())
    assert again.rows("select count(*) as lines from raw_events", "Bronze") == [{"lines": "0"}]
    glue = boto3.client("glue")
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_job_bookmark(JobName=again.stack["CurateJobName"])
    assert pipeline.stack.keys() <= again.stack.keys()
    _delete()


@pytest.mark.usefixtures("pipeline")  # for its AWS
@pytest.mark.parametrize(
    ("name", "parameters", "fails"),
    [
        ("no-role", {"RoleArn": "arn:aws:iam::123456789012:role/none"}, "GeneratorFunction"),
        ("a-bucket", {}, "SourceEventsBucket"),
        ("too-soon", {"OrchestrationSchedule": "rate(1 hour)"}, "OrchestrationStateMachine"),
    ],
)
def test_what_cannot_be_made(name: str, parameters: dict[str, str], fails: str) -> None:
    """The page of troubles has the reason; nothing is left of the stack but what was there."""
    s3, taken = boto3.client("s3"), "capstone-events-a-bucket-123456789012"
    if name == "a-bucket":
        s3.create_bucket(
            Bucket=taken, CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
        )
    with pytest.raises(RuntimeError) as failure:
        demo.create_or_update_stack(f"capstone-{name}", name, **parameters)

    [line] = [
        line
        for line in (demo.PROJECT / "docs/troubleshooting.md").read_text("utf-8").splitlines()
        if line.startswith(f"| `{fails}`")
    ]
    assert f"{fails} failed" in str(failure.value)
    assert any(reason in str(failure.value) for reason in re.findall(r"`(.*?)`", line)[1:])
    buckets = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    assert {found for found in buckets if name in found} == ({taken} if name in taken else set())
