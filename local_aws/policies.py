"""Whether a resource's own policy lets a service use it: functions and queues; topics have theirs.

Nobody is denied anything else here. A statement whose condition is not on the source lets nobody,
and what denies is not looked at.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

_OPERATORS = {"ArnEquals", "ArnLike", "StringEquals", "StringLike"}


def lets(
    statements: Iterable[Mapping[str, Any]], service: str, action: str, source_arn: str
) -> bool:
    """Tell whether a service such as events.amazonaws.com may act in the name of a source."""
    source = {"aws:sourcearn": source_arn, "aws:sourceaccount": source_arn.split(":")[4]}
    return any(
        statement["Effect"] == "Allow"
        and any(_matches(action, pattern) for pattern in listed(statement.get("Action", [])))
        and _names(statement["Principal"], service)
        and _fits(statement.get("Condition", {}), source)
        for statement in statements
    )


def listed(value: Any) -> list[Any]:  # ruff: ignore[any-type] - IAM takes one or a list of all
    """Return a list of what may be one thing or a list of such."""
    return value if isinstance(value, list) else [value]


def _names(principal: Any, service: str) -> bool:  # ruff: ignore[any-type] - a text or a map
    if isinstance(principal, Mapping):
        return service in listed(principal.get("Service", [])) or principal.get("AWS") == "*"
    return bool(principal == "*")


def _fits(condition: Mapping[str, Mapping[str, Any]], source: Mapping[str, str]) -> bool:
    return all(
        operator in _OPERATORS
        and any(_matches(source.get(key.lower(), ""), pattern) for pattern in listed(wanted))
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def _matches(text: str, pattern: str) -> bool:
    return fnmatchcase(text.lower(), pattern.lower())
