"""The ledger: every line is accounted for, or the run is refused."""

import json
from collections import Counter

import pytest
from pyspark.sql import SparkSession

from glue_jobs import copies, curation
from glue_jobs.ledger import Account, ImbalanceError, check_balance, ledger, open_accounts
from glue_jobs.schemas import EVENTS
from tests.test_curation import FILE_A, FILE_B, PURCHASE, SEARCH

TOTAL = Account(FILE_A, lines=5, accepted=2, duplicates=1, rejected=2, bytes=7)


def test_ledger(spark: SparkSession) -> None:
    """Accepted comes from silver, duplicates from the batch, and together they are all lines."""
    texts = {
        FILE_A: [*map(json.dumps, (SEARCH, SEARCH, {**PURCHASE, "x": 1})), "{", "1"],
        FILE_B: [json.dumps(SEARCH), ""],
    }
    rows = [(line, file) for file, lines in texts.items() for line in lines]
    lines = spark.createDataFrame(rows, "line string, source_file string")
    parsed = curation.parse_lines(lines)
    claims = copies.find_claims(parsed, spark.createDataFrame([], EVENTS.partitioned_columns))
    files, claimed = curation.count_files(parsed), copies.count_claims(claims).collect()

    accounts = open_accounts(files.collect(), claimed, Counter({FILE_A: 2}), {FILE_A: 7, "x": 8})

    check_balance(accounts, Counter({FILE_A: 2}))
    assert sorted(accounts) == [TOTAL, (FILE_B, 1, 0, 1, 0, None)]
    entries = {row.source_file: row for row in ledger(files, accounts, "jr_1").collect()}
    assert {file: entry.reasons for file, entry in entries.items()} == {
        FILE_A: {"not_json": 1, "not_an_object": 1},
        FILE_B: {},
    }
    assert [entries[file].unknown_fields for file in (FILE_A, FILE_B)] == [["x"], []]
    assert [entries[file].accepted for file in (FILE_A, FILE_B)] == [2, 0]


@pytest.mark.parametrize("accepted", [1, 3])
def test_imbalance_shows(accepted: int) -> None:
    """If silver lacks an event of a file, or holds one twice, the run is refused."""
    account = TOTAL._replace(accepted=accepted)

    with pytest.raises(ImbalanceError, match=FILE_A):
        check_balance([account], Counter({FILE_A: accepted}))


@pytest.mark.parametrize("rows", [1, -1])
def test_growth_of_another_file_shows(rows: int) -> None:
    """If silver gains or loses rows of a file outside the batch, the run is refused."""
    with pytest.raises(ImbalanceError, match=FILE_B):
        check_balance([TOTAL], Counter({FILE_A: 2, FILE_B: rows}))
