"""One endpoint's attempts: a fresh scope and a replayed body for each, and messages held until one is known good."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from failsoft.endpoints import Binding
from failsoft.http import retry_after_seconds
from failsoft.pipeline import Pipeline
from failsoft.run import Reply, Run
from failsoft_asgi.exchange import AsgiCall, Message, Receive, Scope, Send, header

__all__ = ["BODY_LIMIT", "run_attempts"]

BODY_LIMIT = 1_048_576
"""Bytes of a request body that are kept for another attempt; a larger one is never repeated."""

App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Replay:
    """The body of a request, once from the client and then from memory."""

    def __init__(self, receive: Receive, call: AsgiCall) -> None:
        self._receive = receive
        self._call = call
        self._kept: list[Message] = []
        self._size = 0
        self._next = 0

    def rewind(self) -> None:
        """The next attempt reads from the start."""
        self._next = 0

    async def receive(self) -> Message:
        """The next message for the application."""
        if self._next < len(self._kept):
            self._next += 1
            return dict(self._kept[self._next - 1])
        message = await self._receive()
        if message["type"] != "http.request":
            return message
        if self._call.replayable:
            self._size += len(message.get("body", b""))
            if self._size > BODY_LIMIT:
                self._call.replayable = False
                self._kept.clear()
            else:
                # a copy: frameworks may change what they are handed
                self._kept.append(dict(message))
                self._next = len(self._kept)
        return message


class Stage:
    """Where the messages of one attempt wait for its verdict."""

    __slots__ = ("_discard", "_head", "_run", "_send", "complete", "passed")

    def __init__(self, run: Run, send: Send) -> None:
        self._run = run
        self._send = send
        self._head: Message | None = None
        self._discard = False
        self.passed = False
        """The response of this attempt is on its way."""
        self.complete = False
        """It has been sent whole; what runs now is a background task."""

    async def send(self, message: Message) -> None:
        """Take a message from the application."""
        if self._discard:
            return
        if message["type"] == "http.response.start" and not self.passed:
            self._head = message
            return
        if self._head is not None:
            head, self._head = self._head, None
            if not self._run.answered(Reply(head["status"], _asked(head, self._run))):
                self._discard = True
                return
            self.passed = True
            await self._send(head)
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.complete = True


def _asked(head: Message, run: Run) -> float | None:
    if head["status"] < 400:
        return None
    for key, value in head.get("headers", ()):
        if bytes(key).lower() == b"retry-after":
            return retry_after_seconds(str(value, "latin-1"), run.engine.clock.time())
    return None


async def run_attempts(
    app: App,
    call: AsgiCall,
    binding: Binding,
    pipeline: Pipeline,
    receive: Receive,
    send: Send,
    *,
    expected: Callable[[BaseException], bool],
    cooperative: bool,
) -> None:
    """Run an endpoint through its pipeline.

    Per attempt the application gets a copy of the scope without the framework's exception handlers: every exception
    then escapes it, dependencies roll back, and the last one raised again meets the user's handlers outside.

    Raises:
        Exception: what the last attempt raised, or a background task after it.
    """
    scope = call.scope
    call.idempotent = binding.idempotent if binding.idempotent != "key" else _has_key(scope)
    length = header(scope, b"content-length")
    if length is not None and length.isdigit() and int(length) > BODY_LIMIT:
        call.replayable = False
    replay = Replay(receive, call)
    background: list[Exception] = []

    async def attempt(run: Run) -> None:
        stage = Stage(run, send)
        replay.rewind()
        inner = dict(scope)
        inner["starlette.exception_handlers"] = ({}, {})
        try:
            await app(inner, replay.receive, stage.send)
        except Exception as exc:
            if not stage.complete:
                raise
            background.append(exc)

    await pipeline.acall(call, attempt, reply=_unanswered, expected=expected, cooperative=cooperative)
    if background:
        raise background[0]


def _unanswered(result: Any) -> None:  # noqa: ARG001 - an attempt that sent nothing has nothing to judge
    return None


def _has_key(scope: Scope) -> bool | None:
    return True if header(scope, b"idempotency-key") else None
