"""``python -m local_aws``: ready, used by the AWS CLI, ended; or one sentence why not."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from local_aws.server import LocalAws, free_port
from local_aws.settings import LocalAwsError, Settings

AWS = Path(sys.executable).with_name("aws")


def refused(root: Path, port: int | str, **environment: str) -> str:
    """Start the command line where it cannot work; return its one sentence."""
    done = subprocess.run(
        [sys.executable, "-m", "local_aws", "--root", str(root), "--port", str(port)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | environment,
    )
    assert done.returncode != 0
    assert not done.stdout
    return done.stderr


def exports_of(welcome: str) -> dict[str, str]:
    """Return the variables that the export lines set."""
    lines = [line for line in welcome.splitlines() if line.startswith("export ")]
    return dict(line.removeprefix("export ").split("=", 1) for line in lines)


def aws_cli(exports: dict[str, str], *arguments: str) -> str:
    """Run the AWS CLI with nothing but the export lines."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_PAGER": ""} | exports
    done = subprocess.run(
        [AWS, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def sent(
    aws: LocalAws, method: str, path: str, headers: dict[str, str], body: str | None = None
) -> tuple[int, str, dict[str, str]]:
    """Send one request as written; return status, body and headers of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", aws.settings.port, timeout=30)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read().decode(), dict(response.getheaders())
    finally:
        connection.close()


def test_the_aws_cli_works_with_the_export_lines(serve: Callable, tmp_path: Path) -> None:
    """The printed lines point the ordinary AWS CLI at the server, which says nothing else."""
    server = serve()
    exports = exports_of(server.welcome)
    assert exports["AWS_ENDPOINT_URL"] == server.settings.endpoint
    assert {"AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} <= exports.keys()
    assert str(server.settings.root) in server.welcome

    (tmp_path / "file").write_bytes(b"x" * 20_000_000)  # more than one part
    aws_cli(exports, "s3", "mb", "s3://cli-bucket")
    aws_cli(exports, "s3", "cp", str(tmp_path / "file"), "s3://cli-bucket/a/file")
    assert "a/file" in aws_cli(exports, "s3", "ls", "s3://cli-bucket", "--recursive")
    aws_cli(exports, "s3", "cp", "s3://cli-bucket/a/file", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == (tmp_path / "file").read_bytes()
    aws_cli(exports, "s3", "rm", "s3://cli-bucket/a", "--recursive")
    assert not aws_cli(exports, "s3", "ls", "s3://cli-bucket")
    role = aws_cli(exports, "iam", "get-role", "--role-name", "LabRole", "--query", "Role.Arn")
    assert role.strip() == '"arn:aws:iam::123456789012:role/LabRole"'

    assert server.end(signal.SIGINT) == (0, "")


def test_sigterm_ends_it(serve: Callable) -> None:
    """SIGTERM ends the server as Ctrl-C does, and the port is free at once."""
    server = serve()
    assert server.end(signal.SIGTERM) == (0, "")
    with socket.create_server(("127.0.0.1", server.settings.port)):
        pass


def test_busy_port(tmp_path: Path) -> None:
    """A busy port is named, and nothing is made."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        sentence = refused(tmp_path / "root", port)
    assert sentence == (
        f"local_aws: port {port} is in use by another program, perhaps another local AWS; "
        f"end that one or choose another port with --port\n"
    )
    assert not (tmp_path / "root").exists()


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("OPTIONS", "/bucket/key", {"Origin": "https://example.com"}),
        ("PUT", "/bucket-of-a-page", {"Origin": "https://example.com"}),
        ("POST", "/", {"Origin": "null"}),
        ("GET", "/", {"Sec-Fetch-Site": "cross-site"}),
        ("GET", "/", {"Sec-Fetch-Site": "same-site"}),
        ("POST", "/moto-api/reset", {}),
        ("POST", "//moto-api/reset", {}),
        ("GET", "/moto-api/data.json", {}),
        ("GET", "/", {"Host": "rebound.example.com:4566"}),
        ("GET", "/", {"Host": "bucket.localhost:4566"}),
        ("GET", "/", {"Host": "127.0.0.1.example.com"}),
        ("GET", "/", {"Host": "127.0.0.1@example.com"}),
    ],
)
def test_no_web_page_is_answered(
    aws: LocalAws, method: str, path: str, headers: dict[str, str]
) -> None:
    """What a page in the user's browser could send changes nothing and tells nothing."""
    status, body, answered = sent(aws, method, path, headers)

    assert (status, body.count("\n")) == (403, 1)
    assert body.startswith("The local AWS answers programs on this machine, not web pages: ")
    assert not [name for name in answered if name.startswith("Access-Control-")]
    roles = [role["RoleName"] for role in aws.client("iam").list_roles()["Roles"]]
    assert "LabRole" in roles  # a reset would have emptied every service


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:4566", "localhost", "localhost:8080"])
def test_programs_are_answered(aws: LocalAws, host: str) -> None:
    """By either name of this machine, a forwarded port, and a URL in the address bar."""
    headers = {"Host": host, "Sec-Fetch-Site": "none"}
    assert sent(aws, "GET", "/", headers)[0] == 200


def test_presigned_urls(aws: LocalAws) -> None:
    """A presigned URL, which carries no header of AWS's, leads to the object."""
    s3 = aws.client("s3")
    s3.create_bucket(
        Bucket="presigned", CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )
    at = {"Bucket": "presigned", "Key": "a/b"}
    url = {
        method: s3.generate_presigned_url(operation, at).removeprefix(aws.settings.endpoint)
        for method, operation in (("PUT", "put_object"), ("GET", "get_object"))
    }
    assert sent(aws, "PUT", url["PUT"], {}, "content")[0] == 200
    assert sent(aws, "GET", url["GET"], {})[:2] == (200, "content")


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_impossible_port(tmp_path: Path, port: str) -> None:
    """What is no port is refused by name."""
    assert f"'{port}' is not a port; use 1 to 65535" in refused(tmp_path / "root", port)


def test_unusable_root(tmp_path: Path) -> None:
    """A root that is a file, or lies where nobody can write, is named with the cure."""
    (tmp_path / "file").write_text("x")
    for root in (tmp_path / "file", tmp_path / "file/root", Path("/proc/none/root")):
        sentence = refused(root, free_port())
        assert sentence.count("\n") == 1
        assert f"the directory {root} cannot be written" in sentence
        assert "choose another one with --root" in sentence


def test_root_in_use(serve: Callable) -> None:
    """Two servers never share a root."""
    server = serve()
    sentence = refused(server.settings.root, free_port())
    assert sentence == (
        f"local_aws: another local AWS (process {server.process.pid}) uses "
        f"{server.settings.root}; end that one or choose another directory with --root\n"
    )


def test_wrong_java(tmp_path: Path) -> None:
    """A JAVA_HOME that Spark cannot use is refused before anything is made."""
    sentence = refused(tmp_path / "root", free_port(), JAVA_HOME=str(tmp_path))
    assert sentence.startswith(f"local_aws: JAVA_HOME is {tmp_path}, but")
    assert sentence.count("\n") == 1
    assert not (tmp_path / "root").exists()


def test_second_server_in_one_process(aws: LocalAws, tmp_path: Path) -> None:
    """The services are global to a process, so a second server at a time is refused."""
    assert aws.settings.root != tmp_path
    with pytest.raises(LocalAwsError, match="this process runs a local AWS already"):
        LocalAws(Settings(root=tmp_path, port=free_port())).start()


def test_one_server_after_another(tmp_path: Path) -> None:
    """Servers one after another in one process share nothing; one root again is one state."""
    program = """
import sys
from pathlib import Path
from local_aws.server import LocalAws, free_port
from local_aws.settings import Settings

def buckets(root):
    with LocalAws(Settings(Path(root), free_port())) as aws:
        s3 = aws.client("s3")
        found = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
        if not found:
            s3.create_bucket(
                Bucket=Path(root).name,
                CreateBucketConfiguration={"LocationConstraint": "us-west-2"},
            )
        return found

one, two = sys.argv[1:]
print(buckets(one), buckets(two), buckets(one))
"""
    roots = [str(tmp_path / "one"), str(tmp_path / "two")]
    done = subprocess.run(
        [sys.executable, "-c", program, *roots], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("[] [] ['one']\n", "")
    shutil.rmtree(tmp_path / "one")
