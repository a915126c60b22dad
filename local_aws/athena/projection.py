"""Partition projection: partitions computed from the table's properties, not registered.

A projected partition without a folder has no rows, so only folders that exist are looked at; those
whose values the properties would not produce are left out.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.scans import Partition, Scan, Table

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_UNITS = {
    each.upper().rstrip("S"): each for each in ("seconds", "minutes", "hours", "days", "weeks")
}
_MONTHS = {"MONTH": 1, "YEAR": 12}
_NOW = re.compile(r"NOW(?:\s*([+-])\s*(\d+)\s*([A-Z]+?)S?)?")
_JAVA_LETTERS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
Accepts = Callable[[str], bool]


def is_projected(table: Table) -> bool:
    """Whether Athena computes the partitions and ignores those that are registered."""
    return table.parameters.get("projection.enabled", "").lower() == "true"


def projected(scan: Scan, s3_root: Path) -> list[Partition]:
    """Return the projected partitions that have a folder.

    Raises:
        QueryFailedError: an injected key without an equality, or a wrong property.
    """
    table = scan.table
    accepts = {key: _accepts(table, key) for key in table.keys}
    fixed = {condition.equal_to for condition in scan.conditions}
    for key in table.keys:
        if _property(table, key, "type") == "injected" and key not in fixed:
            raise QueryFailedError(
                "CONSTRAINT_VIOLATION",
                f"For the injected projected partition column {key}, the WHERE clause must contain"
                " only static equality conditions, and at least one such condition must be present",
            )
    found = []
    for values, location in _folders(table, s3_root):
        if all(accepts[key](value) for key, value in values.items()):
            found.append(Partition(tuple(values[key] for key in table.keys), location))
    return found


def _property(table: Table, key: str, name: str, default: str | None = None) -> str:
    value = table.parameters.get(f"projection.{key}.{name}", default)
    if value is None:
        raise QueryFailedError(
            "INVALID_TABLE_PROPERTY",
            f"table {table.database}.{table.name} lacks the property projection.{key}.{name}",
        )
    return value.strip()


def _template(table: Table) -> str:
    default = table.location.rstrip("/") + "/" + "".join(f"{key}=${{{key}}}/" for key in table.keys)
    template = table.parameters.get("storage.location.template", default)
    missing = set(table.keys) - set(_PLACEHOLDER.findall(template))
    if missing or not template.startswith("s3://"):
        raise QueryFailedError(
            "INVALID_TABLE_PROPERTY",
            f"storage.location.template of {table.database}.{table.name} must be an s3:// location"
            f" with every partition key; it is {template!r}",
        )
    return template.rstrip("/")


def _folders(table: Table, s3_root: Path) -> list[tuple[dict[str, str], str]]:
    """Return the folders that the location template could name, with their key values."""
    pieces = _template(table).removeprefix("s3://").split("/")
    found: list[tuple[dict[str, str], Path]] = [({}, s3_root)]
    for piece in pieces:
        found = [
            ({**values, **more}, folder)
            for values, parent in found
            for more, folder in _matching(piece, parent)
            if all(values.get(key, value) == value for key, value in more.items())
        ]
    return [
        (values, "s3://" + folder.relative_to(s3_root).as_posix() + "/") for values, folder in found
    ]


def _matching(piece: str, parent: Path) -> list[tuple[dict[str, str], Path]]:
    if "${" not in piece:
        folder = parent / piece
        return [({}, folder)] if folder.is_dir() else []
    texts = _PLACEHOLDER.split(piece)
    pattern = "".join(
        f"(?P<{text}>.+)" if at % 2 else re.escape(text) for at, text in enumerate(texts)
    )
    children = sorted(parent.iterdir()) if parent.is_dir() else []
    matches = ((re.fullmatch(pattern, child.name), child) for child in children if child.is_dir())
    return [(match.groupdict(), child) for match, child in matches if match]


def _accepts(table: Table, key: str) -> Accepts:
    kind = _property(table, key, "type").lower()
    makers = {"integer": _integer, "enum": _enum, "date": _date, "injected": _injected}
    if kind not in makers:
        raise QueryFailedError(
            "INVALID_TABLE_PROPERTY",
            f"projection.{key}.type must be enum, integer, date or injected; it is {kind!r}",
        )
    return makers[kind](table, key)


def _integer(table: Table, key: str) -> Accepts:
    low, high = (int(part) for part in _property(table, key, "range").split(","))
    interval = int(_property(table, key, "interval", "1"))
    digits = int(_property(table, key, "digits", "0"))
    wanted = range(low, high + 1, interval)

    def accepts(value: str) -> bool:
        number = int(value) if re.fullmatch(r"-?\d+", value) else None
        return number in wanted and value == f"{number:0{digits}d}"

    return accepts


def _enum(table: Table, key: str) -> Accepts:
    wanted = {value.strip() for value in _property(table, key, "values").split(",")}
    return lambda value: value in wanted


def _injected(_table: Table, _key: str) -> Accepts:
    return lambda _value: True


def _date(table: Table, key: str) -> Accepts:
    java = _property(table, key, "format")
    pattern = java
    for letters, code in _JAVA_LETTERS.items():
        pattern = pattern.replace(letters, code)
    if re.search(r"[A-Za-z]", re.sub(r"%[YmdHMS]", "", pattern).replace("'T'", "")):
        raise not_supported(f"the projection format {java!r} of {table.database}.{table.name}")
    pattern = pattern.replace("'", "")
    if int(_property(table, key, "interval", "1")) != 1:
        raise not_supported(f"projection.{key}.interval other than 1 for dates")
    low, high = (
        _bound(part.strip(), pattern) for part in _property(table, key, "range").split(",")
    )

    def accepts(value: str) -> bool:
        try:
            moment = datetime.strptime(value, pattern).replace(tzinfo=UTC)
        except ValueError:
            return False
        return moment.strftime(pattern) == value and low <= moment <= high

    return accepts


def _bound(text: str, pattern: str) -> datetime:
    match = _NOW.fullmatch(text)
    if match is None:
        return datetime.strptime(text, pattern).replace(tzinfo=UTC)
    moment = _shifted(datetime.now(UTC), match[1], match[2], match[3], text)
    return datetime.strptime(moment.strftime(pattern), pattern).replace(tzinfo=UTC)


def _shifted(
    now: datetime, sign: str | None, amount: str | None, unit: str | None, text: str
) -> datetime:
    if sign is None or amount is None or unit is None:
        return now
    count = int(sign + amount)
    if unit in _MONTHS:
        months = now.year * 12 + now.month - 1 + count * _MONTHS[unit]
        year, month = months // 12, months % 12 + 1
        return now.replace(year=year, month=month, day=min(now.day, monthrange(year, month)[1]))
    if unit not in _UNITS:
        raise not_supported(f"the projection bound {text!r}")
    return now + timedelta(**{_UNITS[unit]: count})
