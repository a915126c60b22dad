"""What the five questions read of gold: AWS bills Athena by the byte."""

from collections.abc import Callable

import pytest
from pyspark.sql import SparkSession

from local_aws.server import LocalAws
from tests.dataset import Dataset
from tests.tools import demo
from tests.tools.bench.footprints import ask

# Bytes of the first sample file's gold, when each limit was set.
USUAL = {"query 1": 2532, "query 2": 703, "query 3": 1187, "query 4": 809, "query 5": 12127}
MOST = 1.05  # times the usual: a narrow column more is 10 %, another order of rows far less


@pytest.fixture(scope="module")
def scanned(
    request: pytest.FixtureRequest, aws: LocalAws, spark: SparkSession
) -> Callable[[str], int]:
    """Tells the bytes that Athena scans for a statement on gold, one sample file loaded."""
    request.getfixturevalue("aws_environment")
    dataset, file = Dataset(aws, spark), min(demo.SAMPLE_DATA.glob("*.gz"))
    key = demo.raw_key(file.name)
    dataset.s3.upload_file(str(file), dataset.raw_folder.name, key)
    dataset.run(f"s3://{dataset.raw_folder.name}/{key}")
    output = {"ResultConfiguration": {"OutputLocation": dataset.store.uri("answers/")}}
    aws.client("athena").create_work_group(Name="footprints", Configuration=output)
    stack = {"GoldDatabaseName": dataset.databases["gold"], "WorkGroupName": "footprints"}
    return lambda statement: ask(statement, stack, "Gold").scanned


@pytest.mark.parametrize(("title", "statement"), demo.statements())
def test_question_reads_no_more(scanned: Callable[[str], int], title: str, statement: str) -> None:
    """A question reads only the columns that it needs, of a table no larger than it was."""
    usual, found = USUAL[title.partition(",")[0]], scanned(statement)

    assert 0 < found <= usual * MOST, (
        f"{title} reads {found:,} bytes of gold, {found / usual - 1:.0%} more than the {usual:,} "
        f"of before; read fewer columns, or change USUAL here and what "
        f"tests/tools/cost_figures.py says"
    )
