"""s3."""

from local_aws.settings import Settings


def install(settings: Settings) -> None:
    """Not there yet."""
