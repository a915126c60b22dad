"""cfn-lint, in this process: what AWS would refuse is refused before anything is made."""

from functools import lru_cache

from local_aws.cloudformation.errors import ValidationError


def check(body: str, region: str) -> None:
    """Refuse a template in which cfn-lint finds errors; its warnings are the author's business.

    Raises:
        ValidationError: with every error, its rule and its line.
    """
    errors = _errors(body, region)
    if errors:
        raise ValidationError("Template validation error: " + "; ".join(errors))


@lru_cache(maxsize=32)  # half a second each; deploying asks about the same text several times
def _errors(body: str, region: str) -> tuple[str, ...]:
    from cfnlint.api import lint

    return tuple(
        f"{match.message} ({match.rule.id}, line {match.linenumber})"
        for match in lint(body, regions=[region])
        if match.rule.severity == "error"
    )
