"""Every table of the order book: its columns, their types and meaning, its partition keys.

The template declares the same tables in the Glue Data Catalog; a test holds the two together.
"""

from pyspark.sql import types as T

from glue_jobs.lake.tables import Table, nullable, required

TEXT, TIME, DATE = T.StringType(), T.TimestampType(), T.DateType()
INTEGER, COUNT = T.IntegerType(), T.LongType()
PRICE = T.DecimalType(10, 2)
AMOUNT = T.DecimalType(12, 2)
MEAN = T.DecimalType(18, 2)
# The widest there is: to a decimal sum that overflows Spark answers NULL, not an error.
REVENUE = T.DecimalType(38, 2)
TEXTS = T.ArrayType(TEXT, containsNull=False)
COUNTS = T.MapType(TEXT, COUNT, valueContainsNull=False)

DAY_KEYS = ("dt",)
FILE_KEYS = ("source", "dt")  # of tables about raw files: `dt` is the day of delivery


def _table(
    layer: str,
    name: str,
    meaning: str,
    *columns: T.StructField,
    keys: tuple[str, ...] = DAY_KEYS,
) -> Table:
    return Table(layer, name, meaning, T.StructType([*columns]), keys)


# -------- bronze
# What a run says of a raw file as a whole.
LOADED = "loaded"
UNBALANCED = "unbalanced"

FILE_RECEIPTS = _table(
    "bronze",
    "file_receipts",
    "What was delivered and what became of it; one row per delivered file.",
    nullable("landing_key", TEXT, "Where the sender put it."),
    nullable("version_id", TEXT, "Its version there."),
    nullable("raw_key", TEXT, "Where its records lie; NULL if it was refused."),
    nullable("sha256", TEXT, "SHA-256 of its bytes."),
    nullable("duplicate_of", TEXT, "The file that had the same bytes before; NULL if none had."),
    nullable("bytes", COUNT, "Its size."),
    nullable("records", COUNT, "Its records, whatever is wrong with them."),
    nullable("columns", TEXTS, "Its columns or fields; 1,000 at the most."),
    nullable("unknown_fields", TEXTS, "Those outside the contract."),
    nullable("verdict", TEXT, "accepted or refused."),
    nullable("reasons", TEXTS, "Why it was refused."),
    nullable("received_at", TEXT, "When its upload began, ISO 8601, UTC."),
    keys=("source", "date"),
)

COMMERCE_LEDGER = _table(
    "bronze",
    "commerce_ledger",
    "What became of every record; one row per raw file.",
    required("source_file", TEXT, "S3 URI of the raw file."),
    required("state", TEXT, "loaded; or unbalanced, which is not loaded."),
    nullable("error", TEXT, "Why nothing of the file is loaded; NULL if it is."),
    nullable("bytes", COUNT, "Size of the raw file."),
    required("lines", COUNT, "Records: accepted + duplicates + rejected."),
    required("accepted", COUNT, "Rows that silver holds from this file."),
    required("duplicates", COUNT, "Valid records whose row silver holds from another one."),
    required("rejected", COUNT, "Records that broke a rule."),
    required("reasons", COUNTS, "Rejected records by reason, as in rejected_records."),
    required(
        "unknown_fields", TEXTS, "Names of fields outside the contract, sorted; 1,000 at the most."
    ),
    nullable("first_event_time", TIME, "Earliest moment of what the valid records say, UTC."),
    nullable("last_event_time", TIME, "Latest moment of what the valid records say, UTC."),
    required("run_id", TEXT, "The job run that wrote this row."),
    nullable("etag", TEXT, "ETag of the version that was read."),
    nullable("modified_time", TIME, "When that version was written, UTC."),
    keys=FILE_KEYS,
)

QUALITY_RESULTS = _table(
    "bronze",
    "quality_results",
    "What the quality gate found; one row per check, source and run of the gate.",
    nullable("check_name", TEXT, "What was checked."),
    nullable("source", TEXT, "Of which source or table; NULL if of all."),
    nullable("severity", TEXT, "fail or warn; or accepted: somebody takes a failure as it is."),
    nullable("observed", T.DoubleType(), "What was found; NULL if there was nothing to look at."),
    nullable("bound", T.DoubleType(), "What it is held against."),
    nullable("passed", T.BooleanType(), "Whether it is within."),
    nullable("detail", TEXT, "What was promised and found; of an acceptance, why."),
    nullable("run_id", TEXT, "The run of the gate that found it."),
    nullable("checked_at", TIME, "When, UTC."),
)

REJECTED_RECORDS = _table(
    "bronze",
    "rejected_records",
    "Records that broke a rule; one row per distinct line of a raw file.",
    required("source_file", TEXT, "S3 URI of the raw file."),
    required("reason", TEXT, "The broken rules, comma-separated."),
    required("raw_line", TEXT, "The line of the raw file."),
    required("occurrences", COUNT, "How often the file holds this line."),
    keys=FILE_KEYS,
)

# -------- silver
_SOURCE_FILE = required("source_file", TEXT, "S3 URI of the raw file that had the row first.")
_EFFECTIVE = (
    required("first_effective", TIME, "The earliest time at which the row was true, UTC."),
    required("last_effective", TIME, "The latest time at which the row was true, UTC."),
)

TRANSACTIONS = _table(
    "silver",
    "transactions",
    "Lines of orders as they were delivered; one row per distinct record and day of sale.",
    required("transaction_id", TEXT, "The line of an order."),
    nullable("order_id", TEXT, "The order; NULL if not delivered."),
    required("customer_id", TEXT, "Who bought."),
    required("product_id", TEXT, "What was bought."),
    required("quantity", INTEGER, "Pieces."),
    nullable("price", PRICE, "US dollars a piece; NULL if not in whole cents."),
    required("total_amount", AMOUNT, "US dollars for all pieces."),
    nullable("transaction_time", TIME, "When it was sold, UTC, ms; NULL if only the day is known."),
    required("status", TEXT, "completed, returned or refunded."),
    *_EFFECTIVE,
    _SOURCE_FILE,
)

PRODUCTS = _table(
    "silver",
    "products",
    "The catalogue as it was delivered; one row per distinct record and day of delivery.",
    required("product_id", TEXT, "The product."),
    required("name", TEXT, "What it is called."),
    required("category", TEXT, "Its category, lower case."),
    nullable("brand", TEXT, "Who makes it; NULL if not delivered."),
    required("price", PRICE, "US dollars a piece."),
    required("stock", INTEGER, "Pieces in stock."),
    required("effective_time", TIME, "When this was true, UTC, ms."),
    _SOURCE_FILE,
)

CUSTOMERS = _table(
    "silver",
    "customers",
    "Customers as they were delivered; one row per distinct record and day of delivery.",
    required("customer_id", TEXT, "The customer."),
    required("name", TEXT, "Who it is."),
    required("email", TEXT, "The address."),
    nullable("city", TEXT, "Where the customer lives; NULL if not delivered."),
    required("signup_date", DATE, "When the customer signed up."),
    required("effective_time", TIME, "When this was true, UTC, ms."),
    _SOURCE_FILE,
)

REVIEWS = _table(
    "silver",
    "reviews",
    "Reviews as they were delivered; one row per distinct record and day of review.",
    required("review_id", TEXT, "The review."),
    required("product_id", TEXT, "What it is about."),
    required("customer_id", TEXT, "Who wrote it."),
    required("rating", INTEGER, "Stars, 1 to 5."),
    nullable("review_text", TEXT, "What it says; NULL if nothing."),
    *_EFFECTIVE,
    _SOURCE_FILE,
)

CLICKSTREAM = _table(
    "silver",
    "clickstream",
    "The daily export of a shop's clicks; one row per distinct record and day.",
    required("session_id", TEXT, "The visit."),
    nullable("customer_id", TEXT, "Who it is; NULL if nobody knows."),
    required("event_type", TEXT, "What the visitor did."),
    nullable("page", TEXT, "Where."),
    nullable("device", TEXT, "desktop, mobile or tablet; NULL if unknown."),
    nullable("product_id", TEXT, "The product concerned."),
    required("event_time", TIME, "When it happened, UTC, ms."),
    _SOURCE_FILE,
)

# -------- gold
FCT_TRANSACTIONS = _table(
    "gold",
    "fct_transactions",
    "Sales as they are known now; one row per transaction and day of sale.",
    required("transaction_id", TEXT, "The line of an order."),
    nullable("order_id", TEXT, "The order; NULL if not delivered."),
    required("customer_id", TEXT, "Who bought."),
    required("product_id", TEXT, "What was bought."),
    required("quantity", INTEGER, "Pieces."),
    nullable("price", PRICE, "US dollars a piece; NULL if not in whole cents."),
    required("gross_amount", AMOUNT, "US dollars that it was sold for."),
    required("returned_amount", AMOUNT, "US dollars of it that came back: all or nothing."),
    required("net_amount", AMOUNT, "US dollars that are left."),
    required("status", TEXT, "completed, returned or refunded."),
    nullable("transaction_time", TIME, "When it was sold, UTC, ms; NULL if only the day is known."),
    nullable(
        "reversed_time", TIME, "When it was first known to have come back; NULL if it did not."
    ),
    nullable("refunded_time", TIME, "When it was first known to be refunded; NULL if it is not."),
    required("versions", INTEGER, "Distinct records that were delivered of it."),
)

_SALES = (
    required("transactions", COUNT, "Lines of orders."),
    required("orders", COUNT, "Orders."),
    required("units", COUNT, "Pieces sold, also those that came back."),
    required("gross_revenue", REVENUE, "US dollars of all sales."),
    required("returned_revenue", REVENUE, "US dollars of what came back."),
    required("net_revenue", REVENUE, "US dollars that are left."),
)
_COMPLETED_ORDERS = required("completed_orders", COUNT, "Orders of which a line did not come back.")

DAILY_PRODUCT_SALES = _table(
    "gold",
    "daily_product_sales",
    "What a product sold on a day; one row per day of sale and product.",
    required("product_id", TEXT, "The product."),
    *_SALES[:3],
    required("units_returned", COUNT, "Pieces that came back."),
    *_SALES[3:],
)

DAILY_CUSTOMER_SALES = _table(
    "gold",
    "daily_customer_sales",
    "What a customer bought on a day; one row per day of sale and customer.",
    required("customer_id", TEXT, "The customer."),
    _SALES[1],
    _COMPLETED_ORDERS,
    _SALES[0],
    *_SALES[2:],
)

DAILY_SALES_SUMMARY = _table(
    "gold",
    "daily_sales_summary",
    "A day's sales; one row per day that has some.",
    *_SALES[:2],
    _COMPLETED_ORDERS,
    required("unique_customers", COUNT, "Customers who bought."),
    *_SALES[2:],
    nullable("avg_order_value", MEAN, "Net revenue a completed order, US dollars; NULL without."),
)

# Types of events, the steps of a visit; each is counted in a column of its plural.
STEPS = ("page_view", "product_view", "add_to_cart", "checkout", "purchase")
_VISITS_THAT = "Visits in which somebody {}."

DAILY_DEVICE_SESSIONS = _table(
    "gold",
    "daily_device_sessions",
    "What visits did by device; one row per day and device.",
    nullable("device", TEXT, "desktop, mobile or tablet; NULL if unknown."),
    required("sessions", COUNT, "Visits."),
    required("page_views", COUNT, "Page views."),
    required("product_views", COUNT, "Views of a product."),
    required("add_to_carts", COUNT, "Times a product was put into a cart."),
    required("checkouts", COUNT, "Times somebody went to pay."),
    required("purchases", COUNT, "Purchases."),
    required("sessions_that_viewed", COUNT, _VISITS_THAT.format("viewed a product")),
    required("sessions_that_added", COUNT, _VISITS_THAT.format("put one into a cart")),
    required("sessions_that_checked_out", COUNT, _VISITS_THAT.format("went to pay")),
    required("sessions_that_bought", COUNT, _VISITS_THAT.format("bought")),
)

SILVER = (TRANSACTIONS, PRODUCTS, CUSTOMERS, REVIEWS, CLICKSTREAM)
DAILY = (DAILY_PRODUCT_SALES, DAILY_CUSTOMER_SALES, DAILY_SALES_SUMMARY)
FACTS = (FCT_TRANSACTIONS, *DAILY)
# What is made anew of a day of silver whenever it changes.
GOLD_OF = {TRANSACTIONS: FACTS, CLICKSTREAM: (DAILY_DEVICE_SESSIONS,)}
GOLD = tuple(table for made in GOLD_OF.values() for table in made)
# What the job that loads writes; functions and the quality gate write the rest.
WRITTEN = (COMMERCE_LEDGER, REJECTED_RECORDS, *SILVER, *GOLD)
TABLES = (FILE_RECEIPTS, QUALITY_RESULTS, *WRITTEN)

# What a row says of its deliveries; all else is its content.
OF_DELIVERY = ("source_file", "first_effective", "last_effective")


def content_of(table: Table) -> list[str]:
    """Return the columns that make two rows of a day the same."""
    return [name for name in table.columns.names if name not in OF_DELIVERY]


def table_named(name: str) -> Table:
    """Return the table of a name."""
    return next(table for table in TABLES if table.name == name)


# The table of silver that has the records of a source.
SILVER_OF = {
    "transactions": TRANSACTIONS,
    "sales": TRANSACTIONS,
    "products": PRODUCTS,
    "customers": CUSTOMERS,
    "reviews": REVIEWS,
    "clickstream": CLICKSTREAM,
}
