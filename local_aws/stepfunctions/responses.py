"""Step Functions' API where moto's answers are not AWS's."""

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.exceptions import InvalidToken
from moto.stepfunctions.models import stepfunctions_backends
from moto.stepfunctions.responses import StepFunctionResponse

from local_aws.stepfunctions.backend import LocalStepFunctionsBackend
from local_aws.stepfunctions.errors import NotOfferedError
from local_aws.stepfunctions.executions import LocalExecution

_PAGE = 1000
_VERSIONS = "versions and aliases of state machines"
# What is not done here: its actions, and what to do instead.
_NOT_HERE = {
    "activities": (
        (
            "CreateActivity",
            "DeleteActivity",
            "DescribeActivity",
            "GetActivityTask",
            "ListActivities",
        ),
        "let a task call a function, lambda:invoke",
    ),
    "task tokens": (
        ("SendTaskFailure", "SendTaskHeartbeat", "SendTaskSuccess"),
        "let the state machine ask in a loop",
    ),
    "distributed Map states": (
        ("DescribeMapRun", "ListMapRuns", "UpdateMapRun"),
        "use inline ones and read the execution's history",
    ),
    _VERSIONS: (
        (
            "CreateStateMachineAlias",
            "DeleteStateMachineAlias",
            "DeleteStateMachineVersion",
            "DescribeStateMachineAlias",
            "ListStateMachineAliases",
            "ListStateMachineVersions",
            "PublishStateMachineVersion",
            "UpdateStateMachineAlias",
        ),
        "use the state machine's own ARN",
    ),
    "express state machines": (("StartSyncExecution",), "use StartExecution"),
    "redriving": (("RedriveExecution",), "start an execution anew"),
    "tests without a state machine": (
        ("TestState", "ValidateStateMachineDefinition"),
        "create the state machine",
    ),
}


class LocalStepFunctionsResponse(StepFunctionResponse):
    """The Step Functions API of the local AWS."""

    @property
    def stepfunction_backend(self) -> LocalStepFunctionsBackend:
        """The backend that runs state machines, and that is saved."""
        return stepfunctions_backends[self.current_account][self.region]

    def call_action(self) -> Any:  # ruff: ignore[any-type] - moto's
        """Carry out a request; an action of what is not done here is refused."""
        action = self._get_action()
        for what, (actions, instead) in _NOT_HERE.items():
            if action in actions:
                return self.serialized(ActionResult(NotOfferedError(what, instead)))
        return super().call_action()

    def create_state_machine(self) -> ActionResult:
        """Create a state machine; refuse settings that would have no effect."""
        self._refuse_settings()
        return super().create_state_machine()

    def update_state_machine(self) -> ActionResult:
        """Change a state machine; refuse settings that would have no effect."""
        self._refuse_settings()
        return super().update_state_machine()

    def _refuse_settings(self) -> None:
        if self._get_param("publish"):
            raise NotOfferedError(_VERSIONS, "leave publish out")
        if (self._get_param("loggingConfiguration") or {}).get("level", "OFF") != "OFF":
            raise NotOfferedError("logs of executions", "leave loggingConfiguration out")
        if (self._get_param("tracingConfiguration") or {}).get("enabled"):
            raise NotOfferedError("traces of executions", "leave tracingConfiguration out")

    def _describe_state_machine(self, state_machine_arn: str) -> ActionResult:
        answer = super()._describe_state_machine(state_machine_arn)
        if state_machine_arn in self.stepfunction_backend.deleting:
            answer.result["status"] = "DELETING"
        return answer

    def describe_execution(self) -> ActionResult:
        """Return an execution; its output is JSON, a text in quotes."""
        arn = self._get_param("executionArn")
        execution = self.stepfunction_backend.describe_execution(arn)
        told = {
            **_listed(execution),
            "input": execution.execution_input,
            "inputDetails": {"included": True},
            "redriveCount": 0,
        }
        if told["status"] != "RUNNING":
            told |= {"error": execution.error, "cause": execution.cause}
        if told["status"] == "SUCCEEDED":
            told["output"] = json.dumps(execution.output, separators=(",", ":"))
            told["outputDetails"] = {"included": True}
        return ActionResult({name: value for name, value in told.items() if value is not None})

    def list_executions(self) -> ActionResult:
        """Return a page of a state machine's executions, the newest first."""
        found, token = self.stepfunction_backend.list_executions(
            self._get_param("stateMachineArn"),
            status_filter=self._get_param("statusFilter"),
            max_results=self._get_int_param("maxResults"),
            next_token=self._get_param("nextToken"),
        )
        return ActionResult({"executions": list(map(_listed, found)), "nextToken": token})

    def stop_execution(self) -> ActionResult:
        """Abort an execution."""
        execution = self.stepfunction_backend.stop_execution(
            self._get_param("executionArn"), self._get_param("error"), self._get_param("cause")
        )
        return ActionResult({"stopDate": execution.stop_date})

    def get_execution_history(self) -> ActionResult:
        """Return a page of an execution's events."""
        arn = self._get_param("executionArn")
        events = self.stepfunction_backend.describe_execution(arn).history
        if self._get_param("reverseOrder"):
            events = events[::-1]
        token = self._get_param("nextToken") or "0"
        if not token.isdecimal():
            raise InvalidToken
        begin = int(token)
        end = begin + min(self._get_int_param("maxResults") or _PAGE, _PAGE)
        more = {"nextToken": str(end)} if end < len(events) else {}
        return ActionResult({"events": events[begin:end], **more})


def _listed(execution: LocalExecution) -> dict[str, Any]:
    status = execution.status  # looked at first and once, for it is noted last
    told = {
        "executionArn": execution.execution_arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "status": status,
        "startDate": execution.start_date,
    }
    return told if status == "RUNNING" else {**told, "stopDate": execution.stop_date}
