"""The vectorised fast path: lines that are spelled as many others are, read many at once.

It only accepts. What it does not take, be it unusual or wrong, is for ``records.parse_line``, which
stays the definition: a line taken here is a record there, the same.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time
from decimal import Decimal
from functools import partial
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from glue_jobs.commerce import columns, layouts
from glue_jobs.commerce.columns import NAIVE, in_utc
from glue_jobs.commerce.contracts import CENT, CONTRACTS, Delivery
from glue_jobs.commerce.records import MAX_LINE, parse_line
from glue_jobs.lines.known import KnownLayouts

Columns = dict[str, pa.Array]


class Records(NamedTuple):
    """Records of a source, with the columns of ``records.Parsed.record``; times have no zone."""

    columns: Columns
    rows: int
    unknown_fields: tuple[str, ...]


class FastPath:
    """The layouts of a source that are known so far, whatever the delivery."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._contract = CONTRACTS[source]
        self._schema = columns.schema(self._contract)
        self._known = KnownLayouts(MAX_LINE)

    def take(self, lines: list[bytes], delivery: Delivery) -> tuple[list[Records], list[bytes]]:
        """Split lines of a delivery into records and what is left."""
        batch = pa.RecordBatch.from_arrays([pa.array(lines, pa.binary())], ["line"])
        learn = partial(
            layouts.learn, contract=self._contract, judge=partial(self._judge, delivery)
        )
        taken, left = self._known.take(
            batch,
            learn,
            self._schema,
            lambda fields, _: columns.typed(fields, self._contract, delivery),
        )
        return [
            Records(self._records(fields, delivery), len(fields), unknown_fields)
            for fields, _, unknown_fields in taken
        ], left["line"].to_pylist()

    def _judge(self, delivery: Delivery, line: bytes) -> tuple[str, ...] | None:
        parsed = parse_line(line, self._source, delivery)
        return parsed.unknown_fields if parsed.record else None

    def _records(self, fields: pa.RecordBatch, delivery: Delivery) -> Columns:
        values = dict(zip(fields.schema.names, fields.columns, strict=True))
        return _RECORDS[self._source](values, len(fields), delivery)


# As in ``records``, for many at once:


def _transactions(values: Columns, rows: int, delivery: Delivery) -> Columns:
    sold = values.pop("transaction_date")
    return {
        **_with_effective_time(values, rows, delivery),
        "transaction_time": pc.struct_field(sold, "time"),
        "dt": pc.struct_field(sold, "day").cast(pa.string()),
    }


def _sales(values: Columns, rows: int, delivery: Delivery) -> Columns:
    amounts = values.pop("amount")
    line = {
        "order_id": pa.nulls(rows, pa.string()),
        "price": _prices(amounts, values["quantity"]),
        "total_amount": amounts,
        "status": pa.repeat("completed", rows),
    }
    return _transactions(values | line, rows, delivery)


def _prices(amounts: pa.Array, quantities: pa.Array) -> pa.Array:
    """Share amounts out in whole cents, or nobody knows the price."""
    cents = pc.multiply(amounts, Decimal(100)).cast(pa.int64())
    prices = pc.divide(cents, quantities)
    is_whole = pc.equal(pc.multiply(prices, quantities), cents)
    return pc.multiply(pc.if_else(is_whole, prices, None), CENT)


def _entities(values: Columns, rows: int, delivery: Delivery) -> Columns:
    day = pa.repeat(delivery.day.isoformat(), rows)
    return {**_with_effective_time(values, rows, delivery), "dt": day}


def _reviews(values: Columns, rows: int, delivery: Delivery) -> Columns:
    days = values.pop("review_date").cast(pa.string())
    return {**_with_effective_time(values, rows, delivery), "dt": days}


def _clicks(values: Columns, *_: object) -> Columns:
    clicked = values.pop("timestamp")
    return {
        **values,
        "event_time": pc.struct_field(clicked, "time"),
        "dt": pc.struct_field(clicked, "day").cast(pa.string()),
    }


def _with_effective_time(values: Columns, rows: int, delivery: Delivery) -> Columns:
    """Replace ``updated_at`` by when a record was true: a day alone counts from its midnight."""
    delivered = datetime.combine(delivery.day, time(), delivery.zone).astimezone(UTC)
    default = pa.repeat(pa.scalar(delivered.replace(tzinfo=None), NAIVE), rows)
    updated = values.pop("updated_at", None)
    if updated is not None:
        midnights = in_utc(pc.struct_field(updated, "day").cast(NAIVE), delivery.zone)
        default = pc.coalesce(pc.struct_field(updated, "time"), midnights, default)
    return {**values, "effective_time": default}


_RECORDS: dict[str, Callable[[Columns, int, Delivery], Columns]] = {
    "transactions": _transactions,
    "sales": _sales,
    "products": _entities,
    "customers": _entities,
    "reviews": _reviews,
    "clickstream": _clicks,
}
