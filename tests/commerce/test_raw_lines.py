"""A raw file's lines, whatever pieces they come in."""

import gzip
import io

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glue_jobs.commerce import raw_lines
from glue_jobs.commerce.raw_lines import lines_of


def _lines(text: bytes) -> list[bytes]:
    return [line for lines in lines_of(io.BytesIO(gzip.compress(text))) for line in lines]


@given(lines=st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"\r"))))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_pieces(monkeypatch: pytest.MonkeyPatch, lines: list[bytes]) -> None:
    """All lines in order, blank ones too, with or without a line end after the last."""
    monkeypatch.setattr(raw_lines, "MOST", 8)
    kept = [line[:8] for line in lines]
    for batch in (1, 3, 100):
        monkeypatch.setattr(raw_lines, "BATCH", batch)

        assert _lines(b"".join(line + b"\n" for line in lines)) == kept
        assert _lines(b"\n".join([*lines, b"x"])) == [*kept, b"x"]


def test_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held is bounded, in lines and in what is kept of one."""
    monkeypatch.setattr(raw_lines, "BATCH", 1000)
    monkeypatch.setattr(raw_lines, "MOST", 20)
    packed = gzip.compress(b"x" * 5000 + b"\n" + b"0123456789\n" * 1000)

    assert max(sum(map(len, lines)) for lines in lines_of(io.BytesIO(packed))) <= 1020


@pytest.mark.parametrize(
    "packed", [b"no gzip", gzip.compress(b"x\n" * 10_000, mtime=0)[:-9]], ids=["other", "cut"]
)
def test_no_whole_file(packed: bytes) -> None:
    """A file that is cut off is no end of lines; a connection that is cut is no such file."""
    assert not issubclass(ReadTimeoutError, raw_lines.NOT_WHOLE)
    with pytest.raises(raw_lines.NOT_WHOLE):
        list(lines_of(io.BytesIO(packed)))
