"""The options of ``python -m commerce.quality``."""

import argparse
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from commerce.gate.rendering import SUFFIXES
from commerce.package import student_id
from generate_sample_data import OneSentenceParser


def parser_of(description: str, helps: Mapping[str, str]) -> argparse.ArgumentParser:
    """Return what reads the options of the commands; ``helps``: what each of them does."""
    parser = OneSentenceParser(prog="python -m commerce.quality", description=description)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, does in helps.items():
        sub = commands.add_parser(name, help=does)
        sub.add_argument("--student-id", required=True, type=student_id, help="of both stacks")
        sub.add_argument("--date", required=name != "freshness", type=_day, help="YYYY-MM-DD")
        if name == "accept":
            _add_acceptance(sub)
            continue
        sub.add_argument("--table", type=_text, help="show one source or table")
        sub.add_argument("--report-output", type=_report_file, help="a .json or .md to write")
        if name == "check":
            _add_choice(sub)
    return parser


def _add_acceptance(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", required=True, type=_text, help="that failed")
    parser.add_argument("--source", type=_text, help="of which; all that fail if not given")
    parser.add_argument("--reason", required=True, type=_text, help="why it is taken as it is")


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checks", type=lambda text: text.split(","), help="a,b: only these")
    parser.add_argument(
        "--bound",
        action="append",
        default=[],
        type=_bound,
        metavar="CHECK.SEVERITY=NUMBER",
        help="another bound, for this time",
    )


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day, YYYY-MM-DD") from None


def _report_file(text: str) -> Path:
    file = Path(text)
    if file.suffix not in SUFFIXES:
        raise argparse.ArgumentTypeError(f"{text!r} should end in {' or '.join(SUFFIXES)}")
    if file.is_dir() or not file.parent.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} should be a file in a folder that exists")
    return file


def _text(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("it has no text")
    return text.strip()


def _bound(text: str) -> tuple[str, float]:
    name, _, given = text.partition("=")
    try:
        number = float(given)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"{text!r} should be as rejected_share.fail=0.02")
    return name, number
