"""Events that are there more than once: keys nominate them, all their fields decide.

Keys are eight bytes an event, so that Spark moves little; what shares its key with another event,
of the batch or of silver, is unpacked and compared, and all but one of equal events is left out.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.events.packing import keys_of, pack, unpack
from glue_jobs.events.schemas import EVENT_KEY, EVENTS, FILES, HOUR_KEYS

IS_COPY = "is_new and not is_owner"  # of the batch, and another's
INSTANT_AND_USER = ("event_time", "event_time_micros", "user_id")  # what keys are made from

_TEXT, _BYTES, _NUMBER = T.StringType(), T.BinaryType(), T.IntegerType()
KEYS = T.StructType([
    *(T.StructField(key, _TEXT) for key in HOUR_KEYS),
    T.StructField("keys", _BYTES),
])
SUSPECTS = T.StructType([
    *EVENTS.partitioned_columns,
    T.StructField("part", _TEXT),
    T.StructField("position", _NUMBER),
])
PACKED = T.StructType([*FILES, T.StructField("part", _TEXT)])


def find_claims(parts: DataFrame, known: DataFrame) -> DataFrame:
    """Find the events of parts that are there more than once, and say whose each is.

    ``parts`` as of ``curation.parse_lines``, ``known`` rows of the silver table: all that could
    equal an event of the parts.

    Rows: one for each time that such an event is there, and for some that are there once.
    Columns: ``part`` and ``position`` in it, NULL for rows of silver; ``is_new``, false for those;
        ``is_owner``, of one among equals: the one that silver has, else that of the first file by
        name; ``source_file``, of a part its own, of a row of silver the owner's.
    """
    repeated = _repeated_keys(parts, known).persist()
    suspects = _suspects(parts, repeated).persist()
    known = known.join(suspects, [*HOUR_KEYS, *INSTANT_AND_USER], "left_semi")
    claims = suspects.withColumn("is_new", F.lit(True)).unionByName(
        known.withColumn("is_new", F.lit(False)), allowMissingColumns=True
    )
    equals = Window.partitionBy(*EVENT_KEY)
    in_turn = equals.orderBy("is_new", "source_file", "part", "position")
    owner = F.first("source_file").over(in_turn)
    claims = (
        claims
        .withColumns({
            "is_owner": F.row_number().over(in_turn) == 1,
            "is_claimed": F.max("is_new").over(equals),
            "source_file": F.when(F.col("is_new"), F.col("source_file")).otherwise(owner),
        })
        .where("is_claimed")
        .select("source_file", "part", "position", "is_new", "is_owner")
    )
    # Cut off from silver, which is about to change.
    return claims.where("false") if repeated.isEmpty() else claims.localCheckpoint()


def count_claims(claims: DataFrame) -> DataFrame:
    """Count the claims of each file.

    Columns: ``source_file``; ``held``, rows that silver has of the batch's events that the file
        owns; ``owned``, the number of these events; ``copies``, its events in the batch that are
        another's.
    """
    return claims.groupBy("source_file").agg(
        F.count_if(~F.col("is_new")).alias("held"),
        F.count_if(F.expr("is_owner and not is_new")).alias("owned"),
        F.count_if(F.expr(IS_COPY)).alias("copies"),
    )


def leave_out(parts: DataFrame, claims: DataFrame) -> list[DataFrame]:
    """Return the parts without those of their events that are another's.

    Two frames, the parts that stay as they are and the others: in a union, a part that is made
    again would have another name. Rows: one per part that has an event left. Columns: the
    partition keys, ``part``, ``body``.
    """
    copies = claims.where(IS_COPY).groupBy("part").agg(F.collect_list("position").alias("copies"))
    packed = parts.where("part is not null").select(*PACKED.names)
    with_copies = packed.join(F.broadcast(copies), "part").select(*PACKED.names, "copies")
    return [
        packed.join(F.broadcast(copies), "part", "left_anti").select(*PACKED.names),
        with_copies.mapInArrow(_leave_out, PACKED),
    ]


def _repeated_keys(parts: DataFrame, known: DataFrame) -> DataFrame:
    """Rows: one per hour in which a key repeats. Columns: the hour, ``keys``: those that do."""
    packed = parts.where("part is not null").select(*KEYS.names)
    of_known = known.select(*INSTANT_AND_USER, *HOUR_KEYS).mapInArrow(_known_keys, KEYS)
    keys = packed.unionByName(of_known)
    return keys.groupBy(*HOUR_KEYS).applyInPandas(_keep_repeated, KEYS)


def _suspects(parts: DataFrame, repeated: DataFrame) -> DataFrame:
    """Unpack the events of parts whose keys repeat."""
    hours = F.broadcast(repeated.withColumnRenamed("keys", "repeated"))
    packed = parts.where("part is not null").join(hours, list(HOUR_KEYS))
    return packed.select(*PACKED.names, "keys", "repeated").mapInArrow(_unpack, SUSPECTS)


# In Spark's Python workers:


def _known_keys(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        events = pa.Table.from_batches([batch])
        keys, hours = keys_of(events), events.select(HOUR_KEYS)
        frame = hours.to_pandas().assign(key=keys).groupby([*HOUR_KEYS])["key"]
        rows = [
            {"dt": dt, "hour": hour, "keys": of.to_numpy().tobytes()} for (dt, hour), of in frame
        ]
        yield pa.RecordBatch.from_pylist(rows, to_arrow_schema(KEYS))


def _keep_repeated(rows: pd.DataFrame) -> pd.DataFrame:
    keys = np.sort(np.concatenate([np.frombuffer(keys, np.int64) for keys in rows["keys"]]))
    repeated = np.unique(keys[1:][np.diff(keys) == 0])
    kept = rows.head(1 if len(repeated) else 0)
    return kept.assign(keys=[repeated.tobytes()] * len(kept))


def _unpack(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for row in batch.to_pylist():
            keys, repeated = (np.frombuffer(row[name], np.int64) for name in ("keys", "repeated"))
            positions = np.flatnonzero(np.isin(keys, repeated))
            if not len(positions):
                continue
            events = unpack(row["body"]).take(positions)
            for name in (*HOUR_KEYS, "part"):
                events = events.append_column(name, pa.repeat(row[name], len(events)))
            events = events.append_column("position", pa.array(positions, pa.int32()))
            yield from events.to_batches()


def _leave_out(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for row in batch.to_pylist():
            events = unpack(row["body"])
            is_kept = ~np.isin(np.arange(len(events)), row.pop("copies"))
            if is_kept.any():
                row["body"] = pack(events.filter(is_kept), EVENTS)
                yield pa.RecordBatch.from_pylist([row], to_arrow_schema(PACKED))
