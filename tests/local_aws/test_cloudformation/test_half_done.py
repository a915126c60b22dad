"""A resource of which only a part could be made or changed is undone as a whole."""

from typing import TYPE_CHECKING

from local_aws.server import LocalAws

if TYPE_CHECKING:
    from tests.local_aws.test_cloudformation.conftest import Stacks

ROLE = """
Parameters: {Name: {Type: String}, Says: {Type: String}, Attached: {Type: CommaDelimitedList}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Ref Name
      Description: !Ref Says
      ManagedPolicyArns: !Ref Attached
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {Effect: Allow, Principal: {Service: glue.amazonaws.com}, Action: 'sts:AssumeRole'}
"""
NOWHERE = "arn:aws:iam::123456789012:policy/not-there"


def test_half_made_resource(stacks: "Stacks", aws: LocalAws) -> None:
    """A role that was made and could not be given its policy is removed again."""
    stack = stacks.create("life-half", ROLE, Name="life-half", Says="one", Attached=NOWHERE)

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "not-there" in stacks.reason("life-half", "Role", "CREATE_FAILED")
    assert "life-half" not in {one["RoleName"] for one in aws.client("iam").list_roles()["Roles"]}


def test_half_updated_resource(stacks: "Stacks", aws: LocalAws) -> None:
    """A role that could be changed in part only is as before in all."""
    stacks.create("life-part-way", ROLE, Name="life-part-way", Says="one", Attached="")
    stack = stacks.update("life-part-way", ROLE, Name="life-part-way", Says="2", Attached=NOWHERE)

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert aws.client("iam").get_role(RoleName="life-part-way")["Role"]["Description"] == "one"
