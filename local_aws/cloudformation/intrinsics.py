"""The intrinsic functions: a template's values with everything known filled in."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from local_aws.cloudformation.errors import ValidationError

# What AWS shows in a change set for a value that only exists once the resource does.
KNOWN_AFTER_APPLY = "{{changeSet:KNOWN_AFTER_APPLY}}"
_NO_VALUE = object()
# What Fn::Sub fills in.
PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")


class Named(Protocol):
    """What ``Ref`` and ``Fn::GetAtt`` can learn of a resource."""

    @property
    def physical_id(self) -> str:
        """What ``Ref`` returns."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What ``Fn::GetAtt`` returns, by name."""


@dataclass(frozen=True)
class Unknown:
    """A resource that a plan will make: every value of it is known after apply."""

    physical_id: str = KNOWN_AFTER_APPLY
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scope:
    """Everything a name in a template can stand for."""

    parameters: Mapping[str, str | list[str]]
    pseudo: Mapping[str, str]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, Any]
    resources: Mapping[str, Named]
    exports: Mapping[str, str]

    def ref(self, name: str) -> Any:  # ruff: ignore[any-type] - a string, a list, or no value
        """Return what ``Ref`` stands for."""
        if name == "AWS::NoValue":
            return _NO_VALUE
        for values in (self.parameters, self.pseudo):
            if name in values:
                return values[name]
        if name in self.resources:
            return self.resources[name].physical_id
        raise ValidationError(
            f"Template format error: Unresolved resource dependencies [{name}] "
            f"in the Resources block of the template"
        )

    def attribute(self, logical_id: str, name: str) -> Any:  # ruff: ignore[any-type] - of any JSON type
        """Return what ``Fn::GetAtt`` stands for."""
        if logical_id not in self.resources:
            raise ValidationError(
                f"Template error: instance of Fn::GetAtt references undefined resource {logical_id}"
            )
        resource = self.resources[logical_id]
        if isinstance(resource, Unknown):
            return KNOWN_AFTER_APPLY
        if name not in resource.attributes:
            raise ValidationError(
                f"Template error: resource {logical_id} does not support attribute type {name} "
                f"in Fn::GetAtt"
            )
        return resource.attributes[name]

    def holds(self, name: str) -> bool:
        """Evaluate a condition by name."""
        if name not in self.conditions:
            raise ValidationError(
                f"Template format error: Unresolved condition dependency {name} "
                f"in the Conditions block of the template"
            )
        return self._evaluate(self.conditions[name])

    def _evaluate(self, condition: Mapping[str, Any]) -> bool:
        ((function, argument),) = condition.items()
        match function:
            case "Condition":
                return self.holds(argument)
            case "Fn::Equals":
                left, right = (resolve(side, self) for side in argument)
                return text(left) == text(right)
            case "Fn::Not":
                return not self._evaluate(argument[0])
            case "Fn::And":
                return all(self._evaluate(part) for part in argument)
            case "Fn::Or":
                return any(self._evaluate(part) for part in argument)
        raise ValidationError(f"Template error: {function} is not a condition function")

    def export(self, name: str) -> str:
        """Return another stack's exported value."""
        if name not in self.exports:
            raise ValidationError(f"No export named {name} found.")
        return self.exports[name]


def text(value: object) -> str:
    """Write a scalar as CloudFormation does inside a string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict) or value is _NO_VALUE:
        raise ValidationError(f"Template error: {value!r} stands where a string must")
    return str(value)


def choose(value: Any, scope: Scope) -> Any:  # ruff: ignore[any-type] - any JSON value
    """Replace every ``Fn::If`` by the branch that holds: only that one is looked at further."""
    if isinstance(value, list):
        return [choose(item, scope) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Fn::If"}:
        condition, then, otherwise = value["Fn::If"]
        return choose(then if scope.holds(condition) else otherwise, scope)
    return {key: choose(item, scope) for key, item in value.items()}


def resolve(value: Any, scope: Scope) -> Any:  # ruff: ignore[any-type] - any JSON value
    """Fill in every intrinsic function.

    Raises:
        ValidationError: a name stands for nothing, or a function is not offered here.
    """
    if isinstance(value, list):
        return _without_no_value(resolve(item, scope) for item in value)
    if not isinstance(value, dict):
        return _static(value)
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](argument, scope)
        if name.startswith("Fn::"):
            raise ValidationError(f"Template error: the local AWS does not offer {name}")
    resolved = {str(key): resolve(item, scope) for key, item in value.items()}
    return {key: item for key, item in resolved.items() if item is not _NO_VALUE}


def _without_no_value(items: Any) -> list[Any]:  # ruff: ignore[any-type] - an iterator of JSON values
    return [item for item in items if item is not _NO_VALUE]


def _static(value: Any) -> Any:  # ruff: ignore[any-type] - any scalar
    if isinstance(value, str) and "{{resolve:" in value:
        raise ValidationError(
            f"Template error: the local AWS does not resolve dynamic references ({value})"
        )
    return value


def _get_att(argument: Any, scope: Scope) -> Any:  # ruff: ignore[any-type] - any JSON value
    logical_id, name = argument.split(".", 1) if isinstance(argument, str) else argument
    return scope.attribute(logical_id, text(resolve(name, scope)))


def _sub(argument: Any, scope: Scope) -> str:  # ruff: ignore[any-type] - any JSON value
    pattern, given = (argument, {}) if isinstance(argument, str) else argument
    local = {name: resolve(item, scope) for name, item in given.items()}

    def fill(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name.startswith("!"):
            return "${" + name[1:] + "}"
        if name in local:
            return text(local[name])
        if "." in name:
            return text(scope.attribute(*name.split(".", 1)))
        return text(scope.ref(name))

    return _static(PLACEHOLDER.sub(fill, pattern))


def _join(argument: Any, scope: Scope) -> str:  # ruff: ignore[any-type] - any JSON value
    separator, items = argument
    return _static(separator.join(text(item) for item in resolve(items, scope)))


def _split(argument: Any, scope: Scope) -> list[str]:  # ruff: ignore[any-type] - any JSON value
    separator, source = argument
    return text(resolve(source, scope)).split(separator)


def _select(argument: Any, scope: Scope) -> Any:  # ruff: ignore[any-type] - any JSON value
    index, items = int(text(resolve(argument[0], scope))), resolve(argument[1], scope)
    if KNOWN_AFTER_APPLY in items:
        return KNOWN_AFTER_APPLY
    if index not in range(len(items)):
        raise ValidationError(
            f"Template error: Fn::Select cannot select nonexistent value at index {index}"
        )
    return items[index]


def _find_in_map(argument: Any, scope: Scope) -> Any:  # ruff: ignore[any-type] - any JSON value
    keys = [text(resolve(part, scope)) for part in argument]
    found: Any = scope.mappings
    for key in keys:
        if not isinstance(found, Mapping) or key not in found:
            raise ValidationError(f"Template error: Unable to get mapping for {'::'.join(keys)}")
        found = found[key]
    return found


def _base64(argument: Any, scope: Scope) -> str:  # ruff: ignore[any-type] - any JSON value
    return base64.b64encode(text(resolve(argument, scope)).encode()).decode()


def _zones(argument: Any, scope: Scope) -> list[str]:  # ruff: ignore[any-type] - any JSON value
    region = text(resolve(argument, scope)) or scope.pseudo["AWS::Region"]
    return [f"{region}{letter}" for letter in "abc"]


_FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Ref": lambda argument, scope: scope.ref(argument),
    "Fn::Base64": _base64,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _zones,
    "Fn::GetAtt": _get_att,
    "Fn::ImportValue": lambda argument, scope: scope.export(text(resolve(argument, scope))),
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": lambda argument, scope: json.dumps(resolve(argument, scope)),
}
