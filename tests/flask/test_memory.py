"""Many requests later nothing has grown, and nothing waits for the garbage collector."""

from __future__ import annotations

import gc
import logging
import weakref
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

import failsoft
from failsoft.call import Call
from failsoft.run import Run
from flask import Flask, Response
from warmed import all_made
from wsgi_driver import ask


class Own(ConnectionResetError):
    """Knows of its instances, so that a test can see them go."""

    alive: weakref.WeakSet[Any] = weakref.WeakSet()

    def __init__(self) -> None:
        super().__init__("lost")
        Own.alive.add(self)

    __hash__ = object.__hash__


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What pytest keeps of the log is not ours to answer for."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def shop() -> Flask:
    app = Flask("shop")

    @app.get("/ok")
    def ok() -> Any:
        return "ok"

    @app.get("/fails")
    def fails() -> Any:
        raise Own

    @app.get("/meant")
    def meant() -> Any:
        raise failsoft.NotFoundError("x")

    @app.get("/retried")
    @failsoft.protect(retry=failsoft.Retry(base_delay=0), timeout=9, circuit_breaker=failsoft.CircuitBreaker(window=5))
    def retried() -> Any:
        raise Own

    @app.post("/body")
    @failsoft.protect(retry=failsoft.Retry(base_delay=0), idempotent=True)
    def body() -> Any:
        raise Own

    @app.get("/rejected")
    @failsoft.protect(circuit_breaker=failsoft.CircuitBreaker(failure_threshold=1))
    def rejected() -> Any:
        raise Own

    @app.get("/stream")
    def stream() -> Any:
        def chunks() -> Any:
            yield b"a"
            raise Own

        return Response(chunks())

    @app.get("/stream-at-once")
    def stream_at_once() -> Any:
        def chunks() -> Any:
            raise Own
            yield b""

        return Response(chunks())

    @app.get("/guarded-stream")
    @failsoft.protect(circuit_breaker=failsoft.CircuitBreaker(failure_threshold=10**6))
    def guarded_stream() -> Any:
        return stream()

    @app.teardown_request
    def torn(exc: Any) -> None: ...

    return app


def garbage_of(work: Any) -> Counter[str]:
    """What only the garbage collector could free: exceptions, and what is ours."""
    for _ in range(3):
        work()
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            work()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        return Counter(type(one).__name__ for one in gc.garbage if isinstance(one, (Exception, Call, Run)))
    finally:
        gc.set_debug(0)
        gc.enable()
        gc.garbage.clear()


def asking(app: Flask, path: str, method: str = "GET", **more: Any) -> Any:
    def one() -> None:
        answer = ask(app, path, method, **more)
        if answer.escaped is not None:
            answer.escaped.__traceback__ = None

    return one


def quietly(site: Any) -> Flask:
    """The application, with nothing of the tests listening."""
    site.signals = site._receiver = None
    site.recorder.stop()
    app: Flask = site.app
    return app


PATHS = [
    "/ok",
    "/fails",
    "/meant",
    "/nowhere",
    "/retried",
    "/rejected",
    "/stream",
    "/stream-at-once",
    "/guarded-stream",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("mode", ["enforce", "observe"])
@pytest.mark.parametrize("config", [{}, {"TESTING": True}], ids=["", "testing"])
def test_nothing_waits_for_the_garbage_collector_that_would_not_in_bare_flask(
    make: Any, path: str, mode: str, config: Any
) -> None:
    """Flask itself leaves an exception that it had to answer in a cycle, and with it whatever served the request."""
    bare_app = shop()
    bare_app.config.update(config)
    bare = garbage_of(asking(bare_app, path))
    found = garbage_of(asking(quietly(make(shop(), {"rollout": {"mode": mode}}, **config)), path))
    assert found["Own"] <= bare["Own"]
    if not bare:
        assert found == {}
    if path in ("/ok", "/stream", "/stream-at-once", "/guarded-stream"):
        assert bare == found == {}


def test_a_request_with_a_body_leaves_no_more(make: Any) -> None:
    bare = garbage_of(asking(shop(), "/body", "POST", body=b"x" * 100))
    found = garbage_of(asking(quietly(make(shop())), "/body", "POST", body=b"x" * 100))
    assert found["Own"] <= bare["Own"]


def test_what_is_meant_as_an_answer_leaves_nothing(make: Any) -> None:
    for path in ("/meant", "/rejected"):
        assert garbage_of(asking(quietly(make(shop())), path)) == {}


def test_thousands_of_requests_leave_nothing_behind(make: Any) -> None:
    site = make(shop())
    app = quietly(site)

    def round_trip() -> int:
        for number in range(300):
            for path in (*PATHS[:6], f"/scan/{number}"):
                ask(app, path)
        all_made()
        gc.collect()
        return len(gc.get_objects())

    round_trip()
    first, second = round_trip(), round_trip()
    assert abs(second - first) < 100
    assert len(site.fs.endpoints._bindings) < 20
