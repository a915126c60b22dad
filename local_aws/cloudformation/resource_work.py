"""Work on one resource of a stack, and the events that tell of it."""

from typing import Any

from local_aws.cloudformation.errors import RESOURCE_FAILURES, ResourceError, is_gone, reason_of
from local_aws.cloudformation.model import Stack, StackResource, Wanted, now
from local_aws.cloudformation.resources.base import Context
from local_aws.cloudformation.resources.properties import honoured
from local_aws.cloudformation.resources.registry import resource_type
from local_aws.settings import Settings


class ResourceWork:
    """Builds, transforms and removes the resources of one stack."""

    def __init__(self, stack: Stack, settings: Settings) -> None:
        self._stack = stack
        self._settings = settings

    def build(self, resource: StackResource) -> None:
        """Create a resource; whatever fails, its physical id is known once there is something."""
        handler, context = resource_type(resource.type_name), self._context(resource)
        properties = honoured(resource.type_name, resource.properties)
        resource.physical_id = handler.create(properties, context)
        self.note(resource, resource.status, "Resource creation Initiated")
        handler.complete(resource.physical_id, properties, context)
        resource.attributes = handler.attributes(resource.physical_id, properties, context)

    def transform(self, before: StackResource, after: StackResource) -> bool:
        """Update a resource; tell whether that made another one, so that this one is obsolete."""
        handler, context = resource_type(after.type_name), self._context(after)
        old, new = (honoured(r.type_name, r.properties) for r in (before, after))
        if new != old:
            made = handler.update(before.physical_id, old, new, context)
            after.physical_id = made or before.physical_id
        after.attributes = handler.attributes(after.physical_id, new, context)
        return after.physical_id != before.physical_id

    def remove(self, resource: StackResource, *, keep: bool) -> bool:
        """Remove a resource unless its policy keeps it; tell whether it is off the stack."""
        if keep:
            self.note(resource, "DELETE_SKIPPED")
            return True
        self.note(resource, "DELETE_IN_PROGRESS")
        handler, context = resource_type(resource.type_name), self._context(resource)
        try:
            properties = honoured(resource.type_name, resource.properties)
            handler.delete(resource.physical_id, properties, context)
        except RESOURCE_FAILURES as failure:
            if not is_gone(failure):
                self.note(resource, "DELETE_FAILED", reason_of(failure))
                return False
        self.note(resource, "DELETE_COMPLETE")
        return True

    def note(self, resource: StackResource, status: str, reason: str | None = None) -> None:
        """Set a resource's status and record the event."""
        resource.status, resource.reason, resource.changed = status, reason, now()
        self._stack.record(
            resource.logical_id, resource.type_name, resource.physical_id, status, reason
        )

    def _context(self, resource: StackResource) -> Context:
        stack = self._stack
        return Context(
            settings=self._settings,
            region=stack.region,
            stack_name=stack.name,
            stack_id=stack.stack_id,
            logical_id=resource.logical_id,
            type_name=resource.type_name,
        )


class ResourceFailedError(ResourceError):
    """A resource failed and its event says why; this names it for the stack's event."""

    def __init__(self, logical_id: str, verb: str) -> None:
        super().__init__(f"The following resource(s) failed to {verb}: [{logical_id}].")


def summary(failure: Exception) -> str:
    """Return the reason for the stack's event."""
    return str(failure) if isinstance(failure, ResourceFailedError) else reason_of(failure)


def planned(wanted: Wanted, properties: dict[str, Any]) -> StackResource:
    """Return a resource as it is wanted; it has no physical id until it is made."""
    return StackResource(
        logical_id=wanted.logical_id,
        type_name=wanted.type_name,
        physical_id="",
        properties=properties,
        depends_on=wanted.depends_on,
        deletion_policy=wanted.deletion_policy,
        replace_policy=wanted.replace_policy,
        metadata=wanted.metadata,
    )
