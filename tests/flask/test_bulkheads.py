"""A bulkhead around a view: its slot is held to the last byte, however the response ends."""

from __future__ import annotations

import gc
from typing import Any

import pytest

import failsoft
from flask import Flask, Response
from wsgi_driver import environ

NAME = "GET /x"


def in_use(site: Any) -> int:
    return int(site.fs.bulkheads[NAME].snapshot().in_use)


def build(make: Any, body: Any, **options: Any) -> tuple[Any, list[int]]:
    """An application that streams a body, and what it notes while it does."""
    app, seen = Flask("shop"), []

    @app.get("/x")
    @failsoft.protect(**{"bulkhead": 1, **options})
    def view() -> Any:
        return Response(body(lambda: seen.append(in_use(site))))

    site = make(app)
    return site, seen


def streaming(note: Any) -> Any:
    for _ in range(3):
        note()
        yield b"x"


def test_a_plain_response_gives_its_slot_back_with_its_view(make: Any) -> None:
    site, _ = build(make, lambda note: note() or b"ok")
    assert site.ask("/x").body == b"ok"
    assert in_use(site) == 0


def test_a_request_that_finds_no_slot_is_told_to_come_back(make: Any) -> None:
    site, _ = build(make, lambda note: b"ok")
    assert site.ask("/x").status == 200
    seat, _ = site.fs.bulkheads[NAME].force()
    answer = site.ask("/x")
    assert (answer.status, answer.json()["code"]) == (503, "BULKHEAD_FULL")
    assert answer.header("retry-after") in {"1", "2"}
    site.fs.bulkheads[NAME].give(seat, None, False, 0)
    assert site.ask("/x").status == 200


def test_a_stream_holds_its_slot_to_the_last_byte(make: Any) -> None:
    site, seen = build(make, streaming)
    assert site.ask("/x").body == b"xxx"
    assert seen == [1, 1, 1]
    assert in_use(site) == 0


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("chunks", [1, None])
def test_whenever_it_ends(make: Any, method: str, chunks: int | None) -> None:
    site, _ = build(make, streaming)
    site.ask("/x", method, chunks=chunks)
    assert all(bulkhead.snapshot().in_use == 0 for bulkhead in site.fs.bulkheads.values())


@pytest.mark.parametrize("at", [0, 1])
def test_a_stream_that_breaks_off(make: Any, at: int) -> None:
    def breaking(note: Any) -> Any:
        yield from [b"x"] * at
        raise ConnectionResetError

    site, _ = build(make, breaking)
    site.ask("/x")
    assert in_use(site) == 0


def test_a_stream_that_nobody_closes(make: Any) -> None:
    site, _ = build(make, streaming)
    body = site.app(environ("/x"), lambda *_: lambda data: None)
    assert in_use(site) == 1
    del body
    gc.collect()
    assert in_use(site) == 0


def test_a_stream_that_was_sent_whole_and_is_not_closed_yet(make: Any) -> None:
    site, _ = build(make, streaming)
    body = site.app(environ("/x"), lambda *_: lambda data: None)
    assert b"".join(body) == b"xxx"
    assert in_use(site) == 0
    body.close()


def test_a_response_that_another_one_took_the_place_of(make: Any) -> None:
    site, _ = build(make, streaming)
    site.app.after_request(lambda response: Response("instead"))
    assert site.ask("/x").body == b"instead"
    gc.collect()
    assert in_use(site) == 0


def test_each_attempt_takes_its_own(make: Any) -> None:
    site, seen = build(make, streaming, retry=failsoft.Retry(max_attempts=3, base_delay=0, statuses=(503,)))
    calls: list[int] = []

    def flaky() -> Any:
        calls.append(in_use(site))
        return Response(streaming(lambda: seen.append(in_use(site))), 503 if len(calls) < 3 else 200)

    site.app.view_functions["view"] = failsoft.protect(
        bulkhead=1, retry=failsoft.Retry(max_attempts=3, base_delay=0, statuses=(503,))
    )(flaky)
    site.app.add_url_rule("/y", endpoint="other", view_func=lambda: "")
    answer = site.ask("/x")
    assert (answer.status, answer.body, calls, seen) == (200, b"xxx", [1, 1, 1], [1, 1, 1])
    assert in_use(site) == 0
