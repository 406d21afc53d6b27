"""Putting Failsoft in: once or twice, early or late, around what, and out again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

import failsoft
import failsoft_asgi
from asgi.harness import Server, TestClient, aask, ask, settings, watch
from failsoft_asgi import FailsoftMiddleware, install


async def ok(request: Request) -> Response:
    return PlainTextResponse("ok")


async def boom(request: Request) -> Response:
    raise ValueError("boom")


def build(**options: Any) -> Starlette:
    return Starlette(routes=[Route("/ok", ok), Route("/boom", boom)], **options)


# -- install


def test_a_second_install_returns_the_first_instance_and_changes_nothing() -> None:
    app = build()
    first = install(app)
    events = watch(first)
    assert install(app) is first
    answer = ask(app, "/boom")
    assert answer.is_problem
    assert install(app) is first
    assert len(answer.all("x-request-id")) == 1
    assert len(events.handled) == 1


def test_a_second_install_with_other_settings_says_that_they_are_not_looked_at(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = build()
    install(app)
    with caplog.at_level(logging.WARNING, "failsoft"):
        install(app, {"responses": {"format": "keep"}})
    assert "second settings" in caplog.text
    assert ask(app, "/boom").is_problem


def test_install_after_the_first_request_is_refused() -> None:
    app = build()
    ask(app, "/ok")
    with pytest.raises(RuntimeError, match="before the first request"):
        install(app)


async def plain(scope: Any, receive: Any, send: Any) -> None: ...


@pytest.mark.parametrize("app", [plain, object(), None, FailsoftMiddleware(plain)])
def test_install_takes_a_starlette_application_only(app: Any) -> None:
    with pytest.raises(TypeError, match="FailsoftMiddleware"):
        install(app)


def test_wrong_settings_are_refused_and_leave_the_application_as_it_was() -> None:
    app = build()
    with pytest.raises(failsoft.SettingsError):
        install(app, {"responses": {"format": "xml"}})
    assert ask(app, "/boom").body == b"Internal Server Error"


def test_a_ready_instance_can_be_installed() -> None:
    fs = failsoft.Failsoft()
    assert install(build(), fs=fs) is fs


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="instal1"):
        failsoft_asgi.instal1  # noqa: B018 - the access is the test


def test_routes_added_after_install_are_protected() -> None:
    app = build()
    install(app, settings())
    calls = []

    @failsoft.protect(policy="patient")
    async def flaky(request: Request) -> Response:
        calls.append(1)
        if len(calls) < 3:
            raise ConnectionResetError
        return PlainTextResponse("ok")

    ask(app, "/ok")
    app.router.routes.append(Route("/late", flaky))
    assert ask(app, "/late").body == b"ok"
    assert len(calls) == 3


def test_routes_added_by_the_lifespan_are_protected_also_under_a_mount() -> None:
    calls = []

    @failsoft.protect(retry=3)
    async def flaky(request: Request) -> Response:
        calls.append(1)
        if len(calls) < 2:
            raise ConnectionResetError
        return PlainTextResponse("ok")

    child = Starlette()

    @contextlib.asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        child.router.routes.append(Route("/late", flaky))
        yield

    app = Starlette(routes=[Mount("/child", app=child)], lifespan=lifespan)
    install(app)
    with TestClient(app) as client:
        assert client.get("/child/late").text == "ok"


# -- lifespan


def test_a_failing_start_passes_through() -> None:
    @contextlib.asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        raise RuntimeError("the database is down")
        yield

    for app in (build(lifespan=lifespan), build(lifespan=lifespan)):
        events = watch(install(app))
        outer = FailsoftMiddleware(app)

        async def start(app: Any = outer) -> list[str]:
            server = Server([{"type": "lifespan.startup"}])
            with pytest.raises(RuntimeError, match="the database is down"):
                await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, server.receive, server.send)
            return [message["type"] for message in server.sent]

        assert asyncio.run(start()) == ["lifespan.startup.failed"]
        assert events == []


def test_an_unknown_kind_of_scope_passes_through() -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    asked = {"type": "smoke-signal"}
    asyncio.run(FailsoftMiddleware(app)(asked, None, None))  # type: ignore[arg-type]
    assert seen == [{"type": "smoke-signal"}]


# -- any ASGI application


async def raw(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] == "/boom":
        raise ValueError("boom")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"ok"})


def test_any_asgi_application_can_be_wrapped() -> None:
    app = FailsoftMiddleware(raw)
    events = watch(app.fs)
    assert ask(app, "/ok").body == b"ok"
    answer = ask(app, "/boom")
    assert (answer.status, answer.is_problem) == (500, True)
    assert isinstance(answer.raised, ValueError)
    assert events.keys == ["__unmatched__"]


def test_a_message_that_an_application_sends_for_every_request_is_not_changed() -> None:
    head = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
    tail = {"type": "http.response.body", "body": b"ok"}

    async def constant(scope: Any, receive: Any, send: Any) -> None:
        await send(head)
        await send(tail)

    app = FailsoftMiddleware(constant)
    first, second = ask(app), ask(app)
    assert first.header("x-request-id") != second.header("x-request-id")
    assert head["headers"] == [(b"content-type", b"text/plain")]


@pytest.mark.parametrize("kind", [tuple, iter])
def test_headers_may_come_as_any_iterable(kind: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": kind([[b"x-a", b"1"], [b"x-b", b"2"]])})
        await send({"type": "http.response.body", "body": b"ok"})

    answer = ask(FailsoftMiddleware(app))
    assert (answer.header("x-a"), answer.header("x-b"), answer.body) == ("1", "2", b"ok")
    assert answer.header("x-request-id")


def test_a_head_without_headers_gets_the_request_id() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    answer = ask(FailsoftMiddleware(app))
    assert (answer.status, len(answer.head["headers"])) == (204, 1)


def test_a_response_without_a_body_is_passed_on_as_it_is() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    assert ask(FailsoftMiddleware(app)).types == ["http.response.start"]


def test_an_application_that_sends_nothing_is_left_alone() -> None:
    answer = ask(FailsoftMiddleware(plain))
    assert (answer.sent, answer.raised) == ([], None)


# -- one within another


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("path", ["/boom", "/nowhere", "/ok"])
def test_a_middleware_around_an_installed_application_answers_once(path: str, shared: bool) -> None:
    inner = build()
    fs = install(inner)
    outer = FailsoftMiddleware(inner, fs=fs if shared else failsoft.Failsoft())
    events = watch(outer.fs)
    if not shared:
        fs.events.subscribe(events.append)
    answer = ask(outer, path)
    assert answer.complete
    assert len(answer.all("x-request-id")) == 1
    if path != "/ok":
        assert answer.is_problem
        (event,) = events.handled
        assert event.failure.error_id == answer.json()["error_id"]
        assert event.endpoint == ("GET /boom" if path == "/boom" else "__unmatched__")


def test_middleware_within_middleware_answers_once() -> None:
    inner = FailsoftMiddleware(raw)
    outer = FailsoftMiddleware(FailsoftMiddleware(inner, fs=inner.fs), fs=inner.fs)
    events = watch(inner.fs)
    answer = ask(outer, "/boom")
    assert (answer.status, answer.is_problem, len(events.handled)) == (500, True, 1)
    assert ask(outer, "/ok").body == b"ok"


# -- stepping aside


def test_the_kill_switch_leaves_the_bare_framework(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILSOFT__DISABLED", "1")
    app = build()
    fs = install(app)
    assert fs.disabled
    answer = ask(app, "/boom")
    assert (answer.body, answer.header("x-request-id")) == (b"Internal Server Error", None)
    assert ask(FailsoftMiddleware(raw), "/boom").sent == []


def test_a_bypass_steps_aside_until_it_is_over() -> None:
    app = build()
    fs = install(app)
    events = watch(fs)
    with fs.bypass():
        answer = ask(app, "/boom")
        assert (answer.body, answer.header("x-request-id")) == (b"Internal Server Error", None)
        assert ask(app, "/nowhere").body == b"Not Found"
    assert [type(event).__name__ for event in events] == ["BypassChanged", "BypassChanged"]
    assert ask(app, "/boom").is_problem


def test_a_bypass_in_the_middle_of_a_request_leaves_that_request_its_answer() -> None:
    async def step_aside(request: Request) -> Response:
        fs.bypass()
        raise ValueError

    app = Starlette(routes=[Route("/", step_aside)])
    fs = install(app)
    assert ask(app).is_problem
    assert not ask(app, "/nowhere").is_problem


# -- what is said in the log


def test_a_base_http_middleware_is_noted(caplog: pytest.LogCaptureFixture) -> None:
    class Truncating(BaseHTTPMiddleware):
        async def dispatch(self, request: Request, call_next: Any) -> Response:
            response: Response = await call_next(request)
            return response

    app = build(middleware=[Middleware(Truncating)])
    install(app)
    with caplog.at_level(logging.INFO, "failsoft"):
        assert ask(app, "/ok").body == b"ok"
    assert [record.getMessage() for record in caplog.records if "Truncating" in record.getMessage()]


def test_a_mark_to_which_no_route_leads_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    @failsoft.protect(retry=2)
    async def nowhere_to_be_found(request: Request) -> Response:
        return PlainTextResponse("ok")

    app = build()
    install(app)
    with caplog.at_level(logging.WARNING, "failsoft"):

        async def twice() -> None:
            await aask(app, "/ok")
            await aask(app, "/ok")

        asyncio.run(twice())
    assert caplog.text.count("nowhere_to_be_found is marked") == 1
    del nowhere_to_be_found
