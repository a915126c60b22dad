"""Every mart: its columns, their types and meaning.

The template declares the same tables in the Glue Data Catalog; a test holds the two together.
"""

from pyspark.sql import types as T

from glue_jobs.commerce.schemas import (
    COUNT,
    DATE,
    INTEGER,
    MEAN,
    PRICE,
    REVENUE,
    TEXT,
    TIME,
)
from glue_jobs.lake.tables import Table, nullable, required

FLAG, SHARE = T.BooleanType(), T.DoubleType()
CURRENT = ("current",)  # the one partition: to swap it replaces the whole table


def _mart(name: str, meaning: str, *columns: T.StructField) -> Table:
    return Table("gold", name, meaning, T.StructType([*columns]), ("snapshot",))


_VALIDITY = (
    required("valid_from", TIME, "From when on, UTC; of the first version 1970-01-01."),
    nullable("valid_to", TIME, "Until when, UTC: when the next one begins; NULL of the latest."),
    required("is_current", FLAG, "Whether it is the latest version."),
)
_IS_INFERRED = required("is_inferred", FLAG, "Known from sales only, so of no delivered version.")
_AS_OF = required(
    "as_of", DATE, "The newest day of delivery of which sales were loaded, else anything."
)

DIM_PRODUCTS = _mart(
    "dim_products",
    "Products as they were called, sorted and priced; one row per product and version.",
    required("product_id", TEXT, "The product."),
    *_VALIDITY,
    nullable("name", TEXT, "What it is called; NULL if inferred."),
    nullable("category", TEXT, "Its category, lower case; NULL if inferred."),
    nullable("brand", TEXT, "Who makes it; NULL if not delivered."),
    nullable("price", PRICE, "US dollars a piece; NULL if inferred."),
    nullable("stock", INTEGER, "Pieces in stock; NULL but for the latest version."),
    _IS_INFERRED,
)

DIM_CUSTOMERS = _mart(
    "dim_customers",
    "Customers as they were; one row per customer and version.",
    required("customer_id", TEXT, "The customer."),
    *_VALIDITY,
    nullable("name", TEXT, "Who it is, masked unless --show_pii is true; NULL if inferred."),
    nullable("email", TEXT, "The address, masked unless --show_pii is true; NULL if inferred."),
    nullable("city", TEXT, "Where the customer lives; NULL if not delivered."),
    nullable("signup_date", DATE, "When the customer signed up; NULL if inferred."),
    _IS_INFERRED,
)

CUSTOMER_VALUE = _mart(
    "customer_value",
    "What customers are worth; one row per customer, with or without orders.",
    _AS_OF,
    required("customer_id", TEXT, "The customer."),
    required("is_registered", FLAG, "Whether the customers that were delivered have this one."),
    nullable("first_order_date", DATE, "Day of the first order; NULL without."),
    nullable("last_order_date", DATE, "Day of the last order; NULL without."),
    required("orders", COUNT, "Orders."),
    required("completed_orders", COUNT, "Orders of which a line did not come back."),
    required("units", COUNT, "Pieces bought, also those that came back."),
    required("gross_revenue", REVENUE, "US dollars of all sales."),
    required("returned_revenue", REVENUE, "US dollars of what came back."),
    required("lifetime_value", REVENUE, "US dollars that are left."),
    nullable("avg_order_value", MEAN, "lifetime_value a completed order; NULL without."),
    nullable("recency_days", INTEGER, "Days since the last completed order; NULL without."),
    nullable("r_score", INTEGER, "1 to 5 by recency_days, 5 is recent; NULL without."),
    nullable("f_score", INTEGER, "1 to 5 by completed_orders; NULL without."),
    nullable("m_score", INTEGER, "1 to 5 by the share of customers of less value; NULL without."),
    required("segment", TEXT, "The one segment of the customer."),
)

PRODUCT_ASSOCIATIONS = _mart(
    "product_associations",
    "What is bought together; one row per kind of basket and ordered pair of products.",
    _AS_OF,
    required("basket_kind", TEXT, "order, or session: purchases of one visit and day."),
    required("product_id", TEXT, "The product."),
    required("with_product_id", TEXT, "Its partner."),
    required("baskets", COUNT, "Baskets in all, those of one product too."),
    required("baskets_product", COUNT, "Baskets with the product."),
    required("baskets_with", COUNT, "Baskets with the partner."),
    required("baskets_both", COUNT, "Baskets with both."),
    required("support", SHARE, "baskets_both / baskets."),
    required("confidence", SHARE, "baskets_both / baskets_product."),
    required("lift", SHARE, "How much more often together than by chance."),
    required("place", INTEGER, "Which partner of the product it is, by lift, then baskets_both."),
)

PRODUCT_RATINGS = _mart(
    "product_ratings",
    "How products are rated; one row per product that has a review, each review once.",
    _AS_OF,
    required("product_id", TEXT, "The product."),
    required("reviews", COUNT, "Reviews."),
    required("average_rating", SHARE, "Mean of the stars."),
    *(required(f"stars_{n}", COUNT, f"Reviews with {n} of 5 stars.") for n in range(1, 6)),
    required("last_review_date", DATE, "Day of the latest review."),
)

MARTS = (DIM_PRODUCTS, DIM_CUSTOMERS, CUSTOMER_VALUE, PRODUCT_ASSOCIATIONS, PRODUCT_RATINGS)
