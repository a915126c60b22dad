"""The lines of the project's generator as other producers spell them."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

LEVEL = 6  # as the producer packs


def course(text: bytes) -> bytes:
    """As the course's starter generator: times by Python's ``isoformat()``."""
    return re.sub(rb'("timestamp": "[^"]+)Z"', rb'\1+00:00"', text)


def compact(text: bytes) -> bytes:
    """Without blanks between values, and with what is null left out."""
    present = re.sub(rb', "\w+": null', b"", text)
    return present.replace(b'": ', b'":').replace(b', "', b',"')


SPELLINGS: dict[str, Callable[[bytes], bytes]] = {"course": course, "compact": compact}


def respell(file: Path, target: Path, spelling: str) -> None:
    """Write a raw file with its lines spelled otherwise."""
    text = SPELLINGS[spelling](gzip.decompress(file.read_bytes()))
    target.write_bytes(gzip.compress(text, LEVEL, mtime=0))
