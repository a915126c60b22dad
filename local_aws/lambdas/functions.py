"""Functions that run, and log into the group that their ``LoggingConfig`` names."""

from collections.abc import Mapping, MutableMapping
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaFunction

from local_aws.lambdas.code import in_the_request
from local_aws.lambdas.service import invoke


class LocalFunction(LambdaFunction):
    """A function whose invocations are processes of this machine."""

    def __init__(
        self, account_id: str, spec: dict[str, Any], region: str, version: str | int = 1
    ) -> None:
        super().__init__(account_id, spec, region, version)
        self._log_into(spec.get("LoggingConfig") or {})

    def invoke(
        self,
        body: str | bytes,
        request_headers: Mapping[str, str],
        response_headers: MutableMapping[str, str],
    ) -> str:
        """Run the function; moto's own way needs docker."""
        return invoke(self, body, request_headers, response_headers)

    def _set_function_code(self, updated_spec: dict[str, Any]) -> None:
        """Keep a copy of the code; moto makes a function without any of what it does not find."""
        super()._set_function_code(in_the_request(self.account_id, updated_spec))

    def update_configuration(self, config_updates: dict[str, Any]) -> dict[str, Any]:
        """Change what is given of the configuration."""
        if "LoggingConfig" in config_updates:
            self._log_into(config_updates["LoggingConfig"])
        return super().update_configuration(config_updates)

    def get_configuration(self, on_create: bool = False) -> dict[str, Any]:  # ruff: ignore[boolean-type-hint-positional-argument, boolean-default-value-positional-argument] - moto's
        """Return the configuration, with where the function logs."""
        logging = {"LogFormat": "Text", "LogGroup": self.logs_group_name}
        return {**super().get_configuration(on_create), "LoggingConfig": logging}

    def _log_into(self, config: Mapping[str, str]) -> None:
        if config.get("LogFormat", "Text") != "Text":
            raise LambdaClientError(
                "InvalidParameterValueException",
                f"the local Lambda logs text, {self.function_name} wants LogFormat "
                f"{config['LogFormat']}; leave it out or run the function on AWS",
            )
        self.logs_group_name = config.get("LogGroup") or f"/aws/lambda/{self.function_name}"
