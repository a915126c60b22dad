"""What is remembered of stacks: plain data, so that it can be pickled and restored."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# A status that a stopped server leaves behind, and what the stack is in after a restart.
_SETTLED = {
    "CREATE_IN_PROGRESS": "CREATE_FAILED",
    "DELETE_IN_PROGRESS": "DELETE_FAILED",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_FAILED",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_IN_PROGRESS": "UPDATE_FAILED",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_IN_PROGRESS": "UPDATE_FAILED",
}
INTERRUPTED = "The local AWS was stopped during this operation."


def now() -> datetime:
    """Return the time as events carry it."""
    return datetime.now(UTC)


@dataclass
class StackResource:
    """One resource that a stack has."""

    logical_id: str
    type_name: str
    physical_id: str
    properties: dict[str, Any]
    attributes: dict[str, Any] = field(default_factory=dict)
    depends_on: frozenset[str] = frozenset()
    deletion_policy: str = "Delete"
    replace_policy: str = "Delete"
    metadata: dict[str, Any] = field(default_factory=dict)
    status: str = "CREATE_COMPLETE"
    reason: str | None = None
    changed: datetime = field(default_factory=now)


@dataclass(frozen=True)
class Wanted:
    """One resource that a template asks for, its conditions decided, its references open."""

    logical_id: str
    type_name: str
    properties: dict[str, Any]
    depends_on: frozenset[str]
    deletion_policy: str
    replace_policy: str
    metadata: dict[str, Any]


@dataclass(frozen=True)
class Design:
    """What a stack is asked to be: template, parameters, and what follows from them."""

    body: str
    document: dict[str, Any]
    parameters: dict[str, str]
    tags: list[dict[str, str]]
    capabilities: list[str]
    resources: tuple[Wanted, ...]  # in the order of making
    outputs: dict[str, Any]
    imports: frozenset[str]

    def section(self, name: str) -> dict[str, Any]:
        """Return a section of the template; an absent one is empty."""
        return self.document.get(name) or {}


@dataclass
class Stack:
    """A stack: what it was asked to be, what it has, and what happened to it."""

    name: str
    stack_id: str
    region: str
    status: str
    design: Design | None = None
    reason: str | None = None
    resources: dict[str, StackResource] = field(default_factory=dict)
    outputs: list[dict[str, str]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    created: datetime = field(default_factory=now)
    updated: datetime | None = None
    deleted: datetime | None = None
    protected: bool = False
    delete_requested: bool = False  # during a creation, which then stops and is undone
    request_token: str | None = None

    @property
    def in_progress(self) -> bool:
        """Whether an operation is under way."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    def enter(self, status: str, reason: str | None = None) -> None:
        """Change the stack's status and record the event."""
        self.status, self.reason = status, reason
        self.record(self.name, "AWS::CloudFormation::Stack", self.stack_id, status, reason)

    def record(
        self, logical_id: str, type_name: str, physical_id: str, status: str, reason: str | None
    ) -> None:
        """Add an event."""
        event = {
            "StackId": self.stack_id,
            "EventId": f"{logical_id}-{uuid.uuid4()}",
            "StackName": self.name,
            "LogicalResourceId": logical_id,
            "PhysicalResourceId": physical_id,
            "ResourceType": type_name,
            "Timestamp": now(),
            "ResourceStatus": status,
            "ResourceStatusReason": reason,
            "ClientRequestToken": self.request_token,
        }
        self.events.append({key: value for key, value in event.items() if value is not None})

    def settle(self, reason: str) -> None:
        """Leave an ``*_IN_PROGRESS`` status for the one that lets the user act."""
        if self.status in _SETTLED:
            self.enter(_SETTLED[self.status], reason)


@dataclass
class ChangeSet:
    """A proposed design of a stack with the changes it would make."""

    name: str
    change_set_id: str
    stack_id: str
    stack_name: str
    kind: str  # CREATE or UPDATE
    design: Design
    changes: list[dict[str, Any]]
    description: str | None
    status: str
    reason: str | None
    execution_status: str
    created: datetime = field(default_factory=now)


@dataclass
class Store:
    """Every stack and change set, deleted ones included: the whole state of the engine."""

    stacks: dict[str, Stack] = field(default_factory=dict)
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)

    def find(self, name_or_id: str, region: str) -> Stack | None:
        """Return the stack of this id, deleted or not, or the living one of this name."""
        if name_or_id in self.stacks:
            return self.stacks[name_or_id]
        for stack in self.stacks.values():
            living = stack.status != "DELETE_COMPLETE" and stack.region == region
            if living and stack.name == name_or_id:
                return stack
        return None

    def exports(self, region: str) -> dict[str, tuple[Stack, str]]:
        """Return the exported values of a region by name, with the stack that exports each."""
        return {
            output["ExportName"]: (stack, output["OutputValue"])
            for stack in self.stacks.values()
            if stack.region == region and stack.status != "DELETE_COMPLETE"
            for output in stack.outputs
            if "ExportName" in output
        }

    def importers(self, export: str, region: str) -> list[str]:
        """Return the names of the stacks that use an export."""
        return [
            stack.name
            for stack in self.stacks.values()
            if stack.region == region
            and stack.status != "DELETE_COMPLETE"
            and stack.design is not None
            and export in stack.design.imports
        ]

    def settle(self) -> None:
        """After a restart: no stack stays in progress for ever."""
        for stack in self.stacks.values():
            stack.settle(INTERRUPTED)
