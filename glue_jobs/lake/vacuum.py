"""Objects that nobody reads any more are removed: what runs replaced, or wrote and left."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import chain, starmap

from glue_jobs.lake.catalog import Catalog
from glue_jobs.lake.lake import Lake
from glue_jobs.lake.manifests import COMMITTED, Location
from glue_jobs.lake.store import REQUESTS, Store

GRACE = timedelta(hours=2)  # from the commit on; Athena ends a query after half an hour


def vacuum(lake: Lake) -> None:
    """Remove what committed manifests name and no partition points to, a grace time later.

    What a younger one names stays, also if an older one names it too: it was replaced just now, and
    queries may be reading it.
    """
    store, latest, found = lake.store, datetime.now(UTC) - GRACE, lake.manifests.others
    old = [each for each in found if each.modified < latest and each.manifest.state == COMMITTED]
    young = chain.from_iterable(each.manifest.locations for each in found if each not in old)
    kept = {location.uri for location in young}
    for each in old:
        locations = each.manifest.locations
        store.delete(_unread(store, locations, kept | _current(lake.catalog, locations)))
        store.delete([each.key])


def _unread(store: Store, locations: Iterable[Location], read: set[str]) -> Iterator[str]:
    """Yield the keys of what lies in locations, but not in one that is read."""
    folders = sorted({store.key(at.uri) for at in locations if at.uri not in read})
    with ThreadPoolExecutor(REQUESTS) as pool:
        for found in pool.map(lambda folder: list(store.list(folder)), folders):
            keys = (each.key for each in found)
            yield from (key for key in keys if store.uri(f"{key.rpartition('/')[0]}/") not in read)
    yield from folders  # the markers that S3A may have left


def _current(catalog: Catalog, locations: list[Location]) -> set[str]:
    """Return where the partitions that had such locations lie now."""
    tables = {at.table for at in locations}
    of_table = {table: [at.partition for at in locations if at.table is table] for table in tables}
    found = starmap(catalog.locations, of_table.items())
    return {uri for current in found for uri in current.values()}
