"""Views are created in the order in which they read each other, for one student and one zone."""

from pathlib import Path

import pytest

from commerce.view_statements import view_statements
from tests.commerce.answers import VIEWS


def _folder(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.sql").write_text(text, encoding="utf-8")
    return folder


def test_order(tmp_path: Path) -> None:
    """A view comes after those that it reads, as gold's or by the bare name; comments read none."""
    folder = _folder(
        tmp_path,
        a="-- from d\nselect x from c join gold_x.b on true join silver_x.d on true",
        b="select 1 as x",
        c="select x from b",
        d="select x from (select x from a)",
    )

    assert [*view_statements(folder, "jane", "UTC")] == ["b", "c", "a", "d"]


def test_names(tmp_path: Path) -> None:
    """Databases are the student's, as the template names them; days are those of the zone."""
    text = "select u at time zone 'SourceTimeZone' from silver_x.s join max_x.t on u\n"
    folder = _folder(tmp_path, v=text)

    assert view_statements(folder, "jane-doe1", "Europe/Berlin") == {
        "v": "create or replace view v as\n"
        "select u at time zone 'Europe/Berlin' from silver_jane_doe1.s join max_x.t on u\n"
    }


def test_circle(tmp_path: Path) -> None:
    """Views that read each other are named."""
    folder = _folder(tmp_path, a="select 1 from b", b="select 1 from c", c="select 1 from b")

    with pytest.raises(ValueError, match="read each other: b -> c -> b;"):
        view_statements(folder, "jane", "UTC")


@pytest.mark.parametrize("file", sorted(VIEWS.glob("*.sql")), ids=lambda file: file.stem)
def test_head(file: Path) -> None:
    """A view's file says its name and what it answers, and is one statement."""
    name, meaning, *_ = text = file.read_text(encoding="utf-8").splitlines()

    assert name == f"-- {file.stem}"
    assert meaning.startswith("-- ")
    assert not any(";" in line for line in text if not line.startswith("--"))
