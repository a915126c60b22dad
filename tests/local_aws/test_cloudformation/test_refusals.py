"""What is refused is refused before anything is made, in AWS's words."""

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from local_aws.server import LocalAws

if TYPE_CHECKING:
    from tests.local_aws.test_cloudformation.conftest import Stacks

FIRST = "First: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: never-made}}"
ROLE = """
  Role:
    Type: AWS::IAM::Role
    Properties:
      %s
      AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: []}
"""


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        ("{Type: AWS::EC2::VPC}", "Unrecognized resource types: [AWS::EC2::VPC]"),
        ("{Type: AWS::Logs::Nothing}", "Unrecognized resource types: [AWS::Logs::Nothing]"),
        (
            "{Type: AWS::Logs::LogGroup, Properties: {Name: x}}",
            "Additional properties are not allowed ('Name' was unexpected) (E3002, line",
        ),
        (
            "{Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: 2}}",
            "2 is not one of [1, 3, 5, 7,",
        ),
        (
            "{Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref Nobody}}",
            "Unresolved resource dependencies [Nobody] in the Resources block of the template",
        ),
        (
            "{Type: AWS::Logs::LogGroup, DependsOn: Nobody}",
            "Unresolved resource dependencies [Nobody] in the Resources block of the template",
        ),
        (
            "{Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !GetAtt First.Colour}}",
            "'Colour' is not one of ['Arn'] in ['us-west-2'] (E1010",
        ),
        (
            "{Type: AWS::Logs::LogGroup, Properties: {LogGroupClass: INFREQUENT_ACCESS}}",
            "Encountered unsupported property LogGroupClass of resource Second",
        ),
        (
            "{Type: AWS::Glue::Job, Properties: {Role: r, Command: {}, MaintenanceWindow: Sun:1}}",
            "Encountered unsupported property MaintenanceWindow of resource Second",
        ),
        (
            "{Type: AWS::Logs::LogGroup, Properties: {LogGroupName: '{{resolve:ssm:name}}'}}",
            "does not resolve dynamic references",
        ),
        (
            """{Type: AWS::Logs::LogGroup, Condition: Never}
  Third: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Ref Second}}""",
            "Unresolved resource dependencies [Second] in the Resources block of the template",
        ),
    ],
)  # fmt: skip
def test_template(stacks: "Stacks", aws: LocalAws, second: str, sentence: str) -> None:
    """A type, property, value or name that is not there refuses the template as a whole."""
    template = f"""
Conditions: {{Never: !Equals [a, b]}}
Resources:
  {FIRST}
  Second: {second}
"""
    with pytest.raises(ClientError) as refusal:
        stacks.create("refused", template)
    error = refusal.value.response["Error"]

    assert (error["Code"], sentence in error["Message"]) == ("ValidationError", True), error
    assert aws.client("logs").describe_log_groups(logGroupNamePrefix="never")["logGroups"] == []
    with pytest.raises(ClientError, match="Stack with id refused does not exist"):
        stacks.describe("refused")


@pytest.mark.parametrize(
    ("name", "given", "needed"),
    [
        ("", [], "CAPABILITY_IAM"),
        ("RoleName: named", [], "CAPABILITY_NAMED_IAM"),
        ("RoleName: named", ["CAPABILITY_IAM"], "CAPABILITY_NAMED_IAM"),
    ],
)
def test_capabilities(stacks: "Stacks", name: str, given: list[str], needed: str) -> None:
    """IAM resources need to be acknowledged; named ones by name."""
    with pytest.raises(ClientError) as refusal:
        stacks.api.create_stack(
            StackName="refused", TemplateBody="Resources:" + ROLE % name, Capabilities=given
        )
    error = refusal.value.response["Error"]
    assert error["Code"] == "InsufficientCapabilitiesException"
    assert error["Message"] == f"Requires capabilities : [{needed}]"


def test_student_id(stacks: "Stacks") -> None:
    """A parameter that breaks its pattern is answered with the author's own explanation."""
    template = f"""
Parameters:
  StudentId:
    Type: String
    AllowedPattern: ^[a-z0-9-]+$
    ConstraintDescription: StudentId takes lower-case letters, digits and hyphens
Resources:
  {FIRST}
Outputs: {{Id: {{Value: !Ref StudentId}}}}
"""
    with pytest.raises(ClientError) as refusal:
        stacks.create("refused", template, StudentId="Jane Doe")
    assert refusal.value.response["Error"]["Message"] == (
        "Parameter StudentId failed to satisfy constraint: "
        "StudentId takes lower-case letters, digits and hyphens"
    )


def test_long_template(stacks: "Stacks") -> None:
    """A template over 51,200 bytes has to come from S3; there it may be longer."""
    template = "Resources: {Logs: {Type: AWS::Logs::LogGroup}}\n# " + "x" * 51_200
    with pytest.raises(ClientError, match="length less than or equal to 51200"):
        stacks.create("refused", template)


def test_template_in_s3(stacks: "Stacks", aws: LocalAws) -> None:
    """A template's address may be written with the bucket in the path or in the host."""
    s3 = aws.client("s3")
    s3.create_bucket(
        Bucket="refusals", CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    body = "Resources: {Logs: {Type: AWS::Logs::LogGroup}}\n# " + "x" * 51_200
    s3.put_object(Bucket="refusals", Key="a/template.yaml", Body=body.encode())
    for address in (
        f"{aws.settings.endpoint}/refusals/a/template.yaml",
        "https://s3.us-west-2.amazonaws.com/refusals/a/template.yaml",
        "https://refusals.s3.us-west-2.amazonaws.com/a/template.yaml",
    ):
        assert stacks.api.validate_template(TemplateURL=address)["Parameters"] == []
    with pytest.raises(ClientError, match="S3 error: The specified key does not exist"):
        stacks.api.validate_template(TemplateURL=f"{aws.settings.endpoint}/refusals/other.yaml")


def test_stack_that_exists(stacks: "Stacks") -> None:
    """A stack's name is taken while the stack lives."""
    template = "Resources: {Logs: {Type: AWS::Logs::LogGroup}}"
    stacks.create("refused-twice", template)
    with pytest.raises(ClientError) as refusal:
        stacks.create("refused-twice", template)
    error = refusal.value.response["Error"]
    assert error["Code"] == "AlreadyExistsException"
    assert error["Message"] == "Stack [refused-twice] already exists"
    stacks.delete("refused-twice")


def test_stack_that_is_missing(stacks: "Stacks") -> None:
    """Every action on a missing stack says that it is missing."""
    template = "Resources: {Logs: {Type: AWS::Logs::LogGroup}}"
    with pytest.raises(ClientError, match=r"Stack \[nobody\] does not exist"):
        stacks.update("nobody", template)
    with pytest.raises(ClientError, match="Stack with id nobody does not exist"):
        stacks.api.describe_stack_events(StackName="nobody")


def test_name_of_a_stack(stacks: "Stacks") -> None:
    """A stack's name takes letters, digits and hyphens."""
    with pytest.raises(ClientError, match="satisfy regular expression pattern"):
        stacks.create("under_score", "Resources: {Logs: {Type: AWS::Logs::LogGroup}}")


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ({"OnFailure": "DO_NOTHING"}, "OnFailure can only be ROLLBACK"),
        ({"TimeoutInMinutes": 5}, "does not offer TimeoutInMinutes of CreateStack"),
        ({"RoleARN": "arn:aws:iam::123456789012:role/x"}, "does not offer RoleARN of CreateStack"),
    ],
)
def test_option_that_is_not_offered(stacks: "Stacks", option: dict, sentence: str) -> None:
    """An option that would be ignored is refused."""
    template = "Resources: {Logs: {Type: AWS::Logs::LogGroup}}"
    with pytest.raises(ClientError, match=sentence):
        stacks.api.create_stack(StackName="refused", TemplateBody=template, **option)


@pytest.mark.parametrize("operation", ["cancel_update_stack", "continue_update_rollback"])
def test_action_that_is_not_offered(stacks: "Stacks", operation: str) -> None:
    """An action that is not here is refused by name, not an accident of the server."""
    with pytest.raises(ClientError) as refusal:
        getattr(stacks.api, operation)(StackName="refused")
    action = operation.title().replace("_", "")
    assert refusal.value.response["Error"] == {
        "Type": "Sender",
        "Code": "ValidationError",
        "Message": f"The local AWS does not offer {action} of CloudFormation",
    }


def test_type_that_changes(stacks: "Stacks") -> None:
    """A resource cannot become another type."""
    template = "Resources: {One: {Type: %s}}"
    stacks.create("refused-type", template % "AWS::Logs::LogGroup")
    with pytest.raises(ClientError, match=r"modifies resource type .*: \[One\]"):
        stacks.update("refused-type", template % "AWS::SNS::Topic")
    stacks.delete("refused-type")


def test_warning_does_not_refuse(stacks: "Stacks") -> None:
    """What cfn-lint only warns of, such as an unused parameter, is the author's business."""
    template = """
Parameters: {Unused: {Type: String, Default: x}}
Resources: {Logs: {Type: AWS::Logs::LogGroup}}
"""
    assert stacks.create("not-refused", template)["StackStatus"] == "CREATE_COMPLETE"
    stacks.delete("not-refused")
