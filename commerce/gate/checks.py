"""What is checked, and the bounds: each check is a column of a statement in ``commerce/checks``."""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from glue_jobs.commerce.verdict import FAIL, WARN


class UnknownCheckError(Exception):
    """Somebody names a check, or a bound of one, that there is not."""


class Bound(NamedTuple):
    """What a value is held against, and how grave it is if it is not within."""

    severity: str
    most: float = math.inf
    least: float = -math.inf

    def limit(self, observed: float | None) -> float:
        """Return the one of its limits that a value is held against."""
        is_below = observed is not None and observed < self.least
        return self.least if is_below or math.isinf(self.most) else self.most

    def holds(self, observed: float) -> bool:
        """Return whether a value is within."""
        return self.least <= observed <= self.most


class Check(NamedTuple):
    """A check; ``bounds`` from the gravest to the narrowest.

    ``statement`` answers a column of the check's name, for each ``source`` if it has that column;
    NULL where there is nothing to look at.
    """

    name: str
    statement: str
    measures: str
    bounds: tuple[Bound, ...]


def _check(
    name: str,
    statement: str,
    measures: str,
    *,
    fail: float | None = None,
    warn: float | None = None,
) -> Check:
    """Return a check of what must not be more than a bound."""
    bounds = ((FAIL, fail), (WARN, warn))
    return Check(name, statement, measures, tuple(Bound(s, b) for s, b in bounds if b is not None))


CHECKS = (
    Check(
        "sales_delivered",
        "deliveries",
        "files of transactions or sales that were accepted for the day",
        (Bound(FAIL, least=1),),
    ),
    Check("sales_not_empty", "deliveries", "records in these files", (Bound(WARN, least=1),)),
    _check(
        "ledger_balances",
        "files",
        "files that are not loaded with lines = accepted + duplicates + rejected",
        fail=0,
    ),
    _check(
        "files_loaded",
        "files",
        "files of which receipt and ledger do not both tell the same number of records",
        fail=0,
    ),
    _check("rejected_share", "files", "share of the records that were rejected", fail=0.01, warn=0),
    _check("refused_files", "files", "files that were refused, and no later version taken", warn=0),
    _check("repeated_files", "files", "files with the content of one of another day", warn=0),
    Check(
        "row_ratio",
        "files",
        "records beside the mean of the four same weekdays before",
        (Bound(WARN, most=2, least=0.5),),
    ),
    _check("facts_match_silver", "identities", "days with other transactions than silver", fail=0),
    _check("daily_sales_match_facts", "daily_tables", "days with other sales than facts", fail=0),
    _check("required_columns", "facts", "rows without a value where there must be one", fail=0),
    _check("unique_transactions", "facts", "rows that repeat a transaction of their day", fail=0),
    _check("known_statuses", "facts", "rows with a status that is none of the three", fail=0),
    _check("net_and_returned", "facts", "rows where net + returned is not gross", fail=0),
    _check("transaction_on_several_days", "ids", "transaction ids on more than a day", warn=0),
    _check("order_on_several_days", "ids", "order ids on more than a day", warn=0),
    _check(
        "order_seen_before",
        "ids",
        "share of the orders whose id is known from the 90 days before",
        fail=0.01,
    ),
    _check(
        "corrected_rows", "corrections", "transactions that changed in more than status", warn=0
    ),
    _check(
        "ambiguous_correction",
        "corrections",
        "transactions with two contents that are true since the same time",
        warn=0,
    ),
    _check("status_went_back", "corrections", "transactions with a status that went back", warn=0),
    _check(
        "unknown_products", "sales", "share of sales of no delivered product", fail=0.2, warn=0.01
    ),
    _check(
        "unknown_customers", "sales", "share of sales to no delivered customer", fail=0.2, warn=0.01
    ),
    _check("total_is_price", "sales", "share of totals that are not quantity x price", warn=0.2),
    _check(
        "total_near_price",
        "sales",
        "share of totals below half or above twice quantity x price",
        warn=0.01,
    ),
    _check(
        "sale_before_signup", "sales", "share of sales before the customer signed up", warn=0.05
    ),
    _check(
        "review_without_purchase",
        "reviews",
        "share of reviews without a purchase before",
        warn=0.05,
    ),
)
# Of the present, not of a day: no part of a verdict.
FRESHNESS = _check(
    "freshness",
    "freshness",
    "hours since the end of the newest day that is loaded",
    fail=50,
    warn=26,
)
MUST_BE_FRESH = ("transactions", "sales")  # of other sources it is a warning


def chosen(names: Iterable[str]) -> list[Check]:
    """Return checks by name, in the order of their declaration.

    Raises:
        UnknownCheckError: there is none of that name.
    """
    wanted, known = {*names}, {check.name for check in CHECKS}
    if wanted - known:
        raise UnknownCheckError(
            f"there is no check {', '.join(sorted(wanted - known))}; "
            f"choose from {', '.join(sorted(known))}"
        )
    return [check for check in CHECKS if check.name in wanted]


def tuned(checks: Iterable[Check], bounds: Mapping[str, float]) -> list[Check]:
    """Return checks with other bounds, each given as ``<check>.<severity>``: the most there may be.

    Raises:
        UnknownCheckError: no check has that bound.
    """
    left = dict(bounds)
    found = [
        check._replace(bounds=tuple(_tuned(check, bound, left) for bound in check.bounds))
        for check in checks
    ]
    if left:
        raise UnknownCheckError(
            f"there is no bound {', '.join(sorted(left))}; name a check and a severity that it "
            f"has, as rejected_share.fail; docs/commerce-quality.md lists them"
        )
    return found


def _tuned(check: Check, bound: Bound, bounds: dict[str, float]) -> Bound:
    key = f"{check.name}.{bound.severity}"
    if math.isinf(bound.most):
        return bound._replace(least=bounds.pop(key, bound.least))
    return bound._replace(most=bounds.pop(key, bound.most))
