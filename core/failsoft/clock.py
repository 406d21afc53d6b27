"""The only reader of time. Everything that needs the time is handed a `Clock`."""

from __future__ import annotations

import asyncio
import time as _time
from typing import Protocol

__all__ = ["Clock", "ExchangeableClock", "SystemClock"]


class Clock(Protocol):
    """Time as Failsoft sees it.

    `monotonic` decides (deadlines, windows, open circuits) and never goes back; `time` only dates records. A step of
    the wall clock therefore changes no decision.
    """

    def monotonic(self) -> float:
        """Seconds since some fixed point, never going back."""
        ...

    def time(self) -> float:
        """Seconds since the Unix epoch (UTC)."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block the calling thread."""
        ...

    async def asleep(self, seconds: float) -> None:
        """Suspend the calling task."""
        ...


class SystemClock:
    """The machine's clocks and sleeps."""

    __slots__ = ()

    monotonic = staticmethod(_time.monotonic)
    time = staticmethod(_time.time)
    sleep = staticmethod(_time.sleep)
    asleep = staticmethod(asyncio.sleep)


class ExchangeableClock:
    """A clock that reads another one, which can be exchanged while everybody holds this one.

    Reading costs what reading the other one costs: its methods are the attributes of this one.
    """

    __slots__ = ("_read", "monotonic", "time")

    def __init__(self, read: Clock) -> None:
        self.exchange(read)

    def exchange(self, read: Clock) -> None:
        """Read this clock from now on."""
        self._read = read
        self.monotonic = read.monotonic
        self.time = read.time

    def sleep(self, seconds: float) -> None:
        """Block the calling thread."""
        self._read.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Suspend the calling task."""
        await self._read.asleep(seconds)
