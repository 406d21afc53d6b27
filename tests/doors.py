"""Calls through the public doors of a guard that begin now and come to an end when the test says so."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import types
from collections.abc import Generator
from contextvars import copy_context
from typing import Any

import failsoft
from failsoft import Guard

__all__ = ["BREAKS", "DOORS", "ENDS", "Going", "begin", "come_to", "finish_all"]

DOORS = ("block", "coroutine", "asynchronous block", "thread")
"""A `with` block, `acall`, an `async with` block, and `call` in a thread of its own."""
BREAKS = ("interrupted", "cancelled", "closed")
ENDS = ("well", "lost", "client", *BREAKS)
"""How it ends: it returns, fails, fails for its caller's mistake; or is broken off, which is none of these."""

_RAISES: dict[str, Any] = {
    "lost": lambda: ConnectionResetError("lost"),
    "client": lambda: failsoft.NotFoundError("nothing"),
    "interrupted": KeyboardInterrupt,
    "cancelled": asyncio.CancelledError,
    "closed": GeneratorExit,
}


def come_to(end: str) -> str:
    """Return or raise as this end says."""
    if end in _RAISES:
        raise _RAISES[end]()
    return end


@types.coroutine
def _park() -> Generator[None, str, str]:
    end = yield
    return end


async def _parked() -> str:
    return come_to(await _park())


class Going:
    """A call that has begun. `end` brings it to its end and returns what came out of the door."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.context = copy_context()
        """Each call has a context of its own, as in a task or a thread."""
        self.begin()

    def begin(self) -> None:
        raise NotImplementedError

    def end(self, end: str) -> BaseException | None:
        raise NotImplementedError


class _Block(Going):
    def begin(self) -> None:
        self.context.run(self.guard.__enter__)

    def end(self, end: str) -> BaseException | None:
        error = None if end == "well" else _RAISES[end]()
        self.context.run(self.guard.__exit__, None if error is None else type(error), error, None)
        return error  # a block lets every exception through


class _Coroutine(Going):
    def begin(self) -> None:
        self.coroutine = self.make()
        self.context.run(self.coroutine.send, None)

    def make(self) -> Any:
        return self.guard.acall(_parked)

    def end(self, end: str) -> BaseException | None:
        if end == "closed":
            self.context.run(self.coroutine.close)
            return GeneratorExit()
        try:
            if end in BREAKS:
                self.context.run(self.coroutine.throw, _RAISES[end]())
            else:
                self.context.run(self.coroutine.send, end)
        except StopIteration as stop:
            return None if stop.value == "well" else AssertionError(stop.value)
        except BaseException as error:
            return error
        raise AssertionError("it waits once more")


class _AsynchronousBlock(_Coroutine):
    def make(self) -> Any:
        async def through() -> str:
            async with self.guard:
                return await _parked()

        return through()


class _Thread(Going):
    def begin(self) -> None:
        self.inside, self.over = threading.Event(), threading.Event()
        self.how = ""
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        self.inside.wait(60)
        if self.error is not None:
            self.thread.join()
            raise self.error

    def run(self) -> None:
        try:
            self.guard.call(self.wait)
        except BaseException as error:
            self.error = error
        self.inside.set()

    def wait(self) -> str:
        self.inside.set()
        self.over.wait(60)
        return come_to(self.how)

    def end(self, end: str) -> BaseException | None:
        self.how = end
        self.over.set()
        self.thread.join()
        return self.error


_KINDS: dict[str, type[Going]] = dict(zip(DOORS, (_Block, _Coroutine, _AsynchronousBlock, _Thread), strict=True))


def begin(guard: Guard, door: str) -> Going:
    """Begin a call through this door.

    Raises:
        RejectedError: it was turned away.
    """
    return _KINDS[door](guard)


def finish_all(going: list[Going]) -> None:
    """At the end of a test."""
    for each in going:
        with contextlib.suppress(BaseException):
            each.end("cancelled")
