"""The schema of a FastAPI application says how its errors look."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from asgi.harness import ask
from failsoft_asgi import install
from failsoft_asgi.openapi import PROBLEM_SCHEMA


def build(settings: Any = None, *, later: Any = None, **options: Any) -> FastAPI:
    app = FastAPI(**options)

    @app.get("/items/{id}")
    async def item(id: int) -> None: ...

    @app.get("/plain")
    async def plain() -> None: ...

    if later is not None:
        later(app)
    install(app, settings)
    return app


def test_problems_take_the_place_of_fastapis_validation_errors() -> None:
    schema = build().openapi()
    responses = schema["paths"]["/items/{id}"]["get"]["responses"]
    reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
    assert responses["422"]["content"] == {"application/problem+json": reference}
    assert responses["default"]["content"] == {"application/problem+json": reference}
    assert set(schema["components"]["schemas"]) == {"Problem"}
    assert "422" not in schema["paths"]["/plain"]["get"]["responses"]


def test_the_schema_describes_what_is_sent() -> None:
    app = build({"responses": {"documentation_base": "https://docs.example.com/"}})
    problem = ask(app, "/items/x").json()
    described = app.openapi()["components"]["schemas"]["Problem"]
    assert set(problem) <= set(described["properties"])
    assert set(described["required"]) <= set(problem)


def test_the_schema_is_made_once_and_can_be_sent() -> None:
    app = build()
    assert app.openapi() is app.openapi()
    assert ask(app, "/openapi.json").json() == json.loads(json.dumps(app.openapi()))
    assert b"swagger" in ask(app, "/docs").body


def test_a_change_of_one_applications_schema_is_not_seen_in_another() -> None:
    build().openapi()["components"]["schemas"]["Problem"]["properties"].clear()
    assert PROBLEM_SCHEMA["properties"]
    assert build().openapi()["components"]["schemas"]["Problem"]["properties"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_schema_function_of_the_application_is_kept(when: str) -> None:
    def own(app: FastAPI) -> None:
        original = app.openapi

        def openapi() -> Any:
            if not app.openapi_schema:
                app.openapi_schema = {**original(), "x-mine": True}
            return app.openapi_schema

        app.openapi = openapi  # type: ignore[method-assign]

    app = build(later=own if when == "before" else None)
    if when == "after":
        own(app)
        ask(app, "/plain")
    schema = app.openapi()
    assert schema["x-mine"] is True
    assert "Problem" in schema["components"]["schemas"]
    assert app.openapi() is schema


def test_a_model_of_the_application_called_problem_stays_what_it_is() -> None:
    class Problem(BaseModel):
        chess: str

    def add(app: FastAPI) -> None:
        app.get("/problem", response_model=Problem)(lambda: {"chess": "mate in two"})

    schema = build(later=add).openapi()
    assert set(schema["components"]["schemas"]["Problem"]["properties"]) == {"chess"}
    reference = schema["paths"]["/problem"]["get"]["responses"]["default"]["content"]["application/problem+json"]
    name = reference["schema"]["$ref"].rpartition("/")[2]
    assert schema["components"]["schemas"][name] == PROBLEM_SCHEMA


def test_responses_that_the_application_describes_stay() -> None:
    class Own(BaseModel):
        mine: int

    def add(app: FastAPI) -> None:
        app.get("/own", responses={422: {"model": Own}, "default": {"description": "mine"}})(lambda: None)

    responses = build(later=add).openapi()["paths"]["/own"]["get"]["responses"]
    assert responses["422"]["content"]["application/json"]["schema"]["$ref"].endswith("/Own")
    assert responses["default"]["description"] == "mine"


def test_a_validation_error_that_is_used_elsewhere_stays_described() -> None:
    def add(app: FastAPI) -> None:
        own = {"schema": {"$ref": "#/components/schemas/HTTPValidationError"}}
        app.get("/own", responses={400: {"description": "", "content": {"application/json": own}}})(lambda: None)

    schema = build(later=add).openapi()
    assert {"HTTPValidationError", "ValidationError"} <= set(schema["components"]["schemas"])


@pytest.mark.parametrize(
    "settings",
    [
        {"responses": {"format": "keep"}},
        {"rollout": {"mode": "observe"}},
        {"rollout": {"mode": "off"}},
        {"responses": {"renderer": "asgi.test_openapi:render"}},
    ],
)
def test_where_errors_are_not_answered_by_problems_the_schema_is_left_alone(settings: Any) -> None:
    assert build(settings).openapi() == bare().openapi()


def render(problem: Any, facts: Any) -> str:
    return "body"


def bare() -> FastAPI:
    app = FastAPI()

    @app.get("/items/{id}")
    async def item(id: int) -> None: ...

    @app.get("/plain")
    async def plain() -> None: ...

    return app


def test_where_the_applications_own_4xx_bodies_stay_so_does_their_description() -> None:
    responses = build({"responses": {"replace": "unexpected"}}).openapi()["paths"]["/items/{id}"]["get"]["responses"]
    assert "HTTPValidationError" in str(responses["422"])
    assert "application/problem+json" in responses["default"]["content"]


def test_an_application_without_a_schema_stays_without() -> None:
    app = build(openapi_url=None)
    assert ask(app, "/openapi.json").status == 404
