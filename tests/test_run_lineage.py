"""A run's lineage is an event as OpenLineage has it."""

import json
from datetime import UTC, datetime

import pytest
from jsonschema import ValidationError

from glue_jobs.commerce.lineage import DERIVED
from glue_jobs.commerce.schemas import DAILY_SALES_SUMMARY, FCT_TRANSACTIONS, WRITTEN
from glue_jobs.run_lineage import EndedRun, dataset, run_event, table_dataset
from tests.open_lineage import VALIDATOR

PATH = "s3://analytics/"
RUN = EndedRun("load", "jr_1", "us-west-2", datetime(2026, 3, 2, 12, tzinfo=UTC))
OUTPUTS = {table: table_dataset(table, PATH, DERIVED) for table in WRITTEN}
EVENT = run_event(RUN, [dataset("s3://landing/raw/")], OUTPUTS.values())


def test_event() -> None:
    """It is complete, names job, input and outputs, and survives JSON."""
    VALIDATOR.validate(json.loads(json.dumps(EVENT)))

    assert (EVENT["eventType"], EVENT["eventTime"]) == ("COMPLETE", "2026-03-02T12:00:00+00:00")
    assert EVENT["job"] == {"namespace": "glue://us-west-2", "name": "load"}
    assert EVENT["inputs"] == [{"namespace": "s3://landing", "name": "raw"}]
    assert [of["name"] for of in EVENT["outputs"]] == [table.path[:-1] for table in WRITTEN]


@pytest.mark.parametrize("part", ["eventTime", "producer", "schemaURL", "run", "job"])
def test_what_is_asked_for(part: str) -> None:
    """An event without a part that the spec asks for is found out."""
    with pytest.raises(ValidationError, match=part):
        VALIDATOR.validate({name: EVENT[name] for name in EVENT if name != part})


def test_run_id() -> None:
    """The same run has the same UUID, another run, job or region another."""
    others = [RUN, RUN._replace(run_id="jr_2"), RUN._replace(job="l"), RUN._replace(region="r")]

    [own, *ids] = [run_event(run, [], [])["run"]["runId"] for run in others]

    assert own == EVENT["run"]["runId"]
    assert len({own, *ids}) == 4


def test_columns() -> None:
    """A table says its columns and what each is made of; to count rows takes no column."""
    facets = OUTPUTS[DAILY_SALES_SUMMARY]["facets"]
    lineage = OUTPUTS[FCT_TRANSACTIONS]["facets"]["columnLineage"]["fields"]
    source = {"namespace": "s3://analytics", "name": "silver/transactions"}

    assert [of["name"] for of in facets["schema"]["fields"]] == DAILY_SALES_SUMMARY.columns.names
    assert facets["schema"]["fields"][-1]["type"] == "decimal(18,2)"
    assert lineage["net_amount"]["inputFields"] == [
        {**source, "field": "status"},
        {**source, "field": "total_amount"},
    ]
    assert "versions" not in lineage
    assert "unique_customers" not in facets["columnLineage"]["fields"]
