"""``getResolvedOptions`` answers as Glue 5.1's does, in what it refuses too."""

import argparse
import importlib
import json

import pytest

from local_aws.runtime.awsglue.utils import GlueArgumentError, getResolvedOptions
from tests.local_aws.awsglue_cases import (
    LINES,
    SIGNATURES,
    TABLE,
    command_line,
    outcome,
    signature,
)

GLUES_OWN = {
    "job_bookmark_option": "job-bookmark-disable",
    "job_bookmark_from": None,
    "job_bookmark_to": None,
    "JOB_ID": None,
    "JOB_RUN_ID": None,
    "SECURITY_CONFIGURATION": None,
    "encryption_type": None,
    "enable_data_lineage": None,
    "TempDir": None,
    "RedshiftTempDir": None,
}
PAUSE = "--job-bookmark-option job-bookmark-pause"
ENABLE = "--job-bookmark-option job-bookmark-enable"
FROM_TO = "--job-bookmark-from a --job-bookmark-to b"


def resolve(line: str, *options: str) -> dict[str, str | None]:
    """Resolve the options from a command line."""
    return getResolvedOptions(["script.py", *line.split()], list(options))


@pytest.mark.parametrize(
    ("line", "options", "expected"),
    [
        ("", [], {}),
        ("--k v", ["k"], {"k": "v"}),
        ("--k=v", ["k"], {"k": "v"}),
        ("--k=--v", ["k"], {"k": "--v"}),
        ("--k=", ["k"], {"k": ""}),
        ("--k 1 --k 2", ["k"], {"k": "2"}),
        ("--k 1 --k=2", ["k"], {"k": "2"}),
        ("--n 7", ["n"], {"n": "7"}),
        ("--a-b v", ["a-b"], {"a_b": "v"}),
        ("--enable-metrics --k v --unknown x", ["k"], {"k": "v"}),
        ("--JOB_NAME j --JOB_RUN_ID jr --JOB_ID i", [], {"JOB_RUN_ID": "jr", "JOB_ID": "i"}),
        ("--JOB_NAME j", ["JOB_NAME"], {"JOB_NAME": "j"}),
        ("--source x", ["source_path"], {"source_path": "x"}),  # the hazard of abbreviations
        ("--source=x", ["source_path"], {"source_path": "x"}),
        ("--JOB_RUN jr", [], {"JOB_RUN_ID": "jr"}),
        ("", ["TempDir"], {}),
        ("", ["RedshiftTempDir"], {}),
        ("--TempDir s3://t", [], {"TempDir": "s3://t", "RedshiftTempDir": "s3://t"}),
        ("--RedshiftTempDir s3://t", [], {"TempDir": "s3://t", "RedshiftTempDir": "s3://t"}),
        ("--TempDir= --RedshiftTempDir=r", [], {"TempDir": "", "RedshiftTempDir": ""}),
        ("--continuation-option continuation-readonly", [], {"job_bookmark_option": PAUSE[22:]}),
        (f"{ENABLE} --cont continuation-ignore", [], {"job_bookmark_option": ENABLE[22:]}),
        (
            f"{PAUSE} --job-bookmark-to=a --job-bookmark-from=",
            [],
            {
                "job_bookmark_option": PAUSE[22:],
                "job_bookmark_from": "",
                "job_bookmark_to": "a",
            },
        ),
        (ENABLE, [], {"job_bookmark_option": "job-bookmark-enable"}),
        (PAUSE, [], {"job_bookmark_option": "job-bookmark-pause"}),
        ("--job-bookmark-from a", [], {"job_bookmark_from": "a"}),
        ("--job-bookmark-to a", [], {"job_bookmark_to": "a"}),
        (
            "--SECURITY_CONFIGURATION s --encryption-type sse-s3 --enable-data-lineage d",
            [],
            {
                "SECURITY_CONFIGURATION": "s",
                "encryption_type": "sse-s3",
                "enable_data_lineage": "d",
            },
        ),
        (
            f"{PAUSE} {FROM_TO}",
            [],
            {
                "job_bookmark_option": "job-bookmark-pause",
                "job_bookmark_from": "a",
                "job_bookmark_to": "b",
            },
        ),
    ],
)
def test_what_is_resolved(line: str, options: list[str], expected: dict[str, str]) -> None:
    """Declared options and Glue's own, as strings; unknown arguments are ignored."""
    assert resolve(line, *options) == {**GLUES_OWN, **expected}


@pytest.mark.parametrize(
    ("line", "options", "error", "message"),
    [
        ("", ["X"], GlueArgumentError, "the following arguments are required: --X"),
        ("--k --v", ["k"], GlueArgumentError, "expected one argument"),
        ("--k", ["k"], GlueArgumentError, "expected one argument"),
        ("--s x", ["s_a", "s_b"], GlueArgumentError, "ambiguous option"),
        ("--source x", ["source_path", "source_key"], GlueArgumentError, "ambiguous option"),
        ("--job-bookmark-option on", [], GlueArgumentError, "invalid choice"),
        ("", ["job-bookmark-option"], RuntimeError, "Using reserved arguments"),
        ("", ["continuation-option"], RuntimeError, "Using reserved arguments"),
        ("", ["job-bookmark-from"], RuntimeError, "Using reserved arguments"),
        ("", ["job-bookmark-to"], RuntimeError, "Using reserved arguments"),
        ("", ["JOB_ID"], argparse.ArgumentError, "conflicting option string"),
        ("", ["JOB_RUN_ID"], argparse.ArgumentError, "conflicting option string"),
        ("", ["SECURITY_CONFIGURATION"], argparse.ArgumentError, "conflicting option string"),
        ("", ["encryption-type"], argparse.ArgumentError, "conflicting option string"),
        ("", ["enable-data-lineage"], argparse.ArgumentError, "conflicting option string"),
        (f"{PAUSE} --job-bookmark-from a", [], RuntimeError, "Missing option or value for"),
        (f"{PAUSE} --job-bookmark-to a", [], RuntimeError, "Missing option or value for"),
        ("--encryption-type e", [], GlueArgumentError, "invalid choice: 'e'"),
        ("--continuation-option on", [], GlueArgumentError, "invalid choice: 'on'"),
        ("--k v -h", ["k"], SystemExit, "0"),
        ("", ["--JOB_ID"], RuntimeError, "Using reserved arguments --JOB_ID"),
        (f"{ENABLE} {FROM_TO}", [], RuntimeError, "Invalid option"),
        (f"--job-bookmark-option job-bookmark-disable {FROM_TO}", [], RuntimeError, "Invalid"),
        (FROM_TO, [], RuntimeError, "Invalid option"),
    ],
)
def test_what_is_refused(
    line: str, options: list[str], error: type[Exception], message: str
) -> None:
    """The type of the exception is Glue's too: jobs catch it."""
    with pytest.raises(error, match=message) as refused:
        resolve(line, *options)
    assert refused.type is error


def test_the_first_element_is_the_script() -> None:
    """Whatever it looks like; Glue 6.0's switch for abbreviations is not there yet in 5.1."""
    assert getResolvedOptions(["--k=1"], []) == GLUES_OWN
    with pytest.raises(GlueArgumentError, match="required: --k"):
        getResolvedOptions(["--k=1"], ["k"])
    with pytest.raises(TypeError, match="allow_abbrev"):
        getResolvedOptions(["s.py"], [], allow_abbrev=False)


ANSWERS = json.loads(TABLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("names", SIGNATURES, ids=".".join)
def test_signatures_are_those_of_awss_package(names: tuple[str, str, str]) -> None:
    """Names, order and defaults of all parameters, as ``record_awsglue`` found them."""
    module = importlib.import_module(f"local_aws.runtime.awsglue.{names[0]}")
    assert signature(module, *names[1:]) == ANSWERS["signatures"][".".join(filter(None, names))]


def test_command_lines_resolve_as_in_awss_package() -> None:
    """Thousands of random ones: the same values, or an error of the same name."""
    assert len(ANSWERS["lines"]) == LINES
    wrong = [
        (command_line(seed), found, expected)
        for seed, expected in enumerate(ANSWERS["lines"])
        if (found := outcome(getResolvedOptions, seed)) != expected
    ]
    assert wrong == []
