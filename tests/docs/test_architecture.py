import inspect
import re
from collections.abc import Callable
from textwrap import dedent

import pytest

from glue_jobs.events.load import load
from glue_jobs.events.run import load_new_files, run
from tests.tools import demo

PAGE = (demo.PROJECT / "docs/architecture.md").read_text(encoding="utf-8")


def _body(function: Callable[..., object]) -> str:
    """Return the code of a function after its docstring."""
    return dedent(inspect.getsource(function).rpartition('"""\n')[2])


@pytest.mark.parametrize("function", [run, load_new_files, load])
def test_the_screen_is_the_code(function: Callable[..., object]) -> None:
    """What the page shows of a run is what the modules say."""
    [screen] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

    assert _body(function) in screen


def test_every_module_is_told() -> None:
    """The page says of each module what it is, and of none that is gone."""
    found = (demo.PROJECT / "glue_jobs").rglob("*.py")
    modules = {
        file.relative_to(demo.PROJECT / "glue_jobs").as_posix()
        for file in found
        if file.name != "__init__.py" and "report" not in file.parts
    }

    told = set(re.findall(r"`(?:glue_jobs/)?([\w/]+\.py)`", PAGE))

    assert {name for name in told if not name.startswith("tests/")} == modules
