"""What the README and the other pages name is there: targets, links, folders, outputs, options."""

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from tests.template import COMMERCE, PROJECT, template
from tests.tools import demo, demo_order_book

README = PROJECT / "README.md"
PAGES = [*PROJECT.glob("*.md"), *sorted((PROJECT / "docs").glob("*.md"))]
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
FOLDERS = ("commerce", "docs", "glue_jobs", "local_aws", "sample-data", "tests")
PARTS = ("Parameters", "Outputs")
# CamelCase names of the templates' parameters and outputs end in one of these.
NAMED = re.compile(r"[A-Z]\w+(?:Arn|Days|Limit|Minutes|Name|Schedule|Uri|Workers)")


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _code(page: Path) -> list[str]:
    """Return the blocks of code of a page, and its words in backticks."""
    text = _text(page)
    return FENCE.findall(text) + re.findall(r"`([^`\n]+)`", FENCE.sub("", text))


def _anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", _text(page)), flags=re.MULTILINE)
    plain = (LINK.sub(lambda link: link[0][1:].partition("]")[0], each) for each in headings)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in plain}


def _links(page: Path) -> list[str]:
    """Return where a page's links and pictures lead to within the project."""
    found = LINK.findall(FENCE.sub("", _text(page)))
    return [link for link in found if not re.match(r"https?:|mailto:", link)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links(page: Path) -> None:
    """Every relative link leads to a file or a folder, and to a heading in it if it names one."""
    broken = [link for link in _links(page) if not _resolves(page, link)]

    assert broken == []


def _resolves(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in _anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_targets(page: Path) -> None:
    """Every `make x` that a page names is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", _text(PROJECT / "Makefile"), flags=re.MULTILINE))
    named = {name for code in _code(page) for name in re.findall(r"\bmake ([a-z][a-z-]*)", code)}

    assert named - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths(page: Path) -> None:
    """Every file or folder of the project that a page names is there."""
    folders = "|".join(FOLDERS)
    named = {
        path for code in _code(page) if (path := re.fullmatch(rf"(?:{folders})/[\w./-]*", code))
    }

    assert [path[0] for path in named if not (PROJECT / path[0]).exists()] == []


def test_map_of_folders() -> None:
    """The README's map has every folder that the project's own code and pages lie in."""
    mapped = _text(README).split("## Where is what?")[1]

    assert set(re.findall(r"\]\(([\w-]+)[)/]", mapped)) >= set(FOLDERS)


def test_every_page_is_listed() -> None:
    """The map of the documentation leaves out no page."""
    links = set(_links(PROJECT / "docs/README.md"))

    assert {page.name for page in (PROJECT / "docs").glob("*.md")} - links == {"README.md"}


@pytest.mark.parametrize("name", ["README.md", "docs/set-up.md", "docs/pipeline-guide.md"])
def test_parameters_and_outputs(name: str) -> None:
    """A page names parameters and outputs that one of the templates has."""
    page, templates = PROJECT / name, (template(), template(COMMERCE))
    known = {name for each in templates for part in PARTS for name in each[part]}
    named = {word for code in _code(page) for word in re.findall(r"ParameterKey=(\w+)", code)}
    named |= {code for code in _code(page) if NAMED.fullmatch(code)}

    assert named
    assert named - known == set()


def test_parameters_are_described() -> None:
    """The set-up lists every parameter."""
    text = _text(PROJECT / "docs/set-up.md")

    assert [name for name in template()["Parameters"] if f"`{name}`" not in text] == []


def _shown() -> str:
    """Return what the README shows of the demo."""
    return re.search(r"make demo\n```\n\n```text\n(.*?)```", _text(README), re.DOTALL)[1]


def test_demo_says() -> None:
    """The README's demo tells the steps that the demo tells, in order, and all of the notebook's.

    Its numbers are compared where the demo runs, in test_end_to_end.py.
    """
    told = re.findall(r"^ *\d+\.\d s  (.*)$", _shown(), flags=re.MULTILINE)

    assert [re.sub(r"\d+", "0", step) for step in told] == list(_steps())


def _headings(notebook: Path) -> list[str]:
    """Return what the demo says while it runs a notebook."""
    cells = nbformat.read(notebook, as_version=4).cells
    return [f"  {cell.source.splitlines()[0][3:]}" for cell in cells if cell.source[:3] == "## "]


def _steps() -> Iterator[str]:
    """Yield what the demo says, its numbers being 0."""
    headings = _headings(demo.NOTEBOOK)
    yield from (
        "starting the local AWS",
        f"creating stack {demo.STACK_NAME} from {demo.TEMPLATE.name}",
        f"delivering 0 files to s0://capstone-events-{demo.STUDENT_ID}-0/events/",
        f"running {demo.NOTEBOOK.name}, first time",
        *headings,
        f"running {demo.NOTEBOOK.name}, second time",
        *headings,
        "asking the five questions",
        f"creating stack {demo_order_book.stack_name(demo.STUDENT_ID)} from {COMMERCE.name}",
        f"running {demo_order_book.RUNBOOK.name}",
        *_headings(demo_order_book.RUNBOOK),
        "asking the order book",
    )


def test_demo_asks() -> None:
    """The README's demo shows the questions of queries.sql, in order, and the order book's."""
    titles = [title for title, _ in demo.statements()] + list(demo_order_book.QUESTIONS)

    assert re.findall(r"^(?:query|order book) \d, .*$", _shown(), flags=re.MULTILINE) == titles
