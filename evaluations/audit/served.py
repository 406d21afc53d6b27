"""The applications that are killed: the same few routes in Starlette (`asgi`, for uvicorn) and Flask (`wsgi`, for
gunicorn), with the settings of the environment (`AUDITED`, JSON).

Every answer says which process it is of (`x-worker`) and when it left (`x-sent`, by the machine's monotonic clock), so
that what is missing can be laid at the door of one kill.
"""

from __future__ import annotations

import json
import logging
import os
import time
from typing import Any

from failsoft import Failsoft
from failsoft.clock import SystemClock

__all__ = ["asgi", "wsgi"]  # noqa: F822 - made when they are asked for

SETTINGS: dict[str, Any] = json.loads(os.environ.get("AUDITED", "{}"))


class SteppedClock(SystemClock):
    """The machine's clock, but for the time of day, which can be set."""

    def __init__(self) -> None:
        self.offset = 0.0

    def time(self) -> float:  # type: ignore[override]  # there it is the function itself
        return SystemClock.time() + self.offset


clock = SteppedClock()
# the stack of each failure would fill the disk
logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(process)d %(name)s %(message)s")
for name in ("failsoft", __name__):
    logging.getLogger(name).setLevel(logging.CRITICAL)
logging.getLogger("failsoft.audit").setLevel(logging.WARNING)


def fail() -> None:
    raise RuntimeError("the shelf has no bottom")


def burst(fs: Failsoft, count: int) -> dict[str, int]:
    """Handle many failures at once, without a request for each."""
    for _ in range(count):
        try:
            fail()
        except RuntimeError as error:
            fs.handle(error)
    return {"count": count}


def step(seconds: float) -> dict[str, float]:
    clock.offset += seconds
    return {"offset": clock.offset}


def state(fs: Failsoft) -> dict[str, Any]:
    writer = fs.audit.writer
    names = ("written", "lost", "dropped", "failures")
    return {"pid": os.getpid()} | {name: getattr(writer, name, None) for name in names}


def _asgi() -> Any:
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    from failsoft_asgi import install

    async def ok(request: Request) -> JSONResponse:
        return JSONResponse({})

    async def failing(request: Request) -> JSONResponse:
        fail()
        return JSONResponse({})

    async def many(request: Request) -> JSONResponse:
        return JSONResponse(await run_in_threadpool(burst, fs, int(request.path_params["count"])))

    async def stepped(request: Request) -> JSONResponse:
        return JSONResponse(step(float(request.query_params["seconds"])))

    async def stated(request: Request) -> JSONResponse:
        return JSONResponse(state(fs))

    app = Starlette(
        routes=[
            Route("/ok", ok),
            Route("/fail", failing),
            Route("/required", failing),
            Route("/burst/{count:int}", many),
            Route("/clock", stepped),
            Route("/state", stated),
        ]
    )
    # its lifespan closes the trail: a worker of several ends without Python's own last rites
    fs = install(app, SETTINGS)
    fs.exchange_clock(clock)
    pid = str(os.getpid()).encode()

    async def named(scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                now = b"%.6f" % time.monotonic()
                message = {**message, "headers": [*message["headers"], (b"x-worker", pid), (b"x-sent", now)]}
            await send(message)

        await app(scope, receive, sending)

    return named


def _wsgi() -> Any:
    from failsoft_flask import FlaskFailsoft
    from flask import Flask, request

    app = Flask(__name__)
    fs = FlaskFailsoft().init_app(app, SETTINGS)
    fs.exchange_clock(clock)
    app.add_url_rule("/ok", "ok", dict)
    app.add_url_rule("/fail", "fail", fail)
    app.add_url_rule("/required", "required", fail)
    app.add_url_rule("/burst/<int:count>", "burst", lambda count: burst(fs, count))
    app.add_url_rule("/clock", "clock", lambda: step(float(request.args["seconds"])))
    app.add_url_rule("/state", "state", lambda: state(fs))

    def named(environ: Any, start_response: Any) -> Any:
        def starting(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            more = [("x-worker", str(os.getpid())), ("x-sent", f"{time.monotonic():.6f}")]
            return start_response(status, [*headers, *more], *rest)

        return app(environ, starting)

    return named


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    made = globals()[name] = _asgi() if name == "asgi" else _wsgi()
    return made
