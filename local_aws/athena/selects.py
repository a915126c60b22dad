"""One SELECT: what it reads, which rows it keeps, how it groups them and what it returns."""

from dataclasses import dataclass, field

from sqlglot import exp

from local_aws.athena import queries, sources
from local_aws.athena.aggregates import AGGREGATES
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.limits import limits
from local_aws.athena.operators import check_comparable, comparable
from local_aws.athena.scans import prune
from local_aws.athena.scope import Field, Relation, Scope, Typed
from local_aws.athena.types import ZONED

_CLAUSES = {
    "expressions", "from_", "joins", "where", "group", "having", "order", "limit", "offset",
    "distinct", "with_",
}  # fmt: skip


@dataclass
class Item:
    """One column of a SELECT list."""

    name: str
    value: Typed
    node: exp.Expr | None
    used: list[Field] = field(default_factory=list)

    @property
    def origin(self) -> Field | None:
        """The field that it is, unchanged."""
        return self.used[0] if isinstance(self.node, exp.Column) and len(self.used) == 1 else None


def compile_select(node: exp.Select, scope: Scope) -> Relation:
    """Compile a SELECT.

    Raises:
        QueryFailedError: Athena's complaint, or NOT_SUPPORTED.
    """
    if extra := {key for key, value in node.args.items() if value} - _CLAUSES:
        raise not_supported(f"{', '.join(sorted(extra))} in SELECT", node)
    if node.args.get("distinct") and node.args["distinct"].args.get("on"):
        raise not_supported("DISTINCT ON", node)
    from_sql = sources.from_clause(node, scope)
    where_sql = _where(node.args.get("where"), scope)
    items = list(_items(node, scope))
    group_sql, keys = _group(node.args.get("group"), items, scope)
    having_sql = _having(node.args.get("having"), scope)
    _take_any_zone(items, keys)
    outputs = _outputs(node, items, keys)
    order_sql = _order(node, scope, items, outputs)
    columns = ", ".join(f"{item.value.sql} as c{at}" for at, item in enumerate(items))
    distinct = _distinct(node, outputs, scope)
    sql = f"select {distinct}{columns}{from_sql}{where_sql}{group_sql}{having_sql}{order_sql}"
    reads = frozenset(scope.reads).union(*(each.reads for each in scope.used))
    return Relation(sql + limits(node), tuple(outputs), reads)


def _where(node: exp.Where | None, scope: Scope) -> str:
    if node is None:
        return ""
    _check_scalar(node)
    return f" where {conjunction(node.this, scope, 'WHERE clause')}"


def _check_scalar(node: exp.Where) -> None:
    """Refuse what is only known once the rows are chosen.

    Raises:
        QueryFailedError: EXPRESSION_NOT_SCALAR.
    """
    for part in node.walk(prune=lambda part: isinstance(part, exp.Query)):
        aggregate = isinstance(part, exp.Anonymous) and part.name.lower() in AGGREGATES
        if aggregate or isinstance(part, exp.Window):
            sentence = "WHERE clause cannot contain aggregations, window functions or grouping"
            found = f"{sentence} operations: [{part.sql()}]"
            raise QueryFailedError("EXPRESSION_NOT_SCALAR", found, part)


def conjunction(node: exp.Expr, scope: Scope, clause: str) -> str:
    """Compile a condition; those of its parts that only name partition keys prune partitions."""
    parts = list(node.flatten()) if isinstance(node, exp.And) else [node]
    compiled = []
    for part in parts:
        with scope.watch() as used:
            condition = scope.planner.boolean(part, scope, clause)
        scope.used = [*scope.used, *used]
        compiled.append(condition.sql)
        prune(scope.planner.scans, part, condition.sql, used)
    return " and ".join(compiled)


def _items(node: exp.Select, scope: Scope) -> list[Item]:
    items: list[Item] = []
    for expression in node.expressions:
        if _is_star(expression):
            items.extend(_expanded(expression, scope))
            continue
        inner = expression.this if isinstance(expression, exp.Alias) else expression
        with scope.watch() as used:
            value = scope.compile(inner)
        items.append(Item(_name(expression, len(items)), value, inner, used))
    return items


def _is_star(node: exp.Expr) -> bool:
    of_relation = isinstance(node, exp.Column) and isinstance(node.this, exp.Star)
    return of_relation or isinstance(node, exp.Star)


def _expanded(node: exp.Expr, scope: Scope) -> list[Item]:
    if isinstance(node, exp.Star) and {key for key, value in node.args.items() if value}:
        raise not_supported(node.sql(), node)
    relation = node.table.lower() if isinstance(node, exp.Column) else None
    fields = [each for each in scope.fields if not each.hidden]
    fields = [each for each in fields if relation in {None, each.relation}]
    if not fields:
        sentence = (
            f"Table '{relation}' not found"
            if relation
            else "SELECT * not allowed in queries without FROM clause"
        )
        raise QueryFailedError("TABLE_NOT_FOUND" if relation else "SYNTAX_ERROR", sentence, node)
    return [
        Item(each.name, Typed(each.sql, each.type), exp.column(each.name), [each])
        for each in fields
    ]


def _name(node: exp.Expr, at: int) -> str:
    if isinstance(node, exp.Alias):
        return node.alias
    if isinstance(node, exp.Column | exp.Dot) and isinstance(_base(node), exp.Column):
        return node.name
    return f"_col{at}"


def _base(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Dot | exp.Paren):
        node = node.this
    return node


def _group(node: exp.Group | None, items: list[Item], scope: Scope) -> tuple[str, dict[str, Typed]]:
    """Return GROUP BY and its keys by their SQL."""
    if node is None:
        return "", {}
    if {key for key, value in node.args.items() if value} - {"expressions"}:
        raise not_supported(node.sql(), node)
    keys: dict[str, Typed] = {}
    terms = [_grouping(each, items, scope, keys) for each in node.expressions]
    return f" group by {', '.join(terms)}", keys


def _grouping(node: exp.Expr, items: list[Item], scope: Scope, keys: dict[str, Typed]) -> str:
    sets: dict[type[exp.Expr], str] = {
        exp.GroupingSets: "grouping sets ",
        exp.Rollup: "rollup ",
        exp.Cube: "cube ",
        exp.Tuple: "",
    }
    if type(node) in sets:
        inner = ", ".join(_grouping(each, items, scope, keys) for each in node.expressions)
        return f"{sets[type(node)]}({inner})"
    if isinstance(node, exp.Literal) and not node.is_string:
        item = items[queries.position(node, len(items), "GROUP BY")]
        key, used = item.value, item.used
        scope.used = [*scope.used, *used]
    else:
        key = scope.compile(node)
    keys[key.sql] = key
    return comparable(key)


def _having(node: exp.Having | None, scope: Scope) -> str:
    if node is None:
        return ""
    return f" having {scope.planner.boolean(node.this, scope, 'HAVING clause').sql}"


def _take_any_zone(items: list[Item], keys: dict[str, Typed]) -> None:
    """Rows with one instant are one group whatever their zones: show it in any of them."""
    for item in items:
        if item.value.sql in keys and item.value.type == ZONED:
            item.value = Typed(f"any_value({item.value.sql})", ZONED)


def _outputs(node: exp.Select, items: list[Item], keys: dict[str, Typed]) -> list[Field]:
    closed = bool(node.args.get("limit") or node.args.get("offset") or node.find(exp.Window))
    grouping = node.args.get("group")
    sets = bool(grouping and grouping.find(exp.GroupingSets, exp.Rollup, exp.Cube))
    outputs = []
    for item in items:
        reads = frozenset().union(*(each.reads for each in item.used))
        kept = not closed and not sets and (not grouping or item.value.sql in keys)
        origin = item.origin.origin if kept and item.origin else None
        outputs.append(Field(item.name, item.value.type, item.value.sql, None, reads, origin))
    return outputs


def _order(node: exp.Select, scope: Scope, items: list[Item], outputs: list[Field]) -> str:
    order = node.args.get("order")
    if order is None:
        return ""
    _check_order_aggregates(order, outputs)
    distinct = bool(node.args.get("distinct"))
    sql = scope.planner.ordering(order, scope, tuple(outputs), distinct=distinct)
    scope.used = [
        *scope.used,
        *(each for item in items for each in item.used if _named(order, item)),
    ]
    return f" {sql}"


def _check_order_aggregates(order: exp.Order, outputs: list[Field]) -> None:
    """Refuse ``sum(x) as x ... order by sum(x)``: in ORDER BY the second x means the first sum.

    Raises:
        QueryFailedError: COLUMN_NOT_FOUND, Trino's word for it.
    """
    names = {each.name.lower() for each in outputs}
    for call in order.walk(prune=lambda part: isinstance(part, exp.Query | exp.Window)):
        if not isinstance(call, exp.Anonymous) or call.name.lower() not in AGGREGATES:
            continue
        for column in call.find_all(exp.Column):
            if not column.table and column.name.lower() in names:
                sentence = "Invalid reference to output projection attribute from ORDER BY"
                raise QueryFailedError("COLUMN_NOT_FOUND", f"{sentence} aggregation", column)


def _named(order: exp.Order, item: Item) -> bool:
    """Whether ORDER BY may name an item; if in doubt it does, and its columns are read."""
    names = {column.name.lower() for column in order.find_all(exp.Column)}
    return item.name.lower() in names or any(
        isinstance(term.this, exp.Literal) for term in order.expressions
    )


def _distinct(node: exp.Select, outputs: list[Field], scope: Scope) -> str:
    if not node.args.get("distinct"):
        return ""
    if any(each.type == ZONED for each in outputs):
        raise not_supported("SELECT DISTINCT of timestamps with time zone", node)
    for each in outputs:
        check_comparable(each.type)
        scope.reads |= each.reads
    return "distinct "
