"""A local AWS for the tests of its engines."""

import json
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from botocore.client import BaseClient

from local_aws.server import LocalAws, free_port
from local_aws.settings import Settings

READY_WITHIN = 60  # seconds; a busy machine imports slowly
ENDED_WITHIN = 30
# The policy of a queue to which every rule may send.
OPEN_TO_RULES = json.dumps({
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
        }
    ]
})


class Served:
    """A local AWS in a process of its own, started from the command line as a user does."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        command = [sys.executable, "-m", "local_aws"]
        command += ["--root", str(settings.root), "--port", str(settings.port)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.welcome = self._read_welcome()

    def _read_welcome(self) -> str:
        """Return what it prints when it is ready."""
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("export AWS_SECRET_ACCESS_KEY"):
                return "".join(lines)
        output, errors = self.process.communicate(timeout=ENDED_WITHIN)
        raise AssertionError(f"the local AWS ended before it was ready: {output}{errors}")

    def client(self, service: str) -> BaseClient:
        """Return a client of this AWS."""
        return boto3.client(
            service,
            endpoint_url=self.settings.endpoint,
            region_name="us-west-2",
            aws_access_key_id="local",
            aws_secret_access_key="local",  # ruff: ignore[hardcoded-password-func-arg]
        )

    def end(self, signal_number: int) -> tuple[int, str]:
        """Send a signal; return the exit status and what was printed since it was ready."""
        self.process.send_signal(signal_number)
        output, errors = self.process.communicate(timeout=ENDED_WITHIN)
        return self.process.returncode, output + errors


@pytest.fixture
def serve(tmp_path: Path) -> Generator[Callable[[], Served]]:
    """Start a local AWS on one root and port, as often as asked; end what still runs."""
    settings = Settings(root=tmp_path / "root", port=free_port())
    started: list[Served] = []

    def start() -> Served:
        started.append(Served(settings))
        return started[-1]

    yield start
    for served in started:
        if served.process.poll() is None:
            served.process.kill()
            served.process.communicate(timeout=ENDED_WITHIN)


@pytest.fixture(scope="module")
def glue(aws: LocalAws) -> BaseClient:
    """Return a client of Glue."""
    return aws.client("glue")


@pytest.fixture
def job(glue: BaseClient) -> str:
    """Return the name of a job whose script nobody uploaded."""
    command = {"Name": "glueetl", "ScriptLocation": "s3://nowhere/script.py"}
    return glue.create_job(Name=f"job-{uuid4().hex[:8]}", Role="LabRole", Command=command)["Name"]
