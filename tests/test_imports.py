"""The tree is the architecture: imports go one way, and no chain of them is long."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
ENTRIES = {
    f"glue_jobs.{name}"
    for name in (
        "build_marts",
        "curate_events",
        "load_commerce",
        "write_report",
    )
}
DOMAINS = ("glue_jobs.events", "glue_jobs.commerce", "glue_jobs.marts")
PLAIN = {f"glue_jobs.commerce.{name}" for name in ("contracts", "records", "verdict")}
LONGEST_CHAIN = 7  # modules, the entry among them
# Where a module lies, and what it must not import.
FORBIDDEN = {
    "glue_jobs.lake": (*DOMAINS, "glue_jobs.lines", "glue_jobs.report", *ENTRIES),
    "glue_jobs.lines": (*DOMAINS, "glue_jobs.lake", "glue_jobs.report", *ENTRIES),
    "glue_jobs.events": ("glue_jobs.commerce", "glue_jobs.marts", "glue_jobs.report", *ENTRIES),
    "glue_jobs.commerce": ("glue_jobs.events", "glue_jobs.marts", "glue_jobs.report", *ENTRIES),
    "glue_jobs.marts": ("glue_jobs.lines", "glue_jobs.report", *ENTRIES),
    "glue_jobs.report": ("glue_jobs.lake", "glue_jobs.lines", *DOMAINS, *ENTRIES),
    "glue_jobs": ("commerce", "local_aws", "tests"),
    "commerce": (
        "glue_jobs.events",
        "glue_jobs.marts",
        "glue_jobs.report",
        "local_aws",
        "tests",
        *ENTRIES,
    ),
    "local_aws": ("glue_jobs", "commerce", "tests"),
}


def _name(file: Path) -> str:
    return ".".join(file.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


FILES = {
    _name(file): file
    for folder in ("glue_jobs", "commerce", "local_aws")
    for file in PROJECT.glob(f"{folder}/**/*.py")
}


@cache
def _imports(module: str) -> frozenset[str]:
    """Return the names of all modules that a module imports, ours or not."""
    return frozenset(_imported(ast.parse(FILES[module].read_text(encoding="utf-8"))))


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, "a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in FILES else node.module for name in names)


@cache
def _chain(module: str) -> tuple[str, ...]:
    """Return the longest chain of our imports that begins with a module; a cycle has no end."""
    chains = (_chain(name) for name in _imports(module) if name in FILES)
    return (module, *max(chains, key=len, default=()))


def _within(name: str, package: str) -> bool:
    return f"{name}.".startswith(f"{package}.")


@pytest.mark.parametrize(
    ("package", "forbidden"),
    FORBIDDEN.items(),
    ids=FORBIDDEN,
)
def test_imports_go_one_way(package: str, forbidden: tuple[str, ...]) -> None:
    """Lake and lines know no domain, a domain no other and no entry, and nobody the local AWS."""
    wrong = [
        f"{module} imports {name}"
        for module in FILES
        for name in _imports(module)
        if _within(module, package) and any(_within(name, other) for other in forbidden)
    ]
    assert wrong == []


def test_only_entries_know_glue() -> None:
    """What an entry calls runs without Glue, in tests and in the notebook."""
    ours = {module for module in FILES if _within(module, "glue_jobs")}
    users = {m for m in ours for name in _imports(m) if _within(name, "awsglue")}
    assert users <= {*ENTRIES, "glue_jobs.glue_run"}


@pytest.mark.parametrize("module", sorted(PLAIN))
def test_what_functions_share_is_plain(module: str) -> None:
    """What is packed into functions needs the standard library alone: no Spark, and no boto3."""
    roots = {name.partition(".")[0] for name in _imports(module) - PLAIN}

    assert roots - sys.stdlib_module_names == set()


def test_the_quality_gate_runs_as_a_function() -> None:
    """Whatever it imports, however far, needs what Lambda's runtime has: no Spark, no pyarrow."""
    ours, waiting = set[str](), ["commerce.gate.gate", "glue_jobs.commerce.quality_results"]
    while waiting:
        ours.add(module := waiting.pop())
        waiting += [name for name in _imports(module) if name in FILES and name not in ours]
    roots = {name.partition(".")[0] for module in ours for name in _imports(module)}

    assert roots - sys.stdlib_module_names == {"botocore", "commerce", "glue_jobs"}


def test_longest_chain_of_imports() -> None:
    """Whoever follows the imports of an entry is at the bottom soon."""
    chain = max((_chain(entry) for entry in ENTRIES), key=len)
    assert len(chain) <= LONGEST_CHAIN, " -> ".join(chain)
