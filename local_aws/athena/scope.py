"""What names mean at one place of a query."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryFailedError
from local_aws.athena.types import Type, quoted

if TYPE_CHECKING:
    from local_aws.athena.queries import Planner

Column = tuple[int, str]  # the number of a scan, a column of its table


@dataclass(frozen=True)
class Typed:
    """A DuckDB expression with the Trino type of its value.

    ``text`` is the value of a string literal, where a format or a unit must be known.
    """

    sql: str
    type: Type
    text: str | None = None


@dataclass(frozen=True, eq=False)
class Field:
    """A column of a relation.

    ``reads``: the table columns it is computed from. ``origin``: the table column that it is,
    unchanged, so that a condition on it may prune that table's partitions.
    """

    name: str
    type: Type
    sql: str
    relation: str | None = None
    reads: frozenset[Column] = frozenset()
    origin: Column | None = None
    hidden: bool = False  # "$path": readable, but not part of *

    def matches(self, name: str, relation: str | None) -> bool:
        """Whether a column reference, lower-case, means this field."""
        return self.name.lower() == name and relation in {None, self.relation}


@dataclass
class Scope:
    """The fields that the expressions of one SELECT can name, and those around it.

    ``used`` gathers the fields that are really named, ``lambdas`` the arguments of lambdas.
    """

    planner: "Planner"
    fields: list[Field] = field(default_factory=list)
    outer: "Scope | None" = None
    ctes: dict[str, "Cte"] = field(default_factory=dict)
    used: list[Field] = field(default_factory=list)
    reads: set[Column] = field(default_factory=set)
    lambdas: dict[str, Typed] = field(default_factory=dict)

    def compile(self, node: exp.Expr) -> Typed:
        """Return the typed DuckDB expression of one expression read at this place."""
        return self.planner.compile_expression(node, self)

    @contextmanager
    def watch(self) -> Generator[list[Field]]:
        """Collect, apart, the fields that the expressions compiled meanwhile name."""
        before, self.used = self.used, []
        try:
            yield self.used
        finally:
            self.used = before

    def resolve(self, name: str, relation: str | None, node: exp.Expr) -> Field | None:
        """Return the field a reference means, None if there is none.

        Raises:
            QueryFailedError: AMBIGUOUS_NAME.
        """
        found = [each for each in self.fields if each.matches(name, relation)]
        if len(found) > 1:
            raise QueryFailedError("AMBIGUOUS_NAME", f"Column '{node.name}' is ambiguous", node)
        if found:
            self.used.append(found[0])
            return found[0]
        above = self.outer.resolve(name, relation, node) if self.outer else None
        if above:  # what it is there must not prune a table here
            self.used.append(replace(above, origin=None))
        return above


@dataclass(frozen=True)
class Relation:
    """A compiled query: its SQL, whose columns are c0, c1, ..., and what they mean.

    ``reads``: table columns needed whichever of its fields are named later.
    """

    sql: str
    fields: tuple[Field, ...]
    reads: frozenset[Column] = frozenset()

    def renamed(self, alias: str, name: str | None, names: list[str] | None = None) -> list[Field]:
        """Return its fields as seen under a DuckDB alias and the name that the query gives it."""
        return [
            Field(
                name=names[at] if names else each.name,
                type=each.type,
                sql=f"{alias}.{each.sql if each.hidden else quoted(f'c{at}')}",
                relation=name.lower() if name else None,
                reads=each.reads,
                origin=each.origin,
                hidden=each.hidden,
            )
            for at, each in enumerate(self.fields)
        ]


@dataclass(frozen=True)
class Cte:
    """A query of a WITH clause, and what it can name."""

    node: exp.CTE
    outer: Scope | None
    known: dict[str, "Cte"]
