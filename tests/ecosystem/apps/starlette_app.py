"""The ecosystem application in Starlette."""

from __future__ import annotations

from typing import Any

from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.opentelemetry import OpenTelemetryMiddleware as NativeMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import failsoft
from ecosystem import deeds
from failsoft_asgi import install


async def ok(request: Request) -> Response:
    return JSONResponse({"visits": deeds.counted(request.session)})


async def unexpected(request: Request) -> Response:
    deeds.unexpected()
    raise AssertionError


def unexpected_sync(request: Request) -> Response:
    deeds.unexpected()
    raise AssertionError


async def refused(request: Request) -> Response:
    deeds.counted(request.session)
    raise HTTPException(403, "not for you")


async def denied(request: Request) -> Response:
    raise failsoft.AuthorizationError("not for you")


async def busy(request: Request) -> Response:
    raise HTTPException(503, "later")


async def exhausted(request: Request) -> Response:
    deeds.exhausted()
    raise AssertionError


def exhausted_sync(request: Request) -> Response:
    deeds.exhausted()
    raise AssertionError


async def recovers(request: Request) -> Response:
    return JSONResponse(deeds.recovers())


def make(settings: dict[str, Any] | None, traced: str = "") -> Any:
    """The application: bare if there are no settings; traced by the instrumentation of this name."""
    views = (ok, unexpected, unexpected_sync, refused, denied, busy, exhausted, exhausted_sync, recovers)
    app = Starlette(
        routes=[Route(f"/{view.__name__.replace('_', '-')}", view) for view in views],
        middleware=[
            Middleware(CORSMiddleware, allow_origins=[deeds.ORIGIN], allow_credentials=True),
            Middleware(SessionMiddleware, secret_key="for tests"),
        ],
    )
    if traced == "contrib, before":
        app.add_middleware(OpenTelemetryMiddleware)
    if settings is not None:
        install(app, settings)
    if traced == "contrib, after":
        app.add_middleware(OpenTelemetryMiddleware)
    if traced == "native":
        app.add_middleware(NativeMiddleware)
    return OpenTelemetryMiddleware(app) if traced == "contrib, outside" else app
