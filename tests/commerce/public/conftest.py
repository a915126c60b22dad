"""Both public data sets in one deployed stack: checked and loaded as every delivery is."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from glue_jobs.commerce.schemas import COMMERCE_LEDGER, CUSTOMERS, FACTS, PRODUCTS
from glue_jobs.lake.tables import Table
from local_aws.server import LocalAws
from tests.commerce import landing
from tests.commerce.oracle_records import Row
from tests.commerce.public import foodmart, steelwheels
from tests.order_book import OrderBook, deploy

Tables = dict[str, list[Row]]


@pytest.fixture(scope="session")
def loads(aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Tables]]:
    """The tables that the job wrote, after each of three loads: FoodMart comes with the first."""
    later = [steelwheels.LATER, steelwheels.LAST]
    loads = defaultdict(list)
    for delivery in [*foodmart.deliveries(), *steelwheels.deliveries()]:
        is_later = delivery.day in later and delivery.source == "transactions"
        loads[1 + later.index(delivery.day) if is_later else 0].append(delivery)
    with pytest.MonkeyPatch.context() as environment:
        for name, value in aws.settings.environment.items():
            environment.setenv(name, value)
        book = deploy("public")
        book.is_small = False
        found = []
        for number, deliveries in sorted(loads.items()):
            folder = tmp_path_factory.mktemp(f"load-{number}")
            landing.write(deliveries, folder)
            book.put_all(folder)
            book.settle()
            book.run()
            found.append(_tables(book, aws.settings.s3_root))
        yield found


def _tables(book: OrderBook, buckets: Path) -> Tables:
    tables = (PRODUCTS, CUSTOMERS, *FACTS, COMMERCE_LEDGER)
    return {table.name: list(_rows(book, table, buckets)) for table in tables}


def _rows(book: OrderBook, table: Table, buckets: Path) -> Iterator[Row]:
    """Yield a table's rows with its partition keys, from where the catalog says they lie."""
    for uri, values in book.partitions(table).items():
        for file in sorted((buckets / uri.removeprefix("s3://")).glob("[!_.]*")):
            for row in pq.ParquetFile(file).read().to_pylist():
                yield {**row, **dict(zip(table.partition_keys, values, strict=True))}


def between(tables: Tables, first: str, last: str) -> Tables:
    """Return the rows of some days: one data set's, for their days differ."""
    return {
        name: [row for row in rows if first <= row["dt"] <= last] for name, rows in tables.items()
    }
