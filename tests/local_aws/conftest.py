"""A local AWS for the tests of its engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.server import LocalAws, free_port
from local_aws.settings import Settings


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """One local AWS, empty at first, for all tests of its engines: name what you make uniquely."""
    root: Path = tmp_path_factory.mktemp("local-aws")
    server = LocalAws(Settings(root=root, port=free_port()))
    server.start()
    yield server
    server.stop()
