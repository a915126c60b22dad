"""The module that inline code of a Lambda function may import, with AWS's names and arguments.

It is never imported here: CloudFormation packs its text beside the function's code.
"""

import json
from typing import Any

import urllib3

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(  # ruff: ignore[too-many-arguments, too-many-positional-arguments] - AWS's own signature
    event: dict[str, Any],
    context: Any,  # ruff: ignore[any-type] - Lambda's
    responseStatus: str,  # ruff: ignore[invalid-argument-name] - AWS's
    responseData: dict[str, Any],  # ruff: ignore[invalid-argument-name] - AWS's
    physicalResourceId: str | None = None,  # ruff: ignore[invalid-argument-name] - AWS's
    noEcho: bool = False,  # ruff: ignore[invalid-argument-name, boolean-type-hint-positional-argument, boolean-default-value-positional-argument] - AWS's
    reason: str | None = None,
) -> None:
    """Tell CloudFormation how a request ended.

    Without ``physicalResourceId`` it is the log stream's name, another one at every request: an
    update then counts as a replacement, also on AWS.
    """
    stream = context.log_stream_name
    answer = {
        "Status": responseStatus,
        "Reason": reason or f"See the details in CloudWatch Log Stream: {stream}",
        "PhysicalResourceId": physicalResourceId or stream,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }
    headers = {"content-type": ""}  # what the signature of AWS's ResponseURL demands
    body = json.dumps(answer).encode()
    urllib3.PoolManager().request("PUT", event["ResponseURL"], body=body, headers=headers)
