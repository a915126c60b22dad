"""CloudWatch whose alarms change their states: evaluated after each tick, and when one looks.

- ``evaluation``: what an alarm's data points say; ``metrics``: which data those are.
- ``alarms``: their states and history; ``changes``: the message to SNS, the line that is logged.
- ``backend``, ``responses``: what replaces moto's parts; ``errors``: what is refused.

Jobs and functions publish their metrics here as the services do on AWS: ``publish``.
"""

from moto.cloudwatch import models, urls
from moto.cloudwatch.models import cloudwatch_backends

from local_aws.cloudwatch.alarms import Alarm
from local_aws.cloudwatch.backend import LocalCloudWatchBackend
from local_aws.cloudwatch.responses import LocalCloudWatchResponse
from local_aws.settings import Settings

__all__ = ["evaluate", "install", "publish"]


def install(_settings: Settings) -> None:
    """Let every CloudWatch backend that moto makes from now on evaluate its alarms."""
    models.Alarm = Alarm
    cloudwatch_backends.backend = LocalCloudWatchBackend
    urls.url_paths["{0}/$"] = LocalCloudWatchResponse.dispatch


def evaluate() -> list[str]:
    """Evaluate all alarms by the real clock; return a line for each that changed its state."""
    backends = list(cloudwatch_backends.iter_backends())
    return [line for _, _, backend in backends for line in backend.evaluate()]


def publish(place: tuple[str, str], namespace: str, data: list[dict[str, object]]) -> None:
    """Keep what a service has measured; ``place`` is account and region, ``data`` MetricData."""
    account, region = place
    cloudwatch_backends[account][region].put_metric_data(namespace, data)
