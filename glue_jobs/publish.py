"""Rows become durable: events are appended, everything else is swapped in, partition by partition.

A swap writes new files to a new location, ``<table>/dt=D/hour=H/run=<run id>-<random>/``, then
points the catalog's partition there. A reader sees the old rows or the new ones, never a mixture.
What a run writes and what it replaces is noted first, under ``publications/``; a later run removes
what no partition points to any more, once every query that may still read it has ended.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from typing import NamedTuple
from uuid import uuid4

from pyspark.sql import DataFrame, DataFrameReader, SparkSession
from pyspark.sql import functions as F

from glue_jobs.catalog import Catalog, Hour
from glue_jobs.doubts import Doubts
from glue_jobs.lock import Lock
from glue_jobs.notes import parse_note
from glue_jobs.schemas import EVENTS, HOUR_KEYS, NAMED_FILES, TABLE_FILES, TABLES, Table
from glue_jobs.store import Store

# A run may last an hour after its note, and a query half an hour after the swap.
GRACE = timedelta(hours=2)
PUBLICATIONS = "publications/"

# What every session of the job sets.
SPARK_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MILLIS",  # Athena's precision
    "spark.sql.parquet.compression.codec": "zstd",  # a sixth smaller than snappy, no slower
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",  # an event of year 1 is no error
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",  # February 30 is no date, and no failure
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(1 << 15),  # lines a worker judges at once
}
# Nobody reads the marker, and it would lie in the table's own path.
_NO_SUCCESS_FILE = {"mapreduce.fileoutputcommitter.marksuccessfuljobs": "false"}


Place = tuple[Table, str, str, str]  # a table, dt, hour, and the location of their rows


class Replacement(NamedTuple):
    """What some hours' partitions are to hold: rows of one table, or files of several.

    Columns of ``rows``: those of the table with its partition keys, or those of ``TABLE_FILES``.
    """

    tables: Sequence[Table]
    hours: list[Hour]
    rows: DataFrame


class Lake:
    """The dataset, as the run that holds the lock reads and changes it."""

    def __init__(self, spark: SparkSession, store: Store, catalog: Catalog, lock: Lock) -> None:
        self.spark = spark
        self.lock = lock
        self.run_id = run_id = lock.run_id
        self._store = store
        self._catalog = catalog
        self.doubts = Doubts(store, run_id, self._new_publication())

    def read_events(self, hours: Iterable[Hour]) -> DataFrame:
        """Read the silver rows of some hours from their own paths; the table is never listed."""
        return self._read(EVENTS, [self._hour_uri(EVENTS, hour) for hour in hours])

    def read_event_files(self, hours: Iterable[Hour]) -> DataFrame:
        """Read silver's files of some hours as they are: the partition keys, ``name``, ``body``."""
        uris = self._present(self._hour_uri(EVENTS, hour) for hour in hours)
        if not uris:
            return self.spark.createDataFrame([], NAMED_FILES)
        keys = [F.regexp_extract("path", f"/{key}=([^/]+)/", 1).alias(key) for key in HOUR_KEYS]
        files = self.spark.read.format("binaryFile").load(uris)
        name = F.substring_index("path", "/", -1).alias("name")
        return files.select(*keys, name, F.col("content").alias("body"))

    def read_published(self, table: Table, hours: Iterable[Hour]) -> DataFrame:
        """Read the rows that the catalog's partitions of some hours point to."""
        return self._read(table, self._catalog.locations(table, hours).values())

    def with_other_files(
        self, table: Table, rows: DataFrame, files: DataFrame, hours: Iterable[Hour]
    ) -> DataFrame:
        """Add to the rows of some ``files`` the published ones of the others in their hours."""
        published = self.read_published(table, hours)
        return published.join(files, "source_file", how="left_anti").unionByName(rows)

    def keep_registered(self, hours: Iterable[Hour]) -> set[Hour]:
        """Keep the hours that silver has a partition of."""
        return set(self._catalog.locations(EVENTS, hours))

    def append_events(self, frames: Iterable[DataFrame], hours: Iterable[Hour]) -> set[str]:
        """Add files to silver: ``body`` for ``part`` of an hour. A part is there whole or not.

        The hours are noted first, and registered before they have rows. Returns the names of the
        files, which no others have.
        """
        self.doubts.note(hours)
        self.lock.check()
        self._catalog.point(EVENTS, {hour: self._hour_uri(EVENTS, hour) for hour in hours})
        publication = self._new_publication()
        parts = (frame.toLocalIterator(prefetchPartitions=True) for frame in frames)
        names = set()
        for part in chain.from_iterable(parts):
            folder = self._store.key(self._hour_uri(EVENTS, (part.dt, part.hour)))
            names.add(name := f"{publication}-{part.part}.zstd.parquet")
            self._store.write(folder + name, part.body)
        return names

    def rewrite_events(self, hour: Hour, change: Callable[[DataFrame], DataFrame]) -> None:
        """Replace the silver files of an hour by files of their changed rows.

        ``change`` gets the rows with ``file_modification_time``. New files are there before the
        old ones go, and only what was read goes: a run that dies here leaves rows twice, never
        none, and a note of the hour.
        """
        prefix = self._store.key(self._hour_uri(EVENTS, hour))
        files = [found for found in self._store.list(prefix) if found.key.endswith(".parquet")]
        # The latest go first: what is left of them, should the run die, still tells who came first.
        files.sort(key=lambda found: found.modified, reverse=True)
        keys = [found.key for found in files]
        rows = self._reader(EVENTS).parquet(*map(self._store.uri, keys))
        self._write_rows(
            EVENTS, change(rows.select("*", "_metadata.file_modification_time")), HOUR_KEYS
        )
        self.lock.check()
        self._store.delete(keys)

    def publish(self, replacements: list[Replacement]) -> None:
        """Replace the partitions of each table's hours: write all, then swap."""
        publication = self._new_publication()
        new = {
            table: {hour: f"{self._hour_uri(table, hour)}run={publication}/" for hour in hours}
            for tables, hours, _ in replacements
            for table in tables
        }
        self._announce(publication, new)
        # All at once: a table of one hour is one file, so one task, and the other cores are idle.
        with ThreadPoolExecutor(len(replacements)) as pool:
            list(pool.map(partial(self._write, publication), replacements))
        self.lock.check()
        for table, locations in new.items():
            self._catalog.point(table, locations)

    def sweep(self) -> list[str]:
        """Remove what runs wrote or replaced and no partition points to, a grace time later.

        What a younger note names stays, also if an older one names it too: it was replaced just
        now, and queries may be reading it. Returns the keys of notes that nobody can read: they
        stay.
        """
        latest = datetime.now(UTC) - GRACE
        found = [(note, self._noted(note.key)) for note in self._store.list(PUBLICATIONS)]
        notes = [(note, places) for note, places in found if places is not None]
        young = [places for note, places in notes if note.modified >= latest]
        kept = {uri for *_, uri in chain.from_iterable(young)}
        for note, places in notes:
            if note.modified < latest:
                self._remove([place for place in places if place[3] not in kept])
                self._store.delete([note.key])
        return [note.key for note, places in found if places is None]

    def _noted(self, key: str) -> list[Place] | None:
        """Return what a note names; None if nobody can read it."""
        return parse_note(
            self._store.read(key),
            lambda note: [
                (table, dt, hour, self._checked(uri))
                for table in TABLES
                for dt, hour, uri in note.get(table.name, [])
            ],
        )

    def _checked(self, uri: str) -> str:
        """Return a location of a note if it is one: what lies there may be removed."""
        if not re.fullmatch(r"\w+/\w+/.+/", self._store.key(uri)):
            raise ValueError(uri)
        return uri

    def _remove(self, noted: list[Place]) -> None:
        """Remove the files of the locations that their partitions do not point to."""
        for table in {table for table, *_ in noted}:
            places = [(dt, hour, uri) for of, dt, hour, uri in noted if of is table]
            pointed = self._catalog.locations(table, {(dt, hour) for dt, hour, _ in places})
            for dt, hour, uri in places:
                if pointed.get((dt, hour)) != uri:
                    folder = self._store.key(uri)
                    files = [found.key for found in self._store.list(folder)]
                    self._store.delete([*files, folder])  # with the marker that S3A may have left

    def _announce(self, publication: str, new: dict[Table, dict[Hour, str]]) -> None:
        """Note every location that this run writes or replaces, for a later run's sweep."""
        note = {}
        for table, locations in new.items():
            old = self._catalog.locations(table, locations)
            note[table.name] = [[*hour, uri] for hour, uri in (*old.items(), *locations.items())]
        self._store.write(f"{PUBLICATIONS}{publication}.json", json.dumps(note).encode())

    def _read(self, table: Table, uris: Iterable[str]) -> DataFrame:
        columns = table.partitioned_columns
        present = self._present(uris)
        if not present:
            return self.spark.createDataFrame([], columns)
        return self._reader(table).parquet(*present).select(*columns.names)

    def _present(self, uris: Iterable[str]) -> list[str]:
        """Return those below which there is an object; Spark does not read where nothing is."""
        return [uri for uri in uris if self._store.has_objects(self._store.key(uri))]

    def _reader(self, table: Table) -> DataFrameReader:
        root = self._store.uri(table.path)
        return self.spark.read.schema(table.partitioned_columns).option("basePath", root)

    def _write(self, publication: str, replacement: Replacement) -> None:
        """Write one file an hour and table, of rows or of what is packed as a file."""
        rows = replacement.rows
        if rows.schema == TABLE_FILES:
            self._store_files(publication, rows)
        else:
            [table] = replacement.tables
            hours = rows.select(*table.partitioned_columns.names).repartition(*HOUR_KEYS)
            keys = (*HOUR_KEYS, "run")
            self._write_rows(table, hours.withColumn("run", F.lit(publication)), keys)

    def _store_files(self, publication: str, files: DataFrame) -> None:
        tables = {table.name: table for table in TABLES}
        for file in files.toLocalIterator(prefetchPartitions=True):
            folder = self._hour_uri(tables[file.table], (file.dt, file.hour))
            key = self._store.key(f"{folder}run={publication}/{file.name}.zstd.parquet")
            self._store.write(key, file.body)

    def _write_rows(self, table: Table, rows: DataFrame, keys: tuple[str, ...]) -> None:
        # Else Spark would commit what the tasks of a dead run left under the table's path as ours.
        attempt = {"mapreduce.job.application.attempt.id": uuid4().int % 2**31}
        writer = rows.write.mode("append").partitionBy(*keys)
        writer.options(**_NO_SUCCESS_FILE, **attempt).parquet(self._store.uri(table.path))

    def _hour_uri(self, table: Table, hour: Hour) -> str:
        dt, hh = hour
        return self._store.uri(f"{table.path}dt={dt}/hour={hh}/")

    def _new_publication(self) -> str:
        """Return a name for what is written at once: never the same, even if a run is retried."""
        return f"{self.run_id}-{uuid4().hex[:8]}"
