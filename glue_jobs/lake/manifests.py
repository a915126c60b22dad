"""What a run is about to read, change and replace, written down before it does so.

A run has one manifest. Until it is committed, the next run knows from it what one that died has
left half done; afterwards, for a grace time, which objects nobody reads any more.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

from glue_jobs.lake.store import Store
from glue_jobs.lake.tables import Partition, Table

MANIFESTS = "manifests/"
# Where the runs of earlier versions left two kinds of notes: their hours, and their locations.
FIRST_DOMAIN = "events"  # whose manifests lie where they lay before there were others
FOLDERS = (MANIFESTS, "unsettled/", "publications/")

READING, WRITING, COMMITTED = STATES = ("reading", "writing", "committed")

Places = dict[Table, dict[Partition, str]]


class Location(NamedTuple):
    """Where a partition lies, or has lain."""

    table: Table
    partition: Partition
    uri: str


class Manifest(NamedTuple):
    """What one run says of itself.

    ``partitions`` are those that it changes, ``locations`` what it writes and what it replaces.
    """

    run_id: str
    state: str
    partitions: set[Partition]
    locations: list[Location]

    def to_json(self) -> bytes:
        """Return the manifest as it is stored."""
        locations: dict[str, list[list[str]]] = {}
        for table, partition, uri in self.locations:
            locations.setdefault(table.name, []).append([*partition, uri])
        written = {"run_id": self.run_id, "state": self.state}
        return json.dumps({
            **written,
            "partitions": sorted(self.partitions),
            "locations": locations,
        }).encode()


class Found(NamedTuple):
    """A manifest in the bucket."""

    key: str
    modified: datetime
    manifest: Manifest


class InFlight(NamedTuple):
    """What dead runs left: partitions half changed; whether one died while it read."""

    partitions: set[Partition]
    is_reader_dead: bool


class Manifests:
    """The manifest of this run, and those of others of its domain."""

    def __init__(
        self,
        store: Store,
        tables: Iterable[Table],
        run_id: str,
        name: str,
        domain: str = FIRST_DOMAIN,
    ) -> None:
        self._store = store
        self._folders = FOLDERS if domain == FIRST_DOMAIN else (f"manifests-{domain}/",)
        self._tables = {table.name: table for table in tables}
        self._key = f"{self._folders[0]}{name}.json"
        self._own = Manifest(run_id, READING, set(), [])
        self._recovered: list[Found] = []
        self.unreadable: list[str] = []  # keys of what lies there and is no manifest: it stays

    def recover(self, is_over: Callable[[str], bool]) -> InFlight:
        """Return what runs that are over left in flight; it is ours from now on.

        The manifest of another run that is still at work is its own affair.
        """
        in_flight = (found for found in self.others if found.manifest.state != COMMITTED)
        self._recovered = [found for found in in_flight if self._is_dead(found, is_over)]
        dead = [found.manifest for found in self._recovered]
        partitions = set(chain.from_iterable(manifest.partitions for manifest in dead))
        return InFlight(partitions, any(manifest.state == READING for manifest in dead))

    def begin_reading(self) -> None:
        """Say that this run is about to read; so it is until it next says what it changes."""
        self._write(state=READING)

    def change(self, partitions: Iterable[Partition]) -> None:
        """Say that this run is about to change some more partitions; what it reads, it has read."""
        self._write(state=WRITING, partitions=self._own.partitions.union(partitions))

    def replace(self, *places: Places) -> None:
        """Say which locations this run is about to write or to replace."""
        of_table = chain.from_iterable(of.items() for of in places)
        added = [Location(table, *at) for table, of in of_table for at in of.items()]
        self._write(state=WRITING, locations=[*self._own.locations, *added])

    def commit(self) -> None:
        """Say that nothing is in flight any more: every table agrees with what was appended."""
        ended = [*self._recovered, Found(self._key, datetime.now(UTC), self._own)]
        for key, _, manifest in ended:
            if manifest.locations:
                self._store.write(key, manifest._replace(state=COMMITTED).to_json())
        self._store.delete(key for key, _, manifest in ended if not manifest.locations)

    @cached_property
    def others(self) -> list[Found]:
        """Every manifest but this run's, as they were when first asked for, under the lock."""
        return list(self._others())

    def _others(self) -> Iterator[Found]:
        for listed in chain.from_iterable(map(self._store.list, self._folders)):
            manifest = self._store.read_json(listed.key, self._parse)
            if manifest is None:
                self.unreadable.append(listed.key)
            elif listed.key != self._key:
                yield Found(listed.key, listed.modified, manifest)

    def _is_dead(self, found: Found, is_over: Callable[[str], bool]) -> bool:
        run_id = found.manifest.run_id
        return run_id == self._own.run_id or is_over(run_id)  # a retry bears its run's id

    def _write(self, **changes: Any) -> None:  # ruff: ignore[any-type] - fields of a manifest
        self._own = self._own._replace(**changes)
        self._store.write(self._key, self._own.to_json())

    def _parse(self, body: Any) -> Manifest:  # ruff: ignore[any-type] - JSON
        """Raise what ``Store.read_json`` expects, or return the manifest."""
        if "state" not in body:
            body = _of_earlier(body)
        if body["state"] not in STATES or not re.fullmatch(r"[\w-]{1,255}", body["run_id"]):
            raise ValueError(body["state"], body["run_id"])
        locations = [
            self._location(table, *values)
            for name, table in self._tables.items()
            for values in body["locations"].get(name, [])
        ]
        partitions = {_partition(values) for values in body["partitions"]}
        return Manifest(body["run_id"], body["state"], partitions, locations)

    def _location(self, table: Table, *values: str) -> Location:
        """Return a location if it is one: what lies there may be removed."""
        *partition, uri = values
        folders = "/".join(f"{key}=[^/]+" for key in table.partition_keys)
        if not re.fullmatch(rf"[^:]+/{folders}/(run=[^/]+/)?", self._store.key(uri)):
            raise ValueError(uri)
        return Location(table, _partition(partition), uri)


def _of_earlier(note: dict[str, Any]) -> dict[str, Any]:
    """Return a note of an earlier version as a manifest: of hours in doubt, or of locations."""
    if "hours" not in note:
        return {"run_id": "unknown", "state": COMMITTED, "partitions": [], "locations": note}
    state = READING if note.get("reading") is True else WRITING
    return {**note, "state": state, "partitions": note["hours"], "locations": {}}


def _partition(values: Iterable[str]) -> Partition:
    partition = tuple(values)
    if not all(re.fullmatch(r"\w[\w-]*", value, re.ASCII) for value in partition):
        raise ValueError(partition)
    return partition
