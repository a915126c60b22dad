"""The HTTP server in front of moto's services: bound before anything else, quiet, really ended."""

import errno
import socket
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import ThreadedWSGIServer

from local_aws import state
from local_aws.settings import HOST, LocalAwsError

READING = {"GET", "HEAD", "OPTIONS"}
BACKLOG = 128


@contextmanager
def listening(port: int) -> Generator[socket.socket]:
    """Hold ``port`` on this machine only.

    Raises:
        LocalAwsError: the port cannot be had.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(BACKLOG)
        except OSError as error:
            raise LocalAwsError(_port_sentence(port, error)) from error
        yield listener


def _port_sentence(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} is in use by another program, perhaps another local AWS; "
            f"end that one or choose another port with --port"
        )
    return f"port {port} cannot be used ({error.strerror}); choose another one with --port"


@contextmanager
def serving(listener: socket.socket) -> Generator[None]:
    """Answer AWS's APIs on ``listener`` meanwhile."""
    host, port = listener.getsockname()
    server = _Server(host, port, _Application(), _QuietHandler, fd=listener.fileno())
    thread = Thread(target=server.serve_forever, args=(0.1,), name="local-aws", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.close_connections()


class _Application:
    """moto's application; tells the state of every request that may have changed it."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        try:
            return self._moto(environ, start_response)
        finally:
            if environ["REQUEST_METHOD"] not in READING:
                state.touch()


class _QuietHandler(MotoRequestHandler):
    """Answers without a line per request."""

    def log_request(self, *_args: object) -> None:
        """Say nothing: who wants to know asks the service."""


class _Server(ThreadedWSGIServer):
    """Ends its connections when it ends, so that a later server cannot be asked through them."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self._connections: set[socket.socket] = set()

    def process_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:
        """Answer one connection in a thread of its own."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:
        """Close one connection."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Close what clients keep open."""
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
