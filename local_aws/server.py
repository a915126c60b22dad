"""One process, one port, one directory: moto's server with its pretending parts replaced."""

import atexit
import fcntl
import json
import os
import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import Self

import boto3
from botocore.client import BaseClient
from moto.iam.models import iam_backends

from local_aws import (
    athena,
    cloudformation,
    cloudwatch,
    endpoint,
    glue,
    lambdas,
    s3,
    schedules,
    snapshot,
    stepfunctions,
)
from local_aws.settings import ACCOUNT_ID, HOST, REGION, LocalAwsError, Settings
from local_aws.state import State

# They end in this order: the schedules first, so that nothing is started any more.
ENGINES = (schedules, stepfunctions, s3, glue, athena, lambdas, cloudformation, cloudwatch)

# The one role of an AWS Academy lab account; it may be assumed by all that the template uses.
LAB_ROLE = "LabRole"
LAB_ROLE_SERVICES = ("glue", "lambda", "events", "states", "scheduler")

_in_this_process = Lock()  # moto's services are global: a second server would share them


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class LocalAws:
    """A local AWS that serves between ``start`` and ``stop``, or inside a ``with``."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._running = ExitStack()

    def start(self) -> None:
        """Bring back the state under the root and answer on the port.

        Raises:
            LocalAwsError: port, root or state cannot be used; nothing was changed then.
        """
        with ExitStack() as starting:
            starting.enter_context(_alone_in_this_process())
            listener = starting.enter_context(endpoint.listening(self.settings.port))
            starting.enter_context(_root_in_use(self.settings))
            starting.enter_context(_environment(self.settings))
            starting.enter_context(_engines(self.settings))
            starting.enter_context(endpoint.serving(listener, schedules.PAGES))
            starting.callback(stepfunctions.stop)  # while what their tasks ask is still answered
            atexit.register(self.stop)  # a program that fails forgets to
            starting.callback(atexit.unregister, self.stop)
            self._running = starting.pop_all()

    def stop(self) -> None:
        """Stop answering, end what runs and save the state.

        Raises:
            LocalAwsError: the state could not be saved.
        """
        self._running.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def client(self, service: str) -> BaseClient:
        """Return a boto3 client of this AWS."""
        return boto3.client(
            service,
            endpoint_url=self.settings.endpoint,
            region_name=REGION,
            aws_access_key_id="local",
            aws_secret_access_key="local",  # ruff: ignore[hardcoded-password-func-arg] - any value will do, nothing is checked
        )


@contextmanager
def _alone_in_this_process() -> Generator[None]:
    if not _in_this_process.acquire(blocking=False):
        raise LocalAwsError(
            "this process runs a local AWS already; stop that one first, or start a second process"
        )
    try:
        yield
    finally:
        _in_this_process.release()


@contextmanager
def _root_in_use(settings: Settings) -> Generator[None]:
    """Hold the root directory for ourselves."""
    try:
        settings.s3_root.mkdir(parents=True, exist_ok=True)
        lock = settings.lock_file.open("a+")
    except OSError as error:
        raise LocalAwsError(
            f"the directory {settings.root} cannot be written ({error.strerror}); "
            f"choose another one with --root"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise LocalAwsError(
                f"another local AWS (process {lock.read().strip() or 'unknown'}) uses "
                f"{settings.root}; end that one or choose another directory with --root"
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


@contextmanager
def _environment(settings: Settings) -> Generator[None]:
    """Tell moto where it is: services that call others do it through the port."""
    mine = {
        "MOTO_PORT": str(settings.port),
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    before = {name: os.environ.get(name) for name in mine}
    os.environ.update(mine)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


@contextmanager
def _engines(settings: Settings) -> Generator[None]:
    """Install the engines with the state of the last time; at the end, end what they run."""
    snapshot.forget_everything()
    state = State(settings)
    for engine in ENGINES:
        engine.install(settings)
    if state.load():
        athena.fail_unfinished()
    else:
        _create_lab_role()
    state.start()
    try:
        yield
    finally:
        for engine in ENGINES:
            if hasattr(engine, "stop"):  # an engine that runs programs ends them
                engine.stop()
        state.stop()


def _create_lab_role() -> None:
    principals = [f"{service}.amazonaws.com" for service in LAB_ROLE_SERVICES]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": principals},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    iam_backends[ACCOUNT_ID]["aws"].create_role(
        role_name=LAB_ROLE,
        assume_role_policy_document=json.dumps(trust),
        path="/",
        permissions_boundary=None,
        description="What a lab account may do; this machine enforces none of it.",
        tags=[],
        max_session_duration="3600",
    )
