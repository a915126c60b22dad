"""Athena over the Glue Data Catalog: which files a query reads, and what it says of them."""

import gzip
import json
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from local_aws.athena.engine import connection
from local_aws.server import LocalAws

PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
HIVE_JSON = "org.apache.hive.hcatalog.data.JsonSerDe"
OPENX = "org.openx.data.jsonserde.JsonSerDe"
BUCKET = "athena-queries"
DATABASE = "athena_queries"
SALES_COLUMNS = {
    "product_id": "string",
    "amount": "decimal(10,2)",
    "quantity": "int",
    "views": "bigint",
    "rate": "double",
    "sold_at": "timestamp",
    "sold_on": "date",
    "tags": "array<string>",
    "note": "string",  # in no file
}
SALES = pa.schema([
    ("Product_ID", pa.string()),  # columns are found by name, whatever its case
    ("amount", pa.decimal128(10, 2)),
    ("quantity", pa.int32()),
    ("views", pa.int64()),
    ("rate", pa.float64()),
    ("sold_at", pa.timestamp("ms", tz="UTC")),
    ("sold_on", pa.date32()),
    ("tags", pa.list_(pa.string())),
])
HALF_PAST = datetime(2026, 11, 20, 10, 30, 0, 123000, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)
DAY_20 = [
    ("p1", Decimal("9.99"), 2, 7, 0.1, HALF_PAST, date(2026, 11, 20), ["a", "b"]),
    ("p2", Decimal("0.01"), 1, 2, 1e10, HALF_PAST, date(2026, 11, 20), []),
]
DAY_21 = [("p1", Decimal("20.00"), None, 0, None, MIDNIGHT, date(2026, 11, 21), None)]


@dataclass
class Lake:
    """A bucket and a database to put tables in, and what asks about them."""

    aws: LocalAws

    def table(
        self, name: str, columns: dict[str, str], keys: tuple[str, ...] = (), serde: str = PARQUET,
        **more: Any,  # ruff: ignore[any-type] - parts of the table, as they come
    ) -> None:  # fmt: skip
        """Register a table at s3://<bucket>/<name>/."""
        described = {
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
            "Parameters": more.get("parameters", {}),
            "StorageDescriptor": {
                "Columns": [{"Name": column, "Type": of} for column, of in columns.items()],
                "Location": f"s3://{BUCKET}/{name}/",
                "SerdeInfo": {
                    "SerializationLibrary": serde,
                    "Parameters": more.get("serde_parameters", {}),
                },
            },
        }
        described = {key: of for key, of in described.items() if key != more.get("without")}
        self.aws.client("glue").create_table(DatabaseName=DATABASE, TableInput=described)

    def partition(self, table: str, values: list[str], folder: str) -> None:
        """Register a partition of a table at a folder of the bucket."""
        storage = {"Columns": [], "Location": f"s3://{BUCKET}/{folder}"}
        self.aws.client("glue").create_partition(
            DatabaseName=DATABASE,
            TableName=table,
            PartitionInput={"Values": values, "StorageDescriptor": storage},
        )

    def path(self, key: str) -> Path:
        """Return where an object of the bucket is or will be."""
        path = self.aws.settings.s3_root / BUCKET / key
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def parquet(self, key: str, rows: list[tuple], schema: pa.Schema = SALES) -> Path:
        """Write a Parquet object."""
        records = [dict(zip(schema.names, row, strict=True)) for row in rows]
        pq.write_table(pa.Table.from_pylist(records, schema), self.path(key))
        return self.path(key)

    def lines(self, key: str, *lines: str) -> Path:
        """Write a gzipped object of lines."""
        self.path(key).write_bytes(gzip.compress("\n".join(lines).encode()))
        return self.path(key)

    def run(self, sql: str, **options: object) -> dict[str, Any]:
        """Run a query to its end; return its description."""
        athena = self.aws.client("athena")
        started = athena.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": DATABASE},
            **{"WorkGroup": DATABASE, **options},
        )
        for _ in range(400):
            execution = athena.get_query_execution(QueryExecutionId=started["QueryExecutionId"])
            if execution["QueryExecution"]["Status"]["State"] not in {"QUEUED", "RUNNING"}:
                return execution["QueryExecution"]
            time.sleep(0.02)
        raise AssertionError(f"the query did not end: {sql}")

    def rows(self, sql: str, **options: object) -> list[list[str | None]]:
        """Return the rows of an answer, without its header."""
        execution = self.run(sql, **options)
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
        found = self.aws.client("athena").get_query_results(
            QueryExecutionId=execution["QueryExecutionId"]
        )
        rows = found["ResultSet"]["Rows"][1:]
        return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]

    def columns(self, sql: str) -> list[dict[str, Any]]:
        """Return what GetQueryResults says of an answer's columns."""
        found = self.aws.client("athena").get_query_results(
            QueryExecutionId=self.run(sql)["QueryExecutionId"]
        )
        return found["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]

    def reason(self, sql: str, **options: object) -> str:
        """Return why a query failed."""
        status = self.run(sql, **options)["Status"]
        assert status["State"] == "FAILED"
        return status["StateChangeReason"]

    def scanned(self, sql: str) -> int:
        """Return the bytes that a query scanned."""
        execution = self.run(sql)
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
        return execution["Statistics"]["DataScannedInBytes"]


@pytest.fixture(scope="module")
def lake(aws: LocalAws) -> Lake:
    """A database with ``sales``: two hours registered, one that is not."""
    aws.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    aws.client("glue").create_database(DatabaseInput={"Name": DATABASE})
    aws.client("athena").create_work_group(
        Name=DATABASE,
        Configuration={
            "ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/results"},
            "BytesScannedCutoffPerQuery": 10_000_000,
        },
    )
    made = Lake(aws)
    made.table("sales", SALES_COLUMNS, ("dt", "hour"))
    made.parquet("sales/dt=2026-11-20/hour=10/run=1/part-0.parquet", DAY_20)
    made.parquet("sales/elsewhere/part-0.parquet", DAY_21)
    made.parquet("sales/dt=2026-11-22/hour=00/part-0.parquet", DAY_21)
    made.path("sales/dt=2026-11-20/hour=10/run=1/_SUCCESS").write_bytes(b"")
    made.path("sales/dt=2026-11-20/hour=10/.part-0.crc").write_bytes(b"no Parquet")
    made.partition("sales", ["2026-11-20", "10"], "sales/dt=2026-11-20/hour=10/")
    made.partition("sales", ["2026-11-21", "00"], "sales/elsewhere/")
    made.partition("sales", ["2026-11-23", "00"], "sales/dt=2026-11-23/hour=00/")
    return made


def chunk_bytes(path: Path, *columns: str) -> int:
    """Return the compressed size of columns in a file's footer."""
    group = pq.read_metadata(path).row_group(0)
    chunks = [group.column(at) for at in range(group.num_columns)]
    return sum(
        chunk.total_compressed_size
        for chunk in chunks
        if chunk.path_in_schema.split(".")[0].lower() in columns
    )


def test_every_type_has_athenas_text(lake: Lake) -> None:
    """CSV cells: NULL is nothing at all, everything else is quoted; keys come last."""
    execution = lake.run("select * from sales order by views desc")
    csv = lake.path(f"results/{execution['QueryExecutionId']}.csv").read_text(encoding="utf-8")

    assert execution["ResultConfiguration"]["OutputLocation"].endswith(
        f"/results/{execution['QueryExecutionId']}.csv"
    )
    header = [
        "product_id",
        "amount",
        "quantity",
        "views",
        "rate",
        "sold_at",
        "sold_on",
        "tags",
        "note",
        "dt",
        "hour",
    ]
    at, on = '"2026-11-20 10:30:00.123"', '"2026-11-20"'
    assert csv.splitlines() == [
        ",".join(f'"{name}"' for name in header),
        f'"p1","9.99","2","7","0.1",{at},{on},"[a, b]",,{on},"10"',
        f'"p2","0.01","1","2","1.0E10",{at},{on},"[]",,{on},"10"',
        '"p1","20.00",,"0",,"2026-11-21 00:00:00.000","2026-11-21",,,"2026-11-21","00"',
    ]


def test_columns_are_described(lake: Lake) -> None:
    """GetQueryResults names Athena's types, and the digits of decimals."""
    sql = "select product_id, sum(amount) as total, count(*), sold_at from sales group by 1, 4"
    found = lake.aws.client("athena").get_query_results(
        QueryExecutionId=lake.run(sql)["QueryExecutionId"]
    )
    columns = found["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]

    assert [(each["Name"], each["Type"], each["Precision"], each["Scale"]) for each in columns] == [
        ("product_id", "varchar", 2147483647, 0),
        ("total", "decimal", 38, 2),
        ("_col2", "bigint", 19, 0),
        ("sold_at", "timestamp", 3, 0),
    ]


def test_maps_of_a_table(lake: Lake) -> None:
    """A map is told as {key=value, ...}, looked into by key, and taken apart to rows."""
    schema = pa.schema([("file", pa.string()), ("rejects", pa.map_(pa.string(), pa.int64()))])
    rows = [
        ("a", [("not_json", 2), ("missing_price", 1)]),
        ("b", []),
        ("c", None),
        ("d", [("not_json", None)]),
    ]
    lake.table("ledger", {"file": "string", "rejects": "map<string,bigint>"}, ("dt",))
    lake.parquet("ledger/dt=1/part-0.parquet", rows, schema)
    lake.partition("ledger", ["1"], "ledger/dt=1/")

    assert lake.rows("select rejects from ledger order by file") == [
        ["{not_json=2, missing_price=1}"], ["{}"], [None], ["{not_json=null}"],
    ]  # fmt: skip
    size_and_one = "cardinality(rejects), element_at(rejects, 'missing_price'), rejects is null"
    assert lake.rows(f"select {size_and_one} from ledger order by file") == [
        ["2", "1", "false"], ["0", None, "false"], [None, None, "true"], ["1", None, "false"],
    ]  # fmt: skip
    assert lake.rows("select rejects['not_json'] from ledger where file in ('a', 'c')") == [
        ["2"],
        [None],
    ]
    assert "Key not present in map: not_json" in lake.reason(
        "select rejects['not_json'] from ledger where file = 'b'"
    )
    assert lake.rows(
        "select reason, sum(number), count(*) from ledger"
        " cross join unnest(rejects) as t (reason, number) group by reason order by reason"
    ) == [["missing_price", "1", "1"], ["not_json", "2", "2"]]
    kept = "left join unnest(rejects) as t (reason, number) on true"
    assert lake.rows(f"select file from ledger {kept} where reason is null order by 1") == [
        ["b"], ["c"],
    ]  # fmt: skip
    assert [each["Type"] for each in lake.columns("select rejects from ledger")] == ["map"]
    lake.table("wrong", {"rejects": "map<string,int>"}, ("dt",))
    lake.partition("wrong", ["1"], "ledger/dt=1/")
    assert lake.reason("select rejects from wrong").startswith("HIVE_BAD_DATA")


def test_slots_without_a_file(lake: Lake) -> None:
    """The five minutes between the first and the last that have no row."""
    schema = pa.schema([("slot", pa.timestamp("ms", tz="UTC"))])
    slots = [datetime(2026, 11, 20, 10, minute, tzinfo=UTC) for minute in (0, 5, 20)]
    lake.table("slots", {"slot": "timestamp"}, ("dt",))
    lake.parquet("slots/dt=1/part-0.parquet", [(slot,) for slot in slots], schema)
    lake.partition("slots", ["1"], "slots/dt=1/")

    assert lake.rows("""
        with expected as (
            select slot
            from (select min(slot) as first, max(slot) as last from slots)
            cross join unnest(sequence(first, last, interval '5' minute)) as t (slot)
        )
        select expected.slot
        from expected left join slots on slots.slot = expected.slot
        where slots.slot is null
        order by 1
    """) == [["2026-11-20 10:10:00.000"], ["2026-11-20 10:15:00.000"]]


def test_only_registered_partitions_are_read(lake: Lake) -> None:
    """Rows lie where the catalog says: other folders are invisible, empty ones have no rows."""
    assert lake.rows("select dt, hour, count(*) from sales group by 1, 2 order by 1") == [
        ["2026-11-20", "10", "2"],
        ["2026-11-21", "00", "1"],
    ]


def test_path_is_the_objects_address(lake: Lake) -> None:
    """The column "$path" is hidden from * and can be asked for (F4.15)."""
    assert lake.rows("""select "$path" from sales where dt = '2026-11-21'""") == [
        [f"s3://{BUCKET}/sales/elsewhere/part-0.parquet"]
    ]


def test_scanned_bytes_are_what_is_read(lake: Lake) -> None:
    """Partitions that the conditions exclude and columns that nobody names cost nothing."""
    day_20 = lake.path("sales/dt=2026-11-20/hour=10/run=1/part-0.parquet")
    day_21 = lake.path("sales/elsewhere/part-0.parquet")
    one_day = "where dt = '2026-11-20'"
    inner = "with every as (select * from sales)"
    cases = {
        "select count(*) from sales": 0,
        f"select sum(amount) from sales {one_day}": chunk_bytes(day_20, "amount"),
        f"select sum(amount) from sales {one_day} and views > 1": chunk_bytes(
            day_20, "amount", "views"
        ),
        "select amount from sales": chunk_bytes(day_20, "amount") + chunk_bytes(day_21, "amount"),
        f"{inner} select max(rate) from every {one_day}": chunk_bytes(day_20, "rate"),
        f"{inner} select count(*) from every where date(dt) = date '2026-11-21'": 0,
        f"select tags from sales {one_day} or hour = '00'": chunk_bytes(day_20, "tags")
        + chunk_bytes(day_21, "tags"),
        f"select dt, count(*) from sales {one_day} group by dt order by max(views)": chunk_bytes(
            day_20, "views"
        ),
    }
    assert {sql: lake.scanned(sql) for sql in cases} == cases


def test_files_of_excluded_partitions_are_not_opened(lake: Lake) -> None:
    """A broken file hurts only the queries that read its partition."""
    lake.table("torn", {"x": "bigint"}, ("dt",))
    lake.parquet("torn/dt=1/a.parquet", [(5,)], pa.schema([("x", pa.int64())]))
    lake.path("torn/dt=2/a.parquet").write_bytes(b"torn")
    for day in "12":
        lake.partition("torn", [day], f"torn/dt={day}/")

    assert lake.rows("select x from torn where dt = '1'") == [["5"]]
    assert lake.reason("select x from torn").startswith("HIVE_BAD_DATA: Not valid Parquet file")


def test_an_outer_join_keeps_what_it_fills(lake: Lake) -> None:
    """A condition on the NULL side of an outer join prunes nothing: IS NULL would become true."""
    sql = """
        select a.dt, b.dt from sales as a left join sales as b
        on a.dt = b.dt and a.product_id = b.product_id
        where b.dt is null or b.dt = '2026-11-21' order by 1
    """
    assert lake.rows(sql) == [["2026-11-21", "2026-11-21"]]


def test_the_declared_type_is_enforced(lake: Lake) -> None:
    """A file whose column has another type fails the queries that read the column (F4.22)."""
    lake.table("mistyped", {"x": "bigint", "y": "string"})
    lake.parquet(
        "mistyped/a.parquet", [("1", "b")], pa.schema([("x", pa.string()), ("y", pa.string())])
    )

    assert lake.rows("select y from mistyped") == [["b"]]
    assert lake.reason("select x from mistyped") == (
        f"HIVE_BAD_DATA: Field x's type BYTE_ARRAY in parquet file s3://{BUCKET}/mistyped/a.parquet"
        " is incompatible with type bigint defined in table schema"
    )


def test_a_table_without_a_type_fails(lake: Lake) -> None:
    """A table made without TableType cannot be queried (F4.22)."""
    lake.table("untyped", {"x": "bigint"}, without="TableType")
    assert "NullPointerException Name is null" in lake.reason("select * from untyped")


def test_hive_json_shows_numbers_as_written(lake: Lake) -> None:
    """All-string columns over gzipped lines; an absent field is NULL (F4.10)."""
    columns = {"price": "string", "ok": "string", "name": "string"}
    lake.table("raw", columns, serde=HIVE_JSON)
    file = lake.lines(
        "raw/minute=00/a.jsonl.gz",
        '{"price": 9.990, "ok": true, "name": "x", "extra": [1]}',
        '{"Price": 1e1, "name": null}',
    )
    assert lake.rows("select * from raw order by name") == [
        ["9.990", "true", "x"],
        ["1e1", None, None],
    ]
    assert lake.scanned("select count(*) from raw") == file.stat().st_size


def test_json_has_whole_numbers_and_lists_of_texts(lake: Lake) -> None:
    """Of other types than string these two are read; what would have to be converted is refused."""
    columns = {"n": "bigint", "names": "array<string>"}
    lake.table("typed", columns, serde=HIVE_JSON)
    lake.lines(
        "typed/a.gz",
        '{"n": -9007199254740993, "names": ["a", null, 1.50]}',
        '{"n": null, "names": []}',
        "{}",
    )
    texts = "select n + 1, array_join(names, ',', '?') from typed where n is not null"
    assert lake.rows(texts) == [["-9007199254740992", "a,?,1.50"]]
    assert lake.rows("select count(n), count(names) from typed") == [["1", "2"]]
    lake.table("float", {"n": "float"}, serde=HIVE_JSON)
    lake.lines("float/a.gz", '{"n": 1}')
    assert "the JSON column n of type real" in lake.reason("select n from float")


def test_json_has_fractions_flags_and_moments(lake: Lake) -> None:
    """A double is a number, a boolean is true or false, a timestamp a text as Hive writes it."""
    columns = {"rate": "double", "ok": "boolean", "at": "timestamp"}
    lake.table("measured", columns, serde=HIVE_JSON)
    lake.lines(
        "measured/a.jsonl.gz",
        '{"rate": 0.1, "ok": true, "at": "2026-03-02 09:08:07.006"}',
        '{"rate": -1e-3, "ok": false, "at": "2026-03-02 09:08:07"}',
        '{"rate": 2, "ok": null, "at": null}',
        '{"rate": null}',
    )
    assert lake.rows("select rate * 2, not ok, at + interval '1' second from measured") == [
        ["0.2", "false", "2026-03-02 09:08:08.006"],
        ["-0.002", "true", "2026-03-02 09:08:08.000"],
        ["4.0", None, None],
        [None, None, None],
    ]
    assert [c["Type"] for c in lake.columns("select rate, ok, at from measured")] == [
        *columns.values()
    ]


@pytest.mark.parametrize(
    "line",
    [
        '{"n": 1.0}',
        '{"n": "1"}',
        '{"n": true}',
        '{"names": "a"}',
        '{"rate": "0.1"}',
        '{"rate": true}',
        '{"ok": "true"}',
        '{"ok": 1}',
        '{"at": "2026-03-02T09:08:07"}',
        '{"at": "2026-03-02 09:08:07.0065"}',
        '{"at": "2026-04-31 09:08:07"}',
        '{"at": 1772442487}',
    ],
)
def test_json_values_are_not_converted(lake: Lake, line: str) -> None:
    """What a SerDe makes of a text where a number stands, of one value, of a finer moment."""
    name = f"other_{line.encode().hex()[:60]}"
    columns = {"n": "bigint", "names": "array<string>", "rate": "double", "ok": "boolean"}
    lake.table(name, columns | {"at": "timestamp"}, serde=HIVE_JSON)
    lake.lines(f"{name}/a.gz", line)
    assert lake.reason(f"select n, names, rate, ok, at from {name}").startswith("NOT_SUPPORTED: ")


@pytest.mark.parametrize(
    "line", ["{", "[1]", '{"x": NaN}', '{"x": 1,}', '{"x": 1, "x": 2}', "", "5"]
)
def test_a_bad_json_line_fails_the_query(lake: Lake, line: str) -> None:
    """Hive's SerDe knows no bad lines; OpenX makes rows of NULLs of them if told to (F4.9)."""
    name = f"bad_{json.dumps(line).encode().hex()}"
    lenient = {"ignore.malformed.json": "true"}
    lake.lines(f"{name}/a.gz", '{"x": "first"}', line, '{"x": "last"}')
    lake.table(name, {"x": "string"}, serde=HIVE_JSON)
    assert lake.reason(f"select x from {name}").startswith("HIVE_CURSOR_ERROR: Row is not a valid")
    if line != '{"x": 1, "x": 2}':
        lake.lines(f"{name}_openx/a.gz", '{"x": "first"}', line, '{"x": "last"}')
        lake.table(f"{name}_openx", {"x": "string"}, serde=OPENX, serde_parameters=lenient)
        assert lake.rows(f"select x from {name}_openx") == [["first"], [None], ["last"]]


def test_a_truncated_gz_fails_the_query(lake: Lake) -> None:
    """F4.11."""
    lake.table("truncated", {"x": "string"}, serde=HIVE_JSON)
    path = lake.lines("truncated/a.gz", *(json.dumps({"x": at}) for at in range(1000)))
    path.write_bytes(path.read_bytes()[:-20])
    assert lake.reason("select x from truncated").startswith(
        "HIVE_CURSOR_ERROR: Unexpected end of input stream"
    )


def test_projection_ignores_registered_partitions(lake: Lake) -> None:
    """Integer keys with digits, by template; what is out of range has no rows (F4.2, F4.3)."""
    parameters = {
        "projection.enabled": "true",
        "projection.year.type": "integer",
        "projection.year.range": "2026,2027",
        "projection.month.type": "integer",
        "projection.month.range": "1,12",
        "projection.month.digits": "2",
        "storage.location.template": f"s3://{BUCKET}/projected/year=${{year}}/month=${{month}}/",
    }
    lake.table("projected", {"x": "string"}, ("year", "month"), HIVE_JSON, parameters=parameters)
    sizes = {}
    for year, month in [("2026", "01"), ("2026", "1"), ("2025", "01"), ("2027", "12")]:
        line = json.dumps({"x": f"{year} {month}"})
        file = lake.lines(f"projected/year={year}/month={month}/minute=05/a.gz", line)
        sizes[year, month] = file.stat().st_size
    lake.partition("projected", ["2025", "01"], "projected/year=2025/month=01/")

    assert lake.rows("select x, year, month from projected order by 1") == [
        ["2026 01", "2026", "01"],
        ["2027 12", "2027", "12"],
    ]
    assert lake.scanned("select x from projected where year = '2027'") == sizes["2027", "12"]
    assert lake.rows("select x from projected where year = '2025'") == []


def test_projection_of_dates_enums_and_injected_keys(lake: Lake) -> None:
    """F4.2: a date range with NOW, listed values, and a key that the query must fix."""
    parameters = {
        "projection.enabled": "true",
        "projection.day.type": "date",
        "projection.day.format": "yyyy-MM-dd",
        "projection.day.range": "2026-11-20,NOW",
        "projection.kind.type": "enum",
        "projection.kind.values": "a,b",
        "projection.tenant.type": "injected",
    }
    lake.table(
        "dated", {"x": "string"}, ("day", "kind", "tenant"), HIVE_JSON, parameters=parameters
    )
    for day, kind in [("2026-11-19", "a"), ("2026-11-20", "a"), ("2026-11-20", "c")]:
        folder = f"dated/day={day}/kind={kind}/tenant=t/"
        lake.lines(f"{folder}a.gz", json.dumps({"x": folder}))

    assert lake.rows("select day, kind from dated where tenant = 't'") == [["2026-11-20", "a"]]
    assert lake.reason("select day from dated").startswith("CONSTRAINT_VIOLATION: For the injected")


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        (
            "select 1 from nothing",
            (
                "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.athena_queries.nothing' does not"
                " exist"
            ),
        ),
        ("select 1 from no.t", "SCHEMA_NOT_FOUND: line 1:15: Schema 'no' does not exist"),
        (
            "select nope from sales",
            (
                "COLUMN_NOT_FOUND: line 1:8: Column 'nope' cannot be resolved or requester is not"
                " authorized to access requested resources"
            ),
        ),
        (
            "select 1 from sales where amount = 'x'",
            "TYPE_MISMATCH: line 1:27: Cannot apply operator: decimal(10,2) = varchar(1)",
        ),
        ("select quantity / 0 from sales", "DIVISION_BY_ZERO: Division by zero"),
        (
            "select cast(product_id as integer) from sales where dt = '2026-11-21'",
            "INVALID_CAST_ARGUMENT: Cannot cast 'p1' to INT",
        ),
        (
            "select cast(product_id as date) from sales where dt = '2026-11-21'",
            "INVALID_CAST_ARGUMENT: Value cannot be cast to date: p1",
        ),
        (
            "select 1 from sales where views",
            "TYPE_MISMATCH: line 1:27: WHERE clause must evaluate to a boolean: actual type bigint",
        ),
        (
            "select (select views from sales)",
            "SUBQUERY_MULTIPLE_ROWS: Scalar sub-query has returned multiple rows",
        ),
    ],
)
def test_failures_have_athenas_words(lake: Lake, sql: str, reason: str) -> None:
    """The StateChangeReason begins with Trino's error code and says where."""
    assert lake.reason(sql) == reason


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("select soundex('x')", "the function soundex"),
        ("select approx_percentile(views, 0.5) from sales", "the function approx_percentile"),
        ("create table t as select 1 as x", "CREATE statements"),
        ("insert into sales select * from sales", "INSERT statements"),
        ("select * from sales tablesample bernoulli (50)", "sample"),
    ],
)
def test_what_may_differ_from_trino_is_refused(lake: Lake, sql: str, named: str) -> None:
    """A sentence that names it, never a number that might be wrong."""
    reason = lake.reason(sql)
    assert reason.startswith("NOT_SUPPORTED: ")
    assert named in reason


def test_each_use_of_a_cte_prunes_by_itself(lake: Lake) -> None:
    """WITH queries are scanned once for each place that names them, as in Trino."""
    day_20 = lake.path("sales/dt=2026-11-20/hour=10/run=1/part-0.parquet")
    day_21 = lake.path("sales/elsewhere/part-0.parquet")
    sql = """
        with every as (select * from sales), unused as (select * from sales)
        select sum(views) from every where dt = '2026-11-20'
        union all
        select count(rate) from every where dt = '2026-11-21'
    """
    assert sorted(lake.rows(sql)) == [["0"], ["9"]]
    assert lake.scanned(sql) == chunk_bytes(day_20, "views") + chunk_bytes(day_21, "rate")


def test_a_correlated_condition_prunes_nothing(lake: Lake) -> None:
    """A condition that also names an outer query's row is not known before the query runs."""
    sql = """
        select distinct dt from sales as a
        where exists (select 1 from sales as b where b.dt > a.dt) order by 1
    """
    assert lake.rows(sql) == [["2026-11-20"]]


def test_queries_share_no_table(tmp_path: Path) -> None:
    """What a query makes for itself no other sees, at the same time or later."""
    with connection(tmp_path) as one, connection(tmp_path) as other:
        one.execute("create or replace temp view scan_1 as select half_up(5, 2) as n")
        assert one.sql("from scan_1").fetchall() == [(3,)]
        with pytest.raises(duckdb.CatalogException, match="scan_1 does not exist"):
            other.sql("from scan_1")
    with (
        connection(tmp_path) as later,
        pytest.raises(duckdb.CatalogException, match="scan_1 does not exist"),
    ):
        later.sql("from scan_1")
