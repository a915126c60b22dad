"""The first and the last moment of the records that travel together."""

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from glue_jobs.commerce.contracts import Delivery
from glue_jobs.commerce.packing import pack_records, record_schema
from glue_jobs.commerce.records import parse_line
from glue_jobs.commerce.schemas import SILVER_OF
from tests.commerce import oracle_records
from tests.commerce.gate_day import customer, moments_of, product, review, sale

DAY = date(2026, 3, 2)
AT_TEN, MIDNIGHT = datetime(2026, 2, 27, 10, tzinfo=UTC), datetime(2026, 2, 27, tzinfo=UTC)
DELIVERED, UPDATED = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 1, 9, tzinfo=UTC)
A_SALE = {"transaction_id": "t", "customer_id": "c", "product_id": "p", "quantity": "1"}
CASES: dict[str, tuple[str, dict[str, Any], datetime]] = {
    "sale with a time": ("transactions", sale(date(2026, 2, 27), 1), AT_TEN),
    "sale with a day": (
        "transactions",
        sale(DAY, 1, transaction_date="2026-02-27", updated_at="2026-03-01T09:00:00Z"),
        MIDNIGHT,
    ),
    "amount of a day": (
        "sales",
        {**A_SALE, "amount": "5", "transaction_date": "2026-02-27"},
        MIDNIGHT,
    ),
    "review": ("reviews", review(1, review_date="2026-02-27"), MIDNIGHT),
    "click": (
        "clickstream",
        {"session_id": "s", "event_type": "page_view", "timestamp": "2026-02-27T10:00:00Z"},
        AT_TEN,
    ),
    "product": ("products", product(1), DELIVERED),
    "customer": ("customers", customer(1, updated_at="2026-03-01T09:00:00Z"), UPDATED),
}


@pytest.mark.parametrize(("source", "record", "moment"), CASES.values(), ids=CASES)
def test_moments(source: str, record: dict[str, Any], moment: datetime) -> None:
    """What is sold or said on a day counts with it, and not with the day of its delivery."""
    line = json.dumps(record).encode()
    found = parse_line(line, source, Delivery(DAY, ZoneInfo("UTC"))).record
    schema = record_schema(SILVER_OF[source])

    [packed] = pack_records(pa.RecordBatch.from_pylist([found], schema))

    assert [packed.first, packed.last] == [moment, moment]
    of_gate = moments_of(oracle_records.Delivery(source, DAY, [record]))
    assert of_gate == [moment.replace(tzinfo=None)] * 2
