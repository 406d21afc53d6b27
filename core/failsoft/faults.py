"""Where a test makes calls fail: within an attempt, just before what is protected runs. Unused, it costs one look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from threading import Lock
from typing import Protocol, TypeVar

from failsoft.call import Call
from failsoft.clock import Clock
from failsoft.current import EPOCH
from failsoft.run import Run

__all__ = ["FAULTS", "Fault"]

T = TypeVar("T")


class Fault(Protocol):
    """Something that may befall a call: it waits, raises, or does nothing."""

    def strike(self, call: Call, clock: Clock) -> None:
        """Before a synchronous attempt."""
        ...

    async def astrike(self, call: Call, clock: Clock) -> None:
        """Before an asynchronous attempt."""
        ...


class _Faults:
    """The faults that are armed, the latest last. Nothing in production."""

    __slots__ = ("_lock", "armed")

    def __init__(self) -> None:
        self.armed: tuple[Fault, ...] = ()
        """While there is any, no guard takes the quick way."""
        self._lock = Lock()

    def arm(self, fault: Fault) -> Callable[[], None]:
        """Let a fault befall calls from now on. Returns the way to end it."""
        with self._lock:
            self.armed = (*self.armed, fault)
        EPOCH.end()

        def disarm() -> None:
            with self._lock:
                self.armed = tuple(armed for armed in self.armed if armed is not fault)
            EPOCH.end()

        return disarm

    def before(self, run: Run, attempt: Callable[[], T]) -> Callable[[], T]:
        """An attempt that the faults may befall."""

        def struck() -> T:
            for fault in reversed(self.armed):
                fault.strike(run.call, run.engine.clock)
            return attempt()

        return struck

    def abefore(self, attempt: Callable[[Run], Awaitable[T]]) -> Callable[[Run], Awaitable[T]]:
        """As `before`, for an asynchronous attempt."""

        async def struck(run: Run) -> T:
            for fault in reversed(self.armed):
                await fault.astrike(run.call, run.engine.clock)
            return await attempt(run)

        return struck

    def at_the_door(self, run: Run) -> None:
        """Befall a block before it is entered."""
        try:
            self.before(run, _entered)()
        except Exception as exc:
            run.failed(exc)
            raise


def _entered() -> None:
    """There is nothing to run; the block follows."""


FAULTS = _Faults()
