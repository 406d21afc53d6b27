"""Faults on order at endpoints."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

import failsoft
from asgi.harness import ask
from clocks import ManualClock
from failsoft import testing
from failsoft_asgi import install


@pytest.mark.parametrize("asynchronous", [True, False])
def test_an_endpoint_fails_before_it_is_run(asynchronous: bool) -> None:
    calls: list[str] = []

    def quote(request: Request) -> Response:
        calls.append(request.path_params["symbol"])
        return PlainTextResponse("well")

    async def aquote(request: Request) -> Response:
        return quote(request)

    view: Any = failsoft.protect(retry=3)(aquote if asynchronous else quote)
    app = Starlette(routes=[Route("/quotes/{symbol}", view)])
    install(app, fs=failsoft.Failsoft(clock=ManualClock()))
    with testing.fault("GET /quotes/{symbol}", raises=ConnectionResetError, latency=2, times=2) as fault:
        assert ask(app, "/quotes/TEA").body == b"well"
    assert (calls, fault.fired) == (["TEA"], 2)
    with testing.fault("GET /quotes/{symbol}", raises=ConnectionResetError):
        assert ask(app, "/quotes/TEA").status == 502
    assert calls == ["TEA"]
