"""Bodies of requests: each attempt reads the whole one, within bounds."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import Response

from asgi.flaky import Flaky, repeating
from asgi.harness import ask, chunks

LIMIT = 1_048_576


@pytest.mark.parametrize("parts", [(b"",), (b"all",), (b"a", b"b", b"c"), (b"a", b"", b"b"), (b"x" * 70_000,) * 3])
def test_the_whole_body_is_replayed(parts: Any) -> None:
    flaky = Flaky(2)
    app, _ = repeating(flaky)
    assert ask(app, method="POST", incoming=chunks(*parts)).json() == {"attempt": 3}
    assert flaky.seen == [b"".join(parts)] * 3


def test_a_body_that_was_read_in_part_is_replayed_from_its_start() -> None:
    class Partly(Flaky):
        async def read(self, request: Request) -> Any:
            stream = request.stream()
            if self.left:
                return await anext(stream)
            return b"".join([part async for part in stream])

    flaky = Partly(2)
    app, _ = repeating(flaky)
    answer = ask(app, method="POST", incoming=chunks(b"one", b"two", b"three"))
    assert answer.status == 200
    assert flaky.seen == [b"one", b"one", b"onetwothree"]


def test_a_body_that_the_first_attempt_did_not_read_is_there_for_the_next() -> None:
    class Late(Flaky):
        async def read(self, request: Request) -> Any:
            return None if self.left else await request.body()

    flaky = Late(2)
    app, _ = repeating(flaky)
    ask(app, method="POST", incoming=chunks(b"one", b"two"))
    assert flaky.seen == [None, None, b"onetwo"]


def test_a_body_of_the_largest_size_is_replayed_and_one_byte_more_is_not() -> None:
    for size, attempts in ((LIMIT, 2), (LIMIT + 1, 1)):
        flaky = Flaky(1)
        app, _ = repeating(flaky)
        body = b"x" * size
        ask(app, method="POST", incoming=chunks(body[: size // 2], body[size // 2 :]))
        assert [len(seen) for seen in flaky.seen] == [size] * attempts


@pytest.mark.parametrize(
    ("announced", "attempts"),
    [(str(LIMIT + 1), 1), ("9" * 5000, 1), (str(LIMIT), 2), ("", 2), ("-1", 2), ("\xb2", 2), ("many", 2)],
)
def test_a_body_announced_as_too_large_is_not_kept(announced: str, attempts: int) -> None:
    flaky = Flaky(1)
    app, _ = repeating(flaky)
    ask(app, method="POST", body=b"x", headers={"Content-Length": announced})
    assert len(flaky.seen) == attempts


def test_a_large_body_that_no_attempt_reads_is_not_lost_while_waiting() -> None:
    class Late(Flaky):
        async def read(self, request: Request) -> Any:
            return None if self.left else len(await request.body())

    flaky = Late(1)
    app, _ = repeating(flaky)
    ask(app, method="POST", incoming=chunks(*[b"x" * 65_536] * 40))
    assert flaky.seen == [None, 65_536 * 40]


def test_an_endpoint_may_change_the_messages_it_is_handed() -> None:
    class Changing(Flaky):
        async def read(self, request: Request) -> Any:
            message = await request.receive()
            body = message.pop("body")
            message["more_body"] = True
            return body

    flaky = Changing(1)
    app, _ = repeating(flaky)
    ask(app, method="POST", body=b"all")
    assert flaky.seen == [b"all", b"all"]


# -- beside other middleware


class Plain(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        return response


class Reading(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: Any) -> Response:
        await request.body()
        response: Response = await call_next(request)
        return response


@pytest.mark.parametrize("stack", [[Plain], [Reading], [Plain, Reading, Plain]])
def test_a_body_is_replayed_under_a_base_http_middleware(stack: Any) -> None:
    flaky = Flaky(2)
    app, _ = repeating(flaky, middleware=[Middleware(each) for each in stack])
    answer = ask(app, method="POST", incoming=chunks(b"one", b"two"))
    assert answer.json() == {"attempt": 3}
    assert flaky.seen == [b"onetwo"] * 3
