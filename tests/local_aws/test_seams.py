"""Where the local AWS takes the place of a part of moto: an upgrade that moves one is told by name.

moto is exactly pinned, because none of this is promised to us. When a test fails after an upgrade:
look at what moved and at our class or module that the message names, mend it, correct ``seams``.
"""

import ast
import importlib
import inspect
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest

import local_aws
from tests.local_aws.seams import OVERRIDDEN, PATCHED


def _found() -> dict[str, list[object]]:
    """Return what is at the place of each seam, and who looks it up, None where nothing is."""
    shapes = {name: [_shape(name)] for seams in OVERRIDDEN.values() for name in seams}
    for seams in PATCHED.values():
        for name, (_, reader) in seams.items():
            shapes[name] = [_shape(name), reader if _looks_up(reader, name) else None]
    return shapes


def _look(name: str) -> object:
    """Return what a dotted name stands for, a property as such; None if there is nothing."""
    holder, _, last = name.rpartition(".")
    try:
        return inspect.getattr_static(pkgutil.resolve_name(holder), last, None)
    except (AttributeError, ImportError):
        return None


def _shape(name: str) -> object:
    """Return a function's parameters, an address table's functions, or what else it is."""
    value = inspect.unwrap(getattr(_look(name), "__func__", _look(name)))
    if inspect.isfunction(value):
        signature = inspect.signature(value)
        bare = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
        return str(inspect.Signature(bare))
    if isinstance(value, dict):
        return {pattern: _qualified(handler) for pattern, handler in value.items()}
    return "property" if isinstance(value, property) else getattr(value, "__name__", repr(value))


def _qualified(handler: Callable[..., object]) -> str:
    """Return the name of a class method of a class."""
    return f"{getattr(handler, '__self__', type).__name__}.{handler.__name__}"


def _looks_up(reader: str, name: str) -> bool:
    """Tell whether a function asks for a name each time that it runs."""
    function = _look(reader)
    code = getattr(getattr(function, "fget", function), "__code__", None)
    return code is not None and name.rpartition(".")[2] in code.co_names


@cache
def _found_elsewhere() -> dict[str, list[object]]:
    """Return what a fresh Python finds: in this one a local AWS may have been installed."""
    root = Path(local_aws.__file__).parents[1]
    command = [sys.executable, "-m", "tests.local_aws.test_seams"]
    return json.loads(subprocess.check_output(command, cwd=root))


SEAMS = [
    pytest.param(ours, name, list(shape) if isinstance(shape, tuple) else [shape], id=name)
    for table in (OVERRIDDEN, PATCHED)
    for ours, seams in table.items()
    for name, shape in seams.items()
]


@pytest.mark.parametrize(("ours", "name", "promised"), SEAMS)
def test_seam(ours: str, name: str, promised: list[object]) -> None:
    """What we override or set is where it was, and as it was."""
    assert _found_elsewhere()[name] == promised, (
        f"{name} of moto {version('moto')} is not what {ours} takes the place of: "
        f"promised {promised}, found {_found_elsewhere()[name]}; mend {ours}, then seams.py"
    )


def _our_modules() -> Iterator[ModuleType]:
    """Import what runs in the server: not what jobs and functions import, nor the command."""
    for module in pkgutil.walk_packages(local_aws.__path__, "local_aws."):
        if not re.search(r"\.(runtime|cfnresponse|__main__)\b", module.name):
            yield importlib.import_module(module.name)


def _overrides(ours: type) -> Iterator[str]:
    """Yield the methods and properties of others that a subclass of moto's has too."""
    if not any(base.__module__.startswith("moto.") for base in ours.__mro__):
        return
    for name, value in vars(ours).items():
        theirs = [base for base in ours.__mro__[1:-1] if name in vars(base)]
        is_code = callable(value) or isinstance(value, property | staticmethod | classmethod)
        if is_code and theirs and not theirs[0].__module__.startswith("local_aws"):
            yield f"{theirs[0].__module__}.{theirs[0].__qualname__}.{name}"


def test_every_override_is_in_the_table() -> None:
    """A method or property of ours that moto's class has too is a seam, also one it has newly."""
    overrides = {
        (f"{module.__name__}.{ours.__qualname__}", name)
        for module in _our_modules()
        for ours in vars(module).values()
        if inspect.isclass(ours) and ours.__module__ == module.__name__
        for name in _overrides(ours)
    }
    assert overrides == {(ours, name) for ours, seams in OVERRIDDEN.items() for name in seams}


def _patches(module: ModuleType) -> Iterator[str]:
    """Yield what of moto a module sets: attributes of its modules, classes and objects."""
    tree = ast.parse(inspect.getsource(module))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    of_moto = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in imports
        if (node.module or "").startswith("moto")
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            target = node.value if isinstance(node, ast.Subscript) else node
            first, _, rest = ast.unparse(target).partition(".")
            if first in of_moto:
                yield f"{of_moto[first]}.{rest}"


def test_every_patch_is_in_the_table() -> None:
    """What a module of ours sets in moto is a seam."""
    patches = {(one.__name__, name) for one in _our_modules() for name in _patches(one)}
    assert patches == {(ours, name) for ours, seams in PATCHED.items() for name in seams}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_found()))
