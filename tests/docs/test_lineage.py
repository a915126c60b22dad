"""docs/lineage.md says what the SQL and the code say."""

import pytest
from sqlglot.errors import OptimizeError

from tests.tools import lineage_page
from tests.tools.cost_page import written
from tests.tools.lineage import columns_of
from tests.tools.lineage_picture import picture

SCHEMA = {"gold_x": {"a": ["k", "n", "m"], "b": ["k", "v"]}, "silver_x": {"c": ["k", "w"]}}
CRAFTED = [
    ("select n + 1 as x, 'one' as y, m from a", {"x": "a.n", "y": "", "m": "a.m"}),
    ("select k as x from a union all select w from silver_x.c", {"x": "a.k c.w"}),
    (
        "with a as (select k, max(v) as v from b where v > 1 group by k) select * from a",
        {"k": "b.k", "v": "b.v"},
    ),
    (
        "select rank() over (partition by a.k order by v) as r from a join b on b.k = a.k",
        {"r": "a.k b.v"},
    ),
    ("select count(*) as n from (select k from a) join b using (k)", {"n": "a.* b.*"}),
    ("select n / (select sum(w) from silver_x.c) as share from a", {"share": "a.n c.w"}),
    ("select case when n > :least then m end as m from a", {"m": ":least a.m a.n"}),
    (
        "with t as (select max(struct(n, m)) as t from a) select t.t.m as m, t.t as both from t",
        {"m": "a.m", "both": "a.m a.n"},
    ),
    ("select x from b lateral view explode(v) as x", {"x": "b.v"}),
]


def test_page() -> None:
    """The page has the tables that `make dictionary` writes, and the picture is of them."""
    page = lineage_page.PAGE.read_text(encoding="utf-8")

    assert written(page, lineage_page.tables()) == page, "columns have changed: make dictionary"
    assert lineage_page.PICTURE.read_text(encoding="utf-8") == lineage_page.drawn()


@pytest.mark.parametrize(("statement", "expected"), CRAFTED)
def test_columns_of(statement: str, expected: dict[str, str]) -> None:
    """A column comes from those that its expression names, wherever they are named."""
    found = columns_of(statement, "spark", SCHEMA, "gold_x")

    assert found == {name: {*sources.split()} for name, sources in expected.items()}


def test_unnested() -> None:
    """Athena's way to make rows of an array is followed too."""
    statement = "select day from a cross join unnest(sequence(n, m)) as days (day)"

    assert columns_of(statement, "trino", SCHEMA, "gold_x") == {"day": {"a.n", "a.m"}}


def test_unknown_column() -> None:
    """A column that no table has is found out."""
    with pytest.raises(OptimizeError, match="earnings"):
        columns_of("select earnings from a", "trino", SCHEMA, "gold_x")


def test_picture() -> None:
    """Each box stands right of what it is made of, and no two lie upon each other."""
    drawn = picture({"c": {"a", "b"}, "d": {"c", "a"}}, dict.fromkeys("abcd", "gold"))

    corners = {
        name: tuple(int(line.split(f'{axis}="')[1].split('"')[0]) for axis in "xy")
        for line in drawn.splitlines()
        if line.startswith('<rect class="gold"')
        for name in line.split("</text>")[0][-1]
    }
    assert corners["a"][0] == corners["b"][0] < corners["c"][0] < corners["d"][0]
    assert len({*corners.values()}) == 4
    assert drawn.count("<path") == 4
