"""Nothing grows with requests, and nothing waits for the garbage collector."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Iterator
from typing import Any

import fastapi
import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

import failsoft
from asgi.harness import aask, chunks, scope
from clocks import ManualClock
from failsoft_asgi import FailsoftMiddleware, install
from failsoft_asgi.installation import installation_of
from warmed import all_made

RULES = {
    "policies": {
        "full": {
            "retry": {"max_attempts": 2, "base_delay": "1ms", "jitter": "none"},
            "timeout": "1h",
            "deadline": "2h",
            "circuit_breaker": {"failure_threshold": 1_000_000},
        }
    },
    "endpoints": [{"match": "* /full/{kind}", "policy": "full"}],
}
KINDS = [
    "ok",
    "unexpected",
    "passing",
    "http",
    "expected",
    "stream",
    "broken",
    "background",
    "status",
    "guard",
]


async def fail() -> None:
    raise ValueError


async def stream(fails: bool) -> Any:
    yield b"one"
    if fails:
        raise ValueError


TWICE = failsoft.Retry(max_attempts=2, base_delay=0.001)
GUARD = failsoft.guard(
    "bank",
    policy=failsoft.Policy(retry=TWICE, timeout=60.0),
    idempotent=True,
)


async def passing() -> None:
    raise ConnectionResetError


async def endpoint(request: Request) -> Response:
    kind = request.path_params["kind"]
    if kind == "unexpected":
        raise ValueError
    if kind == "passing":
        raise ConnectionResetError
    if kind == "http":
        raise HTTPException(404)
    if kind == "expected":
        raise failsoft.ConflictError("x")
    if kind == "guard":
        await GUARD.acall(passing)
    if kind in ("stream", "broken"):
        return StreamingResponse(stream(kind == "broken"))
    task = BackgroundTask(fail) if kind == "background" else None
    return PlainTextResponse("ok", 503 if kind == "status" else 200, background=task)


def build() -> Any:
    child = Starlette(routes=[Route("/{kind}", endpoint)])
    app = Starlette(
        routes=[Route("/plain/{kind}", endpoint), Route("/full/{kind}", endpoint), Mount("/mount", app=child)]
    )
    install(app, fs=failsoft.Failsoft(RULES, clock=ManualClock()))
    return app


class Sink:
    """A server that keeps nothing."""

    def __init__(self, incoming: list[Any]) -> None:
        self.incoming = incoming

    async def receive(self) -> Any:
        if not self.incoming:
            await asyncio.Event().wait()
        return self.incoming.pop()

    async def send(self, message: Any) -> None: ...


async def serve(app: Any, path: str, method: str = "GET") -> None:
    sink = Sink(chunks(b"body"))
    try:
        await app(scope(path, method), sink.receive, sink.send)
    except Exception:
        return


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Test runners keep log records, and records keep what they are about."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def cycles(app: Any, path: str, bare: Any = None) -> int:
    """How many objects of twenty requests only the garbage collector could get rid of."""

    async def count(served: Any) -> int:
        for _ in range(3):
            await serve(served, path)
        all_made()
        # what is there already is left out, which makes collecting quick
        gc.freeze()
        gc.disable()
        try:
            for _ in range(20):
                await serve(served, path)
            return gc.collect()
        finally:
            gc.enable()
            gc.unfreeze()

    if bare is not None and asyncio.run(count(bare)):
        pytest.skip("the framework leaves cycles of its own here")
    return asyncio.run(count(app))


def bare() -> Any:
    child = Starlette(routes=[Route("/{kind}", endpoint)])
    return Starlette(
        routes=[Route("/plain/{kind}", endpoint), Route("/full/{kind}", endpoint), Mount("/mount", app=child)]
    )


@pytest.mark.parametrize("place", ["plain", "full", "mount"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_request_leaves_no_cycle_behind(place: str, kind: str) -> None:
    assert cycles(build(), f"/{place}/{kind}", bare()) == 0


@pytest.mark.parametrize("path", ["/nowhere", "/plain/ok/more"])
def test_an_unknown_path_leaves_no_cycle_behind(path: str) -> None:
    assert cycles(build(), path, bare()) == 0


@pytest.mark.parametrize("fails", [False, True])
def test_a_wrapped_application_leaves_no_cycle_behind(fails: bool) -> None:
    async def raw(scope: Any, receive: Any, send: Any) -> None:
        if fails:
            raise ValueError
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    assert cycles(FailsoftMiddleware(raw), "/") == 0


@pytest.mark.parametrize("path", ["/x?page=1", "/x?page=a", "/x", "/boom"])
def test_fastapi_leaves_no_more_cycles_behind_than_without(path: str) -> None:
    def make() -> Any:
        app = fastapi.FastAPI()

        async def session() -> Any:
            yield 1

        @app.get("/x")
        @failsoft.protect(retry=TWICE)
        async def x(page: int, _: int = fastapi.Depends(session)) -> int:
            return page

        @app.get("/boom")
        @failsoft.protect(retry=TWICE)
        async def boom(_: int = fastapi.Depends(session)) -> None:
            raise ConnectionResetError

        return app

    app = make()
    install(app, fs=failsoft.Failsoft(clock=ManualClock()))
    assert cycles(app, path, make()) == 0


def living() -> int:
    gc.collect()
    return len(gc.get_objects())


def test_ten_thousand_unknown_paths_make_no_keys_and_leave_nothing_behind() -> None:
    app = build()
    installation = installation_of(app)
    assert installation is not None
    fs = installation.fs
    keys: set[str] = set()
    fs.events.subscribe(lambda event: keys.add(event.endpoint))

    async def scan(first: int, last: int) -> None:
        for number in range(first, last):
            prefix = "/mount" if number % 3 == 0 else ""
            await serve(app, f"{prefix}/{number:x}/{number}", "GET" if number % 2 else "POST")

    asyncio.run(scan(0, 500))
    all_made()
    before = living()
    asyncio.run(scan(500, 10_500))
    assert living() - before < 200
    assert keys == {"__unmatched__"}
    assert len(fs.circuit_breakers) == 0


def test_a_thousand_failures_of_one_endpoint_leave_nothing_behind() -> None:
    app = build()

    async def storm(times: int) -> None:
        for _ in range(times):
            await serve(app, "/full/passing")
            await aask(app, "/plain/unexpected")

    asyncio.run(storm(200))
    before = living()
    asyncio.run(storm(1000))
    assert living() - before < 200
