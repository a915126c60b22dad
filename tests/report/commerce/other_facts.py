"""Rows that no sale tells: customers, returns, the gate."""

from datetime import date, timedelta
from decimal import Decimal

from tests.report.commerce.order_facts import WRITTEN
from tests.report.commerce.shop import DAY, ODD

SEGMENTS = {(5, 5): "champions", (5, 1): "new_customers", (2, 3): "at_risk"}


def others() -> dict[str, list[dict]]:
    """Return rows of everything that no sale tells."""
    return {
        "segments": [
            {
                "segment": name,
                "customers": count,
                "orders": 3 * count,
                "net_revenue": Decimal(count),
            }
            for name, count in (
                ("champions", 30),
                ("new_customers", 50),
                ("at_risk", 15),
                ("no_purchase", 5),
            )
        ],
        "segment_grid": [
            {
                "r_score": r,
                "f_score": f,
                "segment": name,
                "customers": 10 * r,
                "lifetime_value": Decimal(r),
            }
            for (r, f), name in SEGMENTS.items()
        ],
        "segment_customers": [
            {
                "segment": name,
                "place": place,
                "customer_id": f"{name}-{place}",
                "name": ODD[place % len(ODD)],
                "city": None,
                "lifetime_value": Decimal(1000 - place) / 4,
                "orders": 21 - place,
                "last_order_date": DAY - timedelta(days=place),
            }
            for name in SEGMENTS.values()
            for place in range(1, 21)
        ],
        "return_rates": [
            {
                "sales_month": date(2025, 3, 1),
                "category_rank": None,
                "units": 200,
                "units_returned": 13,
                "gross_revenue": Decimal(2000),
                "returned_revenue": Decimal(150),
            },
            {
                "sales_month": date(2026, 2, 1),
                "category_rank": None,
                "units": 50,
                "units_returned": 2,
                "gross_revenue": Decimal(400),
                "returned_revenue": Decimal(10),
            },
            {
                "sales_month": date(2026, 3, 1),
                "category_rank": None,
                "units": 1,
                "units_returned": 0,
                "gross_revenue": Decimal(4),
                "returned_revenue": Decimal(0),
            },
            {
                "sales_month": None,
                "category_rank": 0,
                "units": 230,
                "units_returned": 15,
                "gross_revenue": Decimal(2400),
                "returned_revenue": Decimal(160),
            },
            {
                "sales_month": None,
                "category_rank": 3,
                "units": 10,
                "units_returned": 0,
                "gross_revenue": Decimal(),
                "returned_revenue": Decimal(),
            },
        ],
        "tracking": [
            {
                "sales_date": DAY,
                "purchases": 12,
                "transactions": 11,
                "matched": 10,
                "only_tracked": 2,
                "only_booked": 1,
                "other_amounts": 0,
                "tracked_revenue": Decimal("120.50"),
                "gross_revenue": Decimal("130.25"),
                "only_tracked_revenue": Decimal(20),
                "only_booked_revenue": Decimal("29.75"),
                "amount_difference": Decimal(0),
            },
        ],
        "quality": [
            {
                "check_name": "rejected_share",
                "source": "sales",
                "outcome": "fail",
                "observed": 0.0234,
                "bound": 0.01,
                "detail": ODD[1],
                "checked_at": WRITTEN,
            },
            {
                "check_name": "known_statuses",
                "source": None,
                "outcome": "pass",
                "observed": 0.0,
                "bound": 0.0,
                "detail": None,
                "checked_at": WRITTEN,
            },
            {
                "check_name": "row_ratio",
                "source": "sales",
                "outcome": "warn",
                "observed": None,
                "bound": 2.0,
                "detail": "",
                "checked_at": WRITTEN,
            },
            {
                "check_name": "ambiguous_ids",
                "source": "sales",
                "outcome": "accepted",
                "observed": 3.0,
                "bound": 0.0,
                "detail": "an id of two days",
                "checked_at": WRITTEN,
            },
        ],
        "verdicts": [
            {"delivery_date": DAY - timedelta(days=1), "verdict": "pass"}
            | dict.fromkeys(("failed", "warned", "accepted")),
            {
                "delivery_date": DAY,
                "verdict": "fail",
                "failed": "rejected_share (sales)",
                "warned": "row_ratio (sales)",
                "accepted": "ambiguous_ids (sales)",
            },
        ],
        "anomalies": [
            {
                "sales_date": DAY - timedelta(days=4),
                "metric": "rows",
                "source": "sales",
                "observed": 4.2,
                "bound": 3.5,
                "detail": "median of 8 same weekdays before 10, on the day 40",
            },
        ],
        "freshness": [{"source": "sales", "newest_day": DAY, "delivered_at": WRITTEN}],
        "snapshots": [{"table_name": "customer_value", "as_of": DAY}],
    }
