"""The values of a stack's parameters, checked against what the template declares."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from local_aws.cloudformation.errors import ValidationError

_LISTS = {"CommaDelimitedList", "List<Number>", "List<String>"}
_TYPES = {"Number", "String"} | _LISTS
_NUMBER = re.compile(r"\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*")
HIDDEN = "****"

Given = Sequence[Mapping[str, Any]]


def parameter_values(
    declared: Mapping[str, Any], given: Given, previous: Mapping[str, str] | None
) -> dict[str, str]:
    """Return every parameter's value as text.

    Args:
        declared: the template's Parameters section.
        given: the request's list of ParameterKey with ParameterValue or UsePreviousValue.
        previous: the values the stack has now; None for a stack that does not exist yet.

    Raises:
        ValidationError: a value is missing, unknown or breaks a constraint; in AWS's words.
    """
    supplied = _supplied(given, previous)
    unknown = [name for name in supplied if name not in declared]
    if unknown:
        raise ValidationError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [n for n, rule in declared.items() if n not in supplied and "Default" not in rule]
    if missing:
        raise ValidationError(f"Parameters: [{', '.join(missing)}] must have values")
    values = {
        name: supplied[name] if name in supplied else _text(rule["Default"])
        for name, rule in declared.items()
    }
    for name, rule in declared.items():
        _check(name, rule, values[name])
    return values


def as_scope(declared: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, str | list[str]]:
    """Return the values as ``Ref`` gives them: lists split at their commas."""
    return {
        name: _items(value) if declared[name]["Type"] in _LISTS else value
        for name, value in values.items()
    }


def shown(declared: Mapping[str, Any], values: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the values as DescribeStacks shows them; NoEcho ones are hidden."""
    return [
        {
            "ParameterKey": name,
            "ParameterValue": HIDDEN if is_true(declared[name].get("NoEcho")) else value,
        }
        for name, value in values.items()
    ]


def is_true(value: object) -> bool:
    """Read a boolean that may be written as text."""
    return str(value).lower() == "true"


def _supplied(given: Given, previous: Mapping[str, str] | None) -> dict[str, str]:
    supplied = {}
    for item in given:
        name = item["ParameterKey"]
        if not is_true(item.get("UsePreviousValue")):
            supplied[name] = str(item.get("ParameterValue", ""))
        elif previous is not None and name in previous:
            supplied[name] = previous[name]
        else:
            raise ValidationError(
                f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true "
                f"for a parameter key not in the previous template"
            )
    return supplied


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(_text(item) for item in value)
    return str(value)


def _items(value: str) -> list[str]:
    return [item.strip() for item in value.split(",")] if value else []


def _check(name: str, rule: Mapping[str, Any], value: str) -> None:
    kind = rule.get("Type")
    if kind not in _TYPES:
        raise ValidationError(
            f"Template format error: the local AWS does not offer the type {kind!r} of parameter "
            f"{name}; it offers {', '.join(sorted(_TYPES))}"
        )
    for item in _items(value) if kind in _LISTS else [value]:
        broken = _broken_rule(name, rule, item)
        if broken and "ConstraintDescription" in rule:
            broken = f"Parameter {name} failed to satisfy constraint: " + str(
                rule["ConstraintDescription"]
            )
        if broken:
            raise ValidationError(broken)


def _broken_rule(name: str, rule: Mapping[str, Any], value: str) -> str | None:
    """Return AWS's sentence for the first rule that the value breaks."""
    if "AllowedValues" in rule and value not in {_text(one) for one in rule["AllowedValues"]}:
        return f"Parameter '{name}' must be one of AllowedValues"
    if "AllowedPattern" in rule and not re.fullmatch(rule["AllowedPattern"], value):
        return f"Parameter '{name}' must match pattern {rule['AllowedPattern']}"
    if "MinLength" in rule and len(value) < int(rule["MinLength"]):
        return f"Parameter '{name}' must contain at least {rule['MinLength']} characters"
    if "MaxLength" in rule and len(value) > int(rule["MaxLength"]):
        return f"Parameter '{name}' must contain at most {rule['MaxLength']} characters"
    if rule["Type"] in {"Number", "List<Number>"}:
        return _broken_bound(name, rule, value)
    return None


def _broken_bound(name: str, rule: Mapping[str, Any], value: str) -> str | None:
    if not _NUMBER.fullmatch(value):
        return f"Parameter '{name}' must be a number."
    if "MinValue" in rule and float(value) < float(rule["MinValue"]):
        return f"Parameter '{name}' must be a number not less than {rule['MinValue']}"
    if "MaxValue" in rule and float(value) > float(rule["MaxValue"]):
        return f"Parameter '{name}' must be a number not greater than {rule['MaxValue']}"
    return None
