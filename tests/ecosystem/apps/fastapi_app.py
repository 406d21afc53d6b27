"""The ecosystem application in FastAPI."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, HTTPException, Request
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.sessions import SessionMiddleware

import failsoft
from ecosystem import deeds
from failsoft_asgi import install


async def ok(request: Request) -> dict[str, int]:
    return {"visits": deeds.counted(request.session)}


async def unexpected() -> None:
    deeds.unexpected()


def unexpected_sync() -> None:
    deeds.unexpected()


async def refused(request: Request) -> None:
    deeds.counted(request.session)
    raise HTTPException(403, "not for you")


async def denied() -> None:
    raise failsoft.AuthorizationError("not for you")


async def busy() -> None:
    raise HTTPException(503, "later")


async def exhausted() -> None:
    deeds.exhausted()


def exhausted_sync() -> None:
    deeds.exhausted()


async def recovers() -> dict[str, int]:
    return deeds.recovers()


def make(settings: dict[str, Any] | None, traced: str = "") -> Any:
    """The application: bare if there are no settings; traced by the instrumentation of this name."""
    native = {"tracing": traced == "native", "metrics": False, "logs": traced == "native"}
    # the default keeps FastAPI's own tracing on: it has to notice the other instrumentation by itself
    app = FastAPI() if traced.startswith("contrib") else FastAPI(telemetry=native)  # type: ignore[arg-type]
    for view in (ok, unexpected, unexpected_sync, refused, denied, busy, exhausted, exhausted_sync, recovers):
        app.get(f"/{view.__name__.replace('_', '-')}")(view)
    app.add_middleware(SessionMiddleware, secret_key="for tests")
    app.add_middleware(CORSMiddleware, allow_origins=[deeds.ORIGIN], allow_credentials=True)
    if traced == "contrib, before":
        FastAPIInstrumentor.instrument_app(app)
    if settings is not None:
        install(app, settings)
    if traced == "contrib, after":
        FastAPIInstrumentor.instrument_app(app)
    return app
