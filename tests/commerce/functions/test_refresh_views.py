"""The function that creates views, and what it tells CloudFormation."""

import json
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pytest

from commerce.functions import refresh_views
from local_aws.server import LocalAws
from tests.commerce.answers import Answers

REQUEST = {"StackId": "s", "RequestId": "r", "LogicalResourceId": "Views"}


class CloudFormation(BaseHTTPRequestHandler):
    """Keeps what it is told."""

    told: list[tuple[str, dict[str, Any]]]

    def do_PUT(self) -> None:
        """Take an answer."""
        body = self.rfile.read(int(self.headers["content-length"]))
        self.told.append((self.headers["content-type"], json.loads(body)))
        self.send_response(200)
        self.end_headers()


@pytest.fixture
def told() -> Iterator[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    """The URL for answers, and those that came."""
    CloudFormation.told = []
    with HTTPServer(("127.0.0.1", 0), CloudFormation) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", CloudFormation.told
        server.shutdown()


@pytest.fixture
def views(aws: LocalAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of the function's views, one of which reads the other."""
    answers = Answers(aws)
    for name, value in {
        **aws.settings.environment,
        "STUDENT_ID": answers.student,
        "SOURCE_TIME_ZONE": "UTC",
        "GOLD_DATABASE": answers.databases["gold"],
        "WORK_GROUP": answers.student,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setattr(refresh_views, "VIEWS", tmp_path)
    (tmp_path / "a_second.sql").write_text("select * from b_first\n", encoding="utf-8")
    (tmp_path / "b_first.sql").write_text("select 1 as one\n", encoding="utf-8")
    return tmp_path


def _names() -> set[str]:
    """Return which of the two are there."""
    tables = boto3.client("glue").get_tables(DatabaseName=os.environ["GOLD_DATABASE"])
    return {each["Name"] for each in tables["TableList"]} & {"a_second", "b_first"}


@pytest.mark.usefixtures("views")
def test_with_the_stack(told: tuple[str, list[tuple[str, dict[str, Any]]]]) -> None:
    """They come with the stack, are made again, and go with it; each time it is told so."""
    url, answers = told
    both = {"a_second", "b_first"}
    for kind, left in (("Create", both), ("Update", both), ("Delete", set())):
        refresh_views.handler({**REQUEST, "RequestType": kind, "ResponseURL": url})
        assert _names() == left

    of_all = {**REQUEST, "PhysicalResourceId": "Views", "Status": "SUCCESS", "Reason": ""}
    assert answers == [("", of_all)] * 3


def test_refused(told: tuple[str, list[tuple[str, dict[str, Any]]]], views: Path) -> None:
    """A view that Athena refuses is told, and not raised: Lambda would only try again."""
    url, answers = told
    (views / "b_first.sql").write_text("select nothing\n", encoding="utf-8")

    refresh_views.handler({**REQUEST, "RequestType": "Create", "ResponseURL": url})

    [(_, answer)] = answers
    assert answer["Status"] == "FAILED"
    assert "COLUMN_NOT_FOUND" in answer["Reason"]


def test_by_hand(views: Path) -> None:
    """Without CloudFormation the names are the answer, and what is refused is raised."""
    assert refresh_views.handler({}) == {"views": ["b_first", "a_second"]}
    (views / "b_first.sql").write_text("select nothing\n", encoding="utf-8")

    with pytest.raises(refresh_views.AthenaError, match="COLUMN_NOT_FOUND"):
        refresh_views.handler({})
