"""``make trino-answers``: ask a real Trino server every statement and keep what it says."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from local_aws.server import LocalAws, free_port
from local_aws.settings import Settings
from tests.athena import lake, trino
from tests.athena.statements import FOLDER, statements

FUNCTIONS = FOLDER.parents[1] / "local_aws/athena/trino_functions.txt"


def record(only: list[str]) -> None:
    """Write ``answers/<name>.json``: the version, and one answer a line by the statement's text.

    ``only``: the names to write, none for all.
    """
    trino.install()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(root=Path(folder), port=free_port())
        with LocalAws(settings) as aws:
            lake.restore(aws)
            with trino.serving(settings) as server:
                _write_functions(server.functions())
                for name, asked in statements().items():
                    if only and name not in only:
                        continue
                    answers = {each.text: server.ask(each.text, each.database) for each in asked}
                    _write(FOLDER / f"answers/{name}.json", answers)
                    sys.stdout.write(f"{name}: {len(answers)} answers\n")


def _write_functions(names: list[str]) -> None:
    """Tell the local Athena what it may call unknown, and not only unsupported."""
    FUNCTIONS.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


def _write(file: Path, answers: dict[str, dict[str, Any]]) -> None:
    lines = [
        f"{json.dumps(text, ensure_ascii=False)}: {json.dumps(answer, ensure_ascii=False)}"
        for text, answer in answers.items()
    ]
    content = ",\n".join(lines)
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        f'{{"trino": "{trino.VERSION}", "answers": {{\n{content}\n}}}}\n', encoding="utf-8"
    )


if __name__ == "__main__":
    record(sys.argv[1:])
