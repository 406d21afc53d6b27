"""The layers around an ASGI application: pure ASGI, no task and no thread of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from failsoft import Failsoft, Settings
from failsoft.current import current_call, restore
from failsoft.endpoints import route_key
from failsoft_asgi.exchange import AsgiCall, Hold, Receive, Scope, Send
from failsoft_asgi.templates import template_of
from failsoft_asgi.websocket import guard_websocket

__all__ = ["AnswerLayer", "FailsoftMiddleware", "OuterLayer"]

App = Callable[[Scope, Receive, Send], Awaitable[None]]
Leave = Callable[[], bool]
_KINDS = frozenset({"http", "websocket"})


class OuterLayer:
    """Outermost: gives the request its id, its context and its mode, and lets everything else pass.

    What escapes here was either answered inside and raised again, or comes from a layer that nobody else guards.

    Parameters:
        app: the next application inside.
        fs: the instance that serves it.
        hold: keep the head of a response back until its first byte.
    """

    def __init__(self, app: App, fs: Failsoft, *, hold: bool = False) -> None:
        self.app = app
        self.fs = fs
        self._hold = hold
        self._id_header = fs.settings.request.id_header.lower().encode("latin-1")
        self._trust_id = fs.settings.request.trust_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        fs = self.fs
        # within another Failsoft the outer one answers
        if kind not in _KINDS or "failsoft" in scope:
            await self.app(scope, receive, send)
            return
        mode = fs.roll_mode()
        if mode == "off":
            await self.app(scope, receive, send)
            return
        call = AsgiCall(fs, scope, send, self._id_header, self._trust_id)
        if mode != "enforce":
            call.mode = mode
        scope["failsoft"] = call
        token = current_call.set(call)
        try:
            if kind == "websocket":
                await guard_websocket(self.app, call, scope, receive, send)
            elif self._hold:
                hold = Hold(call, call.wire)
                await self.app(scope, receive, hold.send)
                if hold.head is not None:
                    await hold.flush(hold.head)
            else:
                await self.app(scope, receive, call.wire)
        except Exception as exc:
            if kind == "websocket" or call.mode == "off" or call.knows(exc):
                raise
            if await answered_elsewhere(call, exc, scope, call.wire):
                raise
        finally:
            restore(token)
            call.release()


class AnswerLayer:
    """Answers what the application did not, within the user's own middleware, so that its headers are kept.

    Parameters:
        app: the next application inside.
        leave: whether an unexpected error is left to somebody further out (a user's own handler, a debug page).
        hold: keep the head of a response back until its first byte.
    """

    def __init__(self, app: App, *, leave: Leave, hold: bool = False) -> None:
        self.app = app
        self._leave = leave
        self._hold = hold

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = scope.get("failsoft")
        if scope["type"] != "http" or not isinstance(call, AsgiCall):
            await self.app(scope, receive, send)
            return
        hold = Hold(call, send) if self._hold else None
        try:
            if hold is None:
                await self.app(scope, receive, send)
            else:
                await self.app(scope, receive, hold.send)
                if hold.head is not None:
                    await hold.flush(hold.head)
        except Exception as exc:
            if call.mode == "off" or call.knows(exc):
                raise
            if hold is not None and hold.passed and not call.wired:
                # a middleware in between keeps the head back too: a layer further out knows what becomes of it
                raise
            if await answered_elsewhere(call, exc, scope, send, leave=self._leave):
                raise


async def answered_elsewhere(
    call: AsgiCall, exc: Exception, scope: Scope, send: Send, *, leave: Leave = lambda: False
) -> bool:
    """Answer an exception, or only have it recorded.

    Returns:
        Whether to raise it again: somebody else answers it, the response has begun, or error trackers are to see it.
        It is not raised here, or the frame of this function would keep it alive in a cycle.
    """
    if type(exc).__module__ == _BODY_LIMIT:
        # not a failure: how Starlette ends an application whose answer it has replaced by 413
        return True
    if not call.endpoint:
        call.endpoint = route_key(call.method, template_of(scope))
    call.answered = exc
    if call.gone:
        call.fs.aborted(exc, call)
        return True
    result = call.fs.answer(call.meant(exc), call, started=call.wired)
    failure = result.failure
    if failure is not None and failure.disconnected:
        return True
    unexpected = failure is None or not (failure.expected or failure.rejected)
    if result.rendered is None or call.wired or (unexpected and leave()):
        if call.mode == "enforce":
            call.error_id = result.error_id
        return True
    # a server may raise OSError when the client is gone (ASGI, HTTP 2.4)
    with suppress(OSError):
        await call.respond(result.rendered, send)
    return result.reraise


_BODY_LIMIT = "starlette.middleware.body_limit"


class FailsoftMiddleware:
    """Failsoft around any ASGI application.

    For Starlette and FastAPI use `install`, which also knows routes and keeps the headers of the user's middleware.
    A framework that answers its errors inside (Litestar) shows this layer finished responses only.

    Parameters:
        app: the application.
        settings: path of a TOML file, a mapping, `Settings`, or None for the defaults.
        fs: a ready `Failsoft`, instead of settings.

    Raises:
        SettingsError: the settings are wrong; lists all faults.
    """

    def __init__(
        self,
        app: App,
        settings: str | Path | Mapping[str, Any] | Settings | None = None,
        *,
        fs: Failsoft | None = None,
    ) -> None:
        self.fs = fs or Failsoft(settings)
        self._app: App = app if self.fs.disabled else OuterLayer(app, self.fs, hold=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
