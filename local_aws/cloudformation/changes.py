"""What an update would do: the difference between what a stack has and what it is asked to be."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local_aws.cloudformation.design import scope_of
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.intrinsics import Named, Unknown, resolve
from local_aws.cloudformation.model import Design, Stack, Store, Wanted
from local_aws.cloudformation.resources.registry import resource_type
from local_aws.cloudformation.resources.replacement import changed_names, needs_replacement
from local_aws.cloudformation.resources.tags import with_stack_tags


@dataclass(frozen=True)
class Change:
    """What would happen to one resource."""

    action: str  # Add, Modify or Remove
    logical_id: str
    type_name: str
    physical_id: str | None = None
    replacement: bool = False
    names: tuple[str, ...] = ()  # of the properties that differ

    def shown(self) -> dict[str, Any]:
        """Return the change as DescribeChangeSet shows it."""
        shown: dict[str, Any] = {
            "Action": self.action,
            "LogicalResourceId": self.logical_id,
            "ResourceType": self.type_name,
            "Scope": [],
            "Details": [],
        }
        if self.physical_id:
            shown["PhysicalResourceId"] = self.physical_id
        if self.action == "Modify":
            shown["Replacement"] = "True" if self.replacement else "False"
            shown["Scope"] = ["Properties" if self.names else "Metadata"]
            shown["Details"] = [_detail(name) for name in self.names]
        return {"Type": "Resource", "ResourceChange": shown}


def _detail(name: str) -> dict[str, Any]:
    target = {"Attribute": "Properties", "Name": name}
    return {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}


def effective_properties(wanted: Wanted, design: Design, scope: Any) -> dict[str, Any]:  # ruff: ignore[any-type] - Scope
    """Return a resource's properties with every reference filled in and the stack's tags added."""
    style = resource_type(wanted.type_name).tag_style
    return with_stack_tags(resolve(wanted.properties, scope), design.tags, style)


def changes(stack: Stack, design: Design, store: Store) -> list[Change]:
    """Return what turning a stack into a design would do, in the order of doing.

    Raises:
        ValidationError: a resource would change its type.
    """
    _check_types(stack, design)
    known: dict[str, Named] = dict(stack.resources)
    found = list(_additions_and_modifications(stack, design, known, store))
    asked = {wanted.logical_id for wanted in design.resources}
    removals = [
        Change("Remove", resource.logical_id, resource.type_name, resource.physical_id)
        for resource in stack.resources.values()
        if resource.logical_id not in asked
    ]
    return found + removals


def _additions_and_modifications(
    stack: Stack, design: Design, known: dict[str, Named], store: Store
) -> Iterator[Change]:
    scope = scope_of(design.document, design.parameters, stack, known, store)
    for wanted in design.resources:
        name = wanted.logical_id
        have = stack.resources.get(name)
        if have is None:
            known[name] = Unknown()
            yield Change("Add", name, wanted.type_name)
            continue
        properties = effective_properties(wanted, design, scope)
        if properties == have.properties and wanted.metadata == have.metadata:
            continue
        replacement = needs_replacement(wanted.type_name, have.properties, properties, stack.region)
        if replacement:
            known[name] = Unknown()
        names = tuple(changed_names(have.properties, properties))
        yield Change("Modify", name, wanted.type_name, have.physical_id, replacement, names)


def _check_types(stack: Stack, design: Design) -> None:
    moved = [
        wanted.logical_id
        for wanted in design.resources
        if wanted.logical_id in stack.resources
        and stack.resources[wanted.logical_id].type_name != wanted.type_name
    ]
    if moved:
        raise ValidationError(
            f"Update of resource type is not permitted. The new template modifies resource type "
            f"of the following resources: [{', '.join(moved)}]"
        )


def is_no_update(stack: Stack, design: Design, store: Store) -> bool:
    """Tell whether a design asks for nothing that the stack is not already."""
    before = stack.design
    return (
        before is not None
        and not stack.status.endswith("_FAILED")
        and not changes(stack, design, store)
        and before.tags == design.tags
        and _outputs(stack, before, store) == _outputs(stack, design, store)
    )


def _outputs(stack: Stack, design: Design, store: Store) -> object:
    scope = scope_of(design.document, design.parameters, stack, stack.resources, store)
    return resolve(design.outputs, scope)
