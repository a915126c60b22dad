"""What a value of a template refers to: this decides what is made before what."""

from typing import Any

from local_aws.cloudformation.intrinsics import PLACEHOLDER


def references(value: Any) -> set[str]:  # ruff: ignore[any-type] - any JSON value
    """Return the names that a value refers to: of parameters, pseudo parameters, resources."""
    if isinstance(value, list):
        return {name for item in value for name in references(item)}
    if not isinstance(value, dict):
        return set()
    if set(value) == {"Ref"}:
        return {value["Ref"]}
    if set(value) == {"Fn::GetAtt"}:
        target = value["Fn::GetAtt"]
        return {(target.split(".") if isinstance(target, str) else target)[0]}
    if set(value) == {"Fn::Sub"}:
        return _sub_references(value["Fn::Sub"])
    return {name for item in value.values() for name in references(item)}


def _sub_references(argument: Any) -> set[str]:  # ruff: ignore[any-type] - any JSON value
    pattern, local = (argument, {}) if isinstance(argument, str) else argument
    names = {match.strip() for match in PLACEHOLDER.findall(pattern)}
    outer = {name.split(".")[0] for name in names - set(local) if not name.startswith("!")}
    return outer | references(list(local.values()))
