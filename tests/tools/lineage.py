"""The columns that each column of a view or mart comes from, as its SQL says.

Of an output column these are the columns that its expression names, through common table
expressions, subqueries, unions and structs, down to the tables and views that the statement reads;
``table.*`` where its rows are counted, ``:name`` for an argument. What only decides which rows
there are (where, join, group by) is not among them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import starmap

from sqlglot import exp, parse_one
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

Columns = dict[str, set[str]]  # by output column those that it comes from, table.column
Schema = Mapping[str, Mapping[str, Sequence[str]]]  # column names by database and table


def columns_of(statement: str, dialect: str, schema: Schema, database: str) -> Columns:
    """Return a statement's output columns in their order; unqualified names are of ``database``.

    Raises:
        sqlglot.errors.OptimizeError: a column is in none of the tables, or in several.
    """
    tree = qualify(
        parse_one(statement, dialect=dialect),
        dialect=dialect,
        schema={
            name: {table: dict.fromkeys(columns, "unknown") for table, columns in tables.items()}
            for name, tables in schema.items()
        },
        db=database,
        quote_identifiers=False,
    )
    root = build_scope(tree)
    return {name: _of_output(root, number) for number, name in enumerate(tree.named_selects)}


def _of_output(scope: Scope, number: int, path: tuple[str, ...] = ()) -> set[str]:
    """Return the sources of an output column by its place; ``path`` leads into a struct."""
    if scope.set_operation_scopes:
        return _all(_of_output(side, number, path) for side in scope.set_operation_scopes)
    if isinstance(scope.expression, exp.UDTF):
        return _of(scope, scope.expression, ())
    return _of(scope, scope.expression.selects[number].unalias(), path)


def _of(scope: Scope, node: exp.Expression, path: tuple[str, ...]) -> set[str]:
    """Return the sources of an expression; what has none of its own has those of its parts."""
    if isinstance(node, exp.Column):
        return _of_column(scope, node, path)
    if isinstance(node, exp.Placeholder):
        return {f":{node.name}"}
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Star):
        return _rows(scope)
    return _all(starmap(_of, _parts(scope, node, path)))


def _parts(
    scope: Scope, node: exp.Expression, path: tuple[str, ...]
) -> Iterator[tuple[Scope, exp.Expression, tuple[str, ...]]]:
    """Yield what an expression is made of, where it is, and the rest of the path into it."""
    inner = [of for of in scope.subquery_scopes if of.expression is node]
    if isinstance(node, exp.Dot):
        yield scope, node.this, (node.name, *path)
    elif path and isinstance(node, exp.Struct):
        yield from ((scope, of, path[1:]) for of in node.expressions if of.alias_or_name == path[0])
    elif path and isinstance(node, exp.Max | exp.Min):  # of structs it is one of them
        yield scope, node.this, path
    elif inner:
        yield from ((inner[0], of.unalias(), ()) for of in node.selects)
    else:
        yield from ((scope, child, ()) for child in node.iter_expressions())


def _rows(scope: Scope) -> set[str]:
    """Return whose rows a scope has: of joined tables each."""
    if scope.set_operation_scopes:
        return _all(map(_rows, scope.set_operation_scopes))
    return _all(
        {f"{source.name}.*"} if isinstance(source, exp.Table) else _rows(source)
        for _, source in scope.selected_sources.values()
    )


def _of_column(scope: Scope, column: exp.Column, path: tuple[str, ...]) -> set[str]:
    source = scope.sources[column.table]
    if isinstance(source, exp.Table):
        return {f"{source.name}.{column.name}"}
    if isinstance(source.expression, exp.UDTF):
        return _of_output(source, 0)
    return _of_output(source, source.expression.named_selects.index(column.name), path)


def _all(found: Iterable[set[str]]) -> set[str]:
    return set().union(*found)
