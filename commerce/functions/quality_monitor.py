"""Lambda: how old the newest loaded day of each source is, by the gate's check of freshness.

Event: a schedule's, whose ``time`` is what the age is told of; without one it is now.
Environment: that of ``deployed``.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from commerce.functions.deployed import gate
from commerce.functions.metrics import FRESHNESS_HOURS, put_metric
from commerce.gate.checks import MUST_BE_FRESH
from commerce.gate.judging import Run

_LOG = logging.getLogger(__name__)
_LOG.setLevel(logging.INFO)


def handler(event: dict[str, Any], _context: object = None) -> dict[str, Any]:
    """Publish the hours of the staler of transactions and sales; return those of every source.

    Of sources that never delivered nothing is told, and without any of the two nothing published.

    Raises:
        AthenaError: the ledger was not read.
        ValueError: the event's time is none.
    """
    now = _moment(event)
    found = gate().freshness(Run("quality-monitor", now))
    hours = {each.source: each.observed for each in found if each.observed is not None}
    if daily := [hours[source] for source in MUST_BE_FRESH if source in hours]:
        put_metric(FRESHNESS_HOURS, max(daily))
    told = {"checked_at": now.isoformat(), "hours": hours}
    _LOG.info(json.dumps(told))
    return told


def _moment(event: dict[str, Any]) -> datetime:
    if "time" not in event:
        return datetime.now(UTC)
    try:
        return datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"an event's time should be as EventBridge writes it, 2026-03-04T06:00:00Z, but is "
            f"{event['time']!r}; leave it out for now"
        ) from error
