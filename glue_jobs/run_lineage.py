"""What a run tells of lineage: an OpenLineage event (https://openlineage.io), spec 2-0-2."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlparse
from uuid import NAMESPACE_URL, uuid5

from glue_jobs.lake.lineage import ROWS, Derived
from glue_jobs.lake.tables import Table

PRODUCER = "urn:capstone:glue_jobs"
_SPEC = "https://openlineage.io/spec"

Event = dict[str, Any]


class EndedRun(NamedTuple):
    """A run that has committed; ``run_id`` as Glue has it."""

    job: str
    run_id: str
    region: str
    ended: datetime


def run_event(run: EndedRun, inputs: Iterable[Event], outputs: Iterable[Event]) -> Event:
    """Return the event of a run that is complete; the same run has the same ``runId``."""
    namespace = f"glue://{run.region}"
    return {
        "eventType": "COMPLETE",
        "eventTime": run.ended.isoformat(),
        "producer": PRODUCER,
        "schemaURL": f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": str(uuid5(NAMESPACE_URL, f"{namespace}/{run.job}/{run.run_id}"))},
        "job": {"namespace": namespace, "name": run.job},
        "inputs": [*inputs],
        "outputs": [*outputs],
    }


def dataset(uri: str) -> Event:
    """Return what lies below an S3 URI, by the names that OpenLineage gives it."""
    parsed = urlparse(uri)
    return {"namespace": f"s3://{parsed.netloc}", "name": parsed.path.strip("/")}


def table_dataset(table: Table, path: str, declared: Mapping[Table, Derived]) -> Event:
    """Return a table below the analytics bucket's ``path``: its columns, and whence they are."""
    fields = [
        {"name": of.name, "type": of.dataType.simpleString(), "description": of.metadata["comment"]}
        for of in table.columns
    ]
    facets = {"schema": _facet("1-0-0", "Schema", fields)}
    if table in declared:
        facets["columnLineage"] = _facet("1-0-1", "ColumnLineage", _sources(declared[table], path))
    return {**dataset(path + table.path), "facets": facets}


def _sources(of: Derived, path: str) -> dict[str, Event]:
    """Return the fields that each column is made of; to count rows takes no field."""
    source = dataset(path + of.source.path)
    return {
        name: {"inputFields": [{**source, "field": field} for field in fields]}
        for name, fields in of.columns.items()
        if ROWS not in fields
    }


def _facet(version: str, name: str, fields: object) -> Event:
    url = f"{_SPEC}/facets/{version}/{name}DatasetFacet.json#/$defs/{name}DatasetFacet"
    return {"_producer": PRODUCER, "_schemaURL": url, "fields": fields}
