"""Tables filled with what the oracles make of deliveries."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from tests.commerce import oracle
from tests.commerce.answers import TABLES, Answers
from tests.commerce.oracle_answers import Shop, ledger
from tests.commerce.oracle_marts import latest_day, marts
from tests.commerce.oracle_records import Delivery

SALES = {"transactions", "sales"}


def shop(files: list[Delivery], answers: Answers, without: Iterable[str] = ()) -> Shop:
    """Fill the tables with what the oracles make of deliveries, some with nothing; return it."""
    zone = ZoneInfo(answers.zone)
    tables, counts = oracle.load(files, zone)
    tables |= marts(tables, latest_day(files), zone=zone)
    tables["commerce_ledger"] = ledger(files, counts)
    tables |= {key: [] for key in without}
    answers.fill({name: rows for name, rows in tables.items() if TABLES[name].layer != "silver"})
    loaded = (file for file in files if file.source in SALES and file.records)
    as_of = max((file.day for file in loaded), default=None)
    return Shop(tables, as_of, ZoneInfo(answers.zone))
