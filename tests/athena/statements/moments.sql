select date '2026-01-31' + interval '1' month;
select date '2026-01-01' - interval '1' day;
select timestamp '2026-01-01 10:00:00' + interval '90' minute;
select timestamp '2026-01-02 10:00:00' - timestamp '2026-01-01 09:30:00';
select date_trunc('hour', timestamp '2026-11-20 10:59:59.999');
select date_trunc('month', date '2026-11-20');
select date_diff('hour', timestamp '2026-01-01 10:59:00', timestamp '2026-01-01 11:00:00');
select date_diff('day', date '2026-03-01', date '2026-02-27');
select date_add('day', 3, date '2026-11-29');
select date_parse('2026-11-20 05:06', '%Y-%m-%d %H:%i');
select date_format(timestamp '2026-11-20 10:01:02', '%Y-%m-%d %H:%i:%s');
select format_datetime(date '2026-11-20', 'yyyy-MM-dd''T''HH:mm');
select day_of_week(date '2026-11-22');
select hour(timestamp '2026-11-20 10:01:02');
select extract(year from date '2026-11-20');
select millisecond(timestamp '2026-11-20 10:01:02.345');
select cast('2026-11-20' as date) = date '2026-11-20';
select cast(concat('2026-11-20', ' ', '05', ':00:00') as timestamp);
select date('2026-11-20');
select date(timestamp '2026-11-20 23:59:59');
select from_iso8601_timestamp('2026-11-20T10:00:00.1239-02:00');
select from_iso8601_timestamp('2026-11-20T10:00:00Z');
select from_iso8601_timestamp('2026-11-20T10:00:00+02:00') at time zone 'UTC';
select cast(from_iso8601_timestamp('2026-11-20T10:00:00+02:00') as timestamp);
select from_iso8601_timestamp('2026-11-20T10:00:00Z') = from_iso8601_timestamp('2026-11-20T12:00:00+02:00');
select hour(from_iso8601_timestamp('2026-11-20T10:00:00+02:00'));
select to_unixtime(timestamp '1970-01-01 00:00:01.5');
select from_unixtime(1.5);
select now() > timestamp '2020-01-01 00:00:00';
select from_iso8601_timestamp('2026-11-20T10:00:00+02:00') - timestamp '2026-11-20 07:00:00';
select date_add('minute', -5, from_iso8601_timestamp('2026-01-01T00:00:00Z'));
select date_add('day', 1, from_iso8601_timestamp('2026-01-01T00:00:00+02:00'));
select date_add('hour', 1, from_iso8601_timestamp(cast(null as varchar)));
select from_iso8601_timestamp('2026-01-01T00:00:00Z') - interval '1' hour;
select from_iso8601_timestamp(cast(null as varchar)) + interval '1' hour;
select date_diff('hour', from_iso8601_timestamp('2026-01-01T00:00:00+02:00'), date '2026-01-01');
select timestamp '2026-01-01 00:00:00' + - interval '1' hour;
select date '2024-02-29' + interval '1' year;
select date '2026-03-31' - interval '1' month;
select date '2026-01-15' + interval '1' week;
select date '2026-03-02' - date '2026-02-27';
select timestamp '2026-03-31 10:00:00' - interval '1' month;
select timestamp '2026-01-01 00:00:00' + interval '1' day + interval '2' hour;
select interval '2' day, interval '90' minute, interval '1' second;
select interval '-1' day, interval '36' hour;
select interval '2' day + interval '3' hour;
select timestamp '2026-03-02 10:00:00' - timestamp '2026-03-03 09:00:00';
select timestamp '2026-03-02 17:59:59.999' < timestamp '2026-03-02 18:00:00';
select date '2026-03-02' = timestamp '2026-03-02 00:00:00';
select date '2026-03-02' between date '2026-03-01' and date '2026-03-31';
select date_trunc('second', timestamp '2026-11-20 10:59:59.999');
select date_trunc('minute', timestamp '2026-11-20 10:59:59.999');
select date_trunc('day', timestamp '2026-11-20 10:59:59.999');
select date_trunc('week', timestamp '2026-11-22 10:59:59.999');
select date_trunc('week', date '2026-11-22');
select date_trunc('quarter', date '2026-11-22');
select date_trunc('year', timestamp '2026-11-20 10:59:59.999');
select date_diff('second', timestamp '2026-03-02 17:59:59', timestamp '2026-03-02 18:01:00');
select date_diff('millisecond', timestamp '2026-03-02 17:59:59.999', timestamp '2026-03-02 18:00:00');
select date_diff('minute', timestamp '2026-03-02 18:00:00', timestamp '2026-03-02 17:00:30');
select date_diff('day', timestamp '2026-03-01 23:00:00', timestamp '2026-03-02 22:00:00');
select date_diff('day', date '2026-02-28', timestamp '2026-03-01 12:00:00');
select date_diff('week', date '2026-03-01', date '2026-03-14');
select date_diff('month', date '2026-01-31', date '2026-02-28');
select date_diff('month', date '2026-01-15', date '2026-03-14');
select date_diff('year', date '2024-02-29', date '2026-02-28');
select date_diff('quarter', date '2026-01-01', date '2026-12-31');
select date_add('month', 1, date '2026-01-31'), date_add('year', -1, date '2024-02-29');
select date_add('hour', 25, timestamp '2026-03-02 00:00:00');
select date_add('week', 2, date '2026-03-02');
select date_add('quarter', 1, date '2026-03-02');
-- refused: date_add of milliseconds beside a literal of other than three decimals
select date_add('millisecond', -1, timestamp '2026-03-02 00:00:00');
select date_add('hour', 1, date '2026-03-02');
select date_trunc('hour', date '2026-03-02');
select year(d), quarter(d), month(d), week(d), day(d), day_of_year(d), day_of_week(d) from (values date '2026-12-31') t (d);
select week(date '2027-01-01'), week_of_year(date '2026-01-01'), year_of_week(date '2027-01-01'), yow(date '2026-12-31');
select dow(date '2026-03-01'), doy(date '2026-03-01'), day_of_month(date '2026-03-01');
select extract(hour from t), extract(minute from t), extract(second from t), extract(day_of_week from t), extract(week from t) from (values timestamp '2026-03-02 17:59:58.7') v (t);
select minute(timestamp '2026-03-02 17:59:58'), second(timestamp '2026-03-02 17:59:58');
select last_day_of_month(date '2024-02-10');
select format_datetime(timestamp '2026-03-02 17:05:09.007', 'yyyy-MM-dd HH:mm:ss.SSS');
select format_datetime(timestamp '2026-03-02 17:05:09', 'EEEE, d MMMM yyyy h:mm a');
select format_datetime(timestamp '2026-03-02 17:05:09', 'E MMM yy D e');
select format_datetime(from_iso8601_timestamp('2026-03-02T17:05:09+02:00'), 'yyyy-MM-dd HH:mm ZZ');
select date_format(timestamp '2026-03-02 17:05:09.123', '%Y/%m/%d %h:%i %p %W %M %j');
select date_format(timestamp '2026-03-02 17:05:09.123', '%a %b %c %e %f %H %k %l %s %S %T %r %y %v %x');
select date_parse('2026-03-02 17:05:09', '%Y-%m-%d %H:%i:%s');
select date_parse('02/03/2026', '%d/%m/%Y');
-- refused: the function parse_datetime
select parse_datetime('2026-03-02 17:05', 'yyyy-MM-dd HH:mm');
select from_iso8601_date('2026-03-02');
select to_iso8601(date '2026-03-02'), to_iso8601(timestamp '2026-03-02 17:05:09.123');
select to_iso8601(from_iso8601_timestamp('2026-03-02T17:05:09+02:00'));
select from_iso8601_timestamp('2026-03-02'), from_iso8601_timestamp('2026-03-02T17:05');
select from_unixtime(0), from_unixtime(1772470000.123);
select from_unixtime(1772470000, 'Europe/Berlin');
select to_unixtime(from_iso8601_timestamp('2026-03-02T17:05:09.5Z'));
select timestamp '2026-03-02 17:05:09 UTC', timestamp '2026-03-02 17:05:09 +02:00';
select timestamp '2026-03-02 17:05:09' at time zone 'America/New_York';
select with_timezone(timestamp '2026-07-01 12:00:00', 'Europe/Berlin');
select timestamp '2026-07-01 12:00:00 UTC' at time zone 'Europe/Berlin';
select cast(timestamp '2026-07-01 23:30:00 UTC' at time zone 'Europe/Berlin' as date);
select cast(timestamp '2026-03-02 17:05:09.123' as date), cast(date '2026-03-02' as timestamp);
select cast('2026-03-02 17:05:09.123' as timestamp), cast('2026-03-02' as timestamp);
select cast('2026-03-02 17:05:09.123456' as timestamp);
select timestamp '2026-03-02 17:05:09.123456';
-- refused: a cast from timestamp(3) to varchar beside a literal of other than three decimals
select cast(timestamp '2026-03-02 17:05:09.123456' as varchar);
select cast(date '2026-03-02' as varchar), cast(interval '1' day as varchar);
select typeof(date '2026-03-02' + interval '1' day);
-- refused: typeof beside a literal of other than three decimals
select typeof(timestamp '2026-03-02 00:00:00');
select current_date = cast(current_timestamp as date), current_date = date(now());
select localtimestamp > timestamp '2026-01-01 00:00:00', current_timezone();
select timezone_hour(timestamp '2026-03-02 17:05:09 +02:00');
-- refused: the function human_readable_seconds
select human_readable_seconds(3661);
-- refused: an interval year to month as a result
select interval '3' month;
-- refused: an interval year to month as a result
select interval '1' year;
-- refused: the type TIME(0)
select time '10:11:12';
select date '2026-03-02' > '2026-03-01';
select to_iso8601(date '2026-03-02'), to_iso8601(timestamp '2026-03-02 17:05:09.120'), to_iso8601(from_iso8601_timestamp('2026-03-02T17:05:09Z')), to_iso8601(from_iso8601_timestamp('2026-03-02T17:05:09+02:00')), to_iso8601(timestamp '2026-07-02 17:05:09.000 Europe/Berlin'), to_iso8601(now()) is null;
-- refused: to_iso8601 beside a literal of other than three decimals
select to_iso8601(timestamp '2026-03-02 17:05:09');
select to_iso8601(from_unixtime(1772470000));
select to_iso8601(date_parse('2026-03-02', '%Y-%m-%d'));
select with_timezone(timestamp '2026-07-01 12:00:00.000', 'Europe/Berlin'), with_timezone(timestamp '2026-07-01 12:00:00.000', '+05:30'), with_timezone(timestamp '2026-03-29 02:30:00.000', 'Europe/Berlin'), with_timezone(timestamp '2026-10-25 02:30:00.000', 'Europe/Berlin');
select with_timezone(date '2026-07-01', 'UTC');
select timestamp '2026-03-02 17:05:09.123 UTC', timestamp '2026-03-02 17:05 UTC', timestamp '2026-03-02 UTC', timestamp '2026-03-02 17:05:09.123 +02:00', timestamp '2026-03-02 17:05:09.123+02:00', timestamp '2026-03-02 17:05:09.123 -5:30';
select timestamp '2026-03-02 17:05:09.123 Z';
select timestamp '2026-03-02 17:05:09.123 GMT', timestamp '2026-03-02 17:05:09.123 +00:00';
select from_unixtime(1772470000, 'Europe/Berlin'), from_unixtime(1772470000.5, '+02:00');
-- refused: from_unixtime with hours and minutes
select from_unixtime(1772470000, 2, 30);
select from_unixtime(1772470000.1235), from_unixtime(-0.5e0), from_unixtime(1772470000.9999e0);
select timezone_hour(timestamp '2026-03-02 17:05:09 +02:00'), timezone_minute(timestamp '2026-03-02 17:05:09 -05:30'), timezone_hour(timestamp '2026-07-02 17:05:09 Europe/Berlin');
select date_format(timestamp '2026-03-02 17:05:09.123', '%a|%b|%c|%d|%e|%f|%H|%h|%I|%i|%j|%k|%l|%M|%m|%p|%r|%S|%s|%T|%v|%W|%x|%Y|%y|%%');
select date_format(timestamp '2026-11-12 00:05:09.007', '%a|%b|%c|%d|%e|%f|%H|%h|%I|%i|%j|%k|%l|%M|%m|%p|%r|%S|%s|%T|%v|%W|%x|%Y|%y|%%');
select date_format(timestamp '2026-11-12 00:05:09.007', '%D');
select date_format(timestamp '2026-11-12 00:05:09.007', '%w');
select date_format(timestamp '2026-11-12 00:05:09.007', '%q and ''x''');
select date_format(timestamp '2026-11-12 00:05:09.007', '100 %');
select date_format(date '2026-03-02', '%Y');
select date_format(timestamp '0026-03-02 17:05:09', '%Y %y');
select date_format(from_iso8601_timestamp('2026-03-02T17:05:09+02:00'), '%H');
select format_datetime(timestamp '2026-03-02 17:05:09.007', 'y yy yyy yyyy Y YY YYYY x xx xxxx w ww e E EE EEE EEEE D DD DDD M MM MMM MMMM d dd ddd a h hh H HH k kk K KK m mm s ss S SS SSS SSSS');
select format_datetime(timestamp '2026-12-31 00:00:09.987', 'y yy yyy yyyy Y YY YYYY x xx xxxx w ww e E EE EEE EEEE D DD DDD M MM MMM MMMM d dd ddd a h hh H HH k kk K KK m mm s ss S SS SSS SSSS');
-- refused: G in the pattern of format_datetime
select format_datetime(timestamp '2026-12-31 00:00:09.987', 'G C z zz zzzz Z ZZ ZZZ');
-- refused: z in the pattern of format_datetime
select format_datetime(from_iso8601_timestamp('2026-03-02T17:05:09+02:00'), 'z zzzz Z ZZ ZZZ');
-- refused: z in the pattern of format_datetime
select format_datetime(timestamp '2026-07-02 17:05:09 Europe/Berlin', 'z zzzz Z ZZ ZZZ');
select format_datetime(timestamp '2026-12-31 00:00:09.987', 'aa b');
select format_datetime(timestamp '2026-12-31 00:00:09.987', 'MMMMM EEEEE hhh SSSSSS yyyyy');
select format_datetime(timestamp '2026-12-31 00:00:09.987', '');
select format_datetime(timestamp '2026-12-31 00:00:09.987', 'yyyy''');
select date_parse('2026-03-02 5:06 PM', '%Y-%m-%d %l:%i %p'), date_parse('2026-3-2', '%Y-%c-%e'), date_parse('Mar 2 2026', '%b %e %Y'), date_parse('March 2, 2026', '%M %d, %Y');
select date_parse('2026-03-02 17:05:09.5', '%Y-%m-%d %H:%i:%s.%f'), date_parse('2026-03-02 17:05:09.123456', '%Y-%m-%d %H:%i:%s.%f');
select date_parse('26-03-02', '%y-%m-%d'), date_parse('75-03-02', '%y-%m-%d'), date_parse('061 2026', '%j %Y');
select date_parse('2026-03-02', '%Y-%m-%d %H');
select date_parse('2026-03-02 x', '%Y-%m-%d');
select date_parse(' 2026-03-02', '%Y-%m-%d');
select date_parse('2026-3-2', '%Y-%m-%d');
select date_parse('2026-02-30', '%Y-%m-%d');
select date_parse('20260302', '%Y%m%d');
select date_parse('2026', '%Y'), date_parse('2026-05', '%Y-%m');
-- refused: date_parse without a year
select date_parse('17:05', '%H:%i');
select date_parse('12026', '%Y');
select date_parse('2026-03-02T10:00:00Z', '%Y-%m-%dT%H:%i:%sZ');
select date_parse('02/Mar/2026:17:05:09', '%d/%b/%Y:%H:%i:%s');
select date_parse(null, '%Y');
select from_iso8601_timestamp('2026-03-02T17:05:09.123456Z'), from_iso8601_timestamp('2026-W10'), from_iso8601_timestamp('20260302T170509Z');
select from_iso8601_timestamp('2026-03-02T17'), from_iso8601_timestamp('2026-03'), from_iso8601_timestamp('2026');
select from_iso8601_timestamp('2026-03-02T17:05:09 Z');
select from_iso8601_timestamp('2026-03-02 17:05:09');
select from_iso8601_timestamp('2026-03-02T17:05:09+0200'), from_iso8601_timestamp('2026-03-02T17:05:09+02');
select from_iso8601_timestamp('2026-03-02T17:05:09,5Z');
select from_iso8601_timestamp('2026-3-2');
select from_iso8601_timestamp('');
select from_iso8601_timestamp('2026-03-02T24:00:00Z');
-- refused: the function from_iso8601_timestamp_nanos
select from_iso8601_timestamp_nanos('2026-03-02T17:05:09.123456789Z');
select date_add('millisecond', 5, timestamp '2026-03-02 00:00:00.000'), date_add('second', -1, timestamp '2026-03-01 00:00:00.000'), date_add('day', 1, timestamp '2026-03-01 00:00:00.500');
select date_add('month', 13, timestamp '2026-01-31 10:00:00'), date_add('year', 1, timestamp '2024-02-29 10:00:00'), date_add('quarter', -1, timestamp '2026-05-31 10:00:00');
select date_add('DAY', 1, date '2026-01-01'), date_add('days', 1, date '2026-01-01');
select date_add('day', 1.5, date '2026-01-01');
select date_add('day', null, date '2026-01-01');
select date_diff('day', timestamp '2026-01-01 00:00:00 UTC', timestamp '2026-01-03 00:00:00 UTC');
select date_diff('month', timestamp '2026-01-31 10:00:00', timestamp '2026-02-28 09:00:00'), date_diff('month', timestamp '2026-01-31 10:00:00', timestamp '2026-02-28 11:00:00'), date_diff('month', date '2026-02-28', date '2026-01-31'), date_diff('month', date '2026-03-31', date '2026-02-28'), date_diff('year', date '2028-02-29', date '2024-02-28'), date_diff('month', date '2026-03-30', date '2026-02-28'), date_diff('quarter', date '2026-05-31', date '2026-02-28');
select year(timestamp '2026-03-02 00:00:00 Europe/Berlin'), hour(timestamp '2026-07-02 12:00:00 UTC' at time zone 'Europe/Berlin'), day(interval '25' hour), hour(interval '25' hour), month(interval '14' month), year(interval '14' month);
select hour(date '2026-03-02');
select last_day_of_month(timestamp '2026-02-10 10:00:00'), last_day_of_month(timestamp '2026-02-10 10:00:00 UTC'), last_day_of_month(cast(null as date));
select now() - interval '1' month < now(), now() + interval '1' month > now();
select timestamp '2026-03-28 10:00:00 Europe/Berlin' + interval '1' day;
-- refused: date_add of days to a timestamp in Europe/Berlin
select timestamp '2026-03-31 10:00:00 Europe/Berlin' - interval '1' month;
-- refused: date_add of days to a timestamp in Europe/Berlin
select date_add('day', 1, timestamp '2026-03-28 10:00:00 Europe/Berlin');
-- refused: date_add of days to a timestamp in Europe/Berlin
select date_add('month', 1, timestamp '2026-03-28 10:00:00 Europe/Berlin');
select cast(timestamp '2026-03-02 10:00:00.000 Europe/Berlin' as varchar), cast(timestamp '2026-03-02 10:00:00.000 +02:00' as varchar), cast(timestamp '2026-03-02 10:00:00.000 UTC' as date), cast(timestamp '2026-03-02 23:00:00.000 America/New_York' as timestamp);
select cast(timestamp '2026-03-02 17:05:09.500' as varchar), cast(cast('2026-03-02 17:05:09' as timestamp) as varchar);
-- refused: a cast from timestamp(3) to varchar beside a literal of other than three decimals
select cast(timestamp '2026-03-02 17:05' as varchar);
select cast(timestamp '2026-03-02 17:05:09.123456' as timestamp), cast(timestamp '2026-03-02 17:05:09.9996' as timestamp(3));
-- refused: TIMESTAMP(0): only timestamp(3)
select cast(timestamp '2026-03-02 17:05:09.999' as timestamp(0));
-- refused: TIMESTAMP(6): only timestamp(3)
select cast('2026-03-02 17:05:09.999' as timestamp(6));
select cast(cast(date '2026-03-02' as timestamp) as varchar);
-- refused: a cast from timestamp(3) to varchar beside a literal of other than three decimals
select cast(date_trunc('hour', timestamp '2026-03-02 17:05:09') as varchar);
-- refused: a cast from timestamp(3) to varchar beside a literal of other than three decimals
select cast(timestamp '2026-03-02 17:05:09' + interval '1' day as varchar);
-- refused: a cast from timestamp(3) to varchar beside a literal of other than three decimals
select cast(coalesce(timestamp '2026-03-02 17:05:09', timestamp '2026-03-02 17:05:09.123') as varchar);
select at_timezone(timestamp '2026-07-02 12:00:00 UTC', 'Asia/Kolkata'), timestamp '2026-07-02 12:00:00 UTC' at time zone '-08:00';
-- refused: at_timezone with a computed argument INTERVAL '2' HOUR
select timestamp '2026-07-02 12:00:00 UTC' at time zone interval '2' hour;
-- refused: the time zone 'EST'
select at_timezone(timestamp '2026-07-02 12:00:00 UTC', 'EST');
select extract(day from interval '2' day), extract(dow from date '2026-03-02'), extract(year from now()) > 2000, extract(timezone_hour from timestamp '2026-03-02 17:05:09 +02:00');
select try(array[1][2]), try(date_parse('x', '%Y')), try(from_iso8601_timestamp('x')), try(1 / 0), try(element_at(array[1], 0));
select date_diff('day', now(), now()), date_diff('month', timestamp '2026-01-31 00:00:00.000 UTC', timestamp '2026-02-28 00:00:00.000 +02:00');
select timestamp '2026-03-31 10:00:00.000 UTC' - interval '1' month, timestamp '2026-01-31 23:30:00.000 -02:00' + interval '1' month;
select date_format(timestamp '2026-03-02 17:05:09.000', 'it''s %Y');
select date_parse('2026-03-02 05:06:07 AM', '%Y-%m-%d %h:%i:%s %p'), date_parse('2026-03-02 17:05', '%Y-%m-%d %k:%i'), date_parse('5/3/26', '%c/%e/%y'), date_parse('2026-03-02 17:05:09', '%Y-%m-%d %T');
select date_parse('2026-03-02 12:00 AM', '%Y-%m-%d %I:%i %p');
select date_parse('20260302170509', '%Y%m%d%H%i%s');
-- refused: %x in the format of date_parse
select date_parse('2026-W10', '%x-W%v');
select format_datetime(timestamp '2026-03-02 17:05:09.000', '''at'' HH ''o''''clock'''), format_datetime(date '2026-03-02', 'dd.MM.yyyy'), format_datetime(now(), 'yyyy') > '2000';
select hour(interval '90' minute), minute(interval '90' minute), second(interval '-90' second);
select from_iso8601_timestamp('2026-03-02T17:05:09+0530'), from_iso8601_timestamp('2026-03-02T17:05:09-08'), from_iso8601_timestamp('2026-03-02T17:05:09.1Z'), from_iso8601_timestamp('2026-03-02T17:05:09.000000+00:00');
select at_timezone(from_iso8601_timestamp('2026-03-29T00:59:59Z'), 'Europe/Berlin'), at_timezone(from_iso8601_timestamp('2026-03-29T01:00:00Z'), 'Europe/Berlin');
select date_format(x, '%Y-%c'), format_datetime(x, 'd.M.yy'), to_iso8601(x) from (values timestamp '2026-03-02 00:00:00.000', cast(null as timestamp)) t (x);
select with_timezone(x, 'Europe/Berlin'), x at time zone 'Asia/Tokyo' from (values timestamp '2026-07-01 12:00:00.000', cast(null as timestamp)) t (x);
select sequence(x, date '2026-03-01', interval '1' month) from (values date '2026-01-15', date '2026-03-01') t (x);
select hour(x), minute(x), second(x), millisecond(x) from (values timestamp '2026-03-02 01:02:03.004', cast(null as timestamp)) t (x);
select date_parse('26', '%Y');
select date_trunc('minute', from_iso8601_timestamp(s) at time zone 'America/New_York'), count(*) from (values '2024-11-03T05:30:10Z', '2024-11-03T06:30:10Z') t (s) group by 1 order by 1;
select date_trunc('hour', from_iso8601_timestamp(s) at time zone 'America/New_York'), count(*) from (values '2024-11-03T05:30:10Z', '2024-11-03T06:30:10Z') t (s) group by 1 order by 1;
select date_trunc('day', from_iso8601_timestamp(s) at time zone 'America/New_York'), count(*) from (values '2024-11-03T05:30:10Z', '2024-11-03T06:30:10Z') t (s) group by 1 order by 1;
select dt, hour, uri, try_cast(concat(dt, ' ', hour, ':', regexp_extract(uri, '/minute=(\d{2})/', 1)) as timestamp) from (values ('2026-03-02', '18', '/minute=25/'), ('2026-03-02', '18', '/minute=99/'), ('2026-03-02', '18', '/minute=3/'), ('2026-03-02', '18', '/minute=٠٣/'), ('2026-03-02', '99', '/minute=25/'), ('unknown', 'unknown', '/minute=25/'), ('2026-13-02', '18', '/minute=25/'), ('2099-12-31', '23', '/minute=55/'), ('0999-01-01', '00', '/minute=00/'), (null, null, null)) t (dt, hour, uri);
select date_add('minute', -(minute(x) % 5), x) from (values timestamp '2026-03-02 18:03:00.000', timestamp '2026-03-02 18:59:00.000', timestamp '2026-03-02 18:05:00.000', null) t (x);
