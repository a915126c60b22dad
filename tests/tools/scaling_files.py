"""What many small files of an hour cost a reader: the same events in one file, in 12, and in 300.

``python -m tests.tools.scaling_files FOLDER`` takes the Parquet files of an hour of silver below
FOLDER; their events are dealt out anew as runs would leave them. Its figures: docs/scaling.md.
"""

import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb
import pyarrow as pa
from pyarrow import parquet

from glue_jobs.events.schemas import EVENTS
from glue_jobs.lake.parquet import pack
from tests.tools.scaling_figures import LATE, Reading

RUNS_OF_AN_HOUR, RUNS_OF_A_DAY = 12, 288
ROUNDS = 5
QUESTIONS = {
    "count by type": ("event_type", "select event_type, count(*) from events group by 1"),
    "visits": (
        "user_id, session_id",
        "select count(*) from (select user_id, session_id from events group by all)",
    ),
}


def layouts(events: pa.Table) -> dict[str, Iterator[pa.Table]]:
    """Return how an hour's events can be dealt out to files."""
    late = int(len(events) * LATE)
    return {
        "one file": iter([events]),
        "a file a run": _dealt(events, RUNS_OF_AN_HOUR),
        "late events too": _dealt_late(events, late),
    }


def _dealt_late(events: pa.Table, late: int) -> Iterator[pa.Table]:
    yield from _dealt(events.slice(late), RUNS_OF_AN_HOUR)
    yield from _dealt(events.slice(0, late), RUNS_OF_A_DAY)


def _dealt(events: pa.Table, files: int) -> Iterator[pa.Table]:
    borders = [len(events) * number // files for number in range(files + 1)]
    for start, end in pairwise(borders):
        yield events.slice(start, end - start)


def write(tables: Iterable[pa.Table], folder: Path) -> None:
    """Write each table as the job packs a part."""
    folder.mkdir()
    for number, rows in enumerate(tables):
        (folder / f"{number:05}.zstd.parquet").write_bytes(pack(rows, EVENTS))


def read(layout: str, folder: Path) -> Iterator[Reading]:
    """Answer each question of the files in a folder, by the fastest of some rounds."""
    files = [*folder.iterdir()]
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    for question, (columns, statement) in QUESTIONS.items():
        chunks = sum(_bytes_read(file, columns.split(", ")) for file in files) / 1e6
        seconds = min(_seconds(statement, folder) for _ in range(ROUNDS))
        yield Reading(layout, len(files), megabytes, question, chunks, seconds)


def _bytes_read(file: Path, columns: list[str]) -> int:
    footer = parquet.read_metadata(file)
    groups = (footer.row_group(number) for number in range(footer.num_row_groups))
    chunks = (group.column(number) for group in groups for number in range(group.num_columns))
    read = sum(chunk.total_compressed_size for chunk in chunks if chunk.path_in_schema in columns)
    return read + footer.serialized_size


def _seconds(statement: str, folder: Path) -> float:
    with duckdb.connect() as connection:
        connection.execute(f"create view events as from read_parquet('{folder}/*.parquet')")
        start = perf_counter()
        connection.execute(statement).fetchall()
        return perf_counter() - start


def main() -> None:
    """Print a line for each layout and question."""
    columns = EVENTS.columns.names
    found = sorted(Path(sys.argv[1]).rglob("*.parquet"))
    events = pa.concat_tables(parquet.ParquetFile(file).read(columns) for file in found)
    with TemporaryDirectory() as place:
        for layout, tables in layouts(events.sort_by("event_time")).items():
            folder = Path(place, layout)
            write(tables, folder)
            for reading in read(layout, folder):
                sys.stdout.write(f"{reading}\n")


if __name__ == "__main__":
    main()
