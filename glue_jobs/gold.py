"""Silver's files of an hour become the five aggregates.

Everything is at an hourly, mergeable grain: days are sums, or distinct counts over keys, in SQL.
Two aggregations read the files, the rest are sums over the first.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from glue_jobs.partials import PRODUCTS, merge_sessions, of_products, of_sessions
from glue_jobs.schemas import (
    ADD_TO_CART,
    CATEGORY_PERFORMANCE,
    CONVERSION_FUNNEL,
    FILES,
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


def aggregates(files: DataFrame) -> dict[Table, DataFrame]:
    """Return what each gold table holds of silver's ``files``: the partition keys, ``body``.

    Rows of the table with its partition keys; of the user activity, which has a hundred times as
    many as the others together, files again.
    """
    products = product_hours(files).persist()  # four tables are sums over it
    return {
        CONVERSION_FUNNEL: conversion_funnel(products),
        HOURLY_REVENUE: hourly_revenue(products),
        TOP_PRODUCTS: top_products(products),
        CATEGORY_PERFORMANCE: category_performance(products),
        USER_ACTIVITY: user_activity(files),
    }


def product_hours(files: DataFrame) -> DataFrame:
    """Count events by hour, product, category and event type.

    Rows: one per combination; searches have neither product nor category.
    Columns: the four, ``events``, and of purchases ``units`` and ``revenue`` (US dollars).
    """
    return (
        files
        .mapInArrow(of_products, PRODUCTS)
        .groupBy(*HOUR_KEYS, "product_id", "category", "event_type")
        .agg(
            F.sum("events").alias("events"),
            F.sum("units").alias("units"),
            _revenue(),
        )
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
        _revenue(),
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


def user_activity(files: DataFrame) -> DataFrame:
    """Rows: one per hour, a packed file with a row per user and session."""
    visits = files.mapInArrow(of_sessions, FILES)
    return visits.groupBy(*HOUR_KEYS).applyInPandas(merge_sessions, FILES)


def _revenue() -> Column:
    return F.sum("revenue").cast(REVENUE).alias("revenue")


def _events_of(event_type: str) -> Column:
    """Add up the counted events of one type."""
    is_it = F.col("event_type") == event_type
    return F.sum(F.when(is_it, F.col("events")).otherwise(0))
