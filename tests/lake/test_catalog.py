"""Where the hours of a table lie, asked and changed through the Data Catalog's API."""

from uuid import uuid4

import pytest

from glue_jobs.events.schemas import HOURLY_REVENUE
from glue_jobs.lake.catalog import Catalog
from local_aws.server import LocalAws

DAY = "2026-03-01"


@pytest.fixture
def catalog(aws: LocalAws) -> Catalog:
    """A catalog whose gold database holds the empty table hourly_revenue."""
    glue = aws.client("glue")
    database = f"gold_catalog_{uuid4().hex}"
    glue.create_database(DatabaseInput={"Name": database})
    glue.create_table(
        DatabaseName=database,
        TableInput={
            "Name": HOURLY_REVENUE.name,
            "TableType": "EXTERNAL_TABLE",
            "PartitionKeys": [{"Name": "dt", "Type": "string"}, {"Name": "hour", "Type": "string"}],
            "StorageDescriptor": {
                "Columns": [{"Name": "revenue", "Type": "decimal(38,2)"}],
                "Location": "s3://analytics/gold/hourly_revenue/",
            },
        },
    )
    return Catalog(glue, {"gold": database})


def test_no_partition(catalog: Catalog) -> None:
    """An hour that has no partition is left out."""
    assert catalog.locations(HOURLY_REVENUE, [(DAY, "10")]) == {}
    assert catalog.locations(HOURLY_REVENUE, []) == {}


def test_set_locations_creates_and_switches(catalog: Catalog) -> None:
    """A partition is created where there is none and switched where there is one."""
    first, second = (f"s3://analytics/gold/hourly_revenue/run={run}/" for run in ("a", "b"))
    hours = [(DAY, "10"), (DAY, "11")]

    catalog.set_locations(HOURLY_REVENUE, {hours[0]: first})
    catalog.set_locations(HOURLY_REVENUE, {hours[0]: second, hours[1]: first})

    assert catalog.locations(HOURLY_REVENUE, hours) == {hours[0]: second, hours[1]: first}


def test_more_than_a_call_takes(catalog: Catalog) -> None:
    """A backlog of days is registered whole, though a call takes a hundred partitions."""
    days = [f"2026-03-{day:02}" for day in range(1, 31)]
    locations = {
        (day, f"{hour:02}"): f"s3://analytics/gold/hourly_revenue/{day}/{hour:02}/"
        for day in days
        for hour in range(24)
    }

    catalog.set_locations(HOURLY_REVENUE, locations)

    assert catalog.locations(HOURLY_REVENUE, locations) == locations
