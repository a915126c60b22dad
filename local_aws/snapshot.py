"""All that the services know, as bytes.

moto keeps every service in Python objects, which pickle but for a few things that mean nothing
outside their process. Engines that know more than moto's objects hold register it here.
"""

import io
import marshal
import pickle  # ruff: ignore[suspicious-pickle-import] - read from our own file only
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import FunctionType
from typing import Any
from weakref import WeakValueDictionary

from moto.backends import get_backend
from moto.core.base_backend import BackendDict, BaseBackend
from moto.s3.models import MultipartDict
from moto.s3.utils import _VersionedKeyStore  # ruff: ignore[import-private-name] - no other

ATTEMPTS = 50
PAUSE = 0.02  # seconds

type_of_lock = type(threading.Lock())
type_of_rlock = type(threading.RLock())

_registered: dict[str, tuple[Callable[[], Any], Callable[[Any], None]]] = {}


class SnapshotError(Exception):
    """The state cannot be saved or read back, and why."""


def register(name: str, get: Callable[[], Any], put: Callable[[Any], None]) -> None:
    """Save what ``get`` returns with the state, and give it to ``put`` after a restart.

    Call it in ``install``. It is pickled together with moto's backends, so an object that both
    hold is still one object afterwards. ``put`` is called once all backends are back, on a restart
    only: the place to end what was running when the last process ended.
    """
    _registered[name] = (get, put)


def forget_everything() -> None:
    """Empty all services: moto's backends are global and outlive a server."""
    BackendDict.reset()
    _registered.clear()


def take() -> bytes:
    """Return the state of all services.

    Raises:
        SnapshotError: something in it cannot be pickled.
    """
    for attempt in range(ATTEMPTS):
        try:
            return _pickled({
                "backends": _backends(),
                "registered": {name: get() for name, (get, _) in _registered.items()},
            })
        except RuntimeError as error:  # a dictionary grew meanwhile: look again
            time.sleep(PAUSE)
            if attempt == ATTEMPTS - 1:
                raise SnapshotError(f"the state changes all the time ({error})") from error
        except Exception as error:  # an object's own __getstate__ may raise anything
            found = f"{type(error).__name__}: {error}"
            raise SnapshotError(f"a service holds what cannot be saved: {found}") from error
    raise AssertionError  # every attempt returns or raises


def bring_back(snapshot: bytes) -> None:
    """Give all services the state that ``take`` returned.

    Raises:
        SnapshotError: the code does not fit the state any more.
    """
    try:
        state = pickle.loads(snapshot)  # ruff: ignore[suspicious-pickle-usage] - our own file
    except (pickle.UnpicklingError, AttributeError, ImportError, TypeError) as error:
        raise SnapshotError(f"this version cannot read it ({error})") from error
    unknown = state["registered"].keys() - _registered.keys()
    if unknown:
        raise SnapshotError(f"no engine knows what to do with {sorted(unknown)}")
    for (service, account, region), backend in state["backends"].items():
        get_backend(service)[account][region] = backend
    for name, value in state["registered"].items():
        _registered[name][1](value)


def _backends() -> dict[tuple[str, str, str], BaseBackend]:
    return {
        (backends.service_name, account, region): backend
        for backends in list(BackendDict._instances)  # ruff: ignore[private-member-access] - the only list
        for account, region, backend in list(backends.iter_backends())
    }


def _pickled(state: object) -> bytes:
    file = io.BytesIO()
    _Pickler(file, protocol=pickle.HIGHEST_PROTOCOL).dump(state)
    return file.getvalue()


class _Pickler(pickle.Pickler):
    """Pickles what moto's objects hold beyond plain data."""

    def reducer_override(self, value: object) -> Any:  # ruff: ignore[any-type] - pickle's
        """Say how to make ``value`` anew where pickle does not know it."""
        simple = _made_anew(value)
        if simple is not None:
            return simple, ()
        if isinstance(value, _VersionedKeyStore):  # as a dict it shows the last versions only
            return _key_store, (dict(value),)
        if isinstance(value, WeakValueDictionary):
            return WeakValueDictionary, (), None, None, iter(list(value.items()))
        if isinstance(value, FunctionType) and "<lambda>" in value.__qualname__:
            return _function, (value.__module__, marshal.dumps(value.__code__))
        return NotImplemented


def _made_anew(value: object) -> Callable[[], object] | None:
    """Return how to make what means nothing outside its process; None for anything else."""
    if isinstance(value, type_of_lock):
        return threading.Lock
    if isinstance(value, type_of_rlock):
        return threading.RLock
    if isinstance(value, MultipartDict):  # uploads that nobody will complete
        return MultipartDict
    if isinstance(value, (threading.Thread, subprocess.Popen)):
        return _nothing
    return None


def _nothing() -> None:
    """Stand for a thread or process that ended with the last server."""


def _key_store(versions: dict[str, list[object]]) -> _VersionedKeyStore:
    """Make the versions of a bucket's objects again."""
    store = _VersionedKeyStore()
    for key, of_key in versions.items():
        store.setlist(key, of_key)
    return store


def _function(module: str, code: bytes) -> FunctionType:
    """Make a lambda again: moto has some as default factories."""
    return FunctionType(marshal.loads(code), vars(sys.modules[module]))  # ruff: ignore[suspicious-marshal-usage]
