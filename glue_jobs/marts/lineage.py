"""What the counts of ``baskets.py`` are made of, by the columns of ``basket_lines.sql``."""

BASKET_COUNTS = {
    "basket_kind": ("basket_kind",),
    "product_id": ("product_id",),
    "with_product_id": ("product_id",),
    "baskets": ("dt", "of_whom", "order_id"),
}
