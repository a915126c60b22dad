"""One run of a Lambda function as a process of this machine."""

import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from uuid import uuid4

from moto.awslambda.models import LambdaFunction

from local_aws import calls
from local_aws.process_groups import kill_group

RUNTIME = Path(__file__).with_name("runtime.py")
LOOK_EVERY = 0.02  # seconds between two looks at the process
PATIENCE = 5  # seconds, at the end, for threads to read what their functions left
KIB_PER_MB = 1024

ENDPOINT: dict[str, str] = {}  # the environment that leads to this AWS; set by install

_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True)
class Outcome:
    """What a run gave: a JSON payload, whether that is an error, the log; how long it took."""

    payload: str
    failed: bool
    log: str
    milliseconds: float


class End(Enum):
    """How the process ended."""

    BY_ITSELF = "by itself"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out of memory"


@dataclass
class Invocation:
    """One run of ``function`` with ``event``, a JSON text.

    Every run starts cold: a new process, a new unpacked copy of the code, a log stream of its own.
    """

    function: LambdaFunction
    event: str
    request_id: str = field(default_factory=lambda: str(uuid4()))
    log_stream: str = field(init=False)
    _peak_mb: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        day = datetime.now(UTC).strftime("%Y/%m/%d")
        self.log_stream = f"{day}/[{self.function.version}]{uuid4().hex}"

    def run(self) -> Outcome:
        """Run the function to its end, or stop it at its limits."""
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="lambda-") as name:
            folder = Path(name).resolve()
            process, end = self._run_in(folder)
            printed = (folder / "log").read_text(encoding="utf-8", errors="replace")
            written = folder / "outcome"
            answer = written.read_text(encoding="utf-8") if written.exists() else ""
            _running.discard(process)  # only now may the folder go
        payload, failed, remark = self._answered(answer, process.returncode, end)
        duration = (time.monotonic() - started) * 1000
        return Outcome(payload, failed, self._log(printed + remark, duration, end), duration)

    def _run_in(self, folder: Path) -> tuple[subprocess.Popen[bytes], End]:
        task = folder / "task"
        with zipfile.ZipFile(io.BytesIO(self.function.code_bytes)) as code:
            code.extractall(task)
        (folder / "event").write_text(self.event, encoding="utf-8")
        command = [sys.executable, "-P", "-u", "-X", "utf8", str(RUNTIME), str(folder / "outcome")]
        with (folder / "event").open("rb") as event, (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=task,
                env=self._environment(folder),
                stdin=event,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # its children end with it
            )
        _running.add(process)
        try:
            return process, self._watch(process)
        finally:
            kill_group(process)

    def _environment(self, folder: Path) -> dict[str, str]:
        function = self.function
        usual = {"PATH": os.environ.get("PATH", ""), "LANG": "en_US.UTF-8", "TZ": ":UTC"}
        reserved = {
            "_HANDLER": function.handler,
            "AWS_ACCESS_KEY_ID": calls.access_key("lambda", function.function_name),
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_LAMBDA_FUNCTION_VERSION": str(function.version),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": function.logs_group_name,
            "AWS_LAMBDA_LOG_STREAM_NAME": self.log_stream,
            "HOME": str(folder),  # the user's own ~/.aws is none of the function's business
            "LAMBDA_TASK_ROOT": str(folder / "task"),
            "LOCAL_REQUEST_ID": self.request_id,
            "LOCAL_FUNCTION_ARN": function.function_arn,
            "LOCAL_DEADLINE": str(time.time() + int(function.timeout)),
        }
        return usual | function.environment_vars | ENDPOINT | reserved

    def _watch(self, process: subprocess.Popen[bytes]) -> End:
        """Wait until the process ends or reaches a limit."""
        deadline = time.monotonic() + int(self.function.timeout)
        while process.poll() is None:
            self._peak_mb = max(self._peak_mb, _peak_mb(process.pid))
            if self._peak_mb > int(self.function.memory_size):
                return End.OUT_OF_MEMORY
            if time.monotonic() > deadline:
                return End.TIMEOUT
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_EVERY)
        return End.BY_ITSELF

    def _answered(self, answer: str, status: int, end: End) -> tuple[str, bool, str]:
        """Return payload, whether it is an error, and what AWS remarks on that in the log."""
        if end is End.TIMEOUT:
            remark = f"Task timed out after {int(self.function.timeout):.2f} seconds"
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
            log = f"{now}Z {self.request_id} {remark}\n"
            return self._error("Sandbox.Timedout", remark), True, log
        if end is End.BY_ITSELF and answer:
            outcome = json.loads(answer)
            content = outcome.get("error", outcome.get("result"))
            return json.dumps(content, ensure_ascii=False), "error" in outcome, ""
        remark = _exit_remark(status)
        log = f"RequestId: {self.request_id} Error: {remark}\nRuntime.ExitError\n"
        return self._error("Runtime.ExitError", remark), True, log

    def _error(self, error_type: str, remark: str) -> str:
        message = f"RequestId: {self.request_id} Error: {remark}"
        return json.dumps({"errorType": error_type, "errorMessage": message})

    def _log(self, printed: str, duration: float, end: End) -> str:
        memory = int(self.function.memory_size)
        used = f"\tMax Memory Used: {min(self._peak_mb, memory)} MB" if self._peak_mb else ""
        status = "\tStatus: timeout" if end is End.TIMEOUT else ""
        newline = "" if not printed or printed.endswith("\n") else "\n"
        return (
            f"START RequestId: {self.request_id} Version: {self.function.version}\n"
            f"{printed}{newline}"
            f"END RequestId: {self.request_id}\n"
            f"REPORT RequestId: {self.request_id}\tDuration: {duration:.2f} ms"
            f"\tBilled Duration: {int(duration) + 1} ms\tMemory Size: {memory} MB{used}{status}\n"
        )


def kill_all() -> None:
    """End all functions that run, and wait until their outcome was read."""
    for process in list(_running):
        kill_group(process)
    deadline = time.monotonic() + PATIENCE
    while _running and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY)


def _peak_mb(pid: int) -> int:
    """Return the most memory that a process had so far, 0 where the system does not tell.

    Not ``getrusage``: on Linux that includes the memory of the server that started it.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    peaks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(peaks[0]) // KIB_PER_MB if peaks else 0


def _exit_remark(status: int) -> str:
    if status == 0:
        return "Runtime exited without providing a reason"
    if status < 0:
        return f"Runtime exited with error: signal: {_signal_word(-status)}"
    return f"Runtime exited with error: exit status {status}"


def _signal_word(number: int) -> str:
    return (signal.strsignal(number) or str(number)).lower()
