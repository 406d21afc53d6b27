"""The layers around an ASGI application: pure ASGI, no task and no thread of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from failsoft import Failsoft, Settings
from failsoft.current import current_call
from failsoft.endpoints import route_key
from failsoft_asgi.exchange import AsgiCall, Receive, Scope, Send
from failsoft_asgi.websocket import guard_websocket

__all__ = ["AnswerLayer", "FailsoftMiddleware", "OuterLayer"]

App = Callable[[Scope, Receive, Send], Awaitable[None]]
TemplateOf = Callable[[Scope], str | None]


def no_template(scope: Scope) -> str | None:
    """The route template that an application left in the scope, where it is one that can be trusted to be bounded."""
    route = scope.get("route")
    template = getattr(route, "path_format", None)
    return template if isinstance(template, str) and hasattr(route, "endpoint") else None


class OuterLayer:
    """Outermost: gives the request its id, its context and its mode, and lets everything else pass.

    What escapes here was either answered inside and raised again, or comes from a layer that nobody else guards.
    """

    def __init__(
        self,
        app: App,
        fs: Failsoft,
        template_of: TemplateOf = no_template,
        *,
        hold: bool = False,
    ) -> None:
        self.app = app
        self.fs = fs
        self._template_of = template_of
        self._hold = hold
        self._id_header = fs.settings.request.id_header.lower().encode("latin-1")
        self._trust_id = fs.settings.request.trust_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        fs = self.fs
        if kind == "websocket" and not fs.bypassed and "failsoft" not in scope:
            await guard_websocket(self.app, fs, self._template_of, scope, receive, send)
            return
        if kind != "http" or "failsoft" in scope:
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
            await self.app(scope, receive, call.hold if self._hold else call.wire)
        except Exception as exc:
            if exc is call.answered or call.mode == "off":
                raise
            if await answered_elsewhere(call, exc, call.wire, self._template_of):
                raise
        finally:
            current_call.reset(token)
            call.release()


class AnswerLayer:
    """Answers what the application did not, within the user's own middleware, so that its headers are kept.

    Parameters:
        app: the next application inside.
        template_of: finds the route template of a request that is over.
        leave: whether an unexpected error is left to somebody further out (a user's own handler, a debug page).
        hold: keep the head of a response back until its first byte.
    """

    def __init__(
        self, app: App, *, template_of: TemplateOf = no_template, leave: Callable[[Scope], bool], hold: bool = False
    ) -> None:
        self.app = app
        self._template_of = template_of
        self._leave = leave
        self._hold = hold

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = scope.get("failsoft")
        if scope["type"] != "http" or not isinstance(call, AsgiCall):
            await self.app(scope, receive, send)
            return
        try:
            await self.app(scope, receive, call.behind(send) if self._hold else send)
        except Exception as exc:
            if exc is call.answered or call.mode == "off":
                raise
            if await answered_elsewhere(call, exc, send, self._template_of, self._leave):
                raise


async def answered_elsewhere(
    call: AsgiCall,
    exc: Exception,
    send: Send,
    template_of: TemplateOf,
    leave: Callable[[Scope], bool] = lambda _: False,
) -> bool:
    """Answer an exception, or only have it recorded.

    Returns:
        Whether to raise it again: somebody else answers it, the response has begun, or error trackers are to see it.
        It is not raised here, or the frame of this function would keep it alive in a cycle.
    """
    if not call.endpoint:
        call.endpoint = route_key(call.method, template_of(call.scope))
    result = call.fs.answer(exc, call, started=call.wired)
    failure = result.failure
    if failure is not None and failure.disconnected:
        call.answered = exc
        return True
    unexpected = failure is None or not (failure.expected or failure.rejected)
    if result.rendered is None or call.wired or (unexpected and leave(call.scope)):
        call.answered = exc
        if call.mode == "enforce":
            call.error_id = result.error_id
        return True
    await call.respond(result.rendered, send)
    if result.reraise:
        call.answered = exc
    return result.reraise


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
