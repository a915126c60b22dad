"""DuckDB macros of arrays and maps: what Trino computes and DuckDB does not."""

ARRAY_MACROS = r"""
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

-- The elements in the order of their first places; NULL and NaN are elements like others.
create macro distinct_elements(a) as
    list_filter(a, lambda element, place: list_position(a, element) = place);

create macro array_place(a, x) as
    case
        when a is not null and x is not null then cast(coalesce(list_position(a, x), 0) as bigint)
    end;

create macro array_without(a, x) as
    case when x is not null then list_filter(a, lambda element: element is distinct from x) end;

create macro array_both(a, b) as
    case
        when a is not null and b is not null then distinct_elements(list_concat(a, b))
    end;

-- The elements of the longer array that the other has too: Trino looks them up in the shorter.
create macro shared_elements(a, b) as
    distinct_elements(list_filter(a, lambda element: list_position(b, element) is not null));

create macro array_shared(a, b) as
    case
        when a is null or b is null then null
        when len(a) < len(b) then shared_elements(b, a)
        else shared_elements(a, b)
    end;

create macro array_rest(a, b) as
    case
        when b is not null
            then distinct_elements(list_filter(a, lambda x: list_position(b, x) is null))
    end;

-- NULL where an unknown element might have been a common one.
create macro arrays_meet(a, b) as
    case
        when a is null or b is null then null
        when len(list_filter(a, lambda x: x is not null and list_contains(b, x))) > 0 then true
        when len(a) > 0 and len(b) > 0 and list_count(a) + list_count(b) < len(a) + len(b)
            then null
        else false
    end;

create macro array_equal(a, b) as
    case
        when a is null or b is null then null
        when len(a) <> len(b) then false
        when len(list_filter(list_zip(a, b), lambda pair: pair[1] <> pair[2])) > 0 then false
        when list_count(a) + list_count(b) < len(a) + len(b) then null
        else true
    end;

create macro array_ordered(a, b, answer) as
    case
        when list_count(a) + list_count(b) < len(a) + len(b) then
            error('NOT_SUPPORTED: ARRAY comparison not supported for arrays with null elements')
        else answer
    end;

create macro any_true(answers) as
    case
        when list_contains(answers, true) then true
        when len(answers) = list_count(answers) then false
    end;

create macro all_true(answers) as
    case
        when list_contains(answers, false) then false
        when len(answers) = list_count(answers) then true
    end;

create macro none_true(answers) as not any_true(answers);

create macro zipped(a, b) as
    case when a is not null and b is not null then list_zip(a, b) end;

create macro numbers(a) as list_filter(a, lambda element: not isnan(element));

create macro joined(a, delimiter) as
    case
        when a is not null and delimiter is not null
            then coalesce(array_to_string(a, delimiter), '')
    end;

create macro sliced(a, start, size) as
    case
        when start = 0 then error('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1')
        when size < 0 then
            error('INVALID_FUNCTION_ARGUMENT: length must be greater than or equal to 0')
        when size = 0 or start > len(a) or start < -len(a) then list_slice(a, 2, 1)
        when start > 0 then list_slice(a, start, start + least(size, len(a)) - 1)
        else list_slice(a, len(a) + start + 1, len(a) + start + least(size, len(a)))
    end;

create macro trimmed(a, size) as
    case
        when size < 0 then error('INVALID_FUNCTION_ARGUMENT: size must not be negative: ' || size)
        when size > len(a) then error(
            'INVALID_FUNCTION_ARGUMENT: size must not exceed array cardinality ' || len(a) || ': '
            || size
        )
        when size is not null then list_slice(a, 1, len(a) - size)
    end;

create macro repeated(x, size) as
    case
        when size < 0 or size > 10000 then error(
            'INVALID_FUNCTION_ARGUMENT: count argument of repeat function must be '
            || case when size < 0 then 'greater than or equal to 0'
                else 'less than or equal to 10000' end
        )
        else list_transform(generate_series(1, size), lambda place: x)
    end;

-- How many whole months of a step fit between two moments; February takes the days it has.
create macro month_steps(start, stop, months) as
    case
        when months = 0 then error('INVALID_FUNCTION_ARGUMENT: step must not be zero')
        when sign(epoch_us(stop) - epoch_us(start)) = -sign(months) then error(
            'INVALID_FUNCTION_ARGUMENT: sequence stop value should be greater than or equal to'
            || ' start value if step is greater than zero otherwise stop should be less than or'
            || ' equal to start'
        )
        when abs(date_diff('month', start, stop)) // abs(months) >= 10000 then error(
            'INVALID_FUNCTION_ARGUMENT: result of sequence function must not have more than 10000'
            || ' entries'
        )
        else abs(date_diff('month', start, stop)) // abs(months)
    end;

create macro month_sequence(start, stop, step) as
    list_filter(
        list_transform(
            generate_series(0, month_steps(
                cast(start as timestamp), cast(stop as timestamp), months_of(step)
            )),
            lambda place:
                cast(start as timestamp) + to_months(cast(place * months_of(step) as integer))
        ),
        lambda each: case
            when months_of(step) > 0 then each <= cast(stop as timestamp)
            else each >= cast(stop as timestamp)
        end
    );

create macro checked_map(keys, items) as
    case
        when keys is null or items is null then null
        when len(keys) <> len(items) then error(
            'INVALID_FUNCTION_ARGUMENT: Key and value arrays must be the same length'
        )
        when list_count(keys) < len(keys) then
            error('INVALID_FUNCTION_ARGUMENT: map key cannot be null')
        when len(list_distinct(keys)) < len(keys) then error(
            'INVALID_FUNCTION_ARGUMENT: Duplicate map keys ('
            || cast(list_filter(
                keys, lambda each, place: list_position(keys, each) < place
            )[1] as varchar)
            || ') are not allowed'
        )
        else map(keys, items)
    end;

-- The entries, and behind them those of another map whose keys they lack.
create macro further_entries(entries, others) as
    case
        when entries is not null and others is not null then list_concat(entries, list_filter(
            others,
            lambda other: not list_contains(list_transform(entries, lambda e: e.key), other.key)
        ))
    end;
"""
