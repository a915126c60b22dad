"""Athena's API: executions, results, workgroups, named queries."""

import pickle  # ruff: ignore[suspicious-pickle-import] - what the test itself pickled
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto.athena.models import athena_backends

from local_aws import athena as engine
from local_aws.athena.executions import LocalExecution
from local_aws.server import LocalAws
from local_aws.settings import ACCOUNT_ID, REGION

BUCKET = "athena-api"
GROUP = "athena_api"


@pytest.fixture(scope="module")
def athena(aws: LocalAws) -> BaseClient:
    """A client, with a bucket and a workgroup whose settings are enforced."""
    aws.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    client = aws.client("athena")
    output = {"OutputLocation": f"s3://{BUCKET}/enforced/"}
    client.create_work_group(Name=GROUP, Configuration={"ResultConfiguration": output})
    return client


def start(athena: BaseClient, sql: str, **options: object) -> str:
    """Start a query; return its id."""
    options = {"WorkGroup": GROUP, **options}
    return athena.start_query_execution(QueryString=sql, **options)["QueryExecutionId"]


def ended(athena: BaseClient, execution_id: str) -> dict[str, Any]:
    """Wait for the end of a query; return its description."""
    for _ in range(400):
        found = athena.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
        if found["Status"]["State"] not in {"QUEUED", "RUNNING"}:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{execution_id} did not end")


def refusal(call: Callable[..., object], **arguments: object) -> str:
    """Return why a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == "InvalidRequestException"
    return caught.value.response["Error"]["Message"]


def test_results_come_in_pages(athena: BaseClient) -> None:
    """The header is the first row of the first page; a NULL cell has no value, "" has one."""
    execution_id = start(
        athena, "select x, '' as empty, null as nothing from (values 1, 2) t (x) order by x;"
    )
    ended(athena, execution_id)
    first = athena.get_query_results(QueryExecutionId=execution_id, MaxResults=2)
    second = athena.get_query_results(QueryExecutionId=execution_id, NextToken=first["NextToken"])

    assert [row["Data"] for page in (first, second) for row in page["ResultSet"]["Rows"]] == [
        [{"VarCharValue": "x"}, {"VarCharValue": "empty"}, {"VarCharValue": "nothing"}],
        [{"VarCharValue": "1"}, {"VarCharValue": ""}, {}],
        [{"VarCharValue": "2"}, {"VarCharValue": ""}, {}],
    ]
    assert "NextToken" not in second


def test_text_survives_the_csv(athena: BaseClient) -> None:
    """Quotes, commas and line breaks come back as they are."""
    execution_id = start(athena, """select 'a "b", c\nd' as text""")
    ended(athena, execution_id)
    rows = athena.get_query_results(QueryExecutionId=execution_id)["ResultSet"]["Rows"]
    assert rows[1]["Data"] == [{"VarCharValue": 'a "b", c\nd'}]


def test_an_execution_is_described(athena: BaseClient) -> None:
    """GetQueryExecution tells query, place, times and workgroup."""
    execution_id = start(athena, "select 1", QueryExecutionContext={"Database": "any"})
    found = ended(athena, execution_id)

    assert found["Query"] == "select 1"
    assert found["StatementType"] == "DML"
    assert found["WorkGroup"] == GROUP
    assert found["QueryExecutionContext"] == {"Database": "any"}
    assert found["Status"]["CompletionDateTime"] >= found["Status"]["SubmissionDateTime"]
    assert found["Statistics"]["DataScannedInBytes"] == 0
    assert found["Statistics"]["TotalExecutionTimeInMillis"] > 0
    assert execution_id in athena.list_query_executions(WorkGroup=GROUP)["QueryExecutionIds"]
    batch = athena.batch_get_query_execution(QueryExecutionIds=[execution_id, "none"])
    assert [each["QueryExecutionId"] for each in batch["QueryExecutions"]] == [execution_id]
    assert len(batch["UnprocessedQueryExecutionIds"]) == 1


def test_a_failed_query_has_no_results(athena: BaseClient) -> None:
    """The reason stands in StateChangeReason and in AthenaError."""
    execution_id = start(athena, "select 1 / 0")
    status = ended(athena, execution_id)["Status"]

    assert status["State"] == "FAILED"
    assert status["StateChangeReason"] == "DIVISION_BY_ZERO: Division by zero"
    assert status["AthenaError"]["ErrorMessage"] == status["StateChangeReason"]
    assert status["AthenaError"]["ErrorCategory"] == 2
    sentence = refusal(athena.get_query_results, QueryExecutionId=execution_id)
    assert sentence == "Query did not finish successfully. Final query state: FAILED"


def test_a_query_can_be_stopped(athena: BaseClient) -> None:
    """StopQueryExecution ends what runs; the state is CANCELLED, at once and for good."""
    numbers = "unnest(sequence(1, 10000))"  # it may have no more
    tables = f"{numbers} a (x), {numbers} b (y), {numbers} c (z)"
    execution_id = start(athena, f"select count(*) from {tables} where x * y * z = 7")
    began = time.monotonic()
    athena.stop_query_execution(QueryExecutionId=execution_id)
    assert ended(athena, execution_id)["Status"]["State"] == "CANCELLED"
    assert ended(athena, start(athena, "select 1"))["Status"]["State"] == "SUCCEEDED"
    assert time.monotonic() - began < 5


def test_parameters_replace_question_marks(athena: BaseClient) -> None:
    """ExecutionParameters are SQL literals, in order; one in a string is none."""
    sql = "select ? + 1, ?, '?' -- ?"
    found = ended(athena, start(athena, sql, ExecutionParameters=["41", "'it''s'"]))
    rows = athena.get_query_results(QueryExecutionId=found["QueryExecutionId"])
    assert [cell["VarCharValue"] for cell in rows["ResultSet"]["Rows"][1]["Data"]] == [
        "42",
        "it's",
        "?",
    ]
    assert found["ExecutionParameters"] == ["41", "'it''s'"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"QueryString": "select 1; select 2"},
            "Only one sql statement is allowed. Got: select 1; select 2",
        ),
        ({"QueryString": "select 1 from"}, "line 1:10: mismatched input"),
        ({"QueryString": "hello world"}, "line 1:1: mismatched input 'hello'"),
        ({"QueryString": "-- nothing"}, "queryString is empty"),
        ({"QueryString": "select ?"}, "Incorrect number of parameters: expected 1 but found 0"),
        (
            {"QueryString": "select ?", "ExecutionParameters": ["(select 1)"]},
            "execution parameter '(select 1)' must be one SQL literal",
        ),
        (
            {"QueryString": "select 1", "WorkGroup": "primary"},
            (
                "No output location provided. An output location is required either through the"
                " Workgroup result configuration setting or as an API input."
            ),
        ),
        ({"QueryString": "select 1", "WorkGroup": "none"}, "WorkGroup none is not found."),
        (
            {
                "QueryString": "select 1",
                "WorkGroup": "primary",
                "ResultConfiguration": {"OutputLocation": "s3://no-such-bucket/"},
            },
            "Unable to verify/create output bucket no-such-bucket",
        ),
    ],
)
def test_a_bad_request_makes_no_query(
    athena: BaseClient, options: dict[str, Any], sentence: str
) -> None:
    """InvalidRequestException, before a query execution exists."""
    before = len(athena.list_query_executions(WorkGroup=GROUP)["QueryExecutionIds"])
    assert refusal(athena.start_query_execution, **{"WorkGroup": GROUP, **options}).startswith(
        sentence
    )
    assert len(athena.list_query_executions(WorkGroup=GROUP)["QueryExecutionIds"]) == before


def test_an_enforced_workgroup_decides_the_place(athena: BaseClient) -> None:
    """EnforceWorkGroupConfiguration overrides the client's ResultConfiguration (F4.19)."""
    mine = {"OutputLocation": f"s3://{BUCKET}/mine/"}
    found = ended(athena, start(athena, "select 1", ResultConfiguration=mine))
    place = found["ResultConfiguration"]["OutputLocation"]
    assert place == f"s3://{BUCKET}/enforced/{found['QueryExecutionId']}.csv"
    found = ended(athena, start(athena, "select 1", WorkGroup="primary", ResultConfiguration=mine))
    assert found["ResultConfiguration"]["OutputLocation"].startswith(f"s3://{BUCKET}/mine/")


def test_the_cutoff_cancels_a_query(athena: BaseClient, aws: LocalAws) -> None:
    """BytesScannedCutoffPerQuery: a query that scans more is cancelled, and says so (F4.19)."""
    aws.client("glue").create_database(DatabaseInput={"Name": GROUP})
    serde = {"SerializationLibrary": "org.apache.hive.hcatalog.data.JsonSerDe"}
    storage = {
        "Columns": [{"Name": "x", "Type": "string"}],
        "Location": f"s3://{BUCKET}/large/",
        "SerdeInfo": serde,
    }
    table = {"Name": "large", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage}
    aws.client("glue").create_table(DatabaseName=GROUP, TableInput=table)
    line = b'{"x": "' + b"y" * 1_000_000 + b'"}\n'
    aws.client("s3").put_object(Bucket=BUCKET, Key="large/a.json", Body=line * 11)
    output = {"OutputLocation": f"s3://{BUCKET}/"}
    limits = {"ResultConfiguration": output, "BytesScannedCutoffPerQuery": 10_000_000}
    athena.create_work_group(Name="frugal", Configuration=limits)

    sql = f"select count(*) from {GROUP}.large"
    found = ended(athena, start(athena, sql, WorkGroup="frugal"))
    assert found["Status"]["State"] == "CANCELLED"
    assert found["Status"]["StateChangeReason"] == "Bytes scanned limit was exceeded"
    assert found["Statistics"]["DataScannedInBytes"] == 11 * len(line)
    updates = {"RemoveBytesScannedCutoffPerQuery": True}
    athena.update_work_group(WorkGroup="frugal", ConfigurationUpdates=updates)
    assert ended(athena, start(athena, sql, WorkGroup="frugal"))["Status"]["State"] == "SUCCEEDED"


def test_a_workgroup_is_updated(athena: BaseClient) -> None:
    """What an update does not mention stays; a disabled workgroup takes no queries."""
    output = {"OutputLocation": f"s3://{BUCKET}/a/"}
    athena.create_work_group(Name="changing", Configuration={"ResultConfiguration": output})
    athena.update_work_group(
        WorkGroup="changing",
        State="DISABLED",
        ConfigurationUpdates={
            "ResultConfigurationUpdates": {"OutputLocation": f"s3://{BUCKET}/b/"},
            "BytesScannedCutoffPerQuery": 20_000_000,
        },
    )
    found = athena.get_work_group(WorkGroup="changing")["WorkGroup"]
    assert found["State"] == "DISABLED"
    assert found["Configuration"]["ResultConfiguration"]["OutputLocation"].endswith("/b/")
    assert found["Configuration"]["BytesScannedCutoffPerQuery"] == 20_000_000
    assert found["Configuration"]["EnforceWorkGroupConfiguration"] is True
    refused = refusal(athena.start_query_execution, QueryString="select 1", WorkGroup="changing")
    assert refused == "WorkGroup changing is disabled."


def test_a_workgroup_goes_with_what_it_holds(athena: BaseClient) -> None:
    """DeleteWorkGroup refuses one with named queries, unless RecursiveDeleteOption is set."""
    output = {"OutputLocation": f"s3://{BUCKET}/"}
    athena.create_work_group(Name="leaving", Configuration={"ResultConfiguration": output})
    made = athena.create_named_query(
        Name="q", Database="d", QueryString="select 1", WorkGroup="leaving"
    )
    assert (
        refusal(athena.delete_work_group, WorkGroup="leaving") == "WorkGroup leaving is not empty"
    )
    athena.delete_work_group(WorkGroup="leaving", RecursiveDeleteOption=True)
    assert refusal(athena.get_work_group, WorkGroup="leaving") == "WorkGroup leaving is not found."
    assert "was not found" in refusal(athena.get_named_query, NamedQueryId=made["NamedQueryId"])


def test_named_queries(athena: BaseClient) -> None:
    """Created, listed, described alone and together, changed, deleted."""
    made = athena.create_named_query(
        Name="q", Database="d", QueryString="select 1", WorkGroup=GROUP, Description="one"
    )["NamedQueryId"]
    assert athena.list_named_queries(WorkGroup=GROUP)["NamedQueryIds"] == [made]
    athena.update_named_query(NamedQueryId=made, Name="r", QueryString="select 2")
    expected = {
        "Name": "r", "Description": "one", "Database": "d", "QueryString": "select 2",
        "NamedQueryId": made, "WorkGroup": GROUP,
    }  # fmt: skip
    assert athena.get_named_query(NamedQueryId=made)["NamedQuery"] == expected
    batch = athena.batch_get_named_query(NamedQueryIds=[made, "none"])
    assert batch["NamedQueries"] == [expected]
    athena.delete_named_query(NamedQueryId=made)
    assert athena.list_named_queries(WorkGroup=GROUP)["NamedQueryIds"] == []


def test_tables_are_described(athena: BaseClient, aws: LocalAws) -> None:
    """GetTableMetadata and ListTableMetadata show the Glue catalog."""
    aws.client("glue").create_database(DatabaseInput={"Name": "described", "Description": "d"})
    storage = {"Columns": [{"Name": "x", "Type": "bigint"}], "Location": f"s3://{BUCKET}/t/"}
    table = {"Name": "t", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage}
    aws.client("glue").create_table(DatabaseName="described", TableInput=table)
    catalog = {"CatalogName": "AwsDataCatalog", "DatabaseName": "described"}

    found = athena.get_table_metadata(**catalog, TableName="t")["TableMetadata"]
    assert found["Columns"] == [{"Name": "x", "Type": "bigint"}]
    assert [
        each["Name"] for each in athena.list_table_metadata(**catalog)["TableMetadataList"]
    ] == ["t"]
    assert athena.get_database(**catalog)["Database"]["Description"] == "d"


def test_executions_survive_a_restart(athena: BaseClient) -> None:
    """An execution pickles; results are read from S3; one that did not finish has failed then."""
    execution_id = start(athena, "select 5 as five")
    ended(athena, execution_id)
    backend = athena_backends[ACCOUNT_ID][REGION]
    again = pickle.loads(pickle.dumps(backend.executions[execution_id]))  # ruff: ignore[suspicious-pickle-usage] - same
    assert isinstance(again, LocalExecution)
    assert again.described()["Status"]["State"] == "SUCCEEDED"

    backend.executions[again.id] = again
    again.state = "RUNNING"
    engine.fail_unfinished()
    status = ended(athena, execution_id)["Status"]
    assert status["State"] == "FAILED"
    assert status["StateChangeReason"] == engine.ENDED_WITH_THE_SERVER


def test_queries_run_side_by_side(athena: BaseClient) -> None:
    """Each in its own DuckDB: ten at once do not see each other."""
    ids = {start(athena, f"select {at} as n"): str(at) for at in range(10)}
    for execution_id, expected in ids.items():
        ended(athena, execution_id)
        rows = athena.get_query_results(QueryExecutionId=execution_id)["ResultSet"]["Rows"]
        assert rows[1]["Data"] == [{"VarCharValue": expected}]


def test_views(athena: BaseClient, aws: LocalAws) -> None:
    """A view is made, answers, is replaced and goes; Trino reads it too (tests/athena)."""
    aws.client("glue").create_database(DatabaseInput={"Name": "views"})

    def ask(sql: str) -> tuple[str, str | list[str]]:
        found = ended(athena, start(athena, sql, QueryExecutionContext={"Database": "views"}))
        if found["Status"]["State"] == "FAILED":
            return found["StatementType"], found["Status"]["StateChangeReason"].partition(":")[0]
        results = athena.get_query_results(QueryExecutionId=found["QueryExecutionId"])
        rows = [row["Data"] for row in results["ResultSet"]["Rows"]]
        return found["StatementType"], [cell["VarCharValue"] for row in rows for cell in row]

    assert ask("create view numbers as select 1 as n") == ("DDL", [])
    assert ask("create view numbers as select 2 as n") == ("DDL", "TABLE_ALREADY_EXISTS")
    assert ask("create or replace view numbers as select 2 as n") == ("DDL", [])
    assert ask("select n from views.numbers") == ("DML", ["n", "2"])
    assert ask("drop view numbers") == ("DDL", [])
    assert ask("select n from numbers") == ("DML", "TABLE_NOT_FOUND")


def test_a_repeated_request_is_one_query(athena: BaseClient) -> None:
    """ClientRequestToken: the same request again is the same execution, another one is refused."""
    token = f"a token of the test {time.time_ns():032}"
    first = start(athena, "select 1", ClientRequestToken=token)

    assert start(athena, "select 1", ClientRequestToken=token) == first
    ended(athena, first)
    assert start(athena, "select 1", ClientRequestToken=token) == first
    assert start(athena, "select 1") != first
    changed = {"QueryString": "select 2", "WorkGroup": GROUP, "ClientRequestToken": token}
    sentence = refusal(athena.start_query_execution, **changed)
    assert sentence == "Idempotent parameters do not match"


def test_the_catalog_is_glues(athena: BaseClient, aws: LocalAws) -> None:
    """Every account has it; what is asked of another is not answered with Glue's data."""
    aws.client("glue").create_database(DatabaseInput={"Name": "of_glue"})
    name = {"CatalogName": "AwsDataCatalog", "Type": "GLUE"}
    assert athena.list_data_catalogs()["DataCatalogsSummary"] == [name]
    described = athena.get_data_catalog(Name="AwsDataCatalog")["DataCatalog"]
    assert described["Parameters"] == {"catalog-id": ACCOUNT_ID}
    pages = athena.get_paginator("list_databases").paginate(CatalogName="awsdatacatalog")
    assert "of_glue" in [each["Name"] for page in pages for each in page["DatabaseList"]]

    missing = "Data catalog nowhere was not found"
    assert refusal(athena.get_data_catalog, Name="nowhere") == missing
    other = {"CatalogName": "nowhere", "DatabaseName": "of_glue"}
    assert refusal(athena.list_databases, CatalogName="nowhere") == missing
    assert refusal(athena.get_database, **other) == missing
    assert refusal(athena.list_table_metadata, **other) == missing
    assert refusal(athena.get_table_metadata, **other, TableName="t") == missing
    context = {"Catalog": "nowhere", "Database": "of_glue"}
    found = ended(athena, start(athena, "select * from t", QueryExecutionContext=context))
    assert "CATALOG_NOT_FOUND: " in found["Status"]["StateChangeReason"]


def test_metadata_that_is_not_there(athena: BaseClient, aws: LocalAws) -> None:
    """MetadataException, whose sentence holds Glue's code: PyAthena looks for it there."""
    aws.client("glue").create_database(DatabaseInput={"Name": "without_tables"})
    for ask, names in (
        (athena.get_table_metadata, {"DatabaseName": "without_tables", "TableName": "t"}),
        (athena.get_table_metadata, {"DatabaseName": "nowhere", "TableName": "t"}),
        (athena.list_table_metadata, {"DatabaseName": "nowhere"}),
        (athena.get_database, {"DatabaseName": "nowhere"}),
    ):
        with pytest.raises(ClientError, match=r"Error Code: EntityNotFoundException;") as caught:
            ask(CatalogName="AwsDataCatalog", **names)
        assert caught.value.response["Error"]["Code"] == "MetadataException"


def test_statistics_are_measured(athena: BaseClient) -> None:
    """GetQueryRuntimeStatistics tells what GetQueryExecution does, and invents no rows."""
    found = ended(athena, start(athena, "select 1"))
    asked = {"QueryExecutionId": found["QueryExecutionId"]}
    told = athena.get_query_runtime_statistics(**asked)["QueryRuntimeStatistics"]

    for name in ("TotalExecutionTimeInMillis", "EngineExecutionTimeInMillis"):
        assert told["Timeline"][name] == found["Statistics"][name]
    assert (told["Rows"], "OutputStage" in told) == ({"InputBytes": 0}, False)


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "name"),
    [
        ("glue", "search_tables", {"SearchText": "t"}, "SearchTables"),
        ("athena", "list_engine_versions", {}, "ListEngineVersions"),
        ("sns", "list_origination_numbers", {}, ""),
    ],
)
def test_operations_that_are_not_offered(
    aws: LocalAws, service: str, operation: str, arguments: dict[str, str], name: str
) -> None:
    """By name, with a status that clients do not try again: a 500 looks like a defect."""
    with pytest.raises(ClientError, match=f"The local AWS does not offer {name}") as caught:
        getattr(aws.client(service), operation)(**arguments)
    answer = caught.value.response
    assert answer["Error"]["Code"] == "NotImplemented"
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0


def test_a_prepared_statement_that_is_not_there(athena: BaseClient) -> None:
    """ResourceNotFoundException; no defect."""
    with pytest.raises(athena.exceptions.ResourceNotFoundException, match="p was not found in"):
        athena.get_prepared_statement(StatementName="p", WorkGroup=GROUP)


NOT_RUN = {
    "msck repair table `t`": "MSCK statements, only queries and views",
    "unload (select 1 as x) to 's3://b/x/' with (format = 'PARQUET')": "UNLOAD statements",
    "create table n with (format = 'PARQUET') as select 1 as x": "CREATE statements",
    "create external table `n` (`x` int) location 's3://b/n/'": "CREATE statements",
    "describe `t`": "DESCRIBE statements",
    "using external function f(x int) returns int lambda 'l' select f(1)": "USING statements",
    "deallocate prepare p": "DEALLOCATE statements",
    "vacuum t": "VACUUM statements",
    "show partitions t": "SHOW statements",
    "select table_name from information_schema.tables": "information_schema; GetDatabases",
    'select * from "t$partitions"': 'the metadata table "t$partitions"; GetPartitions',
    'select "$file_size" from (values 1) t (x)': 'the hidden column "$file_size"',
    'select t."$file_modified_time" from (values 1) t (x)': "the hidden column",
    "select date_trunc('day', timestamp '0001-01-01 00:00:00.000 UTC' at time zone"
    " 'America/New_York')": "a result before the year 1 or after 9999",
    "select array[date '0001-01-01' - interval '1' day]": "a result before the year 1",
    "select timestamp '9999-12-31 23:59:59.000' + interval '1' day": "or after 9999",
}


def test_valid_statements_are_refused_by_name(athena: BaseClient) -> None:
    """What Athena runs and this one does not: NOT_SUPPORTED, neither a defect nor bad SQL."""
    context = {"Database": "any"}
    started = {sql: start(athena, sql, QueryExecutionContext=context) for sql in NOT_RUN}

    for sql, words in NOT_RUN.items():
        reason = ended(athena, started[sql])["Status"]["StateChangeReason"]
        assert reason.startswith("NOT_SUPPORTED: "), sql
        assert words in reason, sql
    kinds = [ended(athena, started[sql])["SubstatementType"] for sql in list(NOT_RUN)[:2]]
    assert kinds == ["MSCK", "UNLOAD"]
