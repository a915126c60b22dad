"""The role templates of docs/: a role that may do just what docs/permissions/ says."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from commerce.package import DEFINITION, code_key, function_code
from local_aws.server import LocalAws
from local_aws.settings import ACCOUNT_ID, REGION
from tests.template import COMMERCE
from tests.tools import demo, permissions
from tests.tools.permissions import (
    COMMERCE_ROLE_TEMPLATE,
    COMMERCE_ROLES,
    FOLDER,
    ROLE_TEMPLATE,
    STACK_ROLES,
    commerce_role_template,
    granted,
    role_template,
)

STUDENT_ID = "role-of-twenty-chars"  # the longest that is allowed, with hyphens for the databases
STACK_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MAX_CHARACTERS = 10_240  # of a role's inline policies together, white space not counted
MAX_MANAGED = 6_144  # of one that is managed
ROLES_OF = {  # who runs as a role: service, operation, what it takes, where it tells the role
    "AWS::Glue::Job": ("glue", "get_job", "JobName", "Role"),
    "AWS::Lambda::Function": ("lambda", "get_function", "FunctionName", "Role"),
    "AWS::StepFunctions::StateMachine": (
        "stepfunctions",
        "describe_state_machine",
        "stateMachineArn",
        "roleArn",
    ),
}


class Deployed(NamedTuple):
    """The role of one stack, and the resources of the others, which were given that role."""

    role_arn: str
    resources: list[dict[str, Any]]


@pytest.fixture(scope="module")
def deployed(aws: LocalAws) -> Iterator[Deployed]:
    """Deploy the four templates as docs/permissions.md says."""
    api = aws.client("cloudformation")
    student = {"StudentId": STUDENT_ID}
    _create(api, "role", _body(ROLE_TEMPLATE), student)
    [output] = api.describe_stacks(StackName="role")["Stacks"][0]["Outputs"]
    of_role = {**student, "RoleArn": output["OutputValue"]}
    _create(api, "commerce-role", _body(COMMERCE_ROLE_TEMPLATE), of_role)
    given = {**of_role, "GeneratorState": "DISABLED"}
    _create(api, "with-role", _body(demo.TEMPLATE), given)
    _switch_on(aws, "with-role", given)
    _add_commerce(aws, of_role)
    resources = [
        resource
        for name in ("with-role", "second")
        for resource in api.describe_stack_resources(StackName=name)["StackResources"]
    ]
    yield Deployed(output["OutputValue"], resources)
    for name in ("second", "with-role", "commerce-role", "role"):
        api.delete_stack(StackName=name)
        api.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def _body(file: Path) -> dict[str, str]:
    return {"TemplateBody": file.read_text(encoding="utf-8")}


def _create(
    api: Any,  # ruff: ignore[any-type] - boto3 makes its classes at run time
    name: str,
    template: dict[str, str],
    parameters: dict[str, str],
) -> None:
    api.create_stack(
        StackName=name,
        **template,
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
        Capabilities=["CAPABILITY_IAM"],
    )
    api.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def _switch_on(aws: LocalAws, name: str, parameters: dict[str, str]) -> None:
    """Give a stack its state machine, as docs/operations.md says."""
    api, file = aws.client("cloudformation"), "glue_jobs/orchestration.asl.yaml"
    [bucket] = (
        output["OutputValue"]
        for output in api.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
        if output["OutputKey"] == "AnalyticsBucketName"
    )
    body = (demo.PROJECT / file).read_bytes()
    aws.client("s3").put_object(Bucket=bucket, Key=file, Body=body)
    parameters = {**parameters, "OrchestrationSchedule": "cron(10 * * * ? *)"}
    api.update_stack(
        StackName=name,
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
    )
    api.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def _add_commerce(aws: LocalAws, parameters: dict[str, str]) -> None:
    """Make the second stack; the function of its views is invoked."""
    bucket = f"capstone-analytics-{STUDENT_ID}-{ACCOUNT_ID}"
    code = function_code()
    put = partial(aws.client("s3").put_object, Bucket=bucket)
    put(Key=code_key(code), Body=code)
    put(Key=f"{code_key(code)}.asl.yaml", Body=(demo.PROJECT / DEFINITION).read_bytes())
    put(Key="template", Body=COMMERCE.read_bytes())
    parameters |= {"CodeKey": code_key(code), "CustomersApiUrl": "https://localhost/customers"}
    parameters["QueryApi"] = "true"
    url = f"https://{bucket}.s3.{REGION}.amazonaws.com/template"
    _create(aws.client("cloudformation"), "second", {"TemplateURL": url}, parameters)


def _policies(aws: LocalAws, role_arn: str) -> list[dict[str, Any]]:
    """Return the policies within the role."""
    iam, name = aws.client("iam"), role_arn.rpartition("/")[2]
    return [
        iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    ]


def _managed(aws: LocalAws, role_arn: str) -> list[dict[str, Any]]:
    """Return the policies beside the role."""
    iam, name = aws.client("iam"), role_arn.rpartition("/")[2]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return [
        iam.get_policy_version(PolicyArn=each["PolicyArn"], VersionId="v1")["PolicyVersion"][
            "Document"
        ]
        for each in attached
    ]


def test_file_is_as_made() -> None:
    """The committed templates have the policies that follow from list, table and templates."""
    for file, made in (
        (ROLE_TEMPLATE, role_template()),
        (COMMERCE_ROLE_TEMPLATE, commerce_role_template()),
    ):
        assert file.read_text() == made, f"docs/{file.name} is outdated; run: make permissions"


def test_who_has_the_role(aws: LocalAws, deployed: Deployed) -> None:
    """Everything in the stack that runs as a role runs as the one that was passed."""
    found = {}
    for resource in deployed.resources:
        if resource["ResourceType"] in ROLES_OF:
            service, operation, argument, key = ROLES_OF[resource["ResourceType"]]
            call = getattr(aws.client(service), operation)
            answer = json.dumps(call(**{argument: resource["PhysicalResourceId"]}), default=str)
            found[resource["LogicalResourceId"]] = re.findall(rf'"{key}": "(.*?)"', answer)

    assert found.keys() == {
        "CurateEventsJob",
        "ReportJob",
        "GeneratorFunction",
        "EmptierFunction",
        "OrchestrationStateMachine",
        "LoadCommerceJob",
        "BuildMartsJob",
        "RefreshViewsFunction",
        "ValidatorFunction",
        "FetchCustomersFunction",
        "ListLandingFunction",
        "SchemaChangesFunction",
        "QualityGateFunction",
        "QueryRunnerFunction",
        "OrderReportJob",
        "QualityMonitorFunction",
        "CommerceStateMachine",
    }
    assert set(map(tuple, found.values())) == {(deployed.role_arn,)}


def _expected(role: str, resources: list[dict[str, Any]]) -> set[permissions.Grant]:
    """Return what a role may do, about the names that the stacks really have."""
    names = {resource["LogicalResourceId"]: _name(resource) for resource in resources}
    names |= {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT_ID}
    names |= {"AWS::StackName": "*"}  # whatever the other stack is called
    names = {name: STACK_ID.sub("*", value) for name, value in names.items()}  # and its id
    text = (FOLDER / f"{role}.json").read_text(encoding="utf-8")
    filled = re.sub(r"\$\{(.*?)(?:\.\w+)?\}", lambda match: names[match[1]], text)
    return granted(json.loads(filled))


def _name(resource: dict[str, Any]) -> str:
    """Return a name of what may be known by its ARN or its URL."""
    known = resource["PhysicalResourceId"].rpartition(":")[2]
    if resource["ResourceType"] == "AWS::SQS::Queue":
        return known.rpartition("/")[2]
    if resource["ResourceType"] == "AWS::SecretsManager::Secret":
        return known.rpartition("-")[0]  # AWS's own six characters
    return known


def test_policies(aws: LocalAws, deployed: Deployed) -> None:
    """The role may do what docs/permissions/ says of the first stack."""
    every = set().union(*(_expected(role, deployed.resources) for role in STACK_ROLES))

    [found] = _policies(aws, deployed.role_arn)
    kept = granted(found)
    assert kept <= every
    # What is left out is allowed by a star.
    assert all(
        any(fnmatchcase(resource, of) for by, of in kept if by == action)
        for action, resource in every
    )


def test_managed_policies(aws: LocalAws, deployed: Deployed) -> None:
    """Beside it there is a policy for each of the second stack's roles."""
    found = [granted(document) for document in _managed(aws, deployed.role_arn)]

    for role in COMMERCE_ROLES:
        assert permissions.widest(_expected(role, deployed.resources)) in found
    assert len(found) == len(COMMERCE_ROLES)


def test_trust(aws: LocalAws, deployed: Deployed) -> None:
    """The services that act for the stack may take the role; two of them only for this account."""
    role = aws.client("iam").get_role(RoleName=deployed.role_arn.rpartition("/")[2])["Role"]

    assert [
        (statement["Principal"]["Service"], statement.get("Condition"))
        for statement in role["AssumeRolePolicyDocument"]["Statement"]
    ] == [
        (["glue.amazonaws.com", "lambda.amazonaws.com"], None),
        (
            ["events.amazonaws.com", "states.amazonaws.com"],
            {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}},
        ),
    ]


def test_size(aws: LocalAws, deployed: Deployed) -> None:
    """The policies fit into the role with the longest StudentId, region and partition."""
    within, beside = _policies(aws, deployed.role_arn), _managed(aws, deployed.role_arn)

    assert sum(map(_longest, within)) <= MAX_CHARACTERS
    assert max(map(_longest, beside)) <= MAX_MANAGED


def _longest(policy: dict[str, Any]) -> int:
    text = json.dumps(policy, separators=(",", ":"))
    return len(text.replace(REGION, "ap-southeast-2").replace(":aws:", ":aws-us-gov:"))


def test_nameless_resource(monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy about a resource without a name of its own cannot be written for another stack."""
    grant = permissions.Grant("s3:GetObject", "arn:${AWS::Partition}:s3:::${GeneratorPermission}")
    monkeypatch.setattr(permissions, "needed", lambda _: {grant})

    with pytest.raises(ValueError, match=r"GeneratorPermission.*no template gives it a name"):
        role_template()
