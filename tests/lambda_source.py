"""The inline code of the generator Lambda: the part of generate_sample_data.py above its marker.

`python tests/lambda_source.py` writes it into the template.
"""

import re
from pathlib import Path
from textwrap import indent

ROOT = Path(__file__).parents[1]
GENERATOR = ROOT / "generate_sample_data.py"
TEMPLATE = ROOT / "capstone-starter.cfn.yaml"
MARKER = "# THE COMMAND LINE"


def inline_code() -> str:
    """Return the Lambda's source."""
    source, marker, _ = GENERATOR.read_text(encoding="utf-8").partition(f"\n{MARKER}")
    if not marker:
        raise ValueError(f"{GENERATOR.name} promises a line {MARKER!r} and has none; restore it")
    return source.rstrip() + "\n"


def with_inline_code(template: str) -> str:
    """Return the template with the Lambda's source in the place of its ZipFile."""
    found = re.search(
        r"FunctionName: !Sub capstone-generator-(?s:.*?)\n( +)ZipFile: \|\n", template
    )
    if not found:
        raise ValueError(
            "the template promises a function 'capstone-generator-...' with a block 'ZipFile: |' "
            "and has none; add it to capstone-starter.cfn.yaml"
        )
    margin = found[1]
    old = re.match(rf"(?:{margin} .*\n|\n(?=\n*{margin} ))*", template[found.end() :])
    new = indent(inline_code(), margin + "  ")
    return template[: found.end()] + new + template[found.end() + len(old[0]) :]


if __name__ == "__main__":
    TEMPLATE.write_text(with_inline_code(TEMPLATE.read_text(encoding="utf-8")), encoding="utf-8")
