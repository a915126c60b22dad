"""Arguments and results of services as a state machine writes them, by the services' own models."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from botocore.model import Shape
from botocore.response import StreamingBody

ShownMoment = Callable[[datetime], str | int]


LONGEST = 256 * 1024  # bytes of JSON that a state may hand on


class TooLongError(Exception):
    """A result that no state can hold, in Step Functions' words."""


class ArgumentError(Exception):
    """An argument that the service does not have, in Step Functions' words."""


def member(shape: Shape, name: str) -> str:
    """Return the API's name of an argument, which Step Functions begins with a capital letter.

    Raises:
        ArgumentError: there is none.
    """
    for known in (name, name[:1].lower() + name[1:]):
        if known in shape.members and name[:1].isupper():
            return known
    raise ArgumentError(f'The field "{name}" is not supported by Step Functions')


def inward(value: Any, shape: Shape) -> Any:  # ruff: ignore[any-type] - JSON
    """Return an argument as botocore wants it.

    Raises:
        ArgumentError: the API has no such member.
    """
    if shape.type_name == "structure" and isinstance(value, dict):
        known = {member(shape, name): item for name, item in value.items()}
        return {name: inward(item, shape.members[name]) for name, item in known.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [inward(item, shape.member) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: inward(item, shape.value) for key, item in value.items()}
    if shape.type_name == "blob":
        return value if isinstance(value, str) else json.dumps(value)
    return value


def outward(value: Any, shape: Shape, moment: ShownMoment) -> Any:  # ruff: ignore[any-type] - JSON
    """Return a result as JSON; ``moment`` says how its times are written."""
    if shape.type_name == "structure" and isinstance(value, dict):
        known = {name: item for name, item in value.items() if name in shape.members}
        return {
            name[:1].upper() + name[1:]: outward(item, shape.members[name], moment)
            for name, item in known.items()
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [outward(item, shape.member, moment) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: outward(item, shape.value, moment) for key, item in value.items()}
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, (bytes, StreamingBody)):
        content = value if isinstance(value, bytes) else value.read()
        return content.decode(errors="replace")
    return value


def bounded(result: Any) -> Any:  # ruff: ignore[any-type] - JSON
    """Return a result that a state can hold.

    Raises:
        TooLongError: it is too long.
    """
    text = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > LONGEST:
        raise TooLongError(
            "The task returned a result with a size exceeding the maximum number of bytes service "
            "limit."
        )
    return result
