"""What lies in wait inside a run: the call that a kill point names ends it.

It runs in the worker, which sees the job's packages and nothing of the project.
"""

import os
import signal
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import wraps
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import Any

BATCHES = ("glue_jobs.lake.catalog.BATCH", "glue_jobs.lake.store.DELETE_BATCH")

Function = Callable[..., Any]


class Killed(Exception):  # ruff: ignore[error-suffix-on-exception-name] - a name like a signal's
    """The run was ended by an exception."""


def kill() -> None:
    """End this process at once, in the middle of a line."""
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()  # the signal may arrive a moment later


def throw() -> None:
    """End the run as an error does that nobody foresaw."""
    raise Killed("here")


@contextmanager
def lying_in_wait(point: dict[str, Any], die: Function) -> Generator[None]:
    """Let ``die`` happen where the kill point says; afterwards all is as it was."""
    with ExitStack() as changes:
        is_within = [point["within"] is None]
        if point["within"]:
            changes.enter_context(replaced(point["within"], _noticing(is_within)))
        for name in BATCHES if point["one_by_one"] else ():
            changes.enter_context(replaced(name, lambda _: 1))
        changes.enter_context(replaced(point["target"], _deadly(point, is_within, die)))
        yield


@contextmanager
def replaced(name: str, change: Function) -> Generator[None]:
    """Put ``change(value)`` in the place of what a dotted name means."""
    owner, attribute = _owner(name)
    value = getattr(owner, attribute)
    setattr(owner, attribute, change(value))
    try:
        yield
    finally:
        setattr(owner, attribute, value)


def _owner(name: str) -> tuple[Any, str]:
    """Return the module or class that holds a name, and the name in it."""
    path, _, attribute = name.rpartition(".")
    try:
        return import_module(path), attribute
    except ModuleNotFoundError:
        holder, holder_name = _owner(path)
        return getattr(holder, holder_name), attribute


def _noticing(is_within: list[bool]) -> Function:
    """Make a function tell whether it is being executed."""

    def change(function: Function) -> Function:
        @wraps(function)
        def noticed(*args: object, **options: object) -> object:
            is_within[0] = True
            try:
                return function(*args, **options)
            finally:
                is_within[0] = False

        return noticed

    return change


def _deadly(point: dict[str, Any], is_within: list[bool], die: Function) -> Function:
    """Make the call that a kill point means end the run; every other is as ever."""
    calls = iter(range(1, point["nth"] + 1))

    def is_meant(*args: object, **options: object) -> bool:
        named = repr((args, options))
        found = is_within[0] and all(word in named for word in point["words"])
        return found and next(calls, None) == point["nth"]

    def change(function: Function) -> Function:
        @wraps(function)
        def deadly(*args: object, **options: object) -> object:
            if not is_meant(*args[1:], **options):
                return function(*args, **options)
            if point["when"] == "after":
                function(*args, **options)
            return die()

        return deadly

    return change


@contextmanager
def watching(folder: Path) -> Generator[None]:
    """Kill the process as soon as a file of rows appears in a folder, with Spark at its work."""
    old, is_over = set(folder.rglob("*.parquet")), Event()

    def watch() -> None:
        while not is_over.wait(0.001):
            if set(folder.rglob("*.parquet")) - old:
                os.killpg(os.getpgid(0), signal.SIGKILL)

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()
