"""A day's report, from the questions to the object in the analytics bucket."""

from datetime import date, datetime, timedelta

import boto3

from glue_jobs.athena import Athena
from glue_jobs.report import facts, page
from glue_jobs.report.commerce import facts as order_facts
from glue_jobs.report.commerce import page as order_page

EVENTS, COMMERCE = "events", "commerce"
FOLDERS = {EVENTS: "reports/daily", COMMERCE: "reports/commerce"}  # of pages, by domain
LAYERS = ("bronze", "silver", "gold")
NAMES = (*(f"{layer}_database" for layer in LAYERS), "work_group", "analytics_bucket", "region")
YESTERDAY = "yesterday"
FIRST, LAST = date(2010, 1, 1), date(2099, 12, 31)  # of valid events: docs/data-rules.md


def write(
    day: date, written: datetime, names: dict[str, str], domain: str = EVENTS, zone: str = "UTC"
) -> str:
    """Put the page of a day where its reports lie, and return its URI.

    ``written`` is now, UTC; ``names`` has what is named in ``NAMES``; ``zone`` is that of days of
    sale, of the IANA database.

    Raises:
        ValueError: there is no such domain.
        AthenaError: a query did not succeed.
    """
    if domain not in FOLDERS:
        raise ValueError(
            f"--domain is one of {', '.join(FOLDERS)}, but it is {domain!r}; start the job with one"
        )
    clients = {name: boto3.client(name, region_name=names["region"]) for name in ("athena", "s3")}
    athena = Athena(clients["athena"], names["work_group"])
    databases = {layer: names[f"{layer}_database"] for layer in LAYERS}
    if domain == COMMERCE:
        html = order_page.page(order_facts.collect(athena, databases, day, written, zone))
    else:
        html = page.page(facts.collect(athena, databases, day, written))
    place = {"Bucket": names["analytics_bucket"], "Key": f"{FOLDERS[domain]}/dt={day}/index.html"}
    clients["s3"].put_object(**place, Body=html.encode(), ContentType="text/html; charset=utf-8")
    return f"s3://{place['Bucket']}/{place['Key']}"


def day_of(text: str, written: datetime) -> date:
    """Return the day that a text names: YYYY-MM-DD, or ``yesterday`` in the zone of ``written``.

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
