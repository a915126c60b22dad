"""Which properties are honoured, which are only remembered, which are refused."""

from collections.abc import Iterator, Mapping
from typing import Any

from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.resources.registry import RESOURCE_TYPES, is_custom

# Decoration: kept with the stack, shown by GetTemplate, without effect on this machine.
# Every other property is honoured by the service's local API, or refused by name.
REMEMBERED: Mapping[tuple[str, str], str] = {
    ("AWS::Glue::Job", "JobMode"): "it only says how the console's editor opens the script",
}


def check_supported(logical_id: str, type_name: str, properties: Mapping[str, Any]) -> None:
    """Refuse a property that would be dropped.

    Raises:
        ValidationError: naming the resource and the property.
    """
    if is_custom(type_name):
        return
    allowed = [path.split(".") for path in RESOURCE_TYPES[type_name].supported]
    for path in paths_of(properties):
        if not any(_covers(pattern, path) for pattern in allowed):
            raise ValidationError(
                f"Encountered unsupported property {'.'.join(path)} of resource {logical_id}: "
                f"AWS may know it, the local {type_name} does not honour it"
            )


def honoured(type_name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties without those that are only remembered."""
    kept = dict(properties)
    for owner, path in REMEMBERED:
        if owner == type_name:
            kept = _dropped(kept, path.split("."))
    return kept


def paths_of(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:  # ruff: ignore[any-type]
    """Yield the path of every leaf; items of a list share their list's path."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from paths_of(item, (*path, key))
    elif isinstance(value, list) and value:
        for item in value:
            yield from paths_of(item, path)
    else:
        yield path


def _covers(pattern: list[str], path: tuple[str, ...]) -> bool:
    if pattern[-1] == "**":
        return list(path[: len(pattern) - 1]) == pattern[:-1]
    if len(path) < len(pattern):  # an empty map or list where members are expected
        return list(path) == pattern[: len(path)]
    return len(path) == len(pattern) and all(
        wanted in {"*", given} for wanted, given in zip(pattern, path, strict=True)
    )


def _dropped(properties: Mapping[str, Any], path: list[str]) -> dict[str, Any]:
    name, *rest = path
    kept = {key: value for key, value in properties.items() if rest or key != name}
    if rest and isinstance(kept.get(name), Mapping):
        kept[name] = _dropped(kept[name], rest)
    return kept
