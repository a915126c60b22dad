"""Putting the files behind moto's S3, and bringing both together after a restart."""

from moto.s3 import notifications, urls
from moto.s3.models import FakeBucket, s3_backends

from local_aws import snapshot
from local_aws.s3 import events
from local_aws.s3.backend import DirectoryS3Backend
from local_aws.s3.files import ObjectFiles
from local_aws.s3.keys import FileKey
from local_aws.s3.policies import permission_of_unconditional_statements
from local_aws.s3.responses import LocalS3Response
from local_aws.settings import Settings


def install(settings: Settings) -> None:
    """Let every S3 backend that moto makes from now on keep its objects under the root."""
    FileKey.files = ObjectFiles(settings.s3_root, settings.s3_aside)
    s3_backends.backend = DirectoryS3Backend
    s3_backends.bucket_accounts.clear()
    notifications._send_event_bridge_message = events.tell_created  # ruff: ignore[private-member-access] - moto's reaches neither functions nor state machines
    FakeBucket.get_permission = permission_of_unconditional_statements
    for pattern, dispatch in urls.url_paths.items():
        urls.url_paths[pattern] = getattr(LocalS3Response, dispatch.__name__)
    snapshot.register("s3", lambda: dict(s3_backends.bucket_accounts), _go_on)


def _go_on(bucket_accounts: dict[str, tuple[str, str]]) -> None:
    """Take up the saved buckets; a crash may have moved files since they were saved.

    Objects in their place need nothing here: every request looks at those files anyway.
    """
    s3_backends.bucket_accounts.update(bucket_accounts)
    kept: set[str] = set()
    for _, _, backend in s3_backends.iter_backends():
        kept |= backend.forget_lost_versions()
    FileKey.files.forget_all_aside_but(kept)
