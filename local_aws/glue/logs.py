"""What others hear of a run: its output, line by line while it runs, and how it ended."""

import time
from collections.abc import Iterable

from moto.logs.models import LogsBackend

from local_aws import cloudwatch, event_bus
from local_aws.glue.arguments import RunArguments
from local_aws.glue.runs import LocalJob, LocalJobRun

_METRICS = {
    "SUCCEEDED": "glue.succeed.ALL",
    "FAILED": "glue.error.ALL",
    "TIMEOUT": "glue.error.ALL",
}
_SEVERITY = {"SUCCEEDED": "INFO", "STOPPED": "INFO", "TIMEOUT": "WARN", "FAILED": "ERROR"}


def publish_end(job: LocalJob, run: LocalJobRun, status: str) -> None:
    """Count a run that ends so, if it asks for that; one that was stopped counts as neither.

    Source: "Monitoring with AWS Glue Observability metrics", Glue's Developer Guide.
    """
    wanted = RunArguments(run.arguments or {}).observability_metrics
    if not wanted or status not in _METRICS:
        return
    of_the_job = {"JobName": job.name, "Type": "count", "ObservabilityGroup": "error"}
    data = [
        {
            "MetricName": _METRICS[status],
            "Dimensions": [
                {"Name": name, "Value": value}
                for name, value in {**of_the_job, "JobRunId": run_id}.items()
            ],
            "Value": 1,
            "Unit": "Count",
        }
        for run_id in ("ALL", run.job_run_id)
    ]
    cloudwatch.publish((job.backend.account_id, job.backend.region_name), "Glue", data)


def announce_end(job: LocalJob, run: LocalJobRun) -> None:
    """Tell EventBridge how a run has ended, whatever its arguments; an attempt that failed, too.

    Source: "AWS Glue events", EventBridge's reference.
    """
    place = event_bus.Place(job.backend.account_id, job.backend.region_name)
    detail = {
        "jobName": job.name,
        "severity": _SEVERITY[run.status],
        "state": run.status,
        "jobRunId": run.job_run_id,
        "message": run.error_message or f"Job run {run.status.lower()}",
    }
    event_bus.send(place, "aws.glue", "Glue Job State Change", detail)


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
