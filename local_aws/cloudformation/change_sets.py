"""Change sets: a design looked at before it is carried out; what ``cloudformation deploy`` uses."""

import re
import uuid

from moto.core.responses import ActionResult, EmptyResult

from local_aws.cloudformation import answers
from local_aws.cloudformation.api import StackActions
from local_aws.cloudformation.changes import changes, is_no_update
from local_aws.cloudformation.engine import ENGINE, check_updatable
from local_aws.cloudformation.errors import (
    AlreadyExistsError,
    ChangeSetNotFoundError,
    InvalidChangeSetStatusError,
    ValidationError,
)
from local_aws.cloudformation.model import ChangeSet, Design, Stack, now
from local_aws.cloudformation.requests import check_stack_name, refuse_others
from local_aws.settings import ACCOUNT_ID

_NO_CHANGES = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)
_CREATE_OFFERED = (
    "Capabilities",
    "ChangeSetName",
    "ChangeSetType",
    "Description",
    "Parameters",
    "StackName",
    "Tags",
    "TemplateBody",
    "TemplateURL",
    "UsePreviousTemplate",
)


class LocalCloudFormation(StackActions):
    """The whole API: the actions on change sets on top of those on stacks."""

    def create_change_set(self) -> ActionResult:
        """Check a request and keep what it would do."""
        refuse_others("CreateChangeSet", self.params, _CREATE_OFFERED)
        stack, name = self._proposed_stack(), self.params["ChangeSetName"]
        if not re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]*", name):
            raise ValidationError(f"Change set name {name!r} must be letters, digits and hyphens")
        if any(one.name == name for one in self._change_sets_of(stack)):
            raise AlreadyExistsError(f"ChangeSet {name} already exists")
        design = self._design(stack)
        if stack.stack_id not in ENGINE.store.stacks:
            stack.enter("REVIEW_IN_PROGRESS", "User Initiated")
            ENGINE.store.stacks[stack.stack_id] = stack
        made = self._propose(stack, design)
        return ActionResult({"Id": made.change_set_id, "StackId": stack.stack_id})

    def _proposed_stack(self) -> Stack:
        """Return the stack a change set is for; for a creation it may be new."""
        name, kind = self.params["StackName"], self.params.get("ChangeSetType", "UPDATE")
        stack = self._existing(name)
        if kind == "IMPORT":
            raise ValidationError("The local AWS does not import resources into stacks")
        if kind == "CREATE":
            if stack and stack.status not in {"REVIEW_IN_PROGRESS", "DELETE_COMPLETE"}:
                raise ValidationError(
                    f"Stack [{name}] already exists and cannot be created again with the changeSet "
                    f"[{self.params['ChangeSetName']}]."
                )
            check_stack_name(name)
            return stack or ENGINE.new_stack(name, self.region, "REVIEW_IN_PROGRESS")
        if stack is None or stack.status == "DELETE_COMPLETE":
            raise ValidationError(f"Stack [{name}] does not exist")
        check_updatable(stack)
        return stack

    def _propose(self, stack: Stack, design: Design) -> ChangeSet:
        kind, name = self.params.get("ChangeSetType", "UPDATE"), self.params["ChangeSetName"]
        empty = kind == "UPDATE" and is_no_update(stack, design, ENGINE.store)
        change_set = ChangeSet(
            name=name,
            change_set_id=(
                f"arn:aws:cloudformation:{self.region}:{ACCOUNT_ID}:changeSet/{name}/{uuid.uuid4()}"
            ),
            stack_id=stack.stack_id,
            stack_name=stack.name,
            kind=kind,
            design=design,
            changes=[change.shown() for change in changes(stack, design, ENGINE.store)],
            description=self.params.get("Description"),
            status="FAILED" if empty else "CREATE_COMPLETE",
            reason=_NO_CHANGES if empty else None,
            execution_status="UNAVAILABLE" if empty else "AVAILABLE",
        )
        ENGINE.store.change_sets[change_set.change_set_id] = change_set
        return change_set

    def _change_sets_of(self, stack: Stack) -> list[ChangeSet]:
        """Return the open change sets of a stack; executed ones are found by id only."""
        return [
            one
            for one in ENGINE.store.change_sets.values()
            if one.stack_id == stack.stack_id and one.execution_status != "EXECUTE_COMPLETE"
        ]

    def _change_set(self) -> ChangeSet:
        name = self.params["ChangeSetName"]
        if name in ENGINE.store.change_sets:
            return ENGINE.store.change_sets[name]
        if not self.params.get("StackName"):
            raise ValidationError("StackName must be specified if ChangeSetName is not an ARN.")
        for change_set in self._change_sets_of(self._stack()):
            if change_set.name == name:
                return change_set
        raise ChangeSetNotFoundError(f"ChangeSet [{name}] does not exist")

    def describe_change_set(self) -> ActionResult:
        """Return a change set with its changes."""
        return ActionResult(answers.change_set_details(self._change_set()))

    def list_change_sets(self) -> ActionResult:
        """Return the change sets of a stack."""
        stack = self._stack()
        summaries = [answers.change_set_answer(one) for one in self._change_sets_of(stack)]
        return ActionResult({"Summaries": summaries})

    def delete_change_set(self) -> EmptyResult:
        """Forget a change set; the stack is not touched."""
        ENGINE.store.change_sets.pop(self._change_set().change_set_id)
        return EmptyResult()

    def execute_change_set(self) -> EmptyResult:
        """Carry a change set out; the stack's other change sets are void then."""
        offered = ("ChangeSetName", "StackName")
        refuse_others("ExecuteChangeSet", self.params, offered)
        change_set = self._change_set()
        if change_set.execution_status != "AVAILABLE":
            raise InvalidChangeSetStatusError(
                f"ChangeSet [{change_set.change_set_id}] cannot be executed in its current "
                f"status of [{change_set.status}]"
            )
        stack = ENGINE.store.stacks[change_set.stack_id]
        if change_set.kind == "UPDATE":
            check_updatable(stack)
        stack.request_token = self.params.get("ClientRequestToken")
        change_set.execution_status = "EXECUTE_COMPLETE"
        for other in self._change_sets_of(stack):
            del ENGINE.store.change_sets[other.change_set_id]
        if change_set.kind == "CREATE":
            ENGINE.create(stack, change_set.design)
        else:
            stack.updated = now()
            ENGINE.update(stack, change_set.design)
        return EmptyResult()
