"""DuckDB macros of texts: what Trino computes and DuckDB does not."""

TEXT_MACROS = r"""
-- DuckDB makes a capital sharp s of it, Trino leaves it as it is.
create macro trino_upper(s) as
    case
        when contains(s, 'ß') then
            array_to_string(list_transform(string_split(s, 'ß'), lambda part: upper(part)), 'ß')
        else upper(s)
    end;

create macro trino_substr(s, start) as
    case when start = 0 or start < -length(s) then left(s, 0) else substr(s, start) end;

create macro trino_substr_length(s, start, size) as
    case
        when start = 0 or start < -length(s) or size <= 0 then left(s, 0)
        else substr(s, start, size)
    end;

-- Java's text of a double from DuckDB's of its amount: 1.0E0, 1.5E-5, 0E0.
create macro digits_of(t) as
    ltrim(replace(split_part(t, 'e', 1), '.', ''), '0');

create macro exponent_of(t) as
    length(split_part(split_part(t, 'e', 1), '.', 1)) - 1
    - (length(replace(split_part(t, 'e', 1), '.', '')) - length(digits_of(t)))
    + coalesce(try_cast(split_part(t, 'e', 2) as integer), 0);

create macro double_text(x, t) as
    case
        when isnan(x) then 'NaN'
        when isinf(x) then case when x < 0 then '-Infinity' else 'Infinity' end
        when x = 0 then '0E0'
        else case when x < 0 then '-' else '' end || digits_of(t)[1] || '.'
            || coalesce(nullif(rtrim(digits_of(t)[2:], '0'), ''), '0') || 'E' || exponent_of(t)
    end;

-- Every place where a text stands in another, also where the places overlap.
create macro places_of(s, part) as
    case
        when part = '' then error(
            'NOT_SUPPORTED: the local Athena does not run strpos of an instance of an empty text'
        )
        else list_filter(
            generate_series(1, length(s) - length(part) + 1),
            lambda place: substr(s, place, length(part)) = part
        )
    end;

create macro nth_place(s, part, n) as
    case
        when s is null or part is null or n is null then null
        when n = 0 then error(
            'INVALID_FUNCTION_ARGUMENT: ''instance'' must be a positive or negative number.'
        )
        else coalesce(list_extract(places_of(s, part), n), 0)
    end;

create macro replaced(s, part, other) as
    case
        when part <> '' then replace(s, part, other)
        when part = '' then other || array_to_string(
            list_transform(generate_series(1, length(s)), lambda place: s[place] || other), ''
        )
    end;

create macro pads(size, padding) as
    case
        when size < 0 or size > 2147483647 then error(
            'INVALID_FUNCTION_ARGUMENT: Target length must be in the range [0..2147483647]'
        )
        when padding = '' then
            error('INVALID_FUNCTION_ARGUMENT: Padding string must not be empty')
        else true
    end;

create macro plain_words(s) as
    case
        when regexp_matches(s, '[^\x00-\x7F]') then error(
            'NOT_SUPPORTED: the local Athena does not run a pattern with \b over other letters'
            || ' than ASCII'
        )
        else s
    end;

create macro plain_end(s) as
    case
        when ends_with(s, chr(10)) then error(
            'NOT_SUPPORTED: the local Athena does not run a pattern with $ over a text that ends'
            || ' with a line break'
        )
        else s
    end;

-- Trino puts a replacement character where bytes are no UTF-8.
create macro utf8_text(b) as
    case
        when regexp_full_match(
            hex(b),
            '([0-7].|C[2-9A-F][89AB].|D.[89AB].|E0[AB].[89AB].|E[1-9A-CEF][89AB].[89AB].'
            || '|ED[89].[89AB].|F0[9AB].[89AB].[89AB].|F[1-3]([89AB].){3}|F48.([89AB].){2})*'
        ) then decode(b)
        when b is not null then error(
            'NOT_SUPPORTED: the local Athena does not run from_utf8 of bytes that are not UTF-8'
        )
    end;

create macro base64_bytes(s) as
    case
        when regexp_full_match(
            s, '([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?'
        ) then from_base64(s)
        when s is not null then error(
            'NOT_SUPPORTED: the local Athena does not run from_base64 of a text of odd length'
        )
    end;

create macro code_point(n) as
    case
        when n between 1 and 55295 or n between 57344 and 1114111 then chr(cast(n as integer))
        when n < 0 or n > 1114111 then
            error('INVALID_FUNCTION_ARGUMENT: Not a valid Unicode code point: ' || n)
        when n is not null then
            error('NOT_SUPPORTED: the local Athena does not run chr(' || n || ')')
    end;

create macro hex_bytes(s) as
    case
        when regexp_full_match(s, '([0-9A-Fa-f]{2})*') then unhex(s)
        when s is not null then
            error('INVALID_FUNCTION_ARGUMENT: not hexadecimal digits: ' || s)
    end;

-- application/x-www-form-urlencoded, as Java's URLEncoder writes it.
create macro form_encoded(s) as
    replace(replace(replace(url_encode(s), '%20', '+'), '%2A', '*'), '~', '%7E');

create macro form_decoded(s) as
    case
        when regexp_matches(replace(s, '+', ' '), '%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)') then error(
            'INVALID_FUNCTION_ARGUMENT: URLDecoder: Illegal hex characters in escape (%) pattern'
        )
        else url_decode(replace(s, '+', ' '))
    end;

-- 1 scheme, 2 host, 3 port, 4 path, 5 query, 6 fragment; Java decodes escapes, this does not.
create macro url_pattern() as
    '([A-Za-z][A-Za-z0-9+.-]*)://(?:[A-Za-z0-9._~:-]*@)?'
    || '((?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?)'
    || '(?::(\d+))?(/[A-Za-z0-9._~!$&()*+,;=:@%/-]*)?(?:\?([A-Za-z0-9._~!$&()*+,;=:@%/?-]*))?'
    || '(?:#([A-Za-z0-9._~!$&()*+,;=:@%/?-]*))?';

create macro raw_url_part(s, part) as
    case
        when regexp_full_match(s, url_pattern()) then
            coalesce(regexp_extract_all(s, '^' || url_pattern() || '$', part)[1], '')
        when s is not null then
            error('NOT_SUPPORTED: the local Athena does not run url_extract functions of ' || s)
    end;

create macro url_part(s, part) as
    case
        when contains(raw_url_part(s, part), '%') then
            error('NOT_SUPPORTED: the local Athena does not run url_extract functions of ' || s)
        else raw_url_part(s, part)
    end;

create macro url_parameter(s, name) as
    form_decoded(list_filter(
        list_transform(
            string_split(raw_url_part(s, 5), '&'),
            lambda pair: case when not contains(pair, '=') then pair || '=' else pair end
        ),
        lambda pair: starts_with(pair, name || '=')
    )[1][length(name) + 2:]);

create macro split_texts(s, delimiter) as
    case
        when delimiter = '' then
            error('INVALID_FUNCTION_ARGUMENT: The delimiter may not be the empty string')
        else string_split(s, delimiter)
    end;

create macro split_some(s, delimiter, size) as
    case
        when size <= 0 then error('INVALID_FUNCTION_ARGUMENT: Limit must be positive')
        when len(split_texts(s, delimiter)) <= size then string_split(s, delimiter)
        else list_append(
            list_slice(string_split(s, delimiter), 1, size - 1),
            array_to_string(list_slice(string_split(s, delimiter), size, length(s)), delimiter)
        )
    end;

create macro split_field(s, delimiter, field) as
    case
        when field > 0 then list_extract(string_split(s, delimiter), field)
        else error('INVALID_FUNCTION_ARGUMENT: Index must be greater than zero')
    end;
"""
