"""An ASGI server in the process: strict about the protocol, without sockets and without waiting."""

from __future__ import annotations

import asyncio
import json
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import failsoft
from failsoft.events import ErrorHandled

with warnings.catch_warnings():
    # newer versions would rather have another client library
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

__all__ = [
    "RETRY", "SECRET", "Answer", "Server", "TestClient", "Watched", "aask", "ask", "chunks", "scope",
    "settings", "watch",
]  # fmt: skip

SECRET = "hunter2-Zq81-correct-horse"
"""Planted in the text of exceptions; must never come out anywhere."""


class Server:
    """One request as a server sees it. Refuses what a real one refuses."""

    def __init__(self, incoming: Iterable[Mapping[str, Any]], *, gone_after: int | None = None) -> None:
        self.incoming = [dict(message) for message in incoming]
        self.sent: list[dict[str, Any]] = []
        self.received = 0
        self._gone_after = gone_after
        self._open = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        self.received += 1
        if self.incoming:
            return self.incoming.pop(0)
        await self._open.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Mapping[str, Any]) -> None:
        kind = message["type"]
        if self._gone_after is not None and len(self.sent) >= self._gone_after:
            raise OSError("the client is gone")
        if kind == "http.response.start" and self.started:
            raise RuntimeError("a second response was begun")
        if kind in ("http.response.body", "http.response.pathsend") and (not self.started or self.complete):
            raise RuntimeError(f"{kind} before the start or after the end of the response")
        sent = dict(message)
        if kind.endswith("response.start"):
            sent["headers"] = [(bytes(name), bytes(value)) for name, value in message.get("headers", ())]
        self.sent.append(sent)

    @property
    def started(self) -> bool:
        return any(message["type"] == "http.response.start" for message in self.sent)

    @property
    def complete(self) -> bool:
        return any(
            message["type"] == "http.response.pathsend"
            or (message["type"] == "http.response.body" and not message.get("more_body", False))
            for message in self.sent
        )


class Answer:
    """What came of one request."""

    def __init__(self, server: Server, raised: BaseException | None, scope: dict[str, Any]) -> None:
        self.server = server
        self.raised = raised
        self.scope = scope
        self.sent = server.sent
        self.complete = server.complete

    @property
    def types(self) -> list[str]:
        return [message["type"] for message in self.sent]

    @property
    def head(self) -> dict[str, Any]:
        return next(message for message in self.sent if message["type"].endswith("response.start"))

    @property
    def status(self) -> int:
        status: int = self.head["status"]
        return status

    def all(self, name: str) -> list[str]:
        return [value.decode("latin-1") for key, value in self.head["headers"] if key.decode().lower() == name]

    def header(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent if message["type"].endswith("response.body"))

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def is_problem(self) -> bool:
        return self.header("content-type") == "application/problem+json"


def scope(
    path: str = "/", method: str = "GET", headers: Mapping[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    """What a server says of a request."""
    path, _, query = path.partition("?")
    given = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in (headers or {}).items()]
    result: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"shop.example"), *given],
        "client": ("192.0.2.7", 1234),
        "server": ("shop.example", 80),
        "state": {},
    }
    if more.get("type") == "websocket":
        del result["method"]
        result.update(scheme="ws", subprotocols=[])
    return {**result, **more}


async def aask(
    app: Any,
    path: str = "/",
    method: str = "GET",
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    incoming: Iterable[Mapping[str, Any]] | None = None,
    gone_after: int | None = None,
    **more: Any,
) -> Answer:
    """Serve one request.

    Parameters:
        body: sent as one message.
        incoming: the messages to be received instead of the body; after the last one the client waits.
        gone_after: so many messages go out, then `send` raises OSError, as servers do when the client is gone.
        more: further keys of the scope.
    """
    asked = scope(path, method, headers, **more)
    messages = incoming if incoming is not None else [{"type": "http.request", "body": body, "more_body": False}]
    server = Server(messages, gone_after=gone_after)
    raised: BaseException | None = None
    try:
        await app(asked, server.receive, server.send)
    except Exception as error:
        raised = error
    return Answer(server, raised, asked)


def ask(app: Any, path: str = "/", method: str = "GET", **more: Any) -> Answer:
    """Serve one request in a loop of its own."""
    return asyncio.run(aask(app, path, method, **more))


def chunks(*parts: bytes) -> list[dict[str, Any]]:
    """A request body in several messages."""
    last = len(parts) - 1
    return [{"type": "http.request", "body": part, "more_body": number < last} for number, part in enumerate(parts)]


class Watched(list[Any]):
    """The events of an instance."""

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self if isinstance(event, kind)]

    @property
    def handled(self) -> list[ErrorHandled]:
        return self.of(ErrorHandled)

    @property
    def keys(self) -> list[str]:
        return [event.endpoint for event in self.handled]

    @property
    def names(self) -> list[str]:
        return [type(event).__name__ for event in self]


def watch(fs: failsoft.Failsoft) -> Watched:
    """Keep the events of an instance from now on."""
    events = Watched()
    fs.events.subscribe(events.append)
    return events


RETRY = {"max_attempts": 3, "base_delay": "10ms", "jitter": "none"}


def settings(**more: Any) -> dict[str, Any]:
    """Settings with one policy, `patient`, for those who want it."""
    return {"policies": {"patient": {"retry": RETRY}}, **more}
