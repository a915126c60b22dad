"""Files of the landing zone hold what was to be delivered."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given

from tests.commerce import landing
from tests.commerce.deliveries import deliveries
from tests.commerce.oracle import load
from tests.commerce.oracle_records import Delivery


@given(deliveries(most=3))
def test_what_is_written_is_read(files: list[Delivery]) -> None:
    """Records, days and sources come back; of CSV a missing text is an empty one."""
    with TemporaryDirectory() as folder:
        written = landing.write(files, Path(folder))
        read = landing.read(Path(folder))

    assert len(written) == len(read) == len(files)
    assert sorted(map(str, read)) == sorted(map(str, files))
    assert load(read)[0] == load(files)[0]


def test_generated_files(shop: tuple[Path, dict[str, dict]]) -> None:
    """The oracle takes every line of a generated shop, and counts as its truth does."""
    folder, truths = shop
    _, counts = load(files := landing.read(folder))

    for source, truth in truths.items():
        of = [count for file, count in zip(files, counts, strict=True) if file.source == source]
        assert sum(count.accepted for count in of) == truth["totals"]["accepted"]
        assert sum(count.rejected for count in of) == 0
