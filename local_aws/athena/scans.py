"""The tables that a query scans, and the partitions that its conditions leave."""

from dataclasses import dataclass, field

from sqlglot import exp

from local_aws.athena.scope import Field
from local_aws.athena.types import VARCHAR, Type, quoted

PATH = "$path"


@dataclass(frozen=True)
class Partition:
    """A folder of a table: the values of its partition keys and its location, s3://..."""

    values: tuple[str | None, ...]
    location: str


@dataclass(frozen=True)
class Table:
    """A table of the Glue Data Catalog, as a query sees it.

    ``serde``: the SerDe's class name and ``serde_parameters`` its settings.
    """

    database: str
    name: str
    location: str
    columns: dict[str, Type]
    keys: dict[str, Type]
    serde: str
    serde_parameters: dict[str, str]
    parameters: dict[str, str]

    @property
    def all_columns(self) -> dict[str, Type]:
        """Columns, then partition keys, then what every table has and ``*`` hides."""
        return {**self.columns, **self.keys, PATH: VARCHAR}


@dataclass(frozen=True)
class Condition:
    """A condition that names partition keys only; ``equal_to``: the key it fixes to literals."""

    sql: str
    equal_to: str | None


@dataclass
class Scan:
    """One reading of a table by a query."""

    number: int
    table: Table
    conditions: list[Condition] = field(default_factory=list)

    @property
    def view(self) -> str:
        """The DuckDB view that the rewritten query reads."""
        return f"scan_{self.number}"


def prune(scans: list[Scan], node: exp.Expr, sql: str, used: list[Field]) -> None:
    """Note a condition for the scan whose partition keys it names, if it names nothing else."""
    if not used or node.find(exp.Query, exp.Subquery, exp.Exists, exp.AggFunc, exp.Window):
        return
    origins = [each.origin for each in used if each.origin]
    if len(origins) < len(used):
        return
    numbers = {number for number, _ in origins}
    scan = scans[min(numbers)]
    if len(numbers) > 1 or any(column not in scan.table.keys for _, column in origins):
        return
    for each, (_, column) in zip(used, origins, strict=True):
        sql = sql.replace(each.sql, quoted(column))
    scan.conditions.append(Condition(sql, _fixed_key(node, used)))


def _fixed_key(node: exp.Expr, used: list[Field]) -> str | None:
    literals = isinstance(node, exp.EQ) and isinstance(node.expression, exp.Literal)
    if isinstance(node, exp.In):
        literals = all(isinstance(each, exp.Literal) for each in node.expressions)
    column = isinstance(node.this, exp.Column)
    return used[0].origin[1] if literals and column and used[0].origin else None
