"""A file may come twice, or after that of the next day."""

from pathlib import Path

import pytest

from tests.commerce.shop import SIZES, generate


@pytest.mark.parametrize("source", SIZES)
def test_twice(source: str, shop: tuple[Path, dict], tmp_path: Path) -> None:
    """The first file comes again under another name: its rows are duplicates."""
    truth = generate(source, tmp_path, "--fault", "file_twice")
    (name, first), (again, second), *rest = truth["files"].items()
    (good_name, good), *others = shop[1][source]["files"].items()

    assert (name, first) == (good_name, good | {"fault": "file_twice"})
    assert second == first | {"accepted": 0, "duplicates": good["accepted"]}
    assert again == name.replace(f"/{source}.", f"/{source}-2.")
    assert (tmp_path / again).read_bytes() == (shop[0] / name).read_bytes()
    assert rest == others


@pytest.mark.parametrize("source", SIZES)
def test_late(source: str, shop: tuple[Path, dict], tmp_path: Path) -> None:
    """The first file comes after the second; each lies in the folder of its own day."""
    truth = generate(source, tmp_path, "--fault", "file_late")
    (good_name, good), second, *others = shop[1][source]["files"].items()

    assert [*truth["files"].items()] == [
        second,
        (good_name, good | {"fault": "file_late"}),
        *others,
    ]
    assert (tmp_path / good_name).read_bytes() == (shop[0] / good_name).read_bytes()
