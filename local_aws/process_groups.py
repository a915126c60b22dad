"""Ending a process together with everything that it started."""

import os
import signal
import subprocess
from contextlib import suppress


def signal_group(leader: int, number: signal.Signals) -> None:
    """Send a signal to all processes of a group, as far as they are still there."""
    with suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a dead group
        os.killpg(leader, number)


def end_group(process: subprocess.Popen[bytes], grace: float) -> None:
    """Ask a process that leads a group to end; after ``grace`` seconds end the group by force."""
    signal_group(process.pid, signal.SIGTERM)
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads a group, and what it started, at once."""
    signal_group(process.pid, signal.SIGKILL)
    process.wait()
