"""Cutting off a task at its time, many tasks by one timer of their event loop.

`asyncio.timeout` arms and disarms a timer for each call, although hardly one ever goes off. Here the times wait in a
heap, one for each loop, and only the earliest is armed. A call that ends in time leaves its place empty, to be swept up
later. What is promised is what `asyncio.timeout` promises: cancelled once, told apart from a cancellation by others.
"""

from __future__ import annotations

import asyncio
from heapq import heapify, heappop, heappush
from itertools import count
from math import inf

__all__ = ["Timeout"]

_FEW = 256
"""Entries of a heap that are not worth sweeping up."""

_RUNNING, _FIRED, _EXPIRED, _OVER = range(4)


class Timeout:
    """A limit on what the current task does from now on, in place when made. `end` it on every path.

    Parameters:
        limit: seconds by the clock of the event loop; None: until `expire`.

    Raises:
        RuntimeError: there is no running event loop, or no task.
    """

    __slots__ = ("_cancelling", "_state", "_task")

    def __init__(self, limit: float | None) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("a timeout needs a task to cancel")
        self._task: asyncio.Task[object] | None = task
        self._cancelling = task.cancelling()
        self._state = _RUNNING
        if limit is not None:
            (_alarms.get(loop) or _alarm_of(loop)).add(loop.time() + limit, self)

    def expired(self) -> bool:
        """Whether it went off, in time or by `expire`."""
        return self._state in (_FIRED, _EXPIRED)

    def stop(self) -> None:
        """There is no limit any more, unless it went off already."""
        if self._state == _RUNNING:
            self._state = _OVER
            self._task = None

    def expire(self) -> None:
        """Go off now, unless that is over. To be called in the thread of the loop."""
        if self._state == _RUNNING and self._task is not None:
            self._state = _FIRED
            self._task.cancel()

    def end(self, error: BaseException | None) -> bool:
        """What was limited has ended. Returns whether `error` is the cancellation that came from here.

        So is a `TimeoutError` after it: somebody within has taken the cancellation for the end of a limit of his own.
        """
        task, self._task = self._task, None
        if self._state != _FIRED or task is None:
            if self._state == _RUNNING:
                self._state = _OVER
            return False
        self._state = _EXPIRED
        # if others have cancelled the task as well, it is theirs
        alone = task.uncancel() <= self._cancelling
        return isinstance(error, (TimeoutError, asyncio.CancelledError) if alone else TimeoutError)


class _Alarm:
    """The times of one loop. Used in its thread only."""

    __slots__ = ("_armed", "_handle", "_heap", "_loop", "_most", "_numbers")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._heap: list[tuple[float, int, Timeout]] = []
        self._most = _FEW
        # no two entries are compared beyond their number
        self._numbers = count()
        self._armed = inf
        self._handle: asyncio.TimerHandle | None = None

    def add(self, when: float, timeout: Timeout) -> None:
        heap = self._heap
        heappush(heap, (when, next(self._numbers), timeout))
        if when < self._armed:
            self._arm(when)
        if len(heap) > self._most:
            self._sweep()

    def _arm(self, when: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._armed = when
        self._handle = self._loop.call_at(when, self._ring)

    def _ring(self) -> None:
        self._handle, self._armed = None, inf
        now, heap = self._loop.time(), self._heap
        while heap and (heap[0][0] <= now or heap[0][2]._task is None):
            heappop(heap)[2].expire()
        if heap:
            self._arm(heap[0][0])

    def _sweep(self) -> None:
        self._heap = [entry for entry in self._heap if entry[2]._task is not None]
        heapify(self._heap)
        self._most = max(_FEW, 2 * len(self._heap))


_alarms: dict[asyncio.AbstractEventLoop, _Alarm] = {}


def _alarm_of(loop: asyncio.AbstractEventLoop) -> _Alarm:
    # loops that nobody closed stay here until they are, which is no worse than what they hold themselves
    for other in tuple(_alarms):
        if other.is_closed():
            _alarms.pop(other, None)
    return _alarms.setdefault(loop, _Alarm(loop))
