"""Step Functions' errors that moto lacks, or whose names it does not send."""

from moto.core.exceptions import ServiceException
from moto.stepfunctions.exceptions import AWSError


class NotOfferedError(ServiceException):
    """Names what is not done here and what to do instead, in one sentence."""

    code = "ValidationException"

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(f"the local Step Functions does not offer {what}; {instead}")


class InvalidDefinition(AWSError):  # ruff: ignore[error-suffix-on-exception-name] - AWS's name
    """The definition is invalid, or asks for what the local AWS does not do."""

    TYPE = "InvalidDefinition"

    def __init__(self, why: str) -> None:
        super().__init__(f"Invalid State Machine Definition: '{why}'")


class StateMachineAlreadyExists(AWSError):  # ruff: ignore[error-suffix-on-exception-name] - AWS's name
    """A state machine of that name is there and is another one."""

    TYPE = "StateMachineAlreadyExists"


class StateMachineDeleting(AWSError):  # ruff: ignore[error-suffix-on-exception-name] - AWS's name
    """The state machine goes as soon as its executions have ended."""

    TYPE = "StateMachineDeleting"


class StateMachineTypeNotSupported(AWSError):  # ruff: ignore[error-suffix-on-exception-name] - AWS's name
    """The state machine is an express one."""

    TYPE = "StateMachineTypeNotSupported"
