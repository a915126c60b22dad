"""Files from Maven Central, by ``mvn``."""

import shutil
import subprocess
import sys
from pathlib import Path

_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"


def download(artifact: str, folder: Path) -> Path:
    """Bring ``group:name:version:extension`` into a folder, once; return the file.

    Raises:
        SystemExit: Maven is missing, or the download failed.
    """
    _, name, version, extension = artifact.split(":")
    file = folder / f"{name}-{version}.{extension}"
    if file.exists():
        return file
    if not shutil.which("mvn"):
        sys.exit(f"{artifact} comes by Maven, and there is no mvn; install Maven 3")
    command = ["mvn", "-q", "-B", _COPY, f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"]
    if subprocess.run(command, check=False).returncode:
        sys.exit("mvn failed; what it said stands above")
    return file
