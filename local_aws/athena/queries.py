"""A whole query of Athena's SQL as one DuckDB query, with the names and types of its columns."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from sqlglot import exp

from local_aws.athena import compilation, sources
from local_aws.athena.casts import coerce
from local_aws.athena.catalog import Catalog
from local_aws.athena.dialect import parse
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.limits import limits
from local_aws.athena.literals import select
from local_aws.athena.operators import check_comparable, comparable
from local_aws.athena.scans import Scan, Table
from local_aws.athena.scope import Column, Cte, Field, Relation, Scope, Typed
from local_aws.athena.selects import compile_select
from local_aws.athena.types import common
from local_aws.athena.views import View

_SET_OPERATIONS = {exp.Union: "union", exp.Except: "except", exp.Intersect: "intersect"}


class Planner:
    """What the parts of one query share: the catalog's tables, fresh names, the time it began."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.scans: list[Scan] = []
        self._names = 0
        moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        self.now = f"cast('{moment}' as timestamp)"

    def fresh(self, prefix: str = "r") -> str:
        """Return a DuckDB name that nothing else of the query has."""
        self._names += 1
        return f"{prefix}{self._names}"

    def compile_expression(self, node: exp.Expr, scope: Scope) -> Typed:
        """Compile one expression."""
        return compilation.compile_expression(node, scope)

    def boolean(self, node: exp.Expr, scope: Scope, where: str) -> Typed:
        """Compile a condition."""
        return compilation.boolean(node, scope, where)

    def scan(self, table: Table) -> Scan:
        """Return a new scan of a table of the catalog."""
        scan = Scan(len(self.scans), table)
        self.scans.append(scan)
        return scan

    def query(self, node: exp.Expr, outer: Scope | None, ctes: dict[str, Cte]) -> Relation:
        """Compile a query.

        Raises:
            QueryFailedError: Athena's complaint, or NOT_SUPPORTED.
        """
        if isinstance(node, exp.Subquery):
            if {key for key, value in node.args.items() if value} - {"this"}:
                raise not_supported(
                    f"a query in parentheses with more after it: {node.sql()}", node
                )
            return self.query(node.this, outer, ctes)
        ctes = {**ctes, **self._ctes(node.args.get("with_"), outer, ctes)}
        if isinstance(node, exp.Select):
            return compile_select(node, Scope(self, outer=outer, ctes=ctes))
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, outer, ctes)
        if isinstance(node, exp.Values):
            return sources.values(node, Scope(self, outer=outer, ctes=ctes))
        raise not_supported(f"{node.key.upper()} statements", node)

    def subquery(self, node: exp.Expr, scope: Scope, columns: int | None = None) -> Relation:
        """Compile a query inside an expression.

        Raises:
            QueryFailedError: TYPE_MISMATCH, it has another number of columns.
        """
        inner = self.query(node, scope, scope.ctes)
        if columns is not None and len(inner.fields) != columns:
            sentence = "Multiple columns returned by subquery are not yet supported. Found "
            raise QueryFailedError("NOT_SUPPORTED", f"{sentence}{len(inner.fields)}", node)
        scope.reads |= inner.reads
        for each in inner.fields if columns else ():
            scope.reads |= each.reads
        return inner

    def ordering(
        self,
        node: exp.Order,
        scope: Scope,
        outputs: tuple[Field, ...] = (),
        *,
        distinct: bool = False,
    ) -> str:
        """Compile ORDER BY: NULLs last whichever the direction, unless the query says otherwise.

        ``outputs``: the columns of the SELECT, which names and positions mean first.
        ``distinct``: they are all that may be ordered by.
        """
        terms = []
        for term in node.expressions:
            direction = "desc" if term.args.get("desc") else "asc"
            nulls = "first" if term.args.get("nulls_first") else "last"
            key = self._order_key(term.this, scope, outputs)
            if distinct and not key.isdigit():
                sentence = "For SELECT DISTINCT, ORDER BY expressions must appear in select list"
                raise QueryFailedError("EXPRESSION_NOT_IN_DISTINCT", sentence, term)
            terms.append(f"{key} {direction} nulls {nulls}")
        return f"order by {', '.join(terms)}"

    def _order_key(self, node: exp.Expr, scope: Scope, outputs: tuple[Field, ...]) -> str:
        if outputs and isinstance(node, exp.Literal) and not node.is_string:
            at = position(node, len(outputs), "ORDER BY")
            key = comparable(Typed(outputs[at].sql, outputs[at].type))
            return key if _zoned(outputs[at]) else str(at + 1)
        if outputs:
            scope = Scope(self, fields=list(outputs), outer=scope, ctes=scope.ctes)
        value = self.compile_expression(node, scope)
        if scope.outer and outputs:
            scope.outer.reads |= scope.reads
        key = comparable(value)
        for at, each in enumerate(outputs):
            if each.sql == value.sql and not _zoned(each):
                return str(at + 1)
        return key

    def view(self, view: View, node: exp.Table) -> Relation:
        """Compile the query of a view.

        Raises:
            QueryFailedError: VIEW_IS_STALE, its columns are no longer those it was made with.
        """
        asked_in, self.catalog = self.catalog, Catalog(view.database)
        try:
            relation = self.query(parse(view.sql), None, {})
        finally:
            self.catalog = asked_in
        now = tuple((each.name.lower(), str(each.type)) for each in relation.fields)
        if now != view.columns:
            sentence = f"View '{node.sql()}' is stale or in invalid state: it has {now}, not"
            raise QueryFailedError("VIEW_IS_STALE", f"{sentence} {view.columns}", node)
        return relation

    def named(self, cte: Cte) -> Relation:
        """Compile a query of a WITH clause, once more for each place that names it.

        Each place scans the tables anew, as in Trino, and prunes their partitions by itself.

        Raises:
            QueryFailedError: Athena's complaint, or NOT_SUPPORTED.
        """
        relation = self.query(cte.node.this, cte.outer, cte.known)
        names = [column.name for column in cte.node.args["alias"].args.get("columns") or ()]
        if not names:
            return relation
        sources.check_columns(names, relation.fields, cte.node)
        pairs = zip(relation.fields, names, strict=True)
        return replace(relation, fields=tuple(replace(each, name=name) for each, name in pairs))

    def _ctes(
        self, node: exp.With | None, outer: Scope | None, known: dict[str, Cte]
    ) -> dict[str, Cte]:
        if node and node.args.get("recursive"):
            raise not_supported("WITH RECURSIVE", node)
        found: dict[str, Cte] = {}
        for each in node.expressions if node else ():
            if each.alias.lower() in found:
                sentence = f"WITH query name '{each.alias}' specified more than once"
                raise QueryFailedError("DUPLICATE_NAMED_QUERY", sentence, each)
            cte = Cte(each, outer, known | found)
            scans = len(self.scans)
            self.named(cte)  # a query that nothing names must be right all the same
            del self.scans[scans:]
            found[each.alias.lower()] = cte
        return found

    def _set_operation(
        self, node: exp.SetOperation, outer: Scope | None, ctes: dict[str, Cte]
    ) -> Relation:
        left, right = (self.query(side, outer, ctes) for side in (node.this, node.expression))
        fields = tuple(self._united(node, left, right))
        word = _SET_OPERATIONS[type(node)]
        distinct = node.args.get("distinct")
        sides = [_projected(side, fields) for side in (left, right)]
        sql = f" {word}{'' if distinct else ' all'} ".join(sides)
        reads = left.reads | right.reads
        if distinct or word != "union":
            reads |= _all_reads(fields)
            if any(_zoned(each) for each in fields):
                raise not_supported("set operations on timestamps with time zone", node)
            for each in fields:
                check_comparable(each.type)
        sql = select(["*"], f"({sql}) as {self.fresh()}")
        scope = Scope(self, outer=outer, ctes=ctes)
        if order := node.args.get("order"):
            sql += f" {self.ordering(order, scope, fields)}"
            reads |= _all_reads(fields)
        if node.args.get("limit") or node.args.get("offset"):
            fields = tuple(replace(each, origin=None) for each in fields)
        return Relation(sql + limits(node), fields, reads)

    def _united(self, node: exp.Expr, left: Relation, right: Relation) -> Iterable[Field]:
        name = node.key.upper()
        if len(left.fields) != len(right.fields):
            sentence = (
                f"{name} query has different number of fields:"
                f" {len(left.fields)}, {len(right.fields)}"
            )
            raise QueryFailedError("TYPE_MISMATCH", sentence, node)
        for at, (one, other) in enumerate(zip(left.fields, right.fields, strict=True)):
            shared = common(one.type, other.type)
            if shared is None:
                sentence = (
                    f"column {at + 1} in {name} query has incompatible types:"
                    f" {one.type}, {other.type}"
                )
                raise QueryFailedError("TYPE_MISMATCH", sentence, node)
            yield Field(one.name, shared, f'"c{at}"', reads=one.reads | other.reads)


def position(node: exp.Literal, columns: int, clause: str) -> int:
    """Return the column that a number in GROUP BY or ORDER BY means, from 0.

    Raises:
        QueryFailedError: INVALID_COLUMN_REFERENCE.
    """
    if not node.this.isdigit() or not 1 <= int(node.this) <= columns:
        sentence = f"{clause} position {node.this} is not in select list"
        raise QueryFailedError("INVALID_COLUMN_REFERENCE", sentence, node)
    return int(node.this) - 1


def _zoned(field: Field) -> bool:
    return field.type.name == "timestamp with time zone"


def _all_reads(fields: Iterable[Field]) -> frozenset[Column]:
    return frozenset().union(*(each.reads for each in fields))


def _projected(side: Relation, fields: tuple[Field, ...]) -> str:
    columns = [
        f"{coerce(Typed(f'c{at}', own.type), to.type).sql} as c{at}"
        for at, (own, to) in enumerate(zip(side.fields, fields, strict=True))
    ]
    return select(columns, f"({side.sql})")
