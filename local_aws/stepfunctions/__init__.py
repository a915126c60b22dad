"""Step Functions whose state machines run, against the other services of this AWS.

moto brings LocalStack's interpreter of the Amazon States Language; what it lacks or does otherwise
than AWS is here, or refused.

- ``definition``, ``fields``: what CreateStateMachine refuses; ``integrations``: the calls that
  tasks can make.
- ``tasks``: a task's call; ``jobs``: what ``.sync`` waits for; ``values``, ``moments``: arguments
  and results as Step Functions writes them.
- ``expressions``: JSONata; ``texts``: strings and JSONPath; ``interpreter``: the places of moto's
  interpreter that are replaced.
- ``executions``: an execution and its end; ``status``: whom they tell of it.
- ``backend``, ``responses``, ``errors``: what replaces moto's parts.
"""

from moto.stepfunctions import urls
from moto.stepfunctions.models import stepfunctions_backends
from moto.stepfunctions.parser import models

from local_aws import snapshot
from local_aws.settings import Settings
from local_aws.stepfunctions import interpreter, tasks
from local_aws.stepfunctions.backend import LocalStepFunctionsBackend, abort_all
from local_aws.stepfunctions.executions import LocalExecution
from local_aws.stepfunctions.responses import LocalStepFunctionsResponse

__all__ = ["install", "stop"]


def install(settings: Settings) -> None:
    """Let every Step Functions backend that moto makes from now on run its state machines."""
    tasks.endpoint = settings.endpoint
    interpreter.install()
    models.Execution = LocalExecution
    stepfunctions_backends.backend = LocalStepFunctionsBackend
    urls.url_paths["{0}/$"] = LocalStepFunctionsResponse.dispatch
    snapshot.register("stepfunctions", lambda: None, lambda _: abort_all())


def stop() -> None:
    """Abort the executions under way; what their tasks wait for ends with its own engine."""
    abort_all()
