"""The request for a tick: how the running local AWS answers it, and how one asks."""

from collections.abc import Callable, Iterable
from http.client import HTTPConnection, HTTPException
from typing import Any

from local_aws.schedules.engine import ENGINE
from local_aws.settings import HOST, LocalAwsError

METHOD, PATH = "POST", "/_local-aws/tick"  # no bucket can have this name


def answer_tick(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request (WSGI): a line of text for all that the tick fired, once it has ended."""
    try:
        status, lines = "200 OK", ENGINE.tick(wait=True)
    except LocalAwsError as error:
        status, lines = "500 Internal Server Error", [str(error)]
    start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
    return ["".join(f"{line}\n" for line in lines).encode()]


PAGES = {(METHOD, PATH): answer_tick}


def ask_for_tick(port: int) -> str:
    """Ask the local AWS on ``port`` for a tick; return its lines, as soon as all has ended.

    Raises:
        LocalAwsError: no local AWS answers there, or the tick failed.
    """
    connection = HTTPConnection(HOST, port)  # no time limit: a job may take its hours
    try:
        connection.request(METHOD, PATH)
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
    except ConnectionRefusedError as error:
        raise LocalAwsError(
            f"no local AWS answers on port {port}; start one (make aws) or name its --port"
        ) from error
    except (OSError, HTTPException) as error:
        raise LocalAwsError(
            f"the local AWS on port {port} did not end its tick "
            f"({str(error) or type(error).__name__}); its own output tells more"
        ) from error
    finally:
        connection.close()
    if response.status != 200:  # ruff: ignore[magic-value-comparison] - OK
        raise LocalAwsError(
            f"what answers on port {port} refused the tick with {response.status}: "
            f"{text.partition(chr(10))[0][:500]}"
        )
    return text
