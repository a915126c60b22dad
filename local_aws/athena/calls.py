"""A function call, and how its arguments meet what the function takes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import starmap

from sqlglot import exp

from local_aws.athena.casts import coerce
from local_aws.athena.errors import QueryFailedError, not_supported
from local_aws.athena.scope import Scope, Typed
from local_aws.athena.types import Type, common


@dataclass(frozen=True)
class Call:
    """A call as it stands in the query."""

    name: str
    arguments: list[exp.Expr]
    node: exp.Expr
    scope: Scope

    @cached_property
    def values(self) -> list[Typed]:
        """Its arguments, compiled. Lambdas among them are not values: see ``lambda_result``."""
        return [self.scope.compile(argument) for argument in self.arguments]

    def expect(self, *counts: int) -> None:
        """Check the number of arguments.

        Raises:
            QueryFailedError: FUNCTION_NOT_FOUND.
        """
        if len(self.arguments) not in counts:
            raise self.mismatch()

    def text(self, position: int) -> str:
        """Return the string literal given as an argument.

        Raises:
            QueryFailedError: NOT_SUPPORTED, it is not a literal.
        """
        argument = self.arguments[position]
        if not isinstance(argument, exp.Literal):
            raise not_supported(f"{self.name} with a computed argument {argument.sql()}", self.node)
        return argument.this

    def number(self, position: int) -> int:
        """Return the integer literal, which may have a sign, given as an argument.

        Raises:
            QueryFailedError: NOT_SUPPORTED, it is not a literal.
        """
        node = self.arguments[position]
        literal = node.this if isinstance(node, exp.Neg) else node
        if not isinstance(literal, exp.Literal) or not literal.this.isdigit():
            raise not_supported(f"{self.name} with a computed argument {node.sql()}", self.node)
        return -int(literal.this) if literal is not node else int(literal.this)

    def lambda_result(self, position: int, arguments: list[Type]) -> tuple[list[str], Typed]:
        """Compile a lambda; return its DuckDB argument names and its result.

        Raises:
            QueryFailedError: FUNCTION_NOT_FOUND, it is no lambda of as many arguments.
        """
        names = [self.scope.planner.fresh("argument") for _ in arguments]
        return names, self.lambda_of(position, list(map(Typed, names, arguments)))

    def lambda_of(self, position: int, values: list[Typed]) -> Typed:
        """Compile a lambda that is called with these values.

        Raises:
            QueryFailedError: FUNCTION_NOT_FOUND, it is no lambda of as many arguments.
        """
        node = self.arguments[position]
        if not isinstance(node, exp.Lambda) or len(node.expressions) != len(values):
            raise self.mismatch()
        before = dict(self.scope.lambdas)
        for argument, value in zip(node.expressions, values, strict=True):
            self.scope.lambdas[argument.name.lower()] = value
        result = self.scope.compile(node.this)
        self.scope.lambdas.clear()
        self.scope.lambdas.update(before)
        return result

    def mismatch(self) -> QueryFailedError:
        """Return Athena's refusal of these arguments."""
        lambdas = any(isinstance(argument, exp.Lambda) for argument in self.arguments)
        types = "function" if lambdas else ", ".join(str(value.type) for value in self.values)
        return QueryFailedError(
            "FUNCTION_NOT_FOUND",
            f"Unexpected parameters ({types}) for function {self.name}",
            self.node,
        )


Compiler = Callable[[Call], Typed]


@dataclass(frozen=True)
class Overload:
    """One signature of a function, with the DuckDB SQL that means the same."""

    parameters: tuple[Type, ...]
    result: Type
    sql: str

    def apply(self, values: list[Typed]) -> Typed | None:
        """Return the call's SQL, None where the arguments are not coerced to the parameters."""
        if len(values) != len(self.parameters):
            return None
        if any(
            common(value.type, of) != of for value, of in zip(values, self.parameters, strict=True)
        ):
            return None
        coerced = list(starmap(coerce, zip(values, self.parameters, strict=True)))
        return Typed(self.sql.format(*(value.sql for value in coerced)), self.result)


def overloaded(*overloads: Overload) -> Compiler:
    """Return a compiler that takes the first signature that fits."""

    def compiler(call: Call) -> Typed:
        for overload in overloads:
            if found := overload.apply(call.values):
                return found
        raise call.mismatch()

    return compiler


def function(result: Type, sql: str, *parameters: Type) -> Compiler:
    """Return the compiler of a function with one signature."""
    return overloaded(Overload(parameters, result, sql))
