"""Putting real processes behind moto's Lambda."""

from moto.awslambda import models

from local_aws.lambdas import asynchronous, invocation
from local_aws.lambdas.backend import LocalLambdaBackend
from local_aws.lambdas.functions import LocalFunction
from local_aws.settings import Settings


def install(settings: Settings) -> None:
    """Run functions on this machine; moto's own way needs docker."""
    invocation.ENDPOINT.update(settings.environment)
    asynchronous.stopping.clear()
    models.LambdaFunction = LocalFunction
    models.lambda_backends.backend = LocalLambdaBackend


def stop() -> None:
    """End the functions that still run; none is tried again."""
    asynchronous.stopping.set()
    invocation.kill_all()
