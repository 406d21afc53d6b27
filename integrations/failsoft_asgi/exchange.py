"""A request under ASGI: the call, and the two places where its messages pass."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from failsoft.call import Call, RateHeaders, RequestFacts
from failsoft.errors.capture import bare_name
from failsoft.ids import new_request_id
from failsoft.requests import well_formed_id
from failsoft.verdicts import stems_from

if TYPE_CHECKING:
    from failsoft import Failsoft
    from failsoft.problem import Rendered
    from failsoft_asgi.pending import Pending

__all__ = ["AsgiCall", "Hold", "Message", "Receive", "Scope", "Send", "header", "headers_of", "wants_head_at_once"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of this (lower-case) name, or None."""
    for key, value in scope.get("headers", ()):
        if key == name:
            return str(value, "latin-1")
    return None


def headers_of(rendered: Rendered) -> list[tuple[bytes, bytes]]:
    """The headers of a response of ours, as ASGI wants them."""
    return [(_name(name), value.encode("latin-1")) for name, value in rendered.headers]


@lru_cache(maxsize=256)
def _name(name: str) -> bytes:
    return name.lower().encode("latin-1")


def messages_of(rendered: Rendered) -> list[Message]:
    """A whole response of ours."""
    return [
        {"type": "http.response.start", "status": rendered.status, "headers": headers_of(rendered)},
        {"type": "http.response.body", "body": rendered.body, "more_body": False},
    ]


def _add_absent(headers: list[tuple[bytes, bytes]], more: RateHeaders) -> None:
    """Add headers, but for those whose names are there."""
    there = {bytes(key).lower() for key, _ in headers}
    headers += [(key, value.encode("latin-1")) for name, value in more if (key := _name(name)) not in there]


class AsgiCall(Call):
    """One request. `wire` is next to the server: it puts the request id on the head, and knows whether it has left."""

    source = "asgi"
    answered: BaseException | None = None
    """The exception that was answered, or left to others, and raised again for them to see."""
    error_id: str | None = None
    """To be put on the head of an error that somebody else writes."""
    pending: Pending | None = None
    """An answer of ours that has not been sent: the user's middleware comes first."""
    wired: bool = False
    """The head of the response has left for the server; a WebSocket has been closed or refused."""
    gone: bool = False
    """The client went away while something was sent to it."""
    accepted: bool = False
    """A WebSocket has been accepted."""
    _silent: bool = False

    def __init__(self, fs: Failsoft, scope: Scope, send: Send, id_header: bytes, trust_id: bool) -> None:
        # all that the base class would set, without the call
        self.endpoint = ""
        self.started = fs.clock.monotonic()
        self.owner = self.fs = fs
        self.scope = scope
        self.method = scope.get("method", "")
        self._send = send
        self._id_header = id_header
        given = None
        for key, value in scope.get("headers", ()):
            if key == id_header:
                given = str(value, "latin-1")
                break
        self.request_id = given if trust_id and given is not None and well_formed_id(given) else new_request_id()

    def describe(self) -> RequestFacts:
        """What is known of the request."""
        scope = self.scope
        wanted: dict[bytes, str] = {}
        for key, value in scope.get("headers", ()):
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

    def knows(self, exc: BaseException) -> bool:
        """Whether an exception was dealt with already, or was made of one that was when nothing is left to answer."""
        return exc is self.answered or (self.wired and stems_from(exc, self.answered))

    def meant(self, exc: Exception) -> Exception:
        """The exception that was raised, where Starlette has put another one in its place.

        Its streams take every OSError for that of a server whose client is gone, also one of their own source.
        """
        if self.gone or bare_name(type(exc)) != "ClientDisconnect":
            return exc
        hidden = exc.__context__
        return hidden if isinstance(hidden, OSError) else exc

    async def wire(self, message: Message) -> None:
        """Pass a message to the server; its head carries the request id."""
        if message["type"] == "http.response.start":
            if self.wired and self.answered is not None:
                # a layer further out answers once more what it saw raised after the answer
                self._silent = True
                return
            if self.ticket is not None and (refused := await self.fs.ahold(self)) is not None:
                self.wired = self._silent = True
                await self._replace(refused)
                return
            self.wired = True
            headers = list(message.get("headers", ()))
            name = self._id_header
            for key, _ in headers:
                if key == name:
                    break
            else:
                headers.append((name, self.request_id.encode("latin-1")))
            if (
                self.error_id is not None
                and message["status"] >= 400
                and not any(k == b"x-error-id" for k, _ in headers)
            ):
                headers.append((b"x-error-id", self.error_id.encode("latin-1")))
            if self.rate_headers is not None:
                _add_absent(headers, self.rate_headers)
            # a copy, for an application may send the same message for each request
            message = {**message, "headers": headers}
        elif self._silent:
            return
        try:
            await self._send(message)
        except OSError:
            # how a server says so (ASGI, HTTP 2.4)
            self.gone = True
            raise

    def header(self, name: str) -> str | None:
        """A header of the request, several of them as one list."""
        wanted = name.encode("latin-1")
        found = [str(value, "latin-1") for key, value in self.scope.get("headers", ()) if key == wanted]
        return ", ".join(found) if found else None

    def user(self) -> str | None:
        """Who Starlette's `AuthenticationMiddleware`, or one like it, has authenticated."""
        user = self.scope.get("user")
        if not getattr(user, "is_authenticated", False):
            return None
        for name in ("identity", "display_name"):
            # Starlette's base class raises NotImplementedError for what an application does not define
            with suppress(Exception):
                if found := str(getattr(user, name)):
                    return found
        return None

    def release(self) -> None:
        """The request is over: let go of it, so that no cycle waits for the garbage collector."""
        self.scope = {}
        self.cause = self.answered = self.run = self.pending = self.ticket = None

    def ids(self) -> dict[str, str]:
        """The headers for an error that does not come through `wire`."""
        ids = {self._id_header.decode("latin-1"): self.request_id}
        if self.error_id is not None:
            ids["x-error-id"] = self.error_id
        return ids

    async def _replace(self, rendered: Rendered) -> None:
        """Send this in place of the response that has begun; what is left of that one is dropped."""
        for message in messages_of(rendered):
            await self._send(message)

    async def respond(self, rendered: Rendered, send: Send) -> None:
        """Send a whole response of ours."""
        for message in messages_of(rendered):
            await send(message)


class Hold:
    """Next to an application: holds the head of a response back until what follows it.

    So a stream that fails before its first byte still gets a proper answer. In mode `observe` nothing is held.
    """

    __slots__ = ("_call", "_send", "head", "passed")

    def __init__(self, call: AsgiCall, send: Send) -> None:
        self._call = call
        self._send = send
        self.head: Message | None = None
        """What is held."""
        self.passed = False
        """The head has been passed on."""

    async def send(self, message: Message) -> None:
        """Take a message from the application."""
        if message["type"] == "http.response.start":
            if self._call.mode == "enforce" and not wants_head_at_once(message):
                self.head = message
                return
            self.passed = True
        else:
            head = self.head
            if head is not None:
                self.head = None
                self.passed = True
                await self._send(head)
        await self._send(message)

    async def flush(self, head: Message) -> None:
        """Pass on the head that is held."""
        self.head = None
        self.passed = True
        await self._send(head)


_READ = frozenset(
    {
        b"accept", b"accept-language", b"traceparent", b"tracestate", b"host", b"user-agent", b"x-forwarded-for",
    }
)  # fmt: skip


def wants_head_at_once(message: Message) -> bool:
    """An event stream may have nothing to say for long, and its client waits for the head."""
    headers = message.get("headers", ())
    if not isinstance(headers, (list, tuple)):
        # any iterable will do for ASGI, and one that is read here would be empty for the server
        headers = message["headers"] = list(headers)
    for key, value in headers:
        if key == b"content-type":
            return bool(value.startswith(b"text/event-stream"))
    return False
