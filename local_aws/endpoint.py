"""The HTTP server in front of moto's services: bound before anything else, quiet, really ended.

Nothing here asks for credentials, so only programs on this machine may ask: what a web page in the
user's browser sends, also under a name that leads here, is answered with 403.
"""

import errno
import json
import re
import socket
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any
from xml.sax.saxutils import escape

from moto.moto_server import werkzeug_app
from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import ThreadedWSGIServer

from local_aws import calls, state
from local_aws.settings import HOST, LocalAwsError

# The environment variable for this is read when moto is first imported, which may be before us.
werkzeug_app.DISABLE_GLOBAL_CORS = True

_OUR_NAMES = re.compile(r"(127\.0\.0\.1|localhost)(:\d+)?")
_NOT_FOR_PAGES = "The local AWS answers programs on this machine, not web pages: {reason}.\n"

# What answers a request: a WSGI application.
Answer = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

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
def serving(listener: socket.socket, pages: Mapping[tuple[str, str], Answer]) -> Generator[None]:
    """Answer AWS's APIs on ``listener`` meanwhile, and ``pages`` by method and path."""
    host, port = listener.getsockname()
    server = _Server(host, port, _Application(pages), _QuietHandler, fd=listener.fileno())
    thread = Thread(target=server.serve_forever, args=(0.1,), name="local-aws", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.close_connections()


class _Application:
    """Our pages and moto's application, for programs; tells the state of all that may change it."""

    def __init__(self, pages: Mapping[tuple[str, str], Answer]) -> None:
        self._pages = pages
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        reason = _why_refused(environ)
        if reason:
            start_response("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
            return [_NOT_FOR_PAGES.format(reason=reason).encode()]
        calls.note(environ)
        asked = (environ["REQUEST_METHOD"], environ["PATH_INFO"])
        try:
            return self._pages.get(asked, self._moto)(environ, start_response)
        except NotImplementedError as error:
            return _not_offered(environ, start_response, str(error))
        finally:
            if environ["REQUEST_METHOD"] not in READING:
                state.touch()


def _not_offered(
    environ: dict[str, Any], start_response: Callable[..., Any], reason: str
) -> Iterable[bytes]:
    """Refuse an operation by name, with a status that clients do not try again, unlike 500."""
    asked = environ.get("HTTP_X_AMZ_TARGET") or environ["PATH_INFO"]
    sentence = f"The local AWS does not offer {asked.rpartition('.')[2]}: {reason}"
    if "json" in environ.get("CONTENT_TYPE", ""):
        kind, body = "json", json.dumps({"__type": "NotImplemented", "message": sentence})
    else:
        error = f"<Error><Code>NotImplemented</Code><Message>{escape(sentence)}</Message></Error>"
        kind, body = "xml", f"<ErrorResponse>{error}</ErrorResponse>"
    start_response("501 Not Implemented", [("Content-Type", f"application/{kind}")])
    return [body.encode()]


def _why_refused(environ: dict[str, Any]) -> str | None:
    """Return why a request is not answered; None if it is.

    Browsers send Origin with all that a page may change, and Sec-Fetch-Site with the rest; a name
    of the page's own that leads to 127.0.0.1 shows in Host.
    """
    if "HTTP_ORIGIN" in environ:
        return "this request has an Origin header"
    if environ.get("HTTP_SEC_FETCH_SITE", "none") not in {"none", "same-origin"}:
        return "this request comes from another site"
    if not _OUR_NAMES.fullmatch(environ.get("HTTP_HOST", "")):
        return "its Host header must be 127.0.0.1 or localhost, with or without a port"
    if environ["PATH_INFO"].startswith("/moto-api"):
        return "moto's own pages and its reset are off"
    return None


class _QuietHandler(MotoRequestHandler):
    """Answers without a line per request."""

    def log_request(self, *_args: object) -> None:
        """Say nothing: who wants to know asks the service."""


class _Server(ThreadedWSGIServer):
    """Ends its connections when it ends, so that a later server cannot be asked through them."""

    def __init__(self, *args: Any, **options: Any) -> None:  # ruff: ignore[any-type] - werkzeug's
        super().__init__(*args, **options)
        self._connections: set[socket.socket] = set()

    def process_request(  # type: ignore[override] # TCP: no request is a datagram
        self, request: socket.socket, client_address: tuple[str, int]
    ) -> None:
        """Answer one connection in a thread of its own."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override] # same
        """Close one connection."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Close what clients keep open."""
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
