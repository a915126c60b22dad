"""docs/commerce-questions.md shows what the saved queries answer over the sample."""

import re

from local_aws.server import LocalAws
from tests.commerce.answers import Answers
from tests.tools import questions_page

PAGE = questions_page.PAGE.read_text(encoding="utf-8")


def test_every_question() -> None:
    """Each has a section of its name, with the mark of its answer."""
    sections = re.findall(r"^## (\w+)\n.*?<!-- (\w+) -->", PAGE, re.MULTILINE | re.DOTALL)

    assert sorted(sections) == [(name, name) for name in questions_page.questions()]


def test_page(aws: LocalAws) -> None:
    """The page has the answers of today."""
    made = questions_page.sections(Answers(aws))

    assert questions_page.written(PAGE, made) == PAGE, "answers have changed: make dictionary"
