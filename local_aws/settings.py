"""Where one local AWS lives."""

from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
ACCOUNT_ID = "123456789012"  # moto's; it is nobody's
REGION = "us-west-2"


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
    def environment(self) -> dict[str, str]:
        """What a program needs to speak to this AWS instead of the real one."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        }
