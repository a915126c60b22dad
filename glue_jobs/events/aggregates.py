"""Partial aggregates of one file of silver, and how those of several files are merged.

Runs in Spark's Python workers: to aggregate packed columns takes a tenth of what rows take.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pandas.util import hash_array
from pyarrow import feather, parquet

from glue_jobs.events.rules import ADD_TO_CART, PAGE_VIEW, PURCHASE, REMOVE_FROM_CART
from glue_jobs.events.schemas import REVENUE
from glue_jobs.lake.parquet import checksums

# Of partial aggregates, for ``merge``: the keys, and how the other columns are merged. Searches
# have neither product nor category; sessions have the columns of the user activity.
PRODUCTS = (
    ["product_id", "category", "event_type"],
    dict.fromkeys(("events", "units", "revenue"), "sum"),
)
SESSIONS = (
    ["user_id", "session_id"],
    {
        **dict.fromkeys(("events", "page_views", "add_to_carts", "purchases", "revenue"), "sum"),
        "first_event_time": "min",
        "last_event_time": "max",
    },
)
STEPS = {
    "page_views": PAGE_VIEW,
    "add_to_carts": ADD_TO_CART,
    "removals": REMOVE_FROM_CART,
    "purchases": PURCHASE,
}
HASH_BUCKETS = 4
_HASH_KEY = "fingerprints 16b"  # pandas wants 16 bytes
_ODD = np.uint64(0x9E3779B97F4A7C15)  # spreads instants over all bits
_TEXTS = [*PRODUCTS[0], *SESSIONS[0], "source_file"]
_MONEY = pa.decimal128(REVENUE.precision, REVENUE.scale)


def read(content: bytes) -> pa.Table:
    """Return what is aggregated of a silver file's events; rows: one per event.

    Columns: the texts as dictionaries, the instant, ``events`` (1), and of purchases, else zero,
    ``units`` and ``revenue`` (US dollars).
    """
    columns = [*_TEXTS, "quantity", "price", "event_time", "event_time_micros"]
    file = pa.BufferReader(content)
    rows = parquet.read_table(file, columns=columns, use_threads=False, read_dictionary=_TEXTS)
    rows = rows.unify_dictionaries().append_column("events", pa.repeat(1, len(rows)))
    is_purchase = pc.equal(rows["event_type"], PURCHASE)
    units = pc.if_else(is_purchase, rows["quantity"].cast(pa.int64()), 0)
    amounts = pc.multiply(rows["price"], rows["quantity"].cast(pa.decimal128(10, 0)))
    revenue = pc.if_else(is_purchase, amounts.cast(_MONEY), pa.scalar(0).cast(_MONEY))
    return rows.append_column("units", units).append_column("revenue", revenue)


def rows_by_file(events: pa.Table) -> dict[str, int]:
    """Count events, as of ``read``, by the raw file that they are from."""
    counted = events["source_file"].value_counts()
    return {count["values"]: count["counts"] for count in counted.to_pylist()}


def fingerprints(events: pa.Table) -> np.ndarray:
    """Return 64 bits of each event, as of ``read``: equal events have equal ones.

    Of its instant and its session, and so not what ``packing.keys_of`` makes of it: what looks for
    duplicates and what proves that there are none share no number.
    """
    milliseconds, micros = (
        events[name].cast(pa.int64()).to_numpy().astype(np.uint64)
        for name in ("event_time", "event_time_micros")
    )
    sessions = events["session_id"].combine_chunks()
    hashes = hash_array(sessions.dictionary.to_numpy(zero_copy_only=False), hash_key=_HASH_KEY)
    mixed = (milliseconds << 10 | micros) * _ODD ^ hashes[sessions.indices.to_numpy()]
    return mixed.view(np.int64)


def by_session(events: pa.Table) -> pa.Table:
    """Aggregate events, as of ``read``, by user and session; columns as of the user activity."""
    rows = with_steps(events)
    for name in ("first_event_time", "last_event_time"):
        rows = rows.append_column(name, events["event_time"])
    return merge(rows, *SESSIONS)


def into_buckets(sessions: pa.Table) -> dict[int, pa.Table]:
    """Split sessions into hash buckets by their users, so that several cores can merge them."""
    buckets = checksums(sessions["user_id"]) % HASH_BUCKETS
    return {bucket: sessions.filter(buckets == bucket) for bucket in np.unique(buckets).tolist()}


def merge(rows: pa.Table, keys: list[str], functions: dict[str, str]) -> pa.Table:
    """Return a row for each combination of keys: these, and functions of other columns."""
    groups = rows.group_by(keys, use_threads=False)  # the other cores have tasks of their own
    merged = groups.aggregate([*functions.items()])
    texts = (merged[key].cast(pa.string()) for key in keys)  # dictionaries of files differ
    values = (merged["_".join(function)] for function in functions.items())
    return pa.table([*texts, *values], [*keys, *functions])


def with_steps(rows: pa.Table) -> pa.Table:
    """Add a column for each of ``STEPS``: the ``events`` of its type, zero for others."""
    types = rows["event_type"].cast(pa.string())  # a dictionary would be decoded for each of them
    for step, event_type in STEPS.items():
        events = pc.if_else(pc.equal(types, event_type), rows["events"], 0)
        rows = rows.append_column(step, events)
    return rows


def to_bytes(rows: pa.Table) -> bytes:
    """Return rows for another worker; packing them tightly would cost more than it saves."""
    sink = pa.BufferOutputStream()
    feather.write_feather(rows, sink, compression="lz4")
    return sink.getvalue().to_pybytes()


def from_bytes(content: bytes) -> pa.Table:
    """Return rows that ``to_bytes`` has packed."""
    return feather.read_table(pa.BufferReader(content))
