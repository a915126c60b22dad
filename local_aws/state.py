"""State that survives a restart: one file under the root, written soon after every change."""

import hashlib
import logging
import sys
import time
from importlib.metadata import version
from threading import Event, Thread

from local_aws import snapshot
from local_aws.settings import LocalAwsError, Settings
from local_aws.snapshot import SnapshotError

FORMAT = 3  # one more whenever an engine's saved objects change
AFTER_A_CHANGE = 1.0  # seconds that a change may be lost in
WITHOUT_A_CHANGE = 5.0  # seconds: jobs change state without a request
BETWEEN_SAVES = 10  # times what one takes: others wait for it, and a large state takes long

_log = logging.getLogger(__name__)
_changed = Event()


def touch() -> None:
    """Have the state saved within a second or ten times what that takes. Requests that write do."""
    _changed.set()


class State:
    """The saved state of one local AWS."""

    def __init__(self, settings: Settings) -> None:
        self._file = settings.state_file
        self._saved_digest = ""
        self._stopping = Event()
        self._saver = Thread(target=self._keep_saved, name="state-saver", daemon=True)

    def load(self) -> bool:
        """Bring back the state of the last local AWS on this root; False if there was none.

        Raises:
            LocalAwsError: the file is damaged or of another version.
        """
        try:
            content = self._file.read_bytes()
        except FileNotFoundError:
            return False
        header, _, rest = content.partition(b"\n")
        self._check_version(header)
        digest, _, payload = rest.partition(b"\n")
        if digest.decode(errors="replace") != _digest(payload):
            raise self._refusal("is damaged")
        try:
            snapshot.bring_back(payload)
        except SnapshotError as error:
            raise self._refusal(f"does not fit: {error}") from error
        self._saved_digest = _digest(payload)
        return True

    def save(self) -> None:
        """Write the state if it changed; a crash leaves the old file or the new one.

        Raises:
            SnapshotError: something in the state cannot be saved.
        """
        payload = snapshot.take()
        digest = _digest(payload)
        if digest == self._saved_digest:
            return
        fresh = self._file.with_suffix(".new")
        fresh.write_bytes(b"%b\n%b\n%b" % (_header(), digest.encode(), payload))
        fresh.replace(self._file)
        self._saved_digest = digest

    def start(self) -> None:
        """Save from now on, without being asked."""
        self._saver.start()

    def stop(self) -> None:
        """Save what is left and end.

        Raises:
            LocalAwsError: the state cannot be written.
        """
        self._stopping.set()
        touch()
        self._saver.join()
        try:
            self.save()
        except (OSError, SnapshotError) as error:
            raise LocalAwsError(
                f"the state could not be saved to {self._file}: {error}; "
                f"the next start sees it as it was saved last"
            ) from error

    def _keep_saved(self) -> None:
        took = 0.0  # seconds, the last time
        while not self._stopping.is_set():
            _changed.wait(WITHOUT_A_CHANGE)
            # Changes come in bursts.
            self._stopping.wait(max(AFTER_A_CHANGE, BETWEEN_SAVES * took))
            _changed.clear()
            began = time.monotonic()
            try:
                self.save()
            except (OSError, SnapshotError) as error:
                _log.warning(
                    "the state could not be saved to %s; trying again (%s)", self._file, error
                )
            took = time.monotonic() - began

    def _check_version(self, header: bytes) -> None:
        if header != _header():
            found = header[:80].decode(errors="replace")
            raise self._refusal(f"is of {found!r}, this is {_header().decode()!r}")

    def _refusal(self, reason: str) -> LocalAwsError:
        return LocalAwsError(
            f"the saved state {self._file} {reason}; delete that file to start anew (the objects "
            f"under {self._file.parent / 's3'} stay), or choose another directory with --root"
        )


def _header() -> bytes:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"local-aws state {FORMAT}, moto {version('moto')}, python {python}".encode()


def _digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()
