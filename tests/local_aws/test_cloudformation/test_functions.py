"""Functions of a stack whose code is a zip in S3."""

import io
import json
import zipfile
from typing import TYPE_CHECKING
from uuid import uuid4

from local_aws.server import LocalAws

if TYPE_CHECKING:
    from tests.local_aws.test_cloudformation.conftest import Stacks

TEMPLATE = """
Parameters: {Bucket: {Type: String}, Key: {Type: String}, Text: {Type: String, Default: one}}
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Code: {S3Bucket: !Ref Bucket, S3Key: !Ref Key}
      Environment: {Variables: {TEXT: !Ref Text}}
      EphemeralStorage: {Size: 2048}
      Handler: shop.functions.say.handler
      Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/LabRole'
      Runtime: python3.12
      Timeout: 30
Outputs: {Function: {Value: !Ref Function}}
"""
CODE = """
import os
def handler(event, context):
    return [%r, os.environ["TEXT"]]
"""


def _put(aws: LocalAws, bucket: str, key: str) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("shop/functions/say.py", CODE % key)
    aws.client("s3").put_object(Bucket=bucket, Key=key, Body=content.getvalue())


def test_code_in_s3(aws: LocalAws, stacks: "Stacks") -> None:
    """Another key is other code, in the same function; a key that is not there changes nothing."""
    name = f"code-{uuid4().hex[:8]}"
    where = {"LocationConstraint": "us-west-2"}
    aws.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=where)
    for key in ("a.zip", "b.zip"):
        _put(aws, name, key)

    def says() -> object:
        function = stacks.outputs(name)["Function"]
        answer = aws.client("lambda").invoke(FunctionName=function)
        return json.load(answer["Payload"])

    stacks.create(name, TEMPLATE, Bucket=name, Key="a.zip")
    ids = stacks.physical_ids(name)
    assert says() == ["a.zip", "one"]
    stacks.update(name, TEMPLATE, Bucket=name, Key="b.zip", Text="two")
    assert says() == ["b.zip", "two"]
    failed = stacks.update(name, TEMPLATE, Bucket=name, Key="none.zip", Text="three")
    assert failed["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "NoSuchKey" in stacks.reason(name, "Function", "UPDATE_FAILED")
    assert says() == ["b.zip", "two"]
    assert stacks.physical_ids(name) == ids
