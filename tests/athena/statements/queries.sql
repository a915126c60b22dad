select x from (values 3, null, 1) t (x) order by x;
select x from (values 3, null, 1) t (x) order by x desc;
select x from (values 3, null, 1) t (x) order by 1 nulls first limit 1;
select k, sum(v) over (partition by k order by v) from (values ('a', 1), ('a', 2), ('b', 3)) t (k, v) order by 1, 2;
select v, lag(v, 1, 0) over (order by v), row_number() over (order by v desc) from (values 1, 2) t (v) order by v;
select t.x, u.y, u.n from (values (1, array[10, 20]), (2, array[])) t (x, a) cross join unnest(a) with ordinality as u (y, n) order by n;
select a, b, sum(c), grouping(a, b) from (values (1, 2, 3), (1, 3, 4)) t (a, b, c) group by grouping sets ((a), (a, b), ()) order by a, b;
with e (i, s) as (values (1, 'x'), (2, 'y')) select i, s from e where s = 'y' union all select 5, 'z' order by 1 desc;
select listagg(s, ',') within group (order by s desc) from (values 'a', 'b') t (s);
select date_trunc('hour', from_iso8601_timestamp(s)), count(*) from (values '2026-11-20T10:20:00Z', '2026-11-20T10:40:00Z') t (s) group by 1;
select x from (values 1, 2, 3) t (x) where x in (select y from (values 2) u (y));
select x from (values 1, 2) t (x) where exists (select 1 from (values 2) u (y) where y = x);
select a.x, b.y from (values (1, 'l')) a (k, x) join (values (1, 'r')) b (k, y) using (k);
select count(*) from (values 1) t (x) where false;
select sum(x) from (values 1) t (x) where false;
select distinct x from (values 2, 1, 2) t (x) order by x;
select distinct -x as y from (values 2, 1, 2) t (x) order by -x;
select array_agg(distinct x order by x desc) from (values 1, 2, 1, null) t (x);
select x from (values 3, 1, 2) t (x) order by x fetch first 2 rows only;
select x from (values 3, 1, 2) t (x) order by x offset 1 row fetch next row only;
select 1 as x union all select 2 order by x desc fetch first row only;
select sum(x) as total from (values 1, 2) t (x) order by sum(x);
select lag(v, 1, null) over (order by v), lag(cast(v as bigint), 1, 0) over (order by v) from (values 1, 2) t (v) order by v;
select truncate(-1.59e0), truncate(cast(1.5 as real));
select case x when 1 then 'one' end, if(x > 1, 'more') from (values 1, 2) t (x) order by x;
select * from (values (1, 'a'), (2, 'b')) t (n, s) order by n desc;
select t.*, n + 1 as m from (values (1, 'a')) t (n, s);
select n as "Order", s as "select" from (values (1, 'a')) t (n, s);
select 1, 'x' as a, 2;
-- refused: ALL expressions
select x from (values 1, 2, 3) t (x) where x > all (select y from (values 1, 2) u (y));
-- refused: ANY expressions
select x from (values 1, 2, 3) t (x) where x = any (select y from (values 1, 3) u (y)) order by x;
select x, (select max(y) from (values 1, 2) u (y) where y < x) from (values 1, 2, 3) t (x) order by x;
select (select y from (values 1) u (y) where false);
select a.k, b.v from (values 1, 2, 3) a (k) left join (values (1, 'x'), (3, 'z')) b (k, v) on a.k = b.k order by a.k;
select a.k, b.k from (values 1, 2) a (k) full outer join (values 2, 3) b (k) on a.k = b.k order by a.k, b.k;
select a.k, b.k from (values 1, 2) a (k) right join (values 2, 3) b (k) on a.k = b.k order by b.k;
select k, a.v, b.w from (values (1, 'x'), (null, 'n')) a (k, v) join (values (1, 'y'), (null, 'm')) b (k, w) using (k);
select * from (values (1, 'x')) a (k, v) join (values (1, 'y')) b (k, w) using (k);
select count(*) from (values 1, 2) a (x) cross join (values 1, 2, 3) b (y);
select x from (values 1, 2) t (x) union select 2 union all select 3 order by x;
select x from (values 1, 2, 2, null) t (x) intersect select * from (values 2, null) u (y) order by x;
select x from (values 1, 2, 2, 3) t (x) except select 3 order by x;
select 1 as a, 2.5 as b union all select 2.25, 3 order by a;
select null as x union all select 1 order by x;
with a as (select 1 as x), b as (select x + 1 as y from a) select x, y from a, b;
with t (n) as (values 1, 2) select sum(n) from t;
-- refused: WITH RECURSIVE
with recursive r (n) as (select 1 union all select n + 1 from r where n < 3) select n from r order by n;
select x from (values 1, 2, 3, 4) t (x) order by x desc offset 1 limit 2;
select x from (values 1, 2) t (x) limit 0;
select distinct a, b from (values (1, null), (1, null), (2, 3)) t (a, b) order by a;
select x % 2 as parity, count(*) as n from (values 1, 2, 3) t (x) group by x % 2 order by parity;
select upper(s) as s from (values 'b', 'a') t (s) order by s;
select x from (values 1, 2, 3) t (x) order by -x;
select s from (values 'a', 'B', 'b', 'A') t (s) order by s;
select case when x > 1 then 'many' when x = 1 then 'one' end as size, count(*) from (values 0, 1, 2, 3) t (x) group by 1 order by 1;
-- refused: Multiple columns returned by subquery
select x from (values (1), (2)) as t (x) where (x, x) in (select 1, 1);
-- refused: LATERAL in FROM
select t.x from (values 1) as t (x), lateral (select t.x + 1 as y) u where u.y = 2;
-- refused: LATERAL in FROM
select u.y from (values 1) t (x) cross join lateral (select x + 1 as y) u;
-- refused: sample in SELECT
select * from (values 1, 2) t (x) tablesample bernoulli (100) order by x;
select count(*) filter (where x is null), sum(coalesce(x, 0)) from (values 1, null) t (x);
select if(sum(x) > 2, 'big', 'small') from (values 1, 2) t (x);
-- refused: ANONYMOUS statements, only queries and views
table (values 1);
values (1, 'a'), (2, 'b');
select 1 where exists (select 1 where false);
-- refused: EXPLAIN statements, only queries and views
explain select 1;
