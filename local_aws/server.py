"""One process, one port: moto's server with its pretending parts replaced."""

import os
import socket

import boto3
from botocore.client import BaseClient
from moto.server import ThreadedMotoServer

from local_aws import athena, cloudformation, glue, lambdas, s3
from local_aws.settings import HOST, REGION, Settings

ENGINES = (s3, glue, athena, lambdas, cloudformation)


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class LocalAws:
    """A local AWS that serves between ``start`` and ``stop``."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._server = ThreadedMotoServer(ip_address=HOST, port=settings.port, verbose=False)

    def start(self) -> None:
        """Install the engines and answer on the port."""
        os.environ.setdefault("AWS_ACCESS_KEY_ID", "local")
        os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "local")
        self.settings.s3_root.mkdir(parents=True, exist_ok=True)
        for engine in ENGINES:
            engine.install(self.settings)
        self._server.start()

    def stop(self) -> None:
        """Stop answering."""
        self._server.stop()

    def client(self, service: str) -> BaseClient:
        """Return a boto3 client of this AWS."""
        return boto3.client(
            service,
            endpoint_url=self.settings.endpoint,
            region_name=REGION,
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106 - any value will do, nothing is checked
        )
