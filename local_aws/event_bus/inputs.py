"""What a rule's target is sent: the event, a part of it, another text, or a text made of it."""

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from local_aws.event_bus.errors import RefusedError

compact = partial(json.dumps, separators=(",", ":"))

Event = Mapping[str, Any]
Target = Mapping[str, Any]

# A text in quotes, or a variable outside of them.
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|<[^<>]+>', re.DOTALL)
_VARIABLE = re.compile(r"<([^<>]+)>")


def input_of(target: Target, event: Event, rule_arn: str) -> str:
    """Return what a rule's target is sent for an event.

    Raises:
        RefusedError: it asks for what is not there, or for what is not done here.
    """
    if "InputTransformer" in target:
        return _transformed(target, event, rule_arn)
    if "Input" in target:
        return str(target["Input"])
    return compact(_at(str(target.get("InputPath", "$")), target, event))


def _at(path: str, target: Target, event: Event) -> Any:  # ruff: ignore[any-type] - JSON
    """Return the event, or the part that a path such as ``$.detail.state`` names."""
    found: Any = event
    for key in path.split(".")[1:]:
        if not isinstance(found, Mapping) or key not in found:
            raise RefusedError(
                f"the InputPath of target {target['Id']} is {path!r}, but the event has only "
                f"{', '.join(f'$.{name}' for name in event)}; name one of these"
            )
        found = found[key]
    return found


def _transformed(target: Target, event: Event, rule_arn: str) -> str:
    """Return the template with its variables; in quotes they are bare, else they are JSON."""
    transformer = target["InputTransformer"]
    paths = transformer.get("InputPathsMap", {})
    values = {name: _at(path, target, event) for name, path in paths.items()}
    values |= {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rsplit("/", maxsplit=1)[-1],
    }
    values["aws.events.event.json"] = event

    def written(piece: re.Match[str]) -> str:
        if piece[0].startswith("<"):
            return compact(_value(values, piece[0][1:-1], target))
        return _VARIABLE.sub(lambda found: _bare(_value(values, found[1], target)), piece[0])

    body = _PIECE.sub(written, transformer["InputTemplate"])
    try:
        json.loads(body)
    except ValueError as error:
        raise RefusedError(
            f"the InputTemplate of target {target['Id']} makes no JSON ({error}); correct it"
        ) from error
    return body


def _value(values: Mapping[str, Any], name: str, target: Target) -> Any:  # ruff: ignore[any-type] - JSON
    if name not in values:
        raise RefusedError(
            f"the InputTemplate of target {target['Id']} has <{name}>, but there are only "
            f"{', '.join(f'<{known}>' for known in values)}; name one of these"
        )
    return values[name]


def _bare(value: object) -> str:
    return value if isinstance(value, str) else compact(value)
