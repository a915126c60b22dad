"""Strings of a definition, and JSONPath, read as AWS does where moto's parser does otherwise."""

import json
import re

from antlr4 import ParserRuleContext
from jsonpath_ng.ext import parse
from jsonpath_ng.jsonpath import DatumInContext, JSONPath

# What makes a path one of several values: wildcards, recursion, slices, filters, lists.
_SEVERAL = re.compile(r"\*|\.\.|:|\?|,")


def text_of(parser_rule_context: ParserRuleContext) -> str | None:
    """Return a string of the definition, its JSON escapes read; moto leaves some as they are."""
    text = parser_rule_context.getText()
    if text == "null":
        return None
    return json.loads(text) if text.startswith('"') else text


class Path:
    """A JSONPath as moto's ``extract_json`` asks it."""

    def __init__(self, path: str) -> None:
        self._path: JSONPath = parse(path)
        self._is_one = not _SEVERAL.search(path)

    def find(self, data: object) -> list[DatumInContext]:
        """Return what is there; of a path to one value that alone, which moto makes a list of."""
        found = self._path.find(data)
        if self._is_one and len(found) == 1:
            return [DatumInContext(found[0].value)]
        return found
