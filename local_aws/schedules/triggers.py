"""Glue triggers with a schedule, and the jobs that they start."""

import time
from collections.abc import Iterator
from copy import copy
from datetime import datetime
from functools import partial

from moto.glue.models import FakeTrigger, glue_backends
from moto.glue.utils import Action

from local_aws.event_bus.errors import RefusedError
from local_aws.glue.runs import LocalJob, LocalJobRun
from local_aws.schedules.expressions import cron_names
from local_aws.schedules.firings import Schedule, Work

LOOK_EVERY = 0.1  # seconds


def activated() -> Iterator[Schedule]:
    """Yield the scheduled triggers that are switched on."""
    for _, _, backend in list(glue_backends.iter_backends()):
        for trigger in list(backend.triggers.values()):
            if trigger.trigger_type == "SCHEDULED" and trigger.state == "ACTIVATED":
                is_due = partial(cron_names, trigger.schedule or "")
                yield Schedule(f"trigger {trigger.name}", is_due, partial(_actions, trigger))


def _actions(trigger: FakeTrigger, _instant: datetime) -> Iterator[tuple[str, Work]]:
    for action in trigger.actions:
        name = f"job {action.job_name}" if action.job_name else f"crawler {action.crawler_name}"
        yield name, partial(_run, trigger, action)


def _run(trigger: FakeTrigger, action: Action) -> str:
    """Start the job of one action; return how its run, or the last retry of it, ended.

    Raises:
        RefusedError: the action starts a crawler.
    """
    if not action.job_name:
        raise RefusedError(
            f"the local AWS has no crawlers, trigger {trigger.name} starts {action.crawler_name}; "
            f"let AWS run it"
        )
    glue = trigger.backend
    alone = copy(trigger)  # an action that cannot start does not keep the others from it
    alone.actions = [action]
    [run_id] = glue.fire(alone)
    return _ended(glue.get_job(action.job_name), run_id)


def _ended(job: LocalJob, run_id: str) -> str:
    while not all(run.finished for run in _attempts(job, run_id)):
        time.sleep(LOOK_EVERY)
    *_, last = _attempts(job, run_id)
    why = f": {last.error_message}" if last.error_message else ""
    return f"{last.status} after {last.execution_seconds} s, run {last.job_run_id}{why}"


def _attempts(job: LocalJob, run_id: str) -> Iterator[LocalJobRun]:
    """Yield a run and its retries; a retry is in the list before its forerunner has failed."""
    for run in job.job_runs:
        if run.job_run_id.partition("_attempt_")[0] == run_id:
            yield run
