"""Query executions: their states, and the thread that runs each."""

import threading
import time
from itertools import starmap
from typing import Any, NamedTuple

import duckdb
from moto.athena.models import Execution
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends

from local_aws.athena import results
from local_aws.athena.catalog import Catalog
from local_aws.athena.dialect import statement_word
from local_aws.athena.engine import connection, run
from local_aws.athena.errors import SYSTEM_ERROR, CutoffError, QueryFailedError
from local_aws.settings import ACCOUNT_ID, Settings
from local_aws.state import touch

UNFINISHED = ("QUEUED", "RUNNING")
_DDL_WORDS = ("ALTER", "CREATE", "DESCRIBE", "DROP", "MSCK", "SHOW")
_UTILITY_WORDS = ("EXPLAIN",)
_UNTIL_THE_NEXT = 0.02  # seconds between two interrupts
_AT_ONCE = threading.BoundedSemaphore(4)  # further queries wait in the state QUEUED
_STATES = threading.Lock()
_RUNNING: dict[str, duckdb.DuckDBPyConnection] = {}  # by execution id, so that a stop reaches it


class QueryRequest(NamedTuple):
    """What StartQueryExecution asks for, in its own words."""

    query: str
    context: dict[str, str] | None
    config: dict[str, Any] | None
    workgroup: str | None
    execution_parameters: list[str] | None


class LocalExecution(Execution):
    """A query that really runs. Plain values only: it is saved with moto's state."""

    token = ""  # of one that was saved before tokens were kept
    request: QueryRequest | None = None

    def __init__(self, statement: str, **of_moto: Any) -> None:  # ruff: ignore[any-type] - moto's
        super().__init__(**of_moto)
        self.statement = statement
        self.state = "QUEUED"
        self.reason: str | None = None
        self.category = 0
        self.columns: list[dict[str, Any]] = []
        self.scanned = 0
        self.began: float | None = None
        self.end_time: float | None = None

    @property
    def status(self) -> str | None:
        """The state, under moto's name."""
        return self.state

    @status.setter
    def status(self, value: str | None) -> None:
        self.state = value or "QUEUED"

    def advance(self) -> None:
        """Do nothing: the state follows the query, not the number of calls."""

    def described(self) -> dict[str, Any]:
        """Return what GetQueryExecution says."""
        word = statement_word(self.statement)
        kind = {**dict.fromkeys(_DDL_WORDS, "DDL"), **dict.fromkeys(_UTILITY_WORDS, "UTILITY")}
        described = {
            "QueryExecutionId": self.id,
            "Query": self.query,
            "StatementType": kind.get(word, "DML"),
            "ResultConfiguration": self.config,
            "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": False}},
            "QueryExecutionContext": self.context or {},
            "Status": self._described_status(),
            "Statistics": self._statistics(),
            "WorkGroup": self.workgroup.name,
            "EngineVersion": self.workgroup.configuration["EngineVersion"],
            "SubstatementType": word,
        }
        if self.execution_parameters:
            described["ExecutionParameters"] = self.execution_parameters
        return described

    def runtime_statistics(self) -> dict[str, Any]:
        """Return what GetQueryRuntimeStatistics says, as far as it is measured here."""
        statistics = self._statistics()
        timeline = {name: value for name, value in statistics.items() if name.endswith("Millis")}
        return {"Timeline": timeline, "Rows": {"InputBytes": self.scanned}}

    def finish(self, state: str, reason: str | None = None, category: int = 0) -> bool:
        """Leave the unfinished states, once; return whether it was this call that did."""
        with _STATES:
            if self.state not in UNFINISHED:
                return False
            self.reason, self.category = reason, category
            self.end_time = time.time()
            self.state = state
        touch()
        return True

    def _described_status(self) -> dict[str, Any]:
        status: dict[str, Any] = {"State": self.state, "SubmissionDateTime": self.start_time}
        if self.end_time is not None:
            status["CompletionDateTime"] = self.end_time
        if self.reason:
            status["StateChangeReason"] = self.reason
        if self.state == "FAILED":
            status["AthenaError"] = {
                "ErrorCategory": self.category,
                "ErrorType": 0,
                "Retryable": False,
                "ErrorMessage": self.reason,
            }
        return status

    def _statistics(self) -> dict[str, Any]:
        end = self.end_time if self.end_time is not None else time.time()
        began = self.began if self.began is not None else end
        return {
            "EngineExecutionTimeInMillis": _milliseconds(end - began),
            "DataScannedInBytes": self.scanned,
            "TotalExecutionTimeInMillis": _milliseconds(end - self.start_time),
            "QueryQueueTimeInMillis": _milliseconds(began - self.start_time),
            "ServiceProcessingTimeInMillis": 0,
            "ResultReuseInformation": {"ReusedPreviousResult": False},
        }


def start(execution: LocalExecution, settings: Settings) -> None:
    """Run a query in a thread of its own."""
    threading.Thread(target=_run, args=(execution, settings), daemon=True).start()


def stop(execution: LocalExecution) -> None:
    """Cancel a query that has not finished."""
    if execution.finish("CANCELLED", "Query cancelled by user"):
        while running := _RUNNING.get(execution.id):
            running.interrupt()  # without effect while the query is not yet in DuckDB's hands
            time.sleep(_UNTIL_THE_NEXT)


def interrupt_all() -> None:
    """Interrupt whatever runs; the states say already why."""
    for running in list(_RUNNING.values()):
        running.interrupt()


def split_output(execution: LocalExecution) -> tuple[str, str]:
    """Return the bucket and the key of a query's result."""
    bucket, _, key = execution.config["OutputLocation"].removeprefix("s3://").partition("/")
    return bucket, key


def _milliseconds(seconds: float) -> int:
    return max(round(seconds * 1000), 0)


def _run(execution: LocalExecution, settings: Settings) -> None:
    with _AT_ONCE:
        with _STATES:
            if execution.state != "QUEUED":
                return
            execution.state, execution.began = "RUNNING", time.time()
        try:
            _answer(execution, settings)
        except CutoffError as error:
            execution.scanned = error.scanned
            execution.finish("CANCELLED", str(error))
        except QueryFailedError as error:
            execution.finish("FAILED", str(error), error.category)
        except S3ClientError as error:
            execution.finish("FAILED", f"HIVE_FILESYSTEM_ERROR: {error.description}", SYSTEM_ERROR)
        finally:  # a defect of this engine must not leave a query running for ever
            execution.finish("FAILED", "GENERIC_INTERNAL_ERROR: see the server's log", SYSTEM_ERROR)


def _answer(execution: LocalExecution, settings: Settings) -> None:
    context = execution.context or {}
    with connection(settings.root / "athena-temp") as opened:
        _RUNNING[execution.id] = opened
        try:
            if execution.state not in UNFINISHED:
                return
            result = run(
                opened,
                execution.statement,
                Catalog(context.get("Database"), context.get("Catalog")),
                settings.s3_root,
                execution.workgroup.configuration.get("BytesScannedCutoffPerQuery"),
            )
        finally:
            del _RUNNING[execution.id]
    execution.scanned = result.scanned
    execution.columns = list(starmap(results.column_info, result.columns))
    if execution.state in UNFINISHED:
        bucket, key = split_output(execution)
        s3_backends[ACCOUNT_ID]["aws"].put_object(bucket, key, results.csv(result).encode())
        execution.finish("SUCCEEDED")
