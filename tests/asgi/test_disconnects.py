"""A client that goes away is no failure, is not answered, and is not worked for any longer."""

from __future__ import annotations

import asyncio
from typing import Any

import fastapi
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

import failsoft
from asgi.harness import Watched, aask, ask, chunks, watch
from clocks import ManualClock
from failsoft.events import RetryEnded
from failsoft_asgi import install

GONE = {"type": "http.disconnect"}
FRAGILE = {
    "circuit_breaker": {"failure_threshold": 1},
    "retry": {"max_attempts": 3, "base_delay": "1s", "jitter": "none"},
}


class Patient(ManualClock):
    """Lets others work before it says that the time has passed."""

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)
        for _ in range(10):
            await asyncio.sleep(0)


def build(endpoint: Any, *, clock: Any = None, **more: Any) -> tuple[Starlette, failsoft.Failsoft, Watched]:
    app = Starlette(routes=[Route("/", endpoint, methods=["GET", "POST"])], **more)
    rules = [{"match": "* /", "policy": "fragile", "idempotent": True}]
    fs = failsoft.Failsoft({"policies": {"fragile": FRAGILE}, "endpoints": rules}, clock=clock or Patient())
    return app, fs, watch(install(app, fs=fs))


def state(fs: failsoft.Failsoft, method: str = "GET") -> str:
    return fs.circuit_breakers[f"{method} /"].state


def test_a_client_that_leaves_while_its_body_is_read() -> None:
    async def endpoint(request: Request) -> Response:
        await request.body()
        raise AssertionError

    app, fs, events = build(endpoint)
    answer = ask(app, method="POST", incoming=[*chunks(b"a", b"b")[:1], GONE])
    assert [(event.result, event.status) for event in events.handled] == [("aborted", 499)]
    assert events.of(RetryEnded) == []
    assert not (answer.sent and answer.is_problem)
    assert state(fs, "POST") == "closed"


def test_a_client_that_leaves_while_fastapi_reads_its_body() -> None:
    app = fastapi.FastAPI()
    events = watch(install(app))

    @app.post("/")
    async def endpoint(body: dict[str, str]) -> None: ...

    ask(app, method="POST", incoming=[*chunks(b"{", b"}")[:1], GONE], headers={"Content-Type": "application/json"})
    assert [(event.result, event.status) for event in events.handled] == [("aborted", 499)]


@pytest.mark.parametrize("spec_version", ["2.3", "2.4"])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_client_that_leaves_while_a_stream_is_sent(after: int, spec_version: str) -> None:
    async def stream() -> Any:
        for _ in range(5):
            yield b"x"

    async def endpoint(request: Request) -> Response:
        return StreamingResponse(stream())

    app, fs, events = build(endpoint)
    answer = ask(app, gone_after=after, asgi={"version": "3.0", "spec_version": spec_version})
    assert len(answer.sent) == after
    assert [(event.result, event.status) for event in events.handled] == [("aborted", 499)]
    assert state(fs) == "closed"


@pytest.mark.parametrize("after", [0, 1])
def test_a_client_that_leaves_while_a_plain_response_is_sent(after: int) -> None:
    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("ok")

    app, fs, events = build(endpoint)
    answer = ask(app, gone_after=after)
    assert len(answer.sent) == after
    assert isinstance(answer.raised, OSError)
    assert [(event.result, event.status) for event in events.handled] == [("aborted", 499)]
    assert state(fs) == "closed"


@pytest.mark.parametrize("after", [0, 1])
def test_a_client_that_leaves_before_an_error_is_answered_is_told_nothing(after: int) -> None:
    async def endpoint(request: Request) -> Response:
        raise ValueError

    app, _, events = build(endpoint)
    answer = ask(app, gone_after=after)
    assert len(answer.sent) == after
    assert isinstance(answer.raised, ValueError)
    assert len(events.handled) == 1


def test_a_stream_that_loses_its_own_source_is_a_failure_and_no_disconnect() -> None:
    async def stream() -> Any:
        yield b"x"
        raise ConnectionResetError("the upstream closed")

    async def endpoint(request: Request) -> Response:
        return StreamingResponse(stream())

    app, fs, events = build(endpoint)
    ask(app)
    (event,) = events.handled
    assert (event.result, event.failure.type) == ("skipped", "ConnectionResetError")
    assert state(fs) == "open"


@pytest.mark.parametrize("error", [ConnectionResetError(), TimeoutError(), failsoft.OperationTimeoutError("slow")])
def test_a_stream_that_cannot_begin_for_its_source_is_answered_without_a_policy_too(error: Exception) -> None:
    async def stream() -> Any:
        raise error
        yield b""

    async def endpoint(request: Request) -> Response:
        return StreamingResponse(stream())

    app = Starlette(routes=[Route("/", endpoint)])
    events = watch(install(app))
    answer = ask(app)
    assert answer.status in (502, 503, 504)
    assert answer.is_problem
    assert [event.failure.type.rpartition(".")[2] for event in events.handled] == [type(error).__name__]


# -- while another attempt is waited for


class Flaky:
    def __init__(self) -> None:
        self.calls = 0

    async def __call__(self, request: Request) -> Response:
        self.calls += 1
        raise ConnectionResetError


def flaky_app(**more: Any) -> tuple[Starlette, Flaky, Watched, Patient]:
    flaky, clock = Flaky(), Patient()

    async def endpoint(request: Request) -> Response:
        return await flaky(request)

    app = Starlette(routes=[Route("/", endpoint)], **more)
    rules = [{"match": "* /", "policy": "p"}]
    policy = {"retry": {"max_attempts": 5, "base_delay": "1s", "backoff": "constant", "jitter": "none"}}
    fs = failsoft.Failsoft({"policies": {"p": policy}, "endpoints": rules}, clock=clock)
    return app, flaky, watch(install(app, fs=fs)), clock


def test_a_client_that_leaves_while_another_attempt_is_waited_for_ends_the_attempts() -> None:
    app, flaky, events, _ = flaky_app()
    answer = ask(app, incoming=[*chunks(b""), GONE])
    assert flaky.calls == 1
    assert (answer.status, answer.body, answer.raised) == (499, b"", None)
    assert [(event.result, event.status) for event in events.handled] == [("aborted", 499)]
    assert [event.outcome for event in events.of(RetryEnded)] == ["cancelled"]
    assert events.keys == ["GET /"]


def test_a_client_that_left_during_the_attempt_is_noticed_without_a_wait() -> None:
    class Listening(Flaky):
        async def __call__(self, request: Request) -> Response:
            await request.body()
            assert await request.is_disconnected()
            return await super().__call__(request)

    app, _, events, _ = flaky_app()
    listening = Listening()

    async def endpoint(request: Request) -> Response:
        return await listening(request)

    app = Starlette(routes=[Route("/", failsoft.protect(retry=5)(endpoint))])
    events = watch(install(app, fs=failsoft.Failsoft(clock=Patient())))
    ask(app, incoming=[*chunks(b""), GONE])
    assert listening.calls == 1
    assert [event.result for event in events.handled] == ["aborted"]


@pytest.mark.parametrize("incoming", [chunks(b""), chunks(b"a", b"b"), []])
def test_a_client_that_stays_is_waited_with(incoming: Any) -> None:
    app, flaky, events, clock = flaky_app()
    answer = ask(app, incoming=incoming)
    assert answer.is_problem
    assert flaky.calls == 5
    assert clock.slept == [1.0] * 4
    assert [event.outcome for event in events.of(RetryEnded)] == ["max_attempts"]


def test_a_layer_that_insists_on_a_response_gets_one_when_the_client_has_left() -> None:
    class Insisting(BaseHTTPMiddleware):
        async def dispatch(self, request: Request, call_next: Any) -> Response:
            response: Response = await call_next(request)
            return response

    app, flaky, events, _ = flaky_app(middleware=[Middleware(Insisting)])
    answer = ask(app, incoming=[*chunks(b""), GONE])
    assert (answer.raised, flaky.calls) == (None, 1)
    assert [event.result for event in events.handled] == ["aborted"]


def test_no_task_is_left_behind_by_a_wait() -> None:
    app, *_ = flaky_app()

    async def scenario() -> set[Any]:
        await aask(app)
        await aask(app, incoming=[*chunks(b""), GONE])
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(scenario()) == set()


def test_an_error_of_the_server_while_waiting_is_no_reason_to_give_up() -> None:
    app, flaky, _, _ = flaky_app()

    async def scenario() -> int:
        from asgi.harness import Server, scope

        server = Server([])

        async def receive() -> Any:
            raise RuntimeError("nothing to receive")

        with pytest.raises(ConnectionResetError):
            await app(scope(), receive, server.send)
        return flaky.calls

    assert asyncio.run(scenario()) == 5
