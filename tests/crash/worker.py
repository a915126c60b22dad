"""A process as Glue starts it for a run; it keeps Spark warm and forks a process for every run.

Each run executes the uploaded script, unmodified, in a process of its own that lives no longer:
what dies in it is dead, but the JVM, which does nothing then, goes on. Where Spark is killed at
work, all die. A request is a line of JSON on stdin, an answer one on stdout, saying what ended
the run: null, the error, or SIGKILL.
"""

import json
import os
import runpy
import signal
import sys
import traceback
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

import boto3
from ambush import kill, lying_in_wait, throw, watching
from pyspark.sql import SparkSession

ERROR = "error"  # a file of the run's directory


def main() -> None:
    """Answer requests until there are no more."""
    sys.path[0] = str(Path(sys.argv[1]).parent)  # as if the script itself had been started
    answers = _take_stdout()
    spark = _warmed_up()
    for line in sys.stdin:
        answers.write(json.dumps(_run(json.loads(line))) + "\n")
        answers.flush()
        spark.catalog.clearCache()  # as the end of a run's JVM does


def _take_stdout() -> TextIO:
    """Keep stdout for the answers; what a run prints goes to stderr."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def _warmed_up() -> SparkSession:
    """Do what takes every run the same time and leaves nothing behind."""
    for service in ("s3", "glue", "cloudwatch"):
        boto3.client(service)  # reads megabytes of definitions
    import_module(f"glue_jobs.{Path(sys.argv[1]).stem}")  # with all modules of the job
    return SparkSession.builder.getOrCreate()


def _run(request: dict[str, Any]) -> str | None:
    """Make a run in a process of its own; return what ended it early."""
    error = Path(ERROR)
    error.unlink(missing_ok=True)
    pid = os.fork()
    if not pid:
        os._exit(_execute(request, error))  # without what Python does at exit: it would end Spark
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return error.read_text(encoding="utf-8") if error.exists() else None


def _execute(request: dict[str, Any], error: Path) -> int:
    sys.argv = request["argv"]
    try:
        with _danger(request):
            runpy.run_path(sys.argv[0], run_name="__main__")
    except BaseException as ending:  # ruff: ignore[blind-except] - whatever it is, it is the answer
        traceback.print_exc()
        error.write_text(f"{type(ending).__name__}: {ending}", encoding="utf-8")
    return 0


def _danger(request: dict[str, Any]) -> AbstractContextManager[None]:
    if request["folder"]:
        return watching(Path(request["folder"]))
    if request["point"]:
        return lying_in_wait(request["point"], kill if request["how"] == "sigkill" else throw)
    return nullcontext()


if __name__ == "__main__":
    main()
