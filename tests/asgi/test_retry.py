"""Retry on an endpoint: what an attempt gets, what of it is sent, and what ends the attempts."""

from __future__ import annotations

import asyncio
import functools
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

import failsoft
from asgi.flaky import Flaky, repeating
from asgi.harness import Server, aask, ask, scope, watch
from clocks import ManualClock
from failsoft.events import RetryEnded
from failsoft_asgi import install


class Handled(Exception):
    """Answered by the application, and worth another attempt."""


# -- the scope


def test_each_attempt_has_a_fresh_scope_also_under_a_mount() -> None:
    seen = []

    async def endpoint(request: Request) -> Response:
        seen.append((request.scope["root_path"], dict(request.path_params), request.scope.get("mine")))
        request.scope["mine"] = 1
        request.scope["root_path"] = "/elsewhere"
        request.scope["path_params"] = {}
        raise ConnectionResetError

    child = Starlette(routes=[Route("/x/{id}", failsoft.protect(retry=3)(endpoint))])
    app = Starlette(routes=[Mount("/t/{tenant}", app=child)])
    events = watch(install(app, fs=failsoft.Failsoft(clock=ManualClock())))
    ask(app, "/t/acme/x/1")
    assert seen == [("/t/acme", {"tenant": "acme", "id": "1"}, None)] * 3
    assert events.keys == ["GET /t/{tenant}/x/{id}"]


# -- what is sent


def test_nothing_of_a_failed_attempt_is_sent() -> None:
    async def stream() -> Any:
        raise ConnectionResetError
        yield b""

    calls = []

    async def endpoint(request: Request) -> Response:
        calls.append(1)
        if len(calls) < 3:
            return StreamingResponse(stream(), headers={"X-Attempt": "bad"})
        return PlainTextResponse("ok", headers={"X-Attempt": "good"})

    app, _ = repeating(endpoint)
    answer = ask(app)
    assert (answer.body, answer.all("x-attempt")) == (b"ok", ["good"])
    assert len(calls) == 3


def test_nothing_is_repeated_once_a_byte_has_left() -> None:
    calls = []

    async def stream() -> Any:
        calls.append(1)
        yield b"one"
        raise ConnectionResetError

    async def endpoint(request: Request) -> Response:
        return StreamingResponse(stream())

    app, events = repeating(endpoint)
    answer = ask(app)
    assert (answer.body, answer.complete, len(calls)) == (b"one", False, 1)
    assert [event.result for event in events.handled] == ["skipped"]


def test_a_thrown_away_response_is_not_sent_at_all_and_its_background_error_changes_nothing() -> None:
    calls = []

    def fail() -> None:
        raise ValueError

    async def endpoint(request: Request) -> Response:
        calls.append(1)
        if len(calls) < 3:
            return PlainTextResponse("busy", 503, background=BackgroundTask(fail))
        return PlainTextResponse("ok")

    clock = ManualClock()
    app, events = repeating(endpoint, clock=clock)
    answer = ask(app)
    assert (answer.status, answer.body, answer.raised) == (200, b"ok", None)
    assert len(clock.slept) == 2
    assert events.names == ["RetryScheduled", "RetryScheduled", "RetryEnded"]


def test_a_thrown_away_stream_that_breaks_off_is_repeated_once() -> None:
    calls = []

    async def stream() -> Any:
        yield b"busy"
        raise ValueError

    async def endpoint(request: Request) -> Response:
        calls.append(1)
        return StreamingResponse(stream(), 503) if len(calls) == 1 else PlainTextResponse("ok")

    app, events = repeating(endpoint)
    assert ask(app).body == b"ok"
    assert events.names == ["RetryScheduled", "RetryEnded"]


@pytest.mark.parametrize(
    ("value", "waits"),
    [("3", [3.0]), ("Sun, 22 Nov 2026 00:02:10 GMT", [pytest.approx(7.0, abs=1.0)]), ("soon", [0.01])],
)
def test_the_wait_that_a_returned_answer_asks_for_is_kept(value: str, waits: Any) -> None:
    calls = []

    async def endpoint(request: Request) -> Response:
        calls.append(1)
        return PlainTextResponse("", 503 if len(calls) == 1 else 200, headers={"Retry-After": value})

    clock = ManualClock()
    app = Starlette(routes=[Route("/", endpoint)])
    policy = {"retry": {"base_delay": "10ms", "jitter": "none"}, "deadline": "1h"}
    install(
        app,
        fs=failsoft.Failsoft(
            {"policies": {"p": policy}, "endpoints": [{"match": "GET /", "policy": "p"}]}, clock=clock
        ),
    )
    assert ask(app).status == 200
    assert clock.slept == waits


# -- exceptions


def test_an_exception_that_the_application_handles_is_repeated_first_and_then_handled() -> None:
    def answer(request: Request, exc: Exception) -> Response:
        return PlainTextResponse("mine", 409)

    flaky = Flaky(9, Handled)
    app, events = repeating(
        flaky,
        exception_handlers={Handled: answer},
        errors={"asgi.test_retry.Handled": {"transient": True, "category": "network"}},
    )
    reply = ask(app)
    assert (reply.status, reply.body, reply.raised) == (409, b"mine", None)
    assert len(flaky.seen) == 3
    assert events.names == ["RetryScheduled", "RetryScheduled", "RetryEnded"]


@pytest.mark.parametrize("error", [HTTPException(503), HTTPException(502)])
def test_an_http_exception_of_a_passing_status_is_repeated(error: Exception) -> None:
    flaky = Flaky(2, error)
    app, _ = repeating(flaky)
    assert ask(app).json() == {"attempt": 3}


@pytest.mark.parametrize("error", [HTTPException(404), HTTPException(500), ValueError(), failsoft.ConflictError("x")])
def test_what_time_does_not_cure_is_not_repeated(error: Exception) -> None:
    flaky = Flaky(9, error)
    app, _ = repeating(flaky)
    assert ask(app).is_problem
    assert len(flaky.seen) == 1


def test_the_last_exception_is_raised_again_with_a_note_of_its_attempts() -> None:
    flaky = Flaky(9)
    app, events = repeating(flaky)
    answer = ask(app)
    assert isinstance(answer.raised, ConnectionResetError)
    assert "gave up after attempt 3" in " ".join(answer.raised.__notes__)
    (event,) = events.handled
    assert [record.number for record in event.failure.attempts] == [1, 2]


# -- kinds of endpoints


class Asynchronous(HTTPEndpoint):
    calls = 0

    @failsoft.protect(retry=3, idempotent=True)
    async def get(self, request: Request) -> Response:
        type(self).calls += 1
        raise ConnectionResetError

    async def post(self, request: Request) -> Response:
        type(self).calls += 1
        raise ConnectionResetError


@failsoft.protect(retry=3, idempotent=True)
class Synchronous(HTTPEndpoint):
    calls = 0

    def get(self, request: Request) -> Response:
        type(self).calls += 1
        raise ConnectionResetError


@pytest.mark.parametrize(
    ("view", "method", "attempts"),
    [(Asynchronous, "GET", 3), (Asynchronous, "HEAD", 3), (Asynchronous, "POST", 1), (Synchronous, "GET", 3),
     (Synchronous, "HEAD", 3), (Synchronous, "DELETE", 0)],
)  # fmt: skip
def test_a_class_is_protected_as_a_whole_or_by_method(view: Any, method: str, attempts: int) -> None:
    view.calls = 0
    app = Starlette(routes=[Route("/", view)])
    install(app, fs=failsoft.Failsoft(clock=ManualClock()))
    answer = ask(app, method=method)
    assert answer.status == (405 if attempts == 0 else 503) or answer.status == 502
    assert view.calls == attempts


def test_a_partial_and_a_bound_method_are_protected() -> None:
    flaky = Flaky(2)

    @failsoft.protect(retry=3)
    async def endpoint(request: Request, *, way: str) -> Response:
        return await flaky(request)

    class Shop:
        @failsoft.protect(retry=3)
        async def quote(self, request: Request) -> Response:
            return await flaky(request)

    app = Starlette(routes=[Route("/p", functools.partial(endpoint, way="x")), Route("/m", Shop().quote)])
    install(app, fs=failsoft.Failsoft(clock=ManualClock()))
    assert ask(app, "/p").status == 200
    flaky.left = 2
    assert ask(app, "/m").status == 200


def test_a_synchronous_endpoint_holds_no_thread_while_it_waits() -> None:
    import threading

    threads = []

    @failsoft.protect(retry=3)
    def endpoint(request: Request) -> Response:
        threads.append(threading.current_thread())
        raise ConnectionResetError

    loops = []

    class Waiting(ManualClock):
        async def asleep(self, seconds: float) -> None:
            loops.append(threading.current_thread())
            await super().asleep(seconds)

    app = Starlette(routes=[Route("/", endpoint)])
    install(app, fs=failsoft.Failsoft(clock=Waiting()))
    ask(app)
    assert len(threads) == 3
    assert all(thread is threading.main_thread() for thread in loops)
    assert all(thread is not threading.main_thread() for thread in threads)


# -- many at once, and the end of one


def test_ten_requests_at_once_are_independent() -> None:
    attempts: dict[str, int] = {}

    @failsoft.protect(retry=failsoft.Retry(max_attempts=3, base_delay="1ms", jitter="none"), idempotent=True)
    async def endpoint(request: Request) -> Response:
        key = request.path_params["key"]
        body = (await request.body()).decode()
        await asyncio.sleep(0)
        attempts[key] = attempts.get(key, 0) + 1
        if attempts[key] <= int(key) % 3:
            raise ConnectionResetError
        return JSONResponse({"key": key, "body": body, "attempt": attempts[key]})

    app = Starlette(routes=[Route("/{key}", endpoint, methods=["POST"])])
    install(app)

    async def together() -> list[Any]:
        return await asyncio.gather(*(aask(app, f"/{n}", "POST", body=b"body-%d" % n) for n in range(10)))

    for number, answer in enumerate(asyncio.run(together())):
        assert answer.json() == {"key": str(number), "body": f"body-{number}", "attempt": number % 3 + 1}
        assert len(answer.all("x-request-id")) == 1


async def cancelled_in(app: Any, ready: Any) -> Server:
    """Cancel a request once `ready` says so, as a server does that shuts down."""
    server = Server([{"type": "http.request", "body": b"", "more_body": False}])
    task = asyncio.ensure_future(app(scope(), server.receive, server.send))
    while not ready():
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return server


def test_a_cancelled_attempt_is_not_repeated_and_gives_its_permit_back() -> None:
    calls = []

    policy = {
        "retry": {"max_attempts": 3},
        "circuit_breaker": {"failure_threshold": 1, "open_duration": "1s", "half_open_calls": 1},
    }

    async def endpoint(request: Request) -> Response:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError
        if len(calls) == 2:
            await asyncio.Event().wait()
        return PlainTextResponse("ok")

    clock = ManualClock()
    app = Starlette(routes=[Route("/", endpoint)])
    fs = failsoft.Failsoft({"policies": {"p": policy}, "endpoints": [{"match": "GET /", "policy": "p"}]}, clock=clock)
    install(app, fs=fs)

    async def scenario() -> None:
        events = watch(fs)
        await aask(app)
        clock.advance(2)
        server = await cancelled_in(app, lambda: len(calls) == 2)
        assert server.sent == []
        assert fs.circuit_breakers["GET /"].state == "half_open"
        assert events.names.count("ErrorHandled") == 1
        assert (await aask(app)).body == b"ok"
        assert fs.circuit_breakers["GET /"].state == "closed"

    asyncio.run(scenario())
    assert len(calls) == 3


def test_a_request_cancelled_while_it_waits_ends_there() -> None:
    class Endless(ManualClock):
        async def asleep(self, seconds: float) -> None:
            self.slept.append(seconds)
            await asyncio.Event().wait()

    clock, flaky = Endless(), Flaky(9)
    app, events = repeating(flaky, clock=clock)
    server = asyncio.run(cancelled_in(app, lambda: clock.slept))
    assert server.sent == []
    assert len(flaky.seen) == 1
    assert [event.outcome for event in events.of(RetryEnded)] == ["cancelled"]
    assert events.handled == []
