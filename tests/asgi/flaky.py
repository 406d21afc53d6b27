"""An endpoint that fails at first, and an application that repeats it."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import failsoft
from asgi.harness import Watched, settings, watch
from clocks import ManualClock
from failsoft_asgi import install

__all__ = ["Flaky", "repeating"]


class Flaky:
    """Fails the first so many times."""

    def __init__(self, failures: int = 1, error: Any = ConnectionResetError) -> None:
        self.left = failures
        self.error = error
        self.seen: list[Any] = []

    async def __call__(self, request: Request) -> Response:
        self.seen.append(await self.read(request))
        if self.left:
            self.left -= 1
            raise self.error
        return JSONResponse({"attempt": len(self.seen)})

    async def read(self, request: Request) -> Any:
        """What each attempt reads of the request."""
        return await request.body()


def repeating(view: Any, *, clock: Any = None, errors: Any = None, **more: Any) -> tuple[Starlette, Watched]:
    """An application that makes three attempts at `/`, whatever the method."""

    async def endpoint(request: Request) -> Response:
        response: Response = await view(request)
        return response

    app = Starlette(routes=[Route("/", endpoint, methods=["GET", "POST"])], **more)
    rules = [{"match": "* /", "policy": "patient", "idempotent": True}]
    fs = failsoft.Failsoft(settings(endpoints=rules, errors=errors or {}), clock=clock or ManualClock())
    return app, watch(install(app, fs=fs))
