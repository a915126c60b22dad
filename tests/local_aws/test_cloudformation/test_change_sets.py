"""Change sets, and the CLI's ``cloudformation deploy`` that works through them."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local_aws.server import LocalAws

if TYPE_CHECKING:
    from tests.local_aws.test_cloudformation.conftest import Stacks

TEMPLATE = """
Parameters:
  Name: {Type: String, Default: planned}
  Days: {Type: Number, Default: 7}
  Extra: {Type: String, Default: 'no'}
Conditions:
  HasExtra: !Equals [!Ref Extra, 'yes']
  HasNoExtra: !Not [!Condition HasExtra]
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !Ref Name, RetentionInDays: !Ref Days}
  Follows: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub '${Logs}-follows'}}
  WithExtra: {Type: AWS::SNS::Topic, Condition: HasExtra}
  WithoutExtra: {Type: AWS::SNS::Topic, Condition: HasNoExtra}
Outputs:
  LogGroup: {Value: !Ref Logs}
"""


def propose(stacks: "Stacks", kind: str, **parameters: str) -> dict[str, Any]:
    """Make a change set and return it."""
    given = [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()]
    made = stacks.api.create_change_set(
        StackName="planned",
        ChangeSetName="plan",
        ChangeSetType=kind,
        TemplateBody=TEMPLATE,
        Parameters=given,
    )
    return stacks.api.describe_change_set(ChangeSetName=made["Id"])


def actions(change_set: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Return action and replacement by logical id."""
    changes = [change["ResourceChange"] for change in change_set["Changes"]]
    return {c["LogicalResourceId"]: (c["Action"], c.get("Replacement")) for c in changes}


def test_change_sets(stacks: "Stacks") -> None:
    """A change set says what would happen, and does it when executed."""
    first = propose(stacks, "CREATE")
    assert stacks.describe("planned")["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert actions(first) == {
        "Logs": ("Add", None),
        "Follows": ("Add", None),
        "WithoutExtra": ("Add", None),
    }
    stacks.api.execute_change_set(ChangeSetName="plan", StackName="planned")
    assert stacks.ended("planned")["StackStatus"] == "CREATE_COMPLETE"
    assert stacks.outputs("planned") == {"LogGroup": "planned"}

    assert actions(propose(stacks, "UPDATE", Name="new", Extra="yes")) == {
        "Logs": ("Modify", "True"),
        "Follows": ("Modify", "True"),
        "WithExtra": ("Add", None),
        "WithoutExtra": ("Remove", None),
    }
    stacks.api.delete_change_set(ChangeSetName="plan", StackName="planned")
    assert actions(propose(stacks, "UPDATE", Days="14")) == {"Logs": ("Modify", "False")}
    stacks.api.execute_change_set(ChangeSetName="plan", StackName="planned")
    assert stacks.ended("planned")["StackStatus"] == "UPDATE_COMPLETE"
    listed = stacks.api.list_change_sets(StackName="planned")["Summaries"]
    assert listed == []  # carried out
    stacks.delete("planned")


def test_change_set_without_changes(stacks: "Stacks") -> None:
    """A change set that would do nothing says so and cannot be executed."""
    stacks.create("planned", TEMPLATE)
    empty = propose(stacks, "UPDATE")

    assert (empty["Status"], empty["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert empty["StatusReason"].startswith("The submitted information didn't contain changes.")
    with pytest.raises(ClientError) as refusal:
        stacks.api.execute_change_set(ChangeSetName=empty["ChangeSetId"])
    assert refusal.value.response["Error"]["Code"] == "InvalidChangeSetStatus"
    stacks.delete("planned")


def test_change_set_that_is_missing(stacks: "Stacks") -> None:
    """A missing change set has AWS's error code."""
    stacks.create("planned", TEMPLATE)
    with pytest.raises(stacks.api.exceptions.ChangeSetNotFoundException):
        stacks.api.describe_change_set(StackName="planned", ChangeSetName="nothing")
    stacks.delete("planned")


@pytest.fixture
def cli(aws: LocalAws, tmp_path: Path) -> Any:  # ruff: ignore[any-type] - a function
    """The AWS CLI of this environment, pointed at the local AWS."""
    program = Path(sys.executable).with_name("aws")
    template = tmp_path / "template.yaml"
    template.write_text(TEMPLATE)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(program), "cloudformation", *arguments],
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)} | aws.settings.environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_cli_deploy(cli: Any, stacks: "Stacks") -> None:  # ruff: ignore[any-type] - a function
    """``deploy`` creates, sees that there is nothing to do, updates, and fails as on AWS."""
    deploy = ("deploy", "--stack-name", "deployed", "--template-file", "template.yaml")
    assert (
        "Successfully created/updated stack - deployed"
        in cli(*deploy, "--parameter-overrides", "Name=deployed").stdout
    )
    assert stacks.outputs("deployed") == {"LogGroup": "deployed"}
    nothing = cli(*deploy)
    assert "No changes to deploy. Stack deployed is up to date" in nothing.stderr
    assert nothing.returncode == 255  # version 1 of the CLI takes it for a failure
    time.sleep(1)
    assert cli(*deploy, "--no-fail-on-empty-changeset").returncode == 0
    time.sleep(1)  # the CLI names its change sets by the second
    assert "Successfully" in cli(*deploy, "--parameter-overrides", "Extra=yes").stdout
    assert "WithExtra" in stacks.physical_ids("deployed")
    assert "WithoutExtra" not in stacks.physical_ids("deployed")
    stacks.api.create_stack(StackName="in-the-way", TemplateBody=TEMPLATE)
    broken = cli(*deploy, "--parameter-overrides", "Name=planned", "Extra=no")
    assert "Failed to create/update the stack." in broken.stderr
    assert broken.returncode == 255
    assert stacks.describe("deployed")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "WithExtra" in stacks.physical_ids("deployed")
    stacks.delete("deployed")
    stacks.delete("in-the-way")


def test_cli_as_the_readme_types_it(cli: Any) -> None:  # ruff: ignore[any-type] - a function
    """The instructor's own commands: create, wait, describe, update, delete."""
    named = ("--stack-name", "typed")
    body = ("--template-body", "file://template.yaml")
    parameters = ("--parameters", "ParameterKey=Name,ParameterValue=typed")

    assert (
        '"StackId": "arn:aws:cloudformation:us-west-2:'
        in cli("create-stack", *named, *body, *parameters, "--region", "us-west-2").stdout
    )
    assert cli("wait", "stack-create-complete", *named).returncode == 0
    status = ("--query", "Stacks[0].StackStatus", "--output", "text")
    assert cli("describe-stacks", *named, *status).stdout == "CREATE_COMPLETE\n"
    refused = cli("update-stack", *named, *body, *parameters)
    assert refused.returncode != 0
    assert refused.stderr.strip().endswith(
        "An error occurred (ValidationError) when calling the UpdateStack operation: "
        "No updates are to be performed."
    )
    assert cli("validate-template", *body).returncode == 0
    summary = cli("get-template-summary", *body, "--query", "ResourceTypes", "--output", "text")
    assert summary.stdout.split() == ["AWS::Logs::LogGroup", "AWS::SNS::Topic"]
    assert cli("delete-stack", *named).returncode == 0
    assert cli("wait", "stack-delete-complete", *named).returncode == 0
    gone = cli("describe-stacks", *named)
    assert "Stack with id typed does not exist" in gone.stderr
