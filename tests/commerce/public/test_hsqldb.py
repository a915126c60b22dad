"""The reader of HSQLDB scripts takes values as the database means them."""

import pytest

from tests.commerce.public import hsqldb

SCRIPT = r"""
CREATE SCHEMA "shop" AUTHORIZATION DBA
CREATE MEMORY TABLE "shop"."goods"("id" INTEGER NOT NULL,"name" VARCHAR(9),"PRICE" DECIMAL(9,4))
CREATE MEMORY TABLE "shop"."empty"("id" INTEGER,FOREIGN KEY("id") REFERENCES "shop"."goods"("id"))
CREATE UNIQUE INDEX "i" ON "shop"."goods"("id")
SET SCHEMA "shop"
INSERT INTO "goods" VALUES(1,'Bob''s, (large)',2.8500)
INSERT INTO "goods" VALUES(-2,NULL,1.5E0)
INSERT INTO "goods" VALUES(3,'caf\u00e9\u000a''',0.0000)
INSERT INTO "other" VALUES(1)
"""


def test_values() -> None:
    """Quotes, commas and brackets in texts, NULL, and characters by number."""
    tables = hsqldb.rows(SCRIPT.splitlines(keepends=True), "goods", "empty")

    assert tables == {
        "goods": [
            {"id": "1", "name": "Bob's, (large)", "PRICE": "2.8500"},
            {"id": "-2", "name": None, "PRICE": "1.5E0"},
            {"id": "3", "name": "café\n'", "PRICE": "0.0000"},
        ],
        "empty": [],
    }


def test_no_such_table() -> None:
    """A name that the script does not know is a mistake of the reader's caller."""
    with pytest.raises(KeyError, match="bads"):
        hsqldb.rows(SCRIPT.splitlines(), "bads")
