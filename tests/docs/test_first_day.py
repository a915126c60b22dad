"""The commands of docs/first-day-on-aws.md: the tests cannot run them, but AWS's CLI has them."""

import re
import subprocess

import pytest
from botocore import xform_name
from botocore.session import get_session

from tests.template import PROJECT

PAGE = (PROJECT / "docs/first-day-on-aws.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
OF_THE_CLI = {"query", "output", "region"}


def _commands() -> list[list[str]]:
    """Return the words of each call of the CLI, up to what the shell takes for its end."""
    text = "\n".join(BLOCKS).replace("\\\n", " ")
    starts = [found.end() for found in re.finditer(r"\baws (?=[a-z0-9]+ [a-z-]+)", text)]
    return [text[start:].split("\n")[0].split() for start in starts]


COMMANDS = _commands()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: "-".join(words[:2]))
def test_command(command: list[str]) -> None:
    """Its operation is AWS's, and its options are members of what that takes."""
    service, operation, *words = command
    if (service, operation) == ("s3", "cp"):
        return
    session = get_session()
    model = session.get_service_model("s3" if service == "s3api" else service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    members = model.operation_model(names[operation]).input_shape.members
    known = {xform_name(name, "-") for name in members} | OF_THE_CLI
    options = {found[1] for word in words if (found := re.match(r"--([a-z-]+)", word))}

    assert options <= known


def test_blocks() -> None:
    """Each is a script that a shell reads, and each section has one, and both its answers."""
    for block in BLOCKS:
        subprocess.run(["/bin/bash", "-n"], input=block, text=True, check=True)
    sections = PAGE.split("\n## ")[1:]
    assert [section for section in sections if "**Expect**" not in section] == []
    assert [section for section in sections if "**Otherwise**" not in section] == []
    assert len(BLOCKS) == len(sections) + 1
    assert len(COMMANDS) > len(sections)
