"""GraphQL: what a schema, a query and a resolver raise."""

from __future__ import annotations

import graphql
import strawberry

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_e_web import bad_input, bug, unparsable

# --- graphql ----------------------------------------------------------------------------------------------------------
_SCHEMA = graphql.build_schema("type Query { order(id: Int!): String }")


@case("graphql-core", **unparsable)
def fresh_e_query_without_an_end() -> None:
    graphql.parse("{ order(id: 1")


@case("graphql-core", **bad_input)
def fresh_e_field_that_the_schema_lacks() -> None:
    raise graphql.validate(_SCHEMA, graphql.parse("{ invoice }"))[0]


@case("graphql-core", **bad_input)
def fresh_e_variable_is_a_word() -> None:
    found = graphql.graphql_sync(_SCHEMA, "query ($id: Int!) { order(id: $id) }", variable_values={"id": "one"})
    raise found.errors[0]  # type: ignore[index]


@case("graphql-core", note="GraphQLError is only what the resolver raised, as its original_error says", **bug)
def fresh_e_resolver_has_a_bug() -> None:
    found = graphql.graphql_sync(_SCHEMA, "{ order(id: 1) }", {"order": lambda info, **_: {}["sku"]})
    raise found.errors[0]  # type: ignore[index]


@case("graphql-core", **bug)
def fresh_e_schema_of_an_unknown_type() -> None:
    graphql.build_schema("type Query { order: Order }")


@strawberry.type
class Query:
    @strawberry.field
    def order(self, number: int) -> str:
        return f"order {number}"


@case("strawberry-graphql", **bad_input)
def fresh_e_argument_is_missing() -> None:
    raise strawberry.Schema(Query).execute_sync("{ order }").errors[0]  # type: ignore[index]


@case("strawberry-graphql", **bug)
def fresh_e_field_without_an_annotation() -> None:
    @strawberry.type
    class Broken:
        @strawberry.field
        def order(self):  # type: ignore[no-untyped-def]
            return "order"

    strawberry.Schema(Broken)
