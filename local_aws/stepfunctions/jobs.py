"""What ``.sync`` waits for: Glue job runs and Athena queries."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from botocore.client import BaseClient

Started = dict[str, Any]

SUCCEEDED = "SUCCEEDED"


@dataclass(frozen=True)
class Kind:
    """How one asks for something that was started, and how one stops it.

    ``look`` returns its state and the answer as botocore's, which ``output`` makes the task's.
    """

    reading: str
    look: Callable[[BaseClient, Started], tuple[str, dict[str, Any]]]
    stop: Callable[[BaseClient, Started], object]
    output: Callable[[dict[str, Any]], dict[str, Any]]
    failed: tuple[str, ...]


def _job_run(glue: BaseClient, started: Started) -> tuple[str, dict[str, Any]]:
    answer = glue.get_job_run(JobName=started["JobName"], RunId=started["JobRunId"])
    return answer["JobRun"]["JobRunState"], answer


def _stop_job_run(glue: BaseClient, started: Started) -> object:
    return glue.batch_stop_job_run(JobName=started["JobName"], JobRunIds=[started["JobRunId"]])


def _query(athena: BaseClient, started: Started) -> tuple[str, dict[str, Any]]:
    answer = athena.get_query_execution(QueryExecutionId=started["QueryExecutionId"])
    return answer["QueryExecution"]["Status"]["State"], answer


def _stop_query(athena: BaseClient, started: Started) -> object:
    return athena.stop_query_execution(QueryExecutionId=started["QueryExecutionId"])


KINDS = {
    "StartJobRun": Kind(
        reading="GetJobRun",
        look=_job_run,
        stop=_stop_job_run,
        output=itemgetter("JobRun"),
        failed=("FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED"),
    ),
    "StartQueryExecution": Kind(
        reading="GetQueryExecution",
        look=_query,
        stop=_stop_query,
        output=lambda answer: answer,
        failed=("FAILED", "CANCELLED"),
    ),
}
