"""Putting the engine in moto's place, and its state aside and back."""

from moto.cloudformation import urls

from local_aws.cloudformation.change_sets import LocalCloudFormation
from local_aws.cloudformation.engine import ENGINE
from local_aws.cloudformation.model import Store
from local_aws.settings import Settings
from local_aws.snapshot import register

_RESPONSE_URL = "{0}/cloudformation_(?P<region>[^/]+)/cfnresponse$"


def install(settings: Settings) -> None:
    """Begin without stacks, and answer in moto's place."""
    ENGINE.reset(settings)
    register("cloudformation", snapshot, restore)
    urls.url_paths["{0}/$"] = LocalCloudFormation.dispatch
    urls.url_paths[_RESPONSE_URL] = LocalCloudFormation.custom_resource_answer


def snapshot() -> Store:
    """Return every stack and change set: plain data that can be pickled."""
    return ENGINE.store


def restore(store: Store) -> None:
    """Go on with the stacks of a snapshot; operations that were under way count as failed."""
    store.settle()
    ENGINE.store = store
