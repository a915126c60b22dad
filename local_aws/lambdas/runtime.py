"""The process that a Lambda function runs in: started as a program, imports nothing of ours.

It reads the event from stdin, calls the handler that ``_HANDLER`` names and writes the outcome,
``{"result": ...}`` or ``{"error": ...}``, to the file that its argument names. What the function
prints goes to stdout and stderr, which are its log. Shapes and words are those of AWS's runtime.
"""

import importlib
import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TextIO

REQUEST_ID = os.environ.pop("LOCAL_REQUEST_ID")
FUNCTION_ARN = os.environ.pop("LOCAL_FUNCTION_ARN")
DEADLINE = float(os.environ.pop("LOCAL_DEADLINE"))  # seconds since the epoch
TASK_ROOT = os.environ["LAMBDA_TASK_ROOT"]


class RuntimeFailure(Exception):  # ruff: ignore[error-suffix-on-exception-name] - AWS's word
    """The function could not be called, or what it returned could not be sent."""

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(message)
        self.error_type = error_type


class OnlyWhatAwsHas:
    """Keeps a function from modules that this machine's Python has and AWS's runtime has not."""

    offered = sys.stdlib_module_names | {
        "boto3",
        "botocore",
        "dateutil",
        "jmespath",
        "s3transfer",
        "six",
        "urllib3",
    }
    of_this_machine = frozenset(sys.path)

    @classmethod
    def find_spec(cls, name: str, path: object = None, _target: object = None) -> None:
        """Find nothing, so that others look; refuse what is neither offered nor the function's.

        Raises:
            ModuleNotFoundError: it would not be found on AWS.
        """
        if path is not None or name in cls.offered:
            return
        own = [folder for folder in sys.path if folder not in cls.of_this_machine]
        if PathFinder.find_spec(name, own) is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


class Context:
    """What a handler gets as its second argument."""

    function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
    memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
    log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
    log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
    invoked_function_arn = FUNCTION_ARN
    aws_request_id = REQUEST_ID
    client_context = None
    identity = None

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Return the milliseconds until the function is stopped."""
        return max(0, int((DEADLINE - time.time()) * 1000))


class LogHandler(logging.StreamHandler[TextIO]):
    """Writes log records as AWS's runtime does, whatever stdout is at that moment."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)
        layout = f"[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t{REQUEST_ID}\t%(message)s"
        formatter = logging.Formatter(layout, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        self.setFormatter(formatter)


def load_handler() -> Callable[[object, Context], object]:
    """Return the function that ``_HANDLER`` names.

    Raises:
        RuntimeFailure: there is no such module or function, or the module does not compile.
    """
    module_name, _, name = os.environ["_HANDLER"].rpartition(".")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise RuntimeFailure(
            "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}"
        ) from error
    except SyntaxError as error:
        raise RuntimeFailure(
            "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}"
        ) from error
    if not hasattr(module, name):
        raise RuntimeFailure(
            "Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module_name}'"
        )
    return getattr(module, name)


def call() -> str:
    """Call the handler with the event and return its result as JSON."""
    result = load_handler()(json.load(sys.stdin), Context())
    try:
        return json.dumps(result, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise RuntimeFailure(
            "Runtime.MarshalError", f"Unable to marshal response: {error}"
        ) from error


def described(error: Exception) -> dict[str, object]:
    """Return an error as AWS does, and write it to the log."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(TASK_ROOT)]
    trace = [line.replace(TASK_ROOT, "/var/task") for line in traceback.format_list(own)]
    error_type = getattr(error, "error_type", type(error).__name__)
    description = {
        "errorMessage": str(error),
        "errorType": error_type,
        "requestId": REQUEST_ID,
        "stackTrace": trace,
    }
    head = "Traceback (most recent call last):\n" if trace else ""
    sys.stdout.write(f"[ERROR] {error_type}: {error}\n{head}{''.join(trace)}")
    return description


def main(outcome: Path) -> None:
    """Run the function once."""
    sys.path.insert(0, TASK_ROOT)
    sys.meta_path.insert(0, OnlyWhatAwsHas)
    logging.getLogger().addHandler(LogHandler())
    try:
        answer = f'{{"result": {call()}}}'
    except Exception as error:  # ruff: ignore[blind-except] - its answer, whatever it is
        answer = json.dumps({"error": described(error)})
    sys.stdout.flush()
    outcome.write_text(answer, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
