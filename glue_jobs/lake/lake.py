"""Rows become durable: events are appended, everything else overwrites partitions.

Workers pack rows into Parquet files; the driver stores these under names that no other file has.
An overwrite writes new files to new locations, ``versions/<write id>/``, then makes the catalog's
partitions lie there: a reader sees the old rows or the new ones, never a mixture. What a run
changes and replaces stands in its manifest first.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, count
from typing import NamedTuple
from uuid import uuid4

from pyspark.sql import Column, DataFrame, DataFrameReader, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from glue_jobs.lake.catalog import Catalog
from glue_jobs.lake.guard import guard
from glue_jobs.lake.lock import Lock
from glue_jobs.lake.manifests import Manifests
from glue_jobs.lake.parquet import files_of
from glue_jobs.lake.store import REQUESTS, Store, Stored
from glue_jobs.lake.tables import Partition, Table

VERSIONS = "versions/"
# What every session of the job sets.
SPARK_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",  # February 30 is no date, and no failure
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(1 << 15),  # lines validated at once
    # Partitions are listed in so many tasks, else in one each.
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "16",
}


class Overwrite(NamedTuple):
    """What some partitions of some tables are to hold instead: ``files``, as of ``files_of``."""

    partitions: Mapping[Table, Collection[Partition]]
    files: DataFrame


class OutsideError(Exception):
    """There are rows for partitions that were not announced."""


class Lake:
    """The dataset, as the run that holds the lock reads and changes it."""

    def __init__(
        self,
        spark: SparkSession,
        store: Store,
        catalog: Catalog,
        lock: Lock,
        tables: Iterable[Table],
    ) -> None:
        self.spark = spark
        self.lock = lock
        self.run_id = lock.run_id
        self.store = store
        self.catalog = catalog
        # Never the same, even if a run is retried.
        name = f"{lock.run_id}-{uuid4().hex[:8]}"
        self._write_ids = (f"{name}-{number}" for number in count(1))
        self.manifests = Manifests(store, tables, lock.run_id, name, lock.domain)

    def read(self, table: Table, partitions: Iterable[Partition]) -> DataFrame:
        """Read the rows of some partitions, with their keys; the table is never listed."""
        uris = self._present(table, partitions)
        columns = table.partitioned_columns
        if not uris:
            return self.no_rows(columns)
        if table.is_appended:
            return self._read_below_path(table, uris)
        # Spark takes keys from paths below one root only, and writes have a root each.
        reader = self._reader.schema(table.columns).option("recursiveFileLookup", value=True)
        return reader.parquet(*uris).select("*", *_keys_in("_metadata.file_path", table))

    def read_files(self, table: Table, partitions: Iterable[Partition]) -> DataFrame:
        """Read the files of some partitions as they are, ``Table.file_columns``."""
        uris = self._present(table, partitions)
        if not uris:
            return self.no_rows(table.file_columns)
        files = self._reader.format("binaryFile").load(uris)
        name = F.substring_index("path", "/", -1).alias("file_name")
        return files.select(*_keys_in("path", table), name, "content")

    def file_uris(
        self, table: Table, partitions: Iterable[Partition]
    ) -> dict[Partition, list[str]]:
        """Return where the files of each partition lie, nowhere of one that the table lacks."""
        locations = self.catalog.locations(table, partitions)
        found = self._objects_in(table, locations.values())
        return {
            partition: [
                self.store.uri(key)
                for key in found.get(locations.get(partition, ""), [])
                if _is_of_rows(key.rpartition("/")[2])
            ]
            for partition in partitions
        }

    def no_rows(self, columns: StructType) -> DataFrame:
        """Return a frame without rows, for which no worker has to be started."""
        return self.spark.createDataFrame(self.spark.sparkContext.emptyRDD(), columns)

    def keep_registered(self, table: Table, partitions: Iterable[Partition]) -> set[Partition]:
        """Keep the partitions that the table has."""
        return set(self.catalog.locations(table, partitions))

    def append(
        self, table: Table, frames: Iterable[DataFrame], partitions: Iterable[Partition]
    ) -> set[str]:
        """Add files, ``Table.file_columns``, to partitions; each is there whole or not.

        The partitions are in the manifest first, and registered before they have rows. Returns the
        names of the files, which no others have.

        Raises:
            OutsideError: there are files of other partitions.
        """
        self.manifests.change(partitions)
        self.lock.check()
        locations = self.catalog.locations(table, partitions)
        new = {at: self._location("", table, at) for at in set(partitions) - locations.keys()}
        self.catalog.set_locations(table, new)
        locations |= new
        write_id = next(self._write_ids)
        names = set()

        def stored() -> Iterator[tuple[str, bytes]]:
            for file in chain.from_iterable(map(_collect, frames)):
                key = self._key(table, locations, file, f"{write_id}-")
                names.add(key.rpartition("/")[2])
                yield key, file.content

        self.store.write_all(stored())
        return names

    def rewrite(
        self, table: Table, partition: Partition, change: Callable[[DataFrame], DataFrame]
    ) -> None:
        """Replace the files of an appended partition by files of its changed rows.

        ``change`` gets the rows with ``file_modification_time``. New files are there before the
        old ones go, and only what was read goes: a run that dies here leaves rows twice, never
        none, and the partition in its manifest.
        """
        locations = self.catalog.locations(table, [partition])
        found = self._files_below(locations[partition])
        # The latest go first: what is left of them, should the run die, still tells who came first.
        found.sort(key=lambda file: file.modified, reverse=True)
        keys = [file.key for file in found]
        rows = self._read_below_path(table, map(self.store.uri, keys))
        changed = change(rows.select("*", "_metadata.file_modification_time"))
        prefix = f"{next(self._write_ids)}-"
        self._store_files(files_of(table, changed), {table: locations}, prefix)
        self.lock.check()
        self.store.delete(keys)

    def overwrite(self, overwrites: list[Overwrite]) -> None:
        """Replace partitions: write all, then swap them.

        Raises:
            OutsideError: there are files for other partitions; nothing is swapped.
        """
        write_id = next(self._write_ids)
        new = {
            table: {at: self._location(f"{VERSIONS}{write_id}/", table, at) for at in partitions}
            for overwrite in overwrites
            for table, partitions in overwrite.partitions.items()
        }
        replaced = {table: self.catalog.locations(table, new[table]) for table in new}
        self.manifests.replace(replaced, new)
        # All at once: a table of one hour is one file, so one task, and the other cores are idle.
        with ThreadPoolExecutor(REQUESTS) as pool:
            guarded = pool.map(lambda of: guard(self.store, of, replaced[of].values()), new)
            written = pool.map(lambda of: self._store_files(of.files, new), overwrites)
            list(chain(guarded, written))
        self.lock.check()
        for table, locations in new.items():
            self.catalog.set_locations(table, locations)

    def _store_files(
        self, files: DataFrame, places: dict[Table, dict[Partition, str]], prefix: str = ""
    ) -> None:
        tables = {table.name: table for table in places}
        self.store.write_all(
            (self._key(of := tables[file.table], places[of], file, prefix), file.content)
            for file in _collect(files)
        )

    def _key(self, table: Table, announced: dict[Partition, str], file: Row, prefix: str) -> str:
        """Return the key of a file, of a partition that was announced."""
        partition = tuple(file[key] for key in table.partition_keys)
        if partition not in announced:
            raise OutsideError(
                f"{table.name} has rows for {partition}, which is not among the {len(announced)} "
                f"partitions that were announced; nothing was swapped: rows and partitions must "
                f"come from the same files"
            )
        return f"{self.store.key(announced[partition])}{prefix}{file.file_name}.zstd.parquet"

    def _present(self, table: Table, partitions: Iterable[Partition]) -> list[str]:
        """Return where partitions lie that hold anything; Spark reads none that holds nothing."""
        uris = self.catalog.locations(table, partitions).values()
        found = self._objects_in(table, uris)
        return [uri for uri in uris if uri in found]

    def _objects_in(self, table: Table, locations: Collection[str]) -> dict[str, list[str]]:
        """Return the keys of the objects in partitions.

        Those that one write has put beside each other are listed at once; beside one that is
        appended to lies all history.
        """
        up = 0 if table.is_appended else 1
        folders = {"/".join(uri.split("/")[: -1 - up]) + "/" for uri in locations}
        found = defaultdict(list)
        with ThreadPoolExecutor(REQUESTS) as pool:
            listed = pool.map(lambda uri: [*self.store.list(self.store.key(uri))], folders)
            for file in chain.from_iterable(listed):
                found[self.store.uri(file.key.rpartition("/")[0] + "/")].append(file.key)
        return {uri: found[uri] for uri in locations if uri in found}

    def _files_below(self, location: str) -> list[Stored]:
        folder = self.store.key(location)
        listed = self.store.list(folder)
        return [file for file in listed if _is_of_rows(file.key.removeprefix(folder))]

    def _read_below_path(self, table: Table, uris: Iterable[str]) -> DataFrame:
        root = self.store.uri(table.path)
        return (
            self._reader.schema(table.partitioned_columns).option("basePath", root).parquet(*uris)
        )

    @property
    def _reader(self) -> DataFrameReader:
        # Somebody else's object in a partition fails no run.
        return self.spark.read.option("pathGlobFilter", "*.parquet")

    def _location(self, root: str, table: Table, partition: Partition) -> str:
        return self.store.uri(f"{root}{table.path}{table.folder(partition)}")


def _collect(files: DataFrame) -> Iterator[Row]:
    return files.toLocalIterator(prefetchPartitions=True)


def _is_of_rows(name: str) -> bool:
    return name.endswith(".parquet") and not name.startswith(("_", ".")) and "/" not in name


def _keys_in(path: str, table: Table) -> list[Column]:
    """Return the partition keys as a file's path has them; for each row, so by no pattern."""
    return [
        F.substring_index(F.substring_index(path, f"/{key}=", -1), "/", 1).alias(key)
        for key in table.partition_keys
    ]
