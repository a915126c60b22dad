"""What each raw file delivered, counted where lines arrive and before anybody validates them.

So that the ledger's balance has a number of lines that no later step can have changed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from glue_jobs.events.raw_names import is_raw_file
from glue_jobs.events.rules import BLANKS

MOST_FIELDS = 1000  # names of unknown fields that are kept of a file


class FileCounts:
    """Counts the lines and bytes of a task's raw files, and keeps the names of unknown fields."""

    def __init__(self) -> None:
        self._lines: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        self._unknown: defaultdict[str, set[str]] = defaultdict(set)

    def count(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Pass on batches of ``line`` and ``source_file``, without the lines of other objects.

        An object that is no raw file is counted as one without lines.
        """
        for lines in batches:
            is_raw = np.ones(len(lines), dtype=bool)
            for file, where in _by_file(lines["source_file"]):
                if is_raw_file(file):
                    self._add(file, lines["line"].filter(pa.array(where)))
                else:
                    self._lines[file] += 0
                    is_raw &= ~where
            yield lines if is_raw.all() else lines.filter(pa.array(is_raw))

    def note_unknown_fields(self, validated: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Pass on batches of ``VALIDATED``; keep some names of unknown fields."""
        for lines in validated:
            named = lines.select(["source_file", "unknown_fields"])
            named = named.filter(pc.is_valid(named["unknown_fields"]))
            for file, where in _by_file(named["source_file"]):
                names = pc.list_flatten(named["unknown_fields"].filter(pa.array(where)))
                known = self._unknown[file]
                new = set(pc.unique(names).to_pylist()) - known
                known.update(islice(new, MOST_FIELDS - len(known)))
            yield lines

    def rows(self) -> list[dict[str, object]]:
        """Return a row for each file: ``source_file``, ``lines``, ``bytes``, ``unknown_fields``."""
        return [
            {
                "source_file": file,
                "lines": lines,
                "bytes": self._bytes[file],
                "unknown_fields": sorted(self._unknown[file]),
            }
            for file, lines in self._lines.items()
        ]

    def _add(self, file: str, lines: pa.BinaryArray) -> None:
        """Count lines that are not blank; as a rule they begin with a brace, which is quick."""
        others = lines.filter(pc.invert(pc.starts_with(lines, b"{")))
        blanks = sum(not line.strip(BLANKS) for line in others.to_pylist())
        self._lines[file] += len(lines) - blanks
        self._bytes[file] += pc.sum(pc.binary_length(lines), min_count=0).as_py()


def _by_file(files: pa.StringArray) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each file of a batch with a mask of its rows."""
    encoded = files.dictionary_encode()
    indices = encoded.indices.to_numpy()
    for number, file in enumerate(encoded.dictionary.to_pylist()):
        yield file, indices == number
