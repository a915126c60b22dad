"""The Makefile hands on what it is given as one word of the shell, whatever characters it has."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.tools import demo

ODD = "a b's $HOME"


def _make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make on a copy of the Makefile; of variables that it is given the text is literal."""
    shutil.copy(demo.PROJECT / "Makefile", folder)
    given = [argument.replace("$", "$$") for argument in arguments]
    return subprocess.run(
        [shutil.which("make"), *given], cwd=folder, capture_output=True, text=True, check=False
    )


def test_clean(tmp_path: Path) -> None:
    """Of folders whose names are words of ROOT, only ROOT itself goes."""
    kept = ["a", "b's", "b"]
    for name in (ODD, "build", *kept):
        (tmp_path / name).mkdir()

    assert _make(tmp_path, "clean", f"ROOT={ODD}").returncode == 0

    assert sorted(each.name for each in tmp_path.iterdir() if each.is_dir()) == sorted(kept)


def test_python_of_any_path(tmp_path: Path) -> None:
    """An interpreter that is not there is named as it was given."""
    for name in ("pyproject.toml", "requirements.txt"):
        (tmp_path / name).touch()

    done = _make(tmp_path, "install", f"PYTHON=/opt/{ODD}/python3.11")

    assert f"and '/opt/{ODD}/python3.11' is not it; install it or name it" in done.stderr


@pytest.mark.parametrize("variable", ["PORT", "ROOT", "TICK", "COUNT"])
def test_every_variable_is_one_word(tmp_path: Path, variable: str) -> None:
    """What starts and ticks the local AWS has each value as one word."""
    target = "tick" if variable == "COUNT" else "aws"

    printed = _make(
        tmp_path, "--dry-run", "--assume-old=.venv/.installed", target, f"{variable}={ODD}"
    )

    assert ODD in shlex.split(printed.stdout)
