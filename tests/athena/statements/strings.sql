select 'a' || null;
select concat('a', 'b');
select substr('hello', -3);
select substr('hello', 0);
select substr('hello', 2, 3);
select split_part('a,b', ',', 3);
select split('a,b', ',');
select strpos('hello', 'l');
select position('z' in 'hello');
select lpad('5', 2, '0');
select trim('  x ');
select length('é');
select regexp_like('2026', '^\d+$');
select regexp_extract('abc', 'z');
select regexp_extract('s3://b/k=7/f', 'k=(\d+)', 1);
select regexp_replace('abc', '(b)', '[$1]');
select '5%' like '5!%' escape '!';
select 'a\b' like 'a\b';
select json_extract_scalar('{"a": [{"b": 1.50}]}', '$.a[0].b');
select json_extract_scalar('{"a": {}}', '$.a');
select json_extract_scalar('no json', '$.a');
select 'it''s', 'a' || 'b' || 'c', concat('a', 'b', 'c');
select concat_ws('-', 'a', null, 'b');
select upper('Straße'), lower('ÀB'), length('Zürich €');
select substr('hello', 2), substring('hello', 2, 2), substr('hello', 9), substr('hello', -9);
select trim(both 'x' from 'xxaxx'), ltrim('  a '), rtrim(' a  '), trim(leading '0' from '007');
select replace('banana', 'an', 'AN'), replace('banana', 'na');
select reverse('abc'), repeat('ab', 2);
select split('a,b,,c', ','), split('a,b,c', ',', 2), split('', ',');
select split_part('a-b-c', '-', 2), split_part('abc', '-', 1);
select lpad('abc', 5, 'xy'), rpad('abc', 5, 'xy'), lpad('abcdef', 3, 'x');
select strpos('banana', 'an', 2), starts_with('banana', 'ban'), strpos('abc', '');
select position('na' in 'banana');
select chr(65), ascii('A');
-- refused: the function codepoint
select codepoint('A');
select 'abc' like 'a%', 'abc' like '_b_', 'ABC' like 'a%', 'a%c' like 'a\%c' escape '\', null like 'a';
select 'abc' between 'abb' and 'abd', 'a' < 'B', 'Z' < 'a', '' < 'a';
select regexp_like('banana', 'an+'), regexp_like('Banana', '(?i)^ban');
select regexp_extract('k1=v1&k2=v2', 'k2=(\w+)', 1);
-- refused: regexp_extract of a group that may be absent from a match
select regexp_extract('abc', '(x)?', 1);
select regexp_extract_all('a1b22', '\d+'), regexp_extract_all('a1b22', '([a-z])(\d+)', 2);
select regexp_replace('a1b22', '\d+', '#'), regexp_replace('abc', 'b');
select regexp_split('a1b22c', '\d+'), regexp_count('a1b22', '\d');
select regexp_replace('first last', '(\w+) (\w+)', '$2 $1');
select translate('abc', 'ab', 'xy');
-- refused: the function word_stem
select word_stem('running');
-- refused: the function levenshtein_distance
select levenshtein_distance('kitten', 'sitting');
-- refused: the function hamming_distance
select hamming_distance('abc', 'abd');
-- refused: the function normalize
select normalize('é', nfd) = 'é';
-- refused: the function normalize
select length(normalize('é', nfd));
select to_hex(md5(to_utf8('a'))), to_hex(sha256(to_utf8('a')));
select from_utf8(to_utf8('é')), to_base64(to_utf8('abc')), from_utf8(from_base64('YWJj'));
select url_extract_host('https://a.example/p?q=1'), url_extract_parameter('https://a.example/p?q=1', 'q'), url_decode('a%20b'), url_encode('a b');
select json_extract_scalar('{"a": "x", "n": 1.50, "b": true, "z": null}', '$.a'), json_extract_scalar('{"n": 1.50}', '$.n'), json_extract_scalar('{"b": true}', '$.b'), json_extract_scalar('{"z": null}', '$.z');
-- refused: the function json_extract
select json_extract('{"a": [1, {"b": 2}]}', '$.a[1]');
-- refused: the function json_extract
select json_extract('{"a": 1}', '$.x');
select json_extract_scalar('[1, 2]', '$[1]');
-- refused: json_extract_scalar but of a varchar with a path like $.a[0].b
select json_extract_scalar('{"a b": 1}', '$["a b"]');
-- refused: the function json_array_length
select json_array_length('[1, 2, 3]');
-- refused: the function json_array_length
select json_array_length('{}');
-- refused: the function json_size
select json_size('{"a": [1, 2]}', '$.a');
-- refused: the function json_format
select json_format(json_parse('{"b": 1, "a": [true, null]}'));
-- refused: the function json_parse
select json_parse('{"a": 1}');
-- refused: the function json_array_contains
select json_array_contains('[1, 2]', 2);
-- refused: the function json_value
select json_value('{"a": 1}', 'lax $.a');
-- refused: the function json_exists
select json_exists('{"a": 1}', 'lax $.b');
-- refused: the function json_query
select json_query('{"a": [1]}', 'lax $.a');
-- refused: the function json_extract
select cast(json_extract('{"a": 5}', '$.a') as integer);
select lower(null), length(null);
-- refused: the function soundex
select soundex('Robert');
select concat_ws(',', array['a', null, 'b']);
select concat_ws(null, 'a', 'b');
select concat_ws(',', null, null);
select concat_ws('', 'a', '');
select concat_ws(',', 'a', cast(null as varchar), 'c');
select translate('abcd', 'abc', 'xy');
select translate('aab', 'aa', 'xy');
select translate('abc', '', 'x');
select regexp_extract_all('1a 2b 14m', '(\d+)([a-z]+)');
select regexp_extract_all('1a 2b 14m', '(\d+)([a-z]+)', 2);
select regexp_extract_all('abc', 'x*');
select regexp_extract_all('abc', 'z');
select regexp_count('aaa', 'aa');
select regexp_count('abc', 'x*');
select regexp_count('abc', '');
select regexp_split('1a 2b 14m', '\s*[a-z]+\s*');
select regexp_split('abc', 'z');
-- refused: regexp_split where the pattern matches nothing at all
select regexp_split('abc', '');
select regexp_split('', ',');
select regexp_like('é', '^\w$');
select regexp_like('é', '^.$');
select regexp_like('é', '[a-z]');
-- refused: a pattern with \b over other letters than ASCII
select regexp_extract('über alles', '\b\w+');
-- refused: regexp_extract of a group that may be absent from a match
select regexp_extract('ab', '(a)|(b)', 2);
select regexp_extract('ab', '(a)(b)', 3);
-- refused: regexp_extract with (?<=
select regexp_extract('ab', '(?<=a)b');
-- refused: regexp_extract with (?=
select regexp_extract('ab', 'a(?=b)');
select regexp_replace('abc', '', '-');
select regexp_replace('abc', 'x*', '-');
-- refused: regexp_replace with the replacement '${n}x'
select regexp_replace('abc', '(?<n>b)', '${n}x');
-- refused: regexp_replace with the replacement '\\$'
select regexp_replace('abc', 'b', '\$');
select regexp_replace('abc', '(b)', '$2');
select regexp_replace('a.b', '\.', '');
-- refused: LAMBDA expressions: x -> UPPER(x[1])
select regexp_replace('abc', 'b', x -> upper(x[1]));
select split('a,b,c', ',', 1);
select split('a,b,c', ',', 9);
select split('a,b,c', ',', 0);
select split('abc', '');
select split('a||b', '||');
select split(null, ',');
select strpos('banana', 'an', -1);
select strpos('banana', 'an', 3);
select strpos('banana', 'zz', 1);
select strpos('banana', 'an', 0);
select strpos('banana', 'ana', 2);
select strpos('añb', 'b');
select trim(both 'xy' from 'xyaxy');
select trim(leading from '  a ');
select trim(trailing 'a' from 'baa');
select trim('x' from 'xax');
select trim(both from ' a ');
select trim('xax', 'x');
select ltrim('xxa', 'x');
select trim('	 a');
select substr('hello', 2, -1);
select substr('héllo', 2, 1);
select substr('hello', null);
select substr('hello', 6);
select upper('ß'), upper('ı'), lower('İ'), upper('ŉ');
select lower('ΑΣ');
select upper('ﬁ');
select lower('ÄÖÜ'), upper('äöü');
select from_hex('C3A9');
select from_hex('xy');
-- refused: from_utf8 of bytes that are not UTF-8
select from_utf8(from_hex('C3'));
-- refused: from_utf8 of bytes that are not UTF-8
select from_utf8(from_hex('FF41'));
select to_base64(to_utf8('abcd'));
select url_extract_host('https://user@Example.com:8080/path/a?x=1&y=2#frag');
select url_extract_port('https://user@Example.com:8080/path/a?x=1&y=2#frag');
select url_extract_path('https://user@Example.com:8080/path/a?x=1&y=2#frag');
select url_extract_path('https://example.com');
select url_extract_protocol('https://example.com');
select url_extract_query('https://example.com/?x=1&y=2#frag');
select url_extract_query('https://example.com/');
select url_extract_fragment('https://example.com/?x=1&y=2#frag');
select url_extract_parameter('https://example.com/?x=1&y=2#frag', 'y');
select url_extract_parameter('https://example.com/?x=a%20b', 'x');
select url_extract_parameter('https://example.com/?x', 'x');
select url_extract_parameter('https://example.com/?a=1', 'x');
-- refused: url_extract functions of not a url
select url_extract_host('not a url');
-- refused: url_extract functions of foo
select url_extract_host('foo');
select url_encode('a b+c/é~*-_.');
select url_decode('a+b%20c%C3%A9');
select url_decode('%zz');
select lpad('abc', 0, 'x');
select lpad('abc', -1, 'x');
select lpad('abc', 5, '');
select replace('abc', '', '-');
select replace('abc', 'b', '');
-- refused: || of a NULL without a type
select 'a' || 'b' || null;
select null || null;
select 'abc' like 'a_c', 'ä' like '_', 'a%b' like 'a!%b' escape '!', 'abc' like '';
select length('👍'), reverse('👍a'), substr('👍a', 2);
select lower('ABC') || upper('def');
-- refused: the function json_array_length
select json_array_length('[1, [2, 3]]');
-- refused: the function json_array_length
select json_array_length('x');
-- refused: the function json_array_length
select json_array_length('"a"');
-- refused: the function json_array_contains
select json_array_contains('["a", 1, true, null, 1.5]', 'a');
-- refused: the function json_array_contains
select json_array_contains('["a", 1, true, null, 1.5]', 1);
-- refused: the function json_array_get
select json_array_get('[1, "a"]', 1);
select replace('', '', '-');
select url_extract_parameter('https://e.com/?x=a+b', 'x');
select url_extract_parameter('https://e.com/?y=1&x=a%2Bb&x=2', 'x'), url_extract_port('https://e.com/');
select chr(10), chr(8364);
select upper('Straße'), upper(cast(null as varchar)), upper('ß');
select from_utf8(from_base64('w6k=')), from_utf8(to_utf8('日本€'));
select split('', ','), split('a', ','), split(',', ',');
select regexp_replace('a-b_c', '[-_]', ' '), regexp_extract('id=42;', 'id=(\d+);', 1), regexp_like('line', '^l.*e$'), regexp_extract_all('a,b;c', '[^,;]+'), regexp_split('a, b;c', '[,;]\s*'), regexp_count('banana', '(?i)AN');
select regexp_extract('2026-03-02', '(\d{4})-(\d{2})', 2), regexp_like('x', '(?i)X|y'), regexp_replace('x1y2', '([a-z])(\d)', '$2$1');
select regexp_extract(x, '(\w+)@(\w+)', 2) from (values 'joe@example', 'none', cast(null as varchar)) t (x);
select regexp_replace(x, '\s+', ' ') from (values 'a  b', '', cast(null as varchar)) t (x);
select split_part(x, ',', 2), split(x, ',') from (values 'a,b', 'a', '', cast(null as varchar)) t (x);
select url_extract_host(x), url_extract_parameter(x, 'q') from (values 'https://a.b.example/x?q=1&r=2', cast(null as varchar), 'http://example.com') t (x);
select strpos(x, 'a', 2), lpad(x, 3, '*'), reverse(x), translate(x, 'a', 'A'), trim(both 'a' from x) from (values 'banana', '', cast(null as varchar)) t (x);
select regexp_like('a', '[a');
-- refused: multiple repeat
select regexp_like('a', 'a**');
-- refused: a group that may be absent
select regexp_extract('ab', '(a|b)(c)?', 1);
select substring('hello' from 2 for 3), substring('hello' from 2), substring('hello', 2), substring('hello', -2);
select json_extract_scalar('{"a": 1, "a": 2}', '$.a'), json_extract_scalar('{"a": 1} x', '$.a');
select uri, regexp_like(uri, '\.(gz|json|jsonl|ndjson)$'), regexp_like(uri, '^s3://[^/]+/(.*/)?[_.]') from (values 's3://b/events/a.jsonl.gz', 's3://b/_a.gz', 's3://b/x/.a.gz', 's3://_b/a_b.json', 's3://b/_x/a.jsonl', 's3://b/x/a.GZ', 's3://b/x/', 's3://b/x/notes.txt', 's3://b/x/a.gz.tmp') t (uri);
