"""A job run is the uploaded script, run as AWS Glue would run it."""

import gzip
import json
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from local_aws.glue import ENDED_WITH_THE_SERVER, processes, stop
from local_aws.glue.runs import LocalJob, LocalJobRun
from local_aws.runtime.awsglue.bookmark_store import BookmarkStore
from local_aws.server import LocalAws

LONGEST = 120  # seconds


@pytest.fixture(scope="module")
def glue(aws: LocalAws) -> BaseClient:
    """Return a client of Glue."""
    return aws.client("glue")


@pytest.fixture(scope="module")
def bucket(aws: LocalAws) -> str:
    """Return an empty bucket."""
    name = f"glue-runs-{uuid4().hex[:8]}"
    aws.client("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    return name


@pytest.fixture
def create_job(aws: LocalAws, glue: BaseClient, bucket: str) -> Callable[..., str]:
    """Return a function that uploads a script and creates its job."""

    def create(script: str | None, **properties: object) -> str:
        name = f"job-{uuid4().hex[:8]}"
        key = f"scripts/{name}.py"
        if script is not None:
            aws.client("s3").put_object(Bucket=bucket, Key=key, Body=script.encode())
        glue.create_job(**{
            "Name": name,
            "Role": "LabRole",
            "Command": {"Name": "glueetl", "ScriptLocation": f"s3://{bucket}/{key}"},
            "GlueVersion": "5.1",
            "WorkerType": "G.1X",
            "NumberOfWorkers": 2,
            **properties,
        })
        return name

    return create


def wait_for(glue: BaseClient, job: str, run_id: str, *states: str) -> dict[str, Any]:
    """Wait until a run is in one of the states, by default in a final one."""
    wanted = states or ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT")
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        run = glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]
        if run["JobRunState"] in wanted:
            return run
        time.sleep(0.1)
    raise AssertionError(f"{run} is in none of {wanted}")


def wait_for_line(aws: LocalAws, run_id: str, line: str) -> None:
    """Wait until a run has printed the line."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        groups = aws.client("logs").describe_log_groups()["logGroups"]
        if any(group["logGroupName"] == "/aws-glue/jobs/output" for group in groups):
            events = aws.client("logs").filter_log_events(logGroupName="/aws-glue/jobs/output")
            if (run_id, line) in {(e["logStreamName"], e["message"]) for e in events["events"]}:
                return
        time.sleep(0.1)
    raise AssertionError(f"{run_id} did not print {line!r}")


def processes_of(run_id: str) -> list[str]:
    """Return the command lines of processes that name the run."""
    shown = subprocess.run(
        ["ps", "-ewwo", "command="],  # ruff: ignore[start-process-with-partial-path] - where it is, PATH knows
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in shown.stdout.splitlines() if run_id in line]


def log_of(aws: LocalAws, group: str, run_id: str) -> list[str]:
    """Return the lines of a run's log."""
    events = aws.client("logs").get_log_events(logGroupName=group, logStreamName=run_id)
    return [event["message"] for event in events["events"]]


LINES_JOB = """
import json
import sys

import boto3
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

import greeting

try:
    from awsglue.transforms import ApplyMapping
except ImportError as error:
    refused = [str(error).partition(";")[0]]

args = getResolvedOptions(sys.argv, ["JOB_NAME", "source_path", "target_path"])
sc = SparkContext.getOrCreate()
glue = GlueContext(sc)
job = Job(glue)
job.init(args["JOB_NAME"], args)
frame = glue.create_dynamic_frame.from_options(
    connection_type="s3",
    connection_options={"paths": [args["source_path"]], "recurse": True},
    format="csv",
    format_options={"separator": "\\u0001", "quoteChar": -1, "attachFilename": "source_file"},
    transformation_ctx="lines",
)
for offer in (
    lambda: glue.create_dynamic_frame.from_options("s3", {"paths": []}, "json"),
    lambda: glue.create_dynamic_frame.from_catalog(database="d", table_name="t"),
    lambda: glue.write_dynamic_frame,
    lambda: frame.resolveChoice(specs=[]),
):
    try:
        offer()
    except NotImplementedError as error:
        refused.append(str(error).partition(";")[0])
frame.printSchema()
SelectFields.apply(frame, ["col0", "col1"]).rename_field("col1", "second").show(2)
lines = DynamicFrame.fromDF(frame.toDF(), glue, "again").toDF()
spark = glue.spark_session
glue.get_logger().info("read")
try:
    import local_aws
except ModuleNotFoundError:
    linked = "hidden"
answer = {
    "columns": lines.columns,
    "rows": sorted(map(list, lines.collect())) if lines.columns else [],
    "run_id": args["JOB_RUN_ID"],
    "count": frame.count(),
    "refused": refused,
    "flag": "--enable-metrics" in sys.argv,
    "conf": [spark.conf.get("spark.sql.adaptive.enabled"), spark.conf.get("spark.app.own")],
    "greeting": greeting.hello(),
    "on_workers": spark.sparkContext.parallelize([1], 1).map(lambda _: greeting.hello()).first(),
    "linked": linked,
    "zone": spark.sql("select string(timestamp_seconds(0))").head()[0],
}
if lines.columns:
    lines.write.mode("append").parquet(args["target_path"])
    answer["written"] = spark.read.parquet(args["target_path"]).count()
print(json.dumps(answer))
job.commit()
"""


def test_a_job_reads_its_new_lines_once(
    aws: LocalAws, glue: BaseClient, bucket: str, create_job: Callable[..., str], tmp_path: Path
) -> None:
    """Arguments, packages, Spark settings, logs and bookmark of a run are those of Glue."""
    s3, classes = aws.client("s3"), tmp_path / "classes"
    s3.put_object(Bucket=bucket, Key="lib/greeting.py", Body=b"def hello():\n    return 'hello'\n")
    first = gzip.compress(b'{"a": "x"}\n\n"quoted", not split\nwith\x01field\n')
    s3.put_object(Bucket=bucket, Key="raw/year=2026/a b+%.jsonl.gz", Body=first)
    s3.put_object(Bucket=bucket, Key="raw/_staging/c.jsonl.gz", Body=first)
    job = create_job(
        LINES_JOB,
        DefaultArguments={
            "--job-bookmark-option": "job-bookmark-enable",
            "--extra-py-files": f"s3://{bucket}/lib/greeting.py",
            "--conf": "spark.sql.adaptive.enabled=false --conf spark.app.own=a\\b"
            " --conf spark.driver.extraJavaOptions="
            f"-XX:TieredStopAtLevel=1 -Xlog:class+load:file={classes}",
            "--enable-metrics": "",
            "--enable-auto-scaling": "true",
            "--source_path": f"s3://{bucket}/nothing/",
            "--target_path": f"s3://{bucket}/out/",
        },
    )
    raw = {"--source_path": f"s3://{bucket}/raw/"}

    run_id = glue.start_job_run(JobName=job, Arguments=raw)["JobRunId"]
    with pytest.raises(ClientError, match="ConcurrentRunsExceeded"):
        glue.start_job_run(JobName=job)
    run = wait_for(glue, job, run_id)
    assert run["JobRunState"] == "SUCCEEDED", log_of(aws, "/aws-glue/jobs/error", run_id)
    source = f"s3://{bucket}/raw/year=2026/a b+%.jsonl.gz"
    output = log_of(aws, "/aws-glue/jobs/output", run_id)
    assert output[:6] == [
        "root",
        "|-- col0: string",
        "|-- col1: string",
        "|-- source_file: string",
        '{"col0": "{\\"a\\": \\"x\\"}"}',
        '{"col0": "\\"quoted\\", not split"}',
    ]
    assert json.loads(output[-1]) == {
        "columns": ["col0", "col1", "source_file"],
        "rows": [
            ['"quoted", not split', None, source],
            ["with", "field", source],
            ['{"a": "x"}', None, source],
        ],
        "run_id": run_id,
        "count": 3,
        "refused": [
            "awsglue here has no transform ApplyMapping",
            "awsglue here reads connection_type=\"s3\" with format=\"csv\", not 's3' with 'json'",
            "awsglue here has no create_dynamic_frame.from_catalog",
            "awsglue here has no GlueContext.write_dynamic_frame",
            "awsglue here has no DynamicFrame.resolveChoice",
        ],
        "flag": True,
        "conf": ["false", "a\\b"],
        "greeting": "hello",
        "on_workers": "hello",
        "linked": "hidden",
        "zone": "1970-01-01 00:00:00",
        "written": 3,
    }
    assert any("read" in line for line in log_of(aws, "/aws-glue/jobs/error", run_id))
    assert run["DPUSeconds"] == 2 * run["ExecutionTime"] > 0
    archived = "org.apache.spark.SparkContext source: shared objects file (top)"
    assert archived in classes.read_text(encoding="utf-8"), "make install archives Spark's classes"

    again = wait_for(glue, job, glue.start_job_run(JobName=job, Arguments=raw)["JobRunId"])
    assert again["JobRunState"] == "SUCCEEDED"
    answer = json.loads(log_of(aws, "/aws-glue/jobs/output", again["Id"])[-1])
    assert (answer["columns"], answer["rows"]) == ([], [])

    s3.put_object(Bucket=bucket, Key="raw/truncated.gz", Body=first[:-12])
    broken = wait_for(glue, job, glue.start_job_run(JobName=job, Arguments=raw)["JobRunId"])
    assert broken["JobRunState"] == "FAILED"
    assert "EOFException" in broken["ErrorMessage"]
    bookmark = glue.get_job_bookmark(JobName=job)["JobBookmarkEntry"]
    assert (bookmark["Run"], bookmark["RunId"]) == (2, again["Id"])
    assert not (aws.settings.root / "glue" / "runs" / broken["Id"]).exists()


SOURCE = """
import sys
from awsglue.job import Job
from awsglue.s3_source import S3Source
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, ["JOB_NAME", "path"])
job = Job(None)
job.init(args["JOB_NAME"], args)
source = S3Source.of({"paths": [args["path"]], "boundedFiles": "1"})
print(*[file.uri.rsplit("/", 1)[-1] for file in source.files("a context")])
if "--crash" in sys.argv:
    raise ValueError("before the commit")
job.commit()
"""


def test_the_bookmark_through_the_api(
    aws: LocalAws, glue: BaseClient, bucket: str, create_job: Callable[..., str]
) -> None:
    """Enabled, crashed, paused, replayed, rewound, reset: which file the run reads."""
    for name in "abc":
        aws.client("s3").put_object(Bucket=bucket, Key=f"bookmarked/{name}", Body=b"x")
    job = create_job(
        SOURCE,
        DefaultArguments={
            "--job-bookmark-option": "job-bookmark-enable",
            "--path": f"s3://{bucket}/bookmarked/",
        },
    )

    def run(**arguments: str) -> tuple[str, str]:
        """Run the job; return the run's id and what it read."""
        given = {"--" + name.replace("_", "-"): value for name, value in arguments.items()}
        run_id = glue.start_job_run(JobName=job, Arguments=given)["JobRunId"]
        wait_for(glue, job, run_id)
        return run_id, " ".join(log_of(aws, "/aws-glue/jobs/output", run_id))

    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_job_bookmark(JobName=job)
    first, read = run()
    assert read == "a"
    assert run(crash="yes")[1] == "b"
    second, read = run()
    assert read == "b"
    assert run(job_bookmark_option="job-bookmark-pause")[1] == "c"
    replay = {"job_bookmark_from": first, "job_bookmark_to": second}
    assert run(job_bookmark_option="job-bookmark-pause", **replay)[1] == "b"
    entry = glue.get_job_bookmark(JobName=job)["JobBookmarkEntry"]
    assert (entry["Version"], entry["Run"], entry["RunId"]) == (2, 2, second)
    assert entry["PreviousRunId"] == first
    assert list(json.loads(entry["JobBookmark"])) == ["a context"]

    glue.reset_job_bookmark(JobName=job, RunId=first)
    assert run()[1] == "b"
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.reset_job_bookmark(JobName=job, RunId="jr_nobody")
    glue.update_job(
        JobName=job,
        JobUpdate={
            "Role": "LabRole",
            "Command": glue.get_job(JobName=job)["Job"]["Command"],
            "GlueVersion": "5.1",
            "DefaultArguments": {
                "--job-bookmark-option": "job-bookmark-enable",
                "--path": f"s3://{bucket}/bookmarked",
            },
        },
    )
    assert run()[1] == "c"  # an update keeps the bookmark
    assert glue.reset_job_bookmark(JobName=job)["JobBookmarkEntry"]["JobBookmark"] == "{}"
    assert run()[1] == "a"
    glue.delete_job(JobName=job)
    assert not BookmarkStore(aws.settings.root / "glue" / "bookmarks", job).latest().version


READ_AGAIN = """
import sys
import boto3
from awsglue.job import Job
from awsglue.s3_source import S3Source
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, ["JOB_NAME", "bucket"])
job = Job(None)
job.init(args["JOB_NAME"], args)
source = S3Source.of({"paths": [f"s3://{args['bucket']}/again/"]})
print(*[file.uri.rsplit("/", 1)[-1] for file in source.files("a context")])
boto3.client("s3").delete_object(Bucket=args["bucket"], Key="again/b")
print(*[file.uri.rsplit("/", 1)[-1] for file in source.files("a context")])
job.commit()
"""


def test_a_context_that_is_read_again_within_a_run(
    aws: LocalAws, glue: BaseClient, bucket: str, create_job: Callable[..., str]
) -> None:
    """Each read lists anew what no committed run has read; the commit keeps the last one."""
    s3 = aws.client("s3")
    for name in "abc":
        s3.put_object(Bucket=bucket, Key=f"again/{name}", Body=b"x")
    arguments = {"--job-bookmark-option": "job-bookmark-enable", "--bucket": bucket}
    job = create_job(READ_AGAIN, DefaultArguments=arguments)

    def run() -> list[str]:
        """Run the job; return what its two reads found."""
        done = wait_for(glue, job, glue.start_job_run(JobName=job)["JobRunId"])
        assert done["JobRunState"] == "SUCCEEDED", done
        return log_of(aws, "/aws-glue/jobs/output", done["Id"])

    assert run() == ["a b c", "a c"]
    entry = json.loads(glue.get_job_bookmark(JobName=job)["JobBookmarkEntry"]["JobBookmark"])
    assert entry["a context"]["seen"] == [f"s3://{bucket}/again/{name}" for name in "ac"]
    s3.put_object(Bucket=bucket, Key="again/d", Body=b"x")
    assert run() == ["d", "d"]


COMMIT_TOGETHER = """
import sys, time
import boto3
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, ["JOB_NAME", "bucket"])
job = Job(None)
job.init(args["JOB_NAME"], args)
print("begun")
while not boto3.client("s3").list_objects_v2(Bucket=args["bucket"], Prefix="go").get("Contents"):
    time.sleep(0.05)
job.commit()
"""


def test_two_runs_at_once(
    aws: LocalAws, glue: BaseClient, bucket: str, create_job: Callable[..., str]
) -> None:
    """MaxConcurrentRuns can be raised; of two runs that began alike only one can commit."""
    arguments = {"--job-bookmark-option": "job-bookmark-enable", "--bucket": bucket}
    job = create_job(COMMIT_TOGETHER)
    update = {name: glue.get_job(JobName=job)["Job"][name] for name in ("Role", "Command")}
    update |= {"DefaultArguments": arguments, "ExecutionProperty": {"MaxConcurrentRuns": 2}}
    glue.update_job(JobName=job, JobUpdate=update)

    run_ids = [glue.start_job_run(JobName=job)["JobRunId"] for _ in range(2)]
    with pytest.raises(ClientError, match="ConcurrentRunsExceededException"):
        glue.start_job_run(JobName=job)
    for run_id in run_ids:
        wait_for_line(aws, run_id, "begun")
    aws.client("s3").put_object(Bucket=bucket, Key="go", Body=b"")
    ended = [wait_for(glue, job, run_id) for run_id in run_ids]

    assert sorted(run["JobRunState"] for run in ended) == ["FAILED", "SUCCEEDED"]
    (loser,) = (run for run in ended if run["JobRunState"] == "FAILED")
    assert loser["ErrorMessage"].endswith(
        "VersionMismatchException: Continuation update failed due to version mismatch."
        " Expected version 0 but found version 1"
    )
    winner = glue.get_job_bookmark(JobName=job)["JobBookmarkEntry"]
    assert (winner["Version"], winner["RunId"] in run_ids) == (1, True)
    assert winner["RunId"] != loser["Id"]
    again = glue.start_job_run(JobName=job)["JobRunId"]  # there is room
    assert wait_for(glue, job, again)["JobRunState"] == "SUCCEEDED"


def test_runs_that_nobody_knows(glue: BaseClient, create_job: Callable[..., str]) -> None:
    """Neither a run of another name, nor one of another job."""
    job, other = create_job(""), create_job("")
    run_id = glue.start_job_run(JobName=job)["JobRunId"]
    for name, wanted in ((job, "jr_nobody"), (other, run_id), ("nobody", run_id)):
        with pytest.raises(ClientError) as refused:
            glue.get_job_run(JobName=name, RunId=wanted)
        assert refused.value.response["Error"]["Code"] == "EntityNotFoundException"
    wait_for(glue, job, run_id)


@pytest.mark.parametrize(
    ("script", "properties", "message"),
    [
        ("x = 1\nraise ValueError('no\\nway')", {}, "Line Number: 2; ValueError: no\nway"),
        ("import glue_jobs", {}, "IMPORT_ERROR; Failed Line Number: 1; ModuleNotFoundError"),
        ("if", {}, "SyntaxError"),
        ("import sys; sys.exit(3)", {}, "exit code 3"),
        ("import os; os.killpg(0, 9)", {}, "exit code 137 (killed by SIGKILL)"),
        (None, {}, "Upload s3://"),
        ("", {"GlueVersion": "4.0"}, "runs Glue 5.1"),
        ("", {"Command": {"Name": "pythonshell", "ScriptLocation": "s3://a/b"}}, "glueetl"),
        ("", {"DefaultArguments": {"--enable-glue-datacatalog": ""}}, "--enable-glue-datacatalog"),
        ("", {"DefaultArguments": {"--extra-jars": "s3://a/b.jar"}}, "does not offer"),
        ("", {"DefaultArguments": {"--additional-python-modules": "altair"}}, "pin it so"),
        ("", {"DefaultArguments": {"--additional-python-modules": "s3://a/b.whl"}}, "pin it so"),
        ("", {"DefaultArguments": {"--additional-python-modules": "altair==1.0"}}, "pip install"),
        ("", {"DefaultArguments": {"--additional-python-modules": "no-such==1"}}, "no version of"),
        ("", {"DefaultArguments": {"--continuous-log-logGroup": "x"}}, "Glue 4.0 and earlier"),
        ("", {"DefaultArguments": {"--custom-logGroup-prefix": "a:b"}}, "no log group can begin"),
        ("", {"DefaultArguments": {"--JOB_NAME": "x"}}, "AWS Glue sets this itself"),
        ("", {"DefaultArguments": {"--conf": "spark.master=yarn"}}, "spark.master"),
        ("", {"DefaultArguments": {"--conf": "spark.a"}}, 'has no "="'),
        (
            "",
            {"DefaultArguments": {"--extra-py-files": "s3://nowhere/x.zip"}},
            "s3://nowhere/x.zip",
        ),
    ],
)
def test_why_a_run_failed(
    aws: LocalAws,
    create_job: Callable[..., str],
    script: str | None,
    properties: dict[str, Any],
    message: str,
) -> None:
    """The error message says what to mend."""
    glue, job = aws.client("glue"), create_job(script, **properties)
    run = wait_for(glue, job, glue.start_job_run(JobName=job)["JobRunId"])

    assert (run["JobRunState"], run["Attempt"]) == ("FAILED", 0)
    assert message in run["ErrorMessage"]
    assert run["CompletedOn"] >= run["StartedOn"]
    assert not (aws.settings.root / "glue" / "runs" / run["Id"]).exists()


def ends(aws: LocalAws, job: str, run_id: str) -> list[str]:
    """Return how often a job's runs have succeeded and failed, as the observability metrics say."""
    metrics = aws.client("cloudwatch").list_metrics(
        Namespace="Glue",
        Dimensions=[{"Name": "JobName", "Value": job}, {"Name": "JobRunId", "Value": run_id}],
    )["Metrics"]
    return [f"{metric['MetricName']} {count(aws, metric):g}" for metric in metrics]


def count(aws: LocalAws, metric: dict[str, Any]) -> float:
    """Return the sum of a metric, of the run's end as of what came before."""
    now = datetime.now(UTC)
    points = aws.client("cloudwatch").get_metric_statistics(
        **metric,
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=3 * 3600,
        Statistics=["Sum"],
        Unit="Count",
    )["Datapoints"]
    return sum(point["Sum"] for point in points)


def test_how_runs_ended_is_a_metric(
    aws: LocalAws, glue: BaseClient, create_job: Callable[..., str]
) -> None:
    """Of each run and of all of a job, where the job asks for observability metrics."""
    script = "import sys; sys.exit('--fail' in sys.argv)"
    observed = create_job(script, DefaultArguments={"--enable-observability-metrics": "true"})
    unobserved = create_job(script, DefaultArguments={"--enable-observability-metrics": "false"})

    def run(job: str, **arguments: str) -> str:
        run_id = glue.start_job_run(JobName=job, Arguments=arguments)["JobRunId"]
        wait_for(glue, job, run_id)
        return run_id

    silent = run(unobserved)
    good, bad, worse = (
        run(observed),
        run(observed, **{"--fail": "1"}),
        run(observed, **{"--fail": "1"}),
    )
    assert ends(aws, observed, worse) == ["glue.error.ALL 1"]
    assert ends(aws, observed, bad) == ["glue.error.ALL 1"]
    assert ends(aws, observed, good) == ["glue.succeed.ALL 1"]
    assert sorted(ends(aws, observed, "ALL")) == ["glue.error.ALL 2", "glue.succeed.ALL 1"]
    assert ends(aws, unobserved, silent) == ends(aws, unobserved, "ALL") == []
    own = {
        run["Id"]: run.get("Arguments") for run in glue.get_job_runs(JobName=observed)["JobRuns"]
    }
    assert own == {good: None, bad: {"--fail": "1"}, worse: {"--fail": "1"}}  # not the job's
    [metric, *_] = aws.client("cloudwatch").list_metrics(
        Namespace="Glue", Dimensions=[{"Name": "JobRunId", "Value": bad}]
    )["Metrics"]
    assert {one["Name"]: one["Value"] for one in metric["Dimensions"]} == {
        "JobName": observed,
        "JobRunId": bad,
        "Type": "count",
        "ObservabilityGroup": "error",
    }


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_run_ends_though_its_metric_fails(
    glue: BaseClient, create_job: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is published before; a defect there leaves no run that never ends, nor seems under way."""
    seen = []

    def defect(_job: LocalJob, run: LocalJobRun, status: str) -> None:
        seen.append((run.status, status))
        raise RuntimeError("no metrics")

    monkeypatch.setattr(processes.logs, "publish_end", defect)
    job = create_job("pass")
    run = wait_for(glue, job, glue.start_job_run(JobName=job)["JobRunId"])
    assert run["JobRunState"] == "SUCCEEDED"
    assert seen == [("RUNNING", "SUCCEEDED")]
    for thread in threading.enumerate():
        if thread.name == run["Id"]:  # what it raises is this test's
            thread.join(LONGEST)
    assert run["Id"] not in processes._active  # ruff: ignore[private-member-access] - nothing else tells


def test_a_run_has_the_log_groups_of_its_prefix(
    aws: LocalAws, glue: BaseClient, create_job: Callable[..., str]
) -> None:
    """What it prints and what goes wrong, under the stream of the run's id."""
    prefix = f"/aws-glue/jobs/{uuid4().hex[:8]}"
    script = "import sys; print('out'); print('wrong', file=sys.stderr); sys.exit(3)"
    job = create_job(script, DefaultArguments={"--custom-logGroup-prefix": prefix})
    run = wait_for(glue, job, glue.start_job_run(JobName=job)["JobRunId"])

    assert log_of(aws, f"{prefix}/output", run["Id"]) == ["out"]
    assert log_of(aws, f"{prefix}/error", run["Id"]) == ["wrong"]
    assert run["LogGroupName"] == prefix
    assert f"the log group {prefix}/error tells more" in run["ErrorMessage"]
    with pytest.raises(ClientError, match="ResourceNotFound"):
        log_of(aws, "/aws-glue/jobs/output", run["Id"])


def test_a_failed_run_is_tried_again(glue: BaseClient, create_job: Callable[..., str]) -> None:
    """As often as MaxRetries says, under the run's id and the attempt's number."""
    job = create_job("raise ValueError('again')", MaxRetries=2)
    first = glue.start_job_run(JobName=job)["JobRunId"]
    wait_for(glue, job, first)
    wait_for(glue, job, f"{first}_attempt_1")  # is there as soon as the first run has failed
    wait_for(glue, job, f"{first}_attempt_2")

    runs = glue.get_job_runs(JobName=job)["JobRuns"]
    assert [(run["Id"], run["Attempt"], run.get("PreviousRunId")) for run in runs] == [
        (f"{first}_attempt_2", 2, f"{first}_attempt_1"),
        (f"{first}_attempt_1", 1, first),
        (first, 0, None),
    ]
    assert {run["JobRunState"] for run in runs} == {"FAILED"}
    page = glue.get_job_runs(JobName=job, MaxResults=2)
    rest = glue.get_job_runs(JobName=job, MaxResults=2, NextToken=page["NextToken"])
    assert page["JobRuns"] + rest["JobRuns"] == runs


def test_a_stopped_run_ends_with_all_its_processes(
    aws: LocalAws, glue: BaseClient, create_job: Callable[..., str]
) -> None:
    """Its log can be read before; nobody tries it again."""
    script = """
from pyspark import SparkContext
sc = SparkContext.getOrCreate()
print("started", flush=True)
sc.parallelize([1], 1).foreach(lambda _: __import__("time").sleep(300))
"""
    job = create_job(script, MaxRetries=1)
    run_id = glue.start_job_run(JobName=job)["JobRunId"]
    run = wait_for(glue, job, run_id, "RUNNING")
    assert "CompletedOn" not in run
    wait_for_line(aws, run_id, "started")

    answer = glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id, "jr_nobody"])
    assert [stopped["JobRunId"] for stopped in answer["SuccessfulSubmissions"]] == [run_id]
    assert [error["JobRunId"] for error in answer["Errors"]] == ["jr_nobody"]
    assert wait_for(glue, job, run_id)["JobRunState"] == "STOPPED"
    assert len(glue.get_job_runs(JobName=job)["JobRuns"]) == 1
    assert processes_of(run_id) == []
    answer = glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id])
    assert answer["Errors"][0]["ErrorDetail"]["ErrorCode"] == "InvalidInputException"


STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("on", flush=True)
time.sleep(300)
"""


def test_a_run_that_ignores_sigterm_is_stopped(
    aws: LocalAws, glue: BaseClient, create_job: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is killed some seconds after it was asked, long before its Timeout."""
    monkeypatch.setattr(processes, "GRACE", 0.5)
    job = create_job(STUBBORN)
    run_id = glue.start_job_run(JobName=job)["JobRunId"]
    wait_for_line(aws, run_id, "on")

    glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id])
    assert wait_for(glue, job, run_id)["JobRunState"] == "STOPPED"


def test_a_run_has_its_time(
    glue: BaseClient, create_job: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Timeout is in minutes, which are short here; a run that used it up is not tried again."""
    monkeypatch.setattr(processes, "MINUTE", 0.5)
    job = create_job("import time; time.sleep(300)", Timeout=1, MaxRetries=1)
    run = wait_for(glue, job, glue.start_job_run(JobName=job)["JobRunId"])

    assert run["JobRunState"] == "TIMEOUT"
    assert len(glue.get_job_runs(JobName=job)["JobRuns"]) == 1


@pytest.mark.parametrize(
    "script", ["import time; print('on', flush=True); time.sleep(300)", STUBBORN]
)
def test_the_end_of_the_server_ends_its_runs(
    aws: LocalAws, glue: BaseClient, create_job: Callable[..., str], script: str
) -> None:
    """They are failed, with the reason, and not tried again, whether they want to end or not."""
    job = create_job(script, MaxRetries=1)
    run_id = glue.start_job_run(JobName=job)["JobRunId"]
    wait_for_line(aws, run_id, "on")

    stop()

    run = glue.get_job_run(JobName=job, RunId=run_id)["JobRun"]
    assert (run["JobRunState"], run["ErrorMessage"]) == ("FAILED", ENDED_WITH_THE_SERVER)
    assert len(glue.get_job_runs(JobName=job)["JobRuns"]) == 1
    assert processes_of(run_id) == []
