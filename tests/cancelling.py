"""Runs a coroutine step by step in a real event loop, and breaks it off where it waits for the nth time."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, copy_context
from typing import Any

import anyio

from failsoft.timeouts import _Alarm

__all__ = ["ENDS", "End", "Stage", "a_while", "pending_timers"]

End = str
ENDS: tuple[End, ...] = (
    "cancelled",
    "cancelled twice",
    "cancelled again while it tidies up",
    "timeout around it",
    "sibling fails",
    "cancel scope",
    "closed",
)
"""How a coroutine may be broken off from outside."""


class Boom(Exception):
    """What the sibling in a task group raises."""


class Stage:
    """One run of a coroutine, in a task and a context of its own.

    Parameters:
        end: how it is broken off.
        point: at which of its waits, counted from 1; 0: it is left alone.
        at_point: called at each wait with its number, before anything is broken off.
    """

    def __init__(self, end: End, point: int, at_point: Callable[[int], None] = lambda _: None) -> None:
        self.end = end
        self.point = point
        self.points = 0
        self.context: Context = copy_context()
        self.broken_off = False
        self._at_point = at_point

    async def play(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run it. Returns what it returns, or None if it was broken off; what it raises else is raised."""
        task = asyncio.get_running_loop().create_task(self._play(coroutine), context=self.context)
        try:
            return await task
        except asyncio.CancelledError:
            assert task.cancelled()
            assert self.end.startswith("cancelled")
            self.broken_off = True
            return None

    async def _play(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        if self.end == "timeout around it":
            try:
                async with asyncio.timeout(None) as timer:
                    return await self._through(coroutine, lambda: timer.reschedule(loop.time()))
            except TimeoutError:
                assert timer.expired()
                self.broken_off = True
                return None
        if self.end == "sibling fails":
            return await self._beside(coroutine)
        if self.end == "cancel scope":
            with anyio.CancelScope() as scope:
                return await self._through(coroutine, scope.cancel)
            self.broken_off = True
            assert scope.cancelled_caught
            return None
        if self.end == "closed":
            return await self._through(coroutine, lambda: None)

        def cancel() -> None:
            task.cancel()
            if self.end == "cancelled twice":
                task.cancel()

        return await self._through(coroutine, lambda: loop.call_soon(cancel))

    async def _beside(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        failing = asyncio.Event()

        async def sibling() -> None:
            await failing.wait()
            if self.point and self.points >= self.point:
                raise Boom

        async def whole() -> Any:
            try:
                return await self._through(coroutine, failing.set)
            finally:
                failing.set()

        try:
            async with asyncio.TaskGroup() as group:
                # the group's tasks copy the context; ours is to be looked at
                going = group.create_task(whole(), context=self.context)
                group.create_task(sibling())
        except* Boom:
            self.broken_off = going.cancelled()
        return None if self.broken_off else going.result()

    @types.coroutine
    def _through(self, coroutine: Coroutine[Any, Any, Any], break_off: Callable[[], Any]) -> Generator[Any, Any, Any]:
        resume: Callable[[Any], Any] = coroutine.send
        value: Any = None
        while True:
            try:
                awaited = resume(value)
            except StopIteration as stop:
                return stop.value
            self.points += 1
            self._at_point(self.points)
            if self.points == self.point:
                if self.end == "closed":
                    coroutine.close()
                    self.broken_off = True
                    if awaited is not None:
                        awaited.cancel()
                    return None
                break_off()
            elif self.points == self.point + 1 and self.point and self.end == "cancelled again while it tidies up":
                break_off()
            try:
                value = yield awaited
                resume = coroutine.send
            except GeneratorExit:
                coroutine.close()
                raise
            except BaseException as exc:
                resume, value = coroutine.throw, exc


def pending_timers() -> list[Any]:
    """Timers of the running loop that were not cancelled; of the one that all limits share, limits that still run."""
    loop: Any = asyncio.get_running_loop()
    found: list[Any] = []
    for handle in loop._scheduled:
        owner = getattr(handle._callback, "__self__", None)
        if handle.cancelled():
            continue
        if isinstance(owner, _Alarm):
            found += [limit for *_, limit in owner._heap if limit._task is not None]
        else:
            found.append(handle)
    return found


async def a_while() -> None:
    """Wait once, for several turns of the loop, so that there is time for whatever comes from other tasks."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()

    def turn(left: int) -> None:
        if over.done():
            return
        if left:
            loop.call_soon(turn, left - 1)
        else:
            over.set_result(None)

    turn(8)
    await over
