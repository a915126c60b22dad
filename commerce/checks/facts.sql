-- facts
-- Rows of fct_transactions on the touched days that are not as the table promises; one row of counts.
select
    'fct_transactions' as source,
    count_if(
        transaction_id is null
        or customer_id is null
        or product_id is null
        or quantity is null
        or gross_amount is null
        or returned_amount is null
        or net_amount is null
        or status is null
        or versions is null
    ) as required_columns,
    count(transaction_id) - count(distinct dt || ' ' || transaction_id) as unique_transactions,
    count_if(status not in ('completed', 'returned', 'refunded')) as known_statuses,
    count_if(net_amount + returned_amount <> gross_amount) as net_and_returned
from fct_transactions
where dt between 'FirstDay' and 'LastDay'
