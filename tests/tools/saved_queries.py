"""The saved queries of the second template, as ``make dictionary`` writes them from files.

A file of ``commerce/queries`` is one, in the gold database.
"""

from textwrap import indent

from tests.template import COMMERCE, PROJECT

QUERIES = PROJECT / "commerce/queries"
FIRST = "  # -------- the questions of commerce/queries, as make dictionary writes them\n"
LAST = "  # -------- what watches"
_QUERY = """\
  Orders{logical}Query:
    Type: AWS::Athena::NamedQuery
    Properties:
      Name: !Sub capstone-${{StudentId}} orders, {name}
      WorkGroup: !Sub capstone-${{StudentId}}
      Database: !Join [_, [gold, !Join [_, !Split ['-', !Ref StudentId]]]]
      QueryString: |
{text}
"""


def saved_queries() -> str:
    """Return the resources of all files, by name."""
    return "".join(
        _QUERY.format(
            logical=file.stem.title().replace("_", ""),
            name=file.stem,
            text=indent(file.read_text(encoding="utf-8"), " " * 8),
        )
        for file in sorted(QUERIES.glob("*.sql"))
    )


def template_with_queries() -> str:
    """Return the template with the queries as the files have them now."""
    head, first, rest = COMMERCE.read_text(encoding="utf-8").partition(FIRST)
    return f"{head}{first}{saved_queries()}{LAST}{rest.partition(LAST)[2]}"


def main() -> None:
    """Write the template."""
    COMMERCE.write_text(template_with_queries(), encoding="utf-8")


if __name__ == "__main__":
    main()
