"""Glue whose jobs run: the uploaded script in a process of its own, on this machine's Spark.

- ``runs``: jobs and runs as the API shows them; ``processes``: the processes behind them;
  ``workspace``, ``arguments``, ``spark``: what a process is given; ``logs``: what it says.
- ``backend``, ``catalog``, ``api``: what replaces moto's parts.
- Job bookmarks are files under ``<root>/glue/bookmarks``, written by the job itself through
  ``local_aws/runtime/awsglue``.

Scheduled triggers are fired by ``local_aws/schedules``.
"""

from moto.glue import models, urls
from moto.glue.models import glue_backends

from local_aws import snapshot
from local_aws.glue import processes
from local_aws.glue.api import LocalGlueResponse
from local_aws.glue.backend import LocalGlueBackend
from local_aws.glue.catalog import LocalTable
from local_aws.glue.runs import LocalJob, LocalJobRun
from local_aws.settings import Settings

ENDED_WITH_THE_SERVER = (
    "The local AWS ended while the job was running. Start the job again: what this run had not "
    "committed is read again."
)


def install(settings: Settings) -> None:
    """Let every Glue backend that moto makes from now on run its jobs."""
    LocalGlueBackend.settings = settings
    models.FakeJob = LocalJob
    models.FakeJobRun = LocalJobRun
    models.FakeTable = LocalTable
    glue_backends.backend = LocalGlueBackend
    urls.url_paths["{0}/$"] = LocalGlueResponse.dispatch
    processes.end_leftovers(settings)
    snapshot.register("glue", lambda: None, lambda _: close_unfinished_runs())


def stop() -> None:
    """End all runs under way, as failed; the server calls it when it ends."""
    processes.stop_all(ENDED_WITH_THE_SERVER)


def close_unfinished_runs() -> None:
    """Mark as failed what was running when the state was saved: its process is gone."""
    for _, _, backend in glue_backends.iter_backends():
        for job in backend.jobs.values():
            for run in job.job_runs:
                if not run.finished:
                    run.error_message = ENDED_WITH_THE_SERVER
                    run.status = "FAILED"
