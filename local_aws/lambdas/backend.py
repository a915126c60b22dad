"""Lambda with the settings of asynchronous invocations that are honoured here."""

from types import ModuleType
from typing import Any

from moto.awslambda import urls
from moto.awslambda.exceptions import LambdaClientError, UnknownEventConfig
from moto.awslambda.models import LambdaBackend

from local_aws.queues import QUEUE
from local_aws.topics import TOPIC


class LocalLambdaBackend(LambdaBackend):
    """moto's Lambda; of what a function is told about its events the latest counts."""

    @property
    def _url_module(self) -> ModuleType:  # moto derives it from the module's name: not ours
        return urls

    def put_function_event_invoke_config(
        self, function_name: str, config: dict[str, Any]
    ) -> dict[str, Any]:
        """Say how a function's events are tried again, and who is told of those that fail."""
        _check_destinations(config.get("DestinationConfig") or {})
        self.get_function(function_name).event_invoke_config = []  # moto shows the first of all
        return super().put_function_event_invoke_config(function_name, config)

    def update_function_event_invoke_config(
        self, function_name: str, config: dict[str, Any]
    ) -> dict[str, Any]:
        """Change what is given of it."""
        try:
            before = self.get_function_event_invoke_config(function_name)
        except UnknownEventConfig:
            before = {}
        names = ("DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts")
        kept = {name: before[name] for name in names if name in before}
        return self.put_function_event_invoke_config(function_name, {**kept, **config})


def _check_destinations(destinations: dict[str, dict[str, str]]) -> None:
    """Refuse a destination that nobody here would send anything to.

    Raises:
        LambdaClientError: it is one of success, or neither a standard queue nor a topic.
    """
    for kind, named in destinations.items():
        arn = named.get("Destination", "")
        if arn and (kind != "OnFailure" or not (QUEUE.fullmatch(arn) or TOPIC.fullmatch(arn))):
            raise LambdaClientError(
                "InvalidParameterValueException",
                f"the local Lambda tells standard SQS queues and SNS topics of failures, not {arn} "
                f"({kind}); leave that out or let AWS do it",
            )
