"""The two tables of a domain that tell of raw files: the ledger, and the rejected lines."""

from typing import NamedTuple

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from glue_jobs.lake.lake import Lake, Overwrite
from glue_jobs.lake.ledger import LedgerRow
from glue_jobs.lake.parquet import files_of
from glue_jobs.lake.tables import Partition, Table


class FileTables(NamedTuple):
    """Both have a column ``source_file`` and the same partition keys."""

    ledger: Table
    rejects: Table

    def overwrites(
        self, lake: Lake, rows: list[LedgerRow], rejects: DataFrame | None = None
    ) -> list[Overwrite]:
        """Return what becomes of both tables: what they said of the rows' files goes."""
        written = [Row(**{**row, "run_id": lake.run_id}) for row in rows]
        told = lake.spark.createDataFrame(written, self.ledger.partitioned_columns)
        # By name: what came through Java's hash map has an order of its own.
        in_order = F.map_from_entries(F.array_sort(F.map_entries("reasons")))
        told = told.withColumn("reasons", in_order)
        if rejects is None:
            rejects = lake.no_rows(self.rejects.partitioned_columns)
        keys = self.ledger.partition_keys
        partitions = sorted({tuple(row[key] for key in keys) for row in rows})
        return [
            _with_others(lake, table, new, told, partitions)
            for table, new in ((self.rejects, rejects), (self.ledger, told))
        ]


def _with_others(
    lake: Lake, table: Table, rows: DataFrame, told: DataFrame, partitions: list[Partition]
) -> Overwrite:
    """Add to the rows about the files that are ``told`` of those about others beside them."""
    others = lake.read(table, partitions).join(told, "source_file", "left_anti")
    return Overwrite({table: partitions}, files_of(table, others.unionByName(rows)))
