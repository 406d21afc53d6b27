"""Exception handlers for what Starlette and FastAPI would otherwise answer themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket

from failsoft.endpoints import route_key
from failsoft_asgi.exchange import AsgiCall, headers_of
from failsoft_asgi.templates import template_of
from failsoft_asgi.views import is_async
from failsoft_asgi.websocket import closing, offers_denial

__all__ = ["Handlers", "answers_itself", "naming_handler", "own_handlers"]

Handler = Callable[[Any, Any], Any]

try:
    from fastapi import exception_handlers as of_fastapi
    from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
except ImportError:
    _FASTAPI: dict[type[Exception], Handler] = {}
else:
    _FASTAPI = {
        HTTPException: of_fastapi.http_exception_handler,
        RequestValidationError: of_fastapi.request_validation_exception_handler,
        WebSocketRequestValidationError: of_fastapi.websocket_request_validation_exception_handler,
    }
_FRAMEWORK_DEFAULTS = tuple(_FASTAPI.values())


def own_handlers(app: Starlette) -> dict[Any, Handler]:
    """An application's own exception handlers; a framework's defaults and ours are not."""
    return {
        key: handler
        for key, handler in app.exception_handlers.items()
        if handler not in _FRAMEWORK_DEFAULTS and not isinstance(getattr(handler, "__self__", None), Handlers)
    }


def answers_itself(app: Starlette, exc: BaseException) -> bool:
    """Whether an exception is none to the application: a handler of its own answers it, or it is a redirect."""
    handlers = own_handlers(app)
    status = _status(exc)
    if status is not None and (status < 400 or status in handlers):
        return True
    return any(cls in handlers for cls in type(exc).__mro__ if cls is not Exception)


def _status(exc: BaseException) -> int | None:
    # not isinstance: what a hostile exception says its class is may raise
    status = getattr(exc, "status_code", None) if issubclass(type(exc), HTTPException) else None
    return status if isinstance(status, int) else None


def naming_handler(stack: ServerErrorMiddleware) -> Handler:
    """The handler of last resort of an application, or Starlette's, with our ids on its answer."""
    handler: Handler | None = stack.handler

    async def naming(request: Request, exc: Exception) -> Any:
        response: Any
        if handler is None:
            response = stack.error_response(request, exc)
        elif is_async(handler):
            response = await handler(request, exc)
        else:
            response = await run_in_threadpool(handler, request, exc)
        call = request.scope.get("failsoft")
        if isinstance(call, AsgiCall) and isinstance(response, Response):
            for name, value in call.ids().items():
                response.headers.setdefault(name, value)
        return response

    return naming


async def _starlette_default(request: Request, exc: HTTPException) -> Response:  # noqa: ARG001 - a handler's signature
    if exc.status_code in (204, 304):
        return Response(status_code=exc.status_code, headers=exc.headers)
    return PlainTextResponse(exc.detail, status_code=exc.status_code, headers=exc.headers)


class _Raw(Response):
    """A response whose headers are pairs, so that a name may come twice."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        super().__init__(content=body, status_code=status)
        self.raw_headers = headers


class Handlers:
    """Our handlers for one application, in the place of the framework's defaults and never of the user's."""

    def __init__(self) -> None:
        self._defaults: dict[type[Exception], Handler] = {}

    def added_to(self, handlers: Mapping[Any, Handler]) -> dict[Any, Handler]:
        """The handlers an application starts with: the user's, and ours where a framework's default would be."""
        result = dict(handlers)
        is_fastapi = any(handler in _FRAMEWORK_DEFAULTS for handler in handlers.values())
        self._defaults = _FASTAPI if is_fastapi else {HTTPException: _starlette_default}
        for kind in self._defaults:
            if kind not in result or result[kind] in _FRAMEWORK_DEFAULTS:
                result[kind] = self.handle
        return result

    async def handle(self, connection: Request | WebSocket, exc: Exception) -> Response | None:
        """Answer an exception that carries an answer."""
        call = connection.scope.get("failsoft")
        status = _status(exc)
        if not isinstance(call, AsgiCall) or call.mode == "off" or (status is not None and status < 400):
            return await self._default(connection, exc)
        if not call.endpoint:
            call.endpoint = route_key(call.method, template_of(connection.scope))
        if isinstance(connection, WebSocket):
            return await self._close(connection, call, exc)
        answer = call.fs.answer(exc, call)
        if answer.rendered is None:
            if call.mode == "enforce":
                call.error_id = answer.error_id
            return await self._default(connection, exc)
        return _Raw(answer.rendered.status, headers_of(answer.rendered), answer.rendered.body)

    async def _close(self, connection: WebSocket, call: AsgiCall, exc: Exception) -> Response | None:
        denies = isinstance(exc, HTTPException) and not call.accepted and offers_denial(connection.scope)
        answer = call.fs.answer(exc, call, started=call.wired)
        if call.wired:
            return None
        if call.mode == "enforce" and not denies:
            await connection.close(*closing(answer.failure))
            return None
        if answer.rendered is None:
            return await self._default(connection, exc)
        return _Raw(answer.rendered.status, headers_of(answer.rendered), answer.rendered.body)

    async def _default(self, connection: Any, exc: Exception) -> Response | None:
        for cls in type(exc).__mro__:
            handler = self._defaults.get(cls)
            if handler is not None:
                response: Response | None = await handler(connection, exc)
                return response
        raise exc
