"""Every table: its columns, their types and meaning, its partition keys.

The template declares the same tables in the Glue Data Catalog; a test holds the two together.
"""

from pyspark.sql import types as T

from glue_jobs.lake.tables import Table, nullable, required

HOUR_KEYS = ("dt", "hour")
TEXT, BYTES, TIME = T.StringType(), T.BinaryType(), T.TimestampType()
INTEGER, COUNT = T.IntegerType(), T.LongType()
PRICE = T.DecimalType(10, 2)
# The widest there is: to a decimal sum that overflows Spark answers NULL, not an error.
REVENUE = T.DecimalType(38, 2)
TEXTS = T.ArrayType(TEXT, containsNull=False)
COUNTS = T.MapType(TEXT, COUNT, valueContainsNull=False)


def _by_hour(
    layer: str, name: str, meaning: str, *columns: T.StructField, is_appended: bool = False
) -> Table:
    return Table(layer, name, meaning, T.StructType([*columns]), HOUR_KEYS, is_appended)


REJECTED_EVENTS = _by_hour(
    "bronze",
    "rejected_events",
    "Lines that broke a rule; one row per distinct line of a file.",
    required("source_file", TEXT, "S3 URI of the raw file."),
    required("reason", TEXT, "The broken rules, comma-separated."),
    required("raw_line", TEXT, "The line as delivered, up to 64 KiB."),
    required("occurrences", COUNT, "How often the file holds this line."),
)

# What became of a raw file as a whole.
LOADED = "loaded"
UNREADABLE = "unreadable"
IGNORED = "ignored"

LOAD_LEDGER = _by_hour(
    "bronze",
    "load_ledger",
    "What became of every line; one row per raw file.",
    required("source_file", TEXT, "S3 URI of the raw file."),
    required("state", TEXT, "loaded, unreadable (moved aside), or ignored."),
    nullable("error", TEXT, "Why nothing of the file is loaded; NULL if it is."),
    nullable("bytes", COUNT, "Size of the raw file; NULL if it was gone by then."),
    required("lines", COUNT, "Lines that are not blank: accepted + duplicates + rejected."),
    required("accepted", COUNT, "Events that silver holds from this file."),
    required("duplicates", COUNT, "Valid lines whose event silver holds from another line."),
    required("rejected", COUNT, "Lines that broke a rule."),
    required("reasons", COUNTS, "Rejected lines by reason, as in rejected_events."),
    required(
        "unknown_fields", TEXTS, "Names of fields outside the contract, sorted; 1,000 at the most."
    ),
    nullable("first_event_time", TIME, "Earliest valid event, UTC."),
    nullable("last_event_time", TIME, "Latest valid event, UTC."),
    required("run_id", TEXT, "The job run that wrote this row."),
    nullable("etag", TEXT, "ETag of the version that was read; NULL if unknown."),
    nullable("modified_time", TIME, "When that version was written, UTC."),
)

EVENTS = _by_hour(
    "silver",
    "events",
    "Distinct valid events, typed; one row per event.",
    required("event_time", TIME, "When it happened, UTC, ms."),
    required("event_time_micros", INTEGER, "Microseconds beyond event_time, 0 to 999."),
    required("user_id", TEXT, "Who did it."),
    required("session_id", TEXT, "The visit it belongs to."),
    required("event_type", TEXT, "What the visitor did."),
    nullable("product_id", TEXT, "The product concerned; NULL for a search."),
    nullable("quantity", INTEGER, "Pieces put in, taken out or bought; else NULL."),
    nullable("price", PRICE, "US dollars a piece, where there is a quantity."),
    nullable("category", TEXT, "The product's category; NULL for a search."),
    nullable("search_query", TEXT, "What was searched for; NULL but for a search."),
    required("source_file", TEXT, "S3 URI of the raw file."),
    is_appended=True,
)
# What makes two lines the same event. It holds the instant, so duplicates share a partition.
EVENT_KEY = tuple(name for name in EVENTS.columns.names if name != "source_file")

RAW_EVENTS = Table(
    "bronze",
    "raw_events",
    "The JSON lines where they lie, every field as text; one row per line.",
    T.StructType([
        nullable("timestamp", TEXT, "When it happened, ISO 8601 with a zone."),
        *(nullable(of.name, TEXT, of.metadata["comment"]) for of in EVENTS.columns.fields[2:-1]),
    ]),
    partition_keys=("year", "month", "day", "hour"),
)

CONVERSION_FUNNEL = _by_hour(
    "gold",
    "conversion_funnel",
    "Steps from view to purchase; one row per hour and product.",
    required("product_id", TEXT, "The product."),
    nullable("category", TEXT, "Its category; the first by name if several."),
    required("page_views", COUNT, "Page views."),
    required("add_to_carts", COUNT, "Times put into a cart."),
    required("removals", COUNT, "Times taken out of a cart."),
    required("purchases", COUNT, "Purchase events."),
)

HOURLY_REVENUE = _by_hour(
    "gold",
    "hourly_revenue",
    "What purchases brought in; one row per hour that has events.",
    required("revenue", REVENUE, "Price x quantity of purchases, US dollars."),
    required("purchases", COUNT, "Purchase events."),
    required("units", COUNT, "Pieces bought."),
)

TOP_PRODUCTS = _by_hour(
    "gold",
    "top_products",
    "Page views; one row per hour and product that was viewed.",
    required("product_id", TEXT, "The product."),
    required("page_views", COUNT, "Page views."),
)

CATEGORY_PERFORMANCE = _by_hour(
    "gold",
    "category_performance",
    "Events by type; one row per hour, category and event type.",
    nullable("category", TEXT, "The category; NULL for searches."),
    required("event_type", TEXT, "What the visitors did."),
    required("events", COUNT, "Events of that type."),
)

USER_ACTIVITY = _by_hour(
    "gold",
    "user_activity",
    "What each user did in each visit; one row per hour, user and session.",
    required("user_id", TEXT, "The user."),
    required("session_id", TEXT, "The visit."),
    required("events", COUNT, "Events of any type."),
    required("page_views", COUNT, "Page views."),
    required("add_to_carts", COUNT, "Times a product was put in."),
    required("purchases", COUNT, "Purchase events."),
    required("revenue", REVENUE, "Price x quantity of purchases, US dollars."),
    required("first_event_time", TIME, "First event, UTC."),
    required("last_event_time", TIME, "Last event, UTC."),
)

GOLD = (CONVERSION_FUNNEL, HOURLY_REVENUE, TOP_PRODUCTS, CATEGORY_PERFORMANCE, USER_ACTIVITY)
WRITTEN = (REJECTED_EVENTS, LOAD_LEDGER, EVENTS, *GOLD)  # by the job
TABLES = (RAW_EVENTS, *WRITTEN)
# A file of any of several tables.
TABLE_FILES = EVENTS.packed_columns

# A line that was validated: an event, or NULLs and the reasons why it is none.
VALIDATED = T.StructType([
    *(T.StructField(column.name, column.dataType) for column in EVENTS.columns),
    T.StructField("reason", TEXT),
    T.StructField("raw_line", TEXT),
    T.StructField("unknown_fields", TEXTS),
])
