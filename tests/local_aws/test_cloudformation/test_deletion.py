"""What leaves a stack, or a stack as a whole: deleted, kept, protected, in use, in the way."""

from threading import Thread
from typing import TYPE_CHECKING

import pytest
from botocore.client import BaseClient

from local_aws.server import LocalAws

if TYPE_CHECKING:
    from tests.local_aws.test_cloudformation.conftest import Stacks

LOGS = """
Parameters: {Name: {Type: String}}
Resources:
  First: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref Name}}
  Second: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub '${First}-second'}}
"""


@pytest.fixture
def logs(aws: LocalAws) -> BaseClient:
    """The log groups of the local AWS."""
    return aws.client("logs")


def names(logs: BaseClient, prefix: str) -> set[str]:
    """Return the names of the log groups of a prefix."""
    groups = logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
    return {group["logGroupName"] for group in groups}


def test_resource_that_is_removed_from_the_template(stacks: "Stacks", logs: BaseClient) -> None:
    """What the template no longer has is deleted, unless its DeletionPolicy keeps it."""
    template = """
    Parameters: {Kept: {Type: String, Default: 'yes'}}
    Conditions: {Keep: !Equals [!Ref Kept, 'yes']}
    Resources:
      Stays: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: ends-part-stays}}
      Goes: {Type: AWS::Logs::LogGroup, Condition: Keep, Properties: {LogGroupName: ends-part-goes}}
      Retained:
        Type: AWS::Logs::LogGroup
        Condition: Keep
        DeletionPolicy: Retain
        UpdateReplacePolicy: Retain
        Properties: {LogGroupName: ends-part-retained}
    """
    stacks.create("ends-part", template)
    stacks.update("ends-part", template, Kept="no")

    assert names(logs, "ends-part") == {"ends-part-stays", "ends-part-retained"}
    assert ("Retained", "DELETE_SKIPPED") in stacks.events("ends-part")
    assert set(stacks.physical_ids("ends-part")) == {"Stays"}


def test_delete(stacks: "Stacks", logs: BaseClient) -> None:
    """A deleted stack is found by id only; deleting what is not there is no error."""
    stack_id = stacks.create("ends-delete", LOGS, Name="ends-delete")["StackId"]
    assert stacks.delete("ends-delete")["StackStatus"] == "DELETE_COMPLETE"

    assert names(logs, "ends-delete") == set()
    assert stacks.describe(stack_id)["DeletionTime"]
    assert stacks.events(stack_id)[-1] == ("ends-delete", "DELETE_COMPLETE")
    stacks.api.delete_stack(StackName="ends-delete")
    with pytest.raises(stacks.api.exceptions.ClientError) as refusal:
        stacks.describe("ends-delete")
    assert refusal.value.response["Error"] == {
        "Type": "Sender",
        "Code": "ValidationError",
        "Message": "Stack with id ends-delete does not exist",
    }


def test_delete_of_a_bucket_that_holds_objects(stacks: "Stacks", aws: LocalAws) -> None:
    """The stack says which bucket is in the way; once that is empty, it goes."""
    s3 = aws.client("s3")
    template = """
    Resources:
      Full: {Type: AWS::S3::Bucket, Properties: {BucketName: ends-full}}
      Other: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: ends-full}}
    """
    stacks.create("ends-full", template)
    s3.put_object(Bucket="ends-full", Key="in/the/way", Body=b"x")

    stack = stacks.delete("ends-full")
    assert stack["StackStatus"] == "DELETE_FAILED"
    assert stack["StackStatusReason"] == ("The following resource(s) failed to delete: [Full]. ")
    assert "ends-full" in stacks.reason("ends-full", "Full", "DELETE_FAILED")
    assert set(stacks.physical_ids("ends-full")) == {"Full"}

    s3.delete_object(Bucket="ends-full", Key="in/the/way")
    assert stacks.delete("ends-full")["StackStatus"] == "DELETE_COMPLETE"


def test_retained_after_a_failed_delete(stacks: "Stacks", aws: LocalAws) -> None:
    """RetainResources leaves behind what resists."""
    template = "Resources: {Full: {Type: AWS::S3::Bucket, Properties: {BucketName: ends-left}}}"
    stack_id = stacks.create("ends-left", template)["StackId"]
    aws.client("s3").put_object(Bucket="ends-left", Key="k", Body=b"x")
    stacks.delete("ends-left")
    stacks.api.delete_stack(StackName="ends-left", RetainResources=["Full"])

    assert stacks.ended(stack_id)["StackStatus"] == "DELETE_COMPLETE"
    assert aws.client("s3").head_bucket(Bucket="ends-left")


def test_exports(stacks: "Stacks") -> None:
    """An exported value can be imported, and cannot go while it is."""
    exporting = """
    Resources: {Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: ends-exporter}}}
    Outputs: {Name: {Value: !Ref Logs, Export: {Name: ends-exported}}}
    """
    importing = """
    Resources:
      Logs:
        Type: AWS::Logs::LogGroup
        Properties: {LogGroupName: !Join ['-', [!ImportValue ends-exported, copy]]}
    """
    stacks.create("ends-exporter", exporting)
    stacks.create("ends-importer", importing)

    assert stacks.physical_ids("ends-importer") == {"Logs": "ends-exporter-copy"}
    assert stacks.api.list_imports(ExportName="ends-exported")["Imports"] == ["ends-importer"]
    with pytest.raises(stacks.api.exceptions.ClientError, match="as it is in use by ends-importer"):
        stacks.delete("ends-exporter")
    stacks.delete("ends-importer")
    assert stacks.delete("ends-exporter")["StackStatus"] == "DELETE_COMPLETE"


def test_delete_while_it_is_made(stacks: "Stacks", logs: BaseClient) -> None:
    """Deleting a stack that is being made stops the making."""
    many = "Resources:\n" + "\n".join(
        f"  L{n}: {{Type: AWS::Logs::LogGroup, Properties: {{LogGroupName: ends-stop-{n}}}}}"
        for n in range(100)
    )
    making = Thread(target=stacks.create, args=("ends-stop", many))
    making.start()
    while not stacks.api.list_stacks(StackStatusFilter=["CREATE_IN_PROGRESS"])["StackSummaries"]:
        assert making.is_alive()
    stack_id = stacks.describe("ends-stop")["StackId"]
    stacks.api.delete_stack(StackName="ends-stop")
    making.join()

    assert stacks.ended(stack_id)["StackStatus"] == "DELETE_COMPLETE"
    assert names(logs, "ends-stop") == set()
    assert ("ends-stop", "CREATE_COMPLETE") not in stacks.events(stack_id)


def test_protected_stack(stacks: "Stacks") -> None:
    """Termination protection refuses deletion until it is lifted."""
    stacks.create("ends-safe", LOGS, Name="ends-safe")
    stacks.api.update_termination_protection(
        StackName="ends-safe", EnableTerminationProtection=True
    )
    with pytest.raises(stacks.api.exceptions.ClientError, match="TerminationProtection is enabled"):
        stacks.delete("ends-safe")
    stacks.api.update_termination_protection(
        StackName="ends-safe", EnableTerminationProtection=False
    )
    assert stacks.delete("ends-safe")["StackStatus"] == "DELETE_COMPLETE"
