select try_cast('abc' as integer);
select try_cast(' 1' as integer);
select try_cast('1.5' as integer);
select cast('+12' as bigint);
select cast(' 1.5 ' as double);
select cast('1e2' as decimal(5,1));
select cast(2.5e0 as integer);
select cast(2.5 as integer);
select try_cast('2026-02-30' as date);
select try_cast('2026-11-20T10:00:00' as timestamp);
select cast('T' as boolean);
select cast(true as varchar);
select cast(1.10 as varchar);
-- refused: a cast from timestamp(3) to varchar beside a literal of other than three decimals
select cast(timestamp '2026-11-20 10:00:00' as varchar);
select cast('hello' as varchar(3));
select cast(array['1', null] as array(integer));
select cast(null as integer), try_cast(null as date);
select try_cast('9999999999' as integer), try_cast('9999999999' as bigint);
select try_cast('' as integer), try_cast('-' as bigint), try_cast('1e3' as double);
select try_cast('1_000' as integer), try_cast('0x10' as integer);
select try_cast('abc' as decimal(5,2)), try_cast('1234.5' as decimal(5,2));
select try_cast('2026-03-02T00:00:00Z' as timestamp);
select try_cast('2026-3-2' as date), try_cast('26-03-02' as date);
select try_cast(' 2026-03-02 ' as date);
select try_cast('tRuE' as boolean), try_cast('yes' as boolean), try_cast('0' as boolean);
select cast(1 as boolean), cast(0e0 as boolean);
select cast(true as integer), cast(false as double);
select cast(3.7e0 as bigint), cast(-3.5e0 as integer), cast(0.5e0 as integer), cast(1.5e0 as integer);
select cast(1e0 as varchar), cast(0.1e0 as varchar), cast(1e10 as varchar), cast(1.5e-5 as varchar);
select cast(cast(0.1 as real) as varchar), cast(cast(0.1 as real) as double);
select cast(123 as varchar), cast(-5 as varchar(1));
-- refused: the type CHAR(4)
select cast('ab' as char(4)) || 'c';
select cast(array[1, 2] as array(varchar)), cast(array['1', '2'] as array(bigint));
select cast(map(array['a'], array[1]) as map(varchar, varchar));
select cast(row(1, 2.5) as row(a bigint, b double));
select cast('x' as varbinary), to_hex(to_utf8('é'));
-- refused: the function json_parse
select cast(json_parse('[1, 2]') as array(integer));
select cast(infinity() as varchar), cast('NaN' as double), cast('Infinity' as double), try_cast('inf' as double);
select try(1 / 0), try(cast('x' as integer));
select typeof(1), typeof(1.5), typeof(1e0), typeof('a'), typeof(null), typeof(true);
select typeof(cast('a' as varchar)), typeof(array[1]), typeof(row(1, 'a')), typeof(map(array['a'], array[1]));
select typeof(1 + cast(1 as bigint)), typeof(1 + 1.0), typeof(1.0 + 1e0), typeof(count(*)), typeof(sum(1)), typeof(avg(1));
-- refused: the function format
select format('%s has %d of %.2f', 'x', 3, 2.5e0);
select round(cast(15 as bigint), -1);
select round(cast(2.345 as real), 2);
select is_nan(cast(null as double)), is_nan(cast(nan() as real));
select bitwise_or(-1, 1), bitwise_xor(-1, 1), bitwise_and(cast(5 as tinyint), cast(3 as tinyint));
-- refused: the function bitwise_left_shift
select bitwise_left_shift(cast(1 as bigint), 3);
-- refused: the function bitwise_right_shift
select bitwise_right_shift(cast(-8 as bigint), 1);
select abs(cast(-128 as tinyint));
select cast(nan() as integer);
select cast(infinity() as bigint);
select cast('NaN' as real);
select cast(1e0 as varchar), cast(123456789.5e0 as varchar), cast(0e0 as varchar), cast(-0e0 as varchar), cast(nan() as varchar), cast(-infinity() as varchar), cast(1e-320 as varchar), cast(1e100 as varchar), cast(1234567e0 as varchar), cast(0.001e0 as varchar);
select cast(cast(1.5 as real) as varchar), cast(cast(16777216 as real) as varchar), cast(cast(0.1 as real) as varchar), cast(cast(3.4028235e38 as real) as varchar);
select cast(cast(null as double) as varchar);
select cast(1.5e0 as varchar(3));
select cast(1.5e0 as varchar(5));
-- refused: a cast from boolean to varchar(4)
select cast(true as varchar(4));
-- refused: a cast from boolean to varchar(5)
select cast(false as varchar(5));
-- refused: a cast from boolean to varchar(2)
select cast(true as varchar(2));
select cast(date '2026-01-01' as varchar(10));
select cast(date '2026-01-01' as varchar(4));
select cast(123 as varchar(3)), cast(1.50 as varchar(4));
select cast(-5 as varchar(1));
select try_cast(-5 as varchar(1));
select cast(1.50 as varchar(3));
select cast(true as integer), cast(false as bigint), cast(true as double), cast(true as decimal(3,1)), cast(true as real), cast(null as boolean);
select cast(0.5 as boolean), cast(0 as boolean), cast(nan() as boolean);
select cast('1' as boolean), cast(' true' as boolean);
select cast('TRUE ' as boolean);
select try_cast('on' as boolean), try_cast('y' as boolean), try_cast('no' as boolean), try_cast('F' as boolean);
select try_cast(' 1' as integer), try_cast('1 ' as integer), try_cast(' +1 ' as bigint), try_cast('1 2' as integer), try_cast('\t1' as integer);
select cast('	1' as integer);
select try_cast('+' as integer), try_cast('--1' as integer), try_cast('128' as tinyint), try_cast('-129' as tinyint), try_cast('-2147483648' as integer), try_cast('-2147483649' as integer);
select try_cast('1e5' as bigint);
select try_cast('1.' as double), try_cast('.5' as double), try_cast('1d' as double), try_cast('1f' as double), try_cast('+1.5' as double), try_cast('1e400' as double), try_cast('-Infinity' as double), try_cast('nan' as double), try_cast('+NaN' as double), try_cast('infinity' as double);
-- refused: a cast of a hexadecimal number: 0x1p3
select try_cast('0x1p3' as double);
select try_cast('' as double), try_cast(' ' as double), try_cast('1,5' as double), try_cast('1 5' as double), try_cast('1e' as double), try_cast('.' as double);
select try_cast('1.5' as real), try_cast('1e39' as real), try_cast('16777217' as real);
select try_cast(' 1.5' as decimal(5,2)), try_cast('1.5 ' as decimal(5,2)), try_cast('1e2' as decimal(5,2)), try_cast('.5' as decimal(5,2)), try_cast('5.' as decimal(5,2)), try_cast('1.005' as decimal(5,2)), try_cast('-1.005' as decimal(5,2)), try_cast('' as decimal(5,2)), try_cast('+1.2' as decimal(5,2)), try_cast('999.995' as decimal(5,2));
select try_cast('2026-3-2' as date), try_cast('26-03-02' as date), try_cast('2026-13-01' as date), try_cast('2026-03-02x' as date), try_cast('20260302' as date), try_cast('2026/03/02' as date), try_cast('2026-03' as date), try_cast('+2026-03-02' as date), try_cast('2026-03-02 10:00' as date);
-- refused: a cast of a moment before the year 1 or after 9999: -2026-03-02
select try_cast('-2026-03-02' as date);
-- refused: a cast of a moment before the year 1 or after 9999: 12026-03-02
select try_cast('12026-03-02' as date);
-- refused: a cast of a moment before the year 1 or after 9999: 0000-01-01
select try_cast('0000-01-01' as date);
select try_cast('1-1-1' as date), try_cast('002026-03-02' as date), try_cast('2026-003-02' as date), try_cast('' as date), try_cast('2026-02-29' as date);
select try_cast('2026-3-2' as timestamp), try_cast('26-03-02' as timestamp), try_cast('2026-03-02 1:2' as timestamp), try_cast('2026-03-02 1:2:3' as timestamp), try_cast('2026-03-02 24:00:00' as timestamp), try_cast('2026-03-02 10' as timestamp), try_cast('2026-03-02  10:00' as timestamp), try_cast('2026-03-02 10:00:00 UTC' as timestamp), try_cast(' 2026-03-02 10:00:00' as timestamp), try_cast('2026-03-02 10:00:00.1234567' as timestamp), try_cast('2026-03-02 10:00:00.9999' as timestamp), try_cast('2026-03-02 10:00:00Z' as timestamp), try_cast('2026-03-02 10:00:00.' as timestamp);
-- refused: a cast of a moment before the year 1 or after 9999: 12026-03-02 10:00:00
select try_cast('12026-03-02 10:00:00' as timestamp);
select try_cast('2026-03-02 10:00:00 ' as timestamp);
select try_cast('2026-03-02 10:00:00 +02:00' as timestamp with time zone), try_cast('2026-03-02 10:00:00 Europe/Berlin' as timestamp with time zone), try_cast('2026-03-02 10:00:00' as timestamp with time zone), try_cast('2026-03-02' as timestamp with time zone), try_cast('2026-03-02 10:00:00Z' as timestamp with time zone), try_cast('2026-03-02 10:00:00+02:00' as timestamp with time zone);
select cast(2.5e0 as integer), cast(-2.5e0 as integer), cast(3.5e0 as bigint), cast(0.49999999999999994e0 as integer), cast(9.3e18 as bigint);
select try_cast(9.3e18 as bigint), try_cast(nan() as integer), try_cast(128 as tinyint), try_cast(2147483647.5e0 as integer);
select cast(99.995 as decimal(4,2));
select try_cast(1e40 as decimal(38,0)), try_cast(nan() as decimal(5,2)), try_cast(1.005e0 as decimal(5,2));
select cast(cast(1.1 as real) as decimal(5,2)), cast(cast(0.1 as real) as decimal(38,20));
select cast(0.1e0 as decimal(38,20));
select cast(decimal '0.05' as varchar), cast(decimal '-0.05' as varchar), cast(decimal '5' as varchar), cast(decimal '100.00' as varchar), cast(decimal '0.00' as varchar);
select cast(array[decimal '0.05'] as array(varchar));
select try(1 / 0), try(cast('x' as integer)), try(array[1][2]), try(1);
select cast('x' as varbinary), cast(to_utf8('é') as varchar);
select cast(interval '1' day as varchar), cast(interval '3' month as varchar), cast(interval '-1' second as varchar), cast(interval '25' hour as varchar);
select cast(map(array['a'], array[1]) as map(varchar, varchar)), cast(map(array['1'], array[1]) as map(integer, double));
select cast(array[1] as varchar);
select cast(date '2026-01-01' as integer);
select cast('2026-01-01' as integer);
select try(array[1][2]), try(date_parse('x', '%Y')), try(from_iso8601_timestamp('x')), try(1 / 0), try(element_at(array[1], 0));
select x, try(10 / x), try(array[5][x]) from (values 0, 1, 2) t (x);
-- refused: try() around SUM(x) / 0
select try(sum(x) / 0) from (values 1, 2) t (x);
select try(cast('x' as integer) + 1);
select coalesce(try(cast(x as integer)), -1) from (values 'a', '5') t (x);
-- refused: try() around COALESCE(CAST('x' AS INT), 5)
select try(coalesce(cast('x' as integer), 5));
select cast(decimal '-0.10' as varchar), cast(cast(0.05 as decimal(38,38)) as varchar);
select -2147483648, typeof(-2147483648), typeof(2147483648), typeof(-9223372036854775808);
select coalesce(try(1 / x), -1) from (values 0, 1) t (x);
select try(date_parse(x, '%Y')) from (values 'a', '2026') t (x);
select try(decimal '99999999999999999999999999999999999999' * 10);
-- refused: try() around FROM_UTF8(FROM_HEX('FF'))
select try(from_utf8(from_hex('FF')));
select typeof('a' || 'b'), typeof(null || 'a'), typeof(array['a', 'bc']);
-- refused: typeof of LOWER('a')
select typeof(lower('a'));
-- refused: typeof of SUBSTR('abc', 1)
select typeof(substr('abc', 1));
-- refused: typeof of COALESCE('a', 'bcd')
select typeof(coalesce('a', 'bcd'));
select typeof(2 / 3.0), typeof(sum(1.5)), typeof(round(2.5, 1));
select cast('2026-03-02 10:00:00 +02:00' as timestamp);
select cast('2026-03-02 10:00:00 Europe/Berlin' as timestamp);
select cast('2026-03-02 10:00:00 xx' as timestamp);
select cast(x as varchar) from (values 1.5e0, 100e0, 1e-10, 123456.789e0, 1e16, 0.1e0 + 0.2e0, -1e22, 1.7976931348623157e308) t (x);
select cast(x as integer), cast(x as double), cast(x as decimal(5,2)) from (values '12', ' 7', cast(null as varchar)) t (x) where x is null or x <> ' 7';
select try_cast(x as date), try_cast(x as timestamp), try_cast(x as boolean) from (values '2026-03-02', 'x', '', cast(null as varchar), '2026-03-02 10:00:00') t (x);
select coalesce(cast(x as timestamp with time zone), timestamp '2026-01-01 00:00:00.000 UTC') from (values date '2026-01-02', cast(null as date)) t (x);
