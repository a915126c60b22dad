"""Lines of raw files become events, rejects, and the counts that prove nothing was lost.

Pure functions of DataFrames. One pass over the JSON: whoever calls ``parse_lines`` keeps its rows.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from glue_jobs.parsing import SLOT
from glue_jobs.schemas import EVENTS, HOUR_KEYS, LOAD_LEDGER, LOADED, REJECTED_EVENTS
from glue_jobs.verdicts import VERDICTS, judge

CTRL_A = "\u0001"  # separates the columns of what the raw reader delivers; JSON never holds it

# What makes two lines the same event. It holds the instant, so copies share a partition.
EVENT_KEY = tuple(name for name in EVENTS.columns.names if name != "source_file")
INSTANT = ("event_time", "event_time_micros")


def join_columns(read: DataFrame) -> DataFrame:
    """Put together again the lines that the raw reader split at ctrl-A.

    Rows: one in, one out.
    Columns: ``line`` and ``source_file``.
    """
    parts = sorted((name for name in read.columns if name.startswith("col")), key=_number)
    return read.select(F.concat_ws(CTRL_A, *parts).alias("line"), "source_file")


def _number(column: str) -> int:
    return int(column.removeprefix("col"))


def parse_lines(lines: DataFrame) -> DataFrame:
    """Judge every line.

    Rows: one per line that is not blank.
    Columns: those of the silver table, NULL where the line was rejected; ``reason`` and
        ``raw_line``, NULL where it was accepted; ``unknown_fields``, NULL where there are none.
    Source: verdicts.py.
    """
    is_blank = F.col("line").rlike(r"^[ \t\r\n]*$")
    kept = lines.where(~is_blank).select(F.col("line").cast("binary"), "source_file")
    return kept.mapInArrow(judge, VERDICTS)


def split_rejected(parsed: DataFrame) -> tuple[DataFrame, DataFrame]:
    """Return (events, rejects).

    Rows: an event for each accepted line; a reject for each distinct rejected line of a file.
    Columns: those of the silver table with its partition keys; those of ``rejected_events`` with
        its partition keys.
    """
    is_accepted = F.col("reason").isNull()
    events = parsed.where(is_accepted).select(*EVENTS.columns.names)
    rejects = (
        parsed
        .where(~is_accepted)
        .groupBy("source_file", "reason", "raw_line")
        .agg(F.count("*").alias("occurrences"))
    )
    return with_event_hour(events), with_slot_hour(rejects).select(
        *REJECTED_EVENTS.partitioned_columns.names
    )


def with_event_hour(events: DataFrame) -> DataFrame:
    """Add ``dt`` and ``hour`` of the event, UTC."""
    return events.withColumns({
        "dt": F.date_format("event_time", "yyyy-MM-dd"),
        "hour": F.date_format("event_time", "HH"),
    })


def with_slot_hour(rows: DataFrame) -> DataFrame:
    """Add ``dt`` and ``hour`` of the raw file's slot; ``unknown`` outside the producer's layout."""
    minute = F.regexp_replace("source_file", f"^.*{SLOT}.*$", "$1-$2-$3 $4:$5")
    slot = F.to_timestamp(minute, "yyyy-MM-dd HH:mm")
    return rows.withColumns({
        "dt": F.coalesce(F.date_format(slot, "yyyy-MM-dd"), F.lit("unknown")),
        "hour": F.coalesce(F.date_format(slot, "HH"), F.lit("unknown")),
    })


def keep_distinct(events: DataFrame, known: DataFrame) -> DataFrame:
    """Keep one of each event, and say whose it is.

    ``known`` are rows of the silver table: all that could equal one of ``events``.

    Rows: one per distinct event of the batch.
    Columns: those of the silver table, ``source_file`` being the file that owns the event: the
        one silver has it from, else the first of the batch by name; ``is_new``, whether silver
        still lacks it; the partition keys.
    """
    claims = events.withColumn("is_new", F.lit(True)).unionByName(
        known.withColumn("is_new", F.lit(False))
    )
    is_in_batch = F.max("is_new")
    owner = F.min(F.struct("is_new", "source_file"))
    return (
        claims
        .groupBy(*EVENT_KEY, *HOUR_KEYS)
        .agg(owner.alias("owner"), is_in_batch.alias("is_in_batch"))
        .where("is_in_batch")
        .select(*EVENT_KEY, "owner.source_file", "owner.is_new", *HOUR_KEYS)
    )


def count_files(parsed: DataFrame) -> DataFrame:
    """Count what each file delivered.

    Rows: one per file that has a line.
    Columns: ``source_file``, ``lines``, ``rejected``, ``reasons`` (of the rejected lines, with
        their numbers), ``unknown_fields``; of the accepted lines the first and last event time,
        NULL if there are none, and ``hours``, the (dt, hour) that they fall into.
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
            F.min("first_event_time").alias("first_event_time"),
            F.max("last_event_time").alias("last_event_time"),
            F.flatten(F.collect_list("hours")).alias("hours"),
        )
    )


def _count_reasons(parsed: DataFrame) -> DataFrame:
    """Rows: one per file and reason, NULL being the reason of accepted lines."""
    hour = F.when(F.col("reason").isNull(), F.struct(*HOUR_KEYS))
    return (
        with_event_hour(parsed)
        .groupBy("source_file", "reason")
        .agg(
            F.count("*").alias("lines"),
            F.collect_set("unknown_fields").alias("unknown_fields"),
            F.min("event_time").alias("first_event_time"),
            F.max("event_time").alias("last_event_time"),
            F.collect_set(hour).alias("hours"),
        )
    )


def ledger(
    files: DataFrame, owned: DataFrame, silver: DataFrame, sizes: DataFrame, run_id: str
) -> DataFrame:
    """Account for every line of every file.

    ``files`` as of ``count_files``, ``owned`` as of ``keep_distinct``, ``silver`` what it holds of
    the batch's time range after the append, ``sizes`` the ``bytes`` of each ``source_file``.
    Duplicates are counted in the batch, accepted events in silver, so that the sum proves
    something: an event that silver lacks or holds twice, from whichever file, breaks it.

    Rows: one per file.
    Columns: those of ``load_ledger`` with its partition keys.
    """
    claims = _fingerprints(owned)
    held = _fingerprints(silver).drop("source_file")
    accepted = (
        claims.join(held, held.columns).groupBy("source_file").agg(F.count("*").alias("accepted"))
    )
    owns = owned.groupBy("source_file").agg(F.count("*").alias("owns"))
    counted = (
        files
        .join(accepted, "source_file", how="left")
        .join(owns, "source_file", how="left")
        .join(sizes, "source_file", how="left")
        .fillna(0, ["accepted", "owns"])
        .withColumns({
            "state": F.lit(LOADED),
            "error": F.lit(None),
            "duplicates": F.expr("lines - rejected - owns"),
            "run_id": F.lit(run_id),
        })
    )
    return with_slot_hour(counted).select(*LOAD_LEDGER.partitioned_columns.names)


def _fingerprints(events: DataFrame) -> DataFrame:
    """Rows: one in, one out.

    Columns: ``source_file``, the instant, and a hash of what else makes the event. 64 bits are
    enough for those that share a microsecond.
    """
    return events.select("source_file", *INSTANT, F.xxhash64(*EVENT_KEY).alias("fingerprint"))
