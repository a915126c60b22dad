"""Whoever reads a swapped table by its path fails, for only the catalog knows its partitions.

What a run publishes has a root of its own, ``versions/<write id>/``, with a folder per table and
partition. So a table's own path holds no rows, but a guard.
"""

import re
from collections.abc import Iterable

from glue_jobs.lake.store import Store
from glue_jobs.lake.tables import Table

# Its name is what readers by path show when they fail. It is to be the first that they open, so it
# comes before ``dt=``; and it ends like a file of rows, which they do not pass over.
GUARD = "ask-the-catalog-for-the-partitions-of-this-table.parquet"
_TEXT = (
    b"No rows lie here, and this is no Parquet file: read the locations of the table's partitions "
    b"in the Glue Data Catalog, or ask Athena. docs/reading.md has how.\n"
)
# A location as it was before: the hour's folder, in it that of the day.
_LANDED = re.compile(r"((.*/dt=[^/]+/)hour=[^/]+/)run=[^/]+/")


def guard(store: Store, table: Table, replaced: Iterable[str]) -> None:
    """Make reading the table's own path fail, unless it does so already.

    Hours that landed before versions had a root of their own lie there still. Their days are
    guarded too, and those that are replaced, for readers that choose by day or hour.
    """
    matches = map(_LANDED.fullmatch, map(store.key, replaced))
    folders = {match[1] for match in matches if match}
    is_first = store.etag(f"{table.path}{GUARD}") is None
    if is_first:
        keys = (found.key.rpartition("/")[0] + "/" for found in store.list(table.path))
        folders |= {match[2] for match in map(_LANDED.fullmatch, keys) if match}
    store.write_all((f"{folder}{GUARD}", _TEXT) for folder in sorted(folders))
    if is_first:
        store.write(f"{table.path}{GUARD}", _TEXT)
