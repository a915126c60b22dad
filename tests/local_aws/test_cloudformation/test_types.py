"""Every property of every type is honoured: given, changed, taken away, and read back."""

import json
from collections.abc import Iterator
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from local_aws.cloudformation.engine import ENGINE
from local_aws.cloudformation.resources.properties import REMEMBERED, paths_of
from local_aws.cloudformation.resources.registry import RESOURCE_TYPES, is_custom
from local_aws.cloudformation.template import parse
from local_aws.server import LocalAws

if TYPE_CHECKING:
    from tests.local_aws.test_cloudformation.conftest import Stacks

EVERYTHING = Path(__file__).with_name("everything.yaml").read_text(encoding="utf-8")
TOLD = yaml.safe_load(Path(__file__).with_name("everything_told.yaml").read_text(encoding="utf-8"))
# Not in the template, because another file's test needs them or AWS allows no second one.
ELSEWHERE = {
    ("AWS::Lambda::Function", "Code.S3Bucket"),
    ("AWS::Lambda::Function", "Code.S3Key"),
    ("AWS::Lambda::Function", "Code.S3ObjectVersion"),
    ("AWS::StepFunctions::StateMachine", "DefinitionS3Location.Bucket"),
    ("AWS::StepFunctions::StateMachine", "DefinitionS3Location.Key"),
    ("AWS::StepFunctions::StateMachine", "DefinitionS3Location.Version"),
}
# Attributes that only tell of properties that are refused.
OF_OTHER_PROPERTIES = (
    "MetadataConfiguration",
    "MetadataTableConfiguration",
    "SnapStartResponse",
    "WorkGroupConfigurationUpdates",
)


@pytest.fixture(scope="module")
def everything(aws: LocalAws) -> Iterator[LocalAws]:
    """The local AWS with one stack of everything."""
    api = aws.client("cloudformation")
    made = api.create_stack(
        StackName="everything",
        TemplateBody=EVERYTHING,
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    soon = {"Delay": 1, "MaxAttempts": 60}
    api.get_waiter("stack_create_complete").wait(StackName=made["StackId"], WaiterConfig=soon)
    yield aws
    api.delete_stack(StackName="everything")
    api.get_waiter("stack_delete_complete").wait(StackName=made["StackId"], WaiterConfig=soon)


def test_every_supported_property_is_tested() -> None:
    """What a type says that it honours stands in the template below."""
    given = {
        (resource["Type"], path)
        for resource in parse(EVERYTHING).resources.values()
        for path in _paths(resource["Properties"])
    }
    promised = {
        (name, path)
        for name, kind in RESOURCE_TYPES.items()
        if not is_custom(name)
        for path in kind.supported
    }
    missing = {
        (name, path)
        for name, path in promised - ELSEWHERE
        if not any(name == n and _matches(path, p) for n, p in given)
    }
    assert missing == set()


def _paths(properties: object) -> set[str]:
    """Return the property paths, as if every Fn::If took both branches."""
    return {".".join(path) for path in paths_of(_flat(properties))}


def _flat(value: Any) -> Any:  # ruff: ignore[any-type] - any JSON value
    if isinstance(value, list):
        return [_flat(item) for item in value]
    if isinstance(value, dict) and set(value) == {"Fn::If"}:
        return [_flat(item) for item in value["Fn::If"][1:]]
    if (
        isinstance(value, dict)
        and len(value) == 1
        and next(iter(value)).startswith(("Fn::", "Ref"))
    ):
        return "value"
    if isinstance(value, dict):
        return {key: _flat(item) for key, item in value.items()}
    return value


def _matches(pattern: str, path: str) -> bool:
    prefix, star, _ = pattern.partition("*")
    return path.startswith(prefix) if star else path == pattern


@pytest.mark.parametrize("name", sorted(RESOURCE_TYPES))
def test_supported_properties_are_awss(name: str) -> None:
    """A supported property is one that AWS's own schema has."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-west-2", name).schema
    tops = {path.split(".")[0] for path in RESOURCE_TYPES[name].supported} - {"**"}
    assert tops <= set(schema["properties"])


def test_remembered_properties_are_supported() -> None:
    """What is only remembered is on its type's list, and has a reason."""
    assert all(path in RESOURCE_TYPES[name].supported for name, path in REMEMBERED)
    assert all(REMEMBERED.values())


def test_attributes(everything: LocalAws) -> None:
    """Fn::GetAtt gives every attribute that AWS's own schema has and moto tells."""
    region = everything.client("cloudformation").meta.region_name
    missing = set()
    for resource in ENGINE.store.find("everything", region).resources.values():
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource.type_name).schema
        pointers = [p.removeprefix("/properties/") for p in schema.get("readOnlyProperties", ())]
        promised = {pointer.replace("/", ".") for pointer in pointers}
        missing |= {(resource.type_name, name) for name in promised - set(resource.attributes)}
    assert {one for one in missing if not one[1].startswith(OF_OTHER_PROPERTIES)} == {
        ("AWS::IAM::ManagedPolicy", "PermissionsBoundaryUsageCount"),
        ("AWS::StepFunctions::StateMachine", "StateMachineRevisionId"),
    }


def tells(aws: LocalAws, row: dict[str, Any]) -> Any:  # ruff: ignore[any-type] - any JSON value
    """Make a row's call and return the part of the answer of which something is expected."""
    listed = aws.client("cloudformation").describe_stack_resources(StackName="everything")
    ids = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in listed["StackResources"]}
    service, operation = row["call"].split()
    arguments = {
        name: ids.get(value, value) if isinstance(value, str) else value
        for name, value in row["with"].items()
    }
    return _common(row["tells"], _plain(getattr(aws.client(service), operation)(**arguments)))


def _plain(value: Any) -> Any:  # ruff: ignore[any-type] - any JSON value
    """Return an answer with its streams read and the JSON inside its strings opened."""
    if hasattr(value, "read"):
        return json.loads(value.read())
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str) and value.startswith("{"):
        return json.loads(value)
    return value if isinstance(value, bool | int | float) else str(value)


def _common(expected: Any, found: Any) -> Any:  # ruff: ignore[any-type] - any JSON value
    if isinstance(expected, dict) and isinstance(found, dict):
        return {key: _common(item, found.get(key)) for key, item in expected.items()}
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return list(starmap(_common, zip(expected, found, strict=True)))
    return found


def test_created(everything: LocalAws) -> None:
    """What the template gives is what the services tell."""
    wrong = [
        (row, found) for row in TOLD["created"] if (found := tells(everything, row)) != row["tells"]
    ]
    assert wrong == []


def test_updated_and_deleted(everything: LocalAws, stacks: "Stacks") -> None:
    """What changes is changed in place, what is no longer given is gone, and all can be deleted."""
    before = stacks.physical_ids("everything")
    updated = stacks.update("everything", EVERYTHING, Text="two", Full="no")
    after = stacks.physical_ids("everything")
    wrong = [
        (row, found) for row in TOLD["updated"] if (found := tells(everything, row)) != row["tells"]
    ]

    assert updated["StackStatus"] == "UPDATE_COMPLETE"
    assert wrong == []
    assert {name for name in after if after[name] != before[name]} == {"NamedQuery"}
    with pytest.raises(everything.client("s3").exceptions.ClientError, match="NoSuchLifecycle"):
        everything.client("s3").get_bucket_lifecycle_configuration(Bucket="everything")
