"""Stacks, resources and change sets as the API's answers show them."""

import json
from typing import Any

from local_aws.cloudformation.design import required_capability
from local_aws.cloudformation.model import ChangeSet, Stack, StackResource
from local_aws.cloudformation.parameters import is_true, shown
from local_aws.cloudformation.template import Template


def present(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values that are there."""
    return {key: value for key, value in values.items() if value is not None}


def stack_answer(stack: Stack) -> dict[str, Any]:
    """Return a stack as DescribeStacks shows it."""
    design = stack.design
    return present({
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "Description": design.document.get("Description") if design else None,
        "Parameters": shown(design.section("Parameters"), design.parameters) if design else [],
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "DeletionTime": stack.deleted,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "DisableRollback": False,
        "EnableTerminationProtection": stack.protected,
        "NotificationARNs": [],
        "RollbackConfiguration": {},
        "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
        "Capabilities": design.capabilities if design else [],
        "Outputs": stack.outputs,
        "Tags": design.tags if design else [],
    })


def summary_answer(stack: Stack) -> dict[str, Any]:
    """Return a stack as ListStacks shows it."""
    return present({
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "TemplateDescription": stack.design.document.get("Description") if stack.design else None,
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "DeletionTime": stack.deleted,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
    })


def resource_answer(stack: Stack, resource: StackResource, time_name: str) -> dict[str, Any]:
    """Return a resource of a stack; its time has another name in every action."""
    return present({
        "StackName": stack.name,
        "StackId": stack.stack_id,
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.type_name,
        time_name: resource.changed,
        "ResourceStatus": resource.status,
        "ResourceStatusReason": resource.reason,
        "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
    })


def parameter_declarations(template: Template) -> list[dict[str, Any]]:
    """Return the parameters of a template as ValidateTemplate shows them."""
    return [
        present({
            "ParameterKey": name,
            "DefaultValue": str(rule["Default"]) if "Default" in rule else None,
            "NoEcho": is_true(rule.get("NoEcho", False)),
            "Description": rule.get("Description"),
        })
        for name, rule in template.parameters.items()
    ]


def capability_answer(template: Template) -> dict[str, Any]:
    """Return which capability a template needs and why, if any."""
    needed = required_capability(template.resources)
    if needed is None:
        return {"Capabilities": []}
    types = [one for one in template.resource_types if one.startswith("AWS::IAM::")]
    because = f"The following resource(s) require capabilities: [{', '.join(types)}]"
    return {"Capabilities": [needed], "CapabilitiesReason": because}


def change_set_answer(change_set: ChangeSet) -> dict[str, Any]:
    """Return a change set as ListChangeSets shows it."""
    return present({
        "ChangeSetId": change_set.change_set_id,
        "ChangeSetName": change_set.name,
        "StackId": change_set.stack_id,
        "StackName": change_set.stack_name,
        "Description": change_set.description,
        "CreationTime": change_set.created,
        "Status": change_set.status,
        "StatusReason": change_set.reason,
        "ExecutionStatus": change_set.execution_status,
    })


def change_set_details(change_set: ChangeSet) -> dict[str, Any]:
    """Return a change set as DescribeChangeSet shows it."""
    design = change_set.design
    return {
        **change_set_answer(change_set),
        "Parameters": shown(design.section("Parameters"), design.parameters),
        "Capabilities": design.capabilities,
        "Tags": design.tags,
        "Changes": change_set.changes,
    }


def template_summary(template: Template) -> dict[str, Any]:
    """Return a template as GetTemplateSummary shows it."""
    parameters = [
        {**declared, "ParameterType": rule["Type"], "ParameterConstraints": _constraints(rule)}
        for declared, rule in zip(
            parameter_declarations(template), template.parameters.values(), strict=True
        )
    ]
    metadata = template.document.get("Metadata")
    return present({
        "Description": template.description,
        "Parameters": parameters,
        "ResourceTypes": template.resource_types,
        "Version": template.document.get("AWSTemplateFormatVersion"),
        "Metadata": json.dumps(metadata) if metadata else None,
        **capability_answer(template),
    })


def _constraints(rule: dict[str, Any]) -> dict[str, Any]:
    allowed = rule.get("AllowedValues")
    return {"AllowedValues": [str(value) for value in allowed]} if allowed else {}
