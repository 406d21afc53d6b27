"""Sliding windows: how many of the recent calls there were, failed, and were slow.

Two kinds with the same verbs. A `CountWindow` remembers the last n calls, a `TimeWindow` those of the last seconds.
Both keep running sums, so that recording costs the same whatever the window's size. Neither reads a clock nor takes a
lock: `now` is handed in, and the caller holds the lock.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from math import floor, inf
from typing import NamedTuple, Protocol, TypeVar

__all__ = ["CountWindow", "TimeWindow", "Window", "WindowCounts", "taken"]

T = TypeVar("T")


class WindowCounts(NamedTuple):
    """What a window holds at one moment."""

    total: int
    """Calls that count."""
    failures: int
    """Those among them that failed, slow ones included."""
    slow: int
    """Those among them that were slow, failed ones included."""

    @property
    def failure_rate(self) -> float:
        """Failures per call, 0 to 1; 0 for an empty window."""
        return self.failures / self.total if self.total else 0.0

    @property
    def slow_rate(self) -> float:
        """Slow calls per call, 0 to 1; 0 for an empty window."""
        return self.slow / self.total if self.total else 0.0


class Window(Protocol):
    """The verbs both kinds share. The three sums are those of the last `record` or `counts`."""

    total: int
    failures: int
    slow: int
    full: bool
    """One more call takes the place of an old one: where all were successes, one more success changes nothing."""

    @property
    def place(self) -> int:
        """Where the next call is recorded, if old calls leave by being replaced."""
        ...

    def record(self, now: float, /, failed: bool, slow: bool) -> None:
        """Count one finished call. `now` is in monotonic seconds."""
        ...

    def counts(self, now: float, /) -> WindowCounts:
        """What counts at `now`; what has grown old by then is left out."""
        ...

    def reset(self, now: float, /) -> None:
        """Forget everything."""
        ...

    def refill(self, now: float, counts: WindowCounts, run: int, age: float, /) -> None:
        """Hold what another window held, as far as this one reaches.

        Parameters:
            counts: what it held.
            run: how many of the latest calls failed.
            age: how long ago it held that, in seconds.
        """
        ...


_FAILED = 1  # and 2 is slow
_EMPTY = 4


class CountWindow:
    """The last `size` calls, one byte each.

    A slot not yet used holds a mark of its own. Once the ring has filled, a success that replaces a success therefore
    finds its own value there and only moves on: that is the path of a healthy service.

    Parameters:
        size: how many calls are remembered, at least 1.

    Raises:
        ValueError: `size` is below 1.
    """

    __slots__ = ("_last", "_ring", "_slot", "failures", "full", "slow", "total")

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError(f"a window holds at least one call, not {size}")
        self._slot = self._last = size - 1
        self.reset(0.0)

    def record(self, _now: float, /, failed: bool, slow: bool) -> None:
        """Count one finished call in place of the oldest. O(1), no allocation."""
        slot = self._slot
        self._slot = slot - 1 if slot else self._last  # downwards: zero is the cheapest end to test for
        bits = failed | slow << 1 if failed or slow else 0
        if self._ring[slot] != bits:
            self._replace(slot, bits)

    def _replace(self, slot: int, bits: int) -> None:
        old = self._ring[slot]
        self._ring[slot] = bits
        if old == _EMPTY:
            self.total += 1
            self.full = self.total > self._last
            old = 0
        self.failures += (bits & _FAILED) - (old & _FAILED)
        self.slow += (bits >> 1) - (old >> 1)

    @property
    def place(self) -> int:
        """Moves with each call that is recorded."""
        return self._slot

    def counts(self, _now: float, /) -> WindowCounts:
        """The last `size` calls; time plays no part."""
        return WindowCounts(self.total, self.failures, self.slow)

    def reset(self, _now: float, /) -> None:
        """Forget everything."""
        self._ring = bytearray((_EMPTY,)) * (self._last + 1)
        self._slot = self._last
        self.total = self.failures = self.slow = 0
        self.full = False

    def refill(self, now: float, counts: WindowCounts, run: int, _age: float, /) -> None:
        """As many calls in the same proportion, failures in a row last and all others evenly spread."""
        self.reset(now)
        total = min(counts.total, self._last + 1)
        failures, slow = (part * total // max(1, counts.total) for part in counts[1:])
        run = min(run, failures)
        others = total - run
        for number in range(total):
            failed = number >= others or _spread(failures - run, number, others) > 0
            self.record(now, failed, _spread(slow, number, total) > 0)


_NOTHING = (0, 0, 0)
_LONG_AGO = -(1 << 62)


class TimeWindow:
    """The calls of the last `seconds`, in `buckets` of equal length.

    The bucket being filled counts in full, so what is seen reaches back between `seconds` less one bucket and
    `seconds`. Buckets begin at multiples of their length. A call dated before the current bucket (the clock was read
    before the lock was had) counts in the current one: time never runs backwards here.

    Parameters:
        seconds: how far back the window reaches.
        buckets: the grain; memory and the cost of one jump in time are proportional to it. Default 10.

    Raises:
        ValueError: `seconds` is not above 0, or `buckets` is below 1.
    """

    __slots__ = ("_before", "_buckets", "_past", "_slot", "_until", "_width", "failures", "slow", "total")

    full = False
    """Never: each call counts."""
    place = 0
    """Nowhere: what is old leaves with time."""

    def __init__(self, seconds: float, buckets: int = 10) -> None:
        if not seconds > 0 or buckets < 1:
            raise ValueError(f"a window needs a length and a bucket, not {seconds} s in {buckets}")
        self._width = seconds / buckets
        self._buckets = buckets
        self.reset(0.0)

    def record(self, now: float, /, failed: bool, slow: bool) -> None:
        """Count one finished call. O(1); the first call after a pause costs at most one step per bucket."""
        if now >= self._until:
            self._advance(now)
        self.total += 1
        if failed:
            self.failures += 1
        if slow:
            self.slow += 1

    def successes(self, times: Sequence[float], /) -> None:
        """Count calls that went well, the earliest first: as `record` for each, in one step for each bucket."""
        done = 0
        while done < len(times):
            now = times[done]
            if now >= self._until:
                self._advance(now)
            # the end of a bucket is rounded, so it may come out a little before what is in it
            upto = max(done + 1, bisect_left(times, self._until, done))
            self.total += upto - done
            done = upto

    def counts(self, now: float, /) -> WindowCounts:
        """What counts at `now`, after dropping the buckets that have grown old."""
        if now >= self._until:
            self._advance(now)
        return WindowCounts(self.total, self.failures, self.slow)

    def reset(self, _now: float, /) -> None:
        """Forget everything."""
        self._past = [_NOTHING] * self._buckets
        self._before = _NOTHING
        self._slot = _LONG_AGO
        self._until = -inf
        self.total = self.failures = self.slow = 0

    def refill(self, now: float, counts: WindowCounts, _run: int, age: float, /) -> None:
        """What is left of them, if they came evenly."""
        self.reset(now)
        buckets, width = self._buckets, self._width
        if age >= buckets * width:
            return
        for bucket in range(buckets):
            at = now - age - (buckets - 1 - bucket) * width
            if at >= self._until:
                self._advance(at)
            self.total += _spread(counts.total, bucket, buckets)
            self.failures += _spread(counts.failures, bucket, buckets)
            self.slow += _spread(counts.slow, bucket, buckets)
        if now >= self._until:
            self._advance(now)

    def _advance(self, now: float) -> None:
        # The current bucket is not counted by itself: it is the growth of the sums since it began.
        # The garbage collector may end another call meanwhile, in this thread, that counts as one of the new bucket.
        past, buckets = self._past, self._buckets
        slot = floor(now / self._width)
        self._until = inf
        if slot > self._slot:
            total, failures, slow = self.total, self.failures, self.slow
            gone_total = gone_failures = gone_slow = 0
            before_total, before_failures, before_slow = self._before
            past[self._slot % buckets] = (total - before_total, failures - before_failures, slow - before_slow)
            for passed in range(self._slot + 1, min(slot, self._slot + buckets) + 1):
                old_total, old_failures, old_slow = past[passed % buckets]
                past[passed % buckets] = _NOTHING
                gone_total += old_total
                gone_failures += old_failures
                gone_slow += old_slow
            self._slot = slot
            self._before = (total - gone_total, failures - gone_failures, slow - gone_slow)
            self.total -= gone_total
            self.failures -= gone_failures
            self.slow -= gone_slow
        self._until = (self._slot + 1) * self._width


def _spread(amount: int, place: int, places: int) -> int:
    """How much of an amount falls to a place, where it is spread evenly."""
    return amount * (place + 1) // places - amount * place // places


def taken(noted: deque[T]) -> list[T]:
    """What is there now. The garbage collector may end another call meanwhile, in this thread, that takes some too."""
    found: list[T] = []
    try:
        for _ in range(len(noted)):
            found.append(noted.popleft())  # noqa: PERF401 - what was taken stays taken
    except IndexError:
        pass
    return found
