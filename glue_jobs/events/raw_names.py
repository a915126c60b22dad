"""Which objects are raw files, told by their names alone: the job and the notebook both ask here.

Imports nothing, so that a notebook without Spark can ask too.
"""

RAW_SUFFIXES = (".gz", ".json", ".jsonl", ".ndjson")
HIDDEN = ("_", ".")  # what neither Glue nor Spark nor Athena reads


def is_raw_file(uri: str) -> bool:
    """Return whether an object's S3 URI is that of a raw file.

    It is none if its name ends in no known suffix (so folder markers are none), or if it, or a
    folder that it lies in, is hidden.
    """
    names = uri.removeprefix("s3://").split("/")[1:]
    return uri.endswith(RAW_SUFFIXES) and not any(name.startswith(HIDDEN) for name in names)
