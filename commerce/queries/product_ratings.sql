-- product_ratings
-- The ten best and the ten worst rated products, one row each; best first. damped_rating counts five reviews of
-- the mean of all beside a product's own, so that a single review makes no best product.
with ratings as (
    select
        *,
        stars_1 + 2 * stars_2 + 3 * stars_3 + 4 * stars_4 + 5 * stars_5 as stars,
        sum(reviews) over () as all_reviews,
        sum(stars_1 + 2 * stars_2 + 3 * stars_3 + 4 * stars_4 + 5 * stars_5) over () as all_stars
    from product_ratings
),
damped as (
    select
        *,
        (stars + 5 * cast(all_stars as double) / all_reviews) / (reviews + 5) as damped_rating
    from ratings
),
placed as (
    select
        *,
        row_number() over (order by damped_rating desc, reviews desc, product_id) as place,
        row_number() over (order by damped_rating, reviews desc, product_id) as place_from_below
    from damped
)
select
    place,
    placed.product_id,
    name,
    brand,
    category,
    reviews,
    average_rating,
    damped_rating
from placed
left join dim_products on dim_products.product_id = placed.product_id and is_current
where place <= 10 or place_from_below <= 10
order by place
