"""What a process takes, with everything that it started: seconds, CPU seconds, memory."""

import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

import psutil

from local_aws.process_groups import kill_group

EVERY = 0.5  # seconds between two looks: to add up pages takes the kernel some milliseconds
TOLD = 600  # characters of what a program said last


class BenchError(Exception):
    """Why there is no figure, in one sentence."""


class Figures(NamedTuple):
    """Seconds by the clock, CPU seconds (user + system) of all processes, bytes at the peak.

    CPU may miss what Spark's processes did after the last look at them, half a second at the most.
    A page of memory that processes share counts once, where the system can tell.
    """

    seconds: float
    cpu: float
    memory: int
    waiting: float = 0  # seconds for answers of AWS, where that was measured

    @property
    def own(self) -> float:
        """Seconds without those that AWS took to answer."""
        return self.seconds - self.waiting


class Sampler(Thread):
    """Looks again and again at all processes of a session, until ``stop``.

    A session holds whatever its leader started, also what outlives the leader.
    """

    def __init__(self, leader: int) -> None:
        super().__init__(daemon=True)
        self._session, self._over, self.memory = leader, Event(), 0
        self._cpu: dict[psutil.Process, float] = {}

    def run(self) -> None:
        """Look until the end."""
        while not self._over.wait(EVERY):
            self._look()

    def stop(self) -> float:
        """Look a last time; return the CPU seconds of all processes."""
        self._over.set()
        self.join()
        self._look()
        return sum(self._cpu.values())

    def _look(self) -> None:
        memory = 0
        for process in psutil.process_iter():
            with suppress(psutil.Error, ProcessLookupError):  # it has ended
                if os.getsid(process.pid) == self._session:
                    times, pages = process.cpu_times(), process.memory_full_info()
                    self._cpu[process] = times.user + times.system
                    memory += getattr(pages, "pss", pages.rss)
        self.memory = max(self.memory, memory)


def run(command: Sequence[object], environment: Mapping[str, str], folder: Path) -> Figures:
    """Run a program to its end; what it says goes to ``log`` in the folder, where it works.

    Raises:
        BenchError: the program failed.
    """
    log, before = folder / "log", _cpu_of_children()
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    sampler = Sampler(process.pid)
    sampler.start()
    try:
        status = process.wait()
        seconds = time.perf_counter() - began
    finally:
        cpu = sampler.stop()
        kill_group(process)  # a JVM may be a moment behind, or somebody has lost patience
    if status:
        said = log.read_text(encoding="utf-8", errors="replace").strip()[-TOLD:]
        raise BenchError(f"{' '.join(map(str, command[1:3]))} ended with {status}: {said}")
    # The kernel tells exactly of a process that has no JVM; of others it misses some.
    return Figures(seconds, max(cpu, _cpu_of_children() - before), sampler.memory)


def cpu_of_tree() -> float:
    """CPU seconds (user + system) so far of this process and of all that it started."""
    me = psutil.Process()
    mine, ended = me.cpu_times(), _cpu_of_children()
    used = mine.user + mine.system + ended
    for process in me.children(recursive=True):
        with suppress(psutil.Error):  # it has ended, and its parent has its seconds
            times = process.cpu_times()
            used += times.user + times.system + times.children_user + times.children_system
    return used


def _cpu_of_children() -> float:
    """CPU seconds of the children that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
