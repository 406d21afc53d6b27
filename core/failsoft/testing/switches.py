"""Time, waits, circuits and Failsoft itself, as a test wants them; put back at the end of the block."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from failsoft.clock import Clock
from failsoft.current import EPOCH
from failsoft.facade import Failsoft, everyone
from failsoft.kinds import did_you_mean
from failsoft.policies.circuit_breaker import Breaker
from failsoft.testing.manual import ManualClock
from failsoft.testing.places import everywhere

__all__ = ["clock", "disabled", "force_closed", "force_open", "no_sleep"]


@contextmanager
def clock(fs: Failsoft | None = None) -> Iterator[ManualClock]:
    """Turn the time by hand within the block. It starts from what time it is.

    At the end the instance has its own clock again, and its circuits, retry budgets, rate limits and adaptive limits
    stand as they stood before: what happened at times that never were is forgotten.

    Parameters:
        fs: the instance; None: every one.
    """
    chosen = everyone() if fs is None else [fs]
    manual = ManualClock(
        time=max((each.clock.time() for each in chosen), default=ManualClock().time()),
        monotonic=max((each.clock.monotonic() for each in chosen), default=ManualClock().monotonic()),
    )

    def apply(each: Failsoft) -> Callable[[], None]:
        way_back = each.remember()
        before = each.exchange_clock(manual)

        def restore() -> None:
            each.exchange_clock(before)
            way_back()

        return restore

    with everywhere(fs, apply):
        yield manual


class _Sleepless:
    """A clock by which nobody sleeps."""

    def __init__(self, read: Clock, slept: list[float]) -> None:
        self.monotonic = read.monotonic
        self.time = read.time
        self._slept = slept

    def sleep(self, seconds: float) -> None:
        self._slept.append(seconds)

    async def asleep(self, seconds: float) -> None:
        self._slept.append(seconds)
        await asyncio.sleep(0)


@contextmanager
def no_sleep(fs: Failsoft | None = None) -> Iterator[list[float]]:
    """Wait for nothing within the block: retries follow at once. Yields the list of the waits left out, in seconds.

    No time passes for a wait that is left out, so it is not charged to the deadline either; where that matters, take
    `clock`.

    Parameters:
        fs: the instance; None: every one.
    """
    slept: list[float] = []

    def apply(each: Failsoft) -> Callable[[], None]:
        before = each.exchange_clock(_Sleepless(each.clock, slept))
        return lambda: _ignored(each.exchange_clock(before))

    with everywhere(fs, apply):
        yield slept


def _ignored(_: object) -> None:
    """Nobody wants it."""


@contextmanager
def disabled(fs: Failsoft | None = None) -> Iterator[None]:
    """Let Failsoft step aside within the block: requests meet the bare framework, guards only call.

    Parameters:
        fs: the instance; None: every one.
    """

    def apply(each: Failsoft) -> Callable[[], None]:
        before = each.bypassed
        each.bypassed = True
        EPOCH.end()

        def restore() -> None:
            each.bypassed = before
            EPOCH.end()

        return restore

    with everywhere(fs, apply):
        yield


@contextmanager
def force_open(name: str, fs: Failsoft | None = None) -> Iterator[None]:
    """Keep a circuit open within the block: no call is made. After it the circuit stands as before.

    Parameters:
        name: of the circuit breaker: `guard:payments`, `GET /quotes/{symbol}`, `policy:upstream`. It may be made later.
        fs: the instance; None: every one.

    Raises:
        AssertionError: at the end of the block, there is no circuit breaker of this name.
    """
    with _forced(name, fs, Breaker.force_open):
        yield


@contextmanager
def force_closed(name: str, fs: Failsoft | None = None) -> Iterator[None]:
    """Let every call pass within the block, whatever becomes of it. After it the circuit stands as before.

    Its state is `disabled` meanwhile. Parameters and exceptions are those of `force_open`.
    """
    with _forced(name, fs, Breaker.disable):
        yield


@contextmanager
def _forced(name: str, fs: Failsoft | None, command: Callable[[Breaker], None]) -> Iterator[None]:
    met: set[str] = set()
    forced: list[Breaker] = []

    def apply(each: Failsoft) -> Callable[[], None]:
        breakers, ways_back = each.circuit_breakers, []

        def force(breaker: Breaker) -> None:
            met.add(breaker.name)
            if breaker.name == name:
                ways_back.append(breaker.remember())
                forced.append(breaker)
                command(breaker)

        def restore() -> None:
            breakers.watching = tuple(told for told in breakers.watching if told is not force)
            for way_back in ways_back:
                way_back()

        breakers.watching = (*breakers.watching, force)
        for breaker in tuple(breakers.values()):
            force(breaker)
        return restore

    with everywhere(fs, apply):
        yield
    if not forced:
        known = ", ".join(sorted(met)) or "none"
        raise AssertionError(f"there is no circuit breaker {name!r} (there are: {known}){did_you_mean(name, met)}")
