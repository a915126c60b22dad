"""Questions that lie in a file of SQL, each with a name, the layer to ask, and parameters by name.

``-- statement NAME, LAYER`` begins one, ``-- part NAME`` what several share: ``{NAME}`` in them
stands for it. Other names in braces stay as they are.
"""

import re
from dataclasses import dataclass
from importlib.resources.abc import Traversable

_HEADER = re.compile(r"^-- (?:part|statement) (\w+)(?:, (\w+))?$", re.MULTILINE)
_PART = re.compile(r"\{(\w+)\}")
_PARAMETER = re.compile(r"(?<=[\s(]):([a-z]+)\b")


@dataclass(frozen=True)
class Statement:
    """A question: the layer (gold, silver, bronze) to ask, and the names of its parameters.

    ``parameters`` are in the order of the question marks that stand for them in ``text``.
    """

    layer: str
    parameters: list[str]
    text: str


def read_statements(file: Traversable) -> dict[str, Statement]:
    """Return the statements of a file by name, in their order."""
    _, *found = _HEADER.split(file.read_text(encoding="utf-8"))
    texts = list(zip(*[iter(found)] * 3, strict=True))
    parts = {name: text.strip() for name, layer, text in texts if not layer}
    return {name: _statement(layer, text, parts) for name, layer, text in texts if layer}


def _statement(layer: str, text: str, parts: dict[str, str]) -> Statement:
    whole = _with_parts(text, parts).strip().removesuffix(";")
    return Statement(layer, _PARAMETER.findall(whole), _PARAMETER.sub("?", whole))


def _with_parts(text: str, parts: dict[str, str]) -> str:
    def part(found: re.Match[str]) -> str:
        return _with_parts(parts[found[1]], parts) if found[1] in parts else found[0]

    return _PART.sub(part, text)
