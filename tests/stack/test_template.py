"""The templates, the schemas, the jobs' scripts and the statements say the same.

What only the order book's has is in test_commerce_template.py.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import types as T

from glue_jobs.commerce import schemas as commerce
from glue_jobs.events import schemas as events
from glue_jobs.lake.tables import Table
from glue_jobs.marts import schemas as marts
from glue_jobs.report.writing import NAMES
from tests.template import COMMERCE, PROJECT, TEMPLATE, TEMPLATES, resources, template

SCRIPT = PROJECT / "glue_jobs" / "curate_events.py"
JOBS = [(file, job) for file in TEMPLATES for job in resources("AWS::Glue::Job", file)]
TABLES = {TEMPLATE: events.TABLES, COMMERCE: (*commerce.TABLES, *marts.MARTS)}
# Those that no job of ours writes, and where they lie.
JSON = {
    events.RAW_EVENTS: "s3://${SourceEventsBucket}/events/",
    commerce.FILE_RECEIPTS: "s3://${LandingBucket}/receipts/",
    commerce.QUALITY_RESULTS: "s3://capstone-analytics-${StudentId}-${AWS::AccountId}/"
    "bronze/quality_results/",
}
ANALYTICS = {
    TEMPLATE: "${AnalyticsBucket}",
    COMMERCE: "capstone-analytics-${StudentId}-${AWS::AccountId}",
}
STATE_MACHINE = PROJECT / "glue_jobs" / "orchestration.asl.yaml"
# What CloudFormation takes: as a file with the request, or as an object of S3.
MAX_BYTES = {TEMPLATE: 51_200, COMMERCE: 1 << 20}
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


def _found(value: str | dict[str, list[str]], file: Path) -> str:
    """Return a text, looked up in the mappings if need be."""
    if isinstance(value, str):
        return value
    first, second, third = value["Fn::FindInMap"]
    return str(template(file)["Mappings"][first][second][third])


def _text(value: Any) -> str:  # ruff: ignore[any-type] - a text or an expression
    """Return a text whose substitutions are still to be made."""
    found = value if isinstance(value, str) else value["Fn::Sub"]
    return found if isinstance(found, str) else found[0]


@pytest.mark.parametrize(
    ("file", "table"),
    [(file, table) for file, tables in TABLES.items() for table in tables],
    ids=lambda value: getattr(value, "name", None),
)
def test_table(file: Path, table: Table) -> None:
    """A table of the catalog has the schema's columns, types, comments, keys and place."""
    [declared] = [
        properties
        for properties in resources("AWS::Glue::Table", file).values()
        if properties["TableInput"]["Name"] == table.name
    ]
    table_input = declared["TableInput"]
    storage = table_input["StorageDescriptor"]

    assert _database(declared["DatabaseName"]) == table.layer
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
    location = JSON.get(table, f"s3://{ANALYTICS[file]}/{table.path}")
    assert storage["Location"] == {"Fn::Sub": location}
    formats = (storage["InputFormat"], storage["OutputFormat"])
    serde = storage["SerdeInfo"]["SerializationLibrary"]
    assert (
        tuple(_found(each, file) for each in (*formats, serde))
        == (STORED["json" if table in JSON else "parquet"])
    )
    assert ("projection.enabled" in table_input.get("Parameters", {})) == (table in JSON)


def _database(name: dict[str, Any]) -> str:
    """Return the layer of a database's name, which both templates make alike."""
    if "Ref" in name:
        name = resources("AWS::Glue::Database")[name["Ref"]]["DatabaseInput"]["Name"]
    separator, [layer, student] = name["Fn::Join"]
    assert separator == "_"
    assert student == {"Fn::Join": ["_", {"Fn::Split": ["-", {"Ref": "StudentId"}]}]}
    return layer


@pytest.mark.parametrize("file", TEMPLATES)
def test_every_table_is_declared(file: Path) -> None:
    """The catalog holds the schema's tables and no other."""
    declared = resources("AWS::Glue::Table", file).values()

    assert {properties["TableInput"]["Name"] for properties in declared} == {
        table.name for table in TABLES[file]
    }


def _job(file: Path, job: str) -> dict[str, Any]:
    return resources("AWS::Glue::Job", file)[job]


def _own_arguments(job: str) -> set[str]:
    """Return the names of a job's arguments that are not Glue's."""
    given = {name.removeprefix("--") for name in _job(TEMPLATE, job)["DefaultArguments"]}
    return {name for name in given if "-" not in name} - {"conf", "TempDir"}


def test_job_arguments() -> None:
    """The jobs pass exactly the arguments that their scripts resolve."""
    resolved = re.search(r"ARGUMENTS = \(([^)]*)\)", SCRIPT.read_text(encoding="utf-8"))

    loading = set(re.findall(r'"(\w+)"', resolved[1])) - {"JOB_NAME"}
    assert _own_arguments("CurateEventsJob") == loading
    assert _own_arguments("ReportJob") == {"day", *NAMES}


def test_bookmark() -> None:
    """The bookmark is on, its context is named, and no two runs share it."""
    job = _job(TEMPLATE, "CurateEventsJob")

    assert job["DefaultArguments"]["--job-bookmark-option"] == "job-bookmark-enable"
    assert job["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    script = SCRIPT.read_text(encoding="utf-8")
    assert 'BOOKMARK = "raw_events"' in script
    assert 'glue_run.read_lines, args["raw_path"], BOOKMARK,' in script
    read = SCRIPT.with_name("glue_run.py").read_text(encoding="utf-8")
    assert "transformation_ctx=context" in read


@pytest.mark.parametrize(("file", "job"), JOBS)
def test_job_logs_into_groups_that_forget(file: Path, job: str) -> None:
    """Its prefix, with what Glue puts behind it, names two groups of the template."""
    prefix = _job(file, job)["DefaultArguments"]["--custom-logGroup-prefix"]
    _, [separator, output] = _join(prefix)
    groups = resources("AWS::Logs::LogGroup", file)
    errors = {name for name, group in groups.items() if "Fn::Join" in group["LogGroupName"]}
    [error] = (name for name in errors if _join(groups[name]["LogGroupName"])[1][1] == output)

    assert separator == "/output"
    assert _text(groups[output["Ref"]]["LogGroupName"]).endswith("/output")
    assert _join(groups[error]["LogGroupName"])[0] == "/error"
    assert {error, output["Ref"]} >= set(_listed(template(file)["Resources"][job]["DependsOn"]))


def _join(value: dict) -> tuple[str, list]:
    """Return what joins, and what splits and is split: so one ending takes another's place."""
    joins, split = value["Fn::Join"]
    return joins, split["Fn::Split"]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@pytest.mark.parametrize(("file", "job"), JOBS)
def test_job_publishes_no_metric_of_glues(file: Path, job: str) -> None:
    """Their names are new for every run, and each is charged; see docs/cost.md."""
    arguments = _job(file, job)["DefaultArguments"]
    assert not {name for name in arguments if name.endswith("metrics")}


@pytest.mark.parametrize(("file", "job"), JOBS)
def test_workers_stay(file: Path, job: str) -> None:
    """A worker that auto scaling takes away takes what it holds of a local checkpoint along."""
    assert "--enable-auto-scaling" not in _job(file, job)["DefaultArguments"]


@pytest.mark.parametrize("file", TEMPLATES)
def test_log_groups(file: Path) -> None:
    """They forget, and their names are new for each stack: one may come back after its deletion."""
    for group in resources("AWS::Logs::LogGroup", file).values():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        assert "AWS::StackId" in json.dumps(group) or "Fn::Join" in group["LogGroupName"]


@pytest.mark.parametrize("file", TEMPLATES)
def test_functions_log_into_groups_that_forget(file: Path) -> None:
    """Lambda would make a group without end for a function that has none."""
    groups = resources("AWS::Logs::LogGroup", file)

    for function in resources("AWS::Lambda::Function", file).values():
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


@pytest.mark.parametrize("file", TEMPLATES)
def test_every_job_is_stopped(file: Path) -> None:
    """Before the buckets are emptied no run of any job is left that could write."""
    [emptied] = resources("Custom::EmptiedBuckets", file).values()

    stopped = [each["Ref"] for each in emptied["JobNames"]]
    assert sorted(stopped) == sorted(resources("AWS::Glue::Job", file))


def test_state_machine_gets_every_name() -> None:
    """The definition's placeholders are the names that the template puts in."""
    [machine] = resources("AWS::StepFunctions::StateMachine").values()
    used = re.findall(r"\$\{(\w+)\}", STATE_MACHINE.read_text(encoding="utf-8"))

    assert set(used) == machine["DefinitionSubstitutions"].keys()
    assert machine["DefinitionS3Location"]["Key"] == f"glue_jobs/{STATE_MACHINE.name}"


@pytest.mark.parametrize("file", TEMPLATES)
def test_no_identity(file: Path) -> None:
    """A lab account may make no IAM resource; nobody's account or region is written down."""
    types = {resource["Type"] for resource in template(file)["Resources"].values()}

    assert not {name for name in types if name.startswith("AWS::IAM::")}
    assert not re.search(r"\b\d{12}\b|\b[a-z]{2}-[a-z]+-\d\b", file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", TEMPLATES)
def test_size(file: Path) -> None:
    """The first template goes with the request; the other lies where its code does."""
    assert file.stat().st_size <= MAX_BYTES[file]


def test_what_would_only_grow_expires() -> None:
    """Answers, scratch and run events go by themselves; no rule touches a table or a lock."""
    rules = resources("AWS::S3::Bucket")["AnalyticsBucket"]["LifecycleConfiguration"]["Rules"]
    days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}

    assert days == {"athena-results/": {"Ref": "ResultRetentionDays"}, "temp/": 1, "lineage/": 90}
    assert "stay for 90 days" in (PROJECT / "docs" / "lineage.md").read_text(encoding="utf-8")
    assert all("ExpirationInDays" not in rule for rule in rules if "Prefix" not in rule)
