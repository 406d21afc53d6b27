"""A request under ASGI: the call, and the two places where its messages pass."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from failsoft.call import Call, RequestFacts
from failsoft.ids import new_request_id
from failsoft.requests import well_formed_id

if TYPE_CHECKING:
    from failsoft import Failsoft
    from failsoft.problem import Rendered

__all__ = ["AsgiCall", "Message", "Receive", "Scope", "Send", "header"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of this (lower-case) name, or None."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return None


class AsgiCall(Call):
    """One request, from the outside in: `wire` is next to the server, `hold` next to the application.

    `wire` puts the request id on the head of the response and knows whether it has left. `hold` keeps the head back
    until the first byte of the body is there, so that a stream which fails at once still gets a proper answer.
    """

    source = "asgi"
    answered: BaseException | None = None
    """The exception that was answered and raised again for others to see."""
    error_id: str | None = None
    """To be put on the head of a response that the framework writes."""
    wired: bool = False
    """The head of the response has left for the server."""
    status: int = 0
    _held: Message | None = None
    _inner: Send | None = None

    def __init__(self, fs: Failsoft, scope: Scope, send: Send, id_header: bytes, trust_id: bool) -> None:
        super().__init__("", fs.clock.monotonic(), owner=fs)
        self.fs = fs
        self.scope = scope
        self.method = scope.get("method", "")
        self._send = send
        self._id_header = id_header
        given = None
        for key, value in scope["headers"]:
            if key == id_header:
                given = str(value, "latin-1")
                break
        self.request_id = given if trust_id and given is not None and well_formed_id(given) else new_request_id()

    def describe(self) -> RequestFacts:
        """What is known of the request."""
        scope = self.scope
        wanted: dict[bytes, str] = {}
        for key, value in scope["headers"]:
            if key in _READ:
                text = str(value, "latin-1")
                wanted[key] = f"{wanted[key]}, {text}" if key in wanted else text
        peer = scope.get("client")
        return RequestFacts(
            method=self.method,
            path=scope.get("path", ""),
            accept=wanted.get(b"accept"),
            accept_language=wanted.get(b"accept-language"),
            client=self.fs.client(peer[0] if peer else None, wanted.get(b"x-forwarded-for")),
            traceparent=wanted.get(b"traceparent"),
            tracestate=wanted.get(b"tracestate"),
            scheme=scope.get("scheme", "http"),
            host=wanted.get(b"host"),
            user_agent=wanted.get(b"user-agent"),
        )

    # -- next to the server

    async def wire(self, message: Message) -> None:
        """Pass a message to the server; its head carries the request id."""
        if message["type"] == "http.response.start":
            self.wired = True
            self.status = message["status"]
            name = self._id_header
            headers = message.get("headers", ())
            for key, _ in headers:
                if key == name:
                    break
            else:
                message["headers"] = [*headers, (name, self.request_id.encode("latin-1"))]
            if self.error_id is not None:
                self._name_error(message)
        await self._send(message)

    def _name_error(self, message: Message) -> None:
        if self.error_id is not None and not any(key == b"x-error-id" for key, _ in message["headers"]):
            message["headers"] = [*message["headers"], (b"x-error-id", self.error_id.encode("latin-1"))]

    # -- next to the application

    def behind(self, send: Send) -> Send:
        """The `send` for the application, holding back in front of the given one."""
        self._inner = send
        self._held = None
        return self.hold

    async def hold(self, message: Message) -> None:
        """Pass a message on; the head of a response waits for what follows it."""
        send = self._inner or self.wire
        if message["type"] == "http.response.start":
            if _wants_head_at_once(message):
                await send(message)
            else:
                self._held = message
            return
        held = self._held
        if held is not None:
            self._held = None
            await send(held)
        await send(message)

    def release(self) -> None:
        """The request is over: let go of it, so that no cycle waits for the garbage collector."""
        self.scope = {}
        self._inner = self._held = self.cause = self.answered = self.retried_inside = self.run = None

    async def respond(self, rendered: Rendered, send: Send) -> None:
        """Send a whole response of ours in place of what was held back."""
        self._held = None
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in rendered.headers]
        await send({"type": "http.response.start", "status": rendered.status, "headers": headers})
        await send({"type": "http.response.body", "body": rendered.body, "more_body": False})


_READ = frozenset(
    {
        b"accept", b"accept-language", b"traceparent", b"tracestate", b"host", b"user-agent", b"x-forwarded-for",
    }
)  # fmt: skip


def _wants_head_at_once(message: Message) -> bool:
    """An event stream may have nothing to say for long, and its client waits for the head."""
    for key, value in message.get("headers", ()):
        if key == b"content-type":
            return bool(value.startswith(b"text/event-stream"))
    return False
