"""The ledger: every line is accounted for, or the run is refused."""

import json
from collections import Counter
from datetime import UTC, datetime
from operator import itemgetter

import pytest
from pyspark.sql import SparkSession

from glue_jobs.events import deduplication, parsing
from glue_jobs.events.ledger import of_loaded, reconcile
from glue_jobs.events.schemas import EVENTS
from glue_jobs.lake.ledger import COUNTS, ImbalanceError
from glue_jobs.lake.store import Stored
from tests.events.test_parsing import FILE_A, FILE_B, PURCHASE, SEARCH

FOUND = {FILE_A: Stored("a", datetime(2026, 3, 1, tzinfo=UTC), 7, '"e"')}
TOTAL = {"source_file": FILE_A, "lines": 5, "accepted": 2, "duplicates": 1, "rejected": 2}


def test_ledger(spark: SparkSession) -> None:
    """Accepted comes from silver, duplicates from the batch, and together they are all lines."""
    texts = {
        FILE_A: [*map(json.dumps, (SEARCH, SEARCH, {**PURCHASE, "x": 1})), "{", "1"],
        FILE_B: [json.dumps(SEARCH), ""],
    }
    given = [(line, file) for file, lines in texts.items() for line in lines]
    lines = spark.createDataFrame(given, "line string, source_file string")
    parsed = parsing.parse_lines(lines)
    duplicates = deduplication.find_duplicates(
        parsed, spark.createDataFrame([], EVENTS.partitioned_columns)
    )
    files, counted = (
        parsing.count_files(parsed).collect(),
        deduplication.count_duplicates(duplicates).collect(),
    )
    growth = Counter({FILE_A: 2})

    rows = of_loaded(files, FOUND, counted, growth)

    reconcile(rows, growth)
    [a, b] = sorted(rows, key=itemgetter("source_file"))
    assert a.items() >= TOTAL.items()
    assert a.items() >= {"dt": "2026-03-01", "hour": "10", "state": "loaded", "bytes": 7}.items()
    assert (a["etag"], a["modified_time"]) == ('"e"', FOUND[FILE_A].modified)
    assert (a["reasons"], a["unknown_fields"]) == ({"not_json": 1, "not_an_object": 1}, ["x"])
    assert [b[name] for name in COUNTS] == [1, 0, 1, 0]
    assert (b["bytes"], b["etag"], b["reasons"], b["unknown_fields"]) == (None, None, {}, [])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"accepted": 1}, id="silver lacks an event"),
        pytest.param({"accepted": 3}, id="silver was given one twice"),
        pytest.param({"lines": 6}, id="a line was lost before it was validated"),
    ],
)
def test_imbalance_shows(changes: dict[str, int]) -> None:
    """If a line is lost on the way, or counted twice, the run is refused."""
    with pytest.raises(ImbalanceError, match=FILE_A):
        reconcile([{**TOTAL, **changes}], Counter({FILE_A: 2}))


def test_growth_of_another_file_shows() -> None:
    """If silver gains rows of a file outside the batch, the run is refused."""
    with pytest.raises(ImbalanceError, match=FILE_B):
        reconcile([TOTAL], Counter({FILE_A: 2, FILE_B: 1}))
