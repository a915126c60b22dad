"""Job runs that really run: a process each, watched by a thread of the server."""

import atexit
import json
import logging
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from threading import RLock, Thread

from moto.logs.models import logs_backends

from local_aws import state
from local_aws.glue import logs, workspace
from local_aws.glue.arguments import RunArguments, RunRefusedError
from local_aws.glue.runs import LocalJob, LocalJobRun
from local_aws.glue.workspace import Workspace
from local_aws.process_groups import end_group, signal_group
from local_aws.settings import Settings

MINUTE = 60.0  # seconds
GRACE = 5.0  # seconds between asking a process to end and ending it
_MESSAGE_LENGTH = 1000  # characters
PROC = Path("/proc")  # where Linux shows processes as files

_log = logging.getLogger(__name__)
_lock = RLock()  # between a process starting and somebody wanting it stopped
_active: dict[str, "_Active"] = {}  # by run id; saved runs must hold no process and no thread


@dataclass
class _Active:
    """A run that is under way."""

    settings: Settings
    job: LocalJob
    run: LocalJobRun
    thread: Thread
    process: subprocess.Popen[bytes] | None = None
    cancelled: str | None = None  # why the server gave the run up


def launch(settings: Settings, job: LocalJob, run: LocalJobRun) -> None:
    """Start the run; returns at once."""
    thread = Thread(target=_supervise, args=(run.job_run_id,), name=run.job_run_id, daemon=True)
    _active[run.job_run_id] = _Active(settings, job, run, thread)
    thread.start()


def stop(run: LocalJobRun) -> bool:
    """Ask a run to stop; False if there is nothing left to stop."""
    with _lock:
        if run.status not in {"STARTING", "RUNNING"}:
            return False
        run.status = "STOPPING"
        active = _active.get(run.job_run_id)
        if active:
            _end(active)
        return True


def stop_all(reason: str) -> None:
    """End every run as failed for the reason, without retry; returns when all have ended."""
    with _lock:
        under_way = list(_active.values())
        for active in under_way:
            active.cancelled = reason
            _end(active)
    for active in under_way:
        active.thread.join()


def _end(active: _Active) -> None:
    """Ask a run's processes to end and see to it that they do; returns at once."""
    if active.process:
        Thread(target=end_group, args=(active.process, GRACE), daemon=True).start()


def end_leftovers(settings: Settings) -> None:
    """End processes that a killed server left behind, and remove their directories."""
    for home in workspace.runs_directory(settings).glob("*"):
        pid_file = home / workspace.PID_FILE
        pid = pid_file.read_text(encoding="utf-8") if pid_file.exists() else ""
        if pid.isdecimal() and str(home.resolve()) in _command_line(pid):
            signal_group(int(pid), signal.SIGKILL)
        workspace.remove(home)


def _command_line(pid: str) -> str:
    """Return what runs under the process id, which may be another program's by now."""
    if (PROC / str(os.getpid())).exists():
        try:
            return os.fsdecode((PROC / pid / "cmdline").read_bytes())
        except (FileNotFoundError, ProcessLookupError):
            return ""
    try:
        return subprocess.run(
            ["ps", "-ww", "-o", "command=", "-p", pid],  # ruff: ignore[start-process-with-partial-path] - where it is, PATH knows
            capture_output=True,
            text=True,
            check=False,
        ).stdout
    except FileNotFoundError:
        _log.warning(
            "process %s may be a job run of an earlier local AWS, but there is no ps to tell; "
            "end it yourself if it is",
            pid,
        )
        return ""


def _supervise(run_id: str) -> None:
    active = _active[run_id]
    try:
        _run(active)
    except RunRefusedError as refusal:
        _fail(active, str(refusal))
    finally:
        if not active.run.finished:  # a defect here must not leave a run that never ends
            _fail(active, "Internal error of the local AWS; its own output tells more.")
        del _active[run_id]
        state.touch()


def _run(active: _Active) -> None:
    run, arguments = active.run, RunArguments(active.run.arguments or {})
    home = workspace.home(active.settings, run.job_run_id)
    try:
        place = workspace.prepare(active.settings, active.job, run.job_run_id, arguments)
        process = _start(active, place)
        prefix = arguments.log_group_prefix
        timed_out = process is not None and _wait(active, process, prefix)
        failure = _failure(place.error_file, process, prefix)
    finally:
        workspace.remove(home)
    _conclude(active, failure, timed_out=timed_out)


def _start(active: _Active, place: Workspace) -> subprocess.Popen[bytes] | None:
    """Start the script, unless the run is not wanted any more."""
    with _lock:
        if active.cancelled or active.run.status == "STOPPING":
            return None
        active.process = subprocess.Popen(
            place.command,
            cwd=place.home,
            env=place.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # so that its JVM can be ended with it
        )
        (place.home / workspace.PID_FILE).write_text(str(active.process.pid), encoding="utf-8")
        active.run.status = "RUNNING"
    state.touch()
    return active.process


def _wait(active: _Active, process: subprocess.Popen[bytes], log_group_prefix: str) -> bool:
    """Stream the logs until the process ends; end it after its time and say so."""
    glue = active.job.backend
    logs_backend = logs_backends[glue.account_id][glue.region_name]
    pipes = (("output", process.stdout), ("error", process.stderr))
    targets = [
        (logs_backend, f"{log_group_prefix}/{kind}", active.run.job_run_id, pipe)
        for kind, pipe in pipes
    ]
    readers = [Thread(target=logs.stream_lines, args=args, daemon=True) for args in targets]
    for reader in readers:
        reader.start()
    timed_out = not _ends_within(process, active.run.timeout * MINUTE)
    for reader in readers:
        reader.join(GRACE)  # the JVM ends a moment after the script
    signal_group(process.pid, signal.SIGKILL)
    for reader in readers:
        reader.join()
    for _, pipe in pipes:
        pipe.close()  # type: ignore[union-attr] # _start has asked for pipes
    return timed_out


def _ends_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for the process, patiently for its time and impatiently afterwards."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        end_group(process, GRACE)
        return False
    return True


def _conclude(active: _Active, failure: str | None, *, timed_out: bool) -> None:
    """Give the run its final state."""
    with _lock:
        run = active.run
        if failure is None and run.status == "RUNNING" and not timed_out:
            _finish(active, "SUCCEEDED")
        elif timed_out and run.status == "RUNNING" and not active.cancelled:
            limit = f"its Timeout is {run.timeout} minutes"
            _finish(active, "TIMEOUT", f"The job run timed out: {limit}.")
        else:
            _fail(active, failure or "")


def _fail(active: _Active, message: str) -> None:
    """Mark the run as failed and start its next attempt, if the job has one and nobody objects."""
    with _lock:
        if active.cancelled:
            _finish(active, "FAILED", active.cancelled)
        elif active.run.status == "STOPPING":
            _finish(active, "STOPPED")
        else:
            _finish(active, "FAILED", message[:_MESSAGE_LENGTH], retries=active.job.max_retries)


def _finish(active: _Active, status: str, message: str | None = None, retries: int = 0) -> None:
    """Publish how the run ends, then end it: who sees its end finds what was published."""
    try:
        logs.publish_end(active.job, active.run, status)
    finally:  # a defect there must not leave a run that never ends
        if retry := active.job.end(active.run, status, message, retries):
            launch(active.settings, active.job, retry)
    logs.announce_end(active.job, active.run)


def _failure(errors: Path, process: subprocess.Popen[bytes] | None, prefix: str) -> str | None:
    """Return Glue's words for how the script failed; None when it did not."""
    if process is None:
        return "The run was given up before its script started."
    if not process.returncode:
        return None
    if errors.exists():
        error = json.loads(errors.read_text(encoding="utf-8"))
        category = "IMPORT_ERROR" if error["import"] else "UNCLASSIFIED_ERROR"
        line = f"Failed Line Number: {error['line']}; " if error["line"] else ""
        return f"Error Category: {category}; {line}{error['type']}: {error['message']}"
    code = _exit_code(process.returncode)
    return f"Command failed with exit code {code}; the log group {prefix}/error tells more"


def _exit_code(returned: int) -> str:
    """Return the exit code as a shell would tell it: 128 and more after a signal."""
    if returned >= 0:
        return str(returned)
    return f"{128 - returned} (killed by {signal.Signals(-returned).name})"


atexit.register(stop_all, "The local AWS was stopped while the job was running.")
