# ruff: file-ignore[invalid-function-name] - AWS's names
"""``getResolvedOptions``: how a Glue job reads its arguments (Glue 5.1)."""

import argparse
from typing import Any, NoReturn

from .errors import refuse_other_names

__getattr__ = refuse_other_names("utils.", "it has getResolvedOptions and GlueArgumentError")

BOOKMARK_OPTIONS = ("job-bookmark-enable", "job-bookmark-disable", "job-bookmark-pause")
BOOKMARK_DISABLE = "job-bookmark-disable"
BOOKMARK_PAUSE = "job-bookmark-pause"

# Declaring one of these is refused by name ...
_RESERVED = (
    "job-bookmark-option",
    "continuation-option",
    "job-bookmark-from",
    "job-bookmark-to",
)
# ... and these are in the answer whether a job asks or not.
_ALWAYS_PRESENT = (
    "--job-bookmark-from",
    "--job-bookmark-to",
    "--JOB_ID",
    "--JOB_RUN_ID",
    "--SECURITY_CONFIGURATION",
    "--encryption-type",
    "--enable-data-lineage",
)
_SCRATCH = ("TempDir", "RedshiftTempDir")


class GlueArgumentError(Exception):
    """The arguments of the run are not those that the job declares."""


class _GlueArgumentParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Raise where argparse would end the process."""
        raise GlueArgumentError(message)


def getResolvedOptions(args: list[str], options: list[str]) -> dict[str, Any]:
    """Return the declared options and Glue's own from ``sys.argv``; all values are strings.

    Every option is required. Arguments that are not declared are ignored; one that is the
    beginning of a declared name fills it, as argparse does and Glue up to 5.1 with it.

    Raises:
        GlueArgumentError: An option is missing or has no value, or the bookmark option is unknown.
        RuntimeError: A reserved option is declared, or the bookmark options contradict each other.
        argparse.ArgumentError: One of Glue's own options is declared (JOB_ID, JOB_RUN_ID, ...).
    """
    reserved = [option for option in options if option in _RESERVED]
    if reserved:
        raise RuntimeError(f"Using reserved arguments {', '.join(reserved)}")
    parsed, _ = _parser(options).parse_known_args(args[1:])
    resolved = vars(parsed)
    _check_bookmark_options(resolved)
    scratch = resolved["TempDir"] or resolved["RedshiftTempDir"]
    return {**resolved, **dict.fromkeys(_SCRATCH, scratch)}


def _parser(options: list[str]) -> _GlueArgumentParser:
    parser = _GlueArgumentParser(add_help=False)
    parser.add_argument("--job-bookmark-option", choices=BOOKMARK_OPTIONS, default=BOOKMARK_DISABLE)
    for option in (*_ALWAYS_PRESENT, *(f"--{name}" for name in _SCRATCH)):
        parser.add_argument(option)
    for option in options:
        if option not in _SCRATCH:
            parser.add_argument(f"--{option}", required=True)
    return parser


def _check_bookmark_options(resolved: dict[str, Any]) -> None:
    window = ("job_bookmark_from", "job_bookmark_to")
    missing = ["--" + name.replace("_", "-") for name in window if not resolved[name]]
    paused = resolved["job_bookmark_option"] == BOOKMARK_PAUSE
    if paused and len(missing) == 1:
        raise RuntimeError(f"Missing option or value for {missing[0]}")
    if not paused and not missing:
        raise RuntimeError("Invalid option(s) --job-bookmark-from, --job-bookmark-to")
