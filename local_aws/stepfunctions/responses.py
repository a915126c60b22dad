"""Step Functions' API where moto's answers are not AWS's."""

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.exceptions import InvalidToken
from moto.stepfunctions.models import stepfunctions_backends
from moto.stepfunctions.responses import StepFunctionResponse

from local_aws.stepfunctions.backend import LocalStepFunctionsBackend
from local_aws.stepfunctions.executions import LocalExecution

_PAGE = 1000


class LocalStepFunctionsResponse(StepFunctionResponse):
    """The Step Functions API of the local AWS."""

    @property
    def stepfunction_backend(self) -> LocalStepFunctionsBackend:
        """The backend that runs state machines, and that is saved."""
        return stepfunctions_backends[self.current_account][self.region]

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
            "error": execution.error,
            "cause": execution.cause,
            "redriveCount": 0,
        }
        if execution.status == "SUCCEEDED":
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
    told = {
        "executionArn": execution.execution_arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.start_date,
        "stopDate": execution.stop_date,
    }
    return {name: value for name, value in told.items() if value is not None}
