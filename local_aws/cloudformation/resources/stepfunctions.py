"""Step Functions state machines."""

import json
from typing import Any

from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.resources.base import Context, Properties, ResourceType, only
from local_aws.cloudformation.resources.tags import retag

_SETTINGS = ("LoggingConfiguration", "TracingConfiguration")


class StateMachine(ResourceType):
    """AWS::StepFunctions::StateMachine."""

    type_name = "AWS::StepFunctions::StateMachine"
    name_property = "StateMachineName"
    tag_style = list
    supported = (
        "Definition.**",
        "DefinitionString",
        "DefinitionSubstitutions.*",
        "LoggingConfiguration.Destinations.CloudWatchLogsLogGroup.LogGroupArn",
        "LoggingConfiguration.IncludeExecutionData",
        "LoggingConfiguration.Level",
        "RoleArn",
        "StateMachineName",
        "StateMachineType",
        "Tags.Key",
        "Tags.Value",
        "TracingConfiguration.Enabled",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Make the state machine; its ARN is its id."""
        name = properties.get("StateMachineName") or context.generated_name(80)
        kind = only(properties, "StateMachineType")
        made = context.call(
            "stepfunctions",
            "create_state_machine",
            name=name,
            definition=definition(properties),
            **only(properties, "RoleArn", "Tags", *_SETTINGS),
            **({"type": kind["StateMachineType"]} if kind else {}),
        )
        return made["stateMachineArn"]

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Change definition, role and settings; executions under way keep the old ones."""
        removed = [name for name in _SETTINGS if name in old and name not in new]
        if removed:
            raise ResourceError(f"The local AWS cannot take {removed} from a state machine")
        context.call(
            "stepfunctions",
            "update_state_machine",
            stateMachineArn=physical_id,
            definition=definition(new),
            **only(new, "RoleArn", *_SETTINGS),
        )
        retag("stepfunctions", physical_id, old, new, context)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the state machine."""
        del properties
        context.call("stepfunctions", "delete_state_machine", stateMachineArn=physical_id)

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the ARN and the name."""
        del properties, context
        return {"Arn": physical_id, "Name": physical_id.rsplit(":", 1)[1]}


def definition(properties: Properties) -> str:
    """Return the definition as text with its ``${...}`` substitutions made."""
    given = properties.get("DefinitionString")
    text = json.dumps(properties["Definition"]) if given is None else given
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        text = text.replace("${" + name + "}", str(value))
    return text
