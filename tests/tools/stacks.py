"""What the demo's parts and the tests share: stacks, notebooks and answers, by AWS's own APIs."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3
import nbformat
import pandas as pd
from botocore.exceptions import ClientError, WaiterError
from nbclient import NotebookClient
from traitlets.config import Config

PROJECT = Path(__file__).parents[2]
TEMPLATE = PROJECT / "capstone-starter.cfn.yaml"
SHOWN_ROWS = 10


def create_or_update_stack(
    name: str, student_id: str, template: Path | str = TEMPLATE, **parameters: str
) -> None:
    """Bring a stack to what the template, a file or a URL, says, as the README's commands do."""
    cloudformation = boto3.client("cloudformation")
    arguments = {
        "StackName": name,
        **_given(template),
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


def _given(template: Path | str) -> dict[str, str]:
    if isinstance(template, str):
        return {"TemplateURL": template}
    return {"TemplateBody": template.read_text(encoding="utf-8")}


def stack_outputs(name: str) -> dict[str, str]:
    """Return the outputs of a stack by key."""
    [stack] = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def execute_notebook(notebook: Path, executed: Path, last_cell: str = "") -> None:
    """Execute a notebook where it lies, as Jupyter does; save it with its outputs, failed or not.

    ``last_cell`` is code that follows it.
    """
    cells = nbformat.read(notebook, as_version=4)
    if last_cell:
        cells.cells.append(nbformat.v4.new_code_cell(last_cell))
    try:
        with TemporaryDirectory() as sockets:  # short: a socket's path has some 100 characters
            _client(cells, notebook.parent, f"{sockets}/kernel").execute()
    finally:
        nbformat.write(cells, executed)


def _client(cells: nbformat.NotebookNode, folder: Path, socket: str) -> NotebookClient:
    return NotebookClient(
        cells,
        timeout=900,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=_announce,
        coalesce_streams=True,  # a progress bar is one output, not hundreds
        config=Config({"KernelManager": {"transport": "ipc", "ip": socket}}),  # no open port
    )


def _announce(cell: nbformat.NotebookNode, **_: object) -> None:
    if cell.source.startswith("## "):
        say(f"  {cell.source.splitlines()[0].removeprefix('## ')}")


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
