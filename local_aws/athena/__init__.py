"""athena."""

from local_aws.settings import Settings


def install(settings: Settings) -> None:
    """Not there yet."""
