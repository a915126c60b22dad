"""Where job bookmarks are kept: a directory per job, a JSON file per version.

Saving is creating the next version's file, which only one run can do: the file system itself
finds out that two runs of a job overlapped. Readable by people, and it survives a restart.
"""

import json
import os
import shutil
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import quote

from .bookmarks import SourceState

HISTORY = 1000  # versions kept, as far back as a job can be rewound


class VersionMismatchException(Exception):  # ruff: ignore[error-suffix-on-exception-name] - the name that Glue gives it
    """Another run of the job has saved its bookmark since this one began."""


@dataclass(frozen=True)
class Bookmark:
    """One saved state of a job: which run saved it, and what each of its sources had read."""

    version: int = 0
    run: int = 0
    attempt: int = 0
    run_id: str = ""
    previous_run_id: str = ""
    sources: dict[str, SourceState] = field(default_factory=dict)

    def after(self, run_id: str, attempt: int, sources: dict[str, SourceState]) -> "Bookmark":
        """Return what a run leaves that began with this bookmark and has read ``sources``."""
        return Bookmark(
            version=self.version + 1,
            run=self.run + 1,
            attempt=attempt,
            run_id=run_id,
            previous_run_id=self.run_id,
            sources={**self.sources, **sources},
        )

    def sources_as_json(self) -> str:
        """Return the sources as JSON text, as ``GetJobBookmark`` shows them."""
        return json.dumps({name: asdict(state) for name, state in self.sources.items()})


class BookmarkStore:
    """The bookmarks of one job."""

    def __init__(self, root: Path, job_name: str) -> None:
        # Job names may hold slashes and dots; a directory name must not be led astray by them.
        self._directory = root / quote(job_name, safe="").replace(".", "%2E")

    def latest(self) -> Bookmark:
        """Return the newest version, or version 0 when the job has no bookmark."""
        versions = self._versions()
        return self._read(versions[-1]) if versions else Bookmark()

    def after_run(self, run_id: str) -> Bookmark | None:
        """Return what the run left, or None when no such run committed or it is too long ago."""
        saved = (self._read(version) for version in reversed(self._versions()))
        return next((bookmark for bookmark in saved if bookmark.run_id == run_id), None)

    def save(self, bookmark: Bookmark) -> None:
        """Make the bookmark the newest version.

        Raises:
            VersionMismatchException: The newest version is not the one before it.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        newest = (self._versions() or [0])[-1]
        if newest != bookmark.version - 1 or not self._create(bookmark):
            found = self._versions()[-1:] or [0]
            raise VersionMismatchException(
                "Continuation update failed due to version mismatch. Expected version "
                f"{bookmark.version - 1} but found version {found[0]}"
            )
        for version in self._versions()[:-HISTORY]:
            self._path(version).unlink(missing_ok=True)

    def reset(self) -> Bookmark:
        """Forget all that was read; the next run reads everything. A run under way cannot save."""
        forgotten = self._versions()
        empty = Bookmark(version=self.latest().version + 1)
        self.save(empty)
        for version in forgotten:
            self._path(version).unlink(missing_ok=True)
        return empty

    def rewind(self, target: Bookmark) -> Bookmark:
        """Go back to an earlier version: the next run reads what came after it."""
        rewound = replace(target, version=self.latest().version + 1)
        self.save(rewound)
        return rewound

    def delete(self) -> None:
        """Remove every trace of the job."""
        shutil.rmtree(self._directory, ignore_errors=True)

    def _versions(self) -> list[int]:
        return sorted(int(path.stem) for path in self._directory.glob("[0-9]*.json"))

    def _path(self, version: int) -> Path:
        return self._directory / f"{version}.json"

    def _read(self, version: int) -> Bookmark:
        saved = json.loads(self._path(version).read_text(encoding="utf-8"))
        sources = {
            name: SourceState(state["low"], state["high"], tuple(state["seen"]))
            for name, state in saved.pop("sources").items()
        }
        return Bookmark(**saved, sources=sources)

    def _create(self, bookmark: Bookmark) -> bool:
        """Put the file there whole or not at all; False when somebody else was first."""
        with NamedTemporaryFile("w", dir=self._directory, suffix=".new", encoding="utf-8") as file:
            json.dump(asdict(bookmark), file, indent=1)
            file.flush()
            try:
                os.link(file.name, self._path(bookmark.version))
            except FileExistsError:
                return False
        return True
