"""The template, the schemas, the job's script and queries.sql say the same."""

import json
import re
from datetime import UTC, datetime

import pytest
from pyspark.sql import types as T

from glue_jobs.load import NOTHING
from glue_jobs.metrics import NAMESPACE, metrics
from glue_jobs.run import Outcome
from glue_jobs.schemas import RAW_EVENTS, TABLES, Table
from tests.template import PROJECT, TEMPLATE, resources, template

SCRIPT = PROJECT / "glue_jobs" / "curate_events.py"
STATE_MACHINE = PROJECT / "glue_jobs" / "orchestration.asl.yaml"
MAX_BYTES = 46_080  # 45 KB of the 50 that create-stack takes as a file
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


def _text(value: str | dict[str, str]) -> str:
    """Return a text whose substitutions are still to be made."""
    return value if isinstance(value, str) else value["Fn::Sub"]


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


def test_job_arguments() -> None:
    """The job passes exactly the arguments that its script resolves."""
    [job] = resources("AWS::Glue::Job").values()
    given = {name.removeprefix("--") for name in job["DefaultArguments"]}
    of_glue = {name for name in given if "-" in name or name in {"conf", "TempDir"}}
    resolved = re.search(r"ARGUMENTS = \(([^)]*)\)", SCRIPT.read_text(encoding="utf-8"))

    assert given - of_glue == set(re.findall(r'"(\w+)"', resolved[1])) - {"JOB_NAME"}


def test_bookmark() -> None:
    """The bookmark is on, its context is named, and no two runs share it."""
    [job] = resources("AWS::Glue::Job").values()

    assert job["DefaultArguments"]["--job-bookmark-option"] == "job-bookmark-enable"
    assert job["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    assert 'transformation_ctx="raw_events"' in SCRIPT.read_text(encoding="utf-8")


def test_job_is_observed() -> None:
    """The job's logs end in groups that forget, and it publishes what the alarms look at."""
    [job] = resources("AWS::Glue::Job").values()
    arguments = job["DefaultArguments"]
    prefix = arguments["--custom-logGroup-prefix"]["Fn::Sub"]
    groups = resources("AWS::Logs::LogGroup").values()

    assert {"--enable-metrics", "--enable-auto-scaling"} <= arguments.keys()
    assert arguments["--enable-observability-metrics"] == "true"
    assert {f"{prefix}/output", f"{prefix}/error"} <= {_text(g["LogGroupName"]) for g in groups}
    assert all(group["RetentionInDays"] == {"Ref": "LogRetentionDays"} for group in groups)


def test_functions_log_into_groups_that_forget() -> None:
    """Lambda would make a group without end for a function that has none."""
    groups = {_text(g["LogGroupName"]) for g in resources("AWS::Logs::LogGroup").values()}

    for function in resources("AWS::Lambda::Function").values():
        assert f"/aws/lambda/{_text(function['FunctionName'])}" in groups


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


# What AWS publishes, by namespace: metric names and dimensions.
OF_AWS = {
    ("Glue", "glue.error.ALL"): {"JobName", "JobRunId", "Type", "ObservabilityGroup"},
    ("AWS/Lambda", "Errors"): {"FunctionName"},
    ("AWS/Lambda", "Invocations"): {"FunctionName"},
}


def _published() -> dict[tuple[str, str], set[str]]:
    """Return the dimensions of every metric that is there, ours and those of AWS."""
    now = datetime.now(UTC)
    slot = f"/year={now:%Y}/month={now:%m}/day={now:%d}/hour=00/minute=00/"
    loaded = NOTHING._replace(counts={**NOTHING.counts, "lines": 1}, source_files=[slot])
    run = {"StartedOn": now, "MaxCapacity": 2.0}
    ours = metrics(Outcome(loaded, [], [], set()), run, 0.44, now)
    return {**OF_AWS, **{(NAMESPACE, name): {"JobName"} for name in ours}}


def test_alarms_look_at_what_is_published() -> None:
    """An alarm on a name that nobody publishes would never fire."""
    published = _published()
    looked_at = {
        (alarm["Namespace"], alarm["MetricName"]): {d["Name"] for d in alarm["Dimensions"]}
        for alarm in resources("AWS::CloudWatch::Alarm").values()
    }

    assert looked_at.items() <= published.items()
    assert looked_at.keys() > OF_AWS.keys()


def test_every_alarm_tells_somebody() -> None:
    """All alarms publish to the topic, and state what missing data means."""
    for alarm in resources("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
        assert alarm["TreatMissingData"] in {"breaching", "notBreaching"}


def test_dashboard() -> None:
    """Its body is JSON, and shows metrics that are published, in the stack's region."""
    [dashboard] = resources("AWS::CloudWatch::Dashboard").values()
    shown = [
        widget["properties"] for widget in json.loads(_text(dashboard["DashboardBody"]))["widgets"]
    ]
    names = {(NAMESPACE, metric[1]) for widget in shown for metric in widget["metrics"]}

    assert names <= _published().keys()
    assert {"Lines", "Accepted", "Duplicates", "Rejected", "RunSeconds", "FreshnessSeconds"} <= {
        name for _, name in names
    }
    assert {widget["region"] for widget in shown} == {"${AWS::Region}"}


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
    """The template goes to create-stack as a file, with room to grow."""
    assert TEMPLATE.stat().st_size < MAX_BYTES
