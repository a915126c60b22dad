"""Raw files of the order book as objects: which there are, and what is promised of each.

``file_validator`` writes them, ``raw/<source>/date=D/<name>.jsonl.gz``, with the number of their
records as metadata.
"""

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from itertools import product
from typing import Any, NamedTuple

from botocore.client import BaseClient

from glue_jobs.commerce.contracts import CONTRACTS
from glue_jobs.lake.store import REQUESTS, Store, Stored
from glue_jobs.lake.tables import Partition

NO_PARTITION = ("unknown", "unknown")
_LAYOUT = re.compile(rf"({'|'.join(CONTRACTS)})/date=(\d{{4}}-\d\d-\d\d)/[^/]+\.jsonl\.gz")


class RawFile(NamedTuple):
    """A raw file; ``records`` is what its metadata promise, None where they promise nothing."""

    uri: str
    partition: Partition  # source and day of delivery; ``NO_PARTITION`` outside the layout
    etag: str
    bytes: int
    modified: datetime
    records: int | None


class RawFiles:
    """The raw files below a path, ``s3://<bucket>/raw/``."""

    def __init__(self, s3: BaseClient, path: str) -> None:
        self.path = path
        self._store = Store(s3, path)
        self.region = self._store.region

    def find(self, sources: Iterable[str], days: Iterable[str] = ("",)) -> Iterator[Stored]:
        """Yield the raw files of some sources; where days are given, those delivered on one."""
        for source, day in product(sources, days):
            yield from self._store.list(f"{source}/date={day}{'/' if day else ''}")

    def uri(self, file: Stored) -> str:
        """Return the URI of a listed file."""
        return self._store.uri(file.key)

    def describe(self, uris: Iterable[str]) -> list[RawFile]:
        """Return files as they are now, in the order of their URIs, but for those that are gone."""
        with ThreadPoolExecutor(REQUESTS) as pool:
            found = pool.map(self._describe, sorted(uris))
            return [file for file in found if file]

    def _describe(self, uri: str) -> RawFile | None:
        found = self._store.head(self._store.key(uri))
        if not found:
            return None
        version = found["ETag"], found["ContentLength"], found["LastModified"]
        return RawFile(uri, self.partition(uri), *version, _records(found))

    def partition(self, uri: str) -> Partition:
        """Return the source and the day of delivery that a file's key names."""
        names = _LAYOUT.fullmatch(self._store.key(uri))
        return (names[1], names[2]) if names and _is_day(names[2]) else NO_PARTITION


def _records(found: dict[str, Any]) -> int | None:
    promised = found["Metadata"].get("records", "")
    return int(promised) if promised.isdecimal() else None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
