"""A bulkhead around an endpoint: its slot is held to the last byte, and no longer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

import failsoft
from asgi.harness import ask, watch
from failsoft.events import CallRejected
from failsoft_asgi import install

NAME = "GET /"


def build(endpoint: Any, **options: Any) -> tuple[Starlette, failsoft.Failsoft]:
    app = Starlette(routes=[Route("/", failsoft.protect(**{"bulkhead": 1, **options})(endpoint))])
    return app, install(app)


def in_use(fs: failsoft.Failsoft) -> int:
    return fs.bulkheads[NAME].snapshot().in_use


def test_a_request_that_finds_no_slot_is_told_to_come_back() -> None:
    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("ok")

    app, fs = build(endpoint)
    events = watch(fs)
    assert ask(app).status == 200
    seat, _ = fs.bulkheads[NAME].force()
    answer = ask(app)
    assert (answer.status, answer.is_problem) == (503, True)
    assert answer.json()["code"] == "BULKHEAD_FULL"
    assert answer.header("retry-after") in {"1", "2"}
    assert "max_concurrent" not in answer.body.decode()
    assert [event.reason for event in events.of(CallRejected)] == ["bulkhead_full"]
    fs.bulkheads[NAME].give(seat, None, False, 0)
    assert ask(app).status == 200
    assert in_use(fs) == 0


@pytest.mark.parametrize("breaks", [False, True])
def test_a_stream_holds_its_slot_to_the_last_byte(breaks: bool) -> None:
    seen: list[int] = []

    async def stream() -> Any:
        for _ in range(3):
            seen.append(in_use(fs))
            yield b"x"
        if breaks:
            raise ConnectionResetError

    async def endpoint(request: Request) -> Response:
        return StreamingResponse(stream(), background=BackgroundTask(lambda: seen.append(in_use(fs))))

    app, fs = build(endpoint)
    assert ask(app).body == b"xxx"
    assert seen == ([1, 1, 1] if breaks else [1, 1, 1, 0])
    assert in_use(fs) == 0


def test_a_background_task_holds_no_slot() -> None:
    seen: list[int] = []

    def endpoint(request: Request) -> Response:
        seen.append(in_use(fs))
        return PlainTextResponse("ok", background=BackgroundTask(lambda: seen.append(in_use(fs))))

    app, fs = build(endpoint)
    assert ask(app).body == b"ok"
    assert seen == [1, 0]


def test_requests_wait_for_their_turn() -> None:
    most, inside = [], []

    async def endpoint(request: Request) -> Response:
        inside.append(1)
        most.append(len(inside))
        await asyncio.sleep(0)
        inside.pop()
        return PlainTextResponse("ok")

    app, fs = build(endpoint, bulkhead=failsoft.Bulkhead(max_concurrent=2, max_queue=10, max_wait="60s"))
    sent: list[int] = []

    async def one() -> None:
        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                sent.append(message["status"])

        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b"", "root_path": ""}
        await app({**scope, "http_version": "1.1", "scheme": "http", "server": None, "client": None}, receive, send)

    async def main() -> None:
        await asyncio.gather(*(one() for _ in range(8)))

    asyncio.run(main())
    assert sent == [200] * 8
    assert max(most) == 2
    snapshot = fs.bulkheads[NAME].snapshot()
    assert (snapshot.in_use, snapshot.waiting, snapshot.rejected) == (0, 0, 0)


def test_each_attempt_takes_its_own_and_one_that_is_thrown_away_gives_it_back() -> None:
    seen: list[int] = []

    async def endpoint(request: Request) -> Response:
        seen.append(in_use(fs))
        return PlainTextResponse("x", 503 if len(seen) < 3 else 200)

    app, fs = build(endpoint, retry=failsoft.Retry(max_attempts=3, base_delay=0, statuses=(503,)))
    assert ask(app).status == 200
    assert seen == [1, 1, 1]
    assert in_use(fs) == 0
