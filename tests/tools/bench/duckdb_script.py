"""The best that DuckDB does with our rules: the peer that the job is measured against.

``python -m tests.tools.bench.duckdb_script RAW OUT`` brings the raw files of a folder that OUT's
ledger does not have into OUT's tables: silver gets the events that are new, then come rejects with
their reasons, the ledger, and the five gold tables of the hours that were touched.
"""

import sys
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import duckdb

from tests.tools.bench import duckdb_gold, duckdb_rules
from tests.tools.bench.duckdb_rules import EVENT, FIELDS

# Rows: one per raw file; ``slot`` is the five minutes that its key names.
FILES = r"""
create temp table files as
select row_number() over () - 1 as file, path, source_file, cast(bytes as bigint) as bytes,
    strptime(regexp_extract(path, 'year=.*/minute=\d+'),
        'year=%Y/month=%m/day=%d/hour=%H/minute=%M') as slot
from (select unnest($paths) as path, unnest($names) as source_file, unnest($sizes) as bytes)
"""
# What of silver could equal a new event.
KNOWN = f"""
create temp table known as
select {EVENT}, source_file, hash({EVENT}) as fingerprint
from (
    select *, event_time + to_microseconds(event_time_micros) as instant
    from read_parquet($silver)
    where event_time between
        (select min(instant) - interval 1 second from parsed) and (select max(instant) from parsed)
)
"""
NOTHING_KNOWN = f"""
create temp table known as
select {EVENT}, '' as source_file, fingerprint from parsed limit 0
"""
VALID = """
create temp table valid as
select file, count(*) as valid,
    date_trunc('millisecond', min(instant)) as first_event_time,
    date_trunc('millisecond', max(instant)) as last_event_time
from parsed
group by file
"""
# Hashes nominate, all fields decide; silver's row comes first, then the first file's by name.
DUPLICATES = f"""
create temp table duplicates as
with suspects as (
    select fingerprint
    from (select fingerprint from parsed union all select fingerprint from known)
    group by fingerprint
    having count(*) > 1
), claims as (
    select parsed.rowid as row, file, source_file, {EVENT} from parsed join files using (file)
    where fingerprint in (select fingerprint from suspects)
    union all
    select null, null, '', {EVENT} from known
    where fingerprint in (select fingerprint from suspects)
), ranked as (
    select row, file, row_number() over (partition by {EVENT} order by source_file) as place
    from claims
)
select row, file from ranked where place > 1;
delete from parsed where rowid in (select row from duplicates);
"""
IN_HOUR = "instant >= timestamp '{hour}' and instant < timestamp '{hour}' + interval 1 hour"
EVENTS = f"""
select
    date_trunc('millisecond', instant)::timestamp_ms as event_time,
    (epoch_us(instant) % 1000)::integer as event_time_micros,
    {FIELDS}, source_file
from parsed join files using (file)
where {IN_HOUR}
"""
# Accepted events are counted in what was written, so that the sum proves something.
LEDGER = """
create temp table ledger as
with accepted as (
    select source_file, count(*) as accepted from read_parquet($written) group by source_file
), copies as (
    select file, count(*) as duplicates from duplicates group by file
), reasons as (
    select file, reason, sum(occurrences)::bigint as lines from rejected group by all
), refused as (
    select file, sum(lines)::bigint as rejected,
        map_from_entries(list({'k': reason, 'v': lines} order by reason)) as reasons
    from reasons group by file
), unknown as (
    select file, list_sort(list_distinct(flatten(list(unknown_fields)))) as unknown_fields
    from judged group by file
)
select source_file, bytes,
    coalesce(valid, 0) + coalesce(rejected, 0) as lines,
    coalesce(accepted, 0) as accepted,
    coalesce(duplicates, 0) as duplicates,
    coalesce(rejected, 0) as rejected,
    coalesce(reasons, map()) as reasons,
    coalesce(unknown_fields, []) as unknown_fields,
    first_event_time, last_event_time
from files
left join valid using (file)
left join accepted using (source_file)
left join copies using (file)
left join refused using (file)
left join unknown using (file)
"""
UNBALANCED = "from ledger where lines <> accepted + duplicates + rejected"
REJECTED = """
select source_file, reason, raw_line, occurrences from rejected join files using (file)
"""
HOUR_EVENTS = (
    f"create or replace temp view hour_events as select {EVENT} from parsed where {IN_HOUR}"
)
OF_SILVER = f"""
union all select event_time::timestamp as instant, {FIELDS} from read_parquet({{files}})
"""


def main(raw: Path, out: Path) -> None:
    """Bring the new files into every table."""
    batch = duckdb.connect()
    batch.execute("set preserve_insertion_order = false; set timezone = 'UTC'")
    duckdb_rules.parse(batch, _find_files(batch, raw, out))
    found = batch.sql("select distinct date_trunc('hour', instant) from parsed").fetchall()
    silver = {hour: _folder(out, "silver/events", hour) for (hour,) in sorted(found)}
    known = {hour: sorted(map(str, folder.glob("*.parquet"))) for hour, folder in silver.items()}
    files = [file for of_hour in known.values() for file in of_hour]
    batch.execute(*((KNOWN, {"silver": files}) if files else (NOTHING_KNOWN,)))
    batch.execute(VALID)
    batch.execute(DUPLICATES)
    name = f"{uuid4().hex}.parquet"
    for hour, folder in silver.items():
        _write(batch, EVENTS.format(hour=hour), folder / name)
    _account(batch, out / "bronze", [str(folder / name) for folder in silver.values()])
    for hour, old in known.items():
        _aggregate(batch, out, hour, old)


def _find_files(batch: duckdb.DuckDBPyConnection, raw: Path, out: Path) -> list[str]:
    """Make the table ``files`` of the raw files that the ledger does not have."""
    files = {f"s3://{file.relative_to(raw.parent)}": file for file in sorted(raw.rglob("*.gz"))}
    ledger = out / "bronze/load_ledger"
    if ledger.exists():
        rows = batch.read_parquet(f"{ledger}/*.parquet").select("source_file").fetchall()
        files = {name: file for name, file in files.items() if (name,) not in rows}
    paths, sizes = list(map(str, files.values())), [it.stat().st_size for it in files.values()]
    batch.execute(FILES, {"paths": paths, "names": list(files), "sizes": sizes})
    return paths


def _account(batch: duckdb.DuckDBPyConnection, bronze: Path, written: list[str]) -> None:
    batch.execute(LEDGER, {"written": written})
    if wrong := batch.sql(UNBALANCED).fetchall():
        sys.exit(f"lines are accepted + duplicates + rejected, but not of {wrong}")
    name = Path(written[0]).name
    _write(batch, REJECTED, bronze / "rejected_events" / name)
    _write(batch, "from ledger", bronze / "load_ledger" / name)


def _aggregate(
    batch: duckdb.DuckDBPyConnection, out: Path, hour: datetime, silver: list[str]
) -> None:
    """Write gold of an hour: of its new events, and of those that silver had before."""
    old = OF_SILVER.format(files=silver) if silver else ""
    batch.execute(HOUR_EVENTS.format(hour=hour) + old)
    batch.execute(duckdb_gold.PRODUCTS)
    for table, rows in duckdb_gold.TABLES.items():
        _write(batch, rows, _folder(out, f"gold/{table}", hour) / "rows.parquet")


def _folder(out: Path, table: str, hour: datetime) -> Path:
    return out / f"{table}/{hour:dt=%Y-%m-%d/hour=%H}"


def _write(batch: duckdb.DuckDBPyConnection, rows: str, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    batch.execute(f"copy ({rows}) to '{file}' (format parquet, compression zstd)")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
