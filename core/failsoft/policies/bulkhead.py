"""Bulkhead: so many calls at the same time, and no more. Options, and the machine under a lock."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from threading import RLock
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar

from msgspec import Meta

from failsoft.clock import Clock
from failsoft.errors.exceptions import BulkheadFullError, Fault
from failsoft.events import BulkheadLimitChanged, Event
from failsoft.machines.adaptive import Aimd, Gradient2, Samples
from failsoft.machines.slots import Slots, SlotsSnapshot
from failsoft.options import Duration, Options
from failsoft.policies.registry import LIMIT, Registry
from failsoft.policies.waiting import Waiter

__all__ = ["Bulkhead", "Bulkheads", "Compartment", "Holding", "Seat"]

W = TypeVar("W", bound=Waiter)
Seat: TypeAlias = "deque[None]"
"""A slot that was taken: where its token came from, and goes back to."""

_USUAL = 20
_LARGEST = 200
_LAWS: dict[str, type[Gradient2 | Aimd]] = {"gradient2": Gradient2, "aimd": Aimd}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulkhead(Options):
    """How many calls may run at the same time, and how many more may wait for their turn.

    With `adaptive` the limit finds itself, between `min_concurrent` and `max_concurrent`.
    """

    max_concurrent: Annotated[
        int | None, Meta(ge=1, description="Most calls at the same time. Required, but for `adaptive`: there 200.")
    ] = None
    max_queue: Annotated[int, Meta(ge=0, description="Calls that may wait for a slot, first come first served.")] = 0
    max_wait: Annotated[
        Duration, Meta(description="How long one waits, within its deadline. Required by `max_queue`.")
    ] = 0.0
    adaptive: Annotated[
        Literal["gradient2", "aimd"] | None,
        Meta(description="Find the limit: by how long calls take (`gradient2`), or by failures for load (`aimd`)."),
    ] = None
    min_concurrent: Annotated[
        int | None, Meta(ge=1, description="`adaptive`: the limit sinks no lower. 20, or `max_concurrent` if lower.")
    ] = None
    initial_concurrent: Annotated[
        int | None, Meta(ge=1, description="`adaptive`: the limit at first. As `min_concurrent`.")
    ] = None

    expected: ClassVar[str] = "a table, or a number of calls"
    shorthand: ClassVar[Callable[[Any], Mapping[str, Any] | None] | None] = staticmethod(
        lambda raw: {"max_concurrent": raw} if type(raw) is int else None
    )

    def check(self, path: str) -> Iterable[Fault]:
        if self.max_queue and self.max_wait == 0:
            yield Fault(f"{path}.max_wait", "", "required by max_queue")
        if self.max_wait and self.max_queue == 0:
            yield Fault(f"{path}.max_queue", "", "required by max_wait")
        if self.adaptive is None:
            # what was given and is None has a fault of its own
            if self.max_concurrent is None and not self.given & {"max_concurrent", "adaptive"}:
                yield Fault(f"{path}.max_concurrent", "", "required, or adaptive")
            for name in ("min_concurrent", "initial_concurrent"):
                if getattr(self, name) is not None:
                    yield Fault(f"{path}.{name}", str(getattr(self, name)), "expected together with adaptive")
            return
        lowest, highest, first = self.bounds
        if lowest > highest:
            yield Fault(f"{path}.min_concurrent", str(lowest), f"expected at most max_concurrent ({highest})")
        elif not lowest <= first <= highest:
            expected = f"expected from min_concurrent ({lowest}) to max_concurrent ({highest})"
            yield Fault(f"{path}.initial_concurrent", str(first), expected)

    @property
    def bounds(self) -> tuple[int, int, int]:
        """Lowest, highest and first limit."""
        highest = self.max_concurrent or _LARGEST
        if self.adaptive is None:
            return highest, highest, highest
        lowest = self.min_concurrent or min(_USUAL, highest)
        return lowest, highest, self.initial_concurrent or lowest


class Compartment:
    """One bulkhead at work: the machine, a lock around it, and waiters woken after the lock."""

    __slots__ = (
        "_announced",
        "_announced_at",
        "_clock",
        "_lock",
        "_publish",
        "_samples",
        "gone",
        "name",
        "options",
        "slots",
        "used",
    )

    ANNOUNCE = 10.0
    """Seconds. A limit that keeps moving is told of so often."""

    def __init__(self, name: str, options: Bulkhead, clock: Clock, publish: Callable[[Event], None]) -> None:
        first = options.bounds[2]
        self.name = name
        self.options = options
        self._clock = clock
        self._publish = publish
        # the garbage collector may end an abandoned call in the thread that is inside
        self._lock = RLock()
        self._samples = _samples(options)
        self._announced = first
        self._announced_at = -inf
        self.used = -inf
        """When a call last came, in monotonic seconds. Guards in a hurry say so each second only."""
        self.gone = False
        """It is not in the registry any more; another one may be there under its name."""
        self.slots: Slots[Waiter] = Slots(first, options.max_queue, watched=self._samples is not None)
        """What decides. Its tokens may be taken and given back without the lock, as it says."""

    def __repr__(self) -> str:
        return f"<Bulkhead {self.name!r} {self.slots.in_use}/{self.slots.limit}>"

    @property
    def spare(self) -> bool:
        """Nobody is inside, or waits."""
        return not self.slots.in_use and not self.slots.queued

    def enter(self, wait: Callable[[], Waiter] | None) -> Seat | Waiter | None:
        """Ask for a slot: it, or a place in the queue, or None.

        Parameters:
            wait: makes whoever waits; None: nobody may.
        """
        slots = self.slots
        with self._lock:
            granted = slots.settle()
            answer: Seat | Waiter | None = None
            if slots.take():
                answer = slots.free
            elif wait is None or not slots.room:
                slots.rejected += 1
            elif slots.queue(waiter := wait()):
                answer = waiter
                granted = [*granted, *slots.settle()]
        self._wake(granted)
        return answer

    def force(self) -> tuple[Seat, bool]:
        """Take a slot that may not be there; and whether the call would have got one, or a place in the queue."""
        with self._lock:
            fits = self.slots.force()
            return self.slots.free, fits

    def claim(self, waiter: Waiter) -> Seat | None:
        """Its wait is over: the slot it got, or None."""
        slots = self.slots
        with self._lock:
            granted = slots.settle()
            seat = slots.free if slots.claim(waiter) else None
        self._wake([other for other in granted if other is not waiter])
        return seat

    def abandon(self, waiter: Waiter) -> None:
        """It waits no longer, and wants no slot either. A second time it does nothing."""
        slots = self.slots
        with self._lock:
            slots.abandon(waiter)
            granted = slots.settle()
        self._wake(granted)

    def give(self, seat: Seat, took: float | None, dropped: bool, now: float) -> None:
        """Give a slot back.

        Parameters:
            seat: as it was handed out.
            took: seconds that the call took; None: they say nothing about load.
            dropped: it failed, and load may be why.
            now: monotonic seconds.
        """
        seat.append(None)
        if self.slots.attended:
            self.given(took, dropped, now)

    def given(self, took: float | None, dropped: bool, now: float) -> None:
        """What is to be done after a token was given back, if `slots.attended`; as for `give`."""
        slots, samples, event = self.slots, self._samples, None
        if samples is not None and took is not None:
            noted, in_flight = samples.noted, slots.limit - len(slots.free) + 1
            if now <= samples.until and not dropped and not slots.urgent and len(noted) < samples.MOST_NOTED:
                # a success within the window, as nearly all are
                noted.append(took)
                samples.peak = max(samples.peak, in_flight)
                return
        with self._lock:
            if samples is not None and took is not None:
                limit = samples.add(now, took, slots.in_use + 1, dropped)
                if limit != slots.limit:
                    slots.resize(limit)
                if limit != self._announced and now >= self._announced_at + self.ANNOUNCE:
                    event = self._change(limit, now)
            granted = slots.settle()
        self._wake(granted)
        if event is not None:
            self._publish(event)

    def full(self) -> BulkheadFullError:
        """What to raise for a call that got no slot."""
        options, limit = self.options, self.slots.limit
        details = {"max_concurrent": limit, "max_queue": options.max_queue}
        retry_after = max(1.0, options.max_wait)
        return BulkheadFullError(name=self.name, details=details, retry_after=retry_after)

    def snapshot(self) -> SlotsSnapshot:
        """Everything that can be told of it now."""
        with self._lock:
            return self.slots.snapshot()

    def adopt(self, options: Bulkhead) -> None:
        """Go by other options from now on; who has a slot or waits for one keeps it. Other bounds are found anew."""
        with self._lock:
            before, self.options = self.options, options
            limit = self.slots.limit
            if (options.adaptive, options.bounds) != (before.adaptive, before.bounds):
                self._samples, limit = _samples(options), options.bounds[2]
                self._announced, self._announced_at = limit, -inf
            self.slots.adopt(limit, options.max_queue, watched=self._samples is not None)
            granted = self.slots.settle()
        self._wake(granted)

    def forget(self) -> None:
        """Begin anew in a forked process: the lock may be held, and slots and queue belong to threads left behind."""
        self._lock = RLock()
        self.slots.forget()

    def remember(self) -> Callable[[], None]:
        """The way back to the limit as it stands now. Slots and queue stay with the calls that have them."""
        with self._lock:
            samples, told = self._samples, (self._announced, self._announced_at)
            kept, limit = samples and _once_more(samples), self.slots.limit

        def restore() -> None:
            self._put(kept and _once_more(kept), limit, *told)

        return restore

    def renew(self) -> None:
        """Find the limit anew."""
        first = self.options.bounds[2]
        self._put(_samples(self.options), first, first, -inf)

    def _put(self, samples: Samples | None, limit: int, announced: int, announced_at: float) -> None:
        with self._lock:
            self._samples = samples
            self._announced, self._announced_at = announced, announced_at
            if limit != self.slots.limit:
                self.slots.resize(limit)
            granted = self.slots.settle()
        self._wake(granted)

    def _change(self, limit: int, now: float) -> Event:
        event = BulkheadLimitChanged(
            at=self._clock.time(), endpoint=self.name, name=self.name, from_limit=self._announced, to_limit=limit
        )
        self._announced, self._announced_at = limit, now
        return event

    def _wake(self, granted: Sequence[Waiter]) -> None:
        for waiter in granted:
            try:
                waiter.wake()
            except RuntimeError:
                # its event loop was closed under it: somebody else may have the slot
                self.abandon(waiter)


def _samples(options: Bulkhead) -> Samples | None:
    if options.adaptive is None:
        return None
    lowest, highest, first = options.bounds
    return Samples(_LAWS[options.adaptive](first, lowest, highest), first)


def _once_more(samples: Samples) -> Samples:
    samples.gather()
    made = copy.copy(samples)
    # what others append meanwhile without the lock is theirs, and a law has nothing but numbers
    made.noted, made.law = deque(), copy.copy(samples.law)
    return made


class Holding:
    """One call's part in a bulkhead: a slot, a place in the queue, or neither."""

    __slots__ = ("_waiter", "bulkhead", "dropped", "seat", "took")

    def __init__(self, bulkhead: Compartment) -> None:
        self.bulkhead = bulkhead
        self.seat: Seat | None = None
        self.took: float | None = None
        """Seconds, if they say something about load."""
        self.dropped = False
        self._waiter: Waiter | None = None

    @property
    def seated(self) -> bool:
        """It has a slot."""
        return self.seat is not None

    def enter(self, wait: type[W]) -> W | None:
        """Ask for a slot. Returns who waits for it, if there is a queue to wait in."""
        answer = self.bulkhead.enter(wait if wait.may_wait() else None)
        if isinstance(answer, wait):
            self._waiter = answer
            return answer
        self.seat = answer if isinstance(answer, deque) else None
        return None

    def force(self) -> bool:
        """Take a slot that may not be there. Returns whether there was one, or a place in the queue."""
        self.seat, fits = self.bulkhead.force()
        return fits

    def claim(self) -> bool:
        """The wait is over. Returns whether there is a slot now."""
        waiter, self._waiter = self._waiter, None
        if waiter is not None:
            self.seat = self.bulkhead.claim(waiter)
        return self.seated

    def leave(self, now: float) -> None:
        """Give back whatever it has. A second time it does nothing."""
        waiter, self._waiter = self._waiter, None
        if waiter is not None:
            self.bulkhead.abandon(waiter)
        seat, self.seat = self.seat, None
        if seat is not None:
            took, self.took = self.took, None
            self.bulkhead.give(seat, took, self.dropped, now)


class Bulkheads(Registry[Compartment, Bulkhead]):
    """The bulkheads of one Failsoft by name."""

    def __init__(self, clock: Clock, publish: Callable[[Event], None], *, limit: int = LIMIT) -> None:
        super().__init__("bulkhead", clock, limit=limit)
        self._publish = publish

    def _make(self, name: str, options: Bulkhead) -> Compartment:
        return Compartment(name, options, self._clock, self._publish)

    def snapshots(self) -> dict[str, SlotsSnapshot]:
        """The slots of each."""
        return {name: compartment.snapshot() for name, compartment in self._there.items()}
