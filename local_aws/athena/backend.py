"""moto's Athena with queries that run: workgroups are enforced, results are in S3."""

import threading
from types import ModuleType
from typing import Any

from moto.athena import urls
from moto.athena.models import AthenaBackend, NamedQuery, WorkGroup
from moto.core.exceptions import JsonRESTError
from moto.s3.models import s3_backends

from local_aws.athena import executions, results
from local_aws.athena.dialect import bind, parse, single_statement
from local_aws.athena.errors import InvalidRequestError
from local_aws.athena.executions import LocalExecution, QueryRequest
from local_aws.settings import Settings

GLUE_CATALOG = "AwsDataCatalog"
_TOKENS = threading.Lock()  # of two requests with one token, the second waits for the first
LONGEST_QUERY = 262_144  # bytes
SMALLEST_CUTOFF = 10_000_000  # bytes
_NO_OUTPUT = (
    "No output location provided. An output location is required either through the Workgroup"
    " result configuration setting or as an API input."
)


class InvalidRequestException(JsonRESTError):  # ruff: ignore[error-suffix-on-exception-name] - AWS names it so
    """Athena's answer to a request that it does not take."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidRequestException", message)


class LocalAthenaBackend(AthenaBackend):
    """The Athena of one region."""

    settings: Settings  # set by install; not part of what is saved

    @property
    def _url_module(self) -> ModuleType:
        return urls

    def start_query_execution(self, request: QueryRequest, token: str = "") -> str:
        """Accept a query and run it; return its id.

        A request with the token of an earlier one, which a client repeats when it got no answer,
        is that one.

        Raises:
            InvalidRequestException: the query is not one SQL statement, or has no place for its
                result; the token's request was another.
        """
        with _TOKENS:
            known = self._started_with(token) if token else None
            if known is None:
                return self._start(request, token)
        if known.request != request:
            raise InvalidRequestException("Idempotent parameters do not match")
        return known.id

    def _started_with(self, token: str) -> LocalExecution | None:
        started = (each for each in self.executions.values() if isinstance(each, LocalExecution))
        return next((each for each in started if each.token == token), None)

    def _start(self, request: QueryRequest, token: str) -> str:
        query, parameters = request.query, request.execution_parameters
        if len(query.encode()) > LONGEST_QUERY:
            raise InvalidRequestException(f"queryString is longer than {LONGEST_QUERY} bytes")
        group = self.work_group(request.workgroup or "primary")
        if group.state != "ENABLED":
            raise InvalidRequestException(f"WorkGroup {group.name} is disabled.")
        try:
            statement = bind(single_statement(query), parameters or [])
            parse(statement)
        except InvalidRequestError as error:
            raise InvalidRequestException(str(error)) from None
        execution = LocalExecution(
            statement,
            query=query,
            context=request.context,
            config=self._output(group, request.config or {}),
            workgroup=group,
            execution_parameters=parameters,
        )
        execution.token, execution.request = token, request
        self.executions[execution.id] = execution
        executions.start(execution, self.settings)
        return execution.id

    def list_data_catalogs(self) -> list[dict[str, str]]:
        """List the catalogs: Glue's, which every account has, and what was made."""
        return [{"CatalogName": GLUE_CATALOG, "Type": "GLUE"}, *super().list_data_catalogs()]

    def get_data_catalog(self, name: str) -> dict[str, Any]:
        """Describe a catalog.

        Raises:
            InvalidRequestException: there is none of that name.
        """
        parameters = {"catalog-id": self.account_id}
        glues = {"Name": GLUE_CATALOG, "Type": "GLUE", "Parameters": parameters}
        found = glues if name == GLUE_CATALOG else super().get_data_catalog(name)
        if found is None:
            raise InvalidRequestException(f"Data catalog {name} was not found")
        return found

    def execution(self, execution_id: str) -> LocalExecution:
        """Return a query execution.

        Raises:
            InvalidRequestException: there is none of that id.
        """
        found = self.executions.get(execution_id)
        if not isinstance(found, LocalExecution):
            raise InvalidRequestException(f"QueryExecution {execution_id} was not found")
        return found

    def stop_query_execution(self, exec_id: str) -> None:
        """Cancel a query."""
        executions.stop(self.execution(exec_id))

    def result_rows(self, execution_id: str) -> list[list[str | None]]:
        """Return the header and the rows of a query's result, from S3 as Athena does.

        Raises:
            InvalidRequestException: the query did not succeed, or its result is gone.
        """
        execution = self.execution(execution_id)
        if execution.state in executions.UNFINISHED:
            raise InvalidRequestException(
                f"Query has not yet finished. Current state: {execution.state}"
            )
        if execution.state != "SUCCEEDED":
            raise InvalidRequestException(
                f"Query did not finish successfully. Final query state: {execution.state}"
            )
        bucket, key = executions.split_output(execution)
        stored = s3_backends[self.account_id][self.partition].get_object(bucket, key)
        if stored is None:
            raise InvalidRequestException(f"Could not find results: s3://{bucket}/{key}")
        return results.parse_csv(stored.value.decode())

    def work_group(self, name: str) -> WorkGroup:
        """Return a workgroup.

        Raises:
            InvalidRequestException: there is none of that name.
        """
        if name not in self.work_groups:
            raise InvalidRequestException(f"WorkGroup {name} is not found.")
        return self.work_groups[name]

    def create_work_group(
        self, name: str, configuration: dict[str, Any], description: str, tags: list[dict[str, str]]
    ) -> WorkGroup | None:
        """Create a workgroup; return None if its name is taken.

        Raises:
            InvalidRequestException: the cutoff is below Athena's least.
        """
        check_cutoff(configuration)
        return super().create_work_group(name, configuration, description, tags)

    def remove_work_group(self, name: str, *, recursive: bool) -> None:
        """Delete a workgroup, with what it holds if ``recursive``.

        Raises:
            InvalidRequestException: it holds something, or is the primary one.
        """
        group = self.work_group(name)
        if name == "primary":
            raise InvalidRequestException("WorkGroup primary cannot be deleted")
        queries = [each.id for each in self.named_queries.values() if each.workgroup is group]
        ran = [each.id for each in self.executions.values() if each.workgroup is group]
        if (queries or ran) and not recursive:
            raise InvalidRequestException(f"WorkGroup {name} is not empty")
        for query_id in queries:
            del self.named_queries[query_id]
        for execution_id in ran:
            self.stop_query_execution(execution_id)
            del self.executions[execution_id]
        del self.work_groups[name]

    def named_query(self, query_id: str) -> NamedQuery:
        """Return a named query.

        Raises:
            InvalidRequestException: there is none of that id.
        """
        if query_id not in self.named_queries:
            raise InvalidRequestException(f"NamedQuery {query_id} was not found")
        return self.named_queries[query_id]

    def _output(self, group: WorkGroup, config: dict[str, Any]) -> dict[str, Any]:
        """Return where the result goes: the workgroup's place if it is enforced or the only one."""
        own = group.configuration.get("ResultConfiguration") or {}
        enforced = group.configuration["EnforceWorkGroupConfiguration"]
        chosen = own if own.get("OutputLocation") and enforced else {**own, **config}
        location = chosen.get("OutputLocation")
        if not location:
            raise InvalidRequestException(_NO_OUTPUT)
        bucket = location.removeprefix("s3://").partition("/")[0]
        if (
            not location.startswith("s3://")
            or bucket not in s3_backends[self.account_id][self.partition].buckets
        ):
            raise InvalidRequestException(f"Unable to verify/create output bucket {bucket}")
        return dict(chosen)


def check_cutoff(configuration: dict[str, Any]) -> None:
    """Check the most bytes that a query of a workgroup may scan.

    Raises:
        InvalidRequestException: it is below Athena's least.
    """
    cutoff = configuration.get("BytesScannedCutoffPerQuery")
    if cutoff is not None and cutoff < SMALLEST_CUTOFF:
        raise InvalidRequestException(
            f"BytesScannedCutoffPerQuery must be at least {SMALLEST_CUTOFF}, it is {cutoff}"
        )
