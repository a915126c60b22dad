"""How many rows of a query are returned: LIMIT, FETCH FIRST and OFFSET."""

from sqlglot import exp

from local_aws.athena.errors import not_supported


def limits(node: exp.Expr) -> str:
    """Return the LIMIT and OFFSET clauses of a query.

    Raises:
        QueryFailedError: NOT_SUPPORTED, not a plain number.
    """
    clauses = ""
    for clause in ("limit", "offset"):
        limit = node.args.get(clause)
        if limit is None or limit.text("expression").upper() == "ALL":
            continue
        clauses += f" {clause} {_count(limit, clause)}"
    return clauses


def _count(limit: exp.Limit | exp.Offset | exp.Fetch, clause: str) -> int:
    number = limit.expression
    if isinstance(limit, exp.Fetch):
        number = limit.args.get("count") or exp.Literal.number(1)
        options = limit.args.get("limit_options")
        if options and (options.args.get("with_ties") or options.args.get("percent")):
            raise not_supported(limit.sql().strip(), limit)
    if not isinstance(number, exp.Literal):
        raise not_supported(f"{clause.upper()} {limit.sql()}", limit)
    return int(number.this)
