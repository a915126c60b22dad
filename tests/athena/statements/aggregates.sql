select sum(x) from (values 1.10, 2.20, 3.35, null) as t (x);
select avg(x) from (values 1.10, 2.20, 3.35, null) as t (x);
select count(x) from (values 1.10, 2.20, 3.35, null) as t (x);
select count(*) from (values 1.10, 2.20, 3.35, null) as t (x);
select sum(x) filter (where x > 2) from (values 1.10, 2.20, 3.35, null) as t (x);
select avg(cast(x as double)) from (values 1.10, 2.20, 3.35, null) as t (x);
select min(x) from (values 1.10, 2.20, 3.35, null) as t (x);
select count(distinct x > 2) from (values 1.10, 2.20, 3.35, null) as t (x);
select count_if(x > 2) from (values 1.10, 2.20, 3.35, null) as t (x);
select approx_distinct(x) from (values 1.10, 2.20, 3.35, null) as t (x);
select max_by(x, -x) from (values 1.10, 2.20, 3.35, null) as t (x);
select array_agg(x order by x desc) from (values 1.10, 2.20, 3.35, null) as t (x);
select bool_and(x > 2) from (values 1.10, 2.20, 3.35, null) as t (x);
select sum(x) filter (where x > 99) from (values 1.10, 2.20, 3.35, null) as t (x);
select avg(x) filter (where x > 99) from (values 1.10, 2.20, 3.35, null) as t (x);
select count(*), count(x), sum(x), avg(x), min(x), max(x) from (values 1, 2, null) t (x);
select sum(x), avg(x), min(x), count(x) from (select 1 as x where false) t;
select sum(x), avg(x) from (values 1e0, 2e0, null) t (x);
select sum(cast(x as real)), avg(cast(x as real)) from (values 1.5, 2.5) t (x);
select sum(cast(x as smallint)) from (values 1, 2) t (x);
select avg(x) from (values 1, 2) t (x);
select k, count(*), sum(v) from (values ('a', 1), (null, 2), ('a', 3), (null, 4)) t (k, v) group by k order by k;
select k, sum(v) from (values ('a', 1), ('b', 2)) t (k, v) group by 1 having sum(v) > 1 order by 1;
select count(distinct k), count(distinct v) from (values ('a', 1), (null, 2), ('a', 1)) t (k, v);
select approx_distinct(x) from (values 1, 2, 2, null) t (x);
select approx_distinct(x) from (values cast(null as varchar)) t (x);
select bool_and(x), bool_or(x), every(x) from (values true, null, false) t (x);
select count_if(x), count(*) filter (where x) from (values true, null, false, true) t (x);
select bitwise_or_agg(x), bitwise_and_agg(x), bitwise_xor_agg(x) from (values 3, 6, null) t (x);
select bitwise_or_agg(x), bitwise_and_agg(x), bitwise_xor_agg(x) from (select 1 as x where false) t;
select bitwise_or_agg(x) filter (where x > 1) from (values cast(1 as tinyint), cast(-2 as tinyint), cast(4 as tinyint)) t (x);
select bitwise_or_agg(x) from (values 1.5) t (x);
select arbitrary(x), any_value(x) from (values 5, 5) t (x);
select array_agg(x order by x) from (values 3, 1, 2) t (x);
select array_agg(x order by x desc nulls first) filter (where x is null or x > 1) from (values 3, null, 1, 2) t (x);
select array_agg(x) from (select 1 as x where false) t;
select max_by(k, v), min_by(k, v) from (values ('a', 1), ('b', 3), ('c', 2)) t (k, v);
-- refused: max with a number of results
select max(x, 2), min(x, 2) from (values 3, 1, 2) t (x);
-- refused: max_by with a number of results
select max_by(k, v, 2) from (values ('a', 1), ('b', 3), ('c', 2)) t (k, v);
select listagg(s, ', ') within group (order by s) from (values 'b', 'a', null) t (s);
select k, listagg(s, '-') within group (order by s desc) from (values ('x', 'a'), ('x', 'b'), ('y', 'c')) t (k, s) group by k order by k;
select stddev(x), stddev_pop(x), stddev_samp(x) from (values 1, 2, 4) t (x);
select variance(x), var_pop(x), var_samp(x) from (values 1, 2, 4) t (x);
select stddev(x), variance(x) from (values 1) t (x);
select corr(x, y), covar_pop(x, y), covar_samp(x, y) from (values (1e0, 2e0), (2e0, 4e0), (3e0, 5e0)) t (x, y);
select regr_slope(y, x), regr_intercept(y, x) from (values (1e0, 2e0), (2e0, 4e0), (3e0, 5e0)) t (x, y);
-- refused: geometric_mean
select geometric_mean(x) from (values 2, 8) t (x);
-- refused: approx_percentile
select approx_percentile(x, 0.5) from (values 1, 2, 3, 4, 5) t (x);
-- refused: histogram
select histogram(x) from (values 1, 1) t (x);
-- refused: map_agg
select map_agg(k, v) from (values ('a', 1)) t (k, v);
-- refused: checksum
select checksum(x) from (values 1, 2) t (x);
select bitwise_and_agg(x), bitwise_or_agg(x) from (values 6, 3) t (x);
select sum(distinct x), avg(distinct x) from (values 1, 1, 2) t (x);
select min(s), max(s) from (values 'b', 'B', 'a', 'Z') t (s);
-- here: COLUMN_NOT_FOUND
select k, sum(v), grouping(k) from (values ('a', 1), ('b', 2), (null, 3)) t (k, v) group by rollup (k) order by grouping(k), k;
select a, b, count(*) from (values (1, 2), (1, 3), (2, 3)) t (a, b) group by cube (a, b) order by a, b;
select a, b, sum(c) from (values (1, 2, 3), (1, 3, 4)) t (a, b, c) group by grouping sets ((a), (b)) order by a, b;
select a, count(*) from (select 1 as a where false) t group by a;
select count(*), sum(a) from (select 1 as a where false) t group by ();
select grouping(a) from (select 1 as a where false) t group by grouping sets ((a), ());
-- refused: reduce_agg
select reduce_agg(x, 0, (a, b) -> a + b, (a, b) -> a + b) from (values 1, 2) t (x);
-- refused: numeric_histogram
select numeric_histogram(2, x) from (values 1e0, 1e0) t (x);
select entropy(x), kurtosis(x), skewness(x) from (values 1, 2, 4, 9) t (x);
