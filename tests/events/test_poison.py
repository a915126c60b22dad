"""Raw files that no reader likes: the others are loaded, and nothing vanishes without a word."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest

from tests.pipeline import Pipeline, deploy
from tests.stack.test_pipeline import SEARCH, SLOT, VIEW

MANY = 200_000
TEN_LINES = "".join(
    json.dumps({**VIEW, "user_id": f"u_{n}"}) + "\n" for n in range(10, 20)
).encode()
LONG_LINE = json.dumps({**SEARCH, "search_query": "x" * 5_000_000}).encode()
PACKED = gzip.compress(TEN_LINES)
CONTENTS = {
    "good": gzip.compress(json.dumps(VIEW).encode()),
    "truncated": PACKED[: len(PACKED) // 2],
    "not_gzip": TEN_LINES,
    "empty": b"",
    "no_lines": gzip.compress(b""),
    "blank_lines": gzip.compress(b"\n \r\n\t\n"),
    "long_line": gzip.compress(LONG_LINE),
    "bad_lines": gzip.compress(b"".join(b"%d bad\n" % number for number in range(MANY))),
    "not_utf8": gzip.compress(TEN_LINES.replace(b"u_", b"n_") + b'{"user_id": "\xff"}\n'),
    "firehose": gzip.compress(TEN_LINES.replace(b"u_", b"f_").replace(b"\n", b"") * 1000),
}
ASIDE = ("truncated", "not_gzip", "empty")
REASONS = {
    "bad_lines": f"{{not_json={MANY}}}",
    "not_utf8": "{not_utf8=1}",
    "firehose": "{several_objects=1}",
    "long_line": "{too_long=1}",
}
NOTES = SLOT.format(hour="23", minute="50") + "notes.txt"
EMPTY_FILES = "select hour, state from load_ledger where bytes = 0"
COUNTS = ("state", "lines", "accepted", "duplicates", "rejected")


@pytest.fixture(scope="module")
def pipeline(request: pytest.FixtureRequest) -> Pipeline:
    """A deployed stack with the job's code in place and no raw file."""
    request.getfixturevalue("aws_environment")
    return deploy("capstone-poison", "poison")


def _key(name: str, hour: str = "23") -> str:
    minute = f"{5 * list(CONTENTS).index(name):02}"
    return SLOT.format(hour=hour, minute=minute) + f"{name}.jsonl.gz"


def _uri(pipeline: Pipeline, name: str) -> str:
    return f"s3://{pipeline.stack['SourceBucketName']}/{_key(name)}"


def _deliver(pipeline: Pipeline, name: str, key: str | None = None) -> None:
    bucket = pipeline.stack["SourceBucketName"]
    boto3.client("s3").put_object(Bucket=bucket, Key=key or _key(name), Body=CONTENTS[name])


def _ledger(pipeline: Pipeline) -> dict[str, tuple[str, ...]]:
    rows = pipeline.rows("select * from load_ledger", "Bronze")
    return {Path(row["source_file"]).name.split(".")[0]: row for row in rows}


def _counts(pipeline: Pipeline) -> dict[str, tuple[str, ...]]:
    ledger = _ledger(pipeline)
    return {name: tuple(row[count] for count in COUNTS) for name, row in ledger.items()}


def _keys(pipeline: Pipeline, prefix: str) -> set[str]:
    bucket = pipeline.stack["SourceBucketName"]
    listing = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return {found["Key"] for found in listing.get("Contents", [])}


def _metrics(pipeline: Pipeline) -> dict[str, float]:
    """Return the sums of the job's metrics over all its runs."""
    cloudwatch, now = boto3.client("cloudwatch"), datetime.now(UTC)
    job = [{"Name": "JobName", "Value": pipeline.stack["CurateJobName"]}]
    return {
        name: cloudwatch.get_metric_statistics(
            Namespace="EventAnalytics",
            MetricName=name,
            Dimensions=job,
            StartTime=now - timedelta(days=1),
            EndTime=now + timedelta(days=1),
            Period=2 * 86400,
            Statistics=["Sum"],
        )["Datapoints"][0]["Sum"]
        for name in ("Files", "Lines", "Rejected", "Unreadable", "Ignored")
    }


def _log(pipeline: Pipeline, run_id: str) -> list[str]:
    group = f"{pipeline.describe(run_id)['LogGroupName']}/error"
    logs = boto3.client("logs")
    events = logs.get_log_events(logGroupName=group, logStreamName=run_id)["events"]
    return [event["message"] for event in events]


def test_one_run_loads_the_others(pipeline: Pipeline) -> None:
    """Every file is in the ledger after one run; what cannot be unpacked lies aside, unchanged."""
    for name in CONTENTS:
        _deliver(pipeline, name)
    boto3.client("s3").put_object(Bucket=pipeline.stack["SourceBucketName"], Key=NOTES, Body=b"!")

    run_id = pipeline.run()

    assert _counts(pipeline) == {
        "good": ("loaded", "1", "1", "0", "0"),
        "truncated": ("unreadable", "0", "0", "0", "0"),
        "not_gzip": ("unreadable", "0", "0", "0", "0"),
        "empty": ("unreadable", "0", "0", "0", "0"),
        "no_lines": ("loaded", "0", "0", "0", "0"),
        "blank_lines": ("loaded", "0", "0", "0", "0"),
        "long_line": ("loaded", "1", "0", "0", "1"),
        "bad_lines": ("loaded", str(MANY), "0", "0", str(MANY)),
        "not_utf8": ("loaded", "11", "10", "0", "1"),
        "firehose": ("loaded", "1", "0", "0", "1"),
        "notes": ("ignored", "0", "0", "0", "0"),
    }
    assert _keys(pipeline, "unreadable/") == {f"unreadable/{_key(name)}" for name in ASIDE}
    assert _keys(pipeline, "events/") == {
        NOTES,
        *(_key(name) for name in CONTENTS if name not in ASIDE),
    }
    s3, bucket = boto3.client("s3"), pipeline.stack["SourceBucketName"]
    for name in ASIDE:
        moved = s3.get_object(Bucket=bucket, Key=f"unreadable/{_key(name)}")["Body"].read()
        assert moved == CONTENTS[name]
    ledger = _ledger(pipeline)
    assert pipeline.rows("select count(*) as files from load_ledger", "Bronze") == [
        {"files": str(len(CONTENTS) + 1)}
    ]
    assert {name: int(row["bytes"]) for name, row in ledger.items()} == {
        "notes": 1,
        **{name: len(content) for name, content in CONTENTS.items()},
    }
    assert ledger["truncated"]["error"] == "the file ends before its gzip stream"
    assert "incorrect header check" in ledger["not_gzip"]["error"]
    assert {name: ledger[name]["reasons"] for name in REASONS} == REASONS
    log = "\n".join(_log(pipeline, run_id))
    for name in ASIDE:
        assert f"unreadable: {_uri(pipeline, name)}, " in log
    assert "files were read one by one: " in log
    metrics = {"Files": 5, "Lines": MANY + 14, "Rejected": MANY + 3, "Unreadable": 3, "Ignored": 1}
    assert _metrics(pipeline) == metrics


def test_repaired_file_loads(pipeline: Pipeline) -> None:
    """A file that is put back whole is a file like any other; its row tells the new state."""
    name = "truncated"
    boto3.client("s3").put_object(
        Bucket=pipeline.stack["SourceBucketName"], Key=_key(name), Body=PACKED
    )

    pipeline.run()

    row = _ledger(pipeline)[name]
    assert (row["state"], row["error"], row["lines"]) == ("loaded", "", "10")
    assert (row["accepted"], row["bytes"]) == ("10", str(len(PACKED)))


def test_nothing_but_poison(pipeline: Pipeline) -> None:
    """A run whose only new file is broken sets it aside and succeeds; the rest stays as it was."""
    before = pipeline.tables()
    late = _key("truncated", hour="12")
    _deliver(pipeline, "truncated", late)

    pipeline.run()

    after = pipeline.tables()
    [row] = [row for row in after["load_ledger"] if row not in before["load_ledger"]]
    assert (row["state"], row["hour"]) == ("unreadable", "12")
    assert _keys(pipeline, f"unreadable/{late}") == {f"unreadable/{late}"}
    after["load_ledger"].remove(row)
    assert after == before


def test_silence_is_noticed_by_the_next_run(pipeline: Pipeline) -> None:
    """A file without a line, alone in its run, is accounted for by the run of the next hour."""
    empty, good = _key("empty", hour="11"), _key("good", hour="12")
    _deliver(pipeline, "empty", empty)
    pipeline.run()
    assert _keys(pipeline, empty) == {empty}
    _deliver(pipeline, "good", good)

    pipeline.run()

    hours = {row["hour"]: row["state"] for row in pipeline.rows(EMPTY_FILES, "Bronze")}
    assert hours == {"11": "unreadable", "23": "unreadable"}
    assert _keys(pipeline, empty) == set()
