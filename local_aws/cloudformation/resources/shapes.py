"""Template values as an API's declared types: CloudFormation writes ``"5"`` where APIs want 5."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.model import Shape

from local_aws.cloudformation.errors import ResourceError


def conform(value: Any, shape: Shape | None, path: str = "") -> Any:  # ruff: ignore[any-type, too-many-return-statements] - any JSON type; one return per type
    """Convert a value to the shape that botocore declares; nothing is left out.

    Raises:
        ResourceError: a structure has a member, or a text a value, that the API does not know.
    """
    if shape is None:
        return value
    match shape.type_name:
        case "structure" if isinstance(value, Mapping):
            return _structure(value, shape, path)
        case "list" if isinstance(value, list):
            return [conform(item, shape.member, f"{path}[]") for item in value]
        case "map" if isinstance(value, Mapping):
            return {str(k): conform(v, shape.value, f"{path}.{k}") for k, v in value.items()}
        case "string":
            return _text(value)
        case "integer" | "long" if isinstance(value, str | float):
            return int(_number(value, path))
        case "float" | "double" if isinstance(value, str):
            return _number(value, path)
        case "boolean" if isinstance(value, str):
            return _boolean(value, path)
    return value


def _structure(value: Mapping[str, Any], shape: Shape, path: str) -> dict[str, Any]:
    members = {name.lower(): name for name in shape.members}
    conformed = {}
    for key, item in value.items():
        # CloudFormation capitalises names that some APIs write in lower camel case.
        name = key if key in shape.members else members.get(key.lower())
        if name is None:
            raise ResourceError(f"Encountered unsupported property {path.lstrip('.')}.{key}")
        conformed[name] = conform(item, shape.members[name], f"{path}.{name}")
    return conformed


def _text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict | list):
        return json.dumps(value)
    return value


def _number(value: str | float, path: str) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise ResourceError(f"{path.lstrip('.')}: {value!r} is not a number") from error


def _boolean(value: str, path: str) -> bool:
    if value.lower() not in {"true", "false"}:
        raise ResourceError(f"{path.lstrip('.')}: {value!r} is neither true nor false")
    return value.lower() == "true"
