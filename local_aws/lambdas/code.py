"""The code of a function: a zip in the request, or one that lies in S3 when it is asked for."""

import base64
import io
import zipfile
from collections.abc import Mapping
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends

_IN_S3 = ("S3Bucket", "S3Key", "S3ObjectVersion")


def in_the_request(account_id: str, code: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a request gives the code as if the zip itself stood in it.

    Raises:
        LambdaClientError: there is no such object, or it is no zip.
    """
    given = dict(code)
    if "ZipFile" not in given and "S3Bucket" in given:
        given = {name: value for name, value in code.items() if name not in _IN_S3}
        given["ZipFile"] = base64.b64encode(_stored(account_id, code))
    if "ZipFile" in given and not zipfile.is_zipfile(
        io.BytesIO(base64.b64decode(given["ZipFile"]))
    ):
        raise LambdaClientError(
            "InvalidParameterValueException",
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        )
    return given


def _stored(account_id: str, code: Mapping[str, Any]) -> bytes:
    bucket, key, version = (code.get(name) for name in _IN_S3)
    error = "NoSuchKey. S3 Error Message: The specified key does not exist."
    try:
        found = s3_backends[account_id]["aws"].get_object(bucket, key, version_id=version)
    except S3ClientError as failure:
        found, error = None, f"{failure.code}. S3 Error Message: {failure.message}"
    if found is None:
        raise LambdaClientError(
            "InvalidParameterValueException",
            f"Error occurred while GetObject. S3 Error Code: {error}",
        )
    return bytes(found.value)
