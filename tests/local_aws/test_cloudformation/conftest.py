"""Stacks on the local AWS: made, changed and removed through boto3, awaited, and read back."""

import time
from typing import Any

import pytest

from local_aws.server import LocalAws

PATIENCE = 60  # seconds


class Stacks:
    """What tests do with stacks."""

    def __init__(self, aws: LocalAws) -> None:
        self.api = aws.client("cloudformation")

    def create(self, name: str, template: str, **parameters: str) -> dict[str, Any]:
        """Create a stack, wait until that has ended, and return it."""
        made = self.api.create_stack(
            StackName=name,
            TemplateBody=template,
            Parameters=_given(parameters),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        return self.ended(made["StackId"])

    def update(self, name: str, template: str, **parameters: str) -> dict[str, Any]:
        """Update a stack, wait until that has ended, and return it."""
        self.api.update_stack(
            StackName=name,
            TemplateBody=template,
            Parameters=_given(parameters),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        return self.ended(name)

    def delete(self, name: str) -> dict[str, Any]:
        """Delete a stack, wait until that has ended, and return it."""
        stack_id = self.describe(name)["StackId"]
        self.api.delete_stack(StackName=name)
        return self.ended(stack_id)

    def ended(self, name: str) -> dict[str, Any]:
        """Wait until nothing is in progress, and return the stack."""
        deadline = time.monotonic() + PATIENCE
        while (stack := self.describe(name))["StackStatus"].endswith("_IN_PROGRESS"):
            assert time.monotonic() < deadline, stack
            time.sleep(0.05)
        return stack

    def describe(self, name: str) -> dict[str, Any]:
        """Return a stack."""
        return self.api.describe_stacks(StackName=name)["Stacks"][0]

    def outputs(self, name: str) -> dict[str, str]:
        """Return the outputs of a stack by key."""
        listed = self.describe(name).get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in listed}

    def physical_ids(self, name: str) -> dict[str, str]:
        """Return the physical ids of a stack's resources by logical id."""
        listed = self.api.describe_stack_resources(StackName=name)["StackResources"]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in listed}

    def events(self, name: str) -> list[tuple[str, str]]:
        """Return logical id and status of every event, oldest first."""
        listed = self.api.describe_stack_events(StackName=name)["StackEvents"]
        return [(one["LogicalResourceId"], one["ResourceStatus"]) for one in listed[::-1]]

    def reason(self, name: str, logical_id: str, status: str) -> str:
        """Return the reason of a resource's latest event of a status."""
        for event in self.api.describe_stack_events(StackName=name)["StackEvents"]:
            if (event["LogicalResourceId"], event["ResourceStatus"]) == (logical_id, status):
                return event.get("ResourceStatusReason", "")
        raise AssertionError(f"{logical_id} was never in {status}: {self.events(name)}")


def _given(parameters: dict[str, str]) -> list[dict[str, str]]:
    return [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()]


@pytest.fixture
def stacks(aws: LocalAws) -> Stacks:
    """Stacks on the local AWS of the session: name them uniquely."""
    return Stacks(aws)
