"""The marts job's arguments."""

import pytest

from glue_jobs.marts.limits import limits_of

GIVEN = {
    "recency_days": "30,60,120,240",
    "order_counts": "2,3,5,8",
    "order_days": "180",
    "session_days": "30",
    "most_products": "50",
    "least_baskets": "5",
    "show_pii": "false",
    "source_time_zone": "Europe/Berlin",
}


def test_limits() -> None:
    """They are what the statements take."""
    limits = limits_of(GIVEN)

    assert limits._asdict() == {
        **GIVEN,
        "order_days": 180,
        "session_days": 30,
        "most_products": 50,
        "least_baskets": 5,
        "show_pii": False,
    }


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("recency_days", "30,60", "--recency_days takes four numbers, as 2,3,5,8, but got '30,60'"),
        ("order_counts", "a,b,c,d", "--order_counts takes four numbers"),
        ("order_days", "-1", "--order_days takes a number from 1 to 9999, but got '-1'"),
        ("order_days", "10000", "--order_days takes a number from 1 to 9999, but got '10000'"),
        ("session_days", "10000", "--session_days takes a number from 1 to 9999, but got '10000'"),
        (
            "least_baskets",
            "few",
            "--least_baskets takes a number from 1 to 999999999, but got 'few'",
        ),
        ("source_time_zone", "Berlin", "--source_time_zone takes a name of the IANA time zone"),
        ("show_pii", "yes", "--show_pii takes true or false, but got 'yes'"),
    ],
)
def test_wrong(name: str, value: str, says: str) -> None:
    """A limit that is none is told before anything is read."""
    with pytest.raises(ValueError, match=says):
        limits_of({**GIVEN, name: value})
