"""Three ways to the five answers: the generator's books, Spark on silver, Athena on gold."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from local_aws.server import LocalAws
from tests import oracle
from tests.pipeline import Pipeline, deploy
from tests.spellings import respell
from tests.tools import demo

FAULTS = ("duplicates=0.1", "late=0.1", "malformed=0.1", "harmless=0.05", "files=0.9")
RARE_FAULTS = ("duplicates=0.02", "late=0.01", "malformed=0.001", "harmless=0.001")

SILVER_ANSWERS = {
    "1": """
        select product_id, views, carts, bought,
               carts / nullif(views, 0), bought / nullif(carts, 0), bought / nullif(views, 0)
        from (
            select product_id,
                   count_if(event_type = 'page_view') as views,
                   count_if(event_type = 'add_to_cart') as carts,
                   count_if(event_type = 'purchase') as bought
            from events where product_id is not null group by product_id
        )
        order by views desc, product_id
    """,
    "2": """
        select cast(date_trunc('hour', event_time) as string) as revenue_hour,
               sum(if(event_type = 'purchase', price * quantity, 0))
        from events group by 1 order by 1
    """,
    "3": """
        select product_id, count(*) as views from events where event_type = 'page_view'
        group by 1 order by views desc, product_id limit 10
    """,
    "4": """
        select cast(event_time as date) as event_date, category, count(*)
        from events group by 1, 2 order by 1, 2 nulls last
    """,
    "5": """
        select cast(event_time as date) as event_date,
               count(distinct user_id), count(distinct session_id)
        from events group by 1 order by 1
    """,
}


@dataclass
class Case:
    """Generated files, the generator's books of them, and the pipeline that loaded them."""

    truth: dict
    pipeline: Pipeline


def _generate(folder: Path, size: tuple[int, int], seed: int, faults: tuple[str, ...]) -> dict:
    """Write files and their truth as a user does; return the truth."""
    files, events = size
    command = [sys.executable, "generate_sample_data.py", "--num-files", files]
    command += ["--events-per-file", events, "--seed", seed, "--output", folder / "raw"]
    command += ["--truth", folder / "truth.json"]
    command += [word for fault in faults for word in ("--fault", fault)]
    subprocess.run(list(map(str, command)), cwd=demo.PROJECT, check=True)
    return json.loads((folder / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(("clean", (3, 400), 7, ()), id="clean"),
        pytest.param(("faulty", (16, 120), 8, FAULTS), id="faulty"),
        pytest.param(
            ("hour", (12, 625_000), 9, RARE_FAULTS), id="hour", marks=pytest.mark.full_hour
        ),
    ],
)
def case(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Case:
    """One hour, clean or faulty, generated, delivered and loaded by one run.

    Every other file is spelled as the course's generator spells it; of a clean hour the last is
    compact.
    """
    request.getfixturevalue("aws_environment")
    name, size, seed, faults = request.param
    folder = tmp_path_factory.mktemp(name)
    truth = _generate(folder, size, seed, faults)
    pipeline = deploy(f"capstone-truth-{name}", f"truth-{name}")
    files = sorted((folder / "raw").glob("*.gz"))
    for file in files[1::2]:
        if truth["files"][file.name]["state"] == "loaded":
            respell(file, file, "course")
    if name == "clean":
        respell(files[-1], files[-1], "compact")
    for file in files:
        pipeline.deliver(file, demo.raw_key(file.name))
    pipeline.is_small = name != "hour"
    pipeline.run()
    return Case(truth, pipeline)


def test_athena_tells_the_truth(case: Case) -> None:
    """queries.sql through Athena, over gold."""
    assert case.pipeline.answers() == oracle.read_answers(case.truth)


def test_spark_tells_the_truth(case: Case, spark: SparkSession, aws: LocalAws) -> None:
    """The same questions in other words through Spark, over silver."""
    bucket = aws.settings.s3_root / case.pipeline.stack["AnalyticsBucketName"]
    spark.read.parquet(str(bucket / "silver/events")).createOrReplaceTempView("events")

    answers = {
        question: list(map(tuple, spark.sql(statement).collect()))
        for question, statement in SILVER_ANSWERS.items()
    }

    answers["2"] = [(datetime.fromisoformat(hour), revenue) for hour, revenue in answers["2"]]
    assert answers == oracle.read_answers(case.truth)


def test_ledger_tells_the_truth(case: Case) -> None:
    """Every file, and every line of it, as the generator's books have it."""
    ledger = {
        row["source_file"].rsplit("/", 1)[1]: row
        for row in case.pipeline.rows("select * from load_ledger", "Bronze")
    }
    truth = {name: file for name, file in case.truth["files"].items() if file["state"] != "missing"}
    loaded = {name: file for name, file in truth.items() if file["state"] == "loaded"}

    assert {name: row["state"] for name, row in ledger.items()} == {
        name: file["state"] for name, file in truth.items()
    }
    counts = ("lines", "accepted", "duplicates", "rejected")
    assert {
        name: (
            [int(ledger[name][count]) for count in counts],
            ledger[name]["unknown_fields"],
            ledger[name]["reasons"],
        )
        for name in loaded
    } == {
        name: (
            [file[count] for count in counts],
            f"[{', '.join(file['unknown_fields'])}]",
            f"{{{', '.join(f'{reason}={n}' for reason, n in sorted(file['reasons'].items()))}}}",
        )
        for name, file in loaded.items()
    }


def test_reasons_tell_the_truth(case: Case) -> None:
    """Every reject stands under the rule that the generator broke."""
    rejected = case.pipeline.rows("select reason, occurrences from rejected_events", "Bronze")

    reasons: Counter[str] = Counter()
    for row in rejected:
        reasons[row["reason"]] += int(row["occurrences"])
    assert reasons == case.truth["totals"]["reasons"]


def test_raw_events(case: Case) -> None:
    """Raw fields can be asked where they lie, as long as all lines are JSON."""
    lines = "count(coalesce(user_id, '')) as lines"
    count = f"select {lines} from raw_events where year = '2026' and month = '03'"

    if case.truth["totals"]["rejected"]:
        with pytest.raises(RuntimeError, match="HIVE_"):
            case.pipeline.rows(count, "Bronze")
    else:
        assert case.pipeline.rows(count, "Bronze") == [
            {"lines": str(case.truth["totals"]["lines"])}
        ]
