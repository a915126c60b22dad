"""DuckDB macros for what Trino computes and DuckDB does not."""

MACROS = r"""
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
        when regexp_matches(text, 'T.*[+-]\d\d:?\d\d$') then
            case
                when replace(right(regexp_replace(text, '(\d\d):?(\d\d)$', '\1:\2'), 5), ':', '')
                    = '0000' then 'UTC'
                else right(regexp_replace(text, '(\d\d):?(\d\d)$', '\1:\2'), 6)
            end
        else 'UTC'
    end;

-- Milliseconds are kept, finer digits are cut off, as from_iso8601_timestamp does.
create macro iso_local(text) as
    try_cast(replace(regexp_extract(
        text, '^(\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?)?)\d*(Z|[+-]\d\d:?\d\d)?$', 1
    ), 'T', ' ') as timestamp);

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

-- DuckDB makes a capital sharp s of it, Trino leaves it as it is.
create macro trino_upper(text) as
    case
        when contains(text, 'ß') then
            error('NOT_SUPPORTED: the local Athena does not run upper of a text with a sharp s')
        else upper(text)
    end;

create macro trino_substr(s, start) as
    case when start = 0 or start < -length(s) then left(s, 0) else substr(s, start) end;

create macro trino_substr_length(s, start, size) as
    case
        when start = 0 or start < -length(s) or size <= 0 then left(s, 0)
        else substr(s, start, size)
    end;

create macro split_field(s, delimiter, field) as
    case
        when field > 0 then list_extract(string_split(s, delimiter), field)
        else error('INVALID_FUNCTION_ARGUMENT: Index must be greater than zero')
    end;

create macro array_at(a, i) as
    case
        when i is null or a is null then null
        when i = 0 then
            error('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1')
        when i < 0 then error('INVALID_FUNCTION_ARGUMENT: Array subscript is negative: ' || i)
        when i > len(a) then error(
            'INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to '
            || 'array length: ' || i || ' > ' || len(a)
        )
        else list_extract(a, i)
    end;

-- How many steps lead from one end of a sequence to the other; Trino makes 10,000 entries at most.
create macro steps_between(start, stop, step) as
    case
        when step = 0 then error('INVALID_FUNCTION_ARGUMENT: step must not be zero')
        when sign(stop - start) = -sign(step) then error(
            'INVALID_FUNCTION_ARGUMENT: sequence stop value should be greater than or equal to'
            || ' start value if step is greater than zero otherwise stop should be less than or'
            || ' equal to start'
        )
        when (stop - start) // step >= 10000 then error(
            'INVALID_FUNCTION_ARGUMENT: result of sequence function must not have more than 10000'
            || ' entries'
        )
        else (stop - start) // step
    end;

create macro step_towards(start, stop) as case when start <= stop then 1 else -1 end;

create macro integer_sequence(start, stop, step) as
    generate_series(start, start + step * steps_between(start, stop, step), step);

create macro timestamp_sequence(start, stop, step) as
    case
        when steps_between(epoch_us(start), epoch_us(stop), epoch_us(step)) >= 0
            then generate_series(start, stop, step)
    end;

create macro date_sequence(start, stop, step) as
    case
        when epoch_us(step) % 86400000000 = 0 then cast(
            timestamp_sequence(cast(start as timestamp), cast(stop as timestamp), step) as date[]
        )
        when step is not null then error(
            'INVALID_FUNCTION_ARGUMENT: sequence step must be a day interval if start and end'
            || ' values are dates'
        )
    end;

create macro map_at(m, k) as
    case
        when m is null or k is null then null
        when map_contains(m, k) then map_extract_value(m, k)
        else error('INVALID_FUNCTION_ARGUMENT: Key not present in map: ' || k)
    end;

-- NULL, not false, where an unknown element might have been the one.
create macro array_contains_value(a, x) as
    case
        when list_contains(a, x) then true
        when len(a) > list_count(a) then null
        else list_contains(a, x)
    end;
"""
