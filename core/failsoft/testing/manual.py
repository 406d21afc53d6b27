"""A clock that stands still until it is told to move, or somebody sleeps by it."""

from __future__ import annotations

import asyncio
import math
from threading import Lock

__all__ = ["ManualClock"]

_NOW = 1_795_305_723.004  # 2026-11-22T00:02:03.004Z


class ManualClock:
    """Implements `failsoft.Clock`. Sleeping moves it at once; an asynchronous sleep also lets other tasks run once.

    Parameters:
        time: what `time` starts from, seconds since the Unix epoch.
        monotonic: what `monotonic` starts from.
    """

    def __init__(self, time: float = _NOW, *, monotonic: float = 1000.0) -> None:
        self._monotonic = self._origin = monotonic
        self._wall = time
        self._lock = Lock()
        self.slept: list[float] = []
        """How long each sleep was to be, in seconds."""

    def monotonic(self) -> float:
        """Seconds since some fixed point, never going back."""
        return self._monotonic

    def time(self) -> float:
        """Seconds since the Unix epoch."""
        return self._wall + (self._monotonic - self._origin)

    def advance(self, seconds: float) -> None:
        """Let time pass.

        Raises:
            ValueError: it would go back.
        """
        if not (math.isfinite(seconds) and seconds >= 0):
            raise ValueError(f"time does not pass by {seconds} seconds")
        with self._lock:
            # added to what is read, so that `now + 30` is what the clock says after `advance(30)`, to the last bit
            self._monotonic += seconds

    def step_wall(self, seconds: float) -> None:
        """Move the wall clock alone, forwards or back, as an operator or NTP does."""
        with self._lock:
            self._wall += seconds

    def sleep(self, seconds: float) -> None:
        """Advance at once, and note it in `slept`."""
        if not (math.isfinite(seconds) and seconds >= 0):
            raise ValueError(f"time.sleep would refuse {seconds}")
        self.slept.append(seconds)
        self.advance(seconds)

    async def asleep(self, seconds: float) -> None:
        """As `sleep`, and other tasks run once."""
        self.sleep(seconds)
        await asyncio.sleep(0)
