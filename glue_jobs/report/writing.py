"""A day's report, from the questions to the object in the analytics bucket."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

import boto3

from glue_jobs.athena import Athena
from glue_jobs.report import facts, page
from glue_jobs.report.commerce import facts as order_facts
from glue_jobs.report.commerce import page as order_page

EVENTS, COMMERCE = "events", "commerce"
LAYERS = ("bronze", "silver", "gold")
NAMES = (*(f"{layer}_database" for layer in LAYERS), "work_group", "analytics_bucket", "region")
YESTERDAY = "yesterday"
LAST = date(2099, 12, 31)  # that a page can be about


class Domain(NamedTuple):
    """What pages are of, where they lie, and the first day that valid records can have."""

    records: str
    folder: str
    first: date


DOMAINS = {
    EVENTS: Domain("events", "reports/daily", date(2010, 1, 1)),  # docs/data-rules.md
    COMMERCE: Domain("sales", "reports/commerce", date(2000, 1, 1)),  # docs/commerce-contracts.md
}


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
    folder = _known(domain).folder
    clients = {name: boto3.client(name, region_name=names["region"]) for name in ("athena", "s3")}
    athena = Athena(clients["athena"], names["work_group"])
    databases = {layer: names[f"{layer}_database"] for layer in LAYERS}
    if domain == COMMERCE:
        html = order_page.page(order_facts.collect(athena, databases, day, written, zone))
    else:
        html = page.page(facts.collect(athena, databases, day, written))
    place = {"Bucket": names["analytics_bucket"], "Key": f"{folder}/dt={day}/index.html"}
    clients["s3"].put_object(**place, Body=html.encode(), ContentType="text/html; charset=utf-8")
    return f"s3://{place['Bucket']}/{place['Key']}"


def day_of(text: str, written: datetime, domain: str = EVENTS) -> date:
    """Return the day that a text names: YYYY-MM-DD, or ``yesterday`` in the zone of ``written``.

    Raises:
        ValueError: it names none, or one that no record of the domain can be of.
    """
    known = _known(domain)
    if text == YESTERDAY:
        return written.date() - timedelta(days=1)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not known.first <= day <= LAST:
        raise ValueError(
            f"--day is a day, YYYY-MM-DD, from {known.first} to {LAST}, since no valid "
            f"{known.records} are of others, or {YESTERDAY}, but it is {text!r}; start the job "
            "with such a day"
        )
    return day


def _known(name: str) -> Domain:
    if name not in DOMAINS:
        raise ValueError(
            f"--domain is one of {', '.join(DOMAINS)}, but it is {name!r}; start the job with one"
        )
    return DOMAINS[name]
