"""Which files an S3 source of a job has: Glue's connection options, read and listed."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import boto3

from .bookmarks import MAX_BAND, Limits, S3File
from .errors import NotOfferedLocallyError, refuse_other_options
from .job import Job

_OFFERED = {
    "paths",
    "recurse",
    "exclusions",
    "groupFiles",
    "maxBand",
    "maxFilesInBand",
    "boundedFiles",
    "boundedSize",
    "useS3ListImplementation",  # another way to the same list
    "isFailFast",  # a read here fails at the first error, whether asked to or not
}


@dataclass(frozen=True)
class S3Source:
    """Where a job reads, and how much of it."""

    paths: tuple[str, ...]
    recurse: bool = False
    exclusions: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def of(cls, options: dict[str, Any]) -> "S3Source":
        """Read Glue's ``connection_options``.

        Raises:
            TypeError: The options are not a dict, or one has a value of another type than Glue's.
            ValueError: An option has a value that means nothing.
            NotOfferedLocallyError: An option that the stand-in does not have.
        """
        refuse_other_options("S3 connection_options", options, _OFFERED)
        if options.get("groupFiles", "none") != "none":
            raise NotOfferedLocallyError(
                'awsglue here reads files one by one: groupFiles is "none"'
            )
        if not isinstance(options.get("paths"), list):
            raise TypeError('connection_options needs "paths", a list of s3:// URIs')
        return cls(
            paths=tuple(options["paths"]),
            recurse=_recurse(options),
            exclusions=_exclusions(options),
            limits=_limits(options),
        )

    def files(self, context: str) -> list[S3File]:
        """Return the files to read now: all, or with bookmark and context those not yet read."""
        now = time.time_ns() // 1_000_000  # before the listing: what comes later is for later
        listing = list({file.uri: file for file in self._listing()}.values())
        bookmark = Job.bookmark()
        if bookmark is not None and context:
            return bookmark.choose(context, listing, now, self.limits)
        if self.limits.files is not None or self.limits.size is not None:
            raise NotOfferedLocallyError(
                "boundedFiles and boundedSize need a bookmark that remembers the rest: enable "
                "--job-bookmark-option, call Job.init() and give the read a transformation_ctx"
            )
        return sorted(listing)

    def _listing(self) -> Iterator[S3File]:
        s3 = boto3.client("s3")
        for path in self.paths:
            bucket, prefix = _bucket_and_prefix(path)
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            for page in pages:
                for item in page.get("Contents", []):
                    below = _below(item["Key"], prefix)
                    uri = f"s3://{bucket}/{item['Key']}"
                    if below is not None and self._wanted(uri, below):
                        modified = int(item["LastModified"].timestamp() * 1000)
                        yield S3File(modified, uri, item["Size"])

    def _wanted(self, uri: str, below: str) -> bool:
        """Tell whether the object is data of this source; ``below`` is its key under the path."""
        if below.endswith("/") or ("/" in below and not self.recurse):
            return False
        if any(part.startswith(("_", ".")) for part in below.split("/")):
            return False  # Hadoop's rule for what is not data
        return not any(_matches(glob, name) for glob in self.exclusions for name in (uri, below))


def _recurse(options: dict[str, Any]) -> bool:
    value = str(options.get("recurse", False)).lower()  # Glue takes strings as well
    if value not in {"true", "false"}:
        raise ValueError(f"recurse is True or False, not {options['recurse']!r}")
    return value == "true"


def _exclusions(options: dict[str, Any]) -> tuple[str, ...]:
    globs, text = None, options.get("exclusions", "[]")
    with suppress(TypeError, ValueError):
        globs = json.loads(text)
    if not isinstance(globs, list):
        raise TypeError(
            f"exclusions is a string that holds a JSON list, such as '[\"**.pdf\"]', not {text!r}"
        )
    return tuple(globs)


def _limits(options: dict[str, Any]) -> Limits:
    bounds = {name: options[name] for name in ("boundedFiles", "boundedSize") if name in options}
    if len(bounds) > 1:
        raise ValueError("give boundedFiles or boundedSize, not both")
    for name, value in bounds.items():
        if not isinstance(value, str):
            raise TypeError(f'{name} is a string, such as "500", not {value!r}')
    max_band = _number(options, "maxBand", least=0)
    return Limits(
        max_band=MAX_BAND if max_band is None else max_band,
        max_files_in_band=_number(options, "maxFilesInBand"),
        files=_number(options, "boundedFiles"),
        size=_number(options, "boundedSize"),
    )


def _number(options: dict[str, Any], name: str, *, least: int = 1) -> int | None:
    if name not in options:
        return None
    value = str(options[name])
    if not value.isdecimal() or int(value) < least:
        raise ValueError(f"{name} is a whole number from {least}, not {options[name]!r}")
    return int(value)


def _bucket_and_prefix(path: str) -> tuple[str, str]:
    uri = re.fullmatch(r"s3[an]?://([^/]+)/?(.*)", path)
    if uri is None:
        raise ValueError(f"a path of an S3 source is s3://bucket/prefix, not {path!r}")
    if re.search(r"[*?{}\[\]]", uri[2]):
        raise NotOfferedLocallyError(
            f"awsglue here reads whole prefixes, no patterns: {path!r}; "
            f"name the prefix, and leave out with exclusions"
        )
    return uri[1], uri[2]


def _below(key: str, prefix: str) -> str | None:
    """Return the key's part under the path, the file name where the path is the file itself."""
    if key == prefix:
        return key.rsplit("/", 1)[-1]
    folder = prefix if not prefix or prefix.endswith("/") else prefix + "/"
    return key.removeprefix(folder) if key.startswith(folder) else None


def _matches(glob: str, name: str) -> bool:
    """Match as Glue's globs do: ``*`` stays within a folder, ``**`` does not."""
    pieces = {"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|"}
    tokens = re.findall(r"\*\*|\[[^\]]+\]|.", glob)
    braces = "{" in glob

    def translate(token: str) -> str:
        if token.startswith("["):
            return token.replace("[!", "[^", 1)
        if token in {"{", "}", ","}:
            return pieces[token] if braces else re.escape(token)
        return pieces.get(token) or re.escape(token)

    return re.fullmatch("".join(map(translate, tokens)), name) is not None
