"""Tables for the statements: what the job made of 240 faulty lines, and one table of every type.

They lie in ``lake/`` as the job left them, with the Glue Data Catalog beside them. Tables and views
of the order book lie in ``order_lake/``, made from the oracles' rows of its sample. After a change,
``make trino-lake`` makes all of them anew; the answers follow by ``make trino-answers``.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from botocore.client import BaseClient
from pyarrow import parquet as pq

from local_aws.server import LocalAws, free_port
from local_aws.settings import Settings
from tests.commerce.answers import TABLES, Answers, Row
from tests.commerce.sample_tables import sample_tables
from tests.pipeline import deploy
from tests.tools import demo

LAKE, ORDER_LAKE = (Path(__file__).parent / name for name in ("lake", "order_lake"))
STUDENT_ID = "trino"
DATABASES = {layer: f"{layer}_{STUDENT_ID}" for layer in ("bronze", "silver", "gold")}
ORDER_STUDENT = "trino-orders"
ORDER_DATABASES = {layer: f"{layer}_trino_orders" for layer in DATABASES}
ZONE = "Europe/Berlin"  # of the views: not UTC, so that they show what they make of it
HOURS = {None, "12", "22", "23"}  # of events, a day of Berlin ends amid them; None of all else
SOURCES = {None, "transactions", "sales"}  # of the ledger
_TABLE_KEYS = (
    "Name", "Description", "TableType", "Parameters", "PartitionKeys", "StorageDescriptor",
    "ViewOriginalText", "ViewExpandedText",
)  # fmt: skip
_FAULTS = ("duplicates=0.05", "late=0.05", "malformed=0.1", "harmless=0.05")

VIEW = """
    create or replace view daily_revenue as
    select dt, sum(revenue) as revenue, sum(purchases) as purchases, max(hour) as last_hour
    from hourly_revenue
    group by dt
"""
# name: (Hive type, Arrow type, one value a row)
ODDITIES = {
    "id": ("int", pa.int32(), [1, 2, 3, 4, 5]),
    "flag": ("boolean", pa.bool_(), [True, False, None, True, False]),
    "tiny": ("tinyint", pa.int8(), [1, -128, None, 127, 0]),
    "small": ("smallint", pa.int16(), [1, -32768, None, 32767, 0]),
    "whole": ("int", pa.int32(), [7, -7, None, 2**31 - 1, 0]),
    "big": ("bigint", pa.int64(), [2, -2, None, 2**63 - 1, 0]),
    "amount": (
        "decimal(12,2)",
        pa.decimal128(12, 2),
        [Decimal("9.99"), Decimal("-0.05"), None, Decimal("9999999999.99"), Decimal("0.00")],
    ),
    "ratio": ("double", pa.float64(), [0.1, -2.5, None, float("nan"), 1e10]),
    "single": ("float", pa.float32(), [0.1, -2.5, None, float("inf"), 1e10]),
    "name": ("string", pa.string(), ["apple", "", None, "Zürich €", "a,b"]),
    "code": ("varchar(5)", pa.string(), ["abcde", "", None, "ü", "ab"]),
    "day": (
        "date",
        pa.date32(),
        [date(2026, 2, 28), date(1969, 12, 31), None, date(2024, 2, 29), date(2026, 12, 31)],
    ),
    "moment": (
        "timestamp",
        pa.timestamp("ms", tz="UTC"),
        [
            datetime(2026, 3, 2, 17, 59, 59, 999000, UTC),
            datetime(1969, 12, 31, 23, 59, 59, 1000, UTC),
            None,
            datetime(2024, 2, 29, 12, tzinfo=UTC),
            datetime(2026, 12, 31, tzinfo=UTC),
        ],
    ),
    "tags": ("array<string>", pa.list_(pa.string()), [["b", "a"], [], None, [None, "a"], ["c"]]),
    "counts": (
        "map<string,bigint>",
        pa.map_(pa.string(), pa.int64()),
        [[("x", 1), ("y", 2)], [], None, [("x", None)], [("z", 3)]],
    ),
    "place": (
        "struct<city:string,zip:int>",
        pa.struct([("city", pa.string()), ("zip", pa.int32())]),
        [{"city": "Bern", "zip": 3000}, {"city": None, "zip": 0}, None, {"city": "", "zip": None},
         {"city": "Ulm", "zip": 89073}],
    ),
    "json": (
        "string",
        pa.string(),
        ['{"a": 1, "b": [1.50, "x", null]}', "[]", None, "not json", '{"a": {"c": true}}'],
    ),
}  # fmt: skip


def restore(aws: LocalAws) -> None:
    """Put the saved tables and views of both domains into a local AWS."""
    for folder in (LAKE, ORDER_LAKE):
        for bucket in sorted((folder / "s3").iterdir()):
            _upload(aws.client("s3"), bucket)
        catalog = json.loads((folder / "catalog.json").read_text(encoding="utf-8"))
        for database, tables in catalog.items():
            _create(aws.client("glue"), database, tables)


def _upload(s3: BaseClient, bucket: Path) -> None:
    s3.create_bucket(
        Bucket=bucket.name, CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    for file in sorted(path for path in bucket.rglob("*") if path.is_file()):
        s3.upload_file(str(file), bucket.name, str(file.relative_to(bucket)))


def _create(glue: BaseClient, database: str, tables: list[list[Any]]) -> None:
    glue.create_database(DatabaseInput={"Name": database})
    for table, partitions in tables:
        glue.create_table(DatabaseName=database, TableInput=table)
        for partition in partitions:
            glue.create_partition(
                DatabaseName=database, TableName=table["Name"], PartitionInput=partition
            )


def make() -> None:
    """Make the tables of the events anew by the deployed job, and save them."""
    with tempfile.TemporaryDirectory() as folder, _local_aws(folder) as aws:
        os.environ.update(aws.settings.environment)
        stack = _load(Path(folder) / "raw")
        _add_oddities(aws, stack["AnalyticsBucketName"])
        demo.ask(VIEW, stack, "Gold")
        _save(aws, DATABASES, LAKE)


def make_order_book() -> None:
    """Make the tables and views of the order book anew, in seconds, and save them."""
    with tempfile.TemporaryDirectory() as folder, _local_aws(folder) as aws:
        Answers(aws, ZONE, ORDER_STUDENT).fill(_few(sample_tables()))
        _save(aws, ORDER_DATABASES, ORDER_LAKE)


def _few(tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Return what views read: gold, the ledger of sales, some hours of events."""
    kept = {name for name in tables if TABLES[name].layer != "silver"} | {"events"}
    return {
        name: [
            row for row in tables[name] if row.get("hour") in HOURS and row.get("source") in SOURCES
        ]
        for name in kept
    }


def _local_aws(folder: str) -> LocalAws:
    return LocalAws(Settings(root=Path(folder) / "aws", port=free_port()))


def _load(raw: Path) -> dict[str, str]:
    """Run the pipeline over an hour's change with faults; return the stack's outputs."""
    command = [sys.executable, "generate_sample_data.py", "--num-files=4", "--events-per-file=60"]
    command += ["--start=2026-03-02T17:50:00Z", f"--output={raw}"]
    command += [f"--fault={fault}" for fault in _FAULTS]
    subprocess.run(command, cwd=demo.PROJECT, check=True)
    pipeline = deploy("answers", STUDENT_ID)
    for file in sorted(raw.glob("*.gz")):
        pipeline.deliver(file, demo.raw_key(file.name))
    pipeline.run()
    return pipeline.stack


def _add_oddities(aws: LocalAws, bucket: str) -> None:
    table = pa.table({name: pa.array(rows, of) for name, (_, of, rows) in ODDITIES.items()})
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer)
    key = "silver/oddities/rows.parquet"
    aws.client("s3").put_object(Bucket=bucket, Key=key, Body=buffer.getvalue().to_pybytes())
    glue = aws.client("glue")
    like = glue.get_table(DatabaseName=DATABASES["silver"], Name="events")["Table"]
    storage = like["StorageDescriptor"] | {
        "Columns": [{"Name": name, "Type": hive} for name, (hive, *_) in ODDITIES.items()],
        "Location": f"s3://{bucket}/silver/oddities/",
    }
    table = {"Name": "oddities", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage}
    glue.create_table(DatabaseName=DATABASES["silver"], TableInput=table | {"PartitionKeys": []})


def _save(aws: LocalAws, databases: Mapping[str, str], folder: Path) -> None:
    """Write the catalog as the inputs that make it again, and what lies where its tables do."""
    glue, catalog = aws.client("glue"), {}
    for database in databases.values():
        tables = glue.get_tables(DatabaseName=database)["TableList"]
        catalog[database] = [[_input(table), _partitions(glue, table)] for table in tables]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "catalog.json").write_text(_in_lines(catalog), encoding="utf-8")
    found = [table for tables in catalog.values() for table, _ in tables]
    for uri in filter(None, (table["StorageDescriptor"]["Location"] for table in found)):
        stored = aws.settings.s3_root / uri.removeprefix("s3://")
        if stored.exists():  # a view lies nowhere, an empty table has no file
            shutil.copytree(stored, folder / "s3" / uri.removeprefix("s3://"))


def _in_lines(catalog: dict[str, list[Any]]) -> str:
    """Return JSON with a table a line."""
    databases = [
        f"{json.dumps(database)}: [\n" + ",\n".join(json.dumps(of, default=str) for of in tables)
        for database, tables in catalog.items()
    ]
    return "{" + "],\n".join(databases) + "]}\n"


def _input(table: dict[str, Any]) -> dict[str, Any]:
    return {key: table[key] for key in _TABLE_KEYS if key in table}


def _partitions(glue: BaseClient, table: dict[str, Any]) -> list[dict[str, Any]]:
    pages = glue.get_paginator("get_partitions").paginate(
        DatabaseName=table["DatabaseName"], TableName=table["Name"]
    )
    found = [partition for page in pages for partition in page["Partitions"]]
    return [{key: each[key] for key in ("Values", "StorageDescriptor")} for each in found]


if __name__ == "__main__":
    if sys.argv[1:] != ["order-book"]:
        make()
    make_order_book()
