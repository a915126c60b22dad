"""The rules of events/rules.py for DuckDB: one regular expression, and Python for the rest.

The expression knows the spellings that are measured. The few other lines are judged one by one.
"""

from datetime import UTC, datetime

import duckdb

from tests import oracle

_TEXT = r'"(?:[^"\\\x00-\x1f\x{FFFD}]|\\["\\/bfnrt])+"'


def _nulls(*names: str) -> str:
    return "".join(f'(?:, ?"{name}": ?null)?' for name in names)


_ITEM = '"quantity": ?[1-9][0-9]{0,8}, ?"price": ?(?:0|[1-9][0-9]{0,7})(?:\\.[0-9]{1,2})?'
_TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,6})?"
_PLAIN = (
    rf'\{{"timestamp": ?"{_TIME}(?:Z|\+00:00)", ?"user_id": ?{_TEXT}, ?"session_id": ?{_TEXT}, ?'
    rf'"event_type": ?(?:"search"{_nulls("product_id", "quantity", "price", "category")}, ?'
    rf'"search_query": ?{_TEXT}'
    rf'|(?:"page_view", ?"product_id": ?{_TEXT}{_nulls("quantity", "price")}'
    rf'|"(?:add_to_cart|remove_from_cart|purchase)", ?"product_id": ?{_TEXT}, ?{_ITEM})'
    rf', ?"category": ?{_TEXT}{_nulls("search_query")})\}}'
)
_TYPES = dict.fromkeys(oracle.FIELDS[1:], "VARCHAR") | {
    "quantity": "INTEGER",
    "price": "DECIMAL(10,2)",
}
_STRUCT = ", ".join(f'"{name}": "{_TYPES.get(name, "VARCHAR")}"' for name in oracle.FIELDS)
FIELDS = ", ".join(_TYPES)
EVENT = f"instant, {FIELDS}"  # what makes two lines the same event

# Lines as text; what is no UTF-8 goes to the table bad_encoding. Rows: one per line that is not
# blank; ``other`` is the line where it needs a closer look.
_PARSE = f"""
create temp table parsed as
with typed as (
    select file_index as file, line,
        case when regexp_full_match(line, '{_PLAIN}') then from_json(line, '{{{_STRUCT}}}') end as e
    from read_csv($files, columns = {{'line': 'VARCHAR'}}, delim = '\x01', quote = '', escape = '',
        header = false, auto_detect = false, strict_mode = false, ignore_errors = true,
        store_rejects = true, rejects_table = 'bad_encoding', rejects_scan = 'scans')
    where line is not null and not regexp_full_match(line, '[ \\t\\r]*')
), timed as (
    select *, try_cast(e.timestamp as timestamp) as instant from typed
)
select file, {", ".join(f"e.{name}" for name in _TYPES)}, instant,
    hash(instant, {", ".join(f"e.{name}" for name in _TYPES)}) as fingerprint,
    case
        when instant is null or instant < timestamp '2010-01-01'
            or instant > (select min(slot) + interval 1 day from files) then line
    end as other
from timed
"""
_JUDGED = {
    "file": "BIGINT",
    "line": "VARCHAR",
    "reason": "VARCHAR",
    "unknown_fields": "VARCHAR[]",
    "instant": "TIMESTAMP",
    **_TYPES,
}
_JUDGE = f"""
create temp table judged as
select {", ".join(f"unnest(${name}::{of}[]) as {name}" for name, of in _JUDGED.items())}
"""
_ACCEPT = f"""
delete from parsed where other is not null;
insert into parsed by name
select file, {EVENT}, hash({EVENT}) as fingerprint
from judged where reason is null;
"""
_REJECT = """
create temp table rejected as
select file, reason, raw_line, count(*) as occurrences
from (
    select file, reason, line as raw_line from judged where reason is not null
    union all
    select file, 'not_utf8', trim(csv_line, chr(10))
    from bad_encoding join scans using (scan_id, file_id) join files on path = file_path
)
group by all
"""


def parse(batch: duckdb.DuckDBPyConnection, paths: list[str]) -> None:
    """Make ``parsed``, the valid lines, ``judged`` and ``rejected`` of the files in ``files``."""
    batch.execute(_PARSE.replace("$files", str(paths)))
    others = batch.sql("""
        select file, slot, other from parsed join files using (file) where other is not null
    """).fetchall()
    rows = [_judged(file, line, slot.replace(tzinfo=UTC)) for file, slot, line in others]
    batch.execute(_JUDGE, {name: [row.get(name) for row in rows] for name in _JUDGED})
    batch.execute(_ACCEPT)
    batch.execute(_REJECT)


def _judged(file: int, line: str, slot: datetime) -> dict[str, object]:
    verdict, unknown = oracle.judge_line(line.encode(), slot)
    row = {"file": file, "line": line, "unknown_fields": sorted(unknown)}
    if isinstance(verdict, str):
        return {**row, "reason": verdict}
    fields = {name: getattr(verdict, name) for name in _TYPES}
    price = None if verdict.price is None else f"{verdict.price:f}"
    return {**row, **fields, "price": price, "instant": verdict.time.replace(tzinfo=None)}
