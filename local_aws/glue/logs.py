"""A run's output in CloudWatch Logs, line by line while it runs."""

import time
from collections.abc import Iterable

from moto.logs.models import LogsBackend

OUTPUT_GROUP = "/aws-glue/jobs/output"
ERROR_GROUP = "/aws-glue/jobs/error"


def stream_lines(logs: LogsBackend, group: str, stream: str, lines: Iterable[bytes]) -> None:
    """Append every line to the stream until there are no more; blank lines are left out."""
    _ensure(logs, group, stream)
    for line in lines:
        text = line.decode("utf-8", errors="replace").rstrip()
        if text:
            _ensure(logs, group, stream)  # somebody may have deleted it meanwhile
            event = {"timestamp": time.time_ns() // 1_000_000, "message": text}
            logs.put_log_events(group, stream, [event])


def _ensure(logs: LogsBackend, group: str, stream: str) -> None:
    logs.ensure_log_group(group)
    logs.ensure_log_stream(group, stream)
