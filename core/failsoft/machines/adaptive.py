"""A limit on concurrency that finds itself, from how long calls take and how many of them fail for load.

The laws and their numbers are those of Netflix's concurrency-limits (`Gradient2Limit`, `AIMDLimit`), and so is the
window of samples in front of them (`WindowedLimit` over the average). Times are seconds here, not whole nanoseconds.

The machines read no clock and take no lock. What a sample leaves behind is gone by the end of its window.
"""

from __future__ import annotations

from collections import deque
from math import inf
from typing import Protocol

__all__ = ["Aimd", "Gradient2", "Law", "Samples"]


class Law(Protocol):
    """Draws a new limit from the samples of one window."""

    def update(self, rtt: float, in_flight: int, dropped: bool) -> int:
        """The new limit.

        Parameters:
            rtt: seconds that a call took, on average.
            in_flight: most calls at the same time.
            dropped: a call failed for load.
        """
        ...


class Gradient2:
    """Compares how long calls take now with how long they take in the long run.

    While both are alike (within `tolerance`), the limit grows by `queue` steps, smoothed. When calls become slower it
    shrinks with the ratio of the two, but at most by half. It does not grow while less than half of it is used.
    """

    __slots__ = ("_counted", "_estimate", "_long", "_maximum", "_minimum", "_sum")

    SMOOTHING = 0.2
    QUEUE = 4
    TOLERANCE = 1.5
    LONG_WINDOW = 600
    WARM_UP = 10

    def __init__(self, initial: int, minimum: int, maximum: int) -> None:
        self._estimate = float(initial)
        self._minimum = minimum
        self._maximum = maximum
        self._long = self._sum = 0.0
        self._counted = 0

    def update(self, rtt: float, in_flight: int, dropped: bool) -> int:  # noqa: ARG002 - it goes by time alone
        """The new limit; see `Law`."""
        estimate = self._estimate
        long = self._average(rtt)
        if long / rtt > 2:
            # slow for long, and fast again: do not wait for the average to find out
            self._long *= 0.95
        if in_flight < estimate / 2:
            return int(estimate)
        gradient = max(0.5, min(1.0, self.TOLERANCE * long / rtt))
        wanted = estimate * gradient + self.QUEUE
        smoothed = estimate * (1 - self.SMOOTHING) + wanted * self.SMOOTHING
        self._estimate = max(self._minimum, min(self._maximum, smoothed))
        return int(self._estimate)

    def _average(self, rtt: float) -> float:
        if self._counted < self.WARM_UP:
            self._counted += 1
            self._sum += rtt
            self._long = self._sum / self._counted
        else:
            factor = 2.0 / (self.LONG_WINDOW + 1)
            self._long = self._long * (1 - factor) + rtt * factor
        return self._long


class Aimd:
    """Additive increase, multiplicative decrease: one more while at least half is used, a tenth less for a failure."""

    __slots__ = ("_limit", "_maximum", "_minimum")

    BACKOFF = 0.9
    TOO_LONG = 5.0
    """Seconds. What takes longer counts as a failure."""

    def __init__(self, initial: int, minimum: int, maximum: int) -> None:
        self._limit = initial
        self._minimum = minimum
        self._maximum = maximum

    def update(self, rtt: float, in_flight: int, dropped: bool) -> int:
        """The new limit; see `Law`."""
        limit = self._limit
        if dropped or rtt > self.TOO_LONG:
            limit = int(limit * self.BACKOFF)
        elif in_flight * 2 >= limit:
            limit += 1
        self._limit = min(self._maximum, max(self._minimum, limit))
        return self._limit


class Samples:
    """Gathers samples for a law, and asks it once in a second.

    A window with fewer than ten samples is thrown away, and so is a sample below 100 µs: neither says anything.

    The caller holds a lock around `add`. Until `until`, a success needs none: append its seconds to `noted`, as long as
    that is shorter than `MOST_NOTED`, and raise `peak` to the number of calls in flight.
    """

    __slots__ = ("_count", "_dropped", "_sum", "law", "limit", "noted", "peak", "until")

    WINDOW = 1.0
    FEWEST = 10
    SHORTEST = 0.0001
    MOST_NOTED = 500

    def __init__(self, law: Law, initial: int) -> None:
        self.limit = initial
        """The latest limit."""
        self.until = -inf
        """The window ends with the first sample after this time, in monotonic seconds."""
        self.noted: deque[float] = deque()
        """Samples that are not counted yet."""
        self.peak = 0
        """Most calls in flight in this window."""
        self.law = law
        self._sum = 0.0
        self._count = 0
        self._dropped = False

    def add(self, now: float, rtt: float, in_flight: int, dropped: bool) -> int:
        """Take one sample: a call that ended at `now`. Returns the limit."""
        self.gather()
        if not self._include(rtt):
            return self.limit
        self.peak = max(self.peak, in_flight)
        self._dropped = self._dropped or dropped
        if now > self.until:
            self.until = now + self.WINDOW
            if self._count >= self.FEWEST:
                self.limit = self.law.update(self._sum / self._count, self.peak, self._dropped)
            self._sum = 0.0
            self._count = self.peak = 0
            self._dropped = False
        return self.limit

    def gather(self) -> None:
        """Count what was noted. The caller holds the lock."""
        for _ in range(len(self.noted)):
            if self.noted:
                self._include(self.noted.popleft())

    def _include(self, rtt: float) -> bool:
        if rtt < self.SHORTEST:
            return False
        self._sum += rtt
        self._count += 1
        return True
