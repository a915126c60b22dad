-- product_ratings
-- One row per product that has a review; each review counts once, as it was told last.
with latest as (
    select
        max(struct(last_effective, dt, product_id, customer_id, rating, review_text)) as told
    from reviews
    group by review_id
)

select
    :as_of as as_of,
    told.product_id as product_id,
    count(*) as reviews,
    avg(told.rating) as average_rating,
    count_if(told.rating = 1) as stars_1,
    count_if(told.rating = 2) as stars_2,
    count_if(told.rating = 3) as stars_3,
    count_if(told.rating = 4) as stars_4,
    count_if(told.rating = 5) as stars_5,
    max(date(told.dt)) as last_review_date
from latest
group by told.product_id
