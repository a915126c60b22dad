"""What a job bookmark remembers of S3 sources, and which files that leaves for a run.

A source's state is two timestamps and a list. Everything modified up to ``low`` has been read; of
what was modified between ``low`` and ``high`` only the listed files have. The band between the
two (``maxBand``, 15 minutes unless told otherwise) is what makes late arrivals safe: a file that
becomes visible after the listing, with an older modification time, is not in the list.

Times are milliseconds since the epoch, UTC, but S3 tells whole seconds: an object that is
overwritten within the second in which it was listed stays on the list and is not read again.

Source: AWS Glue Developer Guide, "Tracking processed data using job bookmarks", in the edition
that still described the algorithm.
"""

from collections.abc import Iterable
from dataclasses import dataclass

MAX_BAND = 900_000


@dataclass(frozen=True, order=True)
class S3File:
    """One object of a source: when it was last modified, where it is, how many bytes it has."""

    modified: int
    uri: str
    size: int


@dataclass(frozen=True)
class SourceState:
    """What one ``transformation_ctx`` has read; before the first run, nothing."""

    low: int = -1
    high: int = -1
    seen: tuple[str, ...] = ()

    def covers(self, file: S3File) -> bool:
        """Tell whether the file has been read already."""
        return file.modified <= self.low or (file.modified <= self.high and file.uri in self.seen)


@dataclass(frozen=True)
class Limits:
    """How much one read may take; None is no limit.

    ``max_band`` and ``max_files_in_band`` are Glue's ``maxBand`` (milliseconds) and
    ``maxFilesInBand``; ``files`` and ``size`` (bytes) are ``boundedFiles`` and ``boundedSize``.
    """

    max_band: int = MAX_BAND
    max_files_in_band: int | None = None
    files: int | None = None
    size: int | None = None


def new_files(
    listing: Iterable[S3File], state: SourceState, now: int, limits: Limits
) -> tuple[list[S3File], SourceState]:
    """Return the files that a run listing at ``now`` reads, and the state if it commits.

    Oldest first, as far as the limits go; what they leave out stays unread for the next run.
    """
    files = sorted(file for file in listing if file.modified <= now)
    unread = [file for file in files if not state.covers(file)]
    taken = _bounded(unread, limits)
    # A bounded run has read up to its last file, not up to now; never less far than before.
    high = now if len(taken) == len(unread) else max(state.high, taken[-1].modified)
    low = high - limits.max_band
    read_before = [file for file in files if low < file.modified <= high and state.covers(file)]
    taken = _cap_band(taken, low, limits.max_files_in_band, len(read_before))
    in_band = [file for file in taken if file.modified > low]
    seen = tuple(sorted(file.uri for file in (*read_before, *in_band)))
    return taken, SourceState(low=low, high=high, seen=seen)


def files_between(
    listing: Iterable[S3File], ignored: SourceState, processed: SourceState
) -> list[S3File]:
    """Return the files that ``processed`` covers and ``ignored`` does not: a paused replay."""
    return sorted(f for f in listing if processed.covers(f) and not ignored.covers(f))


def _bounded(files: list[S3File], limits: Limits) -> list[S3File]:
    """Cut the files at the bound; a single file larger than the bound is taken all the same."""
    if limits.files is not None:
        return files[: limits.files]
    if limits.size is None:
        return files
    taken: list[S3File] = []
    total = 0
    for file in files:
        total += file.size
        if taken and total > limits.size:
            break
        taken.append(file)
    return taken


def _cap_band(
    files: list[S3File], low: int, limit: int | None, already_listed: int
) -> list[S3File]:
    """Leave out the newest files where the list of the band would grow beyond the limit."""
    if limit is None:
        return files
    older = [file for file in files if file.modified <= low]
    in_band = [file for file in files if file.modified > low]
    return older + in_band[: max(0, limit - already_listed)]
