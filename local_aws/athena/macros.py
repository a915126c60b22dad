"""DuckDB macros for what Trino computes and DuckDB does not."""

import re
from functools import cache

from local_aws.athena.array_macros import ARRAY_MACROS
from local_aws.athena.text_macros import TEXT_MACROS

_MACROS = r"""
-- Integer division, half away from zero. Exact: nothing is doubled that could overflow.
create macro half_up(n, d) as
    n // d + case when abs(n % d) >= abs(d) - abs(n % d) then sign(n) * sign(d) else 0 end;

-- The digits of a decimal without its point.
create macro unscaled(x) as cast(replace(cast(x as varchar), '.', '') as hugeint);

-- Minutes of an offset like +02:00 or -09:30.
create macro offset_minutes(zone) as
    case when zone[1] = '-' then -1 else 1 end
    * (cast(zone[2:3] as integer) * 60 + cast(zone[5:6] as integer));

-- The wall clock of a zoned timestamp, {utc, zone}.
create macro local_time(z) as
    case
        when z.zone = 'UTC' then z.utc
        when z.zone[1] in ('+', '-') then z.utc + to_minutes(offset_minutes(z.zone))
        else timezone(z.zone, timezone('UTC', z.utc))
    end;

-- A zoned timestamp, NULL if its instant is.
create macro zoned(instant, zone) as
    case when instant is not null then {'utc': cast(instant as timestamp), 'zone': zone} end;

-- The instant at which clocks of a zone show a time.
create macro instant(local, zone) as
    case
        when zone = 'UTC' then local
        when zone[1] in ('+', '-') then local - to_minutes(offset_minutes(zone))
        else timezone('UTC', timezone(zone, local))
    end;

-- Trino's zone of an ISO 8601 text: Z is UTC, no zone is the session's, which is UTC.
create macro iso_zone(text) as
    case
        when not regexp_matches(text, 'T.*[+-]\d\d(:?\d\d)?$') then 'UTC'
        when regexp_matches(text, '[+-]00(:?00)?$') then 'UTC'
        else regexp_replace(
            regexp_extract(text, '[+-]\d\d(:?\d\d)?$'), '^(...):?(\d\d)?$',
            '\1:' || case when regexp_matches(text, '[+-]\d\d$') then '00' else '\2' end
        )
    end;

-- Milliseconds are kept, finer digits are cut off, as from_iso8601_timestamp does.
create macro iso_local(text) as
    case
        when regexp_full_match(text, '\d{4}') then try_cast(text || '-01-01' as timestamp)
        when regexp_full_match(text, '\d{4}-\d{2}') then try_cast(text || '-01' as timestamp)
        else try_cast(regexp_replace(
            replace(replace(regexp_extract(
                text,
                '^(\d{4}-\d\d?-\d\d?(T([01]\d|2[0-3])(:\d\d(:\d\d([.,]\d{1,3})?)?)?)?)\d*(Z|[+-]\d\d(:?\d\d)?)?$',
                1
            ), 'T', ' '), ',', '.'), '( \d\d)$', '\1:00'
        ) as timestamp)
    end;

-- To a zoned timestamp. A day of a zone with summer time may have 23 hours.
create macro add_time(z, step) as
    case
        when z is not null then {'utc': cast(z.utc as timestamp) + step, 'zone': z.zone}
    end;

create macro add_days(z, step) as
    case
        when contains(z.zone, '/') then error(
            'NOT_SUPPORTED: the local Athena does not run date_add of days to a timestamp in '
            || z.zone
        )
        else add_time(z, step)
    end;

create macro iso_timestamp(text) as
    case
        when iso_local(text) is not null then
            {'utc': instant(iso_local(text), iso_zone(text)), 'zone': iso_zone(text)}
        when text is not null then
            error('INVALID_FUNCTION_ARGUMENT: Invalid format: "' || text || '"')
    end;

create macro iso_date(text) as
    case
        when regexp_full_match(text, '\d{4}-\d\d-\d\d') then cast(text as date)
        when text is not null then
            error('INVALID_FUNCTION_ARGUMENT: Invalid format: "' || text || '"')
    end;

-- Months and milliseconds of intervals, which DuckDB keeps in parts.
create macro months_of(step) as datepart('year', step) * 12 + datepart('month', step);

create macro months_text(n) as
    case when n < 0 then '-' else '' end || abs(n) // 12 || '-' || abs(n) % 12;

create macro seconds_text(micros) as
    case when micros < 0 then '-' else '' end
    || printf('%d %02d:%02d:%02d.%03d', abs(micros) // 86400000000, abs(micros) // 3600000000 % 24,
        abs(micros) // 60000000 % 60, abs(micros) // 1000000 % 60, abs(micros) // 1000 % 1000);

-- Minutes that the wall clock of a zoned timestamp is ahead of UTC, and their text.
create macro minutes_ahead(z) as
    cast((epoch_us(local_time(z)) - epoch_us(z.utc)) // 60000000 as integer);

create macro offset_text(z, colon) as
    case when minutes_ahead(z) < 0 then '-' else '+' end
    || printf('%02d%s%02d', abs(minutes_ahead(z)) // 60, colon, abs(minutes_ahead(z)) % 60);

-- Complete units between two instants, by the wall clock of the first one's zone.
create macro zoned_diff(unit, a, b) as
    case
        when contains(a.zone, '/') then error(
            'NOT_SUPPORTED: the local Athena does not run date_diff in days of timestamps in '
            || a.zone
        )
        else date_sub(unit, local_time(a), local_time({'utc': b.utc, 'zone': a.zone}))
    end;

create macro parsed_moment(s, format) as
    case
        when s is null then null
        when regexp_matches(s, '^\s|\s$|\s\s') or try_strptime(s, format) is null then
            error('INVALID_FUNCTION_ARGUMENT: Invalid format: "' || s || '"')
        else date_trunc('millisecond', try_strptime(s, format))
    end;

-- Newton's last step: the C library's root may be off by one unit.
create macro cube_root(x) as
    case
        when x = 0 or not isfinite(x) then x
        else cbrt(x) - (cbrt(x) * cbrt(x) * cbrt(x) - x) / (3 * cbrt(x) * cbrt(x))
    end;

create macro bucket_of(x, a, b, n) as
    case
        when n <= 0 then
            error('INVALID_FUNCTION_ARGUMENT: bucketCount must be greater than 0')
        when not isfinite(x) or not isfinite(a) or not isfinite(b) then
            error('INVALID_FUNCTION_ARGUMENT: operand and bounds must be finite')
        when a = b then error('INVALID_FUNCTION_ARGUMENT: bounds cannot equal each other')
        else cast(case
            when x < least(a, b) then case when a > b then n + 1 else 0 end
            when x >= greatest(a, b) then case when a > b then 0 else n + 1 end
            when a > b then n - trunc(n * (x - b) / (a - b) + 1) + 1
            else trunc(n * (x - a) / (b - a) + 1)
        end as bigint)
    end;
"""
_OWN = _MACROS + TEXT_MACROS + ARRAY_MACROS
_NAMES = re.findall(r"create macro (\w+)\(", _OWN)
_CALL = re.compile(rf"'(?:[^']|'')*'|\"[^\"]*\"|\b(?P<name>error|{'|'.join(_NAMES)})\(")


def may_fail(sql: str) -> bool:
    """Whether SQL may call error(), itself or in a macro."""
    return not _called(sql).isdisjoint({"error", *_reaching("error(")})


def refuses(sql: str) -> bool:
    """Whether SQL may end in a refusal, which is no failure to be caught."""
    return "NOT_SUPPORTED" in sql or not _called(sql).isdisjoint(_reaching("NOT_SUPPORTED"))


def failing_quietly(sql: str) -> str:
    """Return SQL that is NULL where it would have called error()."""
    failing = {"error", *_reaching("error(")}
    return _CALL.sub(lambda found: "try_" * (found["name"] in failing) + found[0], sql)


def _called(sql: str) -> set[str]:
    return {found["name"] for found in _CALL.finditer(sql) if found["name"]}


@cache
def _reaching(text: str) -> set[str]:
    """Return the macros in which a text stands, and those that call them."""
    bodies = dict(zip(_NAMES, re.split(r"create macro \w+\(", _OWN)[1:], strict=True))
    found = {name for name, body in bodies.items() if text in body}
    while further := {
        name
        for name, body in bodies.items()
        if name not in found and not found.isdisjoint(re.findall(r"\w+(?=\()", body))
    }:
        found |= further
    return found


def _quiet_macros() -> str:
    """Return each macro that may fail once more, under a name that begins with try_."""
    each_macro = re.split(r"(?=create macro )", re.sub(r"--.*", "", _OWN))
    quiet = (failing_quietly(macro) for macro in each_macro if may_fail(macro))
    return "create macro try_error(message) as null;\n" + "".join(quiet)


MACROS = _OWN + _quiet_macros()
