"""Lambda: the quality gate of a day, and of the newest day if that is another.

Event: ``{"date": "2026-03-02", "run_id": "..."}``: a day of delivery, and by which name the results
are recorded. Environment: that of ``deployed``, and ``ANALYTICS_BUCKET``.

Marts want the verdict of the newest day of sales after every load, also where that is before the
day: of a day without a record the ledger has nothing. A catalogue that comes early is no such day.
"""

import json
import logging
import os
from datetime import date
from typing import Any

import boto3

from commerce.functions.deployed import gate
from commerce.functions.metrics import QUALITY_FAILED, put_metric
from commerce.gate.checks import CHECKS
from commerce.gate.gate import Gate
from commerce.gate.judging import new_run
from glue_jobs.commerce.quality_results import read_results, write_results
from glue_jobs.commerce.verdict import verdict
from glue_jobs.lake.store import Store

_LOG = logging.getLogger(__name__)
_LOG.setLevel(logging.INFO)


def handler(event: dict[str, Any], _context: object = None) -> dict[str, Any]:
    """Run all checks, record what they found, and publish how many failures hold a day back.

    Returns:
        ``days``: of each, the oldest first, ``date``, ``verdict`` (pass, warn, fail), and the
        checks that ``failed``, ``warned`` or were ``accepted``.

    Raises:
        AthenaError: Athena did not answer; nothing is recorded of that day.
    """
    of_student = gate()
    store = Store(boto3.client("s3"), f"s3://{os.environ['ANALYTICS_BUCKET']}/")
    day = date.fromisoformat(event["date"])
    days = sorted({day, of_student.newest_day(day) or day})
    found = [_check(of_student, store, each, event["run_id"]) for each in days]
    _LOG.info(json.dumps(found))
    put_metric(QUALITY_FAILED, sum(len(each["failed"]) for each in found))
    return {"days": found}


def _check(of_student: Gate, store: Store, day: date, run_id: str) -> dict[str, Any]:
    found = of_student.check(day, CHECKS, new_run(run_id), anomalies=True)
    write_results(store, str(day), found)
    return {"date": str(day), **verdict(read_results(store, str(day)))._asdict()}
