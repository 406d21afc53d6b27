"""A bulkhead around a view: its slot is held to the last byte, however the response ends."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from project.driver import over_asgi, over_wsgi

# Django leaves the spooled body of a request open when a stream breaks off
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

RULES = {"policies": {"narrow": {"bulkhead": 1}}, "endpoints": [{"match": "GET /x", "policy": "narrow"}]}
MODES = pytest.mark.parametrize("mode", ["wsgi", "asgi"])


def in_use(made: Any) -> int:
    return int(made.fs.bulkheads["GET /x"].snapshot().in_use)


def ask(mode: str, **extra: Any) -> Any:
    return (over_asgi if mode == "asgi" else over_wsgi)("/x", **extra)


def build(app: Any, mode: str, *, breaks_at: int | None = None) -> tuple[Any, list[int]]:
    seen: list[int] = []

    def step(number: int) -> None:
        seen.append(in_use(made))
        if number == breaks_at:
            raise ConnectionResetError(104, "gone")

    def sync() -> Any:
        for number in range(3):
            step(number)
            yield b"x"

    async def asynchronous() -> Any:
        for number in range(3):
            step(number)
            yield b"x"
            await asyncio.sleep(0)

    def view(request: Any) -> Any:
        return StreamingHttpResponse(sync())

    async def aview(request: Any) -> Any:
        return StreamingHttpResponse(asynchronous())

    made = app([path("x", aview if mode == "asgi" else view)], failsoft=RULES)
    return made, seen


@MODES
def test_a_plain_response_gives_its_slot_back_with_its_view(app: Any, mode: str) -> None:
    seen: list[int] = []

    def view(request: Any) -> Any:
        seen.append(in_use(made))
        return HttpResponse("ok")

    made = app([path("x", view)], failsoft=RULES)
    assert ask(mode).status == 200
    assert seen == [1]
    assert in_use(made) == 0


@MODES
def test_a_request_that_finds_no_slot_is_told_to_come_back(app: Any, mode: str) -> None:
    made = app([path("x", lambda request: HttpResponse("ok"))], failsoft=RULES)
    assert ask(mode).status == 200
    seat, _ = made.fs.bulkheads["GET /x"].force()
    answer = ask(mode)
    assert (answer.status, b"BULKHEAD_FULL" in answer.body) == (503, True)
    assert answer.headers["retry-after"] in {"1", "2"}
    made.fs.bulkheads["GET /x"].give(seat, None, False, 0)
    assert ask(mode).status == 200


@MODES
def test_a_stream_holds_its_slot_to_the_last_byte(app: Any, mode: str) -> None:
    made, seen = build(app, mode)
    assert ask(mode).body == b"xxx"
    assert seen == [1, 1, 1]
    assert in_use(made) == 0


@MODES
@pytest.mark.parametrize("breaks_at", [0, 1])
def test_a_stream_that_breaks_off(app: Any, mode: str, breaks_at: int) -> None:
    made, _ = build(app, mode, breaks_at=breaks_at)
    ask(mode)
    assert in_use(made) == 0


def test_a_client_that_goes_away(app: Any) -> None:
    made, _ = build(app, "wsgi")
    assert over_wsgi("/x", chunks=1).body == b"x"
    assert in_use(made) == 0


def test_a_response_that_another_one_took_the_place_of(app: Any) -> None:
    made, seen = build(app, "wsgi")
    response = made.get("/x")
    assert response.streaming
    assert in_use(made) == 1
    del response
    gc.collect()
    assert in_use(made) == 0
    assert seen == [1]
