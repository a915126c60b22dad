"""A job's bookmark changes in one step, and only from the version that a run began with."""

from pathlib import Path

import pytest

from local_aws.runtime.awsglue.bookmark_store import (
    Bookmark,
    BookmarkStore,
    VersionMismatchException,
)
from local_aws.runtime.awsglue.bookmarks import SourceState

ORDERS = {"orders": SourceState(1, 2, ("s3://b/1",))}
USERS = {"users": SourceState(3, 4)}


@pytest.fixture
def store(tmp_path: Path) -> BookmarkStore:
    """Return the bookmarks of a new job."""
    return BookmarkStore(tmp_path, "a job")


def test_contexts_are_saved_together_and_kept(store: BookmarkStore) -> None:
    """Version, run and predecessor count up; a context that a run did not read stays."""
    first = Bookmark().after("jr_1", 0, ORDERS)
    store.save(first)
    store.save(store.latest().after("jr_2", 1, USERS))

    assert store.latest() == Bookmark(2, 2, 1, "jr_2", "jr_1", {**ORDERS, **USERS})
    assert store.after_run("jr_1") == first
    assert store.after_run("jr_3") is None


def test_the_second_of_two_overlapping_runs_cannot_save(store: BookmarkStore) -> None:
    """What it read is not remembered: the words are Glue's."""
    begun_together = store.latest()
    store.save(begun_together.after("jr_1", 0, ORDERS))

    with pytest.raises(VersionMismatchException, match="Expected version 0 but found version 1"):
        store.save(begun_together.after("jr_2", 0, USERS))
    assert store.latest().run_id == "jr_1"


def test_a_reset_forgets_everything_and_locks_out_runs_under_way(store: BookmarkStore) -> None:
    """The version goes on counting."""
    store.save(Bookmark().after("jr_1", 0, ORDERS))
    begun_before = store.latest()

    assert store.reset() == store.latest() == Bookmark(version=2)
    assert store.after_run("jr_1") is None
    for begun_earlier in (begun_before, Bookmark()):
        with pytest.raises(VersionMismatchException):
            store.save(begun_earlier.after("jr_2", 0, USERS))


def test_a_rewind_goes_back_to_what_a_run_left(store: BookmarkStore) -> None:
    """Later runs stay known: one can go forward again."""
    store.save(Bookmark().after("jr_1", 0, ORDERS))
    store.save(store.latest().after("jr_2", 0, USERS))

    store.rewind(store.after_run("jr_1"))

    assert store.latest() == Bookmark(3, 1, 0, "jr_1", "", ORDERS)
    assert store.after_run("jr_2").sources == {**ORDERS, **USERS}


def test_jobs_do_not_share_a_bookmark(tmp_path: Path) -> None:
    """Any job name is a directory of its own, inside the directory of bookmarks."""
    names = ["a", "a/b", "..", ".", "a b", "a%2Fb"]
    for name in names:
        BookmarkStore(tmp_path / "bookmarks", name).save(Bookmark().after(name, 0, ORDERS))

    saved = [BookmarkStore(tmp_path / "bookmarks", name).latest().run_id for name in names]
    assert saved == names
    assert [path.name for path in tmp_path.iterdir()] == ["bookmarks"]
    BookmarkStore(tmp_path / "bookmarks", "a").delete()
    assert BookmarkStore(tmp_path / "bookmarks", "a").latest() == Bookmark()
    assert BookmarkStore(tmp_path / "bookmarks", "a/b").latest().run_id == "a/b"
