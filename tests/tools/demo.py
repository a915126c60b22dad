"""The whole way on this machine: local AWS, stack, raw files, the notebook twice, five answers.

``make demo`` runs it for people, test_end_to_end.py runs it for the test suite, ``make deploy``
runs its first half against a local AWS that is up. It uses AWS's own APIs and nothing else.
"""

import argparse
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import nbformat
import pandas as pd
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, WaiterError
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

from local_aws.java import java_home
from local_aws.server import LocalAws, free_port
from local_aws.settings import LocalAwsError, Settings

PROJECT = Path(__file__).parents[2]
TEMPLATE = PROJECT / "capstone-starter.cfn.yaml"
NOTEBOOK = PROJECT / "build_pipeline.ipynb"
QUERIES = PROJECT / "queries.sql"
SAMPLE_DATA = PROJECT / "sample-data"
STACK_NAME = "capstone-demo"
STUDENT_ID = "demo"
RAW_NAME = "events-%Y%m%dT%H%M%SZ.jsonl.gz"
SHOWN_ROWS = 10


def main() -> None:
    """Run the demo, or deploy only; a failure is one sentence and exit status 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--deploy-only", action="store_true", help="stack and raw files, no more")
    parser.add_argument("--build", type=Path, default=PROJECT / "build", help="where results go")
    options = parser.parse_args()
    try:
        deploy() if options.deploy_only else demo(options.build.resolve())
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
        os.environ.update(aws.settings.environment, CAPSTONE_STACK=STACK_NAME)
        stack = deploy()
        say("running build_pipeline.ipynb, first time")
        execute_notebook(build / "first-run.ipynb")
        first = count_loaded(stack)
        say("running build_pipeline.ipynb, second time")
        execute_notebook(build / "second-run.ipynb")
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
        f"events; the second added {added['files']} files and {added['events']} events."
    )


def copy_report(stack: dict[str, str], file: Path) -> None:
    """Copy the page that the notebook's report job wrote about the sample's last day."""
    last = max(SAMPLE_DATA.glob("events-*.jsonl.gz")).name
    day = datetime.strptime(last, RAW_NAME).replace(tzinfo=UTC).date()
    key = f"reports/daily/dt={day}/index.html"
    boto3.client("s3").download_file(stack["AnalyticsBucketName"], key, str(file))
    print(f"\nThe page about {day} is in {'/'.join(file.parts[-2:])}.")


def deploy() -> dict[str, str]:
    """Create or update the stack, deliver the sample files, return the stack's outputs."""
    say(f"creating stack {STACK_NAME} from {TEMPLATE.name}")
    create_or_update_stack()
    stack = stack_outputs()
    files = sorted(SAMPLE_DATA.glob("events-*.jsonl.gz"))
    say(f"delivering {len(files)} files to {stack['RawEventsUri']}")
    s3 = boto3.client("s3")
    for file in files:
        key = raw_key(file.name)
        if not s3.list_objects_v2(Bucket=stack["SourceBucketName"], Prefix=key)["KeyCount"]:
            s3.upload_file(str(file), stack["SourceBucketName"], key)
    return stack


def create_or_update_stack(
    name: str = STACK_NAME,
    student_id: str = STUDENT_ID,
    template: Path = TEMPLATE,
    **parameters: str,
) -> None:
    """Bring a stack to what the template says, as the README's commands do."""
    cloudformation = boto3.client("cloudformation")
    arguments = {
        "StackName": name,
        "TemplateBody": template.read_text(encoding="utf-8"),
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in {"StudentId": student_id, **parameters}.items()
        ],
    }
    try:
        cloudformation.create_stack(**arguments)
        waiter = cloudformation.get_waiter("stack_create_complete")
    except cloudformation.exceptions.AlreadyExistsException:
        try:
            cloudformation.update_stack(**arguments)
        except ClientError as error:
            if "No updates are to be performed" in str(error):
                return
            raise
        waiter = cloudformation.get_waiter("stack_update_complete")
    try:
        waiter.wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    except WaiterError as error:
        events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        failures = (e for e in events[::-1] if e["ResourceStatus"].endswith("FAILED"))
        first = next(failures, {"LogicalResourceId": name, "ResourceStatusReason": str(error)})
        raise RuntimeError(
            f"stack {name} was not made: {first['LogicalResourceId']} failed, "
            f"{first['ResourceStatusReason']}; delete the stack and try again"
        ) from error


def stack_outputs(name: str = STACK_NAME) -> dict[str, str]:
    """Return the outputs of a stack by key."""
    [stack] = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def raw_key(file_name: str) -> str:
    """Return the key under which the producer delivers a file named after its slot.

    Raises:
        ValueError: the name is not ``events-YYYYMMDDTHHMMSSZ.jsonl.gz``.
    """
    slot = datetime.strptime(file_name, RAW_NAME).replace(tzinfo=UTC)
    return slot.strftime(f"events/year=%Y/month=%m/day=%d/hour=%H/minute=%M/{file_name}")


def execute_notebook(executed: Path, last_cell: str = "") -> None:
    """Execute the notebook beside its project and save it with its outputs, failed or not.

    ``last_cell`` is code that follows it.
    """
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    if last_cell:
        notebook.cells.append(nbformat.v4.new_code_cell(last_cell))

    def announce(cell: nbformat.NotebookNode, **_: object) -> None:
        if cell.source.startswith("## "):
            say(f"  {cell.source.splitlines()[0].removeprefix('## ')}")

    client = NotebookClient(
        notebook,
        timeout=900,
        resources={"metadata": {"path": str(PROJECT)}},
        on_cell_start=announce,
        coalesce_streams=True,  # a progress bar is one output, not hundreds
        config=Config({"KernelManager": {"transport": "ipc"}}),  # no open port
    )
    try:
        client.execute()
    finally:
        nbformat.write(notebook, executed)


def ask(statement: str, stack: dict[str, str], layer: str) -> bytes:
    """Ask Athena; return the result as the CSV it left in S3.

    Raises:
        RuntimeError: the query failed.
    """
    athena = boto3.client("athena")
    query_id = athena.start_query_execution(
        QueryString=statement,
        QueryExecutionContext={"Database": stack[f"{layer}DatabaseName"]},
        WorkGroup=stack["WorkGroupName"],
    )["QueryExecutionId"]
    while True:
        query = athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
        if query["Status"]["State"] not in {"QUEUED", "RUNNING"}:
            break
        time.sleep(0.1)
    if query["Status"]["State"] != "SUCCEEDED":
        raise RuntimeError(f"{query['Status'].get('StateChangeReason')} in: {statement}")
    uri = query["ResultConfiguration"]["OutputLocation"]
    bucket, key = uri.removeprefix("s3://").split("/", 1)
    return boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()


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


def show(title: str, file: Path) -> None:
    """Print the first rows of an answer."""
    texts = dict.fromkeys(("product_id", "category"), str)  # 00123 is no number, NA not NULL
    rows = pd.read_csv(file, dtype=texts, keep_default_na=False, na_values=[""])
    print(f"\n{title}\n{rows.head(SHOWN_ROWS).to_string(index=False, na_rep='NULL')}")
    if len(rows) > SHOWN_ROWS:
        print(f"... {len(rows)} rows in all, in {'/'.join(file.parts[-3:])}")


_BEGAN = time.monotonic()


def say(what: str) -> None:
    """Tell what is going on, with the seconds since the start."""
    print(f"{time.monotonic() - _BEGAN:6.1f} s  {what}", flush=True)


if __name__ == "__main__":
    main()
