"""A template as data: intrinsic functions in their long form, inline code as modules."""

from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from cfnlint.decode import decode

PROJECT = Path(__file__).parent.parent
TEMPLATE = PROJECT / "capstone-starter.cfn.yaml"
COMMERCE = PROJECT / "commerce" / "commerce.cfn.yaml"
TEMPLATES = (TEMPLATE, COMMERCE)


@cache
def template(file: Path = TEMPLATE) -> dict[str, Any]:
    """Return a template's sections."""
    body, faults = decode(str(file))
    if faults:
        raise ValueError(f"{file.name} cannot be read: {faults}")
    return body


def resources(resource_type: str, file: Path = TEMPLATE) -> dict[str, Any]:
    """Return the properties of a template's resources of a type by logical name."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template(file)["Resources"].items()
        if resource["Type"] == resource_type
    }


def inline_module(function: str) -> ModuleType:
    """Return a Lambda function's inline code as a module that was just imported."""
    module = ModuleType(function)
    code = resources("AWS::Lambda::Function")[function]["Code"]["ZipFile"]
    exec(compile(code, function, "exec"), module.__dict__)  # ruff: ignore[exec-builtin] - our own
    return module
