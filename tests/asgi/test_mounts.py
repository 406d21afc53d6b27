"""Mounted applications: they answer their own errors, once, and with their own handlers."""

from __future__ import annotations

from typing import Any

import fastapi
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

import failsoft
from asgi.harness import SECRET, Watched, ask, settings, watch
from failsoft_asgi import FailsoftMiddleware, install


class Oops(Exception):
    pass


async def boom(request: Request) -> Response:
    raise ValueError(SECRET)


async def oops(request: Request) -> Response:
    raise Oops(SECRET)


async def teapot(request: Request) -> Response:
    raise HTTPException(418)


async def ok(request: Request) -> Response:
    return JSONResponse({"ok": True})


async def nothing_streamed(request: Request) -> Response:
    async def stream() -> Any:
        raise ValueError(SECRET)
        yield b""

    return StreamingResponse(stream())


ROUTES = [
    Route("/boom", boom),
    Route("/oops", oops),
    Route("/teapot", teapot),
    Route("/ok", ok),
    Route("/stream", nothing_streamed),
]


def mine(name: str, status: int) -> Any:
    async def answer(request: Request, exc: Exception) -> Response:
        return JSONResponse({"mine": name}, status)

    return answer


def build(depth: int = 1, *, child: Any = None, **options: Any) -> tuple[Starlette, Watched]:
    """An application with another one mounted at `/m`, so many times over."""
    inner = child or Starlette(routes=ROUTES)
    for _ in range(depth - 1):
        inner = Starlette(routes=[Mount("/m", app=inner)])
    app = Starlette(routes=[Mount("/m", app=inner)], **options)
    return app, watch(install(app))


@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize(
    ("path", "status", "raises"),
    [("/boom", 500, True), ("/teapot", 418, False), ("/nowhere", 404, False), ("/stream", 500, True)],
)
def test_an_error_in_a_mounted_application_is_answered_once(depth: int, path: str, status: int, raises: bool) -> None:
    app, events = build(depth)
    answer = ask(app, "/m" * depth + path)
    assert (answer.status, answer.is_problem, answer.complete) == (status, True, True)
    assert (answer.raised is not None) is raises
    assert len(events.handled) == 1
    template = "/m" * depth + path
    assert events.keys == ["__unmatched__" if path == "/nowhere" else f"GET {template}"]


def test_a_success_of_a_mounted_application_is_untouched() -> None:
    app, events = build(3)
    assert ask(app, "/m/m/m/ok").json() == {"ok": True}
    assert events == []


def test_the_mounted_applications_own_handlers_win() -> None:
    child = Starlette(routes=ROUTES, exception_handlers={Oops: mine("child", 409), 418: mine("child", 418)})
    app, events = build(child=child, exception_handlers={Oops: mine("parent", 400)})
    assert ask(app, "/m/oops").json() == {"mine": "child"}
    assert ask(app, "/m/teapot").json() == {"mine": "child"}
    assert events.handled == []


def test_a_handler_of_last_resort_of_the_mounted_application_wins() -> None:
    child = Starlette(routes=ROUTES, exception_handlers={Exception: mine("child", 500)})
    app, events = build(child=child)
    answer = ask(app, "/m/boom")
    assert answer.json() == {"mine": "child"}
    assert isinstance(answer.raised, ValueError)
    assert len(events.handled) == 1


def test_the_debug_page_of_the_mounted_application_appears() -> None:
    app, events = build(child=Starlette(routes=ROUTES, debug=True))
    assert b"Traceback" in ask(app, "/m/boom").body
    assert len(events.handled) == 1


@pytest.mark.parametrize("key", [ValueError, Exception, 500])
def test_a_handler_of_the_parent_does_not_answer_again_nor_is_there_a_second_record(key: Any) -> None:
    app, events = build(exception_handlers={key: mine("parent", 400)})
    answer = ask(app, "/m/boom")
    assert (answer.status, answer.is_problem) == (500, True)
    assert answer.raised is not None
    assert [event.failure.type for event in events.handled] == ["ValueError"]


def test_middleware_of_the_mounted_application_and_of_the_parent_are_around_the_answer() -> None:
    class Adding:
        def __init__(self, app: Any, name: bytes) -> None:
            self.app, self.name = app, name

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            async def adding(message: Any) -> None:
                if message["type"] == "http.response.start":
                    message["headers"] = [*message["headers"], (self.name, b"1")]
                await send(message)

            await self.app(scope, receive, adding)

    child = Starlette(routes=ROUTES, middleware=[Middleware(Adding, name=b"x-child")])
    app, _ = build(
        child=child,
        middleware=[Middleware(CORSMiddleware, allow_origins=["*"]), Middleware(Adding, name=b"x-parent")],
    )
    for path in ("/m/boom", "/m/teapot", "/m/stream"):
        answer = ask(app, path, headers={"Origin": "https://shop.example"})
        assert (answer.all("x-child"), answer.all("x-parent")) == (["1"], ["1"])
        assert answer.header("access-control-allow-origin") == "*"


def test_policies_reach_into_mounted_applications() -> None:
    calls = []

    async def flaky(request: Request) -> Response:
        calls.append(request.path_params["id"])
        if len(calls) < 3:
            raise ConnectionResetError
        return JSONResponse({"path": request.url.path, "root": request.scope["root_path"]})

    child = Starlette(routes=[Route("/x/{id:int}", flaky)])
    app = Starlette(routes=[Mount("/t/{tenant}", app=child)])
    install(app, settings(endpoints=[{"match": "GET /t/{tenant}/x/{id}", "policy": "patient"}]))
    assert ask(app, "/t/acme/x/7").json() == {"path": "/t/acme/x/7", "root": "/t/acme"}
    assert calls == [7, 7, 7]


fragile = failsoft.protect(circuit_breaker=failsoft.CircuitBreaker(failure_threshold=1))


def test_what_the_mounted_application_handles_itself_opens_no_circuit() -> None:
    child = Starlette(
        routes=[Route("/x", fragile(oops_again))],
        exception_handlers={Oops: mine("child", 409)},
    )
    app = Starlette(routes=[Mount("/m", app=child)])
    fs = install(app)
    for _ in range(3):
        assert ask(app, "/m/x").json() == {"mine": "child"}
    assert fs.circuit_breakers["GET /m/x"].state == "closed"


async def oops_again(request: Request) -> Response:
    raise Oops


def test_an_application_with_its_own_failsoft_keeps_its_policies_where_it_is_mounted() -> None:
    calls = []

    async def flaky(request: Request) -> Response:
        calls.append(1)
        raise ConnectionResetError

    child = Starlette(routes=[Route("/x", flaky)])
    own = install(child, settings(endpoints=[{"match": "GET /m/x", "policy": "patient"}]))
    app = Starlette(routes=[Mount("/m", app=child)])
    events = watch(install(app))
    own.events.subscribe(events.append)
    answer = ask(app, "/m/x")
    assert answer.is_problem
    assert len(calls) == 3
    assert len(events.handled) == 1


def test_a_mounted_application_can_also_be_served_alone() -> None:
    child = Starlette(routes=ROUTES)
    build(child=child)
    app, _ = build(child=child)
    ask(app, "/m/ok")
    assert ask(child, "/boom").body == b"Internal Server Error"
    assert ask(child, "/ok").json() == {"ok": True}


def test_a_mounted_application_that_has_served_already_is_recorded_once() -> None:
    child = Starlette(routes=ROUTES)
    ask(child, "/ok")
    app, events = build(child=child)
    answer = ask(app, "/m/boom")
    assert (answer.status, answer.body) == (500, b"Internal Server Error")
    assert [event.result for event in events.handled] == ["skipped"]


async def foreign(scope: Any, receive: Any, send: Any) -> None:
    raise ValueError(SECRET)


def test_an_error_in_a_foreign_application_that_is_mounted_is_answered() -> None:
    app = Starlette(routes=[Mount("/m/{x}", app=foreign)])
    events = watch(install(app))
    answer = ask(app, "/m/1/2")
    assert (answer.status, answer.is_problem) == (500, True)
    assert events.keys == ["__unmatched__"]


def test_a_wrapped_application_that_is_mounted_answers_once() -> None:
    wrapped = FailsoftMiddleware(foreign)
    app = Starlette(routes=[Mount("/m", app=wrapped)])
    events = watch(install(app))
    wrapped.fs.events.subscribe(events.append)
    assert ask(app, "/m/1").is_problem
    assert len(events.handled) == 1


def test_a_mounted_fastapi_application_answers_validation_errors_by_problems() -> None:
    child, app = fastapi.FastAPI(), fastapi.FastAPI()

    @child.get("/x")
    async def x(number: int) -> None: ...

    app.mount("/m", child)
    events = watch(install(app))
    answer = ask(app, "/m/x?number=abc")
    assert (answer.status, answer.is_problem) == (422, True)
    assert answer.json()["errors"][0]["pointer"] == "/query/number"
    assert len(events.handled) == 1
    assert "Problem" in child.openapi()["components"]["schemas"]


def test_fastapi_in_starlette_and_starlette_in_fastapi() -> None:
    inner = fastapi.FastAPI()

    @inner.get("/x")
    async def x() -> None:
        raise ValueError(SECRET)

    app = Starlette(routes=[Mount("/m", app=inner)])
    assert watch(install(app)) == []
    assert ask(app, "/m/x").is_problem

    outer = fastapi.FastAPI()
    outer.mount("/m", Starlette(routes=ROUTES))
    events = watch(install(outer))
    assert ask(outer, "/m/boom").is_problem
    assert ask(outer, "/m/nowhere").is_problem
    assert len(events.handled) == 2
