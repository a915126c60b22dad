"""docs/reading.md: its lines read each row once, with the real libraries; by path they all fail."""

import re
from typing import Any

import awswrangler as wr
import boto3
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from glue_jobs.events.schemas import GOLD, HOURLY_REVENUE, LOAD_LEDGER, REJECTED_EVENTS
from local_aws.server import LocalAws
from tests.dataset import Dataset, key, line
from tests.tools import demo

PAGE = demo.PROJECT / "docs/reading.md"
SWAPPED = (REJECTED_EVENTS, LOAD_LEDGER, *GOLD)
REVENUE = [("2026-03-01", "10", "39.96"), ("2026-03-01", "11", "9.99")]
PURCHASE = {"event_type": "purchase", "price": 9.99}

Rows = list[dict[str, Any]]


def _blocks() -> dict[str, str]:
    """Return the page's Python by its headings."""
    _, *sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    parts = (section.partition("\n") for section in sections)
    return {
        heading: re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)[0]
        for heading, _, text in parts
        if "```python" in text
    }


@pytest.fixture(scope="module")
def names(request: pytest.FixtureRequest, aws: LocalAws, spark: SparkSession) -> dict[str, Any]:
    """The names of the page, over a dataset of two hours of which one was published twice."""
    request.getfixturevalue("aws_environment")
    dataset = Dataset(aws, spark)
    times = ("2026-03-01T10:01:00Z", "2026-03-01T11:01:00Z")
    dataset.run(
        dataset.deliver(key("2026-03-01T11:05"), [line(at, **PURCHASE, quantity=1) for at in times])
    )
    late = line("2026-03-01T10:02:00Z", **PURCHASE, quantity=3)
    dataset.run(dataset.deliver(key("2026-03-01T11:10"), [late]))
    output = {"ResultConfiguration": {"OutputLocation": dataset.store.uri("answers/")}}
    aws.client("athena").create_work_group(Name="reading", Configuration=output)
    return {
        "database": dataset.databases["gold"],
        "table": HOURLY_REVENUE.name,
        "workgroup": "reading",
        "dataset": dataset.store.uri(""),
        "spark": spark,
    }


def _rows(revenue: Any) -> Rows:  # ruff: ignore[any-type] - a frame of each library
    """Return the rows of a frame, whichever library has it."""
    if isinstance(revenue, pl.LazyFrame):
        return revenue.collect().to_dicts()
    if isinstance(revenue, ds.Dataset):
        return revenue.to_table().to_pylist()
    if hasattr(revenue, "to_dict"):
        return revenue.to_dict("records")
    return [row.asDict() for row in revenue.collect()]


@pytest.fixture(scope="module")
def page(names: dict[str, Any]) -> dict[str, Any]:
    """Run the lines of the page; return the names that they leave, and each heading's revenue."""
    found, blocks = {**names, "boto3": boto3}, _blocks()
    blocks.pop("Names")  # of a deployed stack
    for heading, lines in blocks.items():
        exec(lines, found)  # ruff: ignore[exec-builtin] - they are what is tested
        found[heading] = found.pop("revenue", None)
    return found


@pytest.mark.parametrize(
    "heading",
    [
        "Athena: AWS SDK for pandas",
        "Files: AWS SDK for pandas",
        "Files: polars",
        "Files: pyarrow",
        "Files: Spark",
    ],
)
def test_each_row_once(page: dict[str, Any], heading: str) -> None:
    """Each library reads an hour that was published twice as it is now."""
    rows = _rows(page[heading])

    assert sorted((row["dt"], row["hour"], str(row["revenue"])) for row in rows) == REVENUE


def test_athena(page: dict[str, Any]) -> None:
    """So does Athena, asked with boto3; and silver is right by its path."""
    assert page["answer"] == [("2026-03-01", "49.95")]
    assert page["events"].select(pl.len()).collect().item() == 3


@pytest.mark.parametrize("table", SWAPPED, ids=lambda table: table.name)
def test_path_fails(names: dict[str, Any], spark: SparkSession, table: Any) -> None:  # ruff: ignore[any-type] - Table
    """By its path no library reads a table of which versions are replaced."""
    path = f"{names['dataset']}{table.path}"
    no_parquet = "magic|not a Parquet file"

    with pytest.raises(pa.ArrowInvalid, match=no_parquet):
        wr.s3.read_parquet(path, dataset=True)
    with pytest.raises(pl.exceptions.ComputeError, match=no_parquet):
        pl.scan_parquet(path, hive_partitioning=True).collect()
    with pytest.raises(pa.ArrowInvalid, match="ask-the-catalog"):
        ds.dataset(path, partitioning="hive")
    with pytest.raises(Py4JJavaError, match="ask-the-catalog"):
        spark.read.parquet(path).count()


def test_table_of_pandas_fails(names: dict[str, Any]) -> None:
    """The SDK for pandas looks for a table's rows at its path."""
    of = {"database": names["database"], "table": names["table"]}

    with pytest.raises(pa.ArrowInvalid, match="magic"):
        wr.s3.read_parquet_table(**of)
