"""Rows become durable: events are appended, everything else is swapped in, partition by partition.

A swap writes new files to new locations, ``versions/<run id>-<random>/``, then points the catalog's
partitions there. A reader sees the old rows or the new ones, never a mixture. What a run writes and
what it replaces is noted first; a later run removes what no partition points to any more.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from typing import NamedTuple
from uuid import uuid4

from pyspark.sql import Column, DataFrame, DataFrameReader, Row, SparkSession
from pyspark.sql import functions as F

from glue_jobs.events.schemas import EVENTS, HOUR_KEYS, NAMED_FILES, TABLE_FILES, Table
from glue_jobs.lake.catalog import Catalog, Hour
from glue_jobs.lake.lock import Lock
from glue_jobs.lake.manifests import Doubts
from glue_jobs.lake.store import REQUESTS, Store
from glue_jobs.lake.versions import FILE, Places, Versions, refuse_outside

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
# Nobody reads the marker.
_NO_SUCCESS_FILE = {"mapreduce.fileoutputcommitter.marksuccessfuljobs": "false"}


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
        self._versions = Versions(store, catalog)
        self.doubts = Doubts(store, run_id, self._new_publication())

    def read_events(self, hours: Iterable[Hour]) -> DataFrame:
        """Read the silver rows of some hours; the table is never listed."""
        return self.read_published(EVENTS, hours)

    def read_event_files(self, hours: Iterable[Hour]) -> DataFrame:
        """Read silver's files of some hours as they are: the partition keys, ``name``, ``body``."""
        uris = self._present(self._catalog.locations(EVENTS, hours).values())
        if not uris:
            return self.spark.createDataFrame([], NAMED_FILES)
        files = self._reader.format("binaryFile").load(uris)
        name = F.substring_index("path", "/", -1).alias("name")
        return files.select(*_hour_in("path"), name, F.col("content").alias("body"))

    def read_published(self, table: Table, hours: Iterable[Hour]) -> DataFrame:
        """Read the rows that the catalog's partitions of some hours point to."""
        uris = self._present(self._catalog.locations(table, hours).values())
        if not uris:
            return self.spark.createDataFrame([], table.partitioned_columns)
        if table is EVENTS:
            return self._read_silver(uris)
        # Spark takes keys from paths below one root only, and publications have a root each.
        reader = self._reader.schema(table.columns).option("recursiveFileLookup", value=True)
        return reader.parquet(*uris).select("*", *_hour_in("_metadata.file_path"))

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

        Raises:
            OutsideError: there are parts of other hours.
        """
        self.doubts.note(hours)
        self.lock.check()
        locations = self._catalog.locations(EVENTS, hours)
        new = {hour: self._hour_uri(hour) for hour in set(hours) - locations.keys()}
        self._catalog.point(EVENTS, new)
        locations |= new
        publication = self._new_publication()
        parts = (frame.toLocalIterator(prefetchPartitions=True) for frame in frames)
        names = set()

        def files() -> Iterator[tuple[str, bytes]]:
            for part in chain.from_iterable(parts):
                key = self._key(EVENTS, locations, part, f"{publication}-{part.part}")
                names.add(key.rpartition("/")[2])
                yield key, part.body

        self._store.write_all(files())
        return names

    def rewrite_events(self, hour: Hour, change: Callable[[DataFrame], DataFrame]) -> None:
        """Replace the silver files of an hour by files of their changed rows.

        ``change`` gets the rows with ``file_modification_time``. New files are there before the
        old ones go, and only what was read goes: a run that dies here leaves rows twice, never
        none, and a note of the hour.
        """
        [location] = self._catalog.locations(EVENTS, [hour]).values()
        files = [
            found
            for found in self._store.list(self._store.key(location))
            if FILE.fullmatch(found.key.removeprefix(EVENTS.path))
        ]
        # The latest go first: what is left of them, should the run die, still tells who came first.
        files.sort(key=lambda found: found.modified, reverse=True)
        keys = [found.key for found in files]
        rows = self._read_silver(map(self._store.uri, keys))
        rows = change(rows.select("*", "_metadata.file_modification_time"))
        self._write_rows(rows, self._store.uri(EVENTS.path))
        self.lock.check()
        self._store.delete(keys)

    def publish(self, replacements: list[Replacement]) -> None:
        """Replace the partitions of each table's hours: write all, then swap.

        Raises:
            OutsideError: there are rows for other hours; nothing is swapped.
        """
        publication = self._new_publication()
        new = {
            table: {hour: self._versions.location(publication, table, hour) for hour in hours}
            for tables, hours, _ in replacements
            for table in tables
        }
        replaced = self._announce(publication, new)
        # All at once: a table of one hour is one file, so one task, and the other cores are idle.
        with ThreadPoolExecutor(REQUESTS) as pool:
            guarded = pool.map(lambda of: self._versions.guard(of, replaced[of].values()), new)
            written = pool.map(partial(self._write, publication, new), replacements)
            list(chain(guarded, written))
        # Again: the grace time counts from the swap, and the writing may have taken longer.
        self._versions.note(publication, replaced, new)
        self.lock.check()
        for table, locations in new.items():
            self._catalog.point(table, locations)

    def sweep(self) -> list[str]:
        """Remove what runs wrote or replaced and no partition points to, a grace time later.

        Returns the keys of notes that nobody can read: they stay.
        """
        return self._versions.sweep()

    def _announce(self, publication: str, new: Places) -> Places:
        """Note every location that this run writes or replaces; return what is replaced."""
        replaced = {table: self._catalog.locations(table, hours) for table, hours in new.items()}
        self._versions.note(publication, replaced, new)
        return replaced

    def _present(self, uris: Iterable[str]) -> list[str]:
        """Return those below which there is an object; Spark does not read where nothing is."""
        uris = list(uris)
        with ThreadPoolExecutor(REQUESTS) as pool:
            is_present = pool.map(self._store.has_objects, map(self._store.key, uris))
            return [uri for uri, found in zip(uris, is_present, strict=True) if found]

    def _read_silver(self, uris: Iterable[str]) -> DataFrame:
        columns, root = EVENTS.partitioned_columns, self._store.uri(EVENTS.path)
        return self._reader.schema(columns).option("basePath", root).parquet(*uris)

    @property
    def _reader(self) -> DataFrameReader:
        # Somebody else's object in an hour fails no run.
        return self.spark.read.option("pathGlobFilter", "*.parquet")

    def _write(self, publication: str, new: Places, replacement: Replacement) -> None:
        """Write one file an hour and table, of rows or of what is packed as a file."""
        rows = replacement.rows
        if rows.schema == TABLE_FILES:
            self._store_files(rows, new)
            return
        [table] = replacement.tables
        root = self._versions.root(publication, table)
        columns = table.partitioned_columns.names
        self._write_rows(rows.select(*columns).repartition(*HOUR_KEYS), root)
        refuse_outside(table, new[table], self._versions.hours_below(root))

    def _store_files(self, files: DataFrame, new: Places) -> None:
        tables = {table.name: table for table in new}
        rows = files.toLocalIterator(prefetchPartitions=True)
        self._store.write_all(
            (self._key(tables[file.table], new[tables[file.table]], file, file.name), file.body)
            for file in rows
        )

    def _key(self, table: Table, announced: dict[Hour, str], file: Row, name: str) -> str:
        """Return the key of a file of an hour that was announced."""
        refuse_outside(table, announced, {(file.dt, file.hour)})
        return f"{self._store.key(announced[file.dt, file.hour])}{name}.zstd.parquet"

    def _write_rows(self, rows: DataFrame, root: str) -> None:
        # Else Spark would commit what the tasks of a dead run left below the root as ours.
        attempt = {"mapreduce.job.application.attempt.id": uuid4().int % 2**31}
        writer = rows.write.mode("append").partitionBy(*HOUR_KEYS)
        writer.options(**_NO_SUCCESS_FILE, **attempt).parquet(root)

    def _hour_uri(self, hour: Hour) -> str:
        dt, hh = hour
        return self._store.uri(f"{EVENTS.path}dt={dt}/hour={hh}/")

    def _new_publication(self) -> str:
        """Return a name for what is written at once: never the same, even if a run is retried."""
        return f"{self.run_id}-{uuid4().hex[:8]}"


def _hour_in(path: str) -> list[Column]:
    """Return the partition keys as a file's path has them."""
    return [F.regexp_extract(path, f"/{key}=([^/]+)/", 1).alias(key) for key in HOUR_KEYS]
