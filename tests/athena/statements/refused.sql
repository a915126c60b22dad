-- refused: DISTINCT in window function parameters
select count(distinct x) over () from (values 1) t (x);
-- refused: DISTINCT in window function parameters
select array_agg(distinct x order by x) over () from (values 1) t (x);
-- refused: lag of integer with a default of decimal(1,1)
select lag(x, 1, 0.5) over (order by x) from (values 1) t (x);
select truncate(1.59);
-- refused: interval day to second * integer
select interval '1' day * 2;
-- refused: integer * interval year to month
select 2 * interval '1' month;
-- refused: FETCH FIRST 2 ROWS WITH TIES
select 1 fetch first 2 rows with ties;
-- refused: array_agg(DISTINCT) of timestamps with time zone
select array_agg(distinct x) from (values timestamp '2026-03-02 00:00:00.000 UTC') t (x);
-- refused: date_add of days to a timestamp in Europe/Paris
select date_add('day', 1, timestamp '2026-03-02 00:00:00.000 UTC' at time zone 'Europe/Paris');
select date_diff('day', now(), now());
select sequence(date '2026-01-31', date '2026-03-31', interval '1' month);
-- refused: comparison of values of type map(varchar(1), integer)
select distinct m from (values map(array['a'], array[1])) t (m);
-- refused: comparison of values of type map(varchar(1), integer)
select m from (values map(array['a'], array[1])) t (m) union select m from (values map(array['a'], array[1])) t (m);
-- refused: comparison of values of type map(varchar(1), integer)
select m, count(*) from (values map(array['a'], array[1])) t (m) group by m;
-- refused: comparison of values of type map(varchar(1), integer)
select count(distinct m) from (values map(array['a'], array[1])) t (m);
-- refused: comparison of values of type map(varchar(1), integer)
select array_agg(distinct m) from (values map(array['a'], array[1])) t (m);
-- refused: comparison of values of type map(varchar(1), integer)
select 1 from (values map(array['a'], array[1])) t (m) order by m;
-- refused: comparison of values of type map(varchar(1), integer)
select m from (values map(array['a'], array[1])) t (m) order by 1;
-- refused: comparison of values of type map(varchar(1), integer)
select row_number() over (partition by m) from (values map(array['a'], array[1])) t (m);
-- refused: comparison of values of type map(varchar(1), integer)
select 1 from (values map(array['a'], array[1])) t (m) where m in (select m from (values map(array['a'], array[1])) t (m));
-- refused: comparison of values of type map(varchar(1), integer)
select 1 from (values map(array['a'], array[1])) t (m) where m = m;
-- refused: comparison of values of type map(varchar(1), integer)
select contains(array[m], m) from (values map(array['a'], array[1])) t (m);
-- refused: comparison of values of type array(map(varchar(1), integer))
select distinct array[m] from (values map(array['a'], array[1])) t (m);
