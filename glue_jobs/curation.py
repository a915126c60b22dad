"""Lines of raw files become parts, rejects, and counts of what each file delivered.

Pure functions of DataFrames. One pass over the JSON: whoever calls ``parse_lines`` keeps its rows.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs.parsing import SLOT
from glue_jobs.parts import PARTS, make_parts
from glue_jobs.schemas import HOUR_KEYS, REJECTED_EVENTS

CTRL_A = "\u0001"  # separates the columns of what the raw reader delivers; JSON never holds it
# More than any line has that is text; the last tells of a line that may have others.
LINE_COLUMNS = tuple(f"col{number}" for number in range(8))
WIDER = "a line fills the last column that was declared"


def join_columns(read: DataFrame, last: str = "") -> DataFrame:
    """Put together again the lines that the raw reader split at ctrl-A.

    Rows: one in, one out; one with a value in the column ``last`` fails, with ``WIDER``.
    Columns: ``line`` and ``source_file``.
    """
    parts = sorted((name for name in read.columns if name.startswith("col")), key=_number)
    line = F.concat_ws(CTRL_A, *parts)
    if last in parts:
        line = F.when(F.col(last).isNull(), line).otherwise(F.raise_error(F.lit(WIDER)))
    return read.select(line.alias("line"), "source_file")


def _number(column: str) -> int:
    return int(column.removeprefix("col"))


def parse_lines(lines: DataFrame) -> DataFrame:
    """Judge every line; pack the events of each file and hour.

    Rows: one per part, and one per rejected line; blank lines are neither.
    Columns: those of parts.py, and of a part ``dt`` and ``hour`` of its events, UTC.
    """
    columns = lines.select(F.col("line").cast("binary"), "source_file")
    return columns.mapInArrow(make_parts, PARTS).withColumns({
        "dt": F.date_format("first_event_time", "yyyy-MM-dd"),
        "hour": F.date_format("first_event_time", "HH"),
    })


def rejects(parsed: DataFrame) -> DataFrame:
    """Rows: one per distinct rejected line of a file.

    Columns: those of ``rejected_events`` with its partition keys.
    """
    rejected = parsed.where(F.col("reason").isNotNull())
    counted = rejected.groupBy("source_file", "reason", "raw_line").agg(
        F.count("*").alias("occurrences")
    )
    return with_slot_hour(counted).select(*REJECTED_EVENTS.partitioned_columns.names)


def with_slot_hour(rows: DataFrame) -> DataFrame:
    """Add ``dt`` and ``hour`` of the raw file's slot; ``unknown`` outside the producer's layout."""
    minute = F.regexp_replace("source_file", f"^.*{SLOT}.*$", "$1-$2-$3 $4:$5")
    slot = F.to_timestamp(minute, "yyyy-MM-dd HH:mm")
    return rows.withColumns({
        "dt": F.coalesce(F.date_format(slot, "yyyy-MM-dd"), F.lit("unknown")),
        "hour": F.coalesce(F.date_format(slot, "HH"), F.lit("unknown")),
    })


def count_files(parsed: DataFrame) -> DataFrame:
    """Count what each file delivered.

    Rows: one per file that has a line.
    Columns: ``source_file``, ``lines``, ``rejected``, ``reasons`` (of the rejected lines, with
        their numbers), ``unknown_fields``; of the accepted lines ``events``, the packed ones, the
        first and last event time, NULL if there are none, and ``hours``: the hours (``dt``,
        ``hour``) that they fall into, each with its ``first`` and ``last``, microseconds since
        1970, perhaps several times.
    """
    is_rejected = F.col("reason").isNotNull()
    reasons = F.collect_list(F.when(is_rejected, F.struct("reason", "lines")))
    unknown_fields = F.flatten(F.flatten(F.collect_list("unknown_fields")))
    return (
        _count_reasons(parsed)
        .groupBy("source_file")
        .agg(
            F.sum("lines").alias("lines"),
            F.sum(F.when(is_rejected, F.col("lines")).otherwise(0)).alias("rejected"),
            F.map_from_entries(F.array_sort(reasons)).alias("reasons"),
            F.array_sort(F.array_distinct(unknown_fields)).alias("unknown_fields"),
            F.sum("events").alias("events"),
            F.min("first_event_time").alias("first_event_time"),
            F.max("last_event_time").alias("last_event_time"),
            F.flatten(F.collect_list("hours")).alias("hours"),
        )
    )


def _count_reasons(parsed: DataFrame) -> DataFrame:
    """Rows: one per file and reason, NULL being the reason of accepted lines."""
    span = (F.unix_micros(f"{end}_event_time").alias(end) for end in ("first", "last"))
    hour = F.when(F.col("reason").isNull(), F.struct(*HOUR_KEYS, *span))
    return parsed.groupBy("source_file", "reason").agg(
        F.sum("lines").alias("lines"),
        F.sum(F.coalesce("events", F.lit(0))).alias("events"),
        F.collect_set("unknown_fields").alias("unknown_fields"),
        F.min("first_event_time").alias("first_event_time"),
        F.max("last_event_time").alias("last_event_time"),
        F.collect_set(hour).alias("hours"),
    )
