"""Which objects are raw files."""

import pytest

from glue_jobs.events.raw_names import is_raw_file


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("events/year=2026/month=03/day=02/hour=18/minute=25/events.jsonl.gz", True),
        ("events/a.json", True),
        ("events/a.jsonl", True),
        ("events/a.ndjson", True),
        ("events/year=2026/", False),  # what "Create folder" of the console makes
        ("events/year=2026.gz/", False),
        ("events/_a.jsonl.gz", False),
        ("events/.a.jsonl.gz", False),
        ("events/_temporary/a.jsonl.gz", False),
        ("events/.sparkStaging/a.jsonl.gz", False),
        ("events/a.jsonl.gz.tmp", False),
        ("events/a.jsonl.zst", False),
        ("events/a", False),
        ("events/a.JSONL.GZ", False),  # Hadoop would not unpack it
        ("a_b.c/d_e.gz", True),
        ("events//a.jsonl.gz", True),
    ],
)
def test_is_raw_file(key: str, expected: bool) -> None:  # ruff: ignore[boolean-type-hint-positional-argument] - a case
    """Known suffixes, in folders that are not hidden."""
    assert is_raw_file(f"s3://_bucket.name/{key}") is expected
