"""Lambda: the views of ``commerce/views``, created again; for CloudFormation also on its behalf.

Event: anything, or CloudFormation's of a custom resource, whose answer goes to its URL: with the
stack the views come and go. Environment: ``STUDENT_ID``; ``SOURCE_TIME_ZONE``, that of days of
sale; ``GOLD_DATABASE``; ``WORK_GROUP`` of Athena.
"""

import json
import logging
import os
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from urllib3 import PoolManager

from commerce.view_statements import view_statements
from glue_jobs.athena import Athena, AthenaError

VIEWS = Path(__file__).parents[1] / "views"
_LOG = logging.getLogger(__name__)
_LOG.setLevel(logging.INFO)


def handler(event: dict[str, Any], _context: object = None) -> dict[str, Any]:
    """Create every view anew, or drop all when the stack goes; return their ``views`` by name.

    Raises:
        AthenaError: Athena refused one; CloudFormation is told instead.
    """
    if "ResponseURL" not in event:
        return {"views": create()}
    names, reason = [], ""
    try:
        names = drop() if event["RequestType"] == "Delete" else create()
    except (AthenaError, BotoCoreError, ClientError, ValueError) as error:
        # Told, not raised: Lambda would try again, and make views when the stack is gone.
        _LOG.exception("the views are not as they should be")
        reason = f"{type(error).__name__}: {error}"
    _answer(event, reason)
    return {"views": names}


def create() -> list[str]:
    """Create all views, those that others read first."""
    statements = view_statements(VIEWS, os.environ["STUDENT_ID"], os.environ["SOURCE_TIME_ZONE"])
    athena = Athena(boto3.client("athena"), os.environ["WORK_GROUP"])
    for name, statement in statements.items():
        athena.ask(statement, os.environ["GOLD_DATABASE"])
        _LOG.info(json.dumps({"view": name}))
    return [*statements]


def drop() -> list[str]:
    """Drop all views, those that read others first; one that is not there is no trouble."""
    athena = Athena(boto3.client("athena"), os.environ["WORK_GROUP"])
    names = [*view_statements(VIEWS, os.environ["STUDENT_ID"], "UTC")][::-1]
    for name in names:
        athena.ask(f"drop view if exists {name}", os.environ["GOLD_DATABASE"])
    return names


def _answer(event: dict[str, Any], reason: str) -> None:
    """Tell CloudFormation; the code of a zip has no cfnresponse of AWS's to do so."""
    told = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    told |= {"PhysicalResourceId": event["LogicalResourceId"]}
    told |= {"Status": "FAILED" if reason else "SUCCESS", "Reason": reason[:1000]}
    headers = {"content-type": ""}  # what the signature of the URL demands
    PoolManager().request("PUT", event["ResponseURL"], body=json.dumps(told), headers=headers)
