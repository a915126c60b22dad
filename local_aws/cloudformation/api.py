"""The CloudFormation API on this AWS: every action that a person or a tool of ours uses."""

import json
from typing import Any

from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.core.utils import camelcase_to_underscores, method_names_from_class

from local_aws.cloudformation import answers
from local_aws.cloudformation.changes import is_no_update
from local_aws.cloudformation.design import Request, check_template, make_design
from local_aws.cloudformation.engine import ENGINE, check_updatable
from local_aws.cloudformation.errors import AlreadyExistsError, ValidationError
from local_aws.cloudformation.model import Design, Stack, now
from local_aws.cloudformation.requests import check_stack_name, refuse_others, template_body
from local_aws.cloudformation.resources.custom import ANSWERS
from local_aws.cloudformation.template import parse

_TEMPLATE = ("TemplateBody", "TemplateURL")
_DESIGN = ("Capabilities", "Parameters", "StackName", "Tags", *_TEMPLATE)


class StackActions(BaseResponse):
    """The actions on stacks."""

    def __init__(self) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True
        self.params: dict[str, Any] = {}

    def call_action(self) -> Any:  # ruff: ignore[any-type] - moto's
        """Carry out a request; an action that is not among these is refused by name."""
        action = self._get_action()
        if camelcase_to_underscores(action) in method_names_from_class(type(self)):
            return super().call_action()
        refusal = ValidationError(f"The local AWS does not offer {action} of CloudFormation")
        return self.serialized(ActionResult(refusal))

    def _existing(self, name: str) -> Stack | None:
        return ENGINE.store.find(name, self.region)

    def _stack(self) -> Stack:
        name = self.params.get("StackName")
        stack = self._existing(name) if name else None
        if stack is None:
            raise ValidationError(f"Stack with id {name} does not exist")
        return stack

    def _design(self, stack: Stack) -> Design:
        """Read the request's template and values; what it leaves open stays as it is."""
        before = stack.design
        tags = self.params.get("Tags")
        request = Request(
            body=template_body(self.params, stack, ENGINE.settings),
            parameters=self.params.get("Parameters") or [],
            capabilities=self.params.get("Capabilities") or [],
            tags=before.tags if tags is None and before else tags or [],
        )
        return make_design(request, stack, ENGINE.store)

    def create_stack(self) -> ActionResult:
        """Check everything, then start making the stack."""
        offered = (*_DESIGN, "EnableTerminationProtection")
        _check_rollback_choice(self.params)
        refuse_others("CreateStack", self.params, (*offered, "OnFailure"))
        name = self.params["StackName"]
        check_stack_name(name)
        if self._existing(name):
            raise AlreadyExistsError(f"Stack [{name}] already exists")
        stack = ENGINE.new_stack(name, self.region, "CREATE_IN_PROGRESS")
        design = self._design(stack)
        stack.protected = bool(self.params.get("EnableTerminationProtection"))
        stack.request_token = self.params.get("ClientRequestToken")
        ENGINE.create(stack, design)
        return ActionResult({"StackId": stack.stack_id})

    def update_stack(self) -> ActionResult:
        """Check everything, then start changing the stack."""
        refuse_others("UpdateStack", self.params, (*_DESIGN, "UsePreviousTemplate"))
        name = self.params["StackName"]
        stack = self._existing(name)
        if stack is None or stack.status == "DELETE_COMPLETE":
            raise ValidationError(f"Stack [{name}] does not exist")
        check_updatable(stack)
        design = self._design(stack)
        if is_no_update(stack, design, ENGINE.store):
            raise ValidationError("No updates are to be performed.")
        stack.updated = now()
        stack.request_token = self.params.get("ClientRequestToken")
        ENGINE.update(stack, design)
        return ActionResult({"StackId": stack.stack_id})

    def delete_stack(self) -> EmptyResult:
        """Start removing the stack; an unknown one is gone already, as on AWS."""
        offered = ("DeletionMode", "RetainResources", "StackName")
        refuse_others("DeleteStack", self.params, offered)
        if self.params.get("DeletionMode", "STANDARD") != "STANDARD":
            raise ValidationError("The local AWS does not offer DeletionMode FORCE_DELETE_STACK")
        stack = self._existing(self.params["StackName"])
        retained = self.params.get("RetainResources") or []
        if retained and (stack is None or stack.status != "DELETE_FAILED"):
            raise ValidationError(
                "Invalid operation on stack: RetainResources is for a stack in DELETE_FAILED"
            )
        if stack is not None and stack.status != "DELETE_COMPLETE":
            ENGINE.delete(stack, retained, self.params.get("ClientRequestToken"))
        return EmptyResult()

    def update_termination_protection(self) -> ActionResult:
        """Allow or forbid deletion."""
        stack = self._stack()
        stack.protected = self.params["EnableTerminationProtection"]
        return ActionResult({"StackId": stack.stack_id})

    def describe_stacks(self) -> ActionResult:
        """Return one stack, or all that live."""
        if self.params.get("StackName"):
            return ActionResult({"Stacks": [answers.stack_answer(self._stack())]})
        living = [s for s in self._stacks() if s.status != "DELETE_COMPLETE"]
        return ActionResult({"Stacks": [answers.stack_answer(stack) for stack in living]})

    def _stacks(self) -> list[Stack]:
        """Return the region's stacks, the youngest first."""
        stacks = [s for s in ENGINE.store.stacks.values() if s.region == self.region]
        return sorted(stacks, key=lambda stack: stack.created, reverse=True)

    def list_stacks(self) -> ActionResult:
        """Return the stacks, deleted ones included."""
        wanted = self.params.get("StackStatusFilter") or []
        stacks = [s for s in self._stacks() if not wanted or s.status in wanted]
        return ActionResult({"StackSummaries": [answers.summary_answer(s) for s in stacks]})

    def describe_stack_events(self) -> ActionResult:
        """Return what happened, the latest first."""
        return ActionResult({"StackEvents": self._stack().events[::-1]})

    def describe_stack_resources(self) -> ActionResult:
        """Return the resources of a stack, or one of them."""
        if self.params.get("PhysicalResourceId"):
            raise ValidationError("The local AWS finds stacks by StackName, not by a resource")
        stack, wanted = self._stack(), self.params.get("LogicalResourceId")
        return ActionResult({
            "StackResources": [
                answers.resource_answer(stack, resource, "Timestamp")
                for name, resource in stack.resources.items()
                if wanted in {None, name}
            ]
        })

    def describe_stack_resource(self) -> ActionResult:
        """Return one resource with its metadata."""
        stack, name = self._stack(), self.params["LogicalResourceId"]
        if name not in stack.resources:
            raise ValidationError(f"Resource {name} does not exist for stack {stack.name}")
        resource = stack.resources[name]
        detail = answers.resource_answer(stack, resource, "LastUpdatedTimestamp")
        detail["Metadata"] = json.dumps(resource.metadata)
        return ActionResult({"StackResourceDetail": detail})

    def list_stack_resources(self) -> ActionResult:
        """Return the resources of a stack in short."""
        stack = self._stack()
        return ActionResult({
            "StackResourceSummaries": [
                answers.resource_answer(stack, resource, "LastUpdatedTimestamp")
                for resource in stack.resources.values()
            ]
        })

    def list_exports(self) -> ActionResult:
        """Return the exported values."""
        exports = ENGINE.store.exports(self.region)
        return ActionResult({
            "Exports": [
                {"ExportingStackId": stack.stack_id, "Name": name, "Value": value}
                for name, (stack, value) in exports.items()
            ]
        })

    def list_imports(self) -> ActionResult:
        """Return the stacks that use an export."""
        name = self.params["ExportName"]
        users = ENGINE.store.importers(name, self.region)
        if not users:
            raise ValidationError(f"Export '{name}' is not imported by any stack.")
        return ActionResult({"Imports": users})

    def get_template(self) -> ActionResult:
        """Return the template as it was given."""
        refuse_others("GetTemplate", self.params, ("StackName",))
        stack = self._stack()
        body = stack.design.body if stack.design else ""
        return ActionResult({"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]})

    def validate_template(self) -> ActionResult:
        """Check a template as create-stack would, and say what it asks for."""
        template = check_template(template_body(self.params, None, ENGINE.settings), self.region)
        return ActionResult(
            answers.present({
                "Description": template.description,
                "Parameters": answers.parameter_declarations(template),
                **answers.capability_answer(template),
            })
        )

    def get_template_summary(self) -> ActionResult:
        """Say what a template or a stack's template declares."""
        refuse_others("GetTemplateSummary", self.params, ("StackName", *_TEMPLATE))
        named = self.params.get("StackName")
        stack = self._stack() if named else None
        request = {"UsePreviousTemplate": True} if stack else self.params
        template = parse(template_body(request, stack, ENGINE.settings))
        return ActionResult(answers.template_summary(template))

    @classmethod
    def custom_resource_answer(cls, *args: Any, **kwargs: Any) -> Any:  # ruff: ignore[any-type] - moto's
        """Receive what a custom resource's function PUTs to its ResponseURL."""
        del kwargs
        request = args[0]
        known = ANSWERS.put(request.args.get("token", ""), request.data)
        return (200, {}, "") if known else (403, {}, "No such request is open")


def _check_rollback_choice(given: dict[str, Any]) -> None:
    if given.get("OnFailure", "ROLLBACK") != "ROLLBACK":
        raise ValidationError("The local AWS always rolls back: OnFailure can only be ROLLBACK")
