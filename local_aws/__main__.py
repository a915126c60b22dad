"""``python -m local_aws``: the local AWS in the foreground; ``... tick``: asks it for ticks."""

import argparse
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event

from local_aws import schedules
from local_aws.java import java_home
from local_aws.schedules.requests import ask_for_tick
from local_aws.server import LocalAws
from local_aws.settings import LocalAwsError, Settings

DEFAULT_PORT = 4566
DEFAULT_ROOT = Path(".local-aws")
HIGHEST_PORT = 65535
MOST_TICKS = 8928  # a month
LONGEST_PAUSE = 86400  # seconds, a day


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM, or ask for ticks; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        options.do(options)
    except LocalAwsError as error:
        sys.stderr.write(f"local_aws: {error}\n")
        return 1
    except KeyboardInterrupt:  # of somebody who waits for ticks; serving has its own way to end
        return 128 + signal.SIGINT
    return 0


def _serve(options: argparse.Namespace) -> None:
    settings = Settings(root=options.root.absolute(), port=options.port)
    enough = _signalled()
    java_home()  # a job would fail without; say so now
    with LocalAws(settings):
        _say(_welcome(settings))
        if options.tick:
            _show_firings()
        while not enough.wait(options.tick):
            schedules.tick()


def _tick(options: argparse.Namespace) -> None:
    for _ in range(options.count):
        _say(ask_for_tick(options.port))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local_aws", description="AWS on this machine, for this project's services."
    )
    parser.set_defaults(do=_serve)
    parser.add_argument(
        "--root", type=Path, default=DEFAULT_ROOT, help="where all state lies (%(default)s)"
    )
    port = _up_to(HIGHEST_PORT, "a port")
    parser.add_argument(
        "--port", type=port, default=DEFAULT_PORT, help="TCP port on 127.0.0.1 (%(default)s)"
    )
    parser.add_argument(
        "--tick",
        type=_up_to(LONGEST_PAUSE, "a number of seconds"),
        metavar="SECONDS",
        help="let five minutes of the schedules pass every so many seconds",
    )
    tick = parser.add_subparsers(title="instead of serving").add_parser(
        "tick", help="let the running local AWS fire the schedules of the next five minutes"
    )
    tick.set_defaults(do=_tick)
    tick.add_argument("--port", type=port, default=argparse.SUPPRESS, help="where it serves")
    tick.add_argument(
        "--count",
        type=_up_to(MOST_TICKS, "a number of ticks"),
        default=1,
        help="how many times, each after the one before has ended (%(default)s)",
    )
    return parser


def _up_to(highest: int, what: str) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not 0 < int(text) <= highest:
            raise argparse.ArgumentTypeError(f"{text!r} is not {what}; use 1 to {highest}")
        return int(text)

    return number


def _signalled() -> Event:
    """Return an event that Ctrl-C or SIGTERM sets; a second Ctrl-C ends the process at once."""
    enough = Event()

    def stop(*_: object) -> None:
        enough.set()
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return enough


def _show_firings() -> None:
    """Have a line on stdout for all that the schedules fire, when it has ended."""
    log = logging.getLogger(schedules.__name__)
    log.addHandler(logging.StreamHandler(sys.stdout))
    log.setLevel(logging.INFO)
    log.propagate = False


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _welcome(settings: Settings) -> str:
    exports = "".join(f"export {name}={value}\n" for name, value in settings.environment.items())
    return (
        f"# The local AWS is ready; Ctrl-C ends it, its state stays in {settings.root}.\n"
        f"# These lines point the AWS CLI, boto3 and any notebook at it:\n"
        f"{exports}"
    )


if __name__ == "__main__":
    sys.exit(main())
