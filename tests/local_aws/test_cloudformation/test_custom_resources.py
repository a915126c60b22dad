"""Custom resources: a function of the user's makes, changes and removes something."""

import json
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from botocore.exceptions import ClientError

from local_aws.server import LocalAws

if TYPE_CHECKING:
    from tests.local_aws.test_cloudformation.conftest import Stacks

# The function keeps every request in a bucket and answers through cfnresponse. What it is to do
# otherwise at one kind of request stands in Wrong, such as "Delete FAILED".
TEMPLATE = """
Parameters:
  Bucket: {Type: String}
  Text: {Type: String, Default: one}
  Wrong: {Type: String, Default: never}
  Timeout: {Type: Number, Default: 30}
  ServiceTimeout: {Type: Number, Default: 60}
Resources:
  Maker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/LabRole'
      Timeout: !Ref Timeout
      Code:
        ZipFile: |
          import json, time
          import boto3
          import cfnresponse

          def handler(event, context):
              asked, kind = event["ResourceProperties"], event["RequestType"]
              boto3.client("s3").put_object(
                  Bucket=asked["Bucket"], Key=f"{time.time_ns()}", Body=json.dumps(event))
              status = "SUCCESS"
              if asked["Wrong"].startswith(kind):
                  status = asked["Wrong"].split()[1]
              match status:
                  case "SILENCE":
                      raise RuntimeError("fell over")
                  case "SLEEP":
                      time.sleep(4)
                  case "LONG":
                      cfnresponse.send(event, context, "SUCCESS", {"x": "y" * 4096}, "long")
                  case "OTHER":
                      event["RequestId"] = "other"
                      cfnresponse.send(event, context, "SUCCESS", {}, "other")
                  case _:
                      data = {"Shout": asked["Text"].upper()}
                      cfnresponse.send(event, context, status, data, "made-" + asked["Text"],
                                       reason="would not")
  Made:
    Type: Custom::Made
    Properties:
      ServiceToken: !GetAtt Maker.Arn
      ServiceTimeout: !Ref ServiceTimeout
      Bucket: !Ref Bucket
      Text: !Ref Text
      Wrong: !Ref Wrong
      Nested: {Flag: true, Numbers: [1, 2.5]}
Outputs:
  Shout: {Value: !GetAtt Made.Shout}
  Id: {Value: !Ref Made}
"""

_numbers = count(1)
Requests = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def requests(aws: LocalAws) -> Requests:
    """What the functions that keep their requests in a bucket were asked, oldest first."""
    s3 = aws.client("s3")

    def of_bucket(name: str) -> list[dict[str, Any]]:
        listed = s3.list_objects_v2(Bucket=name).get("Contents", [])
        bodies = [s3.get_object(Bucket=name, Key=one["Key"])["Body"].read() for one in listed]
        return [json.loads(body) for body in bodies]

    return of_bucket


@pytest.fixture
def bucket(aws: LocalAws) -> str:
    """A bucket outside of the stack, whose name is the stack's too."""
    name, where = f"custom-{next(_numbers)}", {"LocationConstraint": "us-west-2"}
    aws.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=where)
    return name


def told(request: dict[str, Any]) -> tuple[str, str | None, str | None]:
    """Return the kind of a request, the physical id that it names, and the text before."""
    before = request.get("OldResourceProperties", {}).get("Text")
    return request["RequestType"], request.get("PhysicalResourceId"), before


def test_life(stacks: "Stacks", bucket: str, requests: Requests) -> None:
    """The function is asked to create, update and delete; its Data are attributes.

    By another physical id it says that it made another thing, and is asked to delete the first.
    """
    assert stacks.create(bucket, TEMPLATE, Bucket=bucket)["StackStatus"] == "CREATE_COMPLETE"
    assert stacks.outputs(bucket) == {"Shout": "ONE", "Id": "made-one"}
    stacks.update(bucket, TEMPLATE, Bucket=bucket, ServiceTimeout="50")
    stacks.update(bucket, TEMPLATE, Bucket=bucket, ServiceTimeout="50", Text="two")
    assert stacks.outputs(bucket) == {"Shout": "TWO", "Id": "made-two"}
    assert stacks.delete(bucket)["StackStatus"] == "DELETE_COMPLETE"

    asked = requests(bucket)
    assert [told(request) for request in asked] == [
        ("Create", None, None),
        ("Update", "made-one", "one"),
        ("Update", "made-one", "one"),
        ("Delete", "made-one", None),
        ("Delete", "made-two", None),
    ]
    assert asked[0]["ResourceType"] == "Custom::Made"
    assert asked[0]["ResourceProperties"]["Nested"] == {"Flag": "true", "Numbers": ["1", "2.5"]}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (
            "FAILED",
            (
                "Received response status [FAILED] from custom resource. "
                "Message returned: would not (RequestId: {RequestId})"
            ),
        ),
        (
            "SILENCE",
            (
                "CloudFormation did not receive a response from your Custom Resource. Please check "
                "your logs for requestId [{RequestId}]. The function ended with: "
                '{{"errorMessage": "fell over"'
            ),
        ),
        ("LONG", "Response object is too long."),
        ("OTHER", "Invalid response object: RequestId is not that of the request"),
    ],
)
def test_creation_that_fails(
    stacks: "Stacks", bucket: str, requests: Requests, wrong: str, reason: str
) -> None:
    """A function that does not answer well fails the stack, and is asked to clean up."""
    stack = stacks.create(bucket, TEMPLATE, Bucket=bucket, Wrong=f"Create {wrong}")
    create, delete = requests(bucket)

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert reason.format(**create) in stacks.reason(bucket, "Made", "CREATE_FAILED")
    assert delete["RequestType"] == "Delete"
    assert delete["PhysicalResourceId"]


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ({"Timeout": "1"}, "Task timed out after 1.00 seconds"),
        ({"ServiceTimeout": "1"}, "still ran after the 1 seconds of ServiceTimeout"),
    ],
)
def test_function_that_takes_too_long(
    stacks: "Stacks", bucket: str, limit: dict[str, str], reason: str
) -> None:
    """Lambda's timeout ends the function, CloudFormation's the waiting for it."""
    stacks.create(bucket, TEMPLATE, Bucket=bucket, Wrong="Create SLEEP", **limit)

    assert reason in stacks.reason(bucket, "Made", "CREATE_FAILED")


def test_update_that_fails(stacks: "Stacks", bucket: str, requests: Requests) -> None:
    """The function is asked to go back to what was before."""
    stacks.create(bucket, TEMPLATE, Bucket=bucket)
    stack = stacks.update(bucket, TEMPLATE, Bucket=bucket, Text="two", Wrong="Update FAILED")

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "would not" in stacks.reason(bucket, "Made", "UPDATE_FAILED")
    assert stacks.outputs(bucket) == {"Shout": "ONE", "Id": "made-one"}
    assert [told(request) for request in requests(bucket)] == [
        ("Create", None, None),
        ("Update", "made-one", "one"),
        ("Update", "made-one", "two"),
    ]


def test_update_that_cannot_be_undone(stacks: "Stacks", bucket: str) -> None:
    """A function that refuses to go back leaves a stack that can only be deleted."""
    stacks.create(bucket, TEMPLATE, Bucket=bucket, Wrong="Update FAILED")
    stack = stacks.update(bucket, TEMPLATE, Bucket=bucket, Text="two", Wrong="Update FAILED")

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_FAILED"
    assert stack["StackStatusReason"] == "The following resource(s) failed to update: [Made]."
    with pytest.raises(ClientError, match="is in UPDATE_ROLLBACK_FAILED state"):
        stacks.update(bucket, TEMPLATE, Bucket=bucket, Text="three")
    assert stacks.delete(bucket)["StackStatus"] == "DELETE_COMPLETE"


def test_deletion_that_fails(stacks: "Stacks", bucket: str) -> None:
    """The stack stays until the function deletes, or the resource is left behind."""
    stacks.create(bucket, TEMPLATE, Bucket=bucket, Wrong="Delete FAILED")
    stack = stacks.delete(bucket)

    assert stack["StackStatus"] == "DELETE_FAILED"
    assert "would not" in stacks.reason(bucket, "Made", "DELETE_FAILED")
    stacks.api.delete_stack(StackName=bucket, RetainResources=["Made"])
    assert stacks.ended(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def test_function_that_is_missing(stacks: "Stacks") -> None:
    """Nobody can be asked: nothing was made, nothing has to be deleted."""
    template = """
    Resources:
      Made:
        Type: AWS::CloudFormation::CustomResource
        Properties:
          ServiceToken: !Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:nobody'
    """
    assert stacks.create("custom-nobody", template)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Cannot invoke arn:aws:lambda:us-west-2:" in stacks.reason(
        "custom-nobody", "Made", "CREATE_FAILED"
    )


def test_late_answer(aws: LocalAws) -> None:
    """Who answers a request that is not open is refused."""
    address = f"{aws.settings.endpoint}/cloudformation_us-west-2/cfnresponse?token=long-gone"
    assert urllib3.request("PUT", address, body=b"{}", headers={"content-type": ""}).status == 403
