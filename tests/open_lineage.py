"""What OpenLineage's schemas ask of an event, and the events that runs have left.

The schemas are those of spec 2-0-2, of the facets schema (1-0-0) and columnLineage (1-0-1), as far
as they ask for anything.
"""

import json
from typing import Any

import boto3
from jsonschema import Draft202012Validator, FormatChecker

_TEXT, _URI = {"type": "string"}, {"type": "string", "format": "uri", "pattern": r"^[a-z]+:\S+$"}


def _object(optional: dict[str, Any] | None = None, **required: object) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [*required],
        "properties": {**required, **(optional or {})},
    }


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _facet(fields: dict[str, Any]) -> dict[str, Any]:
    return _object(_producer=_URI, _schemaURL=_URI, fields=fields)


_FIELD = _object({"type": _TEXT, "description": _TEXT}, name=_TEXT)
_SOURCE = _object(namespace=_TEXT, name=_TEXT, field=_TEXT)
_SOURCES = {"type": "object", "additionalProperties": _object(inputFields=_array(_SOURCE))}
_FACETS = _object({"schema": _facet(_array(_FIELD)), "columnLineage": _facet(_SOURCES)})
_DATASETS = _array(_object({"facets": _FACETS}, namespace=_TEXT, name=_TEXT))
_RUN_EVENT = _object(
    {
        "eventType": {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
        "inputs": _DATASETS,
        "outputs": _DATASETS,
    },
    eventTime={
        "type": "string",
        "format": "date-time",
        "pattern": r"^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$",
    },
    producer=_URI,
    schemaURL=_URI,
    run=_object(runId={"type": "string", "format": "uuid"}),
    job=_object(namespace=_TEXT, name=_TEXT),
)
VALIDATOR = Draft202012Validator(_RUN_EVENT, format_checker=FormatChecker())


def told(stack: dict[str, str], domain: str) -> dict[str, dict[str, Any]]:
    """Return the events of a domain's runs by the id of the run, each as the spec has it."""
    s3, bucket = boto3.client("s3"), stack["AnalyticsBucketName"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"lineage/{domain}/")
    events = {}
    for key in (found["Key"] for found in listed["Contents"]):
        event = json.load(s3.get_object(Bucket=bucket, Key=key)["Body"])
        VALIDATOR.validate(event)
        day, run_id = key.split("/")[2:]
        assert day == f"dt={event['eventTime'][:10]}"
        events[run_id.removesuffix(".json")] = event
    return events
