"""Athena that runs its SQL.

A query goes dialect.py (parse) -> queries.py, selects.py, sources.py, expressions.py (rewrite to
DuckDB's SQL with Trino's types and meaning; what is not known to agree is refused) -> catalog.py,
projection.py, reading.py (the files of the partitions that its conditions leave) -> engine.py
(DuckDB) -> results.py (text as Athena writes it). backend.py and responses.py put
that behind moto's API.

A new function goes into the table at the end of the module of its kind (aggregates, mathematics,
strings, regular_expressions, encodings, parsing, moments, time_texts, arrays, sets, maps, lambdas,
conditionals; windows), and its statement into tests/athena, where a real Trino says the answer. An
operator goes into operators.py and, by its syntax, expressions.py or predicates.py, other syntax
into forms.py; a clause into selects.py, one of FROM into sources.py.
What DuckDB has no SQL for becomes a macro in macros.py. Views are queries that views.py keeps in
the Data Catalog as Athena does.

tests/athena holds some 1,250 statements with the answers of a Trino 476. Known differences:
approx_distinct counts exactly (Trino: 2.3 % standard error); scanned bytes are
whole column chunks of whole files (Athena may skip row groups, or stop early for LIMIT).
"""

from moto.athena import urls
from moto.athena.models import athena_backends

from local_aws import snapshot
from local_aws.athena import engine, executions
from local_aws.athena.backend import LocalAthenaBackend
from local_aws.athena.errors import SYSTEM_ERROR
from local_aws.athena.responses import LocalAthenaResponse
from local_aws.settings import Settings

ENDED_WITH_THE_SERVER = (
    "GENERIC_INTERNAL_ERROR: The local AWS ended while the query was running; start it again"
)


def install(settings: Settings) -> None:
    """Let every Athena backend that moto makes from now on run its queries."""
    LocalAthenaBackend.settings = settings
    athena_backends.backend = LocalAthenaBackend
    urls.url_paths["{0}/$"] = LocalAthenaResponse.dispatch
    snapshot.register("athena", lambda: None, lambda _: fail_unfinished())


def stop() -> None:
    """End the queries that run."""
    fail_unfinished()
    executions.interrupt_all()
    engine.close()


def fail_unfinished() -> None:
    """Let the queries that did not finish be failed ones."""
    for _, _, backend in athena_backends.iter_backends():
        for execution in backend.executions.values():
            execution.finish("FAILED", ENDED_WITH_THE_SERVER, SYSTEM_ERROR)
