"""The deadline of whoever calls, where the routes are not known, and where the answer goes on after its head."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route

import failsoft
from asgi.harness import Answer, ask, watch
from failsoft.events import AttemptTimedOut, CallRejected
from failsoft_asgi import FailsoftMiddleware, install

ON = {"request": {"deadline_header": "X-Request-Deadline"}}


def hurried(app: Any, left: str, path: str = "/") -> Answer:
    return ask(app, path, headers={"X-Request-Deadline": left})


def plain(inside: Any) -> Any:
    """An application without routes, in the middleware."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse(str(await inside()))(scope, receive, send)

    return FailsoftMiddleware(app, ON)


async def left() -> Any:
    return failsoft.remaining()


def test_any_application_keeps_to_it() -> None:
    assert 8 < float(hurried(plain(left), "9").body) <= 9
    assert ask(plain(left)).body == b"None"


def test_any_application_is_not_run_when_it_has_passed() -> None:
    ran: list[int] = []

    async def run() -> None:
        ran.append(1)

    app = plain(run)
    events = watch(app.fs)
    answer = hurried(app, "0")
    assert (answer.status, answer.json()["code"], ran) == (504, "TIMEOUT_ERROR", [])
    assert [event.reason for event in events.of(CallRejected)] == ["deadline"]


def test_any_application_is_cut_off() -> None:
    app = plain(asyncio.Event().wait)
    events = watch(app.fs)
    answer = hurried(app, "0.5")
    assert (answer.status, answer.json()["code"]) == (504, "TIMEOUT_ERROR")
    assert [event.kind for event in events.of(AttemptTimedOut)] == ["deadline"]


def test_the_route_inside_is_known_all_the_same() -> None:
    async def fail(_: Any) -> None:
        raise RuntimeError

    app = FailsoftMiddleware(Starlette(routes=[Route("/quotes/{symbol}", fail)]), ON)
    events = watch(app.fs)
    assert hurried(app, "9", "/quotes/TEA").status == 500
    assert events.keys == ["GET /quotes/{symbol}"]


def test_a_thread_of_an_application_in_the_middleware_is_not_abandoned() -> None:
    def slow(_: Any) -> Any:
        while failsoft.remaining():
            time.sleep(0.01)
        return PlainTextResponse("late")

    app = FailsoftMiddleware(Starlette(routes=[Route("/", slow)]), ON)
    answer = hurried(app, "0.5")
    assert (answer.status, answer.body) == (200, b"late")


def installed(*routes: Any) -> Any:
    app = Starlette(routes=[*routes])
    install(app, ON)
    return app


@pytest.mark.parametrize("middleware", [False, True])
def test_it_is_over_with_the_head_of_the_answer(middleware: bool) -> None:
    seen: list[Any] = []

    async def body() -> Any:
        seen.append(failsoft.remaining() is not None)
        yield b"first,"
        seen.append(failsoft.remaining())
        await asyncio.sleep(0.6)
        yield b"second"

    async def stream(_: Any) -> Any:
        return StreamingResponse(body(), background=BackgroundTask(lambda: seen.append(failsoft.remaining())))

    route = Route("/", stream)
    app = FailsoftMiddleware(Starlette(routes=[route]), ON) if middleware else installed(route)
    answer = hurried(app, "0.5")
    assert (answer.status, answer.body) == (200, b"first,second")
    assert seen == [True, None, None]


def test_a_mounted_application_is_protected_too() -> None:
    async def hang(_: Any) -> None:
        await asyncio.Event().wait()

    app = installed(Mount("/shop", Starlette(routes=[Route("/hang", hang)])))
    assert hurried(app, "0.010", "/shop/hang").status == 504


def test_dependencies_of_a_view_that_is_not_run_are_not_opened() -> None:
    opened: list[int] = []

    def connection() -> Any:
        opened.append(1)
        yield

    app = FastAPI()

    @app.get("/")
    async def view(_: Any = Depends(connection)) -> Any:
        return {"left": failsoft.remaining()}

    install(app, ON)
    assert hurried(app, "-1").status == 504
    assert opened == []
    assert hurried(app, "9").status == 200
    assert opened == [1]


def test_without_the_setting_the_header_means_nothing() -> None:
    async def view(_: Any) -> Any:
        return PlainTextResponse(str(failsoft.remaining()))

    app = Starlette(routes=[Route("/", view)])
    install(app)
    assert hurried(app, "0").body == b"None"
