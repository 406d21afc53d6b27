"""Who waits for a slot: a thread, or a task of an event loop. Either may be woken from anywhere."""

from __future__ import annotations

import asyncio
from asyncio import events as _loops
from threading import TIMEOUT_MAX, Lock
from typing import Protocol

__all__ = ["TaskWaiter", "ThreadWaiter", "Waiter"]


class Waiter(Protocol):
    """One call in the queue."""

    @staticmethod
    def may_wait() -> bool:
        """Whether it may wait here at all."""
        ...

    def wake(self) -> None:
        """It has a slot. Called at most once, from any thread.

        Raises:
            RuntimeError: it is not there any more.
        """
        ...


class ThreadWaiter:
    """Waits in its own thread."""

    __slots__ = ("_gate",)

    def __init__(self) -> None:
        self._gate = Lock()
        self._gate.acquire()

    @staticmethod
    def may_wait() -> bool:
        """Not in the thread of an event loop: it would hold up all of its tasks, those among them that have slots."""
        return _loops._get_running_loop() is None

    def wake(self) -> None:
        """It has a slot."""
        self._gate.release()

    def wait(self, seconds: float) -> None:
        """Until it is woken, or so much time has passed."""
        self._gate.acquire(timeout=min(max(seconds, 0.0), TIMEOUT_MAX))


class TaskWaiter:
    """Waits in a task."""

    __slots__ = ("_future", "_loop")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._future: asyncio.Future[None] = self._loop.create_future()

    @staticmethod
    def may_wait() -> bool:
        """Always."""
        return True

    def wake(self) -> None:
        """It has a slot.

        Raises:
            RuntimeError: its event loop was closed.
        """
        if _loops._get_running_loop() is self._loop:
            self._open()
        else:
            self._loop.call_soon_threadsafe(self._open)

    async def wait(self, seconds: float) -> None:
        """Until it is woken, or so much time has passed."""
        timer = self._loop.call_later(seconds, self._open)
        try:
            await self._future
        finally:
            timer.cancel()

    def _open(self) -> None:
        if not self._future.done():
            self._future.set_result(None)
