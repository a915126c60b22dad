"""Athena's API: the calls that moto lacks, and those whose answers it makes up."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from moto.athena.models import NamedQuery
from moto.athena.responses import AthenaResponse
from moto.core.exceptions import JsonRESTError

from local_aws.athena import workgroups
from local_aws.athena.backend import (
    GLUE_CATALOG,
    InvalidRequestException,
    LocalAthenaBackend,
)
from local_aws.athena.catalog import backend as glue
from local_aws.athena.executions import QueryRequest

PAGE = 1000  # rows of GetQueryResults; the header is one of them
_LISTED = 50


class LocalAthenaResponse(AthenaResponse):
    """Answers one request."""

    @property
    def _backend(self) -> LocalAthenaBackend:
        return self.athena_backend

    def start_query_execution(self) -> str:
        """Start a query."""
        request = QueryRequest(
            query=self._get_param("QueryString"),
            context=self._get_param("QueryExecutionContext"),
            config=self._get_param("ResultConfiguration"),
            workgroup=self._get_param("WorkGroup"),
            execution_parameters=self._get_param("ExecutionParameters"),
        )
        token = self._get_param("ClientRequestToken") or ""
        execution_id = self._backend.start_query_execution(request, token)
        return json.dumps({"QueryExecutionId": execution_id})

    def get_query_execution(self) -> str:
        """Describe a query execution."""
        execution = self._backend.execution(self._get_param("QueryExecutionId"))
        return json.dumps({"QueryExecution": execution.described()})

    def get_query_runtime_statistics(self) -> str:
        """Tell how long the parts of a query took, and what it read."""
        execution = self._backend.execution(self._get_param("QueryExecutionId"))
        return json.dumps({"QueryRuntimeStatistics": execution.runtime_statistics()})

    def batch_get_query_execution(self) -> str:
        """Describe several query executions."""
        wanted = self._get_param("QueryExecutionIds")
        found = [each for each in wanted if each in self._backend.executions]
        return json.dumps({
            "QueryExecutions": [self._backend.execution(each).described() for each in found],
            "UnprocessedQueryExecutionIds": [
                {
                    "QueryExecutionId": each,
                    "ErrorCode": "INVALID_INPUT",
                    "ErrorMessage": f"QueryExecution {each} was not found",
                }
                for each in wanted
                if each not in found
            ],
        })

    def list_query_executions(self) -> str:
        """List the ids of a workgroup's query executions, the latest first."""
        group = self._backend.work_group(self._get_param("WorkGroup") or "primary")
        ids = [each.id for each in self._backend.executions.values() if each.workgroup is group]
        page, more = self._page(ids[::-1], _LISTED)
        return json.dumps({"QueryExecutionIds": page, **more})

    def get_query_results(self) -> str:
        """Return a page of a result: the header is the first row of the first page."""
        execution_id = self._get_param("QueryExecutionId")
        rows = self._backend.result_rows(execution_id)
        page, more = self._page(rows, PAGE)
        cells = [
            {"Data": [{} if text is None else {"VarCharValue": text} for text in row]}
            for row in page
        ]
        columns = self._backend.execution(execution_id).columns
        result = {"Rows": cells, "ResultSetMetadata": {"ColumnInfo": columns}}
        return json.dumps({"ResultSet": result, "UpdateCount": 0, **more})

    def get_work_group(self) -> str:
        """Describe a workgroup."""
        name = self._get_param("WorkGroup")
        self._backend.work_group(name)
        return json.dumps({"WorkGroup": self._backend.get_work_group(name)})

    def update_work_group(self) -> str:
        """Change a workgroup."""
        group = self._backend.work_group(self._get_param("WorkGroup"))
        workgroups.update(
            group,
            self._get_param("ConfigurationUpdates") or {},
            description=self._get_param("Description"),
            state=self._get_param("State"),
        )
        return "{}"

    def delete_work_group(self) -> str:
        """Delete a workgroup."""
        recursive = bool(self._get_param("RecursiveDeleteOption"))
        self._backend.remove_work_group(self._get_param("WorkGroup"), recursive=recursive)
        return "{}"

    def get_named_query(self) -> str:
        """Describe a named query."""
        query = self._backend.named_query(self._get_param("NamedQueryId"))
        return json.dumps({"NamedQuery": _described(query)})

    def batch_get_named_query(self) -> str:
        """Describe several named queries."""
        wanted = self._get_param("NamedQueryIds")
        found = [each for each in wanted if each in self._backend.named_queries]
        return json.dumps({
            "NamedQueries": [_described(self._backend.named_query(each)) for each in found],
            "UnprocessedNamedQueryIds": [
                {
                    "NamedQueryId": each,
                    "ErrorCode": "INVALID_INPUT",
                    "ErrorMessage": f"NamedQuery {each} was not found",
                }
                for each in wanted
                if each not in found
            ],
        })

    def update_named_query(self) -> str:
        """Change a named query."""
        query = self._backend.named_query(self._get_param("NamedQueryId"))
        query.name = self._get_param("Name")
        query.query_string = self._get_param("QueryString")
        query.description = self._get_param("Description") or query.description
        return "{}"

    def delete_named_query(self) -> str:
        """Delete a named query."""
        query = self._backend.named_query(self._get_param("NamedQueryId"))
        del self._backend.named_queries[query.id]
        return "{}"

    def get_table_metadata(self) -> str:
        """Describe a table of the catalog."""
        self._check_catalog()
        with _metadata_errors():
            table = glue().get_table(self._get_param("DatabaseName"), self._get_param("TableName"))
        return json.dumps({"TableMetadata": _metadata(table.as_dict())})

    def list_table_metadata(self) -> str:
        """Describe the tables of a database."""
        self._check_catalog()
        database, expression = self._get_param("DatabaseName"), self._get_param("Expression")
        with _metadata_errors():
            tables = glue().get_tables(database, expression)
        page, more = self._page([_metadata(table.as_dict()) for table in tables], _LISTED)
        return json.dumps({"TableMetadataList": page, **more})

    def get_database(self) -> str:
        """Describe a database of the Glue catalog."""
        self._check_catalog()
        with _metadata_errors():
            found = glue().get_database(self._get_param("DatabaseName"))
        return json.dumps({"Database": _database(found.as_dict())})

    def list_databases(self) -> str:
        """List the databases of the Glue catalog."""
        self._check_catalog()
        databases = [_database(each.as_dict()) for each in glue().get_databases()]
        page, more = self._page(databases, _LISTED)
        return json.dumps({"DatabaseList": page, **more})

    def get_prepared_statement(self) -> str:
        """Describe a prepared statement."""
        name, group = self._get_param("StatementName"), self._get_param("WorkGroup")
        if self._backend.get_prepared_statement(name, group) is None:
            sentence = f"PreparedStatement {name} was not found in WorkGroup {group}"
            raise JsonRESTError("ResourceNotFoundException", sentence)
        return super().get_prepared_statement()

    def _check_catalog(self) -> None:
        """Refuse to answer with Glue's catalog for another one."""
        name = self._get_param("CatalogName")
        if name.lower() != GLUE_CATALOG.lower():
            self._backend.get_data_catalog(name)
            raise InvalidRequestException(
                f"The local AWS has no catalog but {GLUE_CATALOG}: {name} is a name without data"
            )

    def _page(self, entries: list[Any], default: int) -> tuple[list[Any], dict[str, str]]:
        """Return the entries asked for, and NextToken if there are more."""
        token = self._get_param("NextToken") or "0"
        if not token.isdigit():
            raise InvalidRequestException(f"Invalid NextToken {token}")
        begin = int(token)
        end = begin + int(self._get_param("MaxResults") or default)
        return entries[begin:end], {"NextToken": str(end)} if end < len(entries) else {}


@contextmanager
def _metadata_errors() -> Generator[None]:
    """Say what the catalog lacks as Athena does: clients look for the code in the sentence."""
    try:
        yield
    except JsonRESTError as error:
        of_glue = (
            f"Status Code: 400; Error Code: {error.error_type}; Request ID: local; Proxy: null"
        )
        raise JsonRESTError(
            "MetadataException", f"{error.message} (Service: AmazonDataCatalog; {of_glue})"
        ) from error


def _described(query: NamedQuery) -> dict[str, Any]:
    return {
        "Name": query.name,
        "Description": query.description,
        "Database": query.database,
        "QueryString": query.query_string,
        "NamedQueryId": query.id,
        "WorkGroup": query.workgroup.name,
    }


def _database(described: dict[str, Any]) -> dict[str, Any]:
    kept = {key: described[key] for key in ("Name", "Description") if described.get(key)}
    return {**kept, "Parameters": described.get("Parameters") or {}}


def _metadata(described: dict[str, Any]) -> dict[str, Any]:
    storage = described.get("StorageDescriptor") or {}
    parameters = {
        **(described.get("Parameters") or {}),
        "location": storage.get("Location", ""),
        "serde.serialization.lib": (storage.get("SerdeInfo") or {}).get("SerializationLibrary", ""),
    }
    return {
        "Name": described["Name"],
        "TableType": described.get("TableType"),
        "Columns": storage.get("Columns") or [],
        "PartitionKeys": described.get("PartitionKeys") or [],
        "Parameters": parameters,
    }
