# ruff: file-ignore[invalid-function-name] - AWS's names
"""``getResolvedOptions``: how a Glue job reads its arguments (Glue 5.1)."""

import argparse
from typing import Any, NoReturn

from .errors import refuse_other_names

__getattr__ = refuse_other_names("utils.", "it has getResolvedOptions and GlueArgumentError")

BOOKMARK_ENABLE = "job-bookmark-enable"
BOOKMARK_PAUSE = "job-bookmark-pause"
BOOKMARK_DISABLE = "job-bookmark-disable"
_BOOKMARK_OPTIONS = (BOOKMARK_ENABLE, BOOKMARK_PAUSE, BOOKMARK_DISABLE)
# The same under their older names, in the same order.
_CONTINUATION_OPTIONS = ("continuation-enabled", "continuation-readonly", "continuation-ignore")

# Declaring one of these is refused by name. Glue looks for the latter with their dashes on, so
# that declaring JOB_ID, as everybody would spell it, reaches argparse, which refuses it too.
_RESERVED = (
    "continuation-option",
    "job-bookmark-option",
    "job-bookmark-from",
    "job-bookmark-to",
    "--JOB_ID",
    "--JOB_RUN_ID",
    "--SECURITY_CONFIGURATION",
    "--encryption-type",
    "--enable-data-lineage",
)
# These are in the answer whether a job asks or not.
_ALWAYS_PRESENT: dict[str, tuple[str, ...] | None] = {
    "--job-bookmark-option": _BOOKMARK_OPTIONS,
    "--continuation-option": _CONTINUATION_OPTIONS,
    "--job-bookmark-from": None,
    "--job-bookmark-to": None,
    "--JOB_ID": None,
    "--JOB_RUN_ID": None,
    "--SECURITY_CONFIGURATION": None,
    "--encryption-type": ("sse-s3",),
    "--enable-data-lineage": None,
    "--RedshiftTempDir": None,
    "--TempDir": None,
}
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
        GlueArgumentError: An option is missing, has no value, or has none of its choices.
        RuntimeError: A reserved option is declared, or the bookmark options contradict each other.
        argparse.ArgumentError: One of Glue's own options is declared (JOB_ID, JOB_RUN_ID, ...).
        SystemExit: ``-h`` or ``--help`` is among the arguments; argparse has printed its help.
    """
    reserved = [option for option in options if option in _RESERVED]
    if reserved:
        raise RuntimeError(f"Using reserved arguments {', '.join(reserved)}")
    parsed, _ = _parser(options).parse_known_args(args[1:])
    resolved = vars(parsed)
    _settle_bookmark_option(resolved)
    _check_bookmark_window(resolved)
    given = [resolved[name] for name in _SCRATCH if resolved[name] is not None]
    return {**resolved, **dict.fromkeys(_SCRATCH, given[0] if given else None)}


def _parser(options: list[str]) -> _GlueArgumentParser:
    parser = _GlueArgumentParser()
    for option, choices in _ALWAYS_PRESENT.items():
        parser.add_argument(option, choices=choices)
    for option in options:
        if option not in _SCRATCH:
            parser.add_argument(f"--{option}", required=True)
    return parser


def _settle_bookmark_option(resolved: dict[str, Any]) -> None:
    """Take the older option where the newer is absent; without both, bookmarks are off."""
    older = resolved.pop("continuation_option")
    if resolved["job_bookmark_option"] is None:
        at = -1 if older is None else _CONTINUATION_OPTIONS.index(older)
        resolved["job_bookmark_option"] = _BOOKMARK_OPTIONS[at]


def _check_bookmark_window(resolved: dict[str, Any]) -> None:
    window = ("job_bookmark_from", "job_bookmark_to")
    missing = ["--" + name.replace("_", "-") for name in window if resolved[name] is None]
    paused = resolved["job_bookmark_option"] == BOOKMARK_PAUSE
    if paused and len(missing) == 1:
        raise RuntimeError(f"Missing option or value for {missing[0]}")
    if not paused and not missing:
        raise RuntimeError("Invalid option(s) --job-bookmark-from, --job-bookmark-to")
