"""What was delivered joins what silver has: each distinct row stands there once.

Minimum, maximum and union depend neither on order nor on repetition, so neither do the tables.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs.commerce.schemas import content_of
from glue_jobs.lake.tables import Table


def merge(table: Table, records: DataFrame, silver: DataFrame, files: DataFrame) -> DataFrame:
    """Join the records of a batch with the rows of silver on the same days.

    ``records`` as of ``parsing.records``; ``files``: ``number`` and ``source_file`` of each.
    Rows: one per distinct content of a day.
    Columns: those of the table with its partition keys. ``source_file`` is the file that had the
        row first, of several in a batch the first by name. Besides: ``is_known``, it stood in
        silver before; ``deliveries``, the numbers of the batch's files that have it, as often as
        they do; ``owner``, the number of ``source_file``, NULL if it is of no file of the batch.
    """
    files = F.broadcast(files)
    known = silver.join(files, "source_file", "left").select(
        "*", F.lit(True).alias("is_known"), F.lit(None).cast("int").alias("delivery")
    )
    delivered = records.join(files, "number").select(
        "*", F.lit(False).alias("is_known"), F.col("number").alias("delivery")
    )
    content = [*content_of(table), *table.partition_keys]
    first = F.min(F.struct(~F.col("is_known"), "source_file", "number")).alias("first")
    effective = {"first_effective": F.min, "last_effective": F.max}
    times = [of(name).alias(name) for name, of in effective.items() if name in table.columns.names]
    grouped = (
        known
        .unionByName(delivered)
        .groupBy(*content)
        .agg(*times, first, F.collect_list("delivery").alias("deliveries"), F.max("is_known"))
    )
    return grouped.select(
        *content,
        *(time for time in effective if time in table.columns.names),
        F.col("first.source_file").alias("source_file"),
        F.col("max(is_known)").alias("is_known"),
        "deliveries",
        F.col("first.number").alias("owner"),
    )


def count_deliveries(merged: DataFrame) -> DataFrame:
    """Count what became of the valid lines of each file.

    ``merged`` as of ``merge``. Rows: one per file of the batch and day.
    Columns: ``number``, ``dt``, ``delivered`` lines, those ``accepted``, for silver holds their row
        from this file, and the ``added`` ones among them, whose row silver did not have before.
    """
    each = merged.select("dt", "is_known", "deliveries", "owner", F.posexplode("deliveries"))
    is_accepted = F.col("pos") + 1 == F.expr("array_position(deliveries, owner)")
    return (
        each
        .withColumnRenamed("col", "number")
        .groupBy("number", "dt")
        .agg(
            F.count("*").alias("delivered"),
            F.count(F.when(is_accepted, 1)).alias("accepted"),
            F.count(F.when(~F.col("is_known"), F.when(is_accepted, 1))).alias("added"),
        )
    )
