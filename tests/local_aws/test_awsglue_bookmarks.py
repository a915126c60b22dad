"""A bookmark hands every file to one run: none twice, none never."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.runtime.awsglue.bookmarks import (
    MAX_BAND,
    Limits,
    S3File,
    SourceState,
    files_between,
    new_files,
)

T1, T2 = 10_000_000, 10_300_000  # two runs, five minutes apart; milliseconds
NOTHING = SourceState()


def a_file(name: str, modified: int, size: int = 10) -> S3File:
    """Return a file of the source."""
    return S3File(modified, f"s3://bucket/{name}", size)


def names(files: list[S3File]) -> list[str]:
    """Return the names of the files, in order."""
    return [file.uri.rsplit("/", 1)[-1] for file in files]


def test_the_first_run_takes_everything_and_lists_the_band() -> None:
    """The list holds what is younger than the band; older files are below the low mark."""
    listing = [a_file("old", T1 - MAX_BAND), a_file("young", T1 - MAX_BAND + 1), a_file("now", T1)]

    taken, state = new_files(listing, NOTHING, T1, Limits())

    assert names(taken) == ["old", "young", "now"]
    assert state == SourceState(T1 - MAX_BAND, T1, ("s3://bucket/now", "s3://bucket/young"))


@pytest.mark.parametrize(
    ("name", "modified", "is_taken"),
    [
        ("after", T1 + 1, True),
        ("same instant as the run", T1, True),
        ("same instant as a read file", T1 - 1000, True),
        ("late, inside the band", T1 - MAX_BAND + 1, True),
        ("late, outside the band", T1 - MAX_BAND, False),  # known blind spot of Glue
        ("read", T1 - 1000, False),
        ("read", T1, False),  # rewritten, but S3's times are too coarse to tell
        ("read", T1 + 1, True),  # rewritten
        ("of the next run's second", T2, True),
        ("of the future", T2 + 1, False),
    ],
)
def test_which_files_the_second_run_takes(name: str, modified: int, *, is_taken: bool) -> None:
    """Modified after the first run, or inside its band without having been there."""
    _, state = new_files([a_file("read", T1 - 1000)], NOTHING, T1, Limits())

    taken, _ = new_files([a_file(name, modified)], state, T2, Limits())

    assert names(taken) == ([name] if is_taken else [])


def test_another_path_under_the_same_context_loses_its_older_files() -> None:
    """The state is timestamps of a context, not of a path: Glue's documented trap."""
    _, state = new_files([a_file("a", T1)], NOTHING, T1, Limits())
    elsewhere = [S3File(T1 - MAX_BAND, "s3://other/old", 1), S3File(T1 + 1, "s3://other/new", 1)]

    taken, _ = new_files(elsewhere, state, T2, Limits())

    assert names(taken) == ["new"]


def test_a_narrow_band_forgets_what_arrives_late() -> None:
    """``maxBand`` is how late a file may become visible."""
    _, state = new_files([], NOTHING, T1, Limits(max_band=1000))

    taken, _ = new_files([a_file("in", T1 - 999), a_file("out", T1 - 1000)], state, T2, Limits())

    assert names(taken) == ["in"]


def test_files_beyond_the_bands_limit_wait_for_the_next_run() -> None:
    """``maxFilesInBand`` counts the files listed already; older files are not concerned."""
    listing = [a_file("old", 1), a_file("a", T1 - 3), a_file("b", T1 - 2), a_file("c", T1 - 1)]
    limits = Limits(max_files_in_band=2)

    first, state = new_files(listing, NOTHING, T1, limits)
    same_band, state = new_files(listing, state, T2, limits)
    later, _ = new_files(listing, state, T1 + 2 * MAX_BAND, limits)

    assert [names(first), names(same_band), names(later)] == [["old", "a", "b"], [], ["c"]]


def test_a_bounded_run_leaves_the_rest_to_later_runs() -> None:
    """Oldest first; ``boundedSize`` is a size in bytes that a single file may exceed."""
    listing = [a_file("a", 1, 30), a_file("b", 2, 10), a_file("c", 2, 10), a_file("d", T1, 10)]
    cases = [
        (Limits(files=2), [["a", "b"], ["c", "d"], []]),
        (Limits(size=25), [["a"], ["b", "c"], ["d"], []]),
        (Limits(size=10), [["a"], ["b"], ["c"], ["d"], []]),
    ]
    for limits, expected in cases:
        state, runs = NOTHING, []
        for number in range(len(expected)):
            taken, state = new_files(listing, state, T1 + number, limits)
            runs.append(names(taken))
        assert runs == expected, limits


def test_a_bounded_run_that_takes_a_late_file_forgets_nothing() -> None:
    """Its last file is older than what the run before had read."""
    read, late, new = a_file("read", T1), a_file("late", T1 - 5), a_file("new", T1 + 1)
    _, state = new_files([read], NOTHING, T1, Limits())

    first, state = new_files([read, late, new], state, T2, Limits(files=1))
    rest, _ = new_files([read, late, new], state, T2, Limits())

    assert [names(first), names(rest)] == [["late"], ["new"]]


def test_a_replay_takes_what_one_run_had_read_and_the_other_had_not() -> None:
    """``--job-bookmark-from`` and ``-to`` name the two runs."""
    first, second, third = a_file("1", T1 - 1), a_file("2", T2 - 1), a_file("3", T2 + 1)
    _, before = new_files([first], NOTHING, T1, Limits())
    _, after = new_files([first, second], before, T2, Limits())

    assert names(files_between([first, second, third], before, after)) == ["2"]
    assert names(files_between([first, second, third], NOTHING, before)) == ["1"]
    assert files_between([first, second, third], after, before) == []


arrivals = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 9)),  # modified at, visible so much later
    max_size=30,
)
limits_of_a_run = st.builds(
    Limits,
    max_band=st.just(10),
    max_files_in_band=st.none() | st.integers(1, 5),
    files=st.none() | st.integers(1, 4),
)


@given(arrivals, st.lists(st.tuples(st.integers(1, 8), limits_of_a_run), max_size=20))
def test_every_file_is_read_once(
    arrived: list[tuple[int, int]], runs: list[tuple[int, Limits]]
) -> None:
    """However files arrive, up to a band late, and however the runs are bounded."""
    files = [
        (S3File(modified, f"s3://bucket/{number}", 1), modified + delay)
        for number, (modified, delay) in enumerate(arrived)
    ]
    to_the_end = [(100, Limits(max_band=10))]
    read: list[S3File] = []
    now, state = 0, NOTHING
    for pause, limits in runs + to_the_end:
        now += pause
        visible = [file for file, visible_at in files if visible_at <= now]
        taken, state = new_files(visible, state, now, limits)
        read += taken

    assert sorted(read) == sorted(file for file, _ in files)
