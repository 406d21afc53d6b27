"""Applications with middleware of the user's, for the tests that are about it."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

import failsoft
from asgi.harness import SECRET, Watched, watch
from failsoft_asgi import install

__all__ = [
    "CATCHING", "CORS", "GZIP", "MAPPED", "ORIGIN", "ROUTES", "Oops", "base", "base_catch", "build", "passing", "pure",
    "pure_catch", "raising",
]  # fmt: skip

ORIGIN = {"Origin": "https://shop.example"}
CORS = Middleware(CORSMiddleware, allow_origins=["*"])
GZIP = Middleware(GZipMiddleware, minimum_size=1)


class Oops(Exception):
    pass


class LooksLikeHTTPException(Exception):
    status_code = 409


def raising(error: Exception) -> Any:
    async def endpoint(request: Request) -> Response:
        raise error

    return endpoint


async def broken_stream(request: Request) -> Response:
    async def stream() -> Any:
        raise ValueError(SECRET)
        yield b""

    return StreamingResponse(stream())


ROUTES = [
    Route("/boom", raising(ValueError(SECRET))),
    Route("/stream", broken_stream),
    Route("/oops", raising(Oops(SECRET))),
    Route("/conflict", raising(failsoft.ConflictError(SECRET))),
    Route("/late", raising(failsoft.OperationTimeoutError(SECRET))),
    Route("/foreign", raising(LooksLikeHTTPException(SECRET))),
    Route("/teapot", raising(HTTPException(418))),
    Route("/ok", lambda request: PlainTextResponse("ok")),
]
MAPPED = {"errors": {f"{Oops.__module__}.Oops": {"status": 409}}}


def build(*middleware: Middleware, settings: Any = None, **options: Any) -> tuple[Starlette, Watched]:
    app = Starlette(routes=ROUTES, middleware=list(middleware), **options)
    return app, watch(install(app, settings))


class Pure:
    """A middleware made of a function."""

    def __init__(self, app: Any, run: Any) -> None:
        self.app, self.run = app, run

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.run(self.app, scope, receive, send)


def pure(run: Any) -> Middleware:
    return Middleware(Pure, run=run)


def base(dispatch: Any) -> Middleware:
    return Middleware(BaseHTTPMiddleware, dispatch=dispatch)


async def pure_catch(app: Any, scope: Any, receive: Any, send: Any) -> None:
    try:
        await app(scope, receive, send)
    except Exception:
        await JSONResponse({"mine": True}, 418)(scope, receive, send)


async def careful_catch(app: Any, scope: Any, receive: Any, send: Any) -> None:
    started = False

    async def watched(message: Any) -> None:
        nonlocal started
        started = True
        await send(message)

    try:
        await app(scope, receive, watched)
    except Exception:
        if started:
            raise
        await JSONResponse({"mine": True}, 418)(scope, receive, send)


async def base_catch(request: Request, call_next: Any) -> Any:
    try:
        return await call_next(request)
    except Exception:
        return JSONResponse({"mine": True}, 418)


async def passing(request: Request, call_next: Any) -> Any:
    return await call_next(request)


CATCHING = [pure(pure_catch), pure(careful_catch), base(base_catch)]
