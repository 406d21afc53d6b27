"""Middleware that runs an ASGI application again."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

import failsoft
from asgi.harness import ask, watch
from clocks import ManualClock
from failsoft import Failsoft
from failsoft_asgi import install

RETRY = failsoft.Retry(max_attempts=3, base_delay=0)


def served(view: Any, method: str = "GET", **policy: Any) -> tuple[Starlette, Failsoft]:
    app = Starlette(routes=[Route("/x", failsoft.protect(**policy)(view), methods=[method])])
    return app, install(app, fs=Failsoft(clock=ManualClock()))


def test_a_response_that_has_begun_is_not_begun_again() -> None:
    """Trap: the application is run again after its head has been sent; the client gets three heads."""
    runs = []

    async def view(request: Request) -> Response:
        async def stream() -> Any:
            runs.append(1)
            yield b"one"
            raise OSError("the stream broke")

        return StreamingResponse(stream())

    app, _ = served(view, retry=RETRY)
    answer = ask(app, "/x")
    assert answer.types.count("http.response.start") == 1
    assert (len(runs), answer.body, answer.complete) == (1, b"one", False)


def test_each_attempt_reads_the_whole_body_of_the_request() -> None:
    """Trap: the body was read by the first attempt, and the later ones are handed nothing."""
    bodies = []

    async def view(request: Request) -> Response:
        bodies.append(await request.body())
        if len(bodies) < 3:
            raise ConnectionResetError
        return PlainTextResponse("paid")

    app, _ = served(view, "POST", retry=RETRY, idempotent=True)
    assert ask(app, "/x", "POST", body=b"PAY 100").body == b"paid"
    assert bodies == [b"PAY 100"] * 3


def test_what_must_not_be_repeated_is_not() -> None:
    """Trap: a POST is retried like a GET, and pays three times."""
    runs = []

    async def view(request: Request) -> Response:
        runs.append(await request.body())
        raise ConnectionResetError

    app, _ = served(view, "POST", retry=RETRY)
    ask(app, "/x", "POST", body=b"PAY 100")
    assert runs == [b"PAY 100"]


@pytest.mark.parametrize("status", [500, 503])
def test_answers_of_500_open_the_circuit(status: int) -> None:
    """Trap: a handler that answers 500 has raised nothing; after 50 of them the circuit is closed."""
    runs = []

    async def view(request: Request) -> Response:
        runs.append(1)
        return PlainTextResponse("no", status)

    app, fs = served(view, circuit_breaker=failsoft.CircuitBreaker(failure_threshold=5))
    events = watch(fs)
    statuses = [ask(app, "/x").status for _ in range(50)]
    assert statuses == [status] * 5 + [503] * 45
    assert len(runs) == 5
    assert fs.circuit_breakers["GET /x"].state == "open"
    assert events.names.count("CircuitBreakerTransition") == 1
