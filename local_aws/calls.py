"""Who calls which operation on what: kept in memory while somebody records, else not looked at.

A caller is told by the access key that it signs with. What this AWS starts signs with a key of its
own, as a role's session does on AWS; everybody else is ``local`` unless they choose a key.
"""

import gzip
import html
import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from io import BytesIO
from string import Formatter
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from botocore.exceptions import UnknownServiceError
from moto.athena.models import athena_backends
from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from local_aws.settings import ACCOUNT_ID

_SIGNED = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_SERVICES = {"monitoring": "cloudwatch", "states": "stepfunctions"}  # by the name signed for
# What a call names, by service: the first pattern whose members its input has. ``arn`` is how the
# service's ARNs begin, ``kind`` is the operation without its verb.
_PATTERNS = {
    "athena": ("{arn}workgroup/{WorkGroup}",),
    "cloudformation": ("{StackId}", "{arn}stack/{StackName}/*"),
    "cloudwatch": ("{Namespace}",),
    "events": ("{arn}rule/{Name}", "{arn}rule/{Rule}"),
    "glue": (
        "{arn}table/{DatabaseName}/{TableName}",
        "{arn}table/{DatabaseName}/{Name}",
        "{arn}job/{JobName}",
        "{arn}{kind}/{Name}",
    ),
    "lambda": ("{arn}function:{FunctionName}",),
    "logs": ("{arn}log-group:{logGroupName}",),
    "s3": (
        "arn:aws:s3:::{Source} -> arn:aws:s3:::{Bucket}/{Key}",
        "arn:aws:s3:::{Bucket}/{Key}",
        "arn:aws:s3:::{Bucket}",
    ),
    "secretsmanager": ("{SecretId}",),
    "sns": ("{TopicArn}",),
    "stepfunctions": ("{stateMachineArn}",),
    "scheduler": ("{arn}schedule/{GroupName}/{Name}", "{arn}schedule/default/{Name}"),
}


class Call(NamedTuple):
    """A request: who signed it, ``service:Operation`` in botocore's names, the ARN it names.

    A copy names ``source -> target``, a metric its namespace; "" where nothing is named, or by
    members that are not looked at here.
    """

    caller: str
    operation: str
    resource: str


_recordings: list[set[Call]] = []


@contextmanager
def recording() -> Generator[set[Call]]:
    """Collect what is called meanwhile: the set grows as requests arrive.

    A request that is no call of its service is ``service:?``; one that is not signed in a header,
    as SigV4 is by programs, names nobody and is left out.
    """
    calls: set[Call] = set()
    _recordings.append(calls)
    try:
        yield calls
    finally:
        _recordings[:] = [others for others in _recordings if others is not calls]


def access_key(service: str, name: str) -> str:
    """Return the access key of a job or function, such as ``glue-capstone-etl-x``."""
    return f"{service}-" + re.sub(r"[^\w.@-]", "-", name, flags=re.ASCII)


def note(environ: dict[str, Any]) -> None:
    """Tell the recordings of a request, whose body can be read again afterwards."""
    signed = _recordings and _SIGNED.search(environ.get("HTTP_AUTHORIZATION", ""))
    if not signed:
        return
    caller, region, signing_name = signed.groups()
    service = _SERVICES.get(signing_name, signing_name)
    try:
        operation, named = _read(service, environ)
    except (HTTPException, NotImplementedError, UnknownServiceError, ValueError):
        operation, named = "?", [{}]  # no call that we can read; it shows all the same
    arn = f"arn:aws:{service}:{region}:{ACCOUNT_ID}:"
    kind = re.sub(r"^[A-Z][a-z]+", "", operation).lower()
    for members in named:
        resource = _resource(service, {**members, "arn": arn, "kind": kind})
        for calls in _recordings:
            calls.add(Call(caller, f"{service}:{operation}", resource))


def _read(service: str, environ: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """Return a request's operation and, for each thing that it names, the members that name it."""
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        operation = target.rpartition(".")[2]
        return operation, [_with_work_group(service, operation, json.loads(_body(environ)))]
    if get_service_model(service).protocol == "query":
        form = dict(parse_qsl(_body(environ).decode()))
        if form.get("StackName", "").startswith("arn:"):
            form["StackId"] = form["StackName"]  # either names a stack
        return form.get("Action", "?"), [form]
    model, members = get_service_router(service).match(Request(environ))
    if model.name == "DeleteObjects":
        keys = re.findall(r"<Key>(.*?)</Key>", _body(environ).decode(), re.DOTALL)
        return model.name, [{**members, "Key": html.unescape(key)} for key in keys]
    if source := environ.get("HTTP_X_AMZ_COPY_SOURCE"):
        members["Source"] = unquote(source).partition("?versionId=")[0].lstrip("/")
    return model.name, [members]


def _body(environ: dict[str, Any]) -> bytes:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    return gzip.decompress(body) if environ.get("HTTP_CONTENT_ENCODING") == "gzip" else body


def _with_work_group(service: str, operation: str, members: dict[str, Any]) -> dict[str, Any]:
    """Add the workgroup that Athena chooses by itself, or that a query belongs to."""
    if service != "athena":
        return members
    if operation == "StartQueryExecution":
        return {"WorkGroup": "primary", **members}
    for backend in athena_backends[ACCOUNT_ID].values():
        query = backend.executions.get(
            members.get("QueryExecutionId")
        ) or backend.named_queries.get(members.get("NamedQueryId"))
        if query:
            return {"WorkGroup": query.workgroup.name, **members}
    return members


def _resource(service: str, members: dict[str, Any]) -> str:
    for pattern in _PATTERNS.get(service, ()):
        if all(name in members for _, name, _, _ in Formatter().parse(pattern) if name):
            return pattern.format_map(members)
    return ""
