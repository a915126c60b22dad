"""Bring both stacks of an environment to what is here: ``python -m commerce.deploy dev``.

Code is uploaded, and each stack follows its template by a change set. With ``--plan`` it only says
what would change: no stack, no code and no data is touched. An environment is a file of
``commerce/environments``: the StudentId, and the parameters of both stacks; what is not named there
is as the template says.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from commerce import package
from generate_sample_data import OneSentenceParser

ENVIRONMENTS = Path(__file__).parent / "environments"
EVENTS_TEMPLATE = "capstone-starter.cfn.yaml"
NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
WAIT = {"Delay": 5, "MaxAttempts": 360}  # half an hour


class Stack(NamedTuple):
    """A stack as it should be; ``template``: TemplateBody or TemplateURL."""

    name: str
    template: dict[str, str]
    parameters: dict[str, str]


class DeploymentError(Exception):
    """A stack was not brought to what it should be; its text is one sentence."""


def main(argv: list[str] | None = None) -> int:
    """Do it, a line for each change; what is in the way is one sentence."""
    parser = OneSentenceParser(prog="python -m commerce.deploy", description=_first_line(__doc__))
    parser.add_argument("environment", choices=sorted(each.stem for each in ENVIRONMENTS.iterdir()))
    parser.add_argument("--plan", action="store_true", help="say what would change, change nothing")
    parser.add_argument("--role-arn", default="", help="of all that runs; without it LabRole")
    options = parser.parse_args(argv)
    try:
        for line in (plan if options.plan else deploy)(*_wanted(options)):
            print(line, flush=True)  # ruff: ignore[print] - what the command is for
    except DeploymentError as error:
        parser.error(str(error))
    except ClientError as error:
        parser.error(f"AWS refused: {error}")
    except (BotoCoreError, OSError) as error:
        parser.error(f"AWS was not reached: {error}; {package.CURE}")
    return 0


def deploy(student_id: str, events: dict[str, str], commerce: dict[str, str]) -> Iterator[str]:
    """Bring code and stacks to what they should be, the first stack first; yield the changes."""
    yield from _bring(_events_stack(student_id, events))
    package.upload_events(student_id)
    *_, url, key = package.upload(student_id)
    yield from _bring(_commerce_stack(student_id, {"TemplateURL": url}, key, commerce))


def plan(student_id: str, events: dict[str, str], commerce: dict[str, str]) -> Iterator[str]:
    """Yield what ``deploy`` would change."""
    first = _events_stack(student_id, events)
    is_there = _exists(first.name)
    yield from _propose_only(first)
    if not is_there:
        yield f"capstone-commerce-{student_id}: planned once {first.name} is there"
        return
    key = package.code_key(package.function_code())
    url = package.upload_plan(student_id, f"commerce/plans/{uuid4().hex}.cfn.yaml")
    yield from _propose_only(_commerce_stack(student_id, {"TemplateURL": url}, key, commerce))


def _wanted(options: argparse.Namespace) -> tuple[str, dict[str, str], dict[str, str]]:
    """Return StudentId and both stacks' parameters."""
    told = json.loads((ENVIRONMENTS / f"{options.environment}.json").read_text(encoding="utf-8"))
    role = {"RoleArn": options.role_arn} if options.role_arn else {}
    return told["StudentId"], told["events"] | role, told["commerce"] | role


def _events_stack(student_id: str, parameters: dict[str, str]) -> Stack:
    body = (package.PROJECT / EVENTS_TEMPLATE).read_text(encoding="utf-8")
    given = {"StudentId": student_id, **parameters}
    return Stack(f"capstone-{student_id}", {"TemplateBody": body}, given)


def _commerce_stack(
    student_id: str, template: dict[str, str], key: str, parameters: dict[str, str]
) -> Stack:
    given = {"StudentId": student_id, "CodeKey": key, **parameters}
    return Stack(f"capstone-commerce-{student_id}", template, given)


def _bring(stack: Stack) -> Iterator[str]:
    change_set = _propose(stack)
    yield from _lines(stack, change_set)
    if not change_set:
        return
    client = boto3.client("cloudformation")
    kind = "update" if _exists(stack.name) else "create"
    client.execute_change_set(ChangeSetName=change_set["ChangeSetId"])
    try:
        client.get_waiter(f"stack_{kind}_complete").wait(StackName=stack.name, WaiterConfig=WAIT)
    except WaiterError as error:
        raise DeploymentError(
            f"{stack.name} should be {kind}d, but it is not; see its events by "
            f"aws cloudformation describe-stack-events --stack-name {stack.name}"
        ) from error
    yield f"{stack.name}: {kind}d"


def _propose_only(stack: Stack) -> Iterator[str]:
    is_there, change_set = _exists(stack.name), _propose(stack)
    yield from _lines(stack, change_set)
    client = boto3.client("cloudformation")
    if change_set:
        client.delete_change_set(ChangeSetName=change_set["ChangeSetId"])
    if not is_there and not _exists(stack.name):  # the change set had made a stack to review
        client.delete_stack(StackName=stack.name)


def _propose(stack: Stack) -> dict[str, Any] | None:
    """Make a change set; return it, or nothing if the stack is as it should be.

    Raises:
        DeploymentError: CloudFormation made none.
    """
    client = boto3.client("cloudformation")
    made = client.create_change_set(
        StackName=stack.name,
        ChangeSetName=f"deploy-{uuid4().hex}",
        ChangeSetType="UPDATE" if _exists(stack.name) else "CREATE",
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in stack.parameters.items()
        ],
        **stack.template,
    )
    try:
        client.get_waiter("change_set_create_complete").wait(
            ChangeSetName=made["Id"], WaiterConfig=WAIT
        )
    except WaiterError as error:
        found = client.describe_change_set(ChangeSetName=made["Id"])
        reason = found.get("StatusReason", found["Status"])
        client.delete_change_set(ChangeSetName=made["Id"])
        if any(text in reason for text in NO_CHANGES):
            return None
        raise DeploymentError(f"{stack.name} cannot be changed: {reason}") from error
    return dict(client.describe_change_set(ChangeSetName=made["Id"]))


def _exists(name: str) -> bool:
    """Return whether there is a stack; one that a change set left for review is none."""
    client = boto3.client("cloudformation")
    try:
        [stack] = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return False
    return bool(stack["StackStatus"] != "REVIEW_IN_PROGRESS")


def _lines(stack: Stack, change_set: dict[str, Any] | None) -> Iterator[str]:
    """Yield a line for each change of a stack."""
    if not change_set:
        yield f"{stack.name}: nothing to change"
        return
    for change in (each["ResourceChange"] for each in change_set["Changes"]):
        replaced = ", replaced" if change.get("Replacement") == "True" else ""
        what = f"{change['LogicalResourceId']} ({change['ResourceType']}){replaced}"
        yield f"{stack.name}: {change['Action'].lower()} {what}"


def _first_line(text: str) -> str:
    return text.split("\n", maxsplit=1)[0]


if __name__ == "__main__":
    sys.exit(main())
