"""IAM roles and policies; nothing is enforced on this machine, everything can be read back."""

import json
from typing import Any

from local_aws.cloudformation.resources.base import Context, Properties, ResourceType, only
from local_aws.cloudformation.resources.tags import retag

_MANAGED_POLICY_ATTRIBUTES = (
    "AttachmentCount",
    "CreateDate",
    "DefaultVersionId",
    "IsAttachable",
    "PolicyId",
    "UpdateDate",
)


class Role(ResourceType):
    """AWS::IAM::Role."""

    type_name = "AWS::IAM::Role"
    name_property = "RoleName"
    tag_style = list
    supported = (
        "AssumeRolePolicyDocument.**",
        "Description",
        "ManagedPolicyArns",
        "MaxSessionDuration",
        "Path",
        "Policies.PolicyDocument.**",
        "Policies.PolicyName",
        "RoleName",
        "Tags.Key",
        "Tags.Value",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Make the role, still without permissions."""
        name = properties.get("RoleName") or context.generated_name()
        context.call(
            "iam",
            "create_role",
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps(properties["AssumeRolePolicyDocument"]),
            **only(properties, "Description", "MaxSessionDuration", "Path", "Tags"),
        )
        return name

    def complete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Give the role its policies."""
        _set_policies(physical_id, {}, properties, context)

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Change who may assume the role, what it may do, and how it is described."""
        trust = json.dumps(new["AssumeRolePolicyDocument"])
        context.call("iam", "update_assume_role_policy", RoleName=physical_id, PolicyDocument=trust)
        context.call(
            "iam",
            "update_role",
            RoleName=physical_id,
            Description=new.get("Description", ""),
            MaxSessionDuration=new.get("MaxSessionDuration", 3600),
        )
        _set_policies(physical_id, old, new, context)
        retag("iam", physical_id, old, new, context)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Take the policies away, then the role."""
        _set_policies(physical_id, properties, {}, context)
        context.call("iam", "delete_role", RoleName=physical_id)

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the ARN and the id."""
        del properties
        role = context.call("iam", "get_role", RoleName=physical_id)["Role"]
        return {"Arn": role["Arn"], "RoleId": role["RoleId"]}


def _set_policies(role: str, old: Properties, new: Properties, context: Context) -> None:
    attached = set(old.get("ManagedPolicyArns", [])), set(new.get("ManagedPolicyArns", []))
    for arn in sorted(attached[0] - attached[1]):
        context.discard("iam", "detach_role_policy", RoleName=role, PolicyArn=arn)
    for arn in sorted(attached[1] - attached[0]):
        context.call("iam", "attach_role_policy", RoleName=role, PolicyArn=arn)
    before, after = _inline(old), _inline(new)
    for name in before.keys() - after.keys():
        context.discard("iam", "delete_role_policy", RoleName=role, PolicyName=name)
    for name, document in after.items():
        _put_inline(role, name, document, context)


def _inline(properties: Properties) -> dict[str, Any]:
    return {p["PolicyName"]: p["PolicyDocument"] for p in properties.get("Policies", [])}


def _put_inline(role: str, name: str, document: Properties, context: Context) -> None:
    context.call(
        "iam",
        "put_role_policy",
        RoleName=role,
        PolicyName=name,
        PolicyDocument=json.dumps(document),
    )


class Policy(ResourceType):
    """AWS::IAM::Policy: the same inline policy in several roles."""

    type_name = "AWS::IAM::Policy"
    supported = ("PolicyDocument.**", "PolicyName", "Roles")

    def create(self, properties: Properties, context: Context) -> str:
        """Choose an id; the roles get the policy on completion."""
        del properties
        return context.generated_name()

    def complete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Put the policy into every role."""
        self.update(physical_id, {}, properties, context)

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Put the policy into the roles of now; take the old one from the others."""
        kept = new.get("Roles", []) if old.get("PolicyName") == new.get("PolicyName") else []
        gone = {**old, "Roles": [role for role in old.get("Roles", []) if role not in kept]}
        self.delete(physical_id, gone, context)
        for role in new.get("Roles", []):
            _put_inline(role, new["PolicyName"], new["PolicyDocument"], context)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Take the policy from every role."""
        del physical_id
        for role in properties.get("Roles", []):
            context.discard(
                "iam", "delete_role_policy", RoleName=role, PolicyName=properties["PolicyName"]
            )

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the id."""
        del properties, context
        return {"Id": physical_id}


class ManagedPolicy(ResourceType):
    """AWS::IAM::ManagedPolicy."""

    type_name = "AWS::IAM::ManagedPolicy"
    name_property = "ManagedPolicyName"
    supported = ("Description", "ManagedPolicyName", "Path", "PolicyDocument.**", "Roles")

    def create(self, properties: Properties, context: Context) -> str:
        """Make the policy; its ARN is its id."""
        name = properties.get("ManagedPolicyName") or context.generated_name(128)
        made = context.call(
            "iam",
            "create_policy",
            PolicyName=name,
            PolicyDocument=json.dumps(properties["PolicyDocument"]),
            **only(properties, "Description", "Path"),
        )
        return made["Policy"]["Arn"]

    def complete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Attach the policy to its roles."""
        _attach(physical_id, [], properties.get("Roles", []), context)

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Make a new default version; attach and detach."""
        if new["PolicyDocument"] != old["PolicyDocument"]:
            self._drop_other_versions(physical_id, context)
            document = json.dumps(new["PolicyDocument"])
            context.call(
                "iam",
                "create_policy_version",
                PolicyArn=physical_id,
                PolicyDocument=document,
                SetAsDefault=True,
            )
        _attach(physical_id, old.get("Roles", []), new.get("Roles", []), context)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Detach the policy, then remove it with all its versions."""
        _attach(physical_id, properties.get("Roles", []), [], context)
        self._drop_other_versions(physical_id, context)
        context.call("iam", "delete_policy", PolicyArn=physical_id)

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the ARN, and what IAM tells of the policy as it is now."""
        del properties
        policy = context.call("iam", "get_policy", PolicyArn=physical_id)["Policy"]
        return {"PolicyArn": policy["Arn"], **only(policy, *_MANAGED_POLICY_ATTRIBUTES)}

    @staticmethod
    def _drop_other_versions(arn: str, context: Context) -> None:
        """Remove all versions but the default: IAM keeps five at most."""
        for version in context.call("iam", "list_policy_versions", PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                number = version["VersionId"]
                context.call("iam", "delete_policy_version", PolicyArn=arn, VersionId=number)


def _attach(arn: str, old: list[str], new: list[str], context: Context) -> None:
    for role in sorted(set(old) - set(new)):
        context.discard("iam", "detach_role_policy", RoleName=role, PolicyArn=arn)
    for role in sorted(set(new) - set(old)):
        context.call("iam", "attach_role_policy", RoleName=role, PolicyArn=arn)
