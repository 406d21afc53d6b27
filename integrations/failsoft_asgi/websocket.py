"""WebSockets: failures are recorded, and closed the way the protocol allows at that moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from failsoft.endpoints import route_key
from failsoft.errors.failure import Failure
from failsoft.problem import Rendered
from failsoft_asgi.exchange import AsgiCall, Message, Receive, Scope, Send, headers_of
from failsoft_asgi.templates import template_of

__all__ = ["closing", "guard_websocket", "offers_denial"]


def closing(failure: Failure | None) -> tuple[int, str]:
    """Close code (RFC 6455, 7.4.1) and constant reason of a failure: the client's mistake, or ours."""
    if failure is not None and failure.status < 500:
        return 1008, "refused"
    return 1011, "internal error"


def offers_denial(scope: Scope) -> bool:
    """Whether the server can refuse a handshake with a response of ours."""
    return "websocket.http.response" in (scope.get("extensions") or {})


async def guard_websocket(
    app: Callable[[Scope, Receive, Send], Awaitable[None]],
    call: AsgiCall,
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Run a WebSocket connection. What escapes it is recorded, the connection closed, and the exception raised again.

    Before `accept` the handshake is refused with a problem where the server offers that (`websocket.http.response`),
    else by closing, which servers answer with 403. After it the close code is 1008 or 1011, with a constant reason.
    """
    call.method = "GET"

    async def watched(message: Message) -> None:
        kind = message["type"]
        if kind == "websocket.accept":
            call.accepted = True
        elif kind in {"websocket.close", "websocket.http.response.start"}:
            call.wired = True
        await send(message)

    try:
        await app(scope, receive, watched)
    except Exception as exc:
        if call.mode == "off" or call.knows(exc):
            raise
        call.endpoint = call.endpoint or route_key("GET", template_of(scope))
        result = call.fs.answer(exc, call, started=call.wired)
        failure = result.failure
        gone = failure is not None and failure.disconnected
        if call.mode == "enforce" and not (call.wired or gone):
            denies = not call.accepted and offers_denial(scope)
            try:
                await _end(send, closing(failure), result.rendered if denies else None)
            except asyncio.CancelledError:
                # the client has left meanwhile, and the server gave it up: what the application raised goes out below
                if not result.reraise:
                    raise
        if gone or result.reraise or call.mode != "enforce":
            raise


async def _end(send: Send, closed: tuple[int, str], rendered: Rendered | None) -> None:
    # the client may be gone without our having heard of it; what the application raised matters more
    with suppress(Exception):
        if rendered is None:
            await send({"type": "websocket.close", "code": closed[0], "reason": closed[1]})
            return
        start = {"status": rendered.status, "headers": headers_of(rendered)}
        await send({"type": "websocket.http.response.start", **start})
        await send({"type": "websocket.http.response.body", "body": rendered.body, "more_body": False})
