"""Events of one file of silver are summed up, and sums of several files added up.

Runs in Spark's Python workers: to aggregate packed columns takes a tenth of what rows take.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pandas.util import hash_array
from pyarrow import feather, parquet
from pyspark.sql.pandas.types import to_arrow_schema

from glue_jobs.events.packing import checksums
from glue_jobs.events.schemas import ADD_TO_CART, PAGE_VIEW, PURCHASE, REVENUE, USER_ACTIVITY

PRODUCT_KEYS = ["product_id", "category", "event_type"]
PRODUCT_SUMS = dict.fromkeys(("events", "units", "revenue"), "sum")
VISIT_KEYS = ["user_id", "session_id"]
VISIT_SUMS = {
    **dict.fromkeys(("events", "page_views", "add_to_carts", "purchases", "revenue"), "sum"),
    "first_event_time": "min",
    "last_event_time": "max",
}
SHARES = 4
_HASH_KEY = "fingerprints 16b"  # pandas wants 16 bytes
_ODD = np.uint64(0x9E3779B97F4A7C15)  # spreads instants over all bits
_TEXTS = [*PRODUCT_KEYS, *VISIT_KEYS, "source_file"]
_VISITS = to_arrow_schema(USER_ACTIVITY.columns)
_MONEY = pa.decimal128(REVENUE.precision, REVENUE.scale)
_PRODUCTS = pa.schema([
    *((key, pa.string()) for key in PRODUCT_KEYS),
    ("events", pa.int64()),
    ("units", pa.int64()),
    ("revenue", _MONEY),
])


def read(body: bytes) -> pa.Table:
    """Return what is summed up of a silver file's events; rows: one per event.

    Columns: the texts as dictionaries, the instant, ``events`` (1), and of purchases, else zero,
    ``units`` and ``revenue`` (US dollars).
    """
    columns = [*_TEXTS, "quantity", "price", "event_time", "event_time_micros"]
    file = pa.BufferReader(body)
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

    Of its instant and its session, and so not what ``parts.keys_of`` makes of it: what looks for
    copies and what proves that there are none share no number.
    """
    milliseconds, micros = (
        events[name].cast(pa.int64()).to_numpy().astype(np.uint64)
        for name in ("event_time", "event_time_micros")
    )
    sessions = events["session_id"].combine_chunks()
    hashes = hash_array(sessions.dictionary.to_numpy(zero_copy_only=False), hash_key=_HASH_KEY)
    mixed = (milliseconds << 10 | micros) * _ODD ^ hashes[sessions.indices.to_numpy()]
    return mixed.view(np.int64)


def of_products(events: pa.Table) -> pa.Table:
    """Sum up events, as of ``read``, by product, category and event type.

    Rows: one per combination; searches have neither product nor category.
    """
    return add_products(events).cast(_PRODUCTS)


def of_visits(events: pa.Table) -> pa.Table:
    """Sum up events, as of ``read``, by user and session; columns as of the user activity."""
    times, types = events["event_time"], (PAGE_VIEW, ADD_TO_CART, PURCHASE)
    columns = [
        *(events[key] for key in (*VISIT_KEYS, "events")),
        *(events_of(events, event_type) for event_type in types),
        events["revenue"],
        times,
        times,
    ]
    return add_visits(pa.table(columns, names=_VISITS.names)).cast(_VISITS)


def split(visits: pa.Table) -> dict[str, pa.Table]:
    """Split visits by their users, so that several cores can add them up, each its share."""
    shares = checksums(visits["user_id"]) % SHARES
    return {f"visits-{share}": visits.filter(shares == share) for share in np.unique(shares)}


def add_products(products: pa.Table) -> pa.Table:
    """Add up sums by product, category and event type."""
    return add(products, PRODUCT_KEYS, PRODUCT_SUMS)


def add_visits(visits: pa.Table) -> pa.Table:
    """Add up sums by user and session."""
    return add(visits, VISIT_KEYS, VISIT_SUMS)


def add(rows: pa.Table, keys: list[str], functions: dict[str, str]) -> pa.Table:
    """Return a row for each combination of keys: these, and a function of each other column."""
    groups = rows.group_by(keys, use_threads=False)  # the other cores have tasks of their own
    added = groups.aggregate([*functions.items()])
    named = {"_".join(function): function[0] for function in functions.items()}
    return added.select([*keys, *named]).rename_columns([*keys, *named.values()])


def events_of(rows: pa.Table, event_type: str) -> pa.ChunkedArray:
    """Return the ``events`` of the rows of one type, zero for the others."""
    return pc.if_else(pc.equal(rows["event_type"], event_type), rows["events"], 0)


def to_bytes(rows: pa.Table) -> bytes:
    """Return rows for another worker; packing them tightly would cost more than it saves."""
    sink = pa.BufferOutputStream()
    feather.write_feather(rows, sink, compression="lz4")
    return sink.getvalue().to_pybytes()


def from_bytes(body: bytes) -> pa.Table:
    """Return rows that ``to_bytes`` has packed."""
    return feather.read_table(pa.BufferReader(body))
