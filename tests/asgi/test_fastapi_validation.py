"""FastAPI's validation errors: where and what, and nothing of the input."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from fastapi import Cookie, Depends, FastAPI, Header, Path, Query
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, field_validator

import failsoft
from asgi.harness import SECRET, Answer, Watched, ask, watch
from clocks import ManualClock
from failsoft_asgi import install

TRIES = failsoft.Retry(max_attempts=3, base_delay="1ms", jitter="none")


def build(**options: Any) -> tuple[FastAPI, Watched]:
    app = FastAPI(**options)
    return app, watch(install(app, fs=failsoft.Failsoft(clock=ManualClock())))


def post(app: Any, body: Any, path: str = "/") -> Answer:
    return ask(app, path, "POST", headers={"Content-Type": "application/json"}, body=json.dumps(body).encode())


CARD = "4111111111111111"


class Inner(BaseModel):
    number: int


class Login(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user: str
    password: int
    items: list[Inner] = []
    by_name: dict[str, Inner] = {}

    @field_validator("user")
    @classmethod
    def good(cls, value: str) -> str:
        if value == "bad":
            raise ValueError("The user is bad")
        return value


def login_app() -> tuple[FastAPI, Watched]:
    app, events = build()

    @app.post("/")
    async def login(login: Login) -> None: ...

    return app, events


GOOD = {"user": "ann", "password": 1}


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"user": "ann", "password": SECRET}, [("/password", "valid integer")]),
        ({"user": "ann"}, [("/password", "required")]),
        ({"user": "bad", "password": 1}, [("/user", "The user is bad")]),
        ({**GOOD, "items": [{"number": 1}, {"number": SECRET}]}, [("/items/1/number", "valid integer")]),
        ({**GOOD, SECRET: 1}, [("/*", "not permitted")]),
        ({**GOOD, "by_name": {SECRET + " x": {"number": "no"}}}, [("/by_name/*/number", "valid integer")]),
        ([SECRET], [("", "valid dictionary")]),
    ],
)
def test_validation_errors_say_where_and_what_and_echo_nothing(body: Any, errors: Any) -> None:
    app, events = login_app()
    answer = post(app, body)
    assert (answer.status, answer.is_problem, answer.raised) == (422, True, None)
    found = answer.json()["errors"]
    assert [error["pointer"] for error in found] == [pointer for pointer, _ in errors]
    for error, (_, text) in zip(found, errors, strict=True):
        assert text in error["detail"]
        assert set(error) == {"pointer", "detail"}
    assert SECRET.encode() not in answer.body
    assert SECRET not in str(answer.head)
    assert [(event.endpoint, event.result) for event in events.handled] == [("POST /", "handled")]


def test_a_body_that_is_no_json_is_not_echoed() -> None:
    app, _ = login_app()
    answer = ask(app, "/", "POST", headers={"Content-Type": "application/json"}, body=b'{"user": "' + SECRET.encode())
    assert (answer.status, answer.is_problem) == (422, True)
    assert SECRET.encode() not in answer.body


def test_every_place_of_a_request_has_its_pointer() -> None:
    app, _ = build()

    @app.get("/{number}")
    async def endpoint(
        number: int = Path(), page: int = Query(), x_depth: int = Header(), session: int = Cookie()
    ) -> None: ...

    answer = ask(app, f"/{SECRET}?page={SECRET}", headers={"X-Depth": SECRET, "Cookie": f"session={SECRET}"})
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/path/number",
        "/query/page",
        "/header/x-depth",
        "/cookie/session",
    }
    assert SECRET.encode() not in answer.body


def test_at_most_fifty_errors_are_listed() -> None:
    app, _ = login_app()
    answer = post(app, {**GOOD, "items": [{"number": SECRET}] * 400})
    assert len(answer.json()["errors"]) == 50
    assert len(answer.body) < 16_384


def test_the_applications_own_handler_for_validation_errors_wins() -> None:
    app, events = login_app()

    @app.exception_handler(RequestValidationError)
    async def own(request: Any, exc: Any) -> JSONResponse:
        return JSONResponse({"mine": len(exc.errors())}, 400)

    answer = post(app, {})
    assert (answer.status, answer.json()) == (400, {"mine": 2})
    assert events.handled == []


def test_an_answer_that_does_not_fit_its_model_is_an_error_of_ours_and_leaks_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Out(BaseModel):
        number: int

    app, events = build()

    @app.get("/", response_model=Out)
    async def endpoint() -> Any:
        return {"number": f"card {CARD}"}

    with caplog.at_level(logging.DEBUG):
        answer = ask(app)
    assert (answer.status, answer.json()["code"]) == (500, "INTERNAL_ERROR")
    assert "errors" not in answer.json()
    assert CARD.encode() not in answer.body
    assert "ResponseValidationError" in caplog.text
    assert CARD not in caplog.text
    assert isinstance(answer.raised, ResponseValidationError)
    assert len(events.handled) == 1


def test_a_validation_error_is_never_repeated_and_opens_no_circuit() -> None:
    app = FastAPI()
    calls: list[int] = []

    async def count() -> None:
        calls.append(1)

    @app.get("/")
    @failsoft.protect(retry=TRIES, circuit_breaker=failsoft.CircuitBreaker(failure_threshold=1))
    async def endpoint(page: int, _: None = Depends(count)) -> None: ...

    fs = install(app)
    for _ in range(3):
        assert ask(app, "/?page=x").status == 422
    assert len(calls) == 3
    assert fs.circuit_breakers["GET /"].state == "closed"
