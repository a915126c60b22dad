"""The list of calls and the policies made of it: names exist, nothing is missing or idle."""

import json
import re
from importlib.resources import files
from itertools import starmap
from pathlib import Path

import cfnlint.data.AdditionalSpecs
import pytest
from botocore.session import get_session

from tests.template import TEMPLATES, template
from tests.tools import calls
from tests.tools.calls import read_list
from tests.tools.permissions import (
    ANY,
    FOLDER,
    METRICS,
    ROLES,
    Grant,
    granted,
    needed,
    policy,
    reasons,
    recorded,
    text,
)

# AWS's authorization reference, as cfn-lint carries it; actions are in lower case there.
SPECIFICATION = json.loads(
    files(cfnlint.data.AdditionalSpecs).joinpath("Policies.json").read_text(encoding="utf-8")
)


def _file(role: str) -> dict:
    return json.loads((FOLDER / f"{role}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("role", read_list())
def test_operations_exist(role: str) -> None:
    """Every operation of the list is one of its service's in botocore."""
    session = get_session()
    for operation in read_list()[role]:
        service, _, name = operation.partition(":")
        assert name in session.get_service_model(service).operation_names


@pytest.mark.parametrize("role", ROLES)
def test_files_are_as_made(role: str) -> None:
    """The committed policy is the one that follows from list and table."""
    found = (FOLDER / f"{role}.json").read_text(encoding="utf-8")

    assert found == text(role), f"docs/permissions/{role}.json is outdated; run: make permissions"


@pytest.mark.parametrize("role", ROLES)
def test_no_more_and_no_less(role: str) -> None:
    """A policy grants what a recorded call or a line of the table needs, and all of that."""
    found = granted(_file(role))

    assert sorted(found - needed(role)) == []
    assert sorted(needed(role) - found) == []


@pytest.mark.parametrize("role", ROLES)
def test_no_wildcards(role: str) -> None:
    """No action has a wildcard; a resource is everything only where a condition bounds it."""
    for statement in _file(role)["Statement"]:
        assert not any("*" in action for action in statement["Action"])
        assert (statement["Resource"] == "*") == (statement["Action"] == [METRICS])
        assert (statement["Resource"] == "*") == ("Condition" in statement)
        if statement["Resource"] == [ANY]:  # IAM knows no resource for these
            assert not any(_kinds(action) for action in statement["Action"])


@pytest.mark.parametrize("role", ROLES)
def test_actions_take_these_resources(role: str) -> None:
    """AWS has every action, and it applies to the kind of resource that it is granted on."""
    for action, resource in granted(_file(role)):
        if action != METRICS and resource != ANY:
            service = action.partition(":")[0]
            kinds = _kinds(action)
            assert any(_is_a(kind, service, resource) for kind in kinds), (action, resource)


def _kinds(action: str) -> list[str]:
    """Return the kinds of resource that an action takes."""
    service, _, name = action.partition(":")
    return SPECIFICATION[service]["Actions"][name.lower()].get("Resources", [])


def _is_a(kind: str, service: str, resource: str) -> bool:
    """Tell whether the ARN is one of a kind's; those of S3 differ only by the slash."""
    if kind in {"bucket", "object"} and (kind == "object") != ("/" in resource):
        return False
    [form] = next(  # written "Secret" at actions, "secret" here
        told["ARNFormats"]
        for name, told in SPECIFICATION[service]["Resources"].items()
        if name.lower() == kind.lower()
    )
    ours = form.replace("${Account}", "${AccountId}").replace("${", "${AWS::")
    return re.fullmatch(re.escape(ours).replace(r"\.\*", ".*"), resource) is not None


def test_names_are_the_templates() -> None:
    """Every name that is to be filled in is a resource of a template or a pseudo parameter."""
    resources = {name for file in TEMPLATES for name in template(file)["Resources"]}
    pseudo = {f"AWS::{name}" for name in ("AccountId", "Partition", "Region", "StackName")}
    for file in FOLDER.glob("*.json"):
        names = set(re.findall(r"\$\{(.*?)(?:\.\w+)?\}", file.read_text(encoding="utf-8")))
        assert names <= {*resources, *pseudo}


def test_every_line_of_the_table_adds_something() -> None:
    """What the table explains was not recorded anyway."""
    for reason in reasons():
        assert reason.grants - recorded(reason.role)


def test_policy() -> None:
    """Actions on the same resources share a statement; metrics are bounded by their namespace."""
    pairs = [("s:B", "2"), ("s:B", "1"), ("s:A", "1"), ("s:A", "2"), ("s:C", "1"), (METRICS, "n")]

    assert policy(starmap(Grant, pairs))["Statement"] == [
        {
            "Effect": "Allow",
            "Action": [METRICS],
            "Resource": "*",
            "Condition": {"StringEquals": {"cloudwatch:namespace": ["n"]}},
        },
        {"Effect": "Allow", "Action": ["s:A", "s:B"], "Resource": ["1", "2"]},
        {"Effect": "Allow", "Action": ["s:C"], "Resource": ["1"]},
    ]


def test_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that is new and one that is gone are both named, with the way to record again."""
    monkeypatch.setattr(calls, "LIST", tmp_path / "folder" / "calls.json")
    monkeypatch.setenv(calls.RECORD, "1")
    calls.check("job", {"s3:GetObject": ["a", "b"]})
    monkeypatch.delenv(calls.RECORD)

    calls.check("job", {"s3:GetObject": ["a", "b"]})
    calls.check_known("job", {"s3:GetObject": ["b"]})
    with pytest.raises(AssertionError, match=r"the job calls .*PutObject.*RECORD_CALLS=1 "):
        calls.check_known("job", {"s3:GetObject": ["a", "b"], "s3:PutObject": ["a"]})
    with pytest.raises(AssertionError, match=r"says that the job calls .*'b'.*RECORD_CALLS=1 "):
        calls.check("job", {"s3:GetObject": ["a"]})
