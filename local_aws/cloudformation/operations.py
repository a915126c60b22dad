"""Creating, updating and deleting a stack, resource by resource, with rollback."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from local_aws.cloudformation.changes import effective_properties
from local_aws.cloudformation.design import last_first, scope_of
from local_aws.cloudformation.errors import RESOURCE_FAILURES, ResourceError, reason_of
from local_aws.cloudformation.model import Design, Stack, StackResource, Store, Wanted, now
from local_aws.cloudformation.outputs import evaluate_outputs
from local_aws.cloudformation.resource_work import (
    ResourceFailedError,
    ResourceWork,
    planned,
    summary,
)
from local_aws.cloudformation.resources.replacement import custom_name, needs_replacement
from local_aws.settings import Settings

_REPLACING = (
    "Requested update requires the creation of a new physical resource; hence creating one."
)


class Operation:
    """One operation on one stack; afterwards the stack's status says how it went."""

    def __init__(self, stack: Stack, store: Store, settings: Settings) -> None:
        self._stack = stack
        self._store = store
        self._work = ResourceWork(stack, settings)
        self._undo: list[Callable[[], None]] = []
        self._obsolete: list[StackResource] = []  # replaced: removed once all else is done

    def create(self, design: Design) -> None:
        """Make everything; if something fails, remove everything that was made."""
        stack = self._stack
        stack.design = design
        failure = None
        try:
            self._apply(design)
        except RESOURCE_FAILURES as error:
            failure = error
        if stack.delete_requested:
            self.delete()
        elif failure:
            self._roll_back_creation(failure)
        else:
            stack.enter("CREATE_COMPLETE")

    def update(self, design: Design) -> None:
        """Bring everything to the new design; if something fails, bring it back."""
        stack, before = self._stack, self._stack.design
        outputs = stack.outputs
        stack.design = design
        try:
            self._apply(design)
        except RESOURCE_FAILURES as failure:
            stack.design, stack.outputs = before, outputs
            self._roll_back_update(failure)
        else:
            stack.enter("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
            asked = {wanted.logical_id for wanted in design.resources}
            gone = [r for name, r in stack.resources.items() if name not in asked]
            for resource in gone:
                del stack.resources[resource.logical_id]
            self._clean_up([*last_first(gone), *reversed(self._obsolete)])
            stack.enter("UPDATE_COMPLETE")

    def delete(self, retained: Iterable[str] = ()) -> None:
        """Remove everything, what depends on others first."""
        stack, named = self._stack, set(retained)
        failed = self._remove_all(
            lambda resource: resource.logical_id in named or resource.deletion_policy != "Delete"
        )
        if failed:
            stack.enter("DELETE_FAILED", failed)
        else:
            stack.outputs, stack.deleted = [], now()
            stack.enter("DELETE_COMPLETE")

    def _remove_all(self, is_kept: Callable[[StackResource], bool]) -> str | None:
        """Remove every resource; return the sentence about those that resisted, if any."""
        resources = self._stack.resources
        for resource in last_first(resources.values()):
            if self._work.remove(resource, keep=is_kept(resource)):
                del resources[resource.logical_id]
        if not resources:
            return None
        return f"The following resource(s) failed to delete: [{', '.join(resources)}]. "

    def _apply(self, design: Design) -> None:
        for wanted in design.resources:
            if self._stack.delete_requested:
                return
            properties = effective_properties(wanted, design, self._scope(design))
            have = self._stack.resources.get(wanted.logical_id)
            if have is None:
                self._make(wanted, properties)
            else:
                self._change(have, wanted, properties)
        self._stack.outputs = evaluate_outputs(design, self._stack, self._store)

    def _scope(self, design: Design) -> Any:  # ruff: ignore[any-type] - Scope
        resources = self._stack.resources
        return scope_of(design.document, design.parameters, self._stack, resources, self._store)

    def _make(self, wanted: Wanted, properties: dict[str, Any]) -> None:
        """Create a resource that the stack does not have."""
        resource = planned(wanted, properties)
        self._work.note(resource, "CREATE_IN_PROGRESS")
        try:
            self._work.build(resource)
        except RESOURCE_FAILURES as failure:
            self._work.note(resource, "CREATE_FAILED", reason_of(failure))
            if resource.physical_id:  # half made: it belongs to the stack until it is removed
                self._adopt_new(resource)
            raise ResourceFailedError(resource.logical_id, "create") from failure
        self._adopt_new(resource)
        self._work.note(resource, "CREATE_COMPLETE")

    def _adopt_new(self, resource: StackResource) -> None:
        self._stack.resources[resource.logical_id] = resource
        self._undo.append(lambda: self._forget(resource))

    def _forget(self, resource: StackResource) -> None:
        self._stack.resources.pop(resource.logical_id, None)
        self._obsolete.append(resource)

    def _change(self, have: StackResource, wanted: Wanted, properties: dict[str, Any]) -> None:
        """Update or replace a resource; adopt its new policies in any case."""
        after = replace(
            planned(wanted, properties),
            physical_id=have.physical_id,
            attributes=have.attributes,
            status=have.status,
            changed=have.changed,
        )
        unchanged = properties == have.properties
        if unchanged and wanted.metadata == have.metadata:
            self._swap(have, after)
            return
        try:
            if needs_replacement(have.type_name, have.properties, properties, self._stack.region):
                self._replace(have, after)
            else:
                self._update_in_place(have, after)
        except RESOURCE_FAILURES as failure:
            self._work.note(after, "UPDATE_FAILED", reason_of(failure))
            raise ResourceFailedError(have.logical_id, "update") from failure
        self._work.note(after, "UPDATE_COMPLETE")

    def _swap(self, have: StackResource, after: StackResource) -> None:
        """Let the stack remember the resource as it is now; as it was, after a rollback."""
        resources, name = self._stack.resources, have.logical_id
        resources[name] = after
        self._undo.append(lambda: resources.update({name: have}))

    def _replace(self, have: StackResource, after: StackResource) -> None:
        name = custom_name(have.type_name, have.properties, after.properties)
        self._work.note(after, "UPDATE_IN_PROGRESS", _REPLACING)
        if name:
            raise ResourceError(
                f"CloudFormation cannot update a stack when a custom-named resource requires "
                f"replacing. Rename {name} and update the stack again."
            )
        after.physical_id = ""
        try:
            self._work.build(after)
        finally:
            if after.physical_id:
                self._stack.resources[have.logical_id] = after
                self._undo.append(lambda: self._put_back(have, after))
        self._obsolete.append(have)

    def _put_back(self, have: StackResource, after: StackResource) -> None:
        self._stack.resources[have.logical_id] = have
        self._obsolete.append(after)

    def _update_in_place(self, have: StackResource, after: StackResource) -> None:
        self._work.note(after, "UPDATE_IN_PROGRESS")
        self._undo.append(lambda: self._revert(have, after))
        if have.properties != after.properties and self._work.transform(have, after):
            self._obsolete.append(have)
        self._stack.resources[have.logical_id] = after

    def _revert(self, have: StackResource, after: StackResource) -> None:
        """Undo an update in place, also one that failed half way."""
        self._work.note(after, "UPDATE_IN_PROGRESS")
        restored = replace(have)
        try:
            if have.properties != after.properties and self._work.transform(after, restored):
                self._obsolete.append(after)
        except RESOURCE_FAILURES as failure:
            self._work.note(after, "UPDATE_FAILED", reason_of(failure))
            raise ResourceFailedError(have.logical_id, "update") from failure
        self._stack.resources[have.logical_id] = restored
        self._work.note(restored, "UPDATE_COMPLETE")

    def _roll_back_creation(self, failure: Exception) -> None:
        stack = self._stack
        stack.enter("ROLLBACK_IN_PROGRESS", f"{summary(failure)} Rollback requested by user.")
        stack.outputs = []
        failed = self._remove_all(lambda resource: resource.deletion_policy == "Retain")
        stack.enter(*(("ROLLBACK_FAILED", failed) if failed else ("ROLLBACK_COMPLETE",)))

    def _roll_back_update(self, failure: Exception) -> None:
        stack = self._stack
        stack.enter("UPDATE_ROLLBACK_IN_PROGRESS", summary(failure))
        self._obsolete = []
        try:
            while self._undo:
                self._undo.pop()()
        except RESOURCE_FAILURES as second:
            stack.enter("UPDATE_ROLLBACK_FAILED", summary(second))
            return
        stack.enter("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        self._clean_up(self._obsolete, made_now=True)
        stack.enter("UPDATE_ROLLBACK_COMPLETE")

    def _clean_up(self, obsolete: Iterable[StackResource], *, made_now: bool = False) -> None:
        """Remove what is no longer part of the stack; a failure is told and does not count."""
        for resource in obsolete:
            living = self._stack.resources.get(resource.logical_id)
            policy = resource.replace_policy if living else resource.deletion_policy
            self._work.remove(resource, keep=not made_now and policy != "Delete")
