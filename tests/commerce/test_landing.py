"""Files of the landing zone hold what was to be delivered."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings

from commerce.generators.faults import SOURCES
from tests.commerce import faulty_shop, landing
from tests.commerce.deliveries import deliveries
from tests.commerce.oracle import load
from tests.commerce.oracle_records import Delivery


@settings(deadline=None)
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


def test_faulty_files(tmp_path: Path) -> None:
    """So it does of one in which all goes wrong, line by line, and every kind of fault is there."""
    shop = faulty_shop.write(tmp_path)
    _, counts = shop.loaded()

    found = {
        sent.path: (of.lines, of.accepted, of.duplicates, of.rejected, of.reasons)
        for sent, of in counts.items()
        if sent.path in shop.truth
    }
    fields = ("lines", "accepted", "duplicates", "rejected", "reasons")
    told = {path: file for path, file in shop.truth.items() if "refused" not in file}
    assert found == {path: tuple(map(file.get, fields)) for path, file in told.items()}
    for source in SOURCES:
        reasons = [file["reasons"] for path, file in told.items() if path.startswith(source)]
        assert {*SOURCES[source].faults} <= set().union(*reasons)
