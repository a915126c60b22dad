"""The notebook as it stands in the repository, and what it says when something is missing."""

from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from tests import demo


def test_committed_without_outputs() -> None:
    """What the repository holds is the runbook, not one of its runs."""
    cells = nbformat.read(demo.NOTEBOOK, as_version=4).cells

    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


@pytest.mark.usefixtures("aws_environment")
def test_no_stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without its stack the notebook stops at once and says what to do."""
    monkeypatch.setenv("CAPSTONE_STACK", "capstone-nowhere")

    with pytest.raises(CellExecutionError, match=r"no stack 'capstone-nowhere' answers .*; create"):
        demo.execute_notebook(tmp_path / "executed.ipynb")
