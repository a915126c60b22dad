"""Expressions mean in the local Athena what they mean in Trino.

Expectations follow Trino's documentation (https://trino.io/docs/current/): the page is named in
each test. All cells are text, as Athena's results have them.
"""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from local_aws.athena.engine import connection, run
from local_aws.athena.errors import InvalidRequestError, QueryFailedError
from local_aws.athena.results import Result

if TYPE_CHECKING:
    from pathlib import Path

Ask = Callable[[str], list[list[str | None]]]


@pytest.fixture(scope="module")
def answer_to(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Result]]:
    """Return the answer to a query that reads no table."""
    folder: Path = tmp_path_factory.mktemp("athena")
    with connection(folder / "scratch") as opened:
        yield lambda sql: run(opened, sql, None, folder)


@pytest.fixture
def ask(answer_to: Callable[[str], Result]) -> Ask:
    """Return the rows of a query that reads no table."""
    return lambda sql: answer_to(sql).rows


def expression(cases: list[tuple[str, str | None]]) -> pytest.MarkDecorator:
    """Ask for each expression by itself."""
    return pytest.mark.parametrize(("sql", "answer"), cases, ids=[sql for sql, _ in cases])


@expression([
    ("7 / 2", "3"),
    ("-7 / 2", "-3"),
    ("-7 % 3", "-1"),
    ("7 / 2e0", "3.5"),
    ("1e0 / 0", "Infinity"),
    ("0e0 / 0", "NaN"),
    ("0e0 / 0 = 0e0 / 0", "false"),
    ("cast(1 as bigint) / null", None),
    ("cast(3 as double) / nullif(0, 0)", None),
    ("sqrt(2)", "1.4142135623730951"),
    ("round(2.5e0)", "3.0"),
    ("round(-2.5e0)", "-3.0"),
    ("ceil(2.1)", "3"),
    ("floor(-2.1e0)", "-3.0"),
    ("abs(-3)", "3"),
    ("greatest(1, null)", None),
    ("least(3, 2, 1)", "1"),
    ("power(2, 10)", "1024.0"),
    ("1e7", "1.0E7"),
    ("1234567.5e0", "1234567.5"),
    ("1e-3", "0.001"),
    ("1.234e-5", "1.234E-5"),
    ("cast(1 as real) / 3", "0.33333334"),
])
def test_numbers(ask: Ask, sql: str, answer: str | None) -> None:
    """functions/math: integers truncate, doubles follow IEEE 754."""
    assert ask(f"select {sql}") == [[answer]]


@pytest.mark.parametrize(
    ("sql", "answer", "of"),
    [
        ("1.5 / 2", "0.8", "decimal(2,1)"),
        ("2 / 3.0", "0.7", "decimal(12,1)"),
        ("-1.00 / 8", "-0.13", "decimal(3,2)"),
        ("cast(1 as decimal(38,2)) / 3", "0.33", "decimal(38,2)"),
        ("12345678901234567890.12 / 3", "4115226300411522630.04", "decimal(22,2)"),
        ("1.10 + 2.205", "3.305", "decimal(5,3)"),
        ("1.10 - 1", "0.10", "decimal(13,2)"),
        ("1.10 * 2.5", "2.750", "decimal(5,3)"),
        ("9.99 * cast(3 as integer)", "29.97", "decimal(13,2)"),
        ("-12.5 % 5", "-2.5", "decimal(3,1)"),
        ("decimal '0.12'", "0.12", "decimal(2,2)"),
        ("round(2.345, 2)", "2.350", "decimal(5,3)"),
        ("round(2.5)", "3", "decimal(2,0)"),
        ("cast(2.445 as decimal(10,2))", "2.45", "decimal(10,2)"),
        ("cast(-2.445 as decimal(10,2))", "-2.45", "decimal(10,2)"),
        ("cast(1.115e0 as decimal(10,2))", "1.12", "decimal(10,2)"),
        ("coalesce(null, 1, 2.5)", "1.0", "decimal(11,1)"),
        ("1.5 + 1e0", "2.5", "double"),
    ],
)
def test_decimals(answer_to: Callable[[str], Result], sql: str, answer: str, of: str) -> None:
    """functions/decimal: precision and scale of each operator, half away from zero."""
    result = answer_to(f"select {sql}")
    assert (result.rows, [str(each) for _, each in result.columns]) == ([[answer]], [of])


@pytest.mark.parametrize(
    ("sql", "answer"),
    [
        ("sum(x)", "6.65"),
        ("avg(x)", "2.22"),
        ("count(x)", "3"),
        ("count(*)", "4"),
        ("sum(x) filter (where x > 2)", "5.55"),
        ("avg(cast(x as double))", "2.216666666666667"),
        ("min(x)", "1.10"),
        ("count(distinct x > 2)", "2"),
        ("count_if(x > 2)", "2"),
        ("approx_distinct(x)", "3"),
        ("max_by(x, -x)", "1.10"),
        ("array_agg(x order by x desc)", "[3.35, 2.20, 1.10, null]"),
        ("bool_and(x > 2)", "false"),
        ("sum(x) filter (where x > 99)", None),
        ("avg(x) filter (where x > 99)", None),
    ],
)
def test_aggregates(ask: Ask, sql: str, answer: str | None) -> None:
    """functions/aggregate: NULLs are left out, array_agg keeps them; avg keeps the decimal type."""
    assert ask(f"select {sql} from (values 1.10, 2.20, 3.35, null) as t (x)") == [[answer]]


@expression([
    ("date '2026-01-31' + interval '1' month", "2026-02-28"),
    ("date '2026-01-01' - interval '1' day", "2025-12-31"),
    ("timestamp '2026-01-01 10:00:00' + interval '90' minute", "2026-01-01 11:30:00.000"),
    ("timestamp '2026-01-02 10:00:00' - timestamp '2026-01-01 09:30:00'", "1 00:30:00.000"),
    ("date_trunc('hour', timestamp '2026-11-20 10:59:59.999')", "2026-11-20 10:00:00.000"),
    ("date_trunc('month', date '2026-11-20')", "2026-11-01"),
    ("date_diff('hour', timestamp '2026-01-01 10:59:00', timestamp '2026-01-01 11:00:00')", "0"),
    ("date_diff('day', date '2026-03-01', date '2026-02-27')", "-2"),
    ("date_add('day', 3, date '2026-11-29')", "2026-12-02"),
    ("date_parse('2026-11-20 05:06', '%Y-%m-%d %H:%i')", "2026-11-20 05:06:00.000"),
    ("date_format(timestamp '2026-11-20 10:01:02', '%Y-%m-%d %H:%i:%s')", "2026-11-20 10:01:02"),
    ("format_datetime(date '2026-11-20', 'yyyy-MM-dd''T''HH:mm')", "2026-11-20T00:00"),
    ("day_of_week(date '2026-11-22')", "7"),
    ("hour(timestamp '2026-11-20 10:01:02')", "10"),
    ("extract(year from date '2026-11-20')", "2026"),
    ("millisecond(timestamp '2026-11-20 10:01:02.345')", "345"),
    ("cast('2026-11-20' as date) = date '2026-11-20'", "true"),
    ("cast(concat('2026-11-20', ' ', '05', ':00:00') as timestamp)", "2026-11-20 05:00:00.000"),
    ("date('2026-11-20')", "2026-11-20"),
    ("date(timestamp '2026-11-20 23:59:59')", "2026-11-20"),
    ("from_iso8601_timestamp('2026-11-20T10:00:00.1239-02:00')", "2026-11-20 10:00:00.123 -02:00"),
    ("from_iso8601_timestamp('2026-11-20T10:00:00Z')", "2026-11-20 10:00:00.000 UTC"),
    ("from_iso8601_timestamp('2026-11-20T10:00:00+02:00') at time zone 'UTC'",
     "2026-11-20 08:00:00.000 UTC"),
    ("cast(from_iso8601_timestamp('2026-11-20T10:00:00+02:00') as timestamp)",
     "2026-11-20 10:00:00.000"),
    (("from_iso8601_timestamp('2026-11-20T10:00:00Z') = "
     "from_iso8601_timestamp('2026-11-20T12:00:00+02:00')"), "true"),
    ("hour(from_iso8601_timestamp('2026-11-20T10:00:00+02:00'))", "10"),
    ("to_unixtime(timestamp '1970-01-01 00:00:01.5')", "1.5"),
    ("from_unixtime(1.5)", "1970-01-01 00:00:01.500 UTC"),
    ("now() > timestamp '2020-01-01 00:00:00'", "true"),
    (("from_iso8601_timestamp('2026-11-20T10:00:00+02:00') - timestamp '2026-11-20 07:00:00'"),
     "0 01:00:00.000"),
    ("date_add('minute', -5, from_iso8601_timestamp('2026-01-01T00:00:00Z'))",
     "2025-12-31 23:55:00.000 UTC"),
    ("date_add('day', 1, from_iso8601_timestamp('2026-01-01T00:00:00+02:00'))",
     "2026-01-02 00:00:00.000 +02:00"),
    ("date_add('hour', 1, from_iso8601_timestamp(cast(null as varchar)))", None),
    ("from_iso8601_timestamp('2026-01-01T00:00:00Z') - interval '1' hour",
     "2025-12-31 23:00:00.000 UTC"),
    ("from_iso8601_timestamp(cast(null as varchar)) + interval '1' hour", None),
    ("date_diff('hour', from_iso8601_timestamp('2026-01-01T00:00:00+02:00'), date '2026-01-01')",
     "2"),
    ("timestamp '2026-01-01 00:00:00' + - interval '1' hour", "2025-12-31 23:00:00.000"),
])  # fmt: skip
def test_moments(ask: Ask, sql: str, answer: str | None) -> None:
    """functions/datetime: a date stays a date, units are complete, a timestamp keeps its zone."""
    assert ask(f"select {sql}") == [[answer]]


@pytest.mark.parametrize(
    ("unit", "first", "second"),
    [
        ("minute", "2024-11-03 01:30:00.000", "2024-11-03 01:30:00.000"),
        ("hour", "2024-11-03 01:00:00.000", "2024-11-03 01:00:00.000"),
        ("day", "2024-11-03 00:00:00.000", None),
    ],
)
def test_the_hour_shown_twice_is_two_hours(
    ask: Ask, unit: str, first: str, second: str | None
) -> None:
    """functions/datetime: date_trunc of a zoned timestamp, as daylight saving time ends."""
    sql = f"""
        select date_trunc('{unit}', from_iso8601_timestamp(s) at time zone 'America/New_York'),
            count(*)
        from (values '2024-11-03T05:30:10Z', '2024-11-03T06:30:10Z') t (s)
        group by 1 order by 1
    """
    shown = [each for each in (first, second) if each]
    counted = str(2 // len(shown))
    assert ask(sql) == [[f"{each} America/New_York", counted] for each in shown]


@expression([
    ("try_cast('abc' as integer)", None),
    ("try_cast(' 1' as integer)", None),
    ("try_cast('1.5' as integer)", None),
    ("cast('+12' as bigint)", "12"),
    ("cast(' 1.5 ' as double)", "1.5"),
    ("cast('1e2' as decimal(5,1))", "100.0"),
    ("cast(2.5e0 as integer)", "3"),
    ("cast(2.5 as integer)", "3"),
    ("try_cast('2026-02-30' as date)", None),
    ("try_cast('2026-11-20T10:00:00' as timestamp)", None),
    ("cast('T' as boolean)", "true"),
    ("cast(true as varchar)", "true"),
    ("cast(1.10 as varchar)", "1.10"),
    ("cast(timestamp '2026-11-20 10:00:00' as varchar)", "2026-11-20 10:00:00.000"),
    ("cast('hello' as varchar(3))", "hel"),
    ("cast(array['1', null] as array(integer))", "[1, null]"),
])
def test_casts(ask: Ask, sql: str, answer: str | None) -> None:
    """functions/conversion: texts convert whole or not at all, numbers round half up."""
    assert ask(f"select {sql}") == [[answer]]


@expression([
    ("'a' || null", None),
    ("concat('a', 'b')", "ab"),
    ("substr('hello', -3)", "llo"),
    ("substr('hello', 0)", ""),
    ("substr('hello', 2, 3)", "ell"),
    ("split_part('a,b', ',', 3)", None),
    ("split('a,b', ',')", "[a, b]"),
    ("strpos('hello', 'l')", "3"),
    ("position('z' in 'hello')", "0"),
    ("lpad('5', 2, '0')", "05"),
    ("trim('  x ')", "x"),
    ("length('é')", "1"),
    ("regexp_like('2026', '^\\d+$')", "true"),
    ("regexp_extract('abc', 'z')", None),
    ("regexp_extract('s3://b/k=7/f', 'k=(\\d+)', 1)", "7"),
    ("regexp_replace('abc', '(b)', '[$1]')", "a[b]c"),
    ("'5%' like '5!%' escape '!'", "true"),
    ("'a\\b' like 'a\\b'", "true"),
    ("json_extract_scalar('{\"a\": [{\"b\": 1.50}]}', '$.a[0].b')", "1.50"),
    ("json_extract_scalar('{\"a\": {}}', '$.a')", None),
    ("json_extract_scalar('no json', '$.a')", None),
])
def test_strings(ask: Ask, sql: str, answer: str | None) -> None:
    """functions/string, functions/regexp, functions/json."""
    assert ask(f"select {sql}") == [[answer]]


@expression([
    ("array[1, 2][1]", "1"),
    ("element_at(array[1, 2], 3)", None),
    ("element_at(array[1, 2], -1)", "2"),
    ("cardinality(array[1, 2])", "2"),
    ("contains(array[1, null], 2)", None),
    ("contains(array[1, 2], 2)", "true"),
    ("array_max(array[1, null])", None),
    ("array_sort(array[3, null, 1])", "[1, 3, null]"),
    ("array_join(array['a', null, 'b'], '-')", "a-b"),
    ("transform(array[1, 2], x -> x * 2)", "[2, 4]"),
    ("filter(array[1, 2, 3], x -> x % 2 = 1)", "[1, 3]"),
    ("sequence(1, 3)", "[1, 2, 3]"),
    ("sequence(3, 1)", "[3, 2, 1]"),
    ("sequence(1, 6, 2)", "[1, 3, 5]"),
    ("sequence(3, 1, -2)", "[3, 1]"),
    ("cardinality(sequence(1, 10000))", "10000"),
    ("sequence(date '2026-02-28', date '2026-03-01')", "[2026-02-28, 2026-03-01]"),
    ("sequence(date '2026-03-01', date '2026-02-28')", "[2026-03-01, 2026-02-28]"),
    (
        "sequence(date '2026-03-01', date '2026-03-04', interval '2' day)",
        "[2026-03-01, 2026-03-03]",
    ),
    (
        "sequence(timestamp '2026-01-01 23:55:00', date '2026-01-02', interval '2' minute)",
        "[2026-01-01 23:55:00.000, 2026-01-01 23:57:00.000, 2026-01-01 23:59:00.000]",
    ),
    (
        "sequence(timestamp '2026-01-01 00:05:00', date '2026-01-01', - interval '5' minute)",
        "[2026-01-01 00:05:00.000, 2026-01-01 00:00:00.000]",
    ),
    ("sequence(cast(null as date), date '2026-01-01')", None),
    ("map(array['a'], array[1])['a']", "1"),
    ("element_at(map(array['a'], array[1]), 'b')", None),
    ("map(array['a'], array[null])", "{a=null}"),
    ("map(array['a', 'b'], array[1, 2])", "{a=1, b=2}"),
    ("map()", "{}"),
    ("cardinality(map(array['a', 'b'], array[1, 2]))", "2"),
    ("coalesce(nullif(1, 1), 2, cardinality(map()))", "2"),
    ("map_keys(map(array['a', 'b'], array[1, 2]))", "[a, b]"),
    ("map_entries(map(array['a'], array[1]))", "[{field0=a, field1=1}]"),
    ("map(array['a'], array[1]) is null", "false"),
    ("cast(row(1, 'x') as row(a integer, b varchar))", "{a=1, b=x}"),
    ("cast(row(1, 'x') as row(a integer, b varchar)).b", "x"),
])
def test_arrays_maps_rows(ask: Ask, sql: str, answer: str | None) -> None:
    """functions/array, functions/map, language/types."""
    assert ask(f"select {sql}") == [[answer]]


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("select x from (values 3, null, 1) t (x) order by x", [["1"], ["3"], [None]]),
        ("select x from (values 3, null, 1) t (x) order by x desc", [["3"], ["1"], [None]]),
        ("select x from (values 3, null, 1) t (x) order by 1 nulls first limit 1", [[None]]),
        (("select k, sum(v) over (partition by k order by v) from"
         " (values ('a', 1), ('a', 2), ('b', 3)) t (k, v) order by 1, 2"),
         [["a", "1"], ["a", "3"], ["b", "3"]]),
        (("select v, lag(v, 1, 0) over (order by v), row_number() over (order by v desc)"
         " from (values 1, 2) t (v) order by v"), [["1", "0", "2"], ["2", "1", "1"]]),
        (("select t.x, u.y, u.n from (values (1, array[10, 20]), (2, array[])) t (x, a)"
         " cross join unnest(a) with ordinality as u (y, n) order by n"),
         [["1", "10", "1"], ["1", "20", "2"]]),
        (("select a, b, sum(c), grouping(a, b) from (values (1, 2, 3), (1, 3, 4)) t (a, b, c)"
         " group by grouping sets ((a), (a, b), ()) order by a, b"),
         [["1", "2", "3", "0"], ["1", "3", "4", "0"], ["1", None, "7", "1"],
          [None, None, "7", "3"]]),
        (("with e (i, s) as (values (1, 'x'), (2, 'y')) select i, s from e where s = 'y'"
         " union all select 5, 'z' order by 1 desc"), [["5", "z"], ["2", "y"]]),
        ("select listagg(s, ',') within group (order by s desc) from (values 'a', 'b') t (s)",
         [["b,a"]]),
        (("select date_trunc('hour', from_iso8601_timestamp(s)), count(*) from"
         " (values '2026-11-20T10:20:00Z', '2026-11-20T10:40:00Z') t (s) group by 1"),
         [["2026-11-20 10:00:00.000 UTC", "2"]]),
        ("select x from (values 1, 2, 3) t (x) where x in (select y from (values 2) u (y))",
         [["2"]]),
        (("select x from (values 1, 2) t (x) where exists"
         " (select 1 from (values 2) u (y) where y = x)"), [["2"]]),
        (("select a.x, b.y from (values (1, 'l')) a (k, x) join (values (1, 'r')) b (k, y)"
         " using (k)"), [["l", "r"]]),
        ("select count(*) from (values 1) t (x) where false", [["0"]]),
        ("select sum(x) from (values 1) t (x) where false", [[None]]),
        ("select distinct x from (values 2, 1, 2) t (x) order by x", [["1"], ["2"]]),
        ("select distinct -x as y from (values 2, 1, 2) t (x) order by -x", [["-2"], ["-1"]]),
        ("select array_agg(distinct x order by x desc) from (values 1, 2, 1, null) t (x)",
         [["[2, 1, null]"]]),
        ("select x from (values 3, 1, 2) t (x) order by x fetch first 2 rows only",
         [["1"], ["2"]]),
        ("select x from (values 3, 1, 2) t (x) order by x offset 1 row fetch next row only",
         [["2"]]),
        ("select 1 as x union all select 2 order by x desc fetch first row only", [["2"]]),
        ("select sum(x) as total from (values 1, 2) t (x) order by sum(x)", [["3"]]),
        (("select lag(v, 1, null) over (order by v), lag(cast(v as bigint), 1, 0) over (order by v)"
         " from (values 1, 2) t (v) order by v"), [[None, "0"], ["1", "1"]]),
        ("select truncate(-1.59e0), truncate(cast(1.5 as real))", [["-1.0", "1.0"]]),
        (("select case x when 1 then 'one' end, if(x > 1, 'more') from (values 1, 2) t (x)"
         " order by x"), [["one", None], [None, "more"]]),
    ],
)  # fmt: skip
def test_queries(ask: Ask, sql: str, rows: list[list[str | None]]) -> None:
    """sql/select: NULLs come last in both directions; functions/window."""
    assert ask(sql) == rows


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("select 1 / 0", "DIVISION_BY_ZERO"),
        ("select 1.5 / 0", "DIVISION_BY_ZERO"),
        ("select 9223372036854775807 + 1", "NUMERIC_VALUE_OUT_OF_RANGE"),
        ("select sum(x) from (values 9223372036854775807, 1) t (x)", "NUMERIC_VALUE_OUT_OF_RANGE"),
        ("select cast(3000000000 as integer)", "NUMERIC_VALUE_OUT_OF_RANGE"),
        ("select cast(100 as decimal(2,0))", "INVALID_CAST_ARGUMENT"),
        ("select array[1, 2][3]", "INVALID_FUNCTION_ARGUMENT"),
        ("select date_parse('x', '%Y')", "INVALID_FUNCTION_ARGUMENT"),
        ("select from_iso8601_timestamp('x')", "INVALID_FUNCTION_ARGUMENT"),
        ("select date '2026-01-01' + interval '1' hour", "INVALID_FUNCTION_ARGUMENT"),
        ("select 1 = '1'", "TYPE_MISMATCH"),
        ("select date '2026-01-01' = '2026-01-01'", "TYPE_MISMATCH"),
        ("select 1 || 'a'", "TYPE_MISMATCH"),
        ("select lower(1)", "FUNCTION_NOT_FOUND"),
        ("select x, count(*) from (values 1) t (x)", "EXPRESSION_NOT_AGGREGATE"),
        ("select x as y from (values 1) t (x) where y = 1", "COLUMN_NOT_FOUND"),
        ("select x as y from (values 1) t (x) group by y", "COLUMN_NOT_FOUND"),
        ("select x from (values 1) t (x), (values 2) u (x)", "AMBIGUOUS_NAME"),
        ("select 1 order by 2", "INVALID_COLUMN_REFERENCE"),
        ("select 1e0+2", "NOT_SUPPORTED"),
        (
            "select distinct x from (values (1, 2)) t (x, y) order by y",
            "EXPRESSION_NOT_IN_DISTINCT",
        ),
        (
            "select array_agg(distinct x order by y) from (values (1, 2)) t (x, y)",
            "EXPRESSION_NOT_IN_DISTINCT",
        ),
        ("select sum(x) as x from (values 1) t (x) order by sum(x)", "COLUMN_NOT_FOUND"),
        (
            "select map(array['a'], array[1])['b']",
            "INVALID_FUNCTION_ARGUMENT: Key not present in map",
        ),
        (
            "select map(array['a'], array[1])[1]",
            "TYPE_MISMATCH: .*Cannot use integer for subscript",
        ),
        ("select sequence(1, 2, 0)", "INVALID_FUNCTION_ARGUMENT: step must not be zero"),
        ("select sequence(1, 2, -1)", "INVALID_FUNCTION_ARGUMENT: sequence stop value"),
        ("select sequence(1, 10001)", "INVALID_FUNCTION_ARGUMENT: .*more than 10000 entries"),
        (
            "select sequence(date '2026-01-01', date '2026-01-02', interval '1' hour)",
            "INVALID_FUNCTION_ARGUMENT: sequence step must be a day interval",
        ),
        ("select sequence(localtimestamp, localtimestamp)", "FUNCTION_NOT_FOUND"),
        ("select sum(sum(x)) from (values 1) t (x)", "NESTED_AGGREGATION"),
    ],
)
def test_failures(ask: Ask, sql: str, word: str) -> None:
    """What fails in Trino fails here, under the same error code."""
    with pytest.raises(QueryFailedError, match=f"^{word}"):
        ask(sql)


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        (
            "select count(distinct x) over () from (values 1) t (x)",
            "DISTINCT in window function parameters not yet supported",
        ),
        (
            "select array_agg(distinct x order by x) over () from (values 1) t (x)",
            "DISTINCT in window function parameters not yet supported",
        ),
        (
            "select lag(x, 1, 0.5) over (order by x) from (values 1) t (x)",
            "lag of integer with a default of decimal(1,1)",
        ),
        ("select truncate(1.59)", "truncate of decimal(3,2)"),
        (
            "select now() - interval '1' month",
            "timestamp(3) with time zone - interval year to month",
        ),
        ("select interval '1' day * 2", "interval day to second * integer"),
        ("select 2 * interval '1' month", "integer * interval year to month"),
        ("select 1 fetch first 2 rows with ties", "WITH TIES"),
        (
            "select array_agg(distinct x) from (values now()) t (x)",
            "array_agg(DISTINCT) of timestamps with time zone",
        ),
        (
            "select date_add('day', 1, now() at time zone 'Europe/Paris')",
            "date_add of days to a timestamp in Europe/Paris",
        ),
        ("select date_diff('day', now(), now())", "date_diff in days of timestamps with time zone"),
        (
            "select sequence(date '2026-01-31', date '2026-03-31', interval '1' month)",
            "a sequence in steps of months",
        ),
    ],
)
def test_what_would_differ_is_named(ask: Ask, sql: str, named: str) -> None:
    """What Trino answers and the rewritten query would not, or not alike, is refused by name."""
    with pytest.raises(QueryFailedError, match=f"^NOT_SUPPORTED: .*{re.escape(named)}"):
        ask(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select distinct m from {maps}",
        "select m from {maps} union select m from {maps}",
        "select m, count(*) from {maps} group by m",
        "select count(distinct m) from {maps}",
        "select array_agg(distinct m) from {maps}",
        "select 1 from {maps} order by m",
        "select m from {maps} order by 1",
        "select row_number() over (partition by m) from {maps}",
        "select 1 from {maps} where m in (select m from {maps})",
        "select 1 from {maps} where m = m",
        "select contains(array[m], m) from {maps}",
        "select distinct array[m] from {maps}",
    ],
)
def test_maps_are_not_compared(ask: Ask, sql: str) -> None:
    """Two maps are equal in Trino whatever the order of their keys, in DuckDB they are not."""
    with pytest.raises(QueryFailedError, match=r"NOT_SUPPORTED: .*map\(varchar\(1\), integer\)"):
        ask(sql.format(maps="(values map(array['a'], array[1])) t (m)"))


def test_no_sql_is_refused_at_once(ask: Ask) -> None:
    """Athena refuses a syntax error before a query exists, and says where."""
    for sql, place in [("select 1 x y", "1:12: mismatched input 'y'"), ("select from t", "1:1")]:
        with pytest.raises(InvalidRequestError, match=f"^line {place}"):
            ask(sql)
