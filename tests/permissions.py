"""The least IAM policies that allow what was recorded and what is done without a call.

As a program (``make permissions``) it writes them. They follow from docs/permissions/calls.json and
the table of docs/permissions.md.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import starmap
from typing import Any, NamedTuple

from tests import demo
from tests.calls import read_list

FOLDER = demo.PROJECT / "docs/permissions"
PAGE = demo.PROJECT / "docs/permissions.md"
ROLES = ("job", "generator", "notebook")
METRICS = "cloudwatch:PutMetricData"  # bounded by namespace: what is granted is no resource
# Operations that IAM does not name like the action that allows them.
_ACTIONS = {"s3:DeleteObjects": "s3:DeleteObject", "s3:ListObjectsV2": "s3:ListBucket"}
_ACCOUNT = "${AWS::Region}:${AWS::AccountId}"


class Grant(NamedTuple):
    """An action on the resource of an ARN; metrics in a namespace."""

    action: str
    resource: str


class Reason(NamedTuple):
    """A line of the page's table: what AWS does in a role's name without a call of its own."""

    role: str
    grants: set[Grant]


def recorded(role: str) -> set[Grant]:
    """Return what a role's calls need."""
    return {
        grant
        for operation, resources in read_list()[role].items()
        for resource in resources
        for grant in _needed(operation, resource)
    }


def _needed(operation: str, resource: str) -> Iterator[Grant]:
    if operation == "s3:CopyObject":
        source, target = resource.split(" -> ")
        yield Grant("s3:GetObject", source)
        yield Grant("s3:PutObject", target)
        return
    action = _ACTIONS.get(operation, operation)
    yield Grant(action, resource)
    if table := re.fullmatch(r"(arn:.*:)table/(.*)/.*", resource):
        # Glue asks for a table and all that it lies in.
        yield Grant(action, f"{table[1]}database/{table[2]}")
        yield Grant(action, f"{table[1]}catalog")


def reasons() -> list[Reason]:
    """Return the lines of the page's table."""
    table = PAGE.read_text(encoding="utf-8").split("| role | actions |")[1].split("\n\n")[0]
    cells = (re.findall(r"[^|]+", line) for line in table.splitlines()[2:])
    return [
        Reason(role.strip(), set(starmap(_grant, _pairs(actions, names))))
        for role, actions, names, _ in cells
    ]


def _pairs(actions: str, names: str) -> Iterator[tuple[str, str]]:
    for action in re.findall(r"`(.*?)`", actions):
        for name in re.findall(r"`(.*?)`", names):
            yield action, name


def _grant(action: str, name: str) -> Grant:
    if action == METRICS:
        return Grant(action, name)
    service = action.partition(":")[0]
    place = ":" if service == "s3" else _ACCOUNT
    return Grant(action, f"arn:${{AWS::Partition}}:{service}:{place}:{name}")


def needed(role: str) -> set[Grant]:
    """Return all that a role must be allowed."""
    return recorded(role).union(*(reason.grants for reason in reasons() if reason.role == role))


def policy(grants: Iterable[Grant]) -> dict[str, Any]:
    """Return the policy that allows just this; actions on the same resources share a statement."""
    resources = defaultdict(set)
    for action, resource in grants:
        resources[action].add(resource)
    actions = defaultdict(list)
    for action in sorted(resources):
        actions[action == METRICS, tuple(sorted(resources[action]))].append(action)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": together, **_on(names, metrics=metrics)}
            for (metrics, names), together in actions.items()
        ],
    }


def _on(names: tuple[str, ...], *, metrics: bool) -> dict[str, Any]:
    if metrics:  # the service has no resource for it, but a condition
        return {
            "Resource": "*",
            "Condition": {"StringEquals": {"cloudwatch:namespace": list(names)}},
        }
    return {"Resource": list(names)}


def text(role: str) -> str:
    """Return the file of a role's policy."""
    return json.dumps(policy(needed(role)), indent=2) + "\n"


def main() -> None:
    """Write the files."""
    for role in ROLES:
        (FOLDER / f"{role}.json").write_text(text(role), encoding="utf-8")


if __name__ == "__main__":
    main()
