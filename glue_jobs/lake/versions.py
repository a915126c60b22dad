"""Versions of partitions: where they lie, what they replace, and when they are removed.

What a run publishes at once has a root of its own, ``versions/<publication>/``, with a folder per
table and hour: ``<layer>/<table>/dt=D/hour=H/``. Only the catalog knows which version of an hour is
the one to read, so a table's own path holds no rows, but a guard: who reads that path fails.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import chain, starmap
from typing import NamedTuple

from glue_jobs.events.schemas import TABLES, Table
from glue_jobs.lake.catalog import Catalog, Hour
from glue_jobs.lake.notes import parse_note
from glue_jobs.lake.store import REQUESTS, Store

VERSIONS = "versions/"
NOTES = "publications/"
# From the swap on. Athena ends a query after half an hour.
GRACE = timedelta(hours=2)

# Its name is what readers by path show when they fail. It is to be the first that they open, so it
# comes before ``dt=``; and it ends like a file of rows, which they do not pass over.
GUARD = "ask-the-catalog-for-the-partitions-of-this-table.parquet"
_GUARD_TEXT = (
    b"No rows lie here, and this is no Parquet file: read the locations of the table's partitions "
    b"in the Glue Data Catalog, or ask Athena. docs/reading.md has how.\n"
)
# The file of an hour, below the root of a table.
FILE = re.compile(r"dt=([^/]+)/hour=([^/]+)/[^_.][^/]*\.parquet")
_LOCATION = re.compile(r"[^:]+/dt=[^/]+/hour=[^/]+/(run=[^/]+/)?")
# The key of a file below the root of a publication.
_VERSION = re.compile(r"([^/]+/[^/]+/)dt=([^/]+)/hour=([^/]+)/[^/]+")
# A location as it was before: the hour's folder, in it that of the day.
_LANDED = re.compile(r"((.*/dt=[^/]+/)hour=[^/]+/)run=[^/]+/")
Places = dict[Table, dict[Hour, str]]


class Noted(NamedTuple):
    """A location that a run has written or replaced."""

    table: Table
    hour: Hour
    uri: str


class Versions:
    """The versions of one dataset."""

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store = store
        self._catalog = catalog

    def root(self, publication: str, table: Table) -> str:
        """Return the URI below which a publication's rows of a table lie."""
        return self._store.uri(f"{VERSIONS}{publication}/{table.path}")

    def location(self, publication: str, table: Table, hour: Hour) -> str:
        """Return where a publication's rows of an hour lie."""
        dt, hh = hour
        return f"{self.root(publication, table)}dt={dt}/hour={hh}/"

    def hours_below(self, root: str) -> set[Hour]:
        """Return the hours that have files below a root."""
        prefix = self._store.key(root)
        keys = (found.key.removeprefix(prefix) for found in self._store.list(prefix))
        return {(match[1], match[2]) for key in keys if (match := FILE.fullmatch(key))}

    def guard(self, table: Table, replaced: Iterable[str]) -> None:
        """Make reading the table's own path fail, unless it does so already.

        Hours that landed before versions had a root of their own lie there still. Their days are
        guarded too, and those that are replaced, for readers that choose by day or hour.
        """
        matches = map(_LANDED.fullmatch, (self._store.key(uri) for uri in replaced))
        folders = {match[1] for match in matches if match}
        is_first = self._store.etag(f"{table.path}{GUARD}") is None
        if is_first:
            matches = map(
                _LANDED.fullmatch, (_folder(of.key) for of in self._store.list(table.path))
            )
            folders |= {match[2] for match in matches if match}
        self._store.write_all((f"{folder}{GUARD}", _GUARD_TEXT) for folder in sorted(folders))
        if is_first:
            self._store.write(f"{table.path}{GUARD}", _GUARD_TEXT)

    def note(self, publication: str, *places: Places) -> None:
        """Note locations that a publication writes or replaces; the grace time begins anew."""
        note: dict[str, list[list[str]]] = {}
        for table, locations in chain.from_iterable(of.items() for of in places):
            note.setdefault(table.name, []).extend([*at, uri] for at, uri in locations.items())
        self._store.write(f"{NOTES}{publication}.json", json.dumps(note).encode())

    def sweep(self) -> list[str]:
        """Remove what runs wrote or replaced and no partition points to, a grace time later.

        What a younger note names stays, also if an older one names it too: it was replaced just
        now, and queries may be reading it. Returns the keys of notes that nobody can read: they
        stay.
        """
        latest = datetime.now(UTC) - GRACE
        found = [(note, self._noted(note.key)) for note in self._store.list(NOTES)]
        notes = [(note, places) for note, places in found if places is not None]
        young = [places for note, places in notes if note.modified >= latest]
        kept = {place.uri for place in chain.from_iterable(young)}
        for note, places in notes:
            if note.modified < latest:
                publication = note.key.removeprefix(NOTES).removesuffix(".json")
                self._store.delete(self._left(publication, places, kept))
                self._store.delete([note.key])
        return [note.key for note, places in found if places is None]

    def _noted(self, key: str) -> list[Noted] | None:
        """Return what a note names; None if nobody can read it."""
        return parse_note(
            self._store.read(key),
            lambda note: [
                self._checked(Noted(table, (dt, hour), uri))
                for table in TABLES
                for dt, hour, uri in note.get(table.name, [])
            ],
        )

    def _checked(self, noted: Noted) -> Noted:
        """Return what a note names if it is a location: what lies there may be removed."""
        texts = (*noted.hour, noted.uri)
        if not all(isinstance(text, str) for text in texts):
            raise TypeError(texts)
        if not _LOCATION.fullmatch(self._store.key(noted.uri)):
            raise ValueError(noted.uri)
        return noted

    def _left(self, publication: str, noted: list[Noted], kept: set[str]) -> Iterator[str]:
        """Yield the keys that nobody reads: what is noted, and what failed tasks left beside it."""
        own = f"{VERSIONS}{publication}/"
        written = self._keys_below(own)
        hours = chain(((place.table, place.hour) for place in noted), _hours_of(own, written))
        read = kept | self._pointed(hours)
        replaced = {self._store.key(uri) for *_, uri in noted if uri not in read}
        elsewhere = sorted(folder for folder in replaced if not folder.startswith(own))
        with ThreadPoolExecutor(REQUESTS) as pool:
            for keys in chain([written], pool.map(self._keys_below, elsewhere)):
                yield from (key for key in keys if self._store.uri(_folder(key)) not in read)
        yield from elsewhere  # the markers that S3A may have left

    def _pointed(self, hours: Iterable[tuple[Table, Hour]]) -> set[str]:
        """Return where the partitions of some hours lie now."""
        of_tables: dict[Table, set[Hour]] = {}
        for table, hour in hours:
            of_tables.setdefault(table, set()).add(hour)
        found = starmap(self._catalog.locations, of_tables.items())
        return {uri for locations in found for uri in locations.values()}

    def _keys_below(self, prefix: str) -> list[str]:
        return [found.key for found in self._store.list(prefix)]


def refuse_outside(table: Table, announced: Collection[Hour], hours: set[Hour]) -> None:
    """Raise if there are rows for other hours: nobody would find them, nor remove them."""
    strange = sorted(hours.difference(announced))
    if strange:
        raise OutsideError(
            f"{table.name} has rows for {strange[0]}, one of {len(strange)} such hours that are "
            f"not among the {len(announced)} that were announced; nothing was swapped: rows and "
            f"hours must come from the same files, see glue_jobs/events/load.py and intake.py"
        )


def _hours_of(own: str, keys: Iterable[str]) -> Iterator[tuple[Table, Hour]]:
    """Yield the tables and hours that a publication, below ``own``, has written."""
    tables = {table.path: table for table in TABLES}
    for key in keys:
        match = _VERSION.fullmatch(key.removeprefix(own))
        if match and match[1] in tables:
            yield tables[match[1]], (match[2], match[3])


def _folder(key: str) -> str:
    return f"{key.rpartition('/')[0]}/"


class OutsideError(Exception):
    """There are rows for hours that were not announced."""
