"""Two readings of the contracts, written apart, judge alike: the oracle's and the job's."""

import json
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glue_jobs.commerce import contracts
from glue_jobs.commerce.records import parse_line
from tests.commerce.deliveries import FIRST_DAY, RECORDS
from tests.commerce.oracle import load
from tests.commerce.oracle_records import Delivery, Row

ZONES = [UTC, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")]


def _by_oracle(source: str, day: date, record: Row, zone: tzinfo) -> Row | str:
    tables, [counts] = load([Delivery(source, day, [record])], zone)
    if counts.reasons:
        return next(iter(counts.reasons))
    [row] = tables["transactions" if source == "sales" else source]
    if "first_effective" in row:
        row["effective_time"] = row.pop("first_effective")
        assert row.pop("last_effective") == row["effective_time"]
    return row


def _by_job(source: str, day: date, record: Row, zone: tzinfo) -> Row | str:
    line = json.dumps(record).encode()
    parsed = parse_line(line, source, contracts.Delivery(day, zone))
    if parsed.record is None:
        return ",".join(parsed.reasons)
    return {
        column: value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value
        for column, value in parsed.record.items()
    }


@pytest.mark.parametrize("source", RECORDS)
@given(data=st.data(), zone=st.sampled_from(ZONES))
def test_verdicts(source: str, data: st.DataObject, zone: tzinfo) -> None:
    """Every value of a valid record is the same, and so is every reason of another."""
    record = data.draw(RECORDS[source])

    expected = _by_oracle(source, FIRST_DAY, record, zone)

    assert _by_job(source, FIRST_DAY, record, zone) == expected
