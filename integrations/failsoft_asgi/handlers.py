"""Exception handlers for what Starlette and FastAPI would otherwise answer themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket, WebSocketState

from failsoft import Failsoft
from failsoft.endpoints import route_key
from failsoft_asgi.exchange import AsgiCall

__all__ = ["FRAMEWORK_DEFAULTS", "Handlers"]

Handler = Callable[[Any, Any], Any]

try:
    from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
    from fastapi.exceptions import RequestValidationError
except ImportError:
    FRAMEWORK_DEFAULTS: tuple[Handler, ...] = ()
    _VALIDATION: dict[type[Exception], Handler] = {}
    _HTTP: Handler | None = None
else:
    FRAMEWORK_DEFAULTS = (http_exception_handler, request_validation_exception_handler)
    _VALIDATION = {RequestValidationError: request_validation_exception_handler}
    _HTTP = http_exception_handler


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

    def __init__(self, fs: Failsoft, template_of: Callable[[Any], str | None]) -> None:
        self._fs = fs
        self._template_of = template_of
        self._defaults: dict[type[Exception], Handler] = {}

    def added_to(self, handlers: Mapping[Any, Handler]) -> dict[Any, Handler]:
        """The handlers an application starts with: the user's, and ours where a framework's default would be."""
        result = dict(handlers)
        is_fastapi = _HTTP is not None and any(handler in FRAMEWORK_DEFAULTS for handler in handlers.values())
        self._defaults = {HTTPException: _HTTP if is_fastapi and _HTTP is not None else _starlette_default}
        if is_fastapi:
            self._defaults.update(_VALIDATION)
        for kind in self._defaults:
            if kind not in result or result[kind] in FRAMEWORK_DEFAULTS:
                result[kind] = self.handle
        return result

    async def handle(self, connection: Request | WebSocket, exc: Exception) -> Response | None:
        """Answer an exception that carries an answer."""
        call = connection.scope.get("failsoft")
        if isinstance(connection, WebSocket) and connection.application_state is WebSocketState.CONNECTED:
            await connection.close(1008 if getattr(exc, "status_code", 500) < 500 else 1011, "refused")
            return None
        if not isinstance(call, AsgiCall) or call.mode == "off":
            return await self._default(connection, exc)
        if not call.endpoint:
            call.endpoint = route_key(call.method, self._template_of(connection.scope))
        answer = self._fs.answer(exc, call)
        if answer.rendered is None:
            if call.mode == "enforce":
                call.error_id = answer.error_id
            return await self._default(connection, exc)
        headers = [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in answer.rendered.headers]
        return _Raw(answer.rendered.status, headers, answer.rendered.body)

    async def _default(self, connection: Any, exc: Exception) -> Response:
        for cls in type(exc).__mro__:
            handler = self._defaults.get(cls)
            if handler is not None:
                response: Response = await handler(connection, exc)
                return response
        raise exc
