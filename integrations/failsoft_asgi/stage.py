"""One attempt at a response: its messages wait for the verdict, and a thread that works for it is not abandoned."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

from failsoft.engine import Reply
from failsoft.http import retry_after_seconds
from failsoft.run import Run
from failsoft_asgi.exchange import Message, Send, wants_head_at_once

__all__ = ["Stage", "in_thread"]


class Stage:
    """Where the messages of one attempt wait for its verdict."""

    __slots__ = ("_discarded", "_head", "_run", "_send", "complete", "outside", "passed")

    def __init__(self, run: Run, send: Send) -> None:
        self._run = run
        self._send = send
        self._head: Message | None = None
        self._discarded = False
        self.passed = False
        """The response of this attempt is on its way."""
        self.complete = False
        """It has been sent whole, or is thrown away whole; what runs now is a background task."""
        self.outside: Exception | None = None
        """What was raised by those who were to send it."""

    async def send(self, message: Message) -> None:
        """Take a message from the application."""
        if self._discarded:
            return
        kind = message["type"]
        if kind == "http.response.start" and not self.passed:
            self._head = message
            if wants_head_at_once(message) or self._run.call.mode != "enforce":
                await self.flush()
            return
        await self.flush()
        if self._discarded:
            return
        await self._forward(message)
        if kind == "http.response.pathsend" or (kind == "http.response.body" and not message.get("more_body", False)):
            self.complete = True
            self._run.vacate()

    async def flush(self) -> None:
        """Pass on the head that is held, if the verdict lets it go."""
        head, self._head = self._head, None
        if head is None:
            return
        if not self._run.answered(Reply(head["status"], _asked(head, self._run))):
            self._discarded = self.complete = True
            return
        self.passed = True
        await self._forward(head)

    async def _forward(self, message: Message) -> None:
        try:
            await self._send(message)
        except Exception as exc:
            self.outside = exc
            raise


def _asked(head: Message, run: Run) -> float | None:
    if head["status"] < 400:
        return None
    for key, value in head.get("headers", ()):
        if bytes(key).lower() == b"retry-after":
            return retry_after_seconds(str(value, "latin-1"), run.engine.clock.time())
    return None


def in_thread() -> Callable[[], bool]:
    """Tells whether a thread works for the current task, as one does for a synchronous dependency of FastAPI."""
    to_thread = sys.modules.get("anyio.to_thread")
    if to_thread is None:
        return lambda: False
    task = asyncio.current_task()
    limiter = to_thread.current_default_thread_limiter()
    return lambda: task in limiter.statistics().borrowers
