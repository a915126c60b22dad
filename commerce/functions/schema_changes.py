"""Lambda: which columns of a day's files are not those of the contracts.

Event: ``{"date": "2026-03-02"}``, a day of delivery. Environment: that of ``deployed``.
"""

import json
import logging
from datetime import date
from typing import Any

from commerce.functions.deployed import gate
from commerce.functions.metrics import SCHEMA_CHANGES, put_metric
from commerce.gate.drift import changes

MOST = 100  # told; a sender may invent more names than a message holds
_LOG = logging.getLogger(__name__)
_LOG.setLevel(logging.INFO)


def handler(event: dict[str, Any], _context: object = None) -> dict[str, Any]:
    """Compare the columns, and publish how many changes there are.

    Returns:
        ``changes``: each with source, field, change (new, missing, retyped), is_breaking, detail;
        what breaks first, 100 at the most; ``count`` of all.

    Raises:
        AthenaError: Athena did not answer.
    """
    found = changes(gate().columns(date.fromisoformat(event["date"])))
    put_metric(SCHEMA_CHANGES, len(found))
    first = sorted(found, key=lambda change: not change.is_breaking)[:MOST]
    _LOG.info(json.dumps({"date": event["date"], "changes": len(found)}))
    return {"changes": [change._asdict() for change in first], "count": len(found)}
