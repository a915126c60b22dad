"""``python -m local_aws``: the local AWS in the foreground."""

import argparse
import signal
import sys
from pathlib import Path
from threading import Event

from local_aws.java import java_home
from local_aws.server import LocalAws
from local_aws.settings import LocalAwsError, Settings

DEFAULT_PORT = 4566
DEFAULT_ROOT = Path(".local-aws")
HIGHEST_PORT = 65535


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; return the exit status."""
    options = _parser().parse_args(arguments)
    settings = Settings(root=options.root.absolute(), port=options.port)
    enough = _signalled()
    try:
        java_home()  # a job would fail without; say so now
        with LocalAws(settings):
            sys.stdout.write(_welcome(settings))
            sys.stdout.flush()
            enough.wait()
    except LocalAwsError as error:
        sys.stderr.write(f"local_aws: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local_aws", description="AWS on this machine, for this project's services."
    )
    parser.add_argument(
        "--root", type=Path, default=DEFAULT_ROOT, help="where all state lies (%(default)s)"
    )
    parser.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help="TCP port on 127.0.0.1 (%(default)s)"
    )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; use 1 to {HIGHEST_PORT}")
    return int(text)


def _signalled() -> Event:
    """Return an event that Ctrl-C or SIGTERM sets; a second Ctrl-C ends the process at once."""
    enough = Event()

    def stop(*_: object) -> None:
        enough.set()
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return enough


def _welcome(settings: Settings) -> str:
    exports = "".join(f"export {name}={value}\n" for name, value in settings.environment.items())
    return (
        f"# The local AWS is ready; Ctrl-C ends it, its state stays in {settings.root}.\n"
        f"# These lines point the AWS CLI, boto3 and any notebook at it:\n"
        f"{exports}"
    )


if __name__ == "__main__":
    sys.exit(main())
