"""The protocol of the customers API, page by page.

``GET <url>?page=1&updated_since=2026-03-01T01:00:00Z`` with ``Authorization: Bearer <token>`` is
answered by status 200 and ``{"customers": [{...}, ...], "next_page": 2}``, the last page's
``next_page`` is null. Without ``updated_since`` all customers are asked for. After 429, 5xx and
broken connections a page is asked for again, after ``Retry-After`` or a growing pause. Redirects
are not followed: the token is for one host.

Errors name the URL without its query, and nothing that was answered: it may be personal.
"""

import json
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError, InvalidHeader, MaxRetryError

if TYPE_CHECKING:  # only urllib3 2 has it; which one a function has is Lambda's choice
    from urllib3 import BaseHTTPResponse

TRIES = 5  # of a page
MAX_PAUSE = 60  # seconds before a page is asked for again, whatever the API wishes
MAX_PAGES = 10_000
MAX_PAGE = 32 << 20  # bytes
TIMEOUT = Timeout(connect=5, read=30)  # seconds
_OK, _TOO_MANY_REQUESTS, _SERVER_ERRORS = 200, 429, range(500, 600)

Customer = dict[str, Any]


class ApiError(Exception):
    """The customers API does not answer as promised."""


class _Page(NamedTuple):
    customers: list[Customer]
    next_page: int | None


class _Backoff(Retry):
    """Pauses for calls that failed together; none is longer than ``MAX_PAUSE``."""

    def get_backoff_time(self) -> float:
        longest = min(2 ** len(self.history), MAX_PAUSE)
        return random.uniform(0, longest)  # ruff: ignore[suspicious-non-cryptographic-random-usage] - a pause

    def get_retry_after(self, response: "BaseHTTPResponse") -> float | None:
        try:
            pause = super().get_retry_after(response)
        except InvalidHeader:
            return None
        return pause and min(pause, MAX_PAUSE)


class CustomersApi:
    """The API at a URL; no token is sent if it is empty."""

    def __init__(self, url: str, token: str) -> None:
        address = urlsplit(url)
        self._url = address._replace(query="").geturl()
        self._query = parse_qsl(address.query)
        self._name = f"the customers API at {address.hostname}{address.path}"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = PoolManager()

    def pages(self, updated_since: str | None) -> Iterator[list[Customer]]:
        """Yield the customers of every page.

        Raises:
            ApiError: a page cannot be had or read, or there is no end of them.
        """
        seen: set[int] = set()
        page: int | None = 1
        while page is not None:
            if page in seen or len(seen) == MAX_PAGES:
                raise self._error(f"page {page} after {len(seen)} pages", "a next page, or null")
            seen.add(page)
            customers, page = self._page(page, updated_since)
            yield customers

    def _page(self, number: int, updated_since: str | None) -> _Page:
        query = [*self._query, ("page", str(number))]
        if updated_since:
            query.append(("updated_since", updated_since))
        body = self._body(f"{self._url}?{urlencode(query)}", number)
        if page := _parsed(body):
            return page
        shape = '{"customers": [{...}, ...], "next_page": number or null}'
        raise self._error(f"{len(body)} bytes of something else for page {number}", shape)

    def _body(self, url: str, number: int) -> bytes:
        """Return the body of a page, after so many tries as that takes."""
        tries: Retry = _Backoff(total=TRIES - 1)
        while True:
            response = error = None
            try:
                response = self._get(url)
                body: bytes = response.read(MAX_PAGE + 1)
                outcome = f"status {response.status}"
            except HTTPError as found:
                response, error, outcome = None, found, type(found).__name__
            if response and not _is_temporary(response.status):
                return self._checked(body, response.status, number)
            try:
                tries = tries.increment("GET", url, response=response, error=error)
            except MaxRetryError:
                raise self._error(f"{outcome} for page {number}, {TRIES} times", "200") from None
            tries.sleep(response)

    def _get(self, url: str) -> "BaseHTTPResponse":
        """Ask once; the body is still to be read."""
        return self._http.request(
            "GET",
            url,
            headers=self._headers,
            timeout=TIMEOUT,
            retries=False,  # they are counted elsewhere, for a body can break off too
            redirect=False,
            preload_content=False,
            enforce_content_length=True,
        )

    def _checked(self, body: bytes, status: int, number: int) -> bytes:
        if status != _OK:
            raise self._error(f"status {status} for page {number}", f"{_OK}, and no redirect")
        if len(body) > MAX_PAGE:
            raise self._error(f"more for page {number}", f"pages of at most {MAX_PAGE} bytes")
        return body

    def _error(self, found: str, promised: str) -> ApiError:
        return ApiError(
            f"{self._name} promised {promised}, but answered {found}; nothing was stored: "
            f"ask its owner, then invoke the function again"
        )


def _is_temporary(status: int) -> bool:
    return status == _TOO_MANY_REQUESTS or status in _SERVER_ERRORS


def _parsed(body: bytes) -> _Page | None:
    """Return the page that a body is, None if it is none."""
    try:
        answer = json.loads(body, parse_constant=_refuse)
        page = _Page(answer["customers"], answer["next_page"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    is_list = isinstance(page.customers, list)
    is_page = is_list and all(isinstance(customer, dict) for customer in page.customers)
    return page if is_page and (page.next_page is None or type(page.next_page) is int) else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
