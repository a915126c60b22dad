"""All published tables without a stack, filled from plain rows, and the marts made of them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.commerce.schemas import COMMERCE_LEDGER, LOADED, WRITTEN
from glue_jobs.events.schemas import EVENTS
from glue_jobs.lake.lake import Lake
from glue_jobs.lake.parquet import pack
from glue_jobs.lake.tables import Table
from glue_jobs.marts.build import build, latest_day
from glue_jobs.marts.limits import Limits
from glue_jobs.marts.schemas import MARTS
from local_aws.server import LocalAws
from tests.commerce.oracle_records import Row
from tests.empty_lake import EmptyLake

LIMITS = Limits("30,60,120,240", "2,3,5,8", 180, 30, 50, 5, show_pii=False, source_time_zone="UTC")
NOTHING = dict.fromkeys(("lines", "accepted", "duplicates", "rejected"), 0)


class MartsLake(EmptyLake):
    """Tables of both domains and the marts, without rows at first."""

    def __init__(self, aws: LocalAws, spark: SparkSession) -> None:
        super().__init__(aws, spark, "marts", (*WRITTEN, EVENTS, *MARTS))

    def fill(self, tables: dict[str, list[Row]], latest: date | None) -> None:
        """Put rows into tables, with what they lack NULL; the ledger has a file of that day."""
        loaded = {"source_file": "s3://x/y", "state": LOADED, "run_id": "jr_1", **NOTHING}
        loaded |= {"source": "sales", "dt": str(latest), "reasons": {}, "unknown_fields": []}
        told = {COMMERCE_LEDGER.name: [loaded] if latest else []}
        for table in self.tables:
            self._put(table, {**tables, **told}.get(table.name, []))

    def make(
        self,
        limits: Limits = LIMITS,
        lake: Lake | None = None,
        look_again: Callable[[], None] = lambda: None,
    ) -> dict[str, int]:
        """Make one run; return the rows of each mart."""
        lake = lake or self.open()
        with lake.lock:
            lake.manifests.recover(lambda run_id: run_id not in self.at_work)
            rows = build(lake, latest_day(lake), limits, look_again)
            lake.manifests.commit()
        self._spark.catalog.clearCache()  # as the end of Spark does
        return rows

    def _put(self, table: Table, rows: Iterable[Row]) -> None:
        partitions = defaultdict(list)
        for row in rows:
            known = {"source_file": "s3://x/y", "hour": "00", **row}
            partitions[tuple(known[key] for key in table.partition_keys)].append(known)
        schema, locations = to_arrow_schema(table.columns), {}
        for partition, some in partitions.items():
            root = "" if table.is_appended else "versions/filled/"
            folder = f"{root}{table.path}{table.folder(partition)}"
            locations[partition] = self.store.uri(folder)
            lacking = dict.fromkeys(schema.names)
            rows_of = pa.Table.from_pylist([lacking | row for row in some], schema)
            self.store.write(f"{folder}00000.parquet", pack(rows_of, table))
        self.catalog.set_locations(table, locations)
