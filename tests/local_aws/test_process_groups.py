"""A process ends with what it started, also one that does not want to."""

import os
import signal
import subprocess
import sys

import pytest

from local_aws.process_groups import end_group, kill_group, signal_group

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(flush=True)
time.sleep(300)
"""


def started(program: str) -> subprocess.Popen[bytes]:
    """Start a program that leads a group and has printed a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, start_new_session=True
    )
    process.stdout.readline()
    process.stdout.close()
    return process


@pytest.mark.parametrize(
    ("program", "signal_number"),
    [
        ("import time; print(flush=True); time.sleep(300)", signal.SIGTERM),
        (STUBBORN, signal.SIGKILL),
    ],
)
def test_asked_first(program: str, signal_number: int) -> None:
    """SIGTERM is enough for most; who ignores it is killed after the grace."""
    process = started(program)
    end_group(process, grace=0.2)
    assert process.returncode == -signal_number


def test_a_dead_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """A group that ended before is no error, in the words of Linux and in those of macOS."""
    process = started("print()")
    process.wait()
    kill_group(process)

    def macos(leader: int, number: int) -> None:
        raise PermissionError(leader, number)

    monkeypatch.setattr(os, "killpg", macos)
    signal_group(process.pid, signal.SIGTERM)
