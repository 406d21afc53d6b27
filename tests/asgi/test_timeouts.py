"""Timeouts and deadlines: coroutines are cut off, threads never are, and time ends with the first byte."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import anyio.to_thread
import pytest
from fastapi import Depends, FastAPI
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

import failsoft
from asgi.harness import Watched, aask, ask, watch
from clocks import ManualClock
from failsoft_asgi import install

BRIEF = {"policies": {"p": {"timeout": "10ms"}}, "endpoints": [{"match": "* /", "policy": "p"}]}
LONG = {"policies": {"p": {"timeout": "1h"}}, "endpoints": [{"match": "* /", "policy": "p"}]}


def build(endpoint: Any, settings: Any = BRIEF, *, clock: Any = None) -> tuple[Starlette, Watched]:
    app = Starlette(routes=[Route("/", endpoint)])
    return app, watch(install(app, fs=failsoft.Failsoft(settings, clock=clock)))


async def forever() -> None:
    await asyncio.Event().wait()


# -- cutting off


def test_a_coroutine_over_its_time_is_cut_off_and_cleans_up() -> None:
    cleaned = []

    async def endpoint(request: Request) -> Response:
        try:
            await forever()
        finally:
            await asyncio.sleep(0)
            cleaned.append(True)
        raise AssertionError

    app, events = build(endpoint)
    answer = ask(app)
    assert (answer.status, answer.json()["code"]) == (504, "TIMEOUT_ERROR")
    assert isinstance(answer.raised, failsoft.OperationTimeoutError)
    assert cleaned == [True]
    assert events.names == ["AttemptTimedOut", "ErrorHandled"]


class Slow(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        await forever()
        raise AssertionError


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_method_of_a_class_is_cut_off(method: str) -> None:
    app, _ = build(Slow)
    assert ask(app, method=method).status == 504


def test_a_stream_that_does_not_begin_in_time_is_cut_off() -> None:
    async def stream() -> Any:
        await forever()
        yield b""

    async def endpoint(request: Request) -> Response:
        return StreamingResponse(stream())

    app, _ = build(endpoint)
    for spec_version in ("2.3", "2.4"):
        answer = ask(app, asgi={"version": "3.0", "spec_version": spec_version})
        assert (answer.status, answer.is_problem) == (504, True)


def test_the_time_of_a_stream_ends_with_its_first_byte() -> None:
    async def stream() -> Any:
        yield b"first,"
        assert failsoft.remaining() is None
        await asyncio.sleep(0.03)
        yield b"last"

    async def endpoint(request: Request) -> Response:
        assert failsoft.remaining() is not None
        return StreamingResponse(stream())

    app, events = build(endpoint)
    answer = ask(app)
    assert (answer.body, answer.complete, answer.raised) == (b"first,last", True, None)
    assert events == []


def test_a_background_task_has_no_time_limit() -> None:
    done: list[Any] = []

    async def later() -> None:
        await asyncio.sleep(0.03)
        done.append(failsoft.remaining())

    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("ok", background=BackgroundTask(later))

    app, events = build(endpoint)
    assert ask(app).body == b"ok"
    assert done == [None]
    assert events == []


def test_an_endpoint_that_answers_when_it_is_cut_off_gives_its_answer() -> None:
    async def endpoint(request: Request) -> Response:
        try:
            await forever()
        except asyncio.CancelledError:
            return PlainTextResponse("mine", 503)
        raise AssertionError

    app, _ = build(endpoint)
    answer = ask(app)
    assert (answer.status, answer.body, answer.raised) == (503, b"mine", None)


def test_a_timeout_of_the_application_itself_is_not_taken_for_ours() -> None:
    async def endpoint(request: Request) -> Response:
        async with asyncio.timeout(0):
            await forever()
        raise AssertionError

    app, events = build(endpoint, LONG)
    answer = ask(app)
    assert type(answer.raised) is TimeoutError
    assert "AttemptTimedOut" not in events.names


def test_a_deadline_counts_attempts_and_waits_together() -> None:
    clock = ManualClock()
    calls = []

    async def endpoint(request: Request) -> Response:
        calls.append(failsoft.remaining())
        clock.advance(1.0)
        raise ConnectionResetError

    policy = {
        "deadline": "5s",
        "retry": {"max_attempts": 9, "base_delay": "1s", "backoff": "constant", "jitter": "none"},
    }
    app, _ = build(endpoint, {"policies": {"p": policy}, "endpoints": [{"match": "GET /", "policy": "p"}]}, clock=clock)
    ask(app)
    assert calls == [5.0, 3.0, 1.0]


# -- threads


def test_a_synchronous_endpoint_is_never_cut_off() -> None:
    clock = ManualClock()

    def endpoint(request: Request) -> Response:
        left = failsoft.remaining()
        clock.advance(7200)
        return PlainTextResponse(f"{left}, then {failsoft.remaining()}")

    app, events = build(endpoint, LONG, clock=clock)
    answer = ask(app)
    assert answer.body == b"3600.0, then 0.0"
    assert [(event.kind, event.cut) for event in events] == [("timeout", False)]


def test_a_synchronous_endpoint_that_is_late_is_not_abandoned() -> None:
    release, running = threading.Event(), []

    class Slow(HTTPEndpoint):
        def get(self, request: Request) -> Response:
            running.append(threading.current_thread())
            assert release.wait(10)
            running.clear()
            return PlainTextResponse("late")

    async def scenario() -> tuple[Any, float, int]:
        limiter = anyio.to_thread.current_default_thread_limiter()
        asyncio.get_running_loop().call_later(0.05, release.set)
        answer = await aask(app)
        return answer, limiter.borrowed_tokens, len(running)

    app, events = build(Slow)
    answer, borrowed, still = asyncio.run(scenario())
    assert (answer.body, borrowed, still) == (b"late", 0, 0)
    assert [event.cut for event in events] == [False]


def test_a_late_failure_of_a_synchronous_endpoint_is_what_it_is() -> None:
    clock = ManualClock()

    def endpoint(request: Request) -> Response:
        clock.advance(7200)
        raise failsoft.ConflictError("x")

    app, events = build(endpoint, LONG, clock=clock)
    assert ask(app).status == 409
    assert events.names == ["AttemptTimedOut", "ErrorHandled"]


def test_a_thread_that_works_for_a_coroutine_is_waited_for_before_it_is_cut_off() -> None:
    release, log = threading.Event(), []

    def connect() -> int:
        log.append("connect")
        assert release.wait(10)
        log.append("connected")
        return 1

    async def closing() -> Any:
        try:
            yield
        finally:
            log.append("close")

    app = FastAPI()
    closed, connected = Depends(closing), Depends(connect)

    @app.get("/")
    @failsoft.protect(timeout=0.01)
    async def endpoint(_: Any = closed, connection: int = connected) -> None:
        log.append("endpoint")
        await forever()

    install(app)

    async def scenario() -> tuple[Any, float]:
        asyncio.get_running_loop().call_later(0.05, release.set)
        answer = await aask(app)
        return answer, anyio.to_thread.current_default_thread_limiter().borrowed_tokens

    answer, borrowed = asyncio.run(scenario())
    assert (answer.status, answer.json()["code"], borrowed) == (504, "TIMEOUT_ERROR", 0)
    assert log[:2] == ["connect", "connected"]
    assert log[-1] == "close"


@pytest.mark.parametrize("attempts", [1, 3])
def test_threads_give_their_tokens_back_after_failures(attempts: int) -> None:
    @failsoft.protect(retry=failsoft.Retry(max_attempts=attempts, base_delay=0.001), timeout="1h")
    def endpoint(request: Request) -> Response:
        raise ConnectionResetError

    app = Starlette(routes=[Route("/", endpoint)])
    install(app)

    async def scenario() -> float:
        for _ in range(5):
            await aask(app)
        return anyio.to_thread.current_default_thread_limiter().borrowed_tokens

    assert asyncio.run(scenario()) == 0


# -- a guard within


def test_a_guard_within_inherits_the_deadline() -> None:
    seen = []
    clock = ManualClock()

    async def call() -> None:
        seen.append(failsoft.remaining())

    async def endpoint(request: Request) -> Response:
        clock.advance(1.0)
        guard = failsoft.guard("bank", policy=failsoft.Policy(timeout=3600.0))
        await guard.acall(call)
        await failsoft.guard("till", policy=failsoft.Policy(timeout=2.0)).acall(call)
        return PlainTextResponse("ok")

    app, _ = build(
        endpoint, {"policies": {"p": {"timeout": "5s"}}, "endpoints": [{"match": "GET /", "policy": "p"}]}, clock=clock
    )
    assert ask(app).body == b"ok"
    assert seen == [4.0, 2.0]


def test_a_guard_in_a_background_task_or_a_stream_is_not_late() -> None:
    clock, seen = ManualClock(), []

    async def call() -> None:
        seen.append(failsoft.remaining())

    guard = failsoft.guard("bank", policy=failsoft.Policy(deadline=10.0))

    async def later() -> None:
        await guard.acall(call)

    async def stream() -> Any:
        yield b"x"
        clock.advance(7200)
        await guard.acall(call)

    async def endpoint(request: Request) -> Response:
        return StreamingResponse(stream(), background=BackgroundTask(later))

    app, _ = build(endpoint, LONG, clock=clock)
    assert ask(app).raised is None
    assert seen == [10.0, 10.0]


def test_a_task_that_outlives_its_request_is_not_bound_by_its_deadline() -> None:
    clock, seen = ManualClock(), []
    guard = failsoft.guard("bank", policy=failsoft.Policy(deadline=10.0))
    tasks: list[Any] = []
    over = asyncio.Event()

    async def call() -> None:
        seen.append(failsoft.remaining())

    async def later() -> None:
        await over.wait()
        clock.advance(7200)
        await guard.acall(call)

    async def endpoint(request: Request) -> Response:
        tasks.append(asyncio.create_task(later()))
        return PlainTextResponse("ok")

    app, _ = build(endpoint, LONG, clock=clock)

    async def scenario() -> None:
        await aask(app)
        over.set()
        await tasks[0]

    asyncio.run(scenario())
    assert seen == [10.0]


def test_what_a_guard_within_has_retried_is_not_retried_again() -> None:
    calls: list[int] = []
    retry = failsoft.Retry(max_attempts=3, base_delay="1ms")

    async def call() -> None:
        calls.append(1)
        raise ConnectionResetError

    @failsoft.protect(retry=retry)
    async def endpoint(request: Request) -> Response:
        await failsoft.guard("bank", policy=failsoft.Policy(retry=retry), idempotent=True).acall(call)
        raise AssertionError

    app = Starlette(routes=[Route("/", endpoint)])
    events = watch(install(app, fs=failsoft.Failsoft(clock=ManualClock())))
    assert ask(app).is_problem
    assert len(calls) == 3
    assert len(events.handled) == 1


def test_a_guard_without_retry_within_leaves_the_retrying_to_the_endpoint() -> None:
    calls: list[int] = []

    def call() -> None:
        calls.append(1)
        raise ConnectionResetError

    @failsoft.protect(retry=failsoft.Retry(max_attempts=3, base_delay="1ms"))
    def endpoint(request: Request) -> Response:
        failsoft.guard("bank", policy=failsoft.Policy(circuit_breaker=failsoft.CircuitBreaker())).call(call)
        raise AssertionError

    app = Starlette(routes=[Route("/", endpoint)])
    install(app, fs=failsoft.Failsoft(clock=ManualClock()))
    assert ask(app).is_problem
    assert len(calls) == 3
