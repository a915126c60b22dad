"""Every table: its columns, their types and meaning, its partition keys.

The template declares the same tables in the Glue Data Catalog; a test holds the two together.
"""

from dataclasses import dataclass

from pyspark.sql import types as T

PRICE = T.DecimalType(10, 2)
# The widest there is: to a decimal sum that overflows Spark answers NULL, not an error.
REVENUE = T.DecimalType(38, 2)

PAGE_VIEW = "page_view"
ADD_TO_CART = "add_to_cart"
REMOVE_FROM_CART = "remove_from_cart"
PURCHASE = "purchase"
SEARCH = "search"
EVENT_TYPES = (PAGE_VIEW, ADD_TO_CART, REMOVE_FROM_CART, PURCHASE, SEARCH)

HOUR_KEYS = ("dt", "hour")


def _column(
    name: str, data_type: T.DataType, meaning: str, *, required: bool = False
) -> T.StructField:
    return T.StructField(name, data_type, nullable=not required, metadata={"comment": meaning})


@dataclass(frozen=True)
class Table:
    """One table of the dataset.

    ``layer`` names the database (bronze, silver, gold) and the first part of the table's path in
    the analytics bucket; ``partition_keys`` are strings, zero-padded.
    """

    layer: str
    name: str
    meaning: str
    columns: T.StructType
    partition_keys: tuple[str, ...] = HOUR_KEYS

    @property
    def path(self) -> str:
        """Where the table lies in the analytics bucket, with a slash at the end."""
        return f"{self.layer}/{self.name}/"

    @property
    def partitioned_columns(self) -> T.StructType:
        """The table's columns followed by its partition keys."""
        keys = [T.StructField(key, T.StringType()) for key in self.partition_keys]
        return T.StructType([*self.columns.fields, *keys])


RAW_EVENTS = Table(
    "bronze",
    "raw_events",
    "The JSON lines where they lie, every field as text; one row per line.",
    T.StructType([
        _column("timestamp", T.StringType(), "When it happened, ISO 8601 with a zone."),
        _column("user_id", T.StringType(), "Who did it."),
        _column("session_id", T.StringType(), "The visit it belongs to."),
        _column("event_type", T.StringType(), "What the visitor did."),
        _column("product_id", T.StringType(), "The product concerned; NULL for a search."),
        _column("quantity", T.StringType(), "Pieces put in, taken out or bought; else NULL."),
        _column("price", T.StringType(), "US dollars a piece, where there is a quantity."),
        _column("category", T.StringType(), "The product's category; NULL for a search."),
        _column("search_query", T.StringType(), "What was searched for; NULL but for a search."),
    ]),
    partition_keys=("year", "month", "day", "hour"),
)

REJECTED_EVENTS = Table(
    "bronze",
    "rejected_events",
    "Lines that broke a rule; one row per distinct line of a file.",
    T.StructType([
        _column("source_file", T.StringType(), "S3 URI of the raw file.", required=True),
        _column("reason", T.StringType(), "The broken rules, comma-separated.", required=True),
        _column("raw_line", T.StringType(), "The line as delivered, up to 64 KiB.", required=True),
        _column("occurrences", T.LongType(), "How often the file holds this line.", required=True),
    ]),
)

# What became of a raw file as a whole.
LOADED = "loaded"
UNREADABLE = "unreadable"
IGNORED = "ignored"

LOAD_LEDGER = Table(
    "bronze",
    "load_ledger",
    "What became of every line; one row per raw file.",
    T.StructType([
        _column("source_file", T.StringType(), "S3 URI of the raw file.", required=True),
        _column(
            "state",
            T.StringType(),
            "loaded, unreadable (moved aside), or ignored.",
            required=True,
        ),
        _column("error", T.StringType(), "Why nothing of the file is loaded; NULL if it is."),
        _column("bytes", T.LongType(), "Size of the raw file; NULL if it was gone by then."),
        _column(
            "lines",
            T.LongType(),
            "Lines that are not blank: accepted + duplicates + rejected.",
            required=True,
        ),
        _column(
            "accepted", T.LongType(), "Events that silver holds from this file.", required=True
        ),
        _column(
            "duplicates",
            T.LongType(),
            "Valid lines whose event silver holds from another line.",
            required=True,
        ),
        _column("rejected", T.LongType(), "Lines that broke a rule.", required=True),
        _column(
            "reasons",
            T.MapType(T.StringType(), T.LongType(), valueContainsNull=False),
            "Rejected lines by reason, as in rejected_events.",
            required=True,
        ),
        _column(
            "unknown_fields",
            T.ArrayType(T.StringType(), containsNull=False),
            "Names of fields outside the contract, sorted; 1,000 at the most.",
            required=True,
        ),
        _column("first_event_time", T.TimestampType(), "Earliest valid event, UTC."),
        _column("last_event_time", T.TimestampType(), "Latest valid event, UTC."),
        _column("run_id", T.StringType(), "The job run that wrote this row.", required=True),
        _column("etag", T.StringType(), "ETag of the version that was read; NULL if unknown."),
        _column("modified_time", T.TimestampType(), "When that version was written, UTC."),
    ]),
)

EVENTS = Table(
    "silver",
    "events",
    "Distinct valid events, typed; one row per event.",
    T.StructType([
        _column("event_time", T.TimestampType(), "When it happened, UTC, ms.", required=True),
        _column(
            "event_time_micros",
            T.IntegerType(),
            "Microseconds beyond event_time, 0 to 999.",
            required=True,
        ),
        _column("user_id", T.StringType(), "Who did it.", required=True),
        _column("session_id", T.StringType(), "The visit it belongs to.", required=True),
        _column("event_type", T.StringType(), "What the visitor did.", required=True),
        _column("product_id", T.StringType(), "The product concerned; NULL for a search."),
        _column("quantity", T.IntegerType(), "Pieces put in, taken out or bought; else NULL."),
        _column("price", PRICE, "US dollars a piece, where there is a quantity."),
        _column("category", T.StringType(), "The product's category; NULL for a search."),
        _column("search_query", T.StringType(), "What was searched for; NULL but for a search."),
        _column("source_file", T.StringType(), "S3 URI of the raw file.", required=True),
    ]),
)
# What makes two lines the same event. It holds the instant, so copies share a partition.
EVENT_KEY = tuple(name for name in EVENTS.columns.names if name != "source_file")
# What moves instead of rows: a Parquet file of an hour, ``body``.
FILES = T.StructType([
    *(T.StructField(key, T.StringType()) for key in HOUR_KEYS),
    T.StructField("body", T.BinaryType()),
])
NAMED_FILES = T.StructType([*FILES, T.StructField("name", T.StringType())])
TABLE_FILES = T.StructType([*NAMED_FILES, T.StructField("table", T.StringType())])

CONVERSION_FUNNEL = Table(
    "gold",
    "conversion_funnel",
    "Steps from view to purchase; one row per hour and product.",
    T.StructType([
        _column("product_id", T.StringType(), "The product.", required=True),
        _column("category", T.StringType(), "Its category; the first by name if several."),
        _column("page_views", T.LongType(), "Page views.", required=True),
        _column("add_to_carts", T.LongType(), "Times put into a cart.", required=True),
        _column("removals", T.LongType(), "Times taken out of a cart.", required=True),
        _column("purchases", T.LongType(), "Purchase events.", required=True),
    ]),
)

HOURLY_REVENUE = Table(
    "gold",
    "hourly_revenue",
    "What purchases brought in; one row per hour that has events.",
    T.StructType([
        _column("revenue", REVENUE, "Price x quantity of purchases, US dollars.", required=True),
        _column("purchases", T.LongType(), "Purchase events.", required=True),
        _column("units", T.LongType(), "Pieces bought.", required=True),
    ]),
)

TOP_PRODUCTS = Table(
    "gold",
    "top_products",
    "Page views; one row per hour and product that was viewed.",
    T.StructType([
        _column("product_id", T.StringType(), "The product.", required=True),
        _column("page_views", T.LongType(), "Page views.", required=True),
    ]),
)

CATEGORY_PERFORMANCE = Table(
    "gold",
    "category_performance",
    "Events by type; one row per hour, category and event type.",
    T.StructType([
        _column("category", T.StringType(), "The category; NULL for searches."),
        _column("event_type", T.StringType(), "What the visitors did.", required=True),
        _column("events", T.LongType(), "Events of that type.", required=True),
    ]),
)

USER_ACTIVITY = Table(
    "gold",
    "user_activity",
    "What each user did in each visit; one row per hour, user and session.",
    T.StructType([
        _column("user_id", T.StringType(), "The user.", required=True),
        _column("session_id", T.StringType(), "The visit.", required=True),
        _column("events", T.LongType(), "Events of any type.", required=True),
        _column("page_views", T.LongType(), "Page views.", required=True),
        _column("add_to_carts", T.LongType(), "Times a product was put in.", required=True),
        _column("purchases", T.LongType(), "Purchase events.", required=True),
        _column("revenue", REVENUE, "Price x quantity of purchases, US dollars.", required=True),
        _column("first_event_time", T.TimestampType(), "First event, UTC.", required=True),
        _column("last_event_time", T.TimestampType(), "Last event, UTC.", required=True),
    ]),
)

GOLD = (CONVERSION_FUNNEL, HOURLY_REVENUE, TOP_PRODUCTS, CATEGORY_PERFORMANCE, USER_ACTIVITY)
TABLES = (RAW_EVENTS, REJECTED_EVENTS, LOAD_LEDGER, EVENTS, *GOLD)
