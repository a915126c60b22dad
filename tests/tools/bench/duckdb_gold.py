"""The five gold tables of an hour, in DuckDB's SQL: two aggregations, the rest are sums."""

_REVENUE = """
    coalesce(sum(price * quantity) filter (where event_type = 'purchase'), 0)::decimal(38, 2)
        as revenue
"""
PRODUCTS = f"""
create or replace temp table products as
select product_id, category, event_type, count(*) as events,
    coalesce(sum(quantity) filter (where event_type = 'purchase'), 0) as units, {_REVENUE}
from hour_events
group by all
"""


def _events_of(event_type: str) -> str:
    return f"coalesce(sum(events) filter (where event_type = '{event_type}'), 0)::bigint"


# Of ``products`` and ``hour_events``.
TABLES = {
    "conversion_funnel": f"""
        select product_id, min(category) as category, {_events_of("page_view")} as page_views,
            {_events_of("add_to_cart")} as add_to_carts,
            {_events_of("remove_from_cart")} as removals, {_events_of("purchase")} as purchases
        from products where product_id is not null group by product_id
    """,
    "hourly_revenue": f"""
        select sum(revenue)::decimal(38, 2) as revenue,
            {_events_of("purchase")} as purchases, sum(units)::bigint as units
        from products
    """,
    "top_products": f"""
        select product_id, {_events_of("page_view")} as page_views
        from products where event_type = 'page_view' group by product_id
    """,
    "category_performance": """
        select category, event_type, sum(events)::bigint as events
        from products group by category, event_type
    """,
    "user_activity": f"""
        select user_id, session_id, count(*) as events,
            count(*) filter (where event_type = 'page_view') as page_views,
            count(*) filter (where event_type = 'add_to_cart') as add_to_carts,
            count(*) filter (where event_type = 'purchase') as purchases, {_REVENUE},
            date_trunc('millisecond', min(instant))::timestamp_ms as first_event_time,
            date_trunc('millisecond', max(instant))::timestamp_ms as last_event_time
        from hour_events group by user_id, session_id
    """,
}
