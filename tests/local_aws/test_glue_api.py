"""Glue API calls that moto lacks or answers otherwise than the service does."""

import os
import pickle  # ruff: ignore[suspicious-pickle-import] - what is saved is our own
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto.glue.models import glue_backends

from local_aws.glue import ENDED_WITH_THE_SERVER, close_unfinished_runs, processes
from local_aws.glue.runs import LocalJobRun
from local_aws.settings import ACCOUNT_ID, REGION, Settings

KEYS = [{"Name": "dt", "Type": "string"}, {"Name": "hour", "Type": "string"}]


@pytest.fixture
def table(glue: BaseClient) -> dict[str, str]:
    """A table partitioned by day and hour, as the arguments that name it."""
    names = {"DatabaseName": f"db_{uuid4().hex[:8]}", "TableName": "events"}
    glue.create_database(DatabaseInput={"Name": names["DatabaseName"]})
    glue.create_table(
        DatabaseName=names["DatabaseName"],
        TableInput={"Name": "events", "PartitionKeys": KEYS, "StorageDescriptor": {}},
    )
    return names


def partition(day: str, hour: str, location: str) -> dict[str, Any]:
    """Return the input that describes a partition."""
    return {"Values": [day, hour], "StorageDescriptor": {"Location": location}}


def locations(glue: BaseClient, table: dict[str, str], **options: object) -> dict[str, str]:
    """Return the location of each partition by its values."""
    pages = glue.get_paginator("get_partitions").paginate(**table, **options)
    return {
        "/".join(found["Values"]): found["StorageDescriptor"]["Location"]
        for page in pages
        for found in page["Partitions"]
    }


def test_a_job_has_glues_defaults(glue: BaseClient, job: str) -> None:
    """What CreateJob leaves out is what the service would fill in."""
    shown = glue.get_job(JobName=job)["Job"]

    assert shown["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    assert (shown["MaxRetries"], shown["Timeout"], shown["GlueVersion"]) == (0, 480, "5.1")
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        glue.create_job(Name=job, Role="other", Command={})


def test_update_job_overwrites_the_definition(glue: BaseClient, job: str) -> None:
    """What the update leaves out falls back to the default."""
    command = {"Name": "glueetl", "ScriptLocation": "s3://b/new.py"}
    glue.update_job(JobName=job, JobUpdate={"Role": "A", "Command": command, "Timeout": 5})
    glue.update_job(
        JobName=job, JobUpdate={"Role": "B", "Command": command, "JobRunQueuingEnabled": True}
    )

    shown = glue.get_job(JobName=job)["Job"]
    assert (shown["Role"], shown["Timeout"], shown["JobRunQueuingEnabled"]) == ("B", 480, True)
    assert shown["Command"] == command
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.update_job(JobName="nobody", JobUpdate={})


def test_triggers_change_state_and_definition(glue: BaseClient, job: str) -> None:
    """START and STOP switch a schedule on and off; UpdateTrigger changes what is given."""
    name = f"every-5-minutes-{job}"
    glue.create_trigger(
        Name=name,
        Type="SCHEDULED",
        Schedule="cron(0/5 * * * ? *)",
        Actions=[{"JobName": job}],
        StartOnCreation=False,
    )
    states = [glue.get_trigger(Name=name)["Trigger"]["State"]]
    for change in (glue.start_trigger, glue.stop_trigger, glue.start_trigger):
        change(Name=name)
        states.append(glue.get_trigger(Name=name)["Trigger"]["State"])
    assert states == ["CREATED", "ACTIVATED", "DEACTIVATED", "ACTIVATED"]

    changed = glue.update_trigger(
        Name=name, TriggerUpdate={"Schedule": "cron(0/10 * * * ? *)", "Description": "d"}
    )["Trigger"]
    assert changed["Actions"] == [{"JobName": job}]
    assert (changed["Schedule"], changed["Description"]) == ("cron(0/10 * * * ? *)", "d")
    assert glue.get_trigger(Name=name)["Trigger"] == changed
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        glue.create_trigger(Name=name, Type="ON_DEMAND", Actions=[])


def test_a_trigger_on_demand_starts_its_job(glue: BaseClient, job: str) -> None:
    """The run names the trigger and has the action's arguments."""
    actions = [{"JobName": job, "Arguments": {"--k": "v"}}]
    glue.create_trigger(Name=f"now-{job}", Type="ON_DEMAND", Actions=actions)

    glue.start_trigger(Name=f"now-{job}")

    (run,) = glue.get_job_runs(JobName=job)["JobRuns"]
    assert (run["TriggerName"], run["Arguments"]) == (f"now-{job}", {"--k": "v"})


def test_batches_of_partitions(glue: BaseClient, table: dict[str, str]) -> None:
    """What works is done, what does not is reported; an update keeps the creation time."""
    made = [partition("2026-11-20", "10", "s3://b/10"), partition("2026-11-20", "11", "s3://b/11")]
    assert glue.batch_create_partition(**table, PartitionInputList=made).get("Errors", []) == []
    again = glue.batch_create_partition(
        **table, PartitionInputList=[made[0], partition("2026-11-21", "00", "s3://b/00")]
    )
    assert [e["ErrorDetail"]["ErrorCode"] for e in again["Errors"]] == ["AlreadyExistsException"]

    created = glue.get_partition(**table, PartitionValues=["2026-11-20", "10"])["Partition"]
    entries = [
        {"PartitionValueList": values, "PartitionInput": new}
        for values, new in [
            (["2026-11-20", "10"], partition("2026-11-20", "10", "s3://b/10/run=2")),
            (["2026-11-20", "11"], partition("2026-11-20", "10", "s3://b/taken")),
            (["2026-11-20", "23"], partition("2026-11-20", "23", "s3://b/missing")),
            (["2026-11-20"], partition("2026-11-20", "23", "s3://b/too-few")),
        ]
    ]
    errors = glue.batch_update_partition(**table, Entries=entries)["Errors"]
    assert [
        ("/".join(error["PartitionValueList"]), error["ErrorDetail"]["ErrorCode"])
        for error in errors
    ] == [
        ("2026-11-20/11", "AlreadyExistsException"),
        ("2026-11-20/23", "EntityNotFoundException"),
        ("2026-11-20", "EntityNotFoundException"),
    ]
    assert locations(glue, table) == {
        "2026-11-20/10": "s3://b/10/run=2",
        "2026-11-20/11": "s3://b/11",
        "2026-11-21/00": "s3://b/00",
    }
    wanted = [{"Values": ["2026-11-20", "10"]}, {"Values": ["2026-11-20", "23"]}]
    (found,) = glue.batch_get_partition(**table, PartitionsToGet=wanted)["Partitions"]
    assert found["StorageDescriptor"] == {"Location": "s3://b/10/run=2"}
    assert found["CreationTime"] == created["CreationTime"]


def test_a_partition_has_a_value_per_key(glue: BaseClient, table: dict[str, str]) -> None:
    """Where moto would take any number."""
    with pytest.raises(ClientError, match="number of partition values"):
        glue.create_partition(**table, PartitionInput={"Values": ["2026-11-20"]})


@pytest.mark.parametrize(
    ("call", "member", "longest"),
    [
        ("batch_create_partition", "PartitionInputList", 100),
        ("batch_update_partition", "Entries", 100),
        ("batch_delete_partition", "PartitionsToDelete", 25),
        ("batch_get_partition", "PartitionsToGet", 1000),
    ],
)
def test_the_longest_batches(
    glue: BaseClient, table: dict[str, str], call: str, member: str, longest: int
) -> None:
    """The service takes so many and no more; moto would take any number."""
    values = ["a", "b"]
    item = (
        {"PartitionValueList": values, "PartitionInput": {}}
        if member == "Entries"
        else {"Values": values}
    )
    getattr(glue, call)(**table, **{member: [item] * longest})
    with pytest.raises(ClientError, match=f"less than or equal to {longest}"):
        getattr(glue, call)(**table, **{member: [item] * (longest + 1)})


def test_partitions_by_segments(glue: BaseClient, table: dict[str, str]) -> None:
    """Segments share the partitions out; without their columns the answers are short."""
    made = [partition("2026-11-20", f"{hour:02}", "s3://b/") for hour in range(24)]
    for each in made:
        each["StorageDescriptor"]["Columns"] = [{"Name": "user_id", "Type": "string"}]
    glue.batch_create_partition(**table, PartitionInputList=made)

    segments = [
        locations(glue, table, Segment={"SegmentNumber": number, "TotalSegments": 3})
        for number in range(3)
    ]
    assert sum(map(len, segments)) == 24
    assert set().union(*segments) == set(locations(glue, table))
    for excluded in (True, False):
        [found, *_] = glue.get_partitions(**table, ExcludeColumnSchema=excluded)["Partitions"]
        assert ("Columns" in found["StorageDescriptor"]) != excluded
    for number, total in ((2, 2), (0, 11)):
        segment = {"SegmentNumber": number, "TotalSegments": total}
        with pytest.raises(ClientError, match="no segment"):
            glue.get_partitions(**table, Segment=segment)


def test_lists_come_in_pages(glue: BaseClient, table: dict[str, str]) -> None:
    """Who forgets to ask for the next page must see less, as on AWS."""
    for hundred in range(11):
        inputs = [partition(f"{hundred:02}", f"{one:02}", "s3://b/") for one in range(100)]
        glue.batch_create_partition(**table, PartitionInputList=inputs)

    page = glue.get_partitions(**table)
    assert (len(page["Partitions"]), "NextToken" in page) == (1000, True)
    assert len(locations(glue, table)) == 1100
    assert list(locations(glue, table, Expression="dt = '05' and hour < '02'")) == [
        "05/00",
        "05/01",
    ]
    tables = glue.get_tables(DatabaseName=table["DatabaseName"], MaxResults=1)
    assert [found["Name"] for found in tables["TableList"]] == ["events"]
    assert "NextToken" not in tables


def test_runs_that_were_under_way_are_failed_after_a_restart(glue: BaseClient, job: str) -> None:
    """Jobs and runs can be saved; nobody waits for a run whose process is gone."""
    backend = glue_backends[ACCOUNT_ID][REGION]
    run = LocalJobRun(job)
    run.status = "RUNNING"
    backend.jobs[job].job_runs.append(run)
    backend.jobs[job] = pickle.loads(pickle.dumps(backend.jobs[job]))  # ruff: ignore[suspicious-pickle-usage] - our own

    close_unfinished_runs()

    (shown,) = glue.get_job_runs(JobName=job)["JobRuns"]
    assert (shown["JobRunState"], shown["ErrorMessage"]) == ("FAILED", ENDED_WITH_THE_SERVER)


def test_a_killed_servers_runs_are_ended_at_the_next_start(tmp_path: Path) -> None:
    """Only processes that run in the run's directory: an id may be somebody else's by now."""
    settings = Settings(root=tmp_path, port=1)
    homes = [tmp_path / "glue" / "runs" / name for name in ("jr_left", "jr_gone")]
    for home in homes:
        home.mkdir(parents=True)
    waiting = "import time; time.sleep(300)"
    left = subprocess.Popen([sys.executable, "-c", waiting, homes[0]], start_new_session=True)
    other = subprocess.Popen([sys.executable, "-c", waiting], start_new_session=True)
    try:
        (homes[0] / "pid").write_text(str(left.pid))
        (homes[1] / "pid").write_text(str(other.pid))
        processes.end_leftovers(settings)

        assert left.wait(10) < 0
        time.sleep(0.2)
        assert other.poll() is None
        assert not list((tmp_path / "glue" / "runs").iterdir())
    finally:
        for process in (left, other):
            if process.poll() is None:
                os.kill(process.pid, 9)
            process.wait()


def test_leftovers_without_ps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where nothing tells what runs under an id, the server starts all the same and says so."""
    home = tmp_path / "glue" / "runs" / "jr_left"
    home.mkdir(parents=True)
    (home / "pid").write_text(str(os.getpid()))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(processes, "PROC", tmp_path / "no-proc", raising=False)

    processes.end_leftovers(Settings(root=tmp_path, port=1))

    assert f"process {os.getpid()} may be a job run of an earlier local AWS" in caplog.text
    assert not home.exists()
