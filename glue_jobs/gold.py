"""Events of an hour become the five aggregates.

Everything is at an hourly, mergeable grain: days are sums, or distinct counts over keys, in SQL.
Two aggregations read the events, the rest are sums over the first.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from glue_jobs.schemas import (
    ADD_TO_CART,
    CATEGORY_PERFORMANCE,
    CONVERSION_FUNNEL,
    HOUR_KEYS,
    HOURLY_REVENUE,
    PAGE_VIEW,
    PURCHASE,
    REMOVE_FROM_CART,
    REVENUE,
    TOP_PRODUCTS,
    USER_ACTIVITY,
    Table,
)


def aggregates(events: DataFrame) -> dict[Table, DataFrame]:
    """Return the rows of each gold table of ``events``, silver rows with keys."""
    products = product_hours(events).persist()  # four tables are sums over it
    tables = {
        CONVERSION_FUNNEL: conversion_funnel(products),
        HOURLY_REVENUE: hourly_revenue(products),
        TOP_PRODUCTS: top_products(products),
        CATEGORY_PERFORMANCE: category_performance(products),
        USER_ACTIVITY: user_activity(events),
    }
    return {table: rows.select(*table.partitioned_columns.names) for table, rows in tables.items()}


def product_hours(events: DataFrame) -> DataFrame:
    """Count events by hour, product, category and event type.

    Rows: one per combination; searches have neither product nor category.
    Columns: the four, ``events``, and of purchases ``units`` and ``revenue`` (US dollars).
    """
    return events.groupBy(*HOUR_KEYS, "product_id", "category", "event_type").agg(
        F.count("*").alias("events"),
        _of_purchases(F.col("quantity").cast("long")).alias("units"),
        _of_purchases(F.col("price") * F.col("quantity")).cast(REVENUE).alias("revenue"),
    )


def conversion_funnel(products: DataFrame) -> DataFrame:
    """Rows: one per hour and product."""
    return (
        products
        .where(F.col("product_id").isNotNull())
        .groupBy(*HOUR_KEYS, "product_id")
        .agg(
            F.min("category").alias("category"),
            _events_of(PAGE_VIEW).alias("page_views"),
            _events_of(ADD_TO_CART).alias("add_to_carts"),
            _events_of(REMOVE_FROM_CART).alias("removals"),
            _events_of(PURCHASE).alias("purchases"),
        )
    )


def hourly_revenue(products: DataFrame) -> DataFrame:
    """Rows: one per hour that has events; zero where nothing was bought, for that is known."""
    return products.groupBy(*HOUR_KEYS).agg(
        F.sum("revenue").cast(REVENUE).alias("revenue"),
        _events_of(PURCHASE).alias("purchases"),
        F.sum("units").alias("units"),
    )


def top_products(products: DataFrame) -> DataFrame:
    """Rows: one per hour and product that was viewed."""
    views = products.where(F.col("event_type") == PAGE_VIEW)
    return views.groupBy(*HOUR_KEYS, "product_id").agg(F.sum("events").alias("page_views"))


def category_performance(products: DataFrame) -> DataFrame:
    """Rows: one per hour, category (NULL for searches) and event type."""
    return products.groupBy(*HOUR_KEYS, "category", "event_type").agg(
        F.sum("events").alias("events")
    )


def user_activity(events: DataFrame) -> DataFrame:
    """Rows: one per hour, user and session."""
    return events.groupBy(*HOUR_KEYS, "user_id", "session_id").agg(
        F.count("*").alias("events"),
        _count_of(PAGE_VIEW).alias("page_views"),
        _count_of(ADD_TO_CART).alias("add_to_carts"),
        _count_of(PURCHASE).alias("purchases"),
        _of_purchases(F.col("price") * F.col("quantity")).cast(REVENUE).alias("revenue"),
        F.min("event_time").alias("first_event_time"),
        F.max("event_time").alias("last_event_time"),
    )


def _is(event_type: str) -> Column:
    return F.col("event_type") == event_type


def _count_of(event_type: str) -> Column:
    """Count the rows that are events of one type."""
    return F.count_if(_is(event_type))


def _events_of(event_type: str) -> Column:
    """Add up the counted events of one type."""
    return F.sum(F.when(_is(event_type), F.col("events")).otherwise(0))


def _of_purchases(amount: Column) -> Column:
    """Add up an amount over purchases; zero if there are none."""
    return F.coalesce(F.sum(F.when(_is(PURCHASE), amount)), F.lit(0))
