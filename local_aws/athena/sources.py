"""What a query reads FROM: tables, queries, VALUES, UNNEST, and their joins."""

from collections.abc import Iterable
from dataclasses import replace

from sqlglot import exp

from local_aws.athena import selects
from local_aws.athena.casts import coerce
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.operators import align, comparison
from local_aws.athena.scope import Field, Relation, Scope, Typed
from local_aws.athena.types import BIGINT, Type, common_of_all, quoted
from local_aws.athena.views import View

_JOIN_CLAUSES = {"this", "kind", "side", "on", "using"}
_TABLE_CLAUSES = {"this", "db", "catalog", "alias"}


def from_clause(node: exp.Select, scope: Scope) -> str:
    """Compile FROM and its joins; the scope then has their fields.

    Raises:
        QueryFailedError: Athena's complaint, or NOT_SUPPORTED.
    """
    clause = node.args.get("from_")
    if clause is None:
        return ""
    sql, fields = _source(clause.this, scope)
    scope.fields = fields
    for join in node.args.get("joins") or ():
        sql += _join(join, scope)
    return f" from {sql}"


def values(node: exp.Values, scope: Scope) -> Relation:
    """Compile VALUES.

    Raises:
        QueryFailedError: TYPE_MISMATCH, rows of different types.
    """
    rows = [_row(each, scope) for each in node.expressions]
    if len({len(row) for row in rows}) != 1:
        raise QueryFailedError("TYPE_MISMATCH", "Values rows have mismatched sizes", node)
    columns = list(zip(*rows, strict=True))
    types = [of for column in columns if (of := common_of_all([value.type for value in column]))]
    if len(types) < len(columns):
        raise QueryFailedError("TYPE_MISMATCH", "Values rows have mismatched types", node)
    selects_ = []
    for row in rows:
        cells = [coerce(value, of).sql for value, of in zip(row, types, strict=True)]
        selects_.append("select " + ", ".join(f"{sql} as c{at}" for at, sql in enumerate(cells)))
    fields = tuple(Field(f"_col{at}", of, f'"c{at}"') for at, of in enumerate(types))
    return Relation(" union all ".join(selects_), fields)


def check_columns(names: list[str], fields: Iterable[Field], node: exp.Expr) -> None:
    """Check that an alias names as many columns as there are.

    Raises:
        QueryFailedError: MISMATCHED_COLUMN_ALIASES.
    """
    count = len([each for each in fields if not each.hidden])
    if len(names) != count:
        sentence = f"Column alias list has {len(names)} entries but relation has {count} columns"
        raise QueryFailedError("MISMATCHED_COLUMN_ALIASES", sentence, node)


def _row(node: exp.Expr, scope: Scope) -> list[Typed]:
    cells = node.expressions if isinstance(node, exp.Tuple) else [node]
    return [scope.compile(cell) for cell in cells]


def _source(node: exp.Expr, scope: Scope) -> tuple[str, list[Field]]:
    if isinstance(node, exp.Table):
        return _table(node, scope)
    if isinstance(node, exp.Unnest):
        return _unnest(node, scope)
    alias = node.args.get("alias")
    if isinstance(node, exp.Subquery):
        if isinstance(node.this, exp.Table) or _extra(node, {"this", "alias", "with_"}):
            raise not_supported(f"a FROM clause like {node.sql()}", node)
        return _named(scope.planner.query(node.this, scope.outer, scope.ctes), alias, scope, node)
    if isinstance(node, exp.Values):
        return _named(values(node, scope), alias, scope, node)
    raise not_supported(f"{node.key.upper()} in FROM: {node.sql()}", node)


def _extra(node: exp.Expr, known: set[str]) -> list[str]:
    return sorted({key for key, value in node.args.items() if value} - known)


def _named(
    relation: Relation,
    alias: exp.TableAlias | None,
    scope: Scope,
    node: exp.Expr,
    name: str | None = None,
) -> tuple[str, list[Field]]:
    if relation_name := (alias.name if alias else name):
        name = relation_name
    columns = [column.name for column in (alias.args.get("columns") or ())] if alias else []
    if columns:
        check_columns(columns, relation.fields, node)
    own = scope.planner.fresh()
    scope.reads |= relation.reads
    return f"({relation.sql}) as {own}", relation.renamed(own, name, columns or None)


def _table(node: exp.Table, scope: Scope) -> tuple[str, list[Field]]:
    if extra := _extra(node, _TABLE_CLAUSES):
        raise not_supported(f"{', '.join(extra)} of a table: {node.sql()}", node)
    alias, name = node.args.get("alias"), node.name.lower()
    if not node.db and name in scope.ctes:
        return _named(scope.planner.named(scope.ctes[name]), alias, scope, node, name)
    found = scope.planner.catalog.find(node)
    if isinstance(found, View):
        return _named(scope.planner.view(found, node), alias, scope, node, name)
    scan = scope.planner.scan(found)
    own = scope.planner.fresh()
    shown = (alias.name if alias else name).lower()
    fields = [
        Field(
            name=column,
            type=of,
            sql=f"{own}.{quoted(column)}",
            relation=shown,
            reads=frozenset({(scan.number, column)}),
            origin=(scan.number, column),
            hidden=column.startswith("$"),
        )
        for column, of in scan.table.all_columns.items()
    ]
    names = [column.name for column in (alias.args.get("columns") or ())] if alias else []
    if names:
        check_columns(names, fields, node)
        fields = [replace(field, name=new) for field, new in zip(fields, names, strict=False)]
    return f"{scan.view} as {own}", fields


def _unnest(node: exp.Unnest, scope: Scope) -> tuple[str, list[Field]]:
    columns: list[tuple[str, Type]] = []
    sizes = []
    for value in [scope.compile(each) for each in node.expressions]:
        if value.type.name == "array":
            columns.append((value.sql, value.type.element))
        elif value.type.name == "map":
            key, of = value.type.parameters
            columns += [(f"map_keys({value.sql})", key), (f"map_values({value.sql})", of)]
        else:
            sentence = f"Cannot unnest type: {value.type}"
            raise QueryFailedError("INVALID_FUNCTION_ARGUMENT", sentence, node)
        sizes.append(f"coalesce(len({columns[-1][0]}), 0)")
    if any(of.name == "row" for _, of in columns):
        raise not_supported("UNNEST of an array of rows", node)
    alias = node.args.get("alias")
    names = [column.name for column in (alias.args.get("columns") or ())] if alias else []
    if ordinality := node.args.get("offset"):
        columns.append((f"generate_series(1, greatest({', '.join(sizes)}))", BIGINT))
        names += [ordinality.name] if isinstance(ordinality, exp.Identifier) else []
    own = scope.planner.fresh()
    fields = [
        Field(f"_col{at}", of, f"{own}.c{at}", alias.name.lower() if alias else None)
        for at, (_, of) in enumerate(columns)
    ]
    if names:
        check_columns(names, fields, node)
        fields = [replace(field, name=new) for field, new in zip(fields, names, strict=True)]
    inner = ", ".join(f"unnest({sql}) as c{at}" for at, (sql, _) in enumerate(columns))
    return f"lateral (select {inner}) as {own}", fields


def _join(node: exp.Join, scope: Scope) -> str:
    if extra := _extra(node, _JOIN_CLAUSES):
        raise not_supported(f"{', '.join(extra)} in a join: {node.sql()}", node)
    side, kind = (node.side or "").upper(), (node.kind or "").upper()
    if kind not in {"", "INNER", "OUTER", "CROSS"}:
        raise not_supported(f"{kind} JOIN", node)
    sql, fields = _source(node.this, scope)
    left = scope.fields
    if side in {"RIGHT", "FULL"}:
        left = _without_origin(left)
    if side in {"LEFT", "FULL"}:
        fields = _without_origin(fields)
    if node.args.get("using"):
        return f" {side} join {sql} on {_using(node, scope, left, fields, side)}"
    scope.fields = left + fields
    if node.args.get("on") is None:
        return f" cross join {sql}"
    if side:
        with scope.watch() as used:
            condition = scope.planner.boolean(node.args["on"], scope, "JOIN ON clause").sql
        scope.used = [*scope.used, *used]
    else:
        condition = selects.conjunction(node.args["on"], scope, "JOIN ON clause")
    return f" {side} join {sql} on {condition}"


def _without_origin(fields: list[Field]) -> list[Field]:
    """A condition must not prune what an outer join would then fill with NULLs."""
    return [replace(each, origin=None) for each in fields]


def _using(node: exp.Join, scope: Scope, left: list[Field], right: list[Field], side: str) -> str:
    conditions, merged = [], []
    rest_left, rest_right = list(left), list(right)
    for name in (each.name.lower() for each in node.args["using"]):
        one, other = (_single(name, fields, node) for fields in (left, right))
        values_ = Typed(one.sql, one.type), Typed(other.sql, other.type)
        conditions.append(comparison("=", *values_, node).sql)
        a, b = align(*values_, "=", node)
        sql = {"RIGHT": b.sql, "FULL": f"coalesce({a.sql}, {b.sql})"}.get(side, a.sql)
        merged.append(Field(one.name, a.type, sql, None, one.reads | other.reads))
        scope.reads |= one.reads | other.reads
        rest_left.remove(one)
        rest_right.remove(other)
    scope.fields = merged + rest_left + rest_right
    return " and ".join(conditions)


def _single(name: str, fields: list[Field], node: exp.Expr) -> Field:
    found = [each for each in fields if each.matches(name, None)]
    if len(found) != 1:
        sentence = f"Column '{name}' is missing or ambiguous on one side of the join"
        raise QueryFailedError("COLUMN_NOT_FOUND", sentence, node)
    return found[0]
