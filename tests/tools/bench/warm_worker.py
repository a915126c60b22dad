"""A process as Glue starts it for a run, in which the script runs again and again.

Its argument is the script. ``runs.json`` has of each run the raw file that comes before, whereto,
and the run's arguments; ``figures.json`` gets its seconds, its CPU seconds, and how many seconds
passed until AWS answered. Spark stays, and is warm the second time.
"""

import json
import runpy
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session
from pyspark.sql import SparkSession


def main() -> None:
    """Make all runs."""
    sys.path[0] = str(Path(sys.argv[1]).parent)  # as if the script itself had been started
    figures, waits = [], _watch_requests()
    for file, target, argv in json.loads(Path("runs.json").read_text(encoding="utf-8")):
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        sys.argv = argv
        waits.clear()
        cpu, began = _cpu(), time.perf_counter()
        runpy.run_path(argv[0], run_name="__main__")
        figures.append((time.perf_counter() - began, _cpu() - cpu, sum(waits)))
        SparkSession.builder.getOrCreate().catalog.clearCache()  # as the end of Spark does
    Path("figures.json").write_text(json.dumps(figures), encoding="utf-8")


def _watch_requests() -> list[float]:
    """Return a list that grows by the seconds of every request of boto3's."""
    waits: list[float] = []
    send = URLLib3Session.send

    def timed_send(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
        began = time.perf_counter()
        try:
            return send(session, request)
        finally:
            waits.append(time.perf_counter() - began)

    URLLib3Session.send = timed_send
    return waits


def _cpu() -> float:
    """CPU seconds so far, of this process and all that it started."""
    this, seconds = psutil.Process(), 0.0
    for process in (this, *this.children(recursive=True)):
        with suppress(psutil.Error):  # it has ended, and counts among its parent's children
            times = process.cpu_times()
            seconds += times.user + times.system + times.children_user + times.children_system
    return seconds


if __name__ == "__main__":
    main()
