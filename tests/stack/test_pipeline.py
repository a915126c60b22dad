"""The job as Glue runs it, on a local AWS: template, script, catalog and SQL against the oracle.

A few runs in a row over one stack, each test a run and what it left.
"""

import gzip
import json
import os
from collections import defaultdict
from pathlib import Path

import boto3
import pytest

from local_aws.calls import recording
from local_aws.server import LocalAws
from tests import oracle
from tests.open_lineage import told
from tests.pipeline import Pipeline, deploy
from tests.tools import calls

SLOT = "events/year=2026/month=03/day=01/hour={hour}/minute={minute}/"
FIRST = SLOT.format(hour="23", minute="50") + "events-20260301T235000Z.jsonl.gz"
SECOND = SLOT.format(hour="23", minute="55") + "events-20260301T235500Z.jsonl.gz"
THIRD = SLOT.format(hour="00", minute="00").replace("day=01", "day=02") + "events-3.jsonl.gz"
VIEW = {
    "timestamp": "2026-03-01T23:50:00.000Z",
    "user_id": "u_1",
    "session_id": "s_1",
    "event_type": "page_view",
    "product_id": "p_1",
    "quantity": None,
    "price": None,
    "category": "books",
    "search_query": None,
}
CART = {**VIEW, "event_type": "add_to_cart", "quantity": 3, "price": 19.99}
PURCHASE = {**CART, "event_type": "purchase"}
SEARCH = {
    **VIEW,
    "event_type": "search",
    "product_id": None,
    "category": None,
    "search_query": "caf\u00e9",
}
AT = "2026-03-02T00:0{minute}:00.5Z"
FILES = {
    FIRST: [
        VIEW,
        VIEW,
        CART,
        PURCHASE,
        SEARCH,
        {**VIEW, "user_id": "u_2", "session_id": "s_2", "product_id": "p_2", "category": "toys"},
        {**VIEW, "user_id": None},
        {**VIEW, "user_id": None},
        {**PURCHASE, "price": 19.999},
        '{"broken',
        "[]",
        "",
        {**SEARCH, "colour": "red"},
    ],
    SECOND: [
        VIEW,
        {**PURCHASE, "timestamp": "2026-03-02T00:50:00.000+01:00"},
        {**CART, "timestamp": "2026-03-01T23:57:00Z", "quantity": 1, "price": 0.01},
        {**VIEW, "timestamp": "2026-03-03T23:57:00Z"},
    ],
    # arrives in the second run: two new events, copies of old ones, late ones
    THIRD: [
        {**PURCHASE, "timestamp": AT.format(minute=1)},
        {**VIEW, "timestamp": AT.format(minute=2)},
        VIEW,
        SEARCH,
        {**VIEW, "timestamp": "2026-03-01T23:59:59.999999Z"},
        {**VIEW, "timestamp": "2026-01-31T12:00:00Z"},
        "nonsense \u0001 with a control character",
        "\u0001".join(map(str, range(12))),  # more columns than the reader is told of
    ],
}


@pytest.fixture(scope="module")
def pipeline(request: pytest.FixtureRequest) -> Pipeline:
    """A deployed stack with the job's code in place and no raw file."""
    request.getfixturevalue("aws_environment")
    return deploy("capstone-pipeline", "pipe-line1")


def _deliver(pipeline: Pipeline, folder: Path, key: str) -> None:
    """Put a file of ``FILES`` where the producer would."""
    lines = (line if isinstance(line, str) else json.dumps(line) for line in FILES[key])
    file = folder / key
    file.parent.mkdir(parents=True)
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
    pipeline.deliver(file, key)


def _assert_answers(pipeline: Pipeline) -> None:
    """Athena's five answers are the oracle's, cell by cell and in the same order."""
    _, events = oracle.judge(pipeline.delivered)

    assert pipeline.answers() == oracle.answers(events)


def _assert_ledger(pipeline: Pipeline) -> None:
    """Every file's lines are accounted for as the oracle counts them."""
    files, _ = oracle.judge(pipeline.delivered)
    ledger = pipeline.rows("select * from load_ledger", "Bronze")

    assert {
        row["source_file"].rsplit("/", 1)[1]: tuple(
            int(row[name]) for name in ("lines", "accepted", "duplicates", "rejected")
        )
        for row in ledger
    } == {
        name: (file.lines, file.accepted, file.duplicates, file.rejected.total())
        for name, file in files.items()
    }


def _assert_rejects(pipeline: Pipeline) -> None:
    """Every rejected line is there with its reason, whole, as often as the oracle counts it."""
    files, _ = oracle.judge(pipeline.delivered)
    rejected = pipeline.rows("select * from rejected_events", "Bronze")
    assert {
        (row["source_file"].rsplit("/", 1)[1], row["reason"], row["raw_line"]): int(
            row["occurrences"]
        )
        for row in rejected
    } == {
        (name, reason, line): count
        for name, file in files.items()
        for (reason, line), count in file.rejected.items()
    }


def test_before_the_first_run(pipeline: Pipeline) -> None:
    """Every table that the job writes answers, empty, before anything was loaded."""
    assert not any(rows for rows in pipeline.tables().values())


def test_first_run(pipeline: Pipeline, tmp_path: Path) -> None:
    """What two files hold is in every table: events, answers, counts, and rejects with text."""
    _deliver(pipeline, tmp_path, FIRST)
    _deliver(pipeline, tmp_path, SECOND)

    run_id = pipeline.run()

    _assert_answers(pipeline)
    _assert_ledger(pipeline)
    _assert_rejects(pipeline)
    [output] = told(pipeline.stack, "events")[run_id]["outputs"][2:3]
    assert output["name"] == "silver/events"


def test_run_without_new_files(pipeline: Pipeline) -> None:
    """A run that finds nothing new succeeds and changes no row, not even a run id."""
    before = pipeline.tables()

    pipeline.run()

    assert pipeline.tables() == before


def test_next_file(pipeline: Pipeline, tmp_path: Path) -> None:
    """A later file adds what is new in it; its copies and late events fall into place."""
    _deliver(pipeline, tmp_path, THIRD)

    run_id = pipeline.run()

    _assert_answers(pipeline)
    _assert_ledger(pipeline)
    _assert_rejects(pipeline)
    newest = pipeline.rows(f"select * from load_ledger where run_id = '{run_id}'", "Bronze")
    assert [row["source_file"].rsplit("/", 1)[1] for row in newest] == [Path(THIRD).name]


def test_replay(pipeline: Pipeline) -> None:
    """Reading every file again, bookmark off, leaves the same rows; the ledger names the run."""
    before = pipeline.tables()

    run_id = pipeline.run({"--job-bookmark-option": "job-bookmark-disable"})

    after = pipeline.tables()
    assert {row.pop("run_id") for row in after["load_ledger"]} == {run_id}
    for row in before["load_ledger"]:
        row.pop("run_id")
    assert after == before


def test_vacuum(pipeline: Pipeline, aws: LocalAws) -> None:
    """What runs replaced stays for an hour, for queries still reading it, and is then removed."""
    bucket = aws.settings.s3_root / pipeline.stack["AnalyticsBucketName"]
    before = pipeline.tables()
    runs_before = _runs_of(bucket / "versions")
    for manifest in (bucket / "manifests").iterdir():
        two_hours_ago = manifest.stat().st_mtime - 7200
        os.utime(manifest, (two_hours_ago, two_hours_ago))

    pipeline.run()

    assert max(map(len, runs_before.values())) > 1
    assert max(map(len, _runs_of(bucket / "versions").values())) == 1
    assert not (bucket / "manifests").exists()
    assert pipeline.tables() == before


def _runs_of(versions: Path) -> dict[Path, set[str]]:
    """Return the runs whose files lie there of each partition."""
    runs = defaultdict(set)
    for file in versions.rglob("*.parquet"):
        publication, *partition = file.parent.relative_to(versions).parts
        runs[Path(*partition)].add(publication)
    return runs


def test_generator(pipeline: Pipeline) -> None:
    """The deployed generator writes one full file where the job will look, and calls no more."""
    with recording() as recorded:
        answer = boto3.client("lambda").invoke(
            FunctionName=pipeline.stack["GeneratorFunctionName"],
            Payload=json.dumps({"time": "2031-03-02T01:05:12Z"}),
        )
    written = json.load(answer["Payload"])
    s3, bucket = boto3.client("s3"), pipeline.stack["SourceBucketName"]
    body = s3.get_object(Bucket=bucket, Key=written["key"])["Body"].read()
    s3.delete_object(Bucket=bucket, Key=written["key"])

    assert written["key"].startswith("events/year=2031/month=03/day=02/hour=01/minute=00/events-")
    assert written["bytes"] == len(body)
    assert 500_000 <= written["events"] == gzip.decompress(body).count(b"\n") <= 750_000
    names = calls.StackNames("capstone-pipeline")
    calls.check("generator", calls.made_by("generator", recorded, names))


def test_rewritten_file(pipeline: Pipeline, tmp_path: Path) -> None:
    """A raw file that is written again with other content adds what is new and blocks nothing."""
    FILES[SECOND] = [VIEW, {**CART, "timestamp": "2026-03-01T23:58:00Z", "price": 5}]
    _deliver(pipeline, tmp_path, SECOND)

    pipeline.run()

    [row] = pipeline.rows(
        "select lines, accepted, duplicates from load_ledger "
        f"where source_file like '%{Path(SECOND).name}'",
        "Bronze",
    )
    assert row == {"lines": "2", "accepted": "1", "duplicates": "1"}
