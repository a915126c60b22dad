"""The least IAM policies that allow what was recorded and what is done without a call.

As a program (``make permissions``) it writes them, docs/role.cfn.yaml, whose role has those of the
first stack, and docs/commerce-role.cfn.yaml, which gives it those of the second.
They follow from docs/permissions/calls.json and the table of docs/permissions.md.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import starmap
from textwrap import indent
from typing import Any, NamedTuple

import yaml

from tests.template import TEMPLATES, template
from tests.tools import demo
from tests.tools.calls import read_list

FOLDER = demo.PROJECT / "docs/permissions"
PAGE = demo.PROJECT / "docs/permissions.md"
ROLE_TEMPLATE = demo.PROJECT / "docs/role.cfn.yaml"
COMMERCE_ROLE_TEMPLATE = demo.PROJECT / "docs/commerce-role.cfn.yaml"
STACK_ROLES = ("job", "report", "generator", "emptier", "orchestration")
# Of the second stack, which is given the same role.
COMMERCE_ROLES = ("load", "marts", "page", "validator", "fetch", "views", "gate", "commerce", "api")
ROLES = (*STACK_ROLES, *COMMERCE_ROLES, "notebook", "quality", "runbook")
# Who shares a policy: a role has room for ten beside it.
_TOGETHER = {"gate": ("gate", "list", "schema", "monitor")}
METRICS = "cloudwatch:PutMetricData"  # bounded by namespace: what is granted is no resource
ANY = "*"  # on an action for which IAM knows no resource
# Operations that IAM does not name like the action that allows them.
_ACTIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListObjectsV2": "s3:ListBucket",
}
_ACCOUNT = "${AWS::Region}:${AWS::AccountId}"
_PARAMETER = "StudentId"  # of both templates; the names follow from it
_ID = "Id"  # the variable of StudentId as databases have it
# What is above these lines of the templates is written by hand.
_WRITTEN, _COMMERCE_WRITTEN = "      Policies:\n", "Resources:\n"


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
        for caller in _TOGETHER.get(role, (role,))
        for operation, resources in read_list().get(caller, {}).items()
        for resource in resources
        for grant in _needed(operation, resource)
    }


def _needed(operation: str, resource: str) -> Iterator[Grant]:
    if operation == "sts:GetCallerIdentity":  # nobody needs a right to know who they are
        return
    if operation == "s3:CopyObject":
        source, target = resource.split(" -> ")
        yield Grant("s3:GetObject", source)
        yield Grant("s3:PutObject", target)
        return
    action = _ACTIONS.get(operation, operation)
    yield Grant(action, resource or ANY)
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
    if action == METRICS or name == ANY:
        return Grant(action, name)
    service = action.partition(":")[0]
    place = ":" if service == "s3" else _ACCOUNT
    return Grant(action, f"arn:${{AWS::Partition}}:{service}:{place}:{name}")


def needed(role: str) -> set[Grant]:
    """Return all that a role must be allowed."""
    return recorded(role).union(*(reason.grants for reason in reasons() if reason.role == role))


def widest(grants: set[Grant]) -> set[Grant]:
    """Leave out what another grant of the same action covers by the star at its end."""
    stars = {grant for grant in grants if grant.resource.endswith("/*")}
    return {
        grant
        for grant in grants
        if not any(
            star != grant
            and star.action == grant.action
            and grant.resource.startswith(star.resource[:-1])
            for star in stars
        )
    }


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


def granted(document: dict[str, Any]) -> set[Grant]:
    """Return what a policy grants; a metric's namespace stands for the resource."""
    return {
        Grant(action, resource)
        for statement in document["Statement"]
        for action in statement["Action"]
        for resource in (
            statement["Condition"]["StringEquals"]["cloudwatch:namespace"]
            if "Condition" in statement
            else statement["Resource"]
        )
    }


def text(role: str) -> str:
    """Return the file of a role's policy."""
    return json.dumps(policy(needed(role)), indent=2) + "\n"


def role_template() -> str:
    """Return the role template, its role's policies made anew.

    Raises:
        ValueError: a policy names a resource to which no template gives a name.
    """
    head, line, _ = ROLE_TEMPLATE.read_text(encoding="utf-8").partition(_WRITTEN)
    # One by one they are too long, and so is what another of them allows anyway.
    document = _of_names(widest(set().union(*map(needed, STACK_ROLES))))
    policies = _yaml([{"PolicyName": "stack", "PolicyDocument": document}])
    return head + line + indent(policies, " " * 8)


def commerce_role_template() -> str:
    """Return the template of the second stack's policies; raises as ``role_template`` does."""
    head, line, _ = COMMERCE_ROLE_TEMPLATE.read_text(encoding="utf-8").partition(_COMMERCE_WRITTEN)
    # A role takes no more of them within, but ten beside it.
    policies = {f"{role.title()}Policy": _managed(role) for role in COMMERCE_ROLES}
    return head + line + indent(_yaml(policies), " " * 2)


def _managed(role: str) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "Roles": [{"Fn::Select": [1, {"Fn::Split": ["/", {"Ref": "RoleArn"}]}]}],
            "PolicyDocument": _of_names(widest(needed(role))),
        },
    }


def _yaml(data: object) -> str:
    return yaml.dump(data, Dumper=_ShortForms, sort_keys=False, width=1000)


def _of_names(grants: set[Grant]) -> dict[str, Any]:
    """Return a policy with the names of resources in place of the logical ones."""
    return _named(policy(grants), _template_names())


def _template_names() -> dict[str, Any]:
    """Return the names that the templates give, expressions or not, by logical name."""
    return {
        logical: _given_name(resource)
        for file in TEMPLATES
        for logical, resource in json.loads(json.dumps(template(file)["Resources"])).items()
    }


def _given_name(resource: dict[str, Any]) -> Any:  # ruff: ignore[any-type] - a string or an expression
    kind = resource["Type"].rpartition(":")[2]
    properties = resource.get("Properties", {})
    properties = properties.get(f"{kind}Input", properties)  # the Data Catalog's way
    return properties.get("Name", properties.get(f"{kind}Name"))


def _named(value: Any, names: dict[str, Any]) -> Any:  # ruff: ignore[any-type] - any part of a policy
    """Put names for the logical names; where that needs an intrinsic function, in ``Fn::Sub``."""
    if isinstance(value, dict):
        return {key: _named(part, names) for key, part in value.items()}
    if isinstance(value, list):
        return [_named(part, names) for part in value]
    return _named_text(value, names) if "${" in value else value


def _named_text(text: str, names: dict[str, Any]) -> dict[str, Any]:
    text = re.sub(r"\.\w*Name\}", "}", text)  # the role has names anyhow
    text = text.replace("${AWS::StackName}", "*")  # its own is another
    variables: dict[str, Any] = {}
    while unknown := set(re.findall(r"\$\{(\w+)\}", text)) - {*variables, _PARAMETER}:
        logical = min(unknown)
        name = names.get(logical)
        if not name:
            raise ValueError(
                f"a policy is about {logical}, but no template gives it a name that "
                f"{ROLE_TEMPLATE.name} could repeat; name it there"
            )
        if isinstance(name, dict) and "Fn::Sub" in name:
            name = _substituted(name["Fn::Sub"])
        if isinstance(name, dict):
            name, variables[_ID] = _joined(*name["Fn::Join"])
        text = text.replace(f"${{{logical}}}", name)
    return {"Fn::Sub": [text, variables] if variables else text}


def _joined(separator: str, parts: list[Any]) -> tuple[str, dict[str, Any]]:
    """Return the text of ``Fn::Join`` with a variable for what is no text, and that."""
    [expression] = [part for part in parts if not isinstance(part, str)]
    texts = (part if isinstance(part, str) else f"${{{_ID}}}" for part in parts)
    return separator.join(texts), expression


def _substituted(argument: str | list[Any]) -> str:
    """Return the text of ``Fn::Sub``; what it has of the stack's own id may be anything."""
    if isinstance(argument, str):
        return argument
    pattern, variables = argument
    for variable in variables:
        pattern = pattern.replace(f"${{{variable}}}", ANY)
    return pattern


class _ShortForms(yaml.SafeDumper):
    """YAML without anchors, which CloudFormation does not read, and with ``!Sub`` on one line."""

    def ignore_aliases(self, _data: object) -> bool:
        """Write what occurs twice twice."""
        return True

    def represent_expression(self, mapping: dict[str, Any]) -> yaml.Node:
        """Write an intrinsic function by its tag."""
        [(key, value), *more] = mapping.items()
        if more or not (key == "Ref" or key.startswith("Fn::")):
            return self.represent_dict(mapping)
        tag = "!" + key.removeprefix("Fn::")
        if isinstance(value, str):
            return self.represent_scalar(tag, value)
        return self.represent_sequence(tag, value, flow_style=True)


_ShortForms.add_representer(dict, _ShortForms.represent_expression)


def main() -> None:
    """Write the files."""
    for role in ROLES:
        (FOLDER / f"{role}.json").write_text(text(role), encoding="utf-8")
    ROLE_TEMPLATE.write_text(role_template(), encoding="utf-8")
    COMMERCE_ROLE_TEMPLATE.write_text(commerce_role_template(), encoding="utf-8")


if __name__ == "__main__":
    main()
