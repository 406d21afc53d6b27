"""A clock that stands still until it is told to move, or somebody sleeps by it."""

from __future__ import annotations

import asyncio
import math

__all__ = ["ManualClock"]

NOW = 1_795_305_723.004  # 2026-11-22T00:02:03.004Z


class ManualClock:
    """Implements `failsoft.Clock`. Sleeping moves it; an asynchronous sleep also lets other tasks run once.

    Parameters:
        wall: what `time` starts from, seconds since the Unix epoch.
    """

    def __init__(self, wall: float = NOW) -> None:
        self._passed = 0.0
        self._wall = wall
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return 1000.0 + self._passed

    def time(self) -> float:
        return self._wall + self._passed

    def advance(self, seconds: float) -> None:
        self._passed += seconds

    def step_wall(self, seconds: float) -> None:
        """Move the wall clock alone, as an operator or NTP does."""
        self._wall += seconds

    def sleep(self, seconds: float) -> None:
        if not (math.isfinite(seconds) and seconds >= 0):
            raise ValueError(f"time.sleep would refuse {seconds}")
        self.slept.append(seconds)
        self.advance(seconds)

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)
        await asyncio.sleep(0)
