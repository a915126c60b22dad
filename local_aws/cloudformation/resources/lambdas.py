"""Lambda functions and who may invoke them."""

import io
import zipfile
from pathlib import Path
from typing import Any

from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.resources.base import (
    Context,
    Properties,
    ResourceType,
    only,
    without,
)
from local_aws.cloudformation.resources.tags import retag

# Inline code that mentions it gets it, and no other code, as on AWS.
_CFNRESPONSE = Path(__file__).with_name("cfnresponse.py")
# The local Lambda takes these when a function is made and has no operation to change them.
_FIXED = ("Architectures", "EphemeralStorage", "TracingConfig")
_CODE = ("S3Bucket", "S3Key", "S3ObjectVersion", "ZipFile")
# What an update must say when the template no longer does: AWS's defaults.
_DEFAULTS = {
    "Description": "",
    "Environment": {"Variables": {}},
    "Layers": [],
    "LoggingConfig": {},
    "MemorySize": 128,
    "Timeout": 3,
}
# What other operations set.
_ELSEWHERE = (
    *_FIXED,
    "Code",
    "FunctionName",
    "PackageType",
    "ReservedConcurrentExecutions",
    "Tags",
)


class Function(ResourceType):
    """AWS::Lambda::Function."""

    type_name = "AWS::Lambda::Function"
    name_property = "FunctionName"
    tag_style = list
    supported = (
        "Architectures",
        *(f"Code.{source}" for source in _CODE),
        "Description",
        "Environment.Variables.*",
        "EphemeralStorage.Size",
        "FunctionName",
        "Handler",
        "LoggingConfig.LogGroup",
        "MemorySize",
        "PackageType",
        "ReservedConcurrentExecutions",
        "Role",
        "Runtime",
        "Tags.Key",
        "Tags.Value",
        "Timeout",
        "TracingConfig.Mode",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Make the function; inline code becomes a zip with an index file, as on AWS."""
        name = properties.get("FunctionName") or context.generated_name()
        tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
        context.call(
            "lambda",
            "create_function",
            **without(properties, "Code", "FunctionName", "ReservedConcurrentExecutions", "Tags"),
            FunctionName=name,
            Code=_code(properties),
            Tags=tags,
        )
        return name

    def complete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Reserve concurrency, if asked."""
        _reserve(physical_id, {}, properties, context)

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Change code and configuration, each if it differs."""
        fixed = [name for name in _FIXED if old.get(name) != new.get(name)]
        if fixed:
            raise ResourceError(f"The local AWS cannot change {fixed[0]} of an existing function")
        if _code(new) != _code(old):
            context.call("lambda", "update_function_code", FunctionName=physical_id, **_code(new))
        if _configuration(new) != _configuration(old):
            configuration = _configuration(new)
            context.call(
                "lambda", "update_function_configuration", FunctionName=physical_id, **configuration
            )
        _reserve(physical_id, old, new, context)
        retag("lambda", context.arn("lambda", f"function:{physical_id}"), old, new, context)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Remove the function."""
        del properties
        context.call("lambda", "delete_function", FunctionName=physical_id)

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the ARN."""
        del properties
        return {"Arn": context.arn("lambda", f"function:{physical_id}")}


def _configuration(properties: Properties) -> dict[str, Any]:
    return {**_DEFAULTS, **without(properties, *_ELSEWHERE)}


def _reserve(name: str, old: Properties, new: Properties, context: Context) -> None:
    key = "ReservedConcurrentExecutions"
    if key in new and new[key] != old.get(key):
        context.call("lambda", "put_function_concurrency", FunctionName=name, **only(new, key))
    elif key in old and key not in new:
        context.call("lambda", "delete_function_concurrency", FunctionName=name)


def _code(properties: Properties) -> dict[str, Any]:
    code = properties["Code"]
    if "ZipFile" not in code:
        return dict(code)
    if not str(properties.get("Runtime", "")).startswith("python"):
        return {"ZipFile": _packed({"index.js": code["ZipFile"]})}
    files = {"index.py": code["ZipFile"]}
    if "cfnresponse" in code["ZipFile"]:
        files["cfnresponse.py"] = _CFNRESPONSE.read_text(encoding="utf-8")
    return {"ZipFile": _packed(files)}


def _packed(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            # A ZipInfo carries a fixed date: the same code gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


class Permission(ResourceType):
    """AWS::Lambda::Permission: every change replaces it."""

    type_name = "AWS::Lambda::Permission"
    supported = ("Action", "FunctionName", "Principal", "SourceAccount", "SourceArn")

    def create(self, properties: Properties, context: Context) -> str:
        """Add the statement to the function's policy."""
        statement = context.generated_name(100)
        context.call("lambda", "add_permission", StatementId=statement, **properties)
        return statement

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Never: every property is create-only."""
        del old, new, context
        raise ResourceError(f"Permission {physical_id} cannot change, only be replaced")

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Take the statement away."""
        function = properties["FunctionName"]
        context.call("lambda", "remove_permission", FunctionName=function, StatementId=physical_id)

    def attributes(
        self, physical_id: str, properties: Properties, context: Context
    ) -> dict[str, Any]:
        """Return the statement's id."""
        del properties, context
        return {"Id": physical_id}


class EventInvokeConfig(ResourceType):
    """AWS::Lambda::EventInvokeConfig of a function itself, not of a version or alias."""

    type_name = "AWS::Lambda::EventInvokeConfig"
    supported = (
        "DestinationConfig.OnFailure.Destination",
        "FunctionName",
        "MaximumEventAgeInSeconds",
        "MaximumRetryAttempts",
        "Qualifier",
    )

    def create(self, properties: Properties, context: Context) -> str:
        """Choose an id; the function is told on completion."""
        if properties["Qualifier"] != "$LATEST":
            raise ResourceError(
                f"The local AWS has one version of a function, $LATEST; the Qualifier is "
                f"{properties['Qualifier']}"
            )
        return context.generated_name()

    def complete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Tell the function."""
        self.update(physical_id, {}, properties, context)

    def update(self, physical_id: str, old: Properties, new: Properties, context: Context) -> None:
        """Tell it anew; what is no longer given is AWS's default again."""
        del physical_id, old
        settings = without(new, "Qualifier")
        context.call("lambda", "put_function_event_invoke_config", **settings)

    def delete(self, physical_id: str, properties: Properties, context: Context) -> None:
        """Leave the function with AWS's defaults."""
        del physical_id
        named = only(properties, "FunctionName")
        context.call("lambda", "delete_function_event_invoke_config", **named)
