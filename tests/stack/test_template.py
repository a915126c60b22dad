"""The template, the schemas, the job's script and queries.sql say the same."""

import json
import re
from typing import Any

import pytest
from pyspark.sql import types as T

from glue_jobs.events.schemas import RAW_EVENTS, TABLES, Table
from glue_jobs.report.writing import NAMES
from tests.template import PROJECT, TEMPLATE, resources, template

SCRIPT = PROJECT / "glue_jobs" / "curate_events.py"
JOBS = resources("AWS::Glue::Job")
STATE_MACHINE = PROJECT / "glue_jobs" / "orchestration.asl.yaml"
MAX_BYTES = 51_200  # what create-stack takes as a file
PARQUET = "org.apache.hadoop.hive.ql.io.parquet"
STORED = {
    "json": (
        "org.apache.hadoop.mapred.TextInputFormat",
        "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "org.apache.hive.hcatalog.data.JsonSerDe",
    ),
    "parquet": (
        f"{PARQUET}.MapredParquetInputFormat",
        f"{PARQUET}.MapredParquetOutputFormat",
        f"{PARQUET}.serde.ParquetHiveSerDe",
    ),
}


def _hive_type(data_type: T.DataType) -> str:
    return str(data_type.simpleString())


def _found(value: str | dict[str, list[str]]) -> str:
    """Return a text, looked up in the mappings if need be."""
    if isinstance(value, str):
        return value
    first, second, third = value["Fn::FindInMap"]
    return str(template()["Mappings"][first][second][third])


def _text(value: Any) -> str:  # ruff: ignore[any-type] - a text or an expression
    """Return a text whose substitutions are still to be made."""
    found = value if isinstance(value, str) else value["Fn::Sub"]
    return found if isinstance(found, str) else found[0]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_table(table: Table) -> None:
    """A table of the catalog has the schema's columns, types, comments, keys and place."""
    declared = {
        properties["TableInput"]["Name"]: properties
        for properties in resources("AWS::Glue::Table").values()
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
    kind, bucket, path = (
        ("json", "SourceEventsBucket", "events/")
        if table is RAW_EVENTS
        else (
            "parquet",
            "AnalyticsBucket",
            table.path,
        )
    )
    assert storage["Location"] == {"Fn::Sub": f"s3://${{{bucket}}}/{path}"}
    formats = (storage["InputFormat"], storage["OutputFormat"])
    assert (
        *map(_found, formats),
        _found(storage["SerdeInfo"]["SerializationLibrary"]),
    ) == STORED[kind]
    assert ("projection.enabled" in table_input.get("Parameters", {})) == (table is RAW_EVENTS)


def test_every_table_is_declared() -> None:
    """The catalog holds the schema's tables and no other."""
    declared = resources("AWS::Glue::Table").values()

    assert {properties["TableInput"]["Name"] for properties in declared} == {
        table.name for table in TABLES
    }


def _own_arguments(job: str) -> set[str]:
    """Return the names of a job's arguments that are not Glue's."""
    given = {name.removeprefix("--") for name in JOBS[job]["DefaultArguments"]}
    return {name for name in given if "-" not in name} - {"conf", "TempDir"}


def test_job_arguments() -> None:
    """The jobs pass exactly the arguments that their scripts resolve."""
    resolved = re.search(r"ARGUMENTS = \(([^)]*)\)", SCRIPT.read_text(encoding="utf-8"))

    loading = set(re.findall(r'"(\w+)"', resolved[1])) - {"JOB_NAME"}
    assert _own_arguments("CurateEventsJob") == loading
    assert _own_arguments("ReportJob") == {"day", *NAMES}


def test_bookmark() -> None:
    """The bookmark is on, its context is named, and no two runs share it."""
    job = JOBS["CurateEventsJob"]

    assert job["DefaultArguments"]["--job-bookmark-option"] == "job-bookmark-enable"
    assert job["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    assert 'transformation_ctx="raw_events"' in SCRIPT.read_text(encoding="utf-8")


@pytest.mark.parametrize("job", JOBS)
def test_job_logs_into_groups_that_forget(job: str) -> None:
    """Its prefix, with what Glue puts behind it, names two groups of the template."""
    _, [separator, output] = _join(JOBS[job]["DefaultArguments"]["--custom-logGroup-prefix"])
    groups = resources("AWS::Logs::LogGroup")
    errors = {name for name, group in groups.items() if "Fn::Join" in group["LogGroupName"]}
    [error] = (name for name in errors if _join(groups[name]["LogGroupName"])[1][1] == output)

    assert separator == "/output"
    assert _text(groups[output["Ref"]]["LogGroupName"]).endswith("/output")
    assert _join(groups[error]["LogGroupName"])[0] == "/error"
    assert {error, output["Ref"]} >= set(_listed(template()["Resources"][job]["DependsOn"]))


def _join(value: dict) -> tuple[str, list]:
    """Return what joins, and what splits and is split: so one ending takes another's place."""
    joins, split = value["Fn::Join"]
    return joins, split["Fn::Split"]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@pytest.mark.parametrize("job", JOBS)
def test_job_publishes_no_metric_of_glues(job: str) -> None:
    """Their names are new for every run, and each is charged; see docs/cost.md."""
    assert not {name for name in JOBS[job]["DefaultArguments"] if name.endswith("metrics")}


@pytest.mark.parametrize("job", JOBS)
def test_workers_stay(job: str) -> None:
    """A worker that auto scaling takes away takes what it holds of a local checkpoint along."""
    assert "--enable-auto-scaling" not in JOBS[job]["DefaultArguments"]


def test_log_groups() -> None:
    """They forget, and their names are new for each stack: one may come back after its deletion."""
    for group in resources("AWS::Logs::LogGroup").values():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        assert "AWS::StackId" in json.dumps(group) or "Fn::Join" in group["LogGroupName"]


def test_functions_log_into_groups_that_forget() -> None:
    """Lambda would make a group without end for a function that has none."""
    groups = resources("AWS::Logs::LogGroup")

    for function in resources("AWS::Lambda::Function").values():
        assert function["LoggingConfig"]["LogGroup"]["Ref"] in groups


def _saved(database: str) -> list[str]:
    """Return the statements that are saved for a database."""
    return [
        _text(query["QueryString"]).strip()
        for query in resources("AWS::Athena::NamedQuery").values()
        if query["Database"] == {"Ref": database}
    ]


def test_named_queries() -> None:
    """The workgroup's saved queries are the statements of queries.sql."""
    text = (PROJECT / "queries.sql").read_text(encoding="utf-8")

    assert _saved("GoldDatabase") == [part.strip() for part in text.split("\n;\n") if part.strip()]


def test_ledger_queries() -> None:
    """The three about the ledger are those of the page that explains them."""
    page = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    explained = [
        block.replace("bronze_x.", "").strip()
        for block in re.findall(r"```sql\n(-- ledger .*?)```", page, flags=re.DOTALL)
    ]
    limit = str(template()["Parameters"]["RejectedPercentLimit"]["Default"])

    saved = [text.replace("${RejectedPercentLimit}", limit) for text in _saved("BronzeDatabase")]
    assert saved == explained
    assert len(saved) == 3


def test_every_job_is_stopped() -> None:
    """Before the buckets are emptied no run of any job is left that could write."""
    [emptied] = resources("Custom::EmptiedBuckets").values()

    assert sorted(each["Ref"] for each in emptied["JobNames"]) == sorted(JOBS)


def test_state_machine_gets_every_name() -> None:
    """The definition's placeholders are the names that the template puts in."""
    [machine] = resources("AWS::StepFunctions::StateMachine").values()
    used = re.findall(r"\$\{(\w+)\}", STATE_MACHINE.read_text(encoding="utf-8"))

    assert set(used) == machine["DefinitionSubstitutions"].keys()
    assert machine["DefinitionS3Location"]["Key"] == f"glue_jobs/{STATE_MACHINE.name}"


def test_no_identity() -> None:
    """A lab account may make no IAM resource; nobody's account or region is written down."""
    types = {resource["Type"] for resource in template()["Resources"].values()}

    assert not {name for name in types if name.startswith("AWS::IAM::")}
    assert not re.search(r"\b\d{12}\b|\b[a-z]{2}-[a-z]+-\d\b", TEMPLATE.read_text(encoding="utf-8"))


def test_size() -> None:
    """The template goes to create-stack as a file."""
    assert TEMPLATE.stat().st_size <= MAX_BYTES
