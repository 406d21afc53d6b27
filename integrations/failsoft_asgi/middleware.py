"""The layers around an ASGI application: pure ASGI, no task and no thread of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from failsoft import Failsoft, Settings, SettingsError
from failsoft.answer import Answer
from failsoft.current import current_call, restore
from failsoft.deadlines import noting_deadlines
from failsoft.endpoints import route_key
from failsoft.verdicts import stems_from
from failsoft_asgi.exchange import AsgiCall, Hold, Receive, Scope, Send
from failsoft_asgi.hurry import Hurry
from failsoft_asgi.lifespan import flushing, refuse_start
from failsoft_asgi.pending import Gate, Net, Pending, travels
from failsoft_asgi.templates import template_of
from failsoft_asgi.websocket import guard_websocket

__all__ = ["AnswerLayer", "FailsoftMiddleware", "OuterLayer", "Place"]

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
        owned: nobody else has the instance, so that what it has recorded is written when the application shuts down.
        take_up: told the kind of each scope before it is served.
    """

    def __init__(
        self,
        app: App,
        fs: Failsoft,
        *,
        hold: bool = False,
        owned: bool = False,
        take_up: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.app = app
        self.fs = fs
        self._take_up = take_up
        self._hold = hold
        self._owned = owned
        self._call = noting_deadlines(AsgiCall, fs)
        self._id_header = fs.settings.request.id_header.lower().encode("latin-1")
        self._trust_id = fs.settings.request.trust_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        fs = self.fs
        # within another Failsoft the outer one answers
        if kind not in _KINDS or "failsoft" in scope:
            await self._pass_on(kind, scope, receive, send)
            return
        self._take_up(kind)
        mode = fs.roll_mode()
        if mode == "off":
            await self.app(scope, receive, send)
            return
        call = self._call(fs, scope, send, self._id_header, self._trust_id)
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
            if call.pending is not None and not call.wired:
                # a middleware has swallowed the exception and says nothing
                await call.pending.deliver(call, Gate(call.wire))
        except Exception as exc:
            if kind == "websocket" or await self._raises_again(call, exc, scope):
                raise
        finally:
            restore(token)
            call.release()

    async def _pass_on(self, kind: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what is no request, or none of ours."""
        try:
            self._take_up(kind)
        except SettingsError as error:
            await refuse_start(error, receive, send)
            raise
        owned = kind == "lifespan" and self._owned
        await self.app(scope, receive, flushing(self.fs, send) if owned else send)

    async def _raises_again(self, call: AsgiCall, exc: Exception, scope: Scope) -> bool:
        """Deal with an exception. It is not raised here, or this frame would keep it alive in a cycle."""
        if call.mode == "off" or call.knows(exc):
            return True
        answer = _answer(call, exc, scope, started=call.wired)
        if answer is None or answer.rendered is None:
            return True
        # a server may raise OSError when the client is gone (ASGI, HTTP 2.4)
        with suppress(OSError):
            await call.respond(answer.rendered, call.wire)
        return answer.reraise


class Place(NamedTuple):
    """Where an `AnswerLayer` is among the user's middlewares."""

    innermost: bool = False
    """Next to the routes: it keeps the head of a response back until its first byte."""
    last: bool = False
    """No middleware of the user's is outside of it."""
    cut: bool = False
    """Nothing can be sent through the next middleware inside once an exception has come out of it."""
    tracer_inside: bool = False
    """The next middleware inside is a tracer."""
    tracer_outside: bool = False
    """The next middleware outside is one."""


class AnswerLayer:
    """Answers what the application did not.

    There is one inside of the user's middleware, one outside, and some in between. Within, an exception is recorded
    and goes on its way, so that middleware may catch it as it does without us. The outermost layer sends the answer,
    unless a middleware has, from as far inside as possible: so the headers of the user's middleware are on it.

    Parameters:
        app: the next application inside.
        leave: whether an unexpected error is left to somebody further out (a user's own handler, a debug page).
        place: where it is.
    """

    def __init__(self, app: App, *, leave: Leave, place: Place) -> None:
        self.app = app
        self._leave = leave
        self._place = place
        self._innermost = place.innermost
        self._net = place.tracer_inside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = scope.get("failsoft")
        if scope["type"] != "http" or not isinstance(call, AsgiCall):
            await self.app(scope, receive, send)
            return
        hold = gate = None
        try:
            if self._innermost:
                hold = Hold(call, send)
                await self.app(scope, receive, hold.send)
                if hold.head is not None:
                    await hold.flush(hold.head)
            else:
                gate = Net(send, call) if self._net else Gate(send)
                await self.app(scope, receive, gate.send)
        except Exception as exc:
            if call.mode == "off":
                raise
            if hold is not None and hold.passed and not call.wired and not call.knows(exc):
                # a middleware in between keeps the head back too: a layer further out knows what becomes of it
                raise
            if await self._raises_again(call, exc, scope, send, gate or Gate(send)):
                raise

    async def _raises_again(self, call: AsgiCall, exc: Exception, scope: Scope, send: Send, gate: Gate) -> bool:
        """Deal with an exception; as above."""
        again = exc is not call.answered and not _is_group(exc)
        if _covers(call, exc):
            call.answered = exc
        elif not call.knows(exc):
            call.pending = None
            answer = _answer(call, exc, scope, started=call.wired or gate.started, leave=self._leave)
            if answer is None or answer.rendered is None:
                return True
            if not (self._place.last or travels(exc, answer.failure)):
                with suppress(OSError):
                    await call.respond(answer.rendered, send)
                return answer.reraise
            call.pending = Pending(answer.rendered, reraise=answer.reraise)
            # for the answer of a middleware
            call.error_id = answer.error_id
            again = False
        pending = call.pending
        if pending is None:
            return True
        if not self._place.last:
            pending.passes(gate, cut=self._place.cut)
            if self._place.tracer_outside and not gate.started:
                await pending.go_ahead()
            return True
        call.pending = None
        await pending.deliver(call, gate, cut=self._place.cut)
        return again or pending.reraise


def _covers(call: AsgiCall, exc: Exception) -> bool:
    """Whether the answer on its way will do for an exception that a middleware made of the first one."""
    first = call.answered
    if call.pending is None:
        return False
    if _is_group(exc):
        return stems_from(exc, first) or any(member is first for member in getattr(exc, "exceptions", ()))
    return stems_from(exc, first) and not call.fs.classify(exc).expected


def _is_group(exc: Exception) -> bool:
    # not isinstance: what a hostile exception says its class is may raise
    return issubclass(type(exc), BaseExceptionGroup)


def _answer(
    call: AsgiCall, exc: Exception, scope: Scope, *, started: bool, leave: Leave = lambda: False
) -> Answer | None:
    """What to answer to an exception, which is recorded.

    Returns:
        None, or an answer with nothing rendered, where the exception is to be raised again and nothing more: somebody
        else answers it, or nobody can.
    """
    if type(exc).__module__ == _BODY_LIMIT:
        # not a failure: how Starlette ends an application whose answer it has replaced by 413
        return None
    if not call.endpoint:
        call.endpoint = route_key(call.method, template_of(scope))
    call.answered = exc
    if call.gone:
        call.fs.aborted(exc, call)
        return None
    result = call.fs.answer(call.meant(exc), call, started=started)
    failure = result.failure
    if failure is not None and failure.disconnected:
        return None
    unexpected = failure is None or not (failure.expected or failure.rejected)
    if result.rendered is None or started or (unexpected and leave()):
        if call.mode == "enforce":
            call.error_id = result.error_id
        return None
    return result


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
        self._app: App = app
        if not self.fs.disabled:
            inside = app if self.fs.settings.request.deadline_header is None else Hurry(app, self.fs)
            self._app = OuterLayer(inside, self.fs, hold=True, owned=fs is None, take_up=self._take_up)
        self._serves = False

    def _take_up(self, _: str) -> None:
        # made where the application is imported, by whomever; a server is who calls
        if not self._serves:
            self._serves = True
            self.fs.warm_up()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
