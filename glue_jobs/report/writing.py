"""A day's report, from the questions to the object in the analytics bucket."""

from datetime import date, datetime, timedelta

import boto3

from glue_jobs.athena import Athena
from glue_jobs.report.facts import collect
from glue_jobs.report.page import page

LAYERS = ("bronze", "silver", "gold")
NAMES = (*(f"{layer}_database" for layer in LAYERS), "work_group", "analytics_bucket", "region")
YESTERDAY = "yesterday"
FIRST, LAST = date(2010, 1, 1), date(2099, 12, 31)  # of valid events: docs/data-rules.md


def write(day: date, written: datetime, names: dict[str, str]) -> str:
    """Put the page of a day where its reports lie, and return its URI.

    ``written`` is now, UTC; ``names`` has what is named in ``NAMES``.

    Raises:
        AthenaError: a query did not succeed.
    """
    clients = {name: boto3.client(name, region_name=names["region"]) for name in ("athena", "s3")}
    athena = Athena(clients["athena"], names["work_group"])
    databases = {layer: names[f"{layer}_database"] for layer in LAYERS}
    place = {"Bucket": names["analytics_bucket"], "Key": f"reports/daily/dt={day}/index.html"}
    html = page(collect(athena, databases, day, written))
    clients["s3"].put_object(**place, Body=html.encode(), ContentType="text/html; charset=utf-8")
    return f"s3://{place['Bucket']}/{place['Key']}"


def day_of(text: str, written: datetime) -> date:
    """Return the day that a text names: YYYY-MM-DD, or ``yesterday`` as seen from ``written``.

    Raises:
        ValueError: it names none, or one that can have no events.
    """
    if text == YESTERDAY:
        return written.date() - timedelta(days=1)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not FIRST <= day <= LAST:
        raise ValueError(
            f"--day is a day, YYYY-MM-DD, from {FIRST} to {LAST}, or {YESTERDAY}, UTC, but it is "
            f"{text!r}; start the job with such a day"
        )
    return day
