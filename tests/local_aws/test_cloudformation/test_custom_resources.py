"""Custom resources: a function of the user's makes, changes and removes something."""

from typing import TYPE_CHECKING

import pytest

from local_aws.server import LocalAws

if TYPE_CHECKING:
    from tests.local_aws.test_cloudformation.conftest import Stacks

# Puts an object that says what it was asked, and answers as cfnresponse does.
TEMPLATE = """
Parameters:
  Bucket: {Type: String}
  Text: {Type: String, Default: one}
  Answer: {Type: String, Default: SUCCESS}
Resources:
  Storage: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Bucket}}
  Maker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/LabRole'
      Code:
        ZipFile: |
          import json, urllib.request
          import boto3

          def handler(event, context):
              asked = event["ResourceProperties"]
              s3 = boto3.client("s3")
              old = event.get("OldResourceProperties", {}).get("Text", "")
              if event["RequestType"] == "Delete":
                  s3.delete_object(Bucket=asked["Bucket"], Key="made")
              elif asked["Answer"] == "SUCCESS":
                  body = f"{event['RequestType']} {old}>{asked['Text']} {asked['Flag']}"
                  s3.put_object(Bucket=asked["Bucket"], Key="made", Body=body)
              if asked["Answer"] == "SILENCE":
                  raise RuntimeError("fell over")
              answer = {
                  "Status": asked["Answer"], "Reason": "would not",
                  "PhysicalResourceId": "the-made-thing", "StackId": event["StackId"],
                  "RequestId": event["RequestId"], "LogicalResourceId": event["LogicalResourceId"],
                  "Data": {"Shout": asked["Text"].upper()},
              }
              request = urllib.request.Request(
                  event["ResponseURL"], data=json.dumps(answer).encode(), method="PUT",
                  headers={"content-type": ""},
              )
              urllib.request.urlopen(request)
  Made:
    Type: Custom::Made
    Properties:
      ServiceToken: !GetAtt Maker.Arn
      Bucket: !Ref Storage
      Text: !Ref Text
      Answer: !Ref Answer
      Flag: true
Outputs:
  Shout: {Value: !GetAtt Made.Shout}
  Id: {Value: !Ref Made}
"""


def test_life_of_a_custom_resource(stacks: "Stacks", aws: LocalAws) -> None:
    """The function is asked to create, update and delete; its Data are attributes."""
    s3 = aws.client("s3")

    def made() -> str:
        return s3.get_object(Bucket="custom-life", Key="made")["Body"].read().decode()

    assert stacks.create("custom-life", TEMPLATE, Bucket="custom-life")["StackStatus"] == (
        "CREATE_COMPLETE"
    )
    assert stacks.outputs("custom-life") == {"Shout": "ONE", "Id": "the-made-thing"}
    assert made() == "Create >one true"

    stacks.update("custom-life", TEMPLATE, Bucket="custom-life", Text="two")
    assert stacks.outputs("custom-life")["Shout"] == "TWO"
    assert made() == "Update one>two true"

    # The bucket can only go because the function emptied it.
    assert stacks.delete("custom-life")["StackStatus"] == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("FAILED", "Received response status [FAILED] from custom resource. would not"),
        ("SILENCE", "did not receive a response from your Custom Resource Made"),
    ],
)
def test_custom_resource_that_fails(stacks: "Stacks", answer: str, reason: str) -> None:
    """A function that says FAILED, or nothing, fails the stack with its reason."""
    name = f"custom-{answer.lower()}"
    stack = stacks.create(name, TEMPLATE, Bucket=name, Answer=answer)

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert reason in stacks.reason(name, "Made", "CREATE_FAILED")
