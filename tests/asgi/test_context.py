"""What surrounds a request: its id, its context variables, who serves it, what is known of it."""

from __future__ import annotations

import asyncio
import contextvars
import re
import threading
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

import failsoft
from asgi.harness import aask, ask, settings, watch
from clocks import ManualClock
from failsoft.current import current_call
from failsoft_asgi import FailsoftMiddleware, install

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")

POLICIES = [None, {"timeout": "1h"}, {"retry": 3, "timeout": "1h", "circuit_breaker": {}}]


def build(endpoint: Any, policy: Any = None, more: Any = None, **options: Any) -> tuple[Starlette, failsoft.Failsoft]:
    app = Starlette(routes=[Route("/", endpoint)], **options)
    given = {"policies": {"p": policy}, "endpoints": [{"match": "* /", "policy": "p"}]} if policy else {}
    return app, install(app, {**given, **(more or {})})


# -- context variables


class Around:
    """Sets the variable before, and looks at it after."""

    after: list[str] = []

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        variable.set("middleware")
        await self.app(scope, receive, send)
        self.after.append(variable.get())


@pytest.mark.parametrize("policy", POLICIES)
def test_what_an_endpoint_sets_is_seen_by_the_middleware_around_it(policy: Any) -> None:
    async def endpoint(request: Request) -> Response:
        seen = variable.get()
        variable.set("endpoint")
        return PlainTextResponse(seen)

    app, _ = build(endpoint, policy, middleware=[Middleware(Around)])
    Around.after.clear()
    assert ask(app).body == b"middleware"
    assert Around.after == ["endpoint"]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_thread_sees_the_context_and_its_changes_stay_with_it(policy: Any) -> None:
    def endpoint(request: Request) -> Response:
        seen = variable.get()
        variable.set("thread")
        call = current_call.get()
        return PlainTextResponse(f"{seen} {call is not None and call.request_id}")

    app, _ = build(endpoint, policy, middleware=[Middleware(Around)])
    Around.after.clear()
    assert ask(app, headers={"X-Request-ID": "abc"}).body == b"middleware abc"
    assert Around.after == ["middleware"]


@pytest.mark.parametrize("policy", POLICIES)
def test_nothing_is_current_after_a_request(policy: Any) -> None:
    async def fail(request: Request) -> Response:
        raise ValueError

    app, _ = build(fail, policy)

    async def scenario() -> Any:
        await aask(app)
        return current_call.get()

    assert asyncio.run(scenario()) is None


def test_a_request_that_is_dropped_from_another_context_makes_no_noise() -> None:
    async def wait(request: Request) -> Response:
        await asyncio.Event().wait()
        raise AssertionError

    app, _ = build(wait, {"timeout": "1h"})

    async def scenario() -> None:
        from asgi.harness import Server, scope

        server = Server([])
        request = app(scope(), server.receive, server.send)
        contextvars.copy_context().run(request.send, None)
        contextvars.copy_context().run(request.close)

    assert asyncio.run(scenario()) is None


def test_the_instance_that_serves_a_request_is_the_one_that_answers_within_it() -> None:
    async def endpoint(request: Request) -> Response:
        return JSONResponse(failsoft.classify(KeyError("x")).code)

    other = failsoft.Failsoft()
    apps = [build(endpoint, None, {"errors": {"KeyError": {"code": code}}}) for code in ("ONE", "TWO")]
    assert [ask(app).json() for app, _ in apps] == ["ONE", "TWO"]
    other.close()


def test_a_guard_under_a_base_http_middleware_belongs_to_the_request() -> None:
    class Plain(BaseHTTPMiddleware):
        async def dispatch(self, request: Request, call_next: Any) -> Response:
            response: Response = await call_next(request)
            return response

    async def work() -> str:
        call = current_call.get()
        assert call is not None
        return f"{call.endpoint} {call.request_id}"

    async def endpoint(request: Request) -> Response:
        return PlainTextResponse(await failsoft.guard("bank", policy=failsoft.Policy(timeout=5.0)).acall(work))

    app, _ = build(endpoint, middleware=[Middleware(Plain)])
    assert ask(app, headers={"X-Request-ID": "abc"}).body == b"guard:bank abc"


def test_an_answer_of_ours_takes_no_thread() -> None:
    async def fail(request: Request) -> Response:
        raise HTTPException(404)

    threads = []
    app, fs = build(fail)
    fs.events.subscribe(lambda event: threads.append(threading.current_thread()))
    ask(app)
    assert threads == [threading.main_thread()]


# -- the request id


def test_a_request_id_that_the_application_sets_is_kept() -> None:
    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("ok", headers={"X-Request-ID": "mine"})

    app, _ = build(endpoint)
    assert ask(app).all("x-request-id") == ["mine"]


@pytest.mark.parametrize("given", ["abc", "A.b_c-9", "x" * 128])
def test_a_well_formed_request_id_is_kept(given: str) -> None:
    async def endpoint(request: Request) -> Response:
        raise ValueError

    app, fs = build(endpoint)
    events = watch(fs)
    answer = ask(app, headers={"X-Request-ID": given})
    assert answer.all("x-request-id") == [given]
    assert answer.json()["request_id"] == given
    assert [event.request_id for event in events.handled] == [given]


@pytest.mark.parametrize("given", ["", " ", "a b", "x" * 129, "<b>", "a/b", "a\n", "ünïcode"])
def test_any_other_request_id_is_replaced(given: str) -> None:
    app, _ = build(lambda request: PlainTextResponse("ok"))
    (sent,) = ask(app, headers={"X-Request-ID": given}).all("x-request-id")
    assert re.fullmatch("[0-9a-f]{32}", sent)


def test_the_first_of_two_request_ids_counts() -> None:
    app, _ = build(lambda request: PlainTextResponse("ok"))
    twice = [(b"host", b"x"), (b"x-request-id", b"one"), (b"x-request-id", b"two")]

    async def scenario() -> Any:
        from asgi.harness import Server, scope

        server = Server([])
        await app({**scope(), "headers": twice}, server.receive, server.send)
        return dict(server.sent[0]["headers"])[b"x-request-id"]

    assert asyncio.run(scenario()) == b"one"


def test_another_header_may_carry_the_request_id_and_it_need_not_be_trusted() -> None:
    async def endpoint(request: Request) -> Response:
        raise ValueError

    app, _ = build(endpoint, None, {"request": {"id_header": "X-Correlation", "trust_id": False}})
    answer = ask(app, headers={"X-Correlation": "abc", "X-Request-ID": "def"})
    assert answer.all("x-request-id") == []
    (sent,) = answer.all("x-correlation")
    assert sent == answer.json()["request_id"]
    assert sent not in ("abc", "def")


# -- what is known of a request


def test_what_is_known_of_a_request_is_recorded_without_its_query() -> None:
    async def endpoint(request: Request) -> Response:
        raise ValueError

    app, fs = build(endpoint, None, {"request": {"trusted_proxies": ["192.0.2.0/24"]}})
    events = watch(fs)
    headers = {"X-Forwarded-For": "203.0.113.9", "User-Agent": "tests"}
    ask(app, "/?password=hunter2", headers=headers)
    facts = events.handled[0].facts
    assert (facts.method, facts.path, facts.client, facts.host) == ("GET", "/", "203.0.113.9", "shop.example")
    assert (facts.user_agent, facts.scheme) == ("tests", "http")
    assert "hunter2" not in repr(facts)


@pytest.mark.parametrize("client", [None, ("", 0), ["198.51.100.1", 1]])
def test_a_server_may_not_know_its_client(client: Any) -> None:
    async def endpoint(request: Request) -> Response:
        raise ValueError

    app, fs = build(endpoint)
    events = watch(fs)
    assert ask(app, client=client).is_problem
    assert len(events.handled) == 1


def test_headers_that_are_no_text_do_no_harm() -> None:
    async def fail(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError

    app = FailsoftMiddleware(fail)
    odd = {"Accept": "\xff\xfe", "Accept-Language": "\x00", "User-Agent": "\xe9" * 9000, "Traceparent": "\xff"}
    assert ask(app, headers=odd).is_problem


# -- remaining time


def test_remaining_time_is_known_in_coroutines_and_threads_and_nowhere_without_a_policy() -> None:
    async def asynchronous(request: Request) -> Response:
        return JSONResponse(failsoft.remaining())

    def synchronous(request: Request) -> Response:
        return JSONResponse(failsoft.remaining())

    for endpoint in (asynchronous, synchronous):
        app = Starlette(routes=[Route("/", endpoint), Route("/free", endpoint)])
        rules = {"policies": {"p": {"timeout": "5s"}}, "endpoints": [{"match": "GET /", "policy": "p"}]}
        install(app, fs=failsoft.Failsoft(rules, clock=ManualClock()))
        assert ask(app).json() == 5.0
        assert ask(app, "/free").json() is None


def test_before_retry_is_called_with_the_call_between_attempts() -> None:
    seen = []

    async def undo(call: Any) -> None:
        seen.append((call.attempt, call.endpoint, type(call.cause).__name__))

    @failsoft.protect(retry=3, before_retry=undo)
    async def endpoint(request: Request) -> Response:
        raise ConnectionResetError

    app = Starlette(routes=[Route("/", endpoint)])
    install(app, fs=failsoft.Failsoft(settings(), clock=ManualClock()))
    ask(app)
    assert seen == [(1, "GET /", "ConnectionResetError"), (2, "GET /", "ConnectionResetError")]


def test_a_hook_that_fails_ends_the_attempts() -> None:
    calls = []

    def undo(call: Any) -> None:
        raise RuntimeError("cannot be undone")

    @failsoft.protect(retry=3, before_retry=undo)
    async def endpoint(request: Request) -> Response:
        calls.append(1)
        raise ConnectionResetError

    app = Starlette(routes=[Route("/", endpoint)])
    events = watch(install(app, fs=failsoft.Failsoft(clock=ManualClock())))
    answer = ask(app)
    assert (answer.status, len(calls)) == (500, 1)
    assert isinstance(answer.raised, RuntimeError)
    assert len(events.handled) == 1
