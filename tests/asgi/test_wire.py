"""On a real server: what it tells of a client that leaves, and what the client sees of headers that cannot be sent."""

from __future__ import annotations

import asyncio
import http.client
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import failsoft
from failsoft.clock import SystemClock
from failsoft.events import ErrorHandled, RetryScheduled
from failsoft_asgi import install

PATIENCE = 20.0


class Endless(SystemClock):
    """Waits before another attempt as long as nobody ends the wait."""

    async def asleep(self, seconds: float) -> None:  # type: ignore[override]  # the system's is a function
        await asyncio.Event().wait()


@contextmanager
def serving(app: Any) -> Iterator[int]:
    """The application on a port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", http="h11", lifespan="off", ws="none"))
    started = threading.Event()

    async def serve() -> None:
        task = asyncio.ensure_future(server.serve([listener]))
        while not server.started and not task.done():
            await asyncio.sleep(0)
        started.set()
        await task

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert started.wait(PATIENCE)
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listener.close()


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_a_client_that_hangs_up_while_another_attempt_is_waited_for_ends_the_attempts() -> None:
    calls: list[int] = []
    waiting, over = threading.Event(), threading.Event()
    handled: list[ErrorHandled] = []

    @failsoft.protect(retry=failsoft.Retry(max_attempts=5), idempotent=True)
    async def endpoint(request: Request) -> Response:
        calls.append(len(await request.body()))
        raise ConnectionResetError

    app = Starlette(routes=[Route("/", endpoint, methods=["POST"])])
    fs = install(app, fs=failsoft.Failsoft(clock=Endless()))
    fs.events.subscribe(lambda event: waiting.set(), RetryScheduled)
    fs.events.subscribe(lambda event: (handled.append(event), over.set()), ErrorHandled)
    with serving(app) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 4\r\n\r\nbody")
            assert waiting.wait(PATIENCE)
            assert not over.is_set()
        assert over.wait(PATIENCE)
    assert calls == [4]
    assert [(event.result, event.endpoint) for event in handled] == [("aborted", "POST /")]


def test_headers_that_cannot_be_sent_cost_the_client_no_answer() -> None:
    async def endpoint(request: Request) -> Response:
        raise HTTPException(400, headers={"X-Evil": "a\r\nSet-Cookie: admin=1", "X-Fine": "yes"})

    app = Starlette(routes=[Route("/", endpoint)])
    install(app)
    with serving(app) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("GET", "/")
        response = connection.getresponse()
        assert (response.status, response.getheader("x-fine")) == (400, "yes")
        assert response.getheader("set-cookie") is None
        assert response.getheader("content-type") == "application/problem+json"
        connection.close()


def test_a_redirect_by_exception_arrives() -> None:
    async def endpoint(request: Request) -> Response:
        raise HTTPException(303, headers={"Location": "/login"})

    app = Starlette(routes=[Route("/", endpoint)])
    install(app)
    with serving(app) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("GET", "/")
        response = connection.getresponse()
        assert (response.status, response.getheader("location")) == (303, "/login")
        connection.close()
