"""Where one local AWS lives."""

from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
ACCOUNT_ID = "123456789012"  # moto's; it is nobody's
REGION = "us-west-2"


class LocalAwsError(Exception):
    """What keeps the local AWS from working, and the cure, in one sentence for its user."""


@dataclass(frozen=True)
class Settings:
    """The state directory and the port of one local AWS; what its services share."""

    root: Path
    port: int

    @property
    def endpoint(self) -> str:
        """What ``AWS_ENDPOINT_URL`` must say."""
        return f"http://{HOST}:{self.port}"

    @property
    def s3_root(self) -> Path:
        """The directory whose children are the buckets."""
        return self.root / "s3"

    @property
    def s3_aside(self) -> Path:
        """The directory of bytes that only S3 itself may see, such as superseded versions."""
        return self.root / "s3-aside"

    @property
    def state_file(self) -> Path:
        """All that the services know, but the bytes of S3's objects."""
        return self.root / "state.pickle"

    @property
    def clock_file(self) -> Path:
        """The time that schedules go by, once it was moved."""
        return self.root / "clock"

    @property
    def lock_file(self) -> Path:
        """Locked while a local AWS uses this root; holds its process id."""
        return self.root / "in-use"

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to speak to this AWS instead of the real one."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        }
