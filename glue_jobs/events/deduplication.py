"""Events that are there more than once: keys nominate candidates, all their fields decide.

Keys are eight bytes an event, so that Spark moves little; what shares its key with another event,
of the batch or of silver, is unpacked and compared, and of equal events one is kept.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.events.packing import keys_of
from glue_jobs.events.schemas import EVENT_KEY, EVENTS, HOUR_KEYS
from glue_jobs.lake.parquet import pack, unpack
from glue_jobs.lake.tables import Partition

IS_DROPPED = "is_new and not is_kept"
INSTANT_AND_USER = ("event_time", "event_time_micros", "user_id")  # what keys are made from

FILES = EVENTS.file_columns
KEYS = T.StructType([*FILES.fields[: len(HOUR_KEYS)], T.StructField("keys", T.BinaryType())])
CANDIDATES = T.StructType([
    *EVENTS.partitioned_columns,
    T.StructField("file_name", T.StringType()),
    T.StructField("position", T.IntegerType()),
])


def find_duplicates(parsed: DataFrame, silver: DataFrame) -> DataFrame:
    """Find the events of the batch that are there more than once, and say which one is kept.

    ``parsed`` as of ``parsing.parse_lines``; ``silver`` all rows that could equal an event of it.

    Rows: one for each time that such an event is there, and for some that are there once.
    Columns: ``file_name`` and ``position`` in it, NULL for rows of silver; ``is_new``, false for
        those; ``is_kept``, of one among equals: the one that silver has, else that of the first
        raw file by name; ``source_file``, of a row of silver that of the one that is kept.
    """
    repeated = _repeated_keys(parsed, silver).persist()
    candidates = _candidates(parsed, repeated).persist()
    silver = silver.join(candidates, [*HOUR_KEYS, *INSTANT_AND_USER], "left_semi")
    events = candidates.withColumn("is_new", F.lit(True)).unionByName(
        silver.withColumn("is_new", F.lit(False)), allowMissingColumns=True
    )
    equals = Window.partitionBy(*EVENT_KEY)
    in_turn = equals.orderBy("is_new", "source_file", "file_name", "position")
    first_file = F.first("source_file").over(in_turn)
    duplicates = (
        events
        .withColumns({
            "is_kept": F.row_number().over(in_turn) == 1,
            "is_of_batch": F.max("is_new").over(equals),
            "source_file": F.when(F.col("is_new"), F.col("source_file")).otherwise(first_file),
        })
        .where("is_of_batch")
        .select("source_file", "file_name", "position", "is_new", "is_kept")
    )
    # Cut off from silver, which is about to change.
    return duplicates.where("false") if repeated.isEmpty() else duplicates.localCheckpoint()


def count_duplicates(duplicates: DataFrame) -> DataFrame:
    """Count the duplicates of each raw file.

    Columns: ``source_file``; ``in_silver``, rows that silver has of the batch's events from that
        file; ``kept``, how many events these are; ``dropped``, events of the file in the batch
        that are kept from elsewhere.
    """
    return duplicates.groupBy("source_file").agg(
        F.count_if(~F.col("is_new")).alias("in_silver"),
        F.count_if(F.expr("is_kept and not is_new")).alias("kept"),
        F.count_if(F.expr(IS_DROPPED)).alias("dropped"),
    )


def drop_duplicates(parsed: DataFrame, duplicates: DataFrame) -> list[DataFrame]:
    """Return the batch's files without the events that are dropped.

    Two frames, the files that stay as they are and the others: in a union, a file that is made
    again would have another name. Rows: one per file that has an event left. Columns:
    ``Table.file_columns``.
    """
    dropped = F.broadcast(
        duplicates
        .where(IS_DROPPED)
        .groupBy("file_name")
        .agg(F.collect_list("position").alias("dropped"))
    )
    files = _files(parsed).select(*FILES.names)
    changed = files.join(dropped, "file_name").select(*FILES.names, "dropped")
    return [
        files.join(dropped, "file_name", "left_anti").select(*FILES.names),
        changed.mapInArrow(_drop, FILES),
    ]


def doubled_hours(events: DataFrame) -> list[Partition]:
    """Return the hours of silver that hold an event more than once.

    Keys nominate an hour, so that Spark moves eight bytes an event; all fields decide.
    """
    key = F.xxhash64(*EVENT_KEY).alias("key")
    nominated = hours_with_copies(events.select(*HOUR_KEYS, key), "key")
    if not nominated:
        return []
    hours = F.broadcast(events.sparkSession.createDataFrame(nominated, list(HOUR_KEYS)))
    return hours_with_copies(events.join(hours, list(HOUR_KEYS)), *EVENT_KEY)


def hours_with_copies(rows: DataFrame, *equal: str) -> list[Partition]:
    """Return the hours in which some rows are equal in these columns."""
    copies = rows.groupBy(*HOUR_KEYS, *equal).count().where("count > 1")
    return sorted((row.dt, row.hour) for row in copies.select(*HOUR_KEYS).distinct().collect())


def _files(parsed: DataFrame) -> DataFrame:
    return parsed.where("file_name is not null")


def _repeated_keys(parsed: DataFrame, silver: DataFrame) -> DataFrame:
    """Rows: one per hour in which a key repeats. Columns: the hour, ``keys``: those that do."""
    of_silver = silver.select(*INSTANT_AND_USER, *HOUR_KEYS).mapInArrow(_keys_by_hour, KEYS)
    keys = _files(parsed).select(*KEYS.names).unionByName(of_silver)
    return keys.groupBy(*HOUR_KEYS).applyInPandas(_keep_repeated, KEYS)


def _candidates(parsed: DataFrame, repeated: DataFrame) -> DataFrame:
    """Unpack the events of the batch whose keys repeat."""
    hours = F.broadcast(repeated.withColumnRenamed("keys", "repeated"))
    files = _files(parsed).join(hours, list(HOUR_KEYS))
    return files.select(*FILES.names, "keys", "repeated").mapInArrow(_unpack, CANDIDATES)


# In Spark's Python workers:


def _keys_by_hour(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        events = pa.Table.from_batches([batch])
        hours = events.select(HOUR_KEYS).to_pandas().assign(keys=keys_of(events))
        keys = hours.groupby([*HOUR_KEYS], as_index=False).agg(lambda of: of.to_numpy().tobytes())
        yield pa.RecordBatch.from_pandas(keys, to_arrow_schema(KEYS), preserve_index=False)


def _keep_repeated(rows: pd.DataFrame) -> pd.DataFrame:
    keys = np.sort(np.concatenate([np.frombuffer(keys, np.int64) for keys in rows["keys"]]))
    repeated = np.unique(keys[1:][np.diff(keys) == 0])
    kept = rows.head(1 if len(repeated) else 0)
    return kept.assign(keys=[repeated.tobytes()] * len(kept))


def _unpack(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for file in batch.to_pylist():
            keys, repeated = (np.frombuffer(file[name], np.int64) for name in ("keys", "repeated"))
            positions = np.flatnonzero(np.isin(keys, repeated))
            if not len(positions):
                continue
            events = unpack(file["content"], EVENTS).take(positions)
            for name in (*HOUR_KEYS, "file_name"):
                events = events.append_column(name, pa.repeat(file[name], len(events)))
            events = events.append_column("position", pa.array(positions, pa.int32()))
            yield from events.to_batches()


def _drop(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for file in batch.to_pylist():
            events = unpack(file["content"], EVENTS)
            is_kept = ~np.isin(np.arange(len(events)), file.pop("dropped"))
            if is_kept.any():
                file["content"] = pack(events.filter(is_kept), EVENTS)
                yield pa.RecordBatch.from_pylist([file], to_arrow_schema(FILES))
