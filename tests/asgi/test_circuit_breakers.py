"""A circuit breaker on endpoints of Starlette: opening for as long as an answer asks."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import failsoft
from asgi.harness import ask
from clocks import ManualClock
from failsoft import CircuitBreaker, Failsoft
from failsoft_asgi import install


async def returned(_: Request) -> Response:
    return Response("not now", 429, {"Retry-After": "40"})


def returned_sync(_: Request) -> Response:
    return Response("not now", 503, {"Retry-After": "40"})


async def raised(_: Request) -> Response:
    raise HTTPException(503, headers={"Retry-After": "40"})


@pytest.mark.parametrize("endpoint", [returned, returned_sync, raised])
def test_retry_after_opens_the_circuit(endpoint: Any) -> None:
    marked = failsoft.protect(circuit_breaker=CircuitBreaker(trip_on_retry_after=True))(endpoint)
    app = Starlette(routes=[Route("/x", marked)])
    fs = install(app, fs=Failsoft(clock=ManualClock()))
    assert ask(app, "/x").header("retry-after") == "40"
    rejected = ask(app, "/x")
    assert (rejected.status, rejected.json()["code"]) == (503, "CIRCUIT_BREAKER_ERROR")
    breaker = fs.circuit_breakers["GET /x"].snapshot()
    assert (breaker.retry_after, breaker.history[-1].reason) == (40, "retry_after")
