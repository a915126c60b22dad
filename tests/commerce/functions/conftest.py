"""A bucket for the functions' tests."""

import pytest

from tests.commerce.functions.landing_bucket import LandingBucket, landing_bucket


@pytest.fixture
def bucket(request: pytest.FixtureRequest) -> LandingBucket:
    """A landing bucket on the local AWS."""
    request.getfixturevalue("aws_environment")
    return landing_bucket()
