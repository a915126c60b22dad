"""What is asked of ``awsglue``, here and of AWS's own package: signatures and command lines."""

import argparse
import contextlib
import inspect
import io
import random
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

TABLE = Path(__file__).parent / "awsglue_answers.json"
LINES = 5000
# Of what the stand-in offers: module, class or "", function.
SIGNATURES = [
    ("context", "GlueContext", "__init__"),
    ("context", "GlueContext", "get_logger"),
    ("context", "DynamicFrameReader", "from_options"),
    *(("dynamicframe", "DynamicFrame", name) for name in ("count", "fromDF", "printSchema")),
    *(("dynamicframe", "DynamicFrame", name) for name in ("rename_field", "select_fields")),
    *(("dynamicframe", "DynamicFrame", name) for name in ("show", "toDF", "with_frame_schema")),
    ("gluetypes", "Field", "__init__"),
    ("gluetypes", "StringType", "__init__"),
    ("gluetypes", "StructType", "__init__"),
    *(("job", "Job", name) for name in ("__init__", "init", "isInitialized", "commit")),
    ("transforms", "SelectFields", "__call__"),
    ("transforms", "SelectFields", "apply"),
    ("utils", "", "getResolvedOptions"),
]
_DECLARED = ["JOB_NAME", "k", "source_path", "source_key", "a-b", "TempDir", "RedshiftTempDir"]
_RARELY_DECLARED = [
    *("help", "h", "enable-metrics", "job_bookmark_option", "continuation_option"),
    *("continuation-option", "job-bookmark-option", "job-bookmark-from", "job-bookmark-to"),
    *("JOB_ID", "--JOB_ID", "JOB_RUN_ID", "SECURITY_CONFIGURATION", "--SECURITY_CONFIGURATION"),
    *("encryption-type", "encryption_type", "--encryption-type", "enable-data-lineage"),
]
_GLUES = {
    "--job-bookmark-option": [f"job-bookmark-{word}" for word in ("enable", "pause", "disable")],
    "--continuation-option": [f"continuation-{word}" for word in ("enabled", "readonly", "ignore")],
    "--job-bookmark-from": ["f", ""],
    "--job-bookmark-to": ["t", ""],
    "--JOB_ID": ["i"],
    "--JOB_RUN_ID": ["r", ""],
    "--SECURITY_CONFIGURATION": ["s"],
    "--encryption-type": ["sse-s3"],
    "--enable-data-lineage": ["d"],
    "--TempDir": ["s3://t", ""],
    "--RedshiftTempDir": ["s3://r", ""],
}
_NOISE = [
    ["--unknown", "u"],
    ["--unknown=u"],
    ["stray"],
    ["--"],
    ["-1"],
    ["-h"],
    ["--help"],
    ["-x"],
]


def command_line(seed: int) -> tuple[list[str], list[str]]:
    """Return a random ``sys.argv`` and the options that are declared."""
    chance = random.Random(seed)  # ruff: ignore[suspicious-non-cryptographic-random-usage]
    declared = chance.sample(_DECLARED, chance.randint(0, 3))
    if chance.random() < 0.1:
        declared.append(chance.choice(_RARELY_DECLARED))
    given = [(f"--{name}", ["v", "", "1", "-1", "--v"]) for name in declared]
    given = [pair for pair in given if chance.random() < 0.93]
    given += chance.sample(list(_GLUES.items()), chance.choice([0, 0, 1, 1, 2, 3, 4]))
    pieces = [_spelled(chance, name, values) for name, values in given]
    if chance.random() < 0.2:
        pieces.append(chance.choice(_NOISE))
    chance.shuffle(pieces)
    return ["script.py", *(word for piece in pieces for word in piece)], declared


def _spelled(chance: random.Random, name: str, values: list[str]) -> list[str]:
    """Return a name and a value as somebody may write them; sometimes wrongly."""
    if chance.random() < 0.15:
        name = name[: chance.randint(3, len(name))] if len(name) > 3 else name
    value = "wrong" if chance.random() < 0.04 else chance.choice(values[: chance.randint(1, 5)])
    return [f"{name}={value}"] if chance.random() < 0.5 else [name, value]


def outcome(resolve: Callable[[list[str], list[str]], dict[str, Any]], seed: int) -> object:
    """Return the name of the error, or what was resolved without what is always there."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            resolved = resolve(*command_line(seed))
    except (Exception, argparse.ArgumentError, SystemExit) as error:  # ruff: ignore[blind-except] - any is an outcome
        return type(error).__name__
    usual = (None, "job-bookmark-disable")
    return {name: value for name, value in resolved.items() if value not in usual}


def signature(module: ModuleType, owner: str, name: str) -> list[str]:
    """Return the parameters of a function with their kinds and defaults."""
    function = getattr(getattr(module, owner) if owner else module, name)
    return [_parameter(it) for it in inspect.signature(function).parameters.values()]


def _parameter(parameter: inspect.Parameter) -> str:
    kinds = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    stars = kinds.get(parameter.kind, "")
    default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
    return f"{stars}{parameter.name}{default}"
