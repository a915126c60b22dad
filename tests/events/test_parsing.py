"""Lines become events, rejects and counts: parsing.py on a few rows."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from glue_jobs.events import deduplication, parsing
from glue_jobs.events.file_counts import MOST_FIELDS
from glue_jobs.events.load import Span, hours_of, keep_within, ranges
from glue_jobs.events.schemas import EVENTS, REJECTED_EVENTS
from glue_jobs.lake.parquet import unpack

FILE_A, FILE_B = (
    f"s3://source/events/year=2026/month=03/day=01/hour=10/minute={minute}/events.jsonl.gz"
    for minute in ("00", "05")
)
REJECT = REJECTED_EVENTS.partitioned_columns.names
READ = "col0 string, col1 string, source_file string"
SEARCH = {
    "timestamp": "2026-03-01T10:00:00.000001Z",
    "user_id": "u_1",
    "session_id": "s_1",
    "event_type": "search",
    "search_query": "lamp",
}
PURCHASE = {
    **SEARCH,
    "event_type": "purchase",
    "product_id": "p_1",
    "quantity": 2,
    "price": 9.5,
    "category": "books",
    "search_query": None,
}


def _lines(spark: SparkSession, *rows: tuple[str, object]) -> DataFrame:
    texts = [(line if isinstance(line, str) else json.dumps(line), file) for file, line in rows]
    return spark.createDataFrame(texts, "line string, source_file string")


def _events(parsed: DataFrame) -> DataFrame:
    """Unpack the files of events, as they would stand in silver."""
    rows = [
        {**event, "dt": row.dt, "hour": row.hour}
        for row in parsed.where("file_name is not null").collect()
        for event in unpack(row.content, EVENTS).to_pylist()
    ]
    return parsed.sparkSession.createDataFrame(rows, EVENTS.partitioned_columns)


@pytest.mark.parametrize("uri", [FILE_A, FILE_A.replace("s3:", "s3a:")])
def test_join_columns(spark: SparkSession, uri: str) -> None:
    """A line passes with its file, which Hadoop may call by the newer name of its place."""
    longest = "x" * parsing.LONGEST
    read = spark.createDataFrame([(longest, None, uri)], READ)

    assert parsing.join_columns(read).collect() == [Row(line=longest, source_file=FILE_A)]


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param(("a", "b"), id="a line with ctrl-A, split"),
        pytest.param(("a", ""), id="a line that ends in ctrl-A"),
        pytest.param(("\u00e9" * 4097, None), id="a long line"),
    ],
)
def test_join_columns_refuses(spark: SparkSession, columns: tuple[str, str | None]) -> None:
    """What the read through Glue may not hold fails it; workers then read it one by one."""
    read = spark.createDataFrame([(*columns, FILE_A)], READ)

    with pytest.raises(Py4JJavaError, match="a line has ctrl-A or is longer than 8192 bytes"):
        parsing.join_columns(read).collect()


def test_parse_lines(spark: SparkSession) -> None:
    """A line is an event or a reject; blank lines are neither; equal bad lines are one row."""
    bad = {**SEARCH, "user_id": None}
    lines = _lines(
        spark,
        (FILE_A, PURCHASE),
        (FILE_A, " \t"),
        (FILE_A, ""),
        (FILE_A, bad),
        (FILE_A, bad),
        (FILE_B, "{"),
    )

    parsed = parsing.parse_lines(lines)

    assert _events(parsed).drop("event_time").collect() == [
        Row(
            event_time_micros=1,
            user_id="u_1",
            session_id="s_1",
            event_type="purchase",
            product_id="p_1",
            quantity=2,
            price=Decimal("9.50"),
            category="books",
            search_query=None,
            source_file=FILE_A,
            dt="2026-03-01",
            hour="10",
        )
    ]
    assert sorted(parsing.rejects(parsed, [FILE_A, FILE_B]).select(*REJECT).collect()) == [
        Row(
            source_file=FILE_A,
            reason="missing_user_id",
            raw_line=json.dumps(bad),
            occurrences=2,
            dt="2026-03-01",
            hour="10",
        ),
        Row(
            source_file=FILE_B,
            reason="not_json",
            raw_line="{",
            occurrences=1,
            dt="2026-03-01",
            hour="10",
        ),
    ]


def test_raw_line_survives(spark: SparkSession) -> None:
    """Text keeps its characters; bytes that are no text are escaped."""
    raw = [("{\u00e9 \u0001".encode(), FILE_A), (b"{caf\xe9", FILE_A)]
    lines = spark.createDataFrame(raw, "line binary, source_file string").selectExpr(
        "cast(line as string) as line", "source_file"
    )

    parsed = parsing.parse_lines(lines).where("reason is not null").collect()

    assert [row.raw_line for row in parsed] == ["{\u00e9 \u0001", "{caf\\xe9"]
    assert [row.reason for row in parsed] == ["not_json", "not_utf8"]


def test_slot_hour(spark: SparkSession) -> None:
    """A file outside the producer's layout is accounted for under unknown; others are left out."""
    stray = "s3://source/events/x.gz"
    files = spark.createDataFrame([(FILE_B,), (stray,), (FILE_A,)], "source_file string")

    hours = parsing.with_slot_hour(files, [FILE_B, stray]).select("dt", "hour").collect()

    assert hours == [("2026-03-01", "10"), ("unknown", "unknown")]


def test_duplicates(spark: SparkSession) -> None:
    """An event belongs to the file silver has it from, else to the first of the batch by name."""
    other = {**SEARCH, "search_query": "desk"}
    known = {**SEARCH, "search_query": "chair"}
    nearly = {**SEARCH, "timestamp": "2026-03-01T10:00:00.000002Z"}
    same = {**SEARCH, "timestamp": "2026-03-01T11:00:00.000001+01:00"}
    told = ("search_query", "event_time_micros", "source_file")
    lines = _lines(
        spark,
        (FILE_B, SEARCH),
        (FILE_A, same),
        (FILE_A, SEARCH),
        (FILE_B, other),
        (FILE_A, known),
        (FILE_A, nearly),
    )
    parsed = parsing.parse_lines(lines)
    elsewhere = {**SEARCH, "search_query": "in silver only"}
    silver = _events(parsing.parse_lines(_lines(spark, (FILE_B, known), (FILE_B, elsewhere))))

    duplicates = deduplication.find_duplicates(parsed, silver)

    new = [
        row
        for frame in deduplication.drop_duplicates(parsed, duplicates)
        for row in _events(frame).select(*told).collect()
    ]
    assert sorted(new) == [
        ("desk", 1, FILE_B),
        ("lamp", 1, FILE_A),
        ("lamp", 2, FILE_A),
    ]
    assert sorted(deduplication.count_duplicates(duplicates).collect()) == [
        Row(source_file=FILE_A, in_silver=0, kept=0, dropped=1),
        Row(source_file=FILE_B, in_silver=1, kept=1, dropped=1),
    ]


def test_all_duplicates(spark: SparkSession) -> None:
    """Of a file that silver has already nothing is left, and nothing of it is new."""
    parsed = parsing.parse_lines(_lines(spark, (FILE_A, SEARCH), (FILE_A, PURCHASE)))

    duplicates = deduplication.find_duplicates(parsed, _events(parsed))

    assert [frame.collect() for frame in deduplication.drop_duplicates(parsed, duplicates)] == [
        [],
        [],
    ]
    assert deduplication.count_duplicates(duplicates).collect() == [(FILE_A, 2, 2, 2)]


def test_event_times_are_utc(spark: SparkSession) -> None:
    """Partition keys follow the instant in UTC, whatever zone the line is written in."""
    late = {**SEARCH, "timestamp": "2026-03-01T00:30:00.000001+01:00"}
    events = _events(parsing.parse_lines(_lines(spark, (FILE_A, late))))

    found = events.selectExpr("unix_micros(event_time) as micros", "dt", "hour").collect()

    instant = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    assert found == [(int(instant.timestamp()) * 1_000_000, "2026-02-28", "23")]


def test_hours(spark: SparkSession) -> None:
    """What a batch spans of each hour are the times of its accepted events there."""
    late, later = (
        {**SEARCH, "timestamp": f"2026-02-28T23:{minute}:00Z"} for minute in ("10", "50")
    )
    early = {**SEARCH, "timestamp": "2026-03-05T10:00:00Z"}
    nothing = _lines(spark, (FILE_A, early), (FILE_A, "{"))
    some = _lines(spark, (FILE_A, SEARCH), (FILE_A, later), (FILE_B, late))

    spans = hours_of(parsing.parse_lines(nothing.unionByName(some)))

    assert list(spans) == [("2026-02-28", "23"), ("2026-03-01", "10")]
    minutes = [(last - first) / 60_000_000 for first, last in spans.values()]
    assert minutes == [40, 0]
    assert hours_of(parsing.parse_lines(nothing)) == {}


def test_known_within_the_span_of_their_hour(spark: SparkSession) -> None:
    """A late event makes no other hour's rows known, and its own hour's only at its time."""
    times = [f"2026-{time}:00Z" for time in ("02-28T23:09", "02-28T23:10", "03-01T09:30")]
    lines = [(FILE_A, {**SEARCH, "timestamp": time}) for time in (*times, SEARCH["timestamp"])]
    silver = _events(parsing.parse_lines(_lines(spark, *lines)))
    spans = hours_of(parsing.parse_lines(_lines(spark, lines[1], lines[3])))

    known = keep_within(silver, ranges(spans.values()))

    times = known.select(F.date_format("event_time", "HH:mm").alias("at")).collect()
    assert sorted(row.at for row in times) == ["10:00", "23:10"]
    assert keep_within(silver, []).isEmpty()


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], []),
        ([(1, 2)], [(1, 2)]),
        ([(9, 9), (1, 2)], [(1, 2), (9, 9)]),
        ([(1, 2), (4, 5), (90, 91), (95, 99), (50, 51)], [(1, 5), (50, 51), (90, 99)]),
    ],
)
def test_ranges(spans: list[Span], expected: list[Span]) -> None:
    """However many hours a sender chooses, a plan has few ranges; they cover all spans."""
    assert ranges(spans, most=3) == expected


def test_count_files(spark: SparkSession) -> None:
    """Lines and bytes are counted as they arrive; what is no raw file is named, without lines."""
    lines = _lines(
        spark,
        (FILE_A, SEARCH),
        (FILE_A, SEARCH),
        (FILE_A, {**PURCHASE, "x": 1, "y": {}}),
        (FILE_A, "{"),
        (FILE_A, " "),
        ("s3://source/events/notes.txt", "remember"),
    )

    counted = parsing.count_files(parsing.parse_lines(lines)).collect()

    [notes, file] = sorted(counted, key=lambda row: row.lines)
    assert (notes.source_file, notes.lines, notes.valid) == ("s3://source/events/notes.txt", 0, 0)
    assert (file.lines, file.valid, file.rejected, file.events) == (4, 3, 1, 2)
    assert file.bytes == sum(len(row.line) for row in lines.collect()) - len("remember")
    assert (file.reasons, file.unknown_fields) == ({"not_json": 1}, ["x", "y"])


def test_unknown_fields_are_bounded(spark: SparkSession) -> None:
    """A sender that makes up names fills no memory: a thousand are kept of a file."""
    lines = [(FILE_A, {**SEARCH, f"{name:05}": 1}) for name in range(MOST_FIELDS + 10)]

    [file] = parsing.count_files(parsing.parse_lines(_lines(spark, *lines))).collect()

    assert len(file.unknown_fields) == MOST_FIELDS
