"""Step Functions state machines."""

import json
import time
from typing import Any

import yaml

from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.resources.base import Context, Properties, ResourceType, only
from local_aws.cloudformation.resources.tags import retag

PATIENCE = 600  # seconds
LOOK_EVERY = 0.2  # seconds


class StateMachine(ResourceType):
    """AWS::StepFunctions::StateMachine."""

    type_name = "AWS::StepFunctions::StateMachine"
    name_property = "StateMachineName"
    tag_style = list
    supported = (
        "Definition.**",
        "DefinitionS3Location.Bucket",
        "DefinitionS3Location.Key",
        "DefinitionS3Location.Version",
        "DefinitionString",
        "DefinitionSubstitutions.*",
        "RoleArn",
        "StateMachineName",
        "StateMachineType",
        "Tags.Key",
        "Tags.Value",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Make the state machine; its ARN is its id."""
        name = properties.get("StateMachineName") or context.generated_name(80)
        kind = only(properties, "StateMachineType")
        made = context.call(
            "stepfunctions",
            "create_state_machine",
            name=name,
            definition=definition(properties, context),
            **only(properties, "RoleArn", "Tags"),
            **({"type": kind["StateMachineType"]} if kind else {}),
        )
        return made["stateMachineArn"]

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Change definition and role; executions under way keep the old ones."""
        context.call(
            "stepfunctions",
            "update_state_machine",
            stateMachineArn=physical_id,
            definition=definition(new, context),
            **only(new, "RoleArn"),
        )
        retag("stepfunctions", physical_id, old, new, context)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the state machine; it is DELETING until its executions have ended.

        Raises:
            ResourceError: one of them stays too long in its state.
        """
        del properties
        context.call("stepfunctions", "delete_state_machine", stateMachineArn=physical_id)
        deadline = time.monotonic() + PATIENCE
        while _exists(physical_id, context):
            if time.monotonic() > deadline:
                raise ResourceError(f"{physical_id} still has an execution; stop it, delete again")
            time.sleep(LOOK_EVERY)

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the ARN and the name."""
        del properties, context
        return {"Arn": physical_id, "Name": physical_id.rsplit(":", 1)[1]}


def _exists(arn: str, context: Context) -> bool:
    return context.finds("stepfunctions", "describe_state_machine", stateMachineArn=arn)


def definition(properties: Properties, context: Context) -> str:
    """Return the definition as JSON with its ``${...}`` substitutions made.

    Raises:
        ResourceError: the file that it stands in is neither JSON nor YAML.
    """
    if "DefinitionS3Location" in properties:
        return _in_file(properties, context)
    text = properties.get("DefinitionString") or json.dumps(properties.get("Definition"))
    return _substituted(text, properties)


def _in_file(properties: Properties, context: Context) -> str:
    """Return what a file says; as on AWS, substitutions are made before it is read as YAML."""
    place = properties["DefinitionS3Location"]
    version = {"VersionId": place["Version"]} if "Version" in place else {}
    file = context.call("s3", "get_object", Bucket=place["Bucket"], Key=place["Key"], **version)
    text = _substituted(file["Body"].read().decode(), properties)
    try:
        return json.dumps(yaml.load(text, Loader=_Loader))  # ruff: ignore[unsafe-yaml-load] - it is the safe one
    except yaml.YAMLError as error:
        raise ResourceError(
            f"The definition s3://{place['Bucket']}/{place['Key']} is no YAML: {error}"
        ) from error


def _substituted(text: str, properties: Properties) -> str:
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        text = text.replace("${" + name + "}", str(value))
    return text


class _Loader(yaml.SafeLoader):
    """Reads YAML, and so JSON, into what JSON has: dates stay texts."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
