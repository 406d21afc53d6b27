"""GraphQL: a wrong query, a wrong schema, and what a resolver meets."""

from __future__ import annotations

from typing import Any

import ariadne
import fastapi
import graphene
import graphql
import strawberry

from evaluations.classifier.raisers.scaffold_http import (
    INVALID,
    MAY_NOT,
    OUR_BUG,
    OUR_SETTINGS,
    Means,
    add,
)


def _raising(exc: Any, *args: Any, **kwargs: Any) -> Any:
    """A view that raises a framework's own exception: that is how it is meant to be used."""

    def raiser() -> Any:
        raise exc(*args, **kwargs)

    return raiser


# --- GraphQL ---------------------------------------------------------------------------------------------------------
def _first(result: Any) -> None:
    raise result.errors[0]


_SDL = graphql.build_schema("type Query { a(n: Int!): Int }")
add("graphql-core", "syntax", INVALID, lambda: graphql.parse("{ a("))
add("graphql-core", "unknown_field", INVALID, lambda: _first(graphql.graphql_sync(_SDL, "{ b }")))
add("graphql-core", "argument_missing", INVALID, lambda: _first(graphql.graphql_sync(_SDL, "{ a }")))
add(
    "graphql-core",
    "variable_wrong",
    INVALID,
    lambda: _first(graphql.graphql_sync(_SDL, "query($n: Int!) { a(n: $n) }", variable_values={"n": "x"})),
)
add("graphql-core", "schema_malformed", OUR_BUG, lambda: graphql.build_schema("type Query { a: NoSuchType }"))
add("graphene", "type_missing", OUR_BUG, lambda: graphene.Schema(query=None, types=[object]))


def _graphene_fails() -> None:
    class Query(graphene.ObjectType):
        a = graphene.Int()

        def resolve_a(self, info: Any) -> int:
            raise ConnectionResetError(104, "Connection reset by peer")

    _first(graphene.Schema(query=Query).execute("{ a }"))


add(
    "graphene",
    "resolver_fails",
    Means("network", True, (502, 503), "medium"),
    _graphene_fails,
    note="what the resolver met decides",
)


def _strawberry(work: Any, query: str = "{ a }") -> None:
    def resolve() -> int:
        return int(work())

    Query = strawberry.type(type("Query", (), {"__annotations__": {"a": int}, "a": strawberry.field(resolver=resolve)}))
    _first(strawberry.Schema(Query).execute_sync(query))


add(
    "strawberry-graphql",
    "resolver_bug",
    OUR_BUG,
    lambda: _strawberry(lambda: {}["x"]),
    note="what the resolver met decides",
)
add("strawberry-graphql", "unknown_field", INVALID, lambda: _strawberry(lambda: 1, "{ b }"))
add("strawberry-graphql", "resolver_refuses", MAY_NOT, lambda: _strawberry(_raising(fastapi.HTTPException, 403)))
add("ariadne", "schema_syntax", OUR_SETTINGS, lambda: ariadne.gql("type Query {"))
add(
    "ariadne",
    "resolver_for_nothing",
    OUR_BUG,
    lambda: ariadne.make_executable_schema("type Query { a: Int }", ariadne.ObjectType("None")),
)
