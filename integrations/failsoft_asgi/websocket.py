"""WebSockets: failures are recorded, and closed the way the protocol allows at that moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from failsoft import Failsoft
from failsoft.current import current_call
from failsoft.endpoints import route_key
from failsoft_asgi.exchange import AsgiCall, Message, Receive, Scope, Send

__all__ = ["guard_websocket"]

_INTERNAL_ERROR = 1011
"""Close code of RFC 6455, 7.4.1: the server met something unexpected."""


async def guard_websocket(
    app: Callable[[Scope, Receive, Send], Awaitable[None]],
    fs: Failsoft,
    template_of: Callable[[Scope], str | None],
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Run a WebSocket connection. What escapes it is recorded, the connection closed, and the exception raised again.

    Before `accept` the handshake is refused with a problem where the server offers that (`websocket.http.response`),
    else by closing, which servers answer with 403. After it the close code is 1011, with a constant reason.
    """
    settings = fs.settings.request
    call = AsgiCall(fs, scope, send, settings.id_header.lower().encode("latin-1"), settings.trust_id)
    call.method = "GET"
    call.mode = fs.roll_mode()
    state = {"accepted": False, "over": False}

    async def watched(message: Message) -> None:
        kind = message["type"]
        if kind == "websocket.accept":
            state["accepted"] = True
        elif kind in ("websocket.close", "websocket.http.response.start"):
            state["over"] = True
        await send(message)

    scope["failsoft"] = call
    token = current_call.set(call)
    try:
        await app(scope, receive, watched)
    except Exception as exc:
        call.endpoint = route_key("GET", template_of(scope))
        result = fs.answer(exc, call, started=state["accepted"] or state["over"])
        if not state["over"] and call.mode == "enforce":
            if state["accepted"]:
                await send({"type": "websocket.close", "code": _INTERNAL_ERROR, "reason": "internal error"})
            elif result.rendered is not None and "websocket.http.response" in scope.get("extensions", {}):
                await _deny(call, result.rendered, send)
            else:
                await send({"type": "websocket.close", "code": _INTERNAL_ERROR, "reason": ""})
        if result.failure is None or not result.failure.expected:
            raise
    finally:
        current_call.reset(token)
        call.release()


async def _deny(call: AsgiCall, rendered: object, send: Send) -> None:
    async def translated(message: Message) -> None:
        await send({**message, "type": f"websocket.{message['type']}"})

    await call.respond(rendered, translated)  # type: ignore[arg-type]  # a Rendered
