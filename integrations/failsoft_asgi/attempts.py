"""One endpoint's attempts: a fresh scope and a replayed body for each, and messages held until one is known good."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from starlette.requests import ClientDisconnect

from failsoft.endpoints import Binding
from failsoft.pipeline import Pipeline
from failsoft.run import Run
from failsoft_asgi.exchange import AsgiCall, Message, Receive, Scope, Send, header
from failsoft_asgi.stage import Stage, in_thread

__all__ = ["BODY_LIMIT", "run_attempts"]

BODY_LIMIT = 1_048_576
"""Bytes of a request body that are kept for another attempt; a larger one is never repeated."""

App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Gone(ClientDisconnect):
    """The client went away while another attempt was being waited for."""


class Replay:
    """The body of a request, once from the client and then from memory."""

    def __init__(self, receive: Receive, call: AsgiCall) -> None:
        self._receive = receive
        self._call = call
        self._kept: list[Message] = []
        self._size = 0
        self._next = 0
        self._gone = False

    def rewind(self) -> None:
        """The next attempt reads from the start."""
        self._next = 0

    async def receive(self) -> Message:
        """The next message for the application."""
        if self._next < len(self._kept):
            self._next += 1
            return dict(self._kept[self._next - 1])
        message = await self._from_client()
        if message["type"] == "http.request" and self._call.replayable:
            if self._size > BODY_LIMIT:
                self._call.replayable = False
                self._kept.clear()
            else:
                # a copy: frameworks may change what they are handed
                self._kept.append(dict(message))
                self._next = len(self._kept)
        return message

    async def pause(self, delay: float, asleep: Callable[[float], Awaitable[None]]) -> None:
        """Wait before another attempt, as long as the client does.

        Raises:
            Gone: it went away. Servers only say so when asked for the next message.
        """
        tasks = [asyncio.ensure_future(self._watch()), asyncio.ensure_future(asleep(delay))]
        closed = False
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if not self._gone:
                await tasks[1]
        except GeneratorExit:
            closed = True
            raise
        finally:
            for task in tasks:
                task.cancel()
            # who is closed must not wait any more, or the exit becomes an error
            if not closed:
                await asyncio.gather(*tasks, return_exceptions=True)
        if self._gone:
            raise Gone

    async def _watch(self) -> None:
        """Read on until the client is gone, within the bound of what is kept."""
        while not self._gone and self._size <= BODY_LIMIT:
            message = await self._from_client()
            if message["type"] == "http.request":
                self._kept.append(message)

    async def _from_client(self) -> Message:
        if self._gone:
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
        elif message["type"] == "http.disconnect":
            self._gone = True
        return message


class Attempts:
    """The attempts of one request."""

    __slots__ = ("_app", "_call", "_replay", "_scope", "_send", "late")

    def __init__(self, app: App, call: AsgiCall, scope: Scope, receive: Receive, send: Send) -> None:
        self._app = app
        self._call = call
        self._scope = scope
        self._send = send
        self._replay = Replay(receive, call)
        self.late: list[Exception] = []
        """What was raised when the response of the last attempt had been sent, or by those who were to send it."""

    async def attempt(self, run: Run) -> None:
        """Make one."""
        stage = Stage(run, self._send)
        self._replay.rewind()
        scope = dict(self._scope)
        scope["starlette.exception_handlers"] = ({}, {})
        try:
            await self._app(scope, self._replay.receive, stage.send)
            await stage.flush()
        except Exception as exc:
            if stage.complete or exc is stage.outside:
                self.late.append(exc)
                return
            meant = self._call.meant(exc)
            if meant is exc:
                del meant  # its traceback holds this frame
                raise
        else:
            return
        finally:
            stage.outside = None
        try:
            raise meant
        finally:
            del meant

    async def pause(self, delay: float) -> None:
        """Wait before the next one."""
        self.late.clear()
        await self._replay.pause(delay, self._call.fs.clock.asleep)


async def run_attempts(
    app: App,
    call: AsgiCall,
    binding: Binding,
    scope: Scope,
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
    pipeline = binding.pipeline
    if pipeline is None:
        await app(scope, receive, send)
        return
    call.idempotent = binding.idempotent if binding.idempotent != "key" else _has_key(scope)
    call.replayable = not _announces_too_much(scope)
    attempts = Attempts(app, call, scope, receive, send)
    try:
        await pipeline.acall(
            call,
            attempts.attempt,
            reply=_unanswered,
            expected=expected,
            cooperative=cooperative,
            busy=None if cooperative or not _limited(pipeline, call) else in_thread(),
            pause=attempts.pause,
        )
    except Gone as gone:
        call.fs.aborted(gone, call)
        await _answer_nobody(send)
    if attempts.late:
        # popped, or this frame would keep it alive in a cycle
        raise attempts.late.pop()


def _announces_too_much(scope: Scope) -> bool:
    length = header(scope, b"content-length") or ""
    return length.isascii() and length.isdigit() and (len(length) > 9 or int(length) > BODY_LIMIT)


def _limited(pipeline: Pipeline, call: AsgiCall) -> bool:
    limits = pipeline.limits
    return not (limits.timeout is None and limits.deadline is None and call.deadline is None)


async def _answer_nobody(send: Send) -> None:
    """An answer for the layers outside, some of which fail without one; the client is gone."""
    with suppress(OSError):
        await send({"type": "http.response.start", "status": 499, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _unanswered(result: Any) -> None:  # noqa: ARG001 - an attempt that sent nothing has nothing to judge
    return None


def _has_key(scope: Scope) -> bool | None:
    return True if header(scope, b"idempotency-key") else None
