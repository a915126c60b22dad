"""The template, the schemas, the job's script and queries.sql say the same."""

import re
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import decode
from pyspark.sql import types as T

from glue_jobs.schemas import RAW_EVENTS, TABLES, Table

PROJECT = Path(__file__).parent.parent
TEMPLATE = PROJECT / "capstone-starter.cfn.yaml"
SCRIPT = PROJECT / "glue_jobs" / "curate_events.py"
MAX_BYTES = 45_000  # of the 51,200 that create-stack takes as a file


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """The template as a dictionary, intrinsic functions in their long form."""
    body, faults = decode(str(TEMPLATE))
    assert not faults
    return body


def _resources(template: dict[str, Any], resource_type: str) -> dict[str, Any]:
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == resource_type
    }


def _hive_type(data_type: T.DataType) -> str:
    return str(data_type.simpleString())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_table(template: dict[str, Any], table: Table) -> None:
    """A table of the catalog has the schema's columns, types, comments, keys and place."""
    declared = {
        properties["TableInput"]["Name"]: properties
        for properties in _resources(template, "AWS::Glue::Table").values()
    }[table.name]
    table_input = declared["TableInput"]
    storage = table_input["StorageDescriptor"]

    assert declared["DatabaseName"] == {"Ref": f"{table.layer.title()}Database"}
    assert table_input["Description"] == table.meaning
    assert table_input["TableType"] == "EXTERNAL_TABLE"
    assert [
        (column["Name"], column["Type"], column["Comment"]) for column in storage["Columns"]
    ] == [
        (field.name, _hive_type(field.dataType), field.metadata["comment"])
        for field in table.columns
    ]
    assert [key["Name"] for key in table_input["PartitionKeys"]] == list(table.partition_keys)
    assert {key["Type"] for key in table_input["PartitionKeys"]} == {"string"}
    assert all(key["Comment"] for key in table_input["PartitionKeys"])
    if table is RAW_EVENTS:
        assert storage["Location"] == {"Fn::Sub": "s3://${SourceEventsBucket}/events/"}
    else:
        assert storage["Location"] == {"Fn::Sub": f"s3://${{AnalyticsBucket}}/{table.path}"}


def test_every_table_is_declared(template: dict[str, Any]) -> None:
    """The catalog holds the schema's tables and no other."""
    declared = _resources(template, "AWS::Glue::Table").values()

    assert {properties["TableInput"]["Name"] for properties in declared} == {
        table.name for table in TABLES
    }


def test_job_arguments(template: dict[str, Any]) -> None:
    """The job passes exactly the arguments that its script resolves."""
    [job] = _resources(template, "AWS::Glue::Job").values()
    own = {name.removeprefix("--") for name in job["DefaultArguments"] if name.islower()}
    of_glue = {name for name in own if "-" in name or name == "conf"}
    resolved = re.search(r"ARGUMENTS = \(([^)]*)\)", SCRIPT.read_text(encoding="utf-8"))

    assert own - of_glue == set(re.findall(r'"(\w+)"', resolved[1])) - {"JOB_NAME"}


def test_bookmark(template: dict[str, Any]) -> None:
    """The bookmark is on, its context is named, and no two runs share it."""
    [job] = _resources(template, "AWS::Glue::Job").values()

    assert job["DefaultArguments"]["--job-bookmark-option"] == "job-bookmark-enable"
    assert job["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    assert 'transformation_ctx="raw_events"' in SCRIPT.read_text(encoding="utf-8")


def test_named_queries(template: dict[str, Any]) -> None:
    """The workgroup's saved queries are the statements of queries.sql."""
    saved = [
        properties["QueryString"].strip()
        for properties in _resources(template, "AWS::Athena::NamedQuery").values()
    ]
    text = (PROJECT / "queries.sql").read_text(encoding="utf-8")

    assert saved == [statement.strip() for statement in text.split("\n;\n") if statement.strip()]


def test_no_identity(template: dict[str, Any]) -> None:
    """A lab account may make no IAM resource; nobody's account or region is written down."""
    types = {resource["Type"] for resource in template["Resources"].values()}

    assert not {name for name in types if name.startswith("AWS::IAM::")}
    assert not re.search(r"\b\d{12}\b|\b[a-z]{2}-[a-z]+-\d\b", TEMPLATE.read_text(encoding="utf-8"))


def test_size() -> None:
    """The template goes to create-stack as a file, with room to grow."""
    assert TEMPLATE.stat().st_size < MAX_BYTES
