"""What the local AWS knows survives its end, also a sudden one."""

import io
import json
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from local_aws import snapshot, state
from local_aws.settings import Settings

ROLE = "arn:aws:iam::123456789012:role/LabRole"
BUCKET = "state-test"
WHEN = datetime.now(UTC).replace(second=0, microsecond=0)
RUN = [{"Name": "JobName", "Value": "j"}]
METRICS = [
    {"MetricName": "m", "Dimensions": RUN, "Value": value, "Unit": "Count", "Timestamp": WHEN}
    for value in (3, 4)
]
EVERYTHING_SAVED = 3.0  # seconds: more than a change may wait for


def packed(code: str) -> bytes:
    """Return a Lambda package whose index.py is ``code``."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", code)
    return archive.getvalue()


def fill(client: Callable[[str], BaseClient]) -> None:
    """Make one of everything that the project uses."""
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    s3.put_object(Bucket=BUCKET, Key="a/b", Body=b"old")
    s3.put_object(Bucket=BUCKET, Key="a/b", Body=b"new", Metadata={"m": "1"})
    fill_glue(client("glue"))
    client("lambda").create_function(
        FunctionName="f",
        Role=ROLE,
        Runtime="python3.12",
        Handler="index.handler",
        Code={"ZipFile": packed("def handler(event, context): return 'alive'")},
    )
    client("athena").create_work_group(Name="w", Configuration={})
    client("athena").create_named_query(Name="n", Database="d", QueryString="select 1")
    client("events").put_rule(Name="r", ScheduleExpression="rate(5 minutes)")
    client("logs").create_log_group(logGroupName="g")
    client("logs").create_log_stream(logGroupName="g", logStreamName="s")
    client("sns").create_topic(Name="t")
    client("cloudwatch").put_dashboard(DashboardName="d", DashboardBody='{"widgets": []}')
    client("cloudwatch").put_metric_alarm(
        AlarmName="a",
        Namespace="n",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
    )
    client("cloudwatch").put_metric_data(Namespace="n", MetricData=METRICS)
    machine = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
    client("stepfunctions").create_state_machine(
        name="m", roleArn=ROLE, definition=json.dumps(machine)
    )


def fill_glue(glue: BaseClient) -> None:
    """Make a table with a partition, a job and a trigger."""
    columns = [{"Name": "c", "Type": "string"}]
    storage = {"Columns": columns, "Location": f"s3://{BUCKET}/t/"}
    glue.create_database(DatabaseInput={"Name": "d"})
    table = {"Name": "t", "StorageDescriptor": storage, "PartitionKeys": columns}
    glue.create_table(DatabaseName="d", TableInput=table)
    partition = {"Values": ["1"], "StorageDescriptor": storage}
    glue.create_partition(DatabaseName="d", TableName="t", PartitionInput=partition)
    command = {"Name": "glueetl", "ScriptLocation": f"s3://{BUCKET}/job.py"}
    glue.create_job(Name="j", Role=ROLE, Command=command)
    glue.create_trigger(
        Name="tr", Type="SCHEDULED", Schedule="rate(5 minutes)", Actions=[{"JobName": "j"}]
    )


def metrics(cloudwatch: BaseClient) -> list[object]:
    """Return what there is of the metric, by both ways to ask."""
    around = {"StartTime": WHEN - timedelta(minutes=5), "EndTime": WHEN + timedelta(minutes=5)}
    (point,) = cloudwatch.get_metric_statistics(
        Namespace="n",
        MetricName="m",
        Dimensions=RUN,
        Period=60,
        Statistics=["Sum", "Maximum", "SampleCount"],
        **around,
    )["Datapoints"]
    metric = {"Namespace": "n", "MetricName": "m", "Dimensions": RUN}
    query = {"Id": "q", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    (found,) = cloudwatch.get_metric_data(MetricDataQueries=[query], **around)["MetricDataResults"]
    listed = cloudwatch.list_metrics(Namespace="n")["Metrics"]
    return [point["Sum"], point["Maximum"], point["SampleCount"], found["Values"], listed]


def known(client: Callable[[str], BaseClient]) -> dict[str, object]:
    """Return what there is of everything, as the services tell it."""
    glue, athena = client("glue"), client("athena")
    versions = client("s3").list_object_versions(Bucket=BUCKET)["Versions"]
    partitions = glue.get_partitions(DatabaseName="d", TableName="t")["Partitions"]
    return {
        "versions": [(v["Key"], v["VersionId"], v["Size"], v["LastModified"]) for v in versions],
        "metadata": client("s3").head_object(Bucket=BUCKET, Key="a/b")["Metadata"],
        "tags": client("s3").get_bucket_tagging(Bucket=BUCKET)["TagSet"],
        "partitions": [partition["Values"] for partition in partitions],
        "job": glue.get_job(JobName="j")["Job"]["CreatedOn"],
        "trigger": glue.get_trigger(Name="tr")["Trigger"]["Schedule"],
        "function": client("lambda").get_function(FunctionName="f")["Configuration"]["CodeSha256"],
        "workgroup": athena.get_work_group(WorkGroup="w")["WorkGroup"]["State"],
        "queries": athena.list_named_queries()["NamedQueryIds"],
        "rule": client("events").describe_rule(Name="r")["Arn"],
        "streams": [
            stream["logStreamName"]
            for stream in client("logs").describe_log_streams(logGroupName="g")["logStreams"]
        ],
        "topics": client("sns").list_topics()["Topics"],
        "dashboard": client("cloudwatch").get_dashboard(DashboardName="d")["DashboardBody"],
        "alarm": client("cloudwatch").describe_alarms()["MetricAlarms"][0]["AlarmArn"],
        "metrics": metrics(client("cloudwatch")),
        "machines": client("stepfunctions").list_state_machines()["stateMachines"],
        "roles": [role["RoleName"] for role in client("iam").list_roles()["Roles"]],
    }


def test_everything_survives_a_restart(serve: Callable) -> None:
    """After Ctrl-C and a new start everything is as it was, and works."""
    server = serve()
    fill(server.client)
    before = known(server.client)
    oldest = before["versions"][-1][1]
    assert before["roles"] == ["LabRole"]
    metric = {"Namespace": "n", "MetricName": "m", "Dimensions": RUN}
    assert before["metrics"] == [7.0, 4.0, 2.0, [7.0], [metric]]
    assert server.end(signal.SIGINT) == (0, "")

    server = serve()
    assert known(server.client) == before
    s3 = server.client("s3")
    assert s3.get_object(Bucket=BUCKET, Key="a/b", VersionId=oldest)["Body"].read() == b"old"
    answer = server.client("lambda").invoke(FunctionName="f")
    assert json.load(answer["Payload"]) == "alive"
    s3.delete_object(Bucket=BUCKET, Key="a/b")
    assert not (server.settings.s3_root / BUCKET / "a").exists()
    assert server.end(signal.SIGINT) == (0, "")


def test_everything_survives_a_kill(serve: Callable) -> None:
    """What is older than a moment is there after a SIGKILL; files changed meanwhile are seen."""
    server = serve()
    fill(server.client)
    before = known(server.client)
    time.sleep(EVERYTHING_SAVED)
    server.end(signal.SIGKILL)
    aside = server.settings.s3_aside / BUCKET
    (aside / "cut-short").write_bytes(b"an upload that the kill interrupted")
    (server.settings.s3_root / BUCKET / "new").write_bytes(b"x")

    server = serve()
    after = known(server.client)
    assert [version[0] for version in after.pop("versions")] == ["a/b", "a/b", "new"]
    before.pop("versions")
    assert after == before
    assert len(list(aside.iterdir())) == 1


def test_what_was_deleted_stays_deleted(serve: Callable) -> None:
    """The account's first role is made once, not at every start."""
    server = serve()
    server.client("iam").delete_role(RoleName="LabRole")
    server.end(signal.SIGTERM)
    server = serve()
    with pytest.raises(ClientError, match="LabRole"):
        server.client("iam").get_role(RoleName="LabRole")


def test_unreadable_state_is_refused(serve: Callable) -> None:
    """A damaged or foreign state is neither used nor overwritten: one sentence, with the cure."""
    server = serve()
    server.end(signal.SIGTERM)
    file = server.settings.state_file
    saved = file.read_bytes()
    for damaged, reason in (
        (saved + b"more", "is damaged"),
        (saved.replace(b"moto 5.", b"moto 4.", 1), "is of 'local-aws state"),
        (b"", "is of ''"),
    ):
        file.write_bytes(damaged)
        with pytest.raises(
            AssertionError, match=f"the saved state {file} {reason}.*delete that file"
        ):
            serve()
        assert file.read_bytes() == damaged
    file.unlink()
    assert serve().end(signal.SIGTERM) == (0, "")


def test_what_cannot_be_saved_is_told_and_tried_again(tmp_path: Path) -> None:
    """An object whose own __getstate__ fails stops no saver: a line with the error's type."""
    program = """
import sys, time
from pathlib import Path
from local_aws import snapshot, state
from local_aws import state
from local_aws.settings import Settings

class Unready:
    attempts = 0
    def __getstate__(self):
        Unready.attempts += 1
        if Unready.attempts == 1:
            raise KeyError("not yet")
        return {}

state.AFTER_A_CHANGE = state.WITHOUT_A_CHANGE = 0.05
snapshot.register("unready", Unready, print)
saving = state.State(Settings(Path(sys.argv[1]), 1))
saving.start()
while Unready.attempts < 3:
    state.touch()
    time.sleep(0.05)
    assert saving._saver.is_alive(), "the saver ended"
saving.stop()
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    saved = Settings(tmp_path, 1).state_file
    assert done.stderr == (
        f"the state could not be saved to {saved}; trying again "
        f"(a service holds what cannot be saved: KeyError: 'not yet')\n"
    )
    assert saved.exists()


def test_saving_leaves_time_for_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often a large state changes, a tenth of the time at most goes into saving it."""
    saves = []

    def take() -> bytes:
        time.sleep(0.1)
        saves.append(time.monotonic())
        return str(saves).encode()

    monkeypatch.setattr(state, "AFTER_A_CHANGE", 0.0)
    monkeypatch.setattr(snapshot, "take", take)
    saver = state.State(Settings(root=tmp_path, port=0))
    saver.start()
    while len(saves) < 3:
        state.touch()
        time.sleep(0.01)
    saver.stop()

    assert saves[2] - saves[1] >= 10 * 0.1
