"""A shop that the tests share."""

from pathlib import Path

import pytest

from tests.commerce.shop import SIZES, generate


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict]]:
    """All sources without a fault, and their truths."""
    folder = tmp_path_factory.mktemp("shop")
    return folder, {source: generate(source, folder) for source in SIZES}
