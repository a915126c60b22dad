"""The files of a table's partitions."""

from pathlib import Path

from local_aws.athena.errors import QueryFailedError


def local_path(location: str, s3_root: Path) -> Path:
    """Return the folder behind an s3:// location.

    Raises:
        QueryFailedError: the location is not on S3, or its bucket does not exist.
    """
    if not location.startswith("s3://"):
        raise QueryFailedError("HIVE_METASTORE_ERROR", f"location {location!r} is not on S3")
    bucket, _, key = location.removeprefix("s3://").partition("/")
    if not (s3_root / bucket).is_dir():
        raise QueryFailedError(
            "HIVE_FILESYSTEM_ERROR", f"Error listing {location}: the bucket {bucket} does not exist"
        )
    return s3_root / bucket / key


def data_files(location: str, s3_root: Path) -> list[Path]:
    """Return the files under a location, subfolders included.

    Names that begin with _ or . are no data (F4.11), nor is what lies in such folders.
    """
    folder = local_path(location, s3_root)
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(part.startswith(("_", ".")) for part in path.relative_to(folder).parts)
    ]


def uri(path: Path, s3_root: Path) -> str:
    """Return the s3:// address of a file, as "$path" shows it."""
    return f"s3://{path.relative_to(s3_root).as_posix()}"
