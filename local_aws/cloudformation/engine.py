"""The one engine of a local AWS: its stacks, and the threads that work on them."""

import logging
import threading
import uuid
from collections.abc import Callable, Iterable

from local_aws.cloudformation.errors import SERVER_GONE, ValidationError
from local_aws.cloudformation.model import INTERRUPTED, Design, Stack, Store
from local_aws.cloudformation.operations import Operation
from local_aws.settings import ACCOUNT_ID, Settings
from local_aws.state import touch

# Seconds that a request may wait for its operation to end before it is answered. A small stack is
# then there when the answer comes, and a waiter, which looks every 30 seconds, looks once.
ANSWER_AFTER = 5.0
_UPDATABLE = {
    "CREATE_COMPLETE",
    "CREATE_FAILED",  # this and UPDATE_FAILED: cut off by a restart, what is there can be built on
    "UPDATE_COMPLETE",
    "UPDATE_FAILED",
    "UPDATE_ROLLBACK_COMPLETE",
}
_log = logging.getLogger(__name__)
_DEFECT = "The local AWS failed during this operation; its log says why."


class Engine:
    """Starts operations in the background, one at a time per stack."""

    settings: Settings  # of the local AWS that runs; there is none before reset

    def __init__(self) -> None:
        self.store = Store()
        self._lock = threading.Lock()

    def reset(self, settings: Settings) -> None:
        """Begin empty, for a new local AWS."""
        self.store = Store()
        self.settings = settings

    def new_stack(self, name: str, region: str, status: str) -> Stack:
        """Return a stack that nobody knows yet."""
        arn = f"arn:aws:cloudformation:{region}:{ACCOUNT_ID}:stack/{name}/{uuid.uuid4()}"
        return Stack(name, arn, region, status)

    def create(self, stack: Stack, design: Design) -> None:
        """Start making a stack."""
        with self._lock:
            self.store.stacks[stack.stack_id] = stack
            stack.enter("CREATE_IN_PROGRESS", "User Initiated")
        self._start(stack, lambda operation: operation.create(design))

    def update(self, stack: Stack, design: Design) -> None:
        """Start bringing a stack to a new design.

        Raises:
            ValidationError: the stack's status does not allow it.
        """
        with self._lock:
            check_updatable(stack)
            stack.enter("UPDATE_IN_PROGRESS", "User Initiated")
        self._start(stack, lambda operation: operation.update(design))

    def delete(self, stack: Stack, retained: Iterable[str], token: str | None) -> None:
        """Start removing a stack; one that is being made stops and is removed.

        Args:
            stack: the stack.
            retained: the logical ids of what is left behind.
            token: the ClientRequestToken of the events from now on.

        Raises:
            ValidationError: the stack is protected, updating, or exports what others use.
        """
        with self._lock:
            self._check_deletable(stack)
            if stack.status == "DELETE_IN_PROGRESS":
                return
            making = stack.status == "CREATE_IN_PROGRESS"
            stack.delete_requested, stack.request_token = making, token
            stack.enter("DELETE_IN_PROGRESS", "User Initiated")
        if not making:
            self._start(stack, lambda operation: operation.delete(retained))

    def _check_deletable(self, stack: Stack) -> None:
        if stack.protected:
            raise ValidationError(
                f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            )
        if stack.in_progress and stack.status not in {"CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS"}:
            raise ValidationError(
                f"Stack [{stack.name}] cannot be deleted while in status {stack.status}"
            )
        for output in stack.outputs:
            name = output.get("ExportName")
            users = self.store.importers(name, stack.region) if name else []
            if users:
                raise ValidationError(
                    f"Delete canceled. Cannot delete export {name} as it is in use by "
                    f"{', '.join(users)}."
                )

    def _start(self, stack: Stack, work: Callable[[Operation], None]) -> None:
        operation = Operation(stack, self.store, self.settings)

        def run() -> None:
            try:
                work(operation)
            except SERVER_GONE as error:
                _log.info("the operation on stack %s was cut off (%s)", stack.name, error)
                stack.settle(INTERRUPTED)
            finally:
                stack.settle(_DEFECT)  # does nothing unless a defect ended the thread
                touch()

        thread = threading.Thread(target=run, name=f"cloudformation-{stack.name}", daemon=True)
        thread.start()
        thread.join(ANSWER_AFTER)


def check_updatable(stack: Stack) -> None:
    """Refuse an update that the stack's status does not allow.

    Raises:
        ValidationError: with AWS's words.
    """
    if stack.status not in _UPDATABLE:
        raise ValidationError(
            f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated."
        )


ENGINE = Engine()
