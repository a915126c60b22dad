"""When a change needs a new resource: AWS's own published schemas say it, cfn-lint carries them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from local_aws.cloudformation.resources.registry import RESOURCE_TYPES, is_custom


def changed_names(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return the top-level properties that differ, sorted."""
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))


def needs_replacement(
    type_name: str, old: Mapping[str, Any], new: Mapping[str, Any], region: str
) -> bool:
    """Tell whether a create-only property differs."""
    return any(_at(old, path) != _at(new, path) for path in create_only(type_name, region))


def custom_name(type_name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """Return the user's own name if it stays: AWS cannot replace the resource then."""
    if is_custom(type_name):
        return None
    kind = RESOURCE_TYPES[type_name]
    if kind.name_property is None:
        return None
    identity = [tuple(path.split(".")) for path in (kind.name_property, *kind.name_scope)]
    stays = all(_at(old, path) == _at(new, path) for path in identity)
    return _at(new, identity[0]) if stays else None


@lru_cache(maxsize=64)
def create_only(type_name: str, region: str) -> tuple[tuple[str, ...], ...]:
    """Return the paths of the properties that cannot change in place."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    if is_custom(type_name):
        return (("ServiceToken",),)
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, type_name).schema
    pointers = [p.removeprefix("/properties/") for p in schema.get("createOnlyProperties") or ()]
    also = RESOURCE_TYPES[type_name].also_create_only
    return tuple(tuple(path.split("/")) for path in [*pointers, *also])


def _at(properties: Any, path: tuple[str, ...]) -> Any:  # ruff: ignore[any-type] - any JSON value
    for name in path:
        properties = properties.get(name) if isinstance(properties, Mapping) else None
    return properties
