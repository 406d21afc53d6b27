"""The user's own middleware sees exceptions as it does without Failsoft, and its headers are on our answers."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import fastapi
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from asgi.harness import SECRET, Answer, TestClient, ask, watch
from asgi.stacks import (
    CATCHING,
    CORS,
    GZIP,
    MAPPED,
    ORIGIN,
    ROUTES,
    Oops,
    base,
    base_catch,
    build,
    passing,
    pure,
    pure_catch,
    raising,
)  # fmt: skip
from failsoft_asgi import FailsoftMiddleware, install

# -- middleware that answers what it catches


@pytest.mark.parametrize("inside", [(), (base(passing),), (GZIP,), (CATCHING[1],)])
@pytest.mark.parametrize("catching", CATCHING)
@pytest.mark.parametrize("path", ["/boom", "/stream", "/oops", "/late", "/foreign"])
def test_a_middleware_that_answers_what_it_catches_wins(path: str, catching: Any, inside: Any) -> None:
    app, events = build(CORS, catching, *inside, settings=MAPPED)
    answer = ask(app, path, headers=ORIGIN)
    assert (answer.status, answer.json(), answer.raised) == (418, {"mine": True}, None)
    assert answer.header("access-control-allow-origin") == "*"
    (event,) = events.handled
    assert answer.all("x-error-id") == [event.failure.error_id]
    assert answer.header("x-request-id")


@pytest.mark.parametrize("catching", CATCHING)
@pytest.mark.parametrize("path", ["/conflict", "/teapot", "/nowhere"])
def test_what_is_raised_to_be_answered_is_answered_within_the_middleware(path: str, catching: Any) -> None:
    app, _ = build(catching)
    answer = ask(app, path)
    assert (answer.is_problem, answer.raised) == (True, None)


@pytest.mark.parametrize("catching", CATCHING)
def test_a_middleware_that_catches_wins_also_where_nothing_is_raised_again(catching: Any) -> None:
    app, _ = build(catching, settings={"responses": {"reraise": "never"}})
    answer = ask(app, "/boom")
    assert (answer.status, answer.json(), answer.raised) == (418, {"mine": True}, None)


@pytest.mark.parametrize("catching", CATCHING)
def test_a_middleware_that_catches_wins_over_a_handler_of_last_resort(catching: Any) -> None:
    app, events = build(catching, exception_handlers={Exception: lambda *_: PlainTextResponse("last", 500)})
    assert ask(app, "/boom").json() == {"mine": True}
    assert len(events.handled) == 1


@pytest.mark.parametrize("mode", ["observe", "off"])
@pytest.mark.parametrize("catching", CATCHING)
def test_a_middleware_that_catches_is_as_without_failsoft_in_other_modes(catching: Any, mode: str) -> None:
    app, _ = build(catching, settings={"rollout": {"mode": mode}})
    answer = ask(app, "/boom")
    assert (answer.status, answer.json(), answer.header("x-error-id")) == (418, {"mine": True}, None)


def test_a_middleware_of_a_decorator_wins_in_fastapi_and_error_trackers_miss_nothing_new() -> None:
    app = fastapi.FastAPI()
    install(app)
    app.add_api_route("/boom", raising(ValueError(SECRET)))
    app.add_middleware(CORSMiddleware, allow_origins=["*"])
    app.middleware("http")(base_catch)
    assert TestClient(app).get("/boom").json() == {"mine": True}


def test_a_middleware_of_a_mounted_application_wins_too() -> None:
    child = Starlette(routes=ROUTES, middleware=[base(base_catch)])
    app = Starlette(routes=[Mount("/child", app=child)], middleware=[CORS, base(passing)])
    install(app)
    answer = ask(app, "/child/boom", headers=ORIGIN)
    assert (answer.status, answer.json(), answer.raised) == (418, {"mine": True}, None)
    assert answer.header("access-control-allow-origin") == "*"


def test_a_middleware_may_try_again() -> None:
    calls: list[int] = []

    async def flaky(request: Request) -> Response:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError(SECRET)
        return PlainTextResponse("ok")

    async def again(app: Any, scope: Any, receive: Any, send: Any) -> None:
        try:
            await app(scope, receive, send)
        except ValueError:
            await app(scope, receive, send)

    app = Starlette(routes=[Route("/", flaky)], middleware=[pure(again)])
    install(app)
    answer = ask(app)
    assert (answer.status, answer.body, answer.header("x-error-id")) == (200, b"ok", None)


# -- middleware that only looks, or rolls back


@pytest.mark.parametrize("path", ["/boom", "/oops", "/late", "/foreign"])
@pytest.mark.parametrize("reraise", ["unexpected", "never"])
def test_a_middleware_that_commits_on_success_rolls_back(path: str, reraise: str) -> None:
    done: list[str] = []

    async def transaction(request: Request, call_next: Any) -> Any:
        try:
            response = await call_next(request)
        except Exception:
            done.append("rollback")
            raise
        done.append("commit")
        return response

    app, events = build(base(transaction), settings={**MAPPED, "responses": {"reraise": reraise}})
    answer = ask(app, path)
    assert done == ["rollback"]
    assert answer.is_problem
    assert len(events.handled) == 1
    assert answer.json()["error_id"] == events.handled[0].failure.error_id
    # what has a meaning of its own is no news to an error tracker
    assert (answer.raised is None) is (reraise == "never" or path in {"/oops", "/foreign"})


@pytest.mark.parametrize("depth", [1, 3])
def test_an_answer_of_ours_has_no_headers_of_a_base_http_middleware_as_it_would_without_us(depth: int) -> None:
    async def note(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        response.headers["x-note"] = "1"
        return response

    app, _ = build(*[base(note)] * depth)
    answer = ask(app, "/boom")
    assert (answer.status, answer.is_problem, answer.complete, answer.header("x-note")) == (500, True, True, None)
    for path in ("/conflict", "/teapot", "/ok"):
        assert ask(app, path).header("x-note") == "1"


def test_a_middleware_that_wraps_what_it_catches_makes_no_second_record() -> None:
    async def wrap(app: Any, scope: Any, receive: Any, send: Any) -> None:
        try:
            await app(scope, receive, send)
        except ValueError as error:
            raise Oops from error

    app, events = build(CORS, pure(wrap))
    answer = ask(app, "/boom", headers=ORIGIN)
    assert (answer.status, answer.is_problem) == (500, True)
    assert answer.header("access-control-allow-origin") == "*"
    assert isinstance(answer.raised, Oops)
    assert [event.failure.type for event in events.handled] == ["ValueError"]


@pytest.mark.parametrize("own_task", [True, False])
@pytest.mark.parametrize("path", ["/boom", "/foreign"])
def test_a_middleware_with_a_task_group_makes_no_second_record(path: str, own_task: bool) -> None:
    async def grouping(app: Any, scope: Any, receive: Any, send: Any) -> None:
        async with asyncio.TaskGroup() as group:
            if own_task:
                group.create_task(app(scope, receive, send))
            else:
                await app(scope, receive, send)

    app, events = build(CORS, pure(grouping))
    answer = ask(app, path, headers=ORIGIN)
    assert (answer.status, answer.is_problem) == (409 if path == "/foreign" else 500, True)
    assert answer.header("access-control-allow-origin") == "*"
    assert (answer.raised is None) is (path == "/foreign")
    assert len(events.handled) == 1


def test_a_middleware_may_give_what_it_catches_a_meaning() -> None:
    async def mean(app: Any, scope: Any, receive: Any, send: Any) -> None:
        try:
            await app(scope, receive, send)
        except ValueError as error:
            raise HTTPException(409, "Taken.") from error

    app, events = build(CORS, pure(mean))
    answer = ask(app, "/boom", headers=ORIGIN)
    assert (answer.status, answer.json()["detail"], answer.raised) == (409, "Taken.", None)
    assert [event.result for event in events.handled] == ["unhandled", "handled"]
    assert answer.json()["error_id"] == events.handled[1].failure.error_id


def test_a_middleware_that_swallows_an_exception_without_a_word_leaves_the_answer_to_us() -> None:
    async def swallow(app: Any, scope: Any, receive: Any, send: Any) -> None:
        with contextlib.suppress(Exception):
            await app(scope, receive, send)

    app, events = build(CORS, pure(swallow))
    answer = ask(app, "/boom", headers=ORIGIN)
    assert (answer.status, answer.is_problem, answer.raised) == (500, True, None)
    assert answer.header("access-control-allow-origin") == "*"
    assert len(events.handled) == 1


def test_a_middleware_that_answers_and_raises_again_is_not_answered_twice() -> None:
    async def both(app: Any, scope: Any, receive: Any, send: Any) -> None:
        try:
            await app(scope, receive, send)
        except Exception:
            await JSONResponse({"mine": True}, 418)(scope, receive, send)
            raise

    app, events = build(CORS, pure(both))
    answer = ask(app, "/boom")
    assert (answer.status, answer.json(), type(answer.raised)) == (418, {"mine": True}, ValueError)
    assert len(events.handled) == 1


def test_what_a_middleware_raises_meets_the_middleware_around_it() -> None:
    async def refuse(app: Any, scope: Any, receive: Any, send: Any) -> None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})

    app, events = build(CORS, pure(refuse))
    answer = ask(app, "/ok", headers=ORIGIN)
    assert (answer.status, answer.is_problem, answer.raised) == (401, True, None)
    app, events = build(CORS, pure(pure_catch), pure(refuse))
    assert ask(app, "/ok").json() == {"mine": True}
    app, events = build(CORS, base(passing), pure(refuse))
    answer = ask(app, "/ok", headers=ORIGIN)
    assert (answer.status, answer.header("www-authenticate"), answer.raised) == (401, "Bearer", None)
    assert answer.header("access-control-allow-origin") == "*"
    assert [event.result for event in events.handled] == ["handled"]


# -- headers on our answers


async def dead_context(app: Any, scope: Any, receive: Any, send: Any) -> None:
    alive = True

    async def marked(message: Any) -> None:
        assert alive
        await send(message)

    try:
        await app(scope, receive, marked)
    finally:
        alive = False


async def closed_stream(app: Any, scope: Any, receive: Any, send: Any) -> None:
    alive = True

    async def lost(message: Any) -> None:
        if alive:
            await send(message)

    try:
        await app(scope, receive, lost)
    finally:
        alive = False


@pytest.mark.parametrize("path", ["/boom", "/conflict", "/foreign", "/nowhere", "/ok"])
@pytest.mark.parametrize("inner", [base(passing), GZIP])
def test_headers_of_middleware_are_on_answers_on_either_side_of_another(path: str, inner: Middleware) -> None:
    for stack in ([CORS, inner], [inner, CORS], [inner, CORS, inner], [inner, inner, CORS, inner, inner]):
        app, events = build(*stack)
        answer: Answer = ask(app, path, headers={**ORIGIN, "Accept-Encoding": "gzip"})
        assert answer.complete
        assert answer.header("access-control-allow-origin") == "*"
        assert len(answer.all("x-request-id")) == 1
        assert len(events.handled) == (path != "/ok")


@pytest.mark.parametrize("inner", [pure(dead_context), pure(closed_stream)])
def test_an_answer_goes_around_middleware_whose_work_is_over(inner: Middleware) -> None:
    for stack in ([inner], [inner, inner], [CORS, base(passing), inner], [CORS, GZIP, inner, base(passing)]):
        app, events = build(*stack)
        answer = ask(app, "/boom", headers=ORIGIN)
        assert (answer.status, answer.is_problem, answer.complete) == (500, True, True)
        assert (answer.header("access-control-allow-origin") == "*") is (stack[0] is CORS)
        assert len(events.handled) == 1


def test_a_header_is_written_once_where_the_answer_has_to_go_around() -> None:
    async def appends(app: Any, scope: Any, receive: Any, send: Any) -> None:
        async def appending(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-mine", b"1"))
            await send(message)

        await app(scope, receive, appending)

    for around in ([], [pure(dead_context)]):
        app, _ = build(*around, base(passing), pure(appends))
        answer = ask(app, "/boom")
        assert (answer.status, answer.is_problem) == (500, True)
        assert answer.all("x-mine") == ["1"]


@pytest.mark.parametrize("wrap", [BaseHTTPMiddleware, None])
def test_an_installed_application_within_another_middleware_answers_once(wrap: Any) -> None:
    for error in ("/boom", "/foreign", "/oops"):
        app, events = build(CORS, base(passing))
        wrapped: Any = BaseHTTPMiddleware(app, dispatch=passing) if wrap else app
        outer = FailsoftMiddleware(wrapped)
        outer.fs.events.subscribe(events.append)
        answer = ask(outer, error, headers=ORIGIN)
        assert (answer.is_problem, answer.complete) == (True, True)
        assert answer.header("access-control-allow-origin") == "*"
        assert len(events.handled) == 1


def test_a_mounted_application_under_a_base_http_middleware_answers_once() -> None:
    child = Starlette(routes=ROUTES, middleware=[CORS, base(passing)])
    app = Starlette(routes=[Mount("/child", app=child)], middleware=[base(passing)])
    events = watch(install(app))
    for path in ("/child/boom", "/child/foreign", "/child/conflict"):
        answer = ask(app, path, headers=ORIGIN)
        assert (answer.is_problem, answer.complete) == (True, True)
        assert answer.header("access-control-allow-origin") == "*"
    assert len(events.handled) == 3


def test_a_test_client_still_raises_through_middleware() -> None:
    app, _ = build(CORS, base(passing))
    with pytest.raises(ValueError, match=SECRET):
        TestClient(app).get("/boom")
