"""A bucket for the functions' tests, and what the template tells the functions."""

import boto3
import pytest

from local_aws.server import LocalAws
from tests.commerce.answers import Answers
from tests.commerce.functions.landing_bucket import LandingBucket, landing_bucket


@pytest.fixture
def bucket(request: pytest.FixtureRequest) -> LandingBucket:
    """A landing bucket on the local AWS."""
    request.getfixturevalue("aws_environment")
    return landing_bucket()


@pytest.fixture
def environment(aws: LocalAws, answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a function over a module's ``answers``."""
    for name, value in {
        **aws.settings.environment,
        "STUDENT_ID": answers.student,
        "SOURCE_TIME_ZONE": "UTC",
        "WORK_GROUP": answers.student,
        "ANALYTICS_BUCKET": answers.student,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it would remember where it was
