"""The whole way on this machine: local AWS, both stacks, their files, their notebooks, answers.

``make demo`` runs it for people, test_end_to_end.py runs it for the test suite, ``make deploy``
makes the stacks on a local AWS that is up. It uses AWS's own APIs and nothing else.
"""

import argparse
import os
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError
from nbclient.exceptions import CellExecutionError

from local_aws.java import java_home
from local_aws.server import LocalAws, free_port
from local_aws.settings import LocalAwsError, Settings
from tests.tools import demo_order_book
from tests.tools.stacks import (
    PROJECT,
    TEMPLATE,
    ask,
    create_or_update_stack,
    execute_notebook,
    say,
    show,
    stack_outputs,
)

NOTEBOOK = PROJECT / "build_pipeline.ipynb"
QUERIES = PROJECT / "queries.sql"
SAMPLE_DATA = PROJECT / "sample-data"
STACK_NAME = "capstone-demo"
STUDENT_ID = "demo"
RAW_NAME = "events-%Y%m%dT%H%M%SZ.jsonl.gz"


def main() -> None:
    """Run the demo, or deploy only; a failure is one sentence and exit status 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--deploy-only", action="store_true", help="stacks and raw files, no more")
    parser.add_argument("--build", type=Path, default=PROJECT / "build", help="where results go")
    options = parser.parse_args()
    try:
        deploy_both() if options.deploy_only else demo(options.build.resolve())
    except EndpointConnectionError as error:
        sys.exit(f"{error}; start the local AWS in another terminal: make aws")
    except (
        BotoCoreError,
        ClientError,
        CellExecutionError,
        LocalAwsError,
        OSError,
        RuntimeError,
    ) as error:
        sys.exit(str(error).strip().splitlines()[-1])


def demo(build: Path) -> None:
    """Do everything in a fresh local AWS and leave answers and notebooks in ``build``."""
    shutil.rmtree(build, ignore_errors=True)
    (build / "answers").mkdir(parents=True)
    java_home()  # the job would fail without; say so now
    say("starting the local AWS")
    with LocalAws(Settings(root=build / "local-aws", port=free_port())) as aws:
        names = {
            "CAPSTONE_STACK": STACK_NAME,
            "COMMERCE_STACK": demo_order_book.stack_name(STUDENT_ID),
        }
        os.environ.update(aws.settings.environment, **names)
        demo_events(build)
        demo_order_book.demo(build, STUDENT_ID)


def demo_events(build: Path) -> None:
    """Make the first stack, run its notebook twice and ask the five questions."""
    stack = deploy()
    say(f"running {NOTEBOOK.name}, first time")
    execute_notebook(NOTEBOOK, build / "first-run.ipynb")
    first = count_loaded(stack)
    say(f"running {NOTEBOOK.name}, second time")
    execute_notebook(NOTEBOOK, build / "second-run.ipynb")
    second = count_loaded(stack)
    say("asking the five questions")
    for number, (title, answer) in enumerate(answers(stack), start=1):
        file = build / "answers" / f"query-{number}.csv"
        file.write_bytes(answer)
        show(title, file)
    copy_report(stack, build / "report.html")
    added = {name: second[name] - first[name] for name in first}
    print(
        f"The first run of the notebook loaded {first['files']} files and {first['events']:,} "
        f"events; the second added {added['files']} files and {added['events']} events.\n"
    )


def copy_report(stack: dict[str, str], file: Path) -> None:
    """Copy the page that the notebook's report job wrote about the sample's last day."""
    last = max(SAMPLE_DATA.glob("events-*.jsonl.gz")).name
    day = datetime.strptime(last, RAW_NAME).replace(tzinfo=UTC).date()
    key = f"reports/daily/dt={day}/index.html"
    boto3.client("s3").download_file(stack["AnalyticsBucketName"], key, str(file))
    print(f"\nThe page about {day} is in {'/'.join(file.parts[-2:])}.")


def deploy_both() -> None:
    """Make both stacks; the files of the order book are delivered by its runbook."""
    deploy()
    demo_order_book.deploy(STUDENT_ID)


def deploy() -> dict[str, str]:
    """Create or update the first stack, deliver the sample files, return the stack's outputs."""
    say(f"creating stack {STACK_NAME} from {TEMPLATE.name}")
    create_or_update_stack(STACK_NAME, STUDENT_ID)
    stack = stack_outputs(STACK_NAME)
    files = sorted(SAMPLE_DATA.glob("events-*.jsonl.gz"))
    say(f"delivering {len(files)} files to {stack['RawEventsUri']}")
    s3 = boto3.client("s3")
    for file in files:
        key = raw_key(file.name)
        if not s3.list_objects_v2(Bucket=stack["SourceBucketName"], Prefix=key)["KeyCount"]:
            s3.upload_file(str(file), stack["SourceBucketName"], key)
    return stack


def raw_key(file_name: str) -> str:
    """Return the key under which the producer delivers a file named after its slot.

    Raises:
        ValueError: the name is not ``events-YYYYMMDDTHHMMSSZ.jsonl.gz``.
    """
    slot = datetime.strptime(file_name, RAW_NAME).replace(tzinfo=UTC)
    return slot.strftime(f"events/year=%Y/month=%m/day=%d/hour=%H/minute=%M/{file_name}")


def statements() -> list[tuple[str, str]]:
    """Return (title, statement) of each question in queries.sql."""
    text = QUERIES.read_text(encoding="utf-8")
    found = [statement for statement in text.split("\n;\n") if statement.strip()]
    return [(re.search(r"-- (query .*)", statement)[1], statement) for statement in found]


def answers(stack: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield (title, CSV) of each question."""
    for title, statement in statements():
        yield title, ask(statement, stack, "Gold")


def count_loaded(stack: dict[str, str]) -> dict[str, int]:
    """Count the files in the ledger and the events in silver."""
    files = ask("select count(*) from load_ledger", stack, "Bronze")
    events = ask("select count(*) from events", stack, "Silver")
    return {
        name: int(result.split()[-1].strip(b'"'))
        for name, result in (("files", files), ("events", events))
    }


if __name__ == "__main__":
    main()
