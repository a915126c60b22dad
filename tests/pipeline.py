"""A deployed pipeline for tests: the stack, the job's code, raw files, runs, and what they left."""

import csv
import io
import time
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import boto3

from tests.small_work import with_small_work
from tests.tools import demo

csv.field_size_limit(1 << 25)  # Athena's longest text is 32 MB

PACKED = {".py", ".css", ".html", ".js", ".sql"}
SCRIPTS = [f"glue_jobs/{name}.py" for name in ("curate_events", "load_commerce", "write_report")]
ACTIVE = {"STARTING", "RUNNING", "STOPPING"}
# What UpdateJob would forget.
KEPT = (
    "Role",
    "Command",
    "GlueVersion",
    "DefaultArguments",
    "WorkerType",
    "NumberOfWorkers",
    "ExecutionProperty",
    "MaxRetries",
    "Timeout",
)
# The columns of the five answers that are promised, with the types that the oracle gives them.
ANSWER_TYPES = {
    "1": (str, int, int, int, float, float, float),
    "2": (datetime, Decimal),
    "3": (str, int),
    "4": (date, str, int),
    "5": (date, int, int),
}
WRITTEN_TABLES = {
    "load_ledger": "Bronze",
    "rejected_events": "Bronze",
    "events": "Silver",
    "conversion_funnel": "Gold",
    "hourly_revenue": "Gold",
    "top_products": "Gold",
    "category_performance": "Gold",
    "user_activity": "Gold",
}


@dataclass
class Pipeline:
    """One stack on the AWS that the environment names, and the raw files delivered to it."""

    stack: dict[str, str]
    delivered: list[Path] = field(default_factory=list)
    is_small: bool = True  # too little data to be worth compiling Spark well
    loads: str = "CurateJobName"  # the output that names the job

    @property
    def job(self) -> str:
        """The name of the job that loads."""
        return self.stack[self.loads]

    def deliver(self, file: Path, key: str) -> None:
        """Put a raw file where the producer would."""
        boto3.client("s3").upload_file(str(file), self.stack["SourceBucketName"], key)
        self.delivered.append(file)

    def run(self, arguments: dict[str, str] | None = None) -> str:
        """Run the job to its success; return the run's id."""
        run_id = self.start(arguments)
        run = self.wait(run_id)
        assert (run["JobRunState"], run.get("ErrorMessage")) == ("SUCCEEDED", None), run
        return run_id

    def put_code(self, replacements: dict[str, str] | None = None) -> None:
        """Put the jobs' code and the state machine's in place, with other text here and there."""
        packed, code = io.BytesIO(), {}
        for file in (demo.PROJECT / "glue_jobs").rglob("*.*"):
            if file.suffix in PACKED:
                name = file.relative_to(demo.PROJECT).as_posix()
                code[name] = file.read_text(encoding="utf-8")
                for old, new in (replacements or {}).items():
                    code[name] = code[name].replace(old, new)
        with zipfile.ZipFile(packed, "w") as archive:
            for name, text in code.items():
                entry = zipfile.ZipInfo(name)
                entry.external_attr = 0o644 << 16  # as the notebook's
                archive.writestr(entry, text)
        put = partial(boto3.client("s3").put_object, Bucket=self.stack["AnalyticsBucketName"])
        for name in SCRIPTS:
            put(Key=name, Body=code[name].encode())
        put(Key="glue_jobs/glue_jobs.zip", Body=packed.getvalue())
        machine = demo.PROJECT / "glue_jobs" / "orchestration.asl.yaml"
        put(Key=f"glue_jobs/{machine.name}", Body=machine.read_bytes())

    def change_job(self, **changes: object) -> None:
        """Change the job behind the stack's back, as an operator in the console might."""
        glue, name = boto3.client("glue"), self.job
        job = glue.get_job(JobName=name)["Job"]
        kept = {key: job[key] for key in KEPT if key in job}
        glue.update_job(JobName=name, JobUpdate={**kept, **changes})

    def quicken(self) -> None:
        """Let every run start as those over little data do, whoever starts it."""
        glue, name = boto3.client("glue"), self.job
        arguments = glue.get_job(JobName=name)["Job"]["DefaultArguments"]
        conf = with_small_work(arguments["--conf"])
        self.change_job(DefaultArguments={**arguments, "--conf": conf})
        self.is_small = False

    def start(self, arguments: dict[str, str] | None = None) -> str:
        """Start the job; return the run's id."""
        glue, name = boto3.client("glue"), self.job
        arguments = dict(arguments or {})
        if self.is_small:
            conf = glue.get_job(JobName=name)["Job"]["DefaultArguments"]["--conf"]
            arguments.setdefault("--conf", with_small_work(conf))
        return str(glue.start_job_run(JobName=name, Arguments=arguments)["JobRunId"])

    def report(self, **arguments: str) -> dict:
        """Run the report job to its end; return the run's description."""
        glue, name = boto3.client("glue"), self.stack["ReportJobName"]
        given = {f"--{argument}": value for argument, value in arguments.items()}
        return self.wait(glue.start_job_run(JobName=name, Arguments=given)["JobRunId"], name)

    def describe(self, run_id: str, job: str = "") -> dict:
        """Return a run, of the job that loads or of another, as Glue describes it."""
        name = job or self.job
        return boto3.client("glue").get_job_run(JobName=name, RunId=run_id)["JobRun"]

    def wait(self, run_id: str, job: str = "") -> dict:
        """Wait for a run's end; return its description."""
        while (run := self.describe(run_id, job))["JobRunState"] in ACTIVE:
            time.sleep(0.5)
        return run

    def rows(self, statement: str, layer: str) -> list[dict[str, str]]:
        """Return Athena's answer as it stands in the CSV; NULL is the empty text."""
        return list(csv.DictReader(io.StringIO(demo.ask(statement, self.stack, layer).decode())))

    def tables(self) -> dict[str, list[dict[str, str]]]:
        """Return the rows of every table that the job writes, with their partitions, sorted."""
        return {
            table: sorted(
                self.rows(f"select * from {table}", layer), key=lambda row: [*row.values()]
            )
            for table, layer in WRITTEN_TABLES.items()
        }

    def answers(self) -> dict[str, list[tuple[object, ...]]]:
        """Return the five answers of Athena, typed as the oracle types them."""
        given = (answer for _, answer in demo.answers(self.stack))
        return {
            question: typed_rows(answer.decode(), types)
            for (question, types), answer in zip(ANSWER_TYPES.items(), given, strict=True)
        }


def deploy(name: str, student_id: str, **parameters: str) -> Pipeline:
    """Create a stack and put the job's code in place, as the notebook does."""
    demo.create_or_update_stack(name, student_id, **parameters)
    pipeline = Pipeline(demo.stack_outputs(name))
    pipeline.put_code()
    return pipeline


def typed_rows(answer: str, types: tuple[type, ...]) -> list[tuple[object, ...]]:
    """Return the first columns of a CSV answer without its header, NULL as None."""
    _, *rows = csv.reader(io.StringIO(answer))
    return [tuple(map(_cell, row, types)) for row in rows]


def _cell(text: str, kind: type) -> object:
    parse = {datetime: datetime.fromisoformat, date: date.fromisoformat}
    return parse.get(kind, kind)(text) if text else None
