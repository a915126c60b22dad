"""A customers API that misbehaves as told."""

import json
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Reply = Callable[[BaseHTTPRequestHandler], None]


def reply(content: object, status: int = 200, length: int | None = None, **headers: str) -> Reply:
    """Return a reply: JSON, or the bytes given; ``length``: what it says of them."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()

    def send(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body) if length is None else length))
        request.end_headers()
        request.wfile.write(body)

    return send


def page(*names: str, next_page: object = None) -> Reply:
    """Return a page of customers."""
    return reply({"customers": [{"customer_id": name} for name in names], "next_page": next_page})


class CustomersServer:
    """The replies for each page, one after another, the last one again and again."""

    def __init__(self, **pages: list[Reply]) -> None:
        self.pages = {name.removeprefix("page"): replies for name, replies in pages.items()}
        self.asked: list[dict[str, str]] = []  # the queries
        self.tokens: list[str | None] = []
        self._times: defaultdict[str, int] = defaultdict(int)
        self.url = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer a request."""
        query = dict(parse_qsl(urlsplit(request.path).query))
        self.asked.append(query)
        self.tokens.append(request.headers["Authorization"])
        replies = self.pages[query["page"]]
        self._times[query["page"]] += 1
        replies[min(self._times[query["page"]], len(replies)) - 1](request)


@contextmanager
def served(**pages: list[Reply]) -> Generator[CustomersServer]:
    """Serve pages on this machine: ``page1=[first reply, second reply]``."""
    api = CustomersServer(**pages)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            api.answer(self)

        def log_message(self, *_: Any) -> None:  # ruff: ignore[any-type] - its own
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        api.url = f"http://127.0.0.1:{server.server_port}/customers?key=s3cret"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()
