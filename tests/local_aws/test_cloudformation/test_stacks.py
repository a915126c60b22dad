"""The life of a stack: made, changed, rolled back, deleted, and what its events tell."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from botocore.client import BaseClient

from local_aws.server import LocalAws

if TYPE_CHECKING:
    from tests.local_aws.test_cloudformation.conftest import Stacks

LOGS = """
Description: Two log groups.
Parameters:
  Name: {Type: String}
  Days: {Type: Number, Default: 7}
  SecondName: {Type: String, Default: second}
Resources:
  Second:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !Sub '${First}-${SecondName}', RetentionInDays: 7}
  First:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !Ref Name, RetentionInDays: !Ref Days}
Outputs:
  FirstArn: {Value: !GetAtt First.Arn, Description: Where it logs.}
"""
# Log groups of these names are somebody else's: making one fails.
TAKEN = ("life-fails-taken", "life-undo-taken", "life-away-taken")


@pytest.fixture
def logs(aws: LocalAws) -> Iterator[BaseClient]:
    """The log groups of the local AWS, some of them not ours."""
    client = aws.client("logs")
    for name in TAKEN:
        client.create_log_group(logGroupName=name)
    yield client
    for name in TAKEN:
        client.delete_log_group(logGroupName=name)


def retentions(logs: BaseClient, prefix: str) -> dict[str, int | None]:
    """Return the retention of every log group of a prefix."""
    groups = logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
    ours = [group for group in groups if group["logGroupName"] not in TAKEN]
    return {group["logGroupName"]: group.get("retentionInDays") for group in ours}


def test_create(stacks: "Stacks", logs: BaseClient) -> None:
    """Resources are made after what they refer to; outputs and events tell of them."""
    stack = stacks.create("life-create", LOGS, Name="life-create")

    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert stack["Description"] == "Two log groups."
    assert retentions(logs, "life-create") == {"life-create": 7, "life-create-second": 7}
    assert stack["Outputs"] == [
        {
            "OutputKey": "FirstArn",
            "OutputValue": "arn:aws:logs:us-west-2:123456789012:log-group:life-create:*",
            "Description": "Where it logs.",
        }
    ]
    assert stacks.events("life-create") == [
        ("life-create", "CREATE_IN_PROGRESS"),
        ("First", "CREATE_IN_PROGRESS"),
        ("First", "CREATE_IN_PROGRESS"),
        ("First", "CREATE_COMPLETE"),
        ("Second", "CREATE_IN_PROGRESS"),
        ("Second", "CREATE_IN_PROGRESS"),
        ("Second", "CREATE_COMPLETE"),
        ("life-create", "CREATE_COMPLETE"),
    ]


def test_create_that_fails(stacks: "Stacks", logs: BaseClient) -> None:
    """A failed creation removes what it made, leaves what was there, and says why."""
    stack = stacks.create("life-fails", LOGS, Name="life-fails", SecondName="taken")

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert retentions(logs, "life-fails") == {}
    assert stacks.physical_ids("life-fails") == {}
    assert "already exists" in stacks.reason("life-fails", "Second", "CREATE_FAILED")
    assert stacks.reason("life-fails", "life-fails", "ROLLBACK_IN_PROGRESS") == (
        "The following resource(s) failed to create: [Second]. Rollback requested by user."
    )
    with pytest.raises(stacks.api.exceptions.ClientError, match="is in ROLLBACK_COMPLETE state"):
        stacks.update("life-fails", LOGS, Name="life-fails")
    assert stacks.delete("life-fails")["StackStatus"] == "DELETE_COMPLETE"


def test_update_in_place(stacks: "Stacks", logs: BaseClient) -> None:
    """Only what differs is touched; a second update with the same values is refused."""
    stacks.create("life-update", LOGS, Name="life-update")
    before = len(stacks.events("life-update"))
    stack = stacks.update("life-update", LOGS, Name="life-update", Days="14")

    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert retentions(logs, "life-update") == {"life-update": 14, "life-update-second": 7}
    assert stacks.events("life-update")[before:] == [
        ("life-update", "UPDATE_IN_PROGRESS"),
        ("First", "UPDATE_IN_PROGRESS"),
        ("First", "UPDATE_COMPLETE"),
        ("life-update", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("life-update", "UPDATE_COMPLETE"),
    ]
    with pytest.raises(stacks.api.exceptions.ClientError, match="No updates are to be performed"):
        stacks.update("life-update", LOGS, Name="life-update", Days="14")


def test_update_by_replacement(stacks: "Stacks", logs: BaseClient) -> None:
    """A new name makes a new resource, also for what refers to it; the old ones go at last."""
    stacks.create("life-replace", LOGS, Name="life-old")
    before = len(stacks.events("life-replace"))
    stack = stacks.update("life-replace", LOGS, Name="life-new")

    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert retentions(logs, "life-old") == {}
    assert retentions(logs, "life-new") == {"life-new": 7, "life-new-second": 7}
    assert stacks.events("life-replace")[before:][-6:] == [
        ("life-replace", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("Second", "DELETE_IN_PROGRESS"),
        ("Second", "DELETE_COMPLETE"),
        ("First", "DELETE_IN_PROGRESS"),
        ("First", "DELETE_COMPLETE"),
        ("life-replace", "UPDATE_COMPLETE"),
    ]


def test_update_that_fails(stacks: "Stacks", logs: BaseClient) -> None:
    """A failed update brings back every value, and removes what it added."""
    third = LOGS.replace(
        "Outputs:",
        "  Added: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub '${Name}-added'}}\n"
        "Outputs:",
    )
    stacks.create("life-undo", LOGS, Name="life-undo")
    stack = stacks.update("life-undo", third, Name="life-undo", Days="14", SecondName="taken")

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert retentions(logs, "life-undo") == {"life-undo": 7, "life-undo-second": 7}
    assert {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}["Days"] == "7"
    assert "already exists" in stacks.reason("life-undo", "Second", "UPDATE_FAILED")
    assert stacks.reason("life-undo", "life-undo", "UPDATE_ROLLBACK_IN_PROGRESS") == (
        "The following resource(s) failed to update: [Second]."
    )
    assert set(stacks.physical_ids("life-undo")) == {"First", "Second"}
    assert stacks.api.get_template(StackName="life-undo")["TemplateBody"] == LOGS


def test_replacement_that_is_rolled_back(stacks: "Stacks", logs: BaseClient) -> None:
    """A resource that was replaced comes back: the old one was still there."""
    stacks.create("life-return", LOGS, Name="life-return")
    stack = stacks.update("life-return", LOGS, Name="life-away", SecondName="taken")

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert retentions(logs, "life-return") == {"life-return": 7, "life-return-second": 7}
    assert retentions(logs, "life-away") == {}


def test_custom_name_that_would_be_replaced(stacks: "Stacks") -> None:
    """A resource of a fixed name cannot be replaced: two of one name cannot be."""
    template = """
    Parameters: {Kind: {Type: String}}
    Resources:
      Trigger:
        Type: AWS::Glue::Trigger
        Properties:
          Name: life-named
          Type: !Ref Kind
          Schedule: cron(0 1 * * ? *)
          Actions: [{JobName: some-job}]
    """
    stacks.create("life-named", template, Kind="SCHEDULED")
    stack = stacks.update("life-named", template, Kind="ON_DEMAND")

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stacks.reason("life-named", "Trigger", "UPDATE_FAILED") == (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        "Rename life-named and update the stack again."
    )


def test_catalog_of_another_account(stacks: "Stacks") -> None:
    """There is one Data Catalog here: what is meant for another one is not put into it."""
    template = """
    Resources:
      Database:
        Type: AWS::Glue::Database
        Properties: {CatalogId: '999999999999', DatabaseInput: {Name: life_elsewhere}}
    """
    assert stacks.create("life-elsewhere", template)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert stacks.reason("life-elsewhere", "Database", "CREATE_FAILED") == (
        "The local AWS has the Data Catalog of account 123456789012 only, CatalogId is 999999999999"
    )


def test_tags_of_a_stack(stacks: "Stacks", logs: BaseClient) -> None:
    """A stack's tags are put on its resources; a resource's own tag wins."""
    template = """
    Resources:
      Logs:
        Type: AWS::Logs::LogGroup
        Properties: {LogGroupName: life-tags, Tags: [{Key: owner, Value: mine}]}
    """
    tags = [{"Key": "owner", "Value": "stack"}, {"Key": "course", "Value": "capstone"}]
    stacks.api.create_stack(StackName="life-tags", TemplateBody=template, Tags=tags)
    assert stacks.ended("life-tags")["Tags"] == tags

    group = "arn:aws:logs:us-west-2:123456789012:log-group:life-tags"
    assert logs.list_tags_for_resource(resourceArn=group)["tags"] == {
        "owner": "mine",
        "course": "capstone",
    }


def test_lists(stacks: "Stacks") -> None:
    """Stacks and resources are listed; the latest state of each is told."""
    stacks.create("life-lists", LOGS, Name="life-lists")
    summaries = stacks.api.list_stacks(StackStatusFilter=["CREATE_COMPLETE"])["StackSummaries"]
    resources = stacks.api.list_stack_resources(StackName="life-lists")["StackResourceSummaries"]
    detail = stacks.api.describe_stack_resource(StackName="life-lists", LogicalResourceId="First")[
        "StackResourceDetail"
    ]

    assert "life-lists" in {summary["StackName"] for summary in summaries}
    assert {one["LogicalResourceId"]: one["ResourceStatus"] for one in resources} == {
        "First": "CREATE_COMPLETE",
        "Second": "CREATE_COMPLETE",
    }
    assert detail["PhysicalResourceId"] == "life-lists"


def test_waiters(stacks: "Stacks") -> None:
    """The SDK's own waiters see the ends they wait for."""
    soon = {"Delay": 1, "MaxAttempts": 60}
    given = [{"ParameterKey": "Name", "ParameterValue": "life-waits"}]
    stacks.api.create_stack(StackName="life-waits", TemplateBody=LOGS, Parameters=given)
    stacks.api.get_waiter("stack_create_complete").wait(StackName="life-waits", WaiterConfig=soon)
    given.append({"ParameterKey": "Days", "ParameterValue": "30"})
    stacks.api.update_stack(StackName="life-waits", UsePreviousTemplate=True, Parameters=given)
    stacks.api.get_waiter("stack_update_complete").wait(StackName="life-waits", WaiterConfig=soon)
    stacks.api.delete_stack(StackName="life-waits")
    stacks.api.get_waiter("stack_delete_complete").wait(StackName="life-waits", WaiterConfig=soon)
