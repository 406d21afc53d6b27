"""What the calls of a guard have in common, compiled beforehand, and what one of them had when it began."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from math import inf
from typing import Any, NamedTuple, Protocol

from failsoft.call import Call
from failsoft.clock import Clock
from failsoft.current import EPOCH
from failsoft.events import CallRejected, Event, GuardCompleted
from failsoft.faults import FAULTS
from failsoft.machines.breaker import BreakerMachine, BreakerRules
from failsoft.pipeline import Pipeline
from failsoft.policies.bulkhead import Seat
from failsoft.retries import Tally

__all__ = ["Begin", "Owner", "Plan"]

_LOOK_AGAIN = 1.0
"""Seconds. What tells nobody when it changes, as an SDK that comes late, is looked up so often."""


class Owner(Protocol):
    """A `Failsoft`, as a guard sees it."""

    clock: Clock
    bypassed: bool

    @property
    def enforces(self) -> bool: ...
    def guard_pipeline(self, key: str, policy: Any) -> Pipeline: ...
    def roll_mode(self) -> Any: ...
    def wants(self, kind: type[Event]) -> bool: ...
    def publish(self, event: Event) -> None: ...


class Plan:
    """What a guard's calls need to know, compiled for one `Failsoft`. Good until `until` has come, or it is revoked.

    Parameters:
        epoch: the one in which `pipeline` was looked up. When it ends the plan is revoked.
    """

    __slots__ = (
        "__weakref__",
        "attends",
        "bare_until",
        "books",
        "breaker_name",
        "calm",
        "charged",
        "collect",
        "fs",
        "gather",
        "given",
        "heard",
        "hears_rejections",
        "limit",
        "machine",
        "name",
        "nests",
        "noted",
        "now",
        "open_duration",
        "pipeline",
        "priority",
        "record",
        "says_forced_open",
        "says_open",
        "slots",
        "slow_after",
        "tally",
        "tells",
        "times",
        "until",
        "well",
    )

    def __init__(self, fs: Owner, pipeline: Pipeline, epoch: int) -> None:
        limits = pipeline.limits
        self.fs = fs
        self.pipeline = pipeline
        self.now = fs.clock.monotonic
        self.name = limits.name
        self.limit = min((time for time in (limits.timeout, limits.deadline) if time is not None), default=None)
        self.tally = limits.tally
        self.priority = limits.priority
        self.charged = () if limits.tally is None else (limits.tally,)
        self.nests = limits.tally is not None and limits.tally.nests
        """Calls within are not counted, so its own are as soon as they begin. Else they are when they are over."""
        self.attends = self.limit is not None or self.priority is not None or self.nests
        """What is called has to be able to see the call: how much time is left, how important it is, or that it is
        counted already."""
        self.machine = _CLOSED
        self.record: Callable[[int, float, float], None] = _nobody
        self.gather: Callable[[], None] = _nobody
        self.calm: deque[float] | None = None
        """Where the ends of successful calls are noted while the circuit breaker is steady; None: nowhere."""
        self.slow_after = inf
        if (breaker := limits.breaker) is not None:
            self.machine, self.record, self.gather = breaker.machine, breaker.record, breaker.gather
            self.calm = breaker.machine.noted
            self.slow_after = breaker.options.slow_call_duration or inf
            self.open_duration = breaker.options.open_duration
            self.breaker_name = breaker.name
            self.says_open = f"circuit breaker {breaker.name!r} is open"
            self.says_forced_open = f"circuit breaker {breaker.name!r} is forced_open"
        self.slots = None if limits.bulkhead is None else limits.bulkhead.slots
        self.given: Callable[[float | None, bool, float], None] = (
            _nobody if limits.bulkhead is None else limits.bulkhead.given
        )
        self.heard = fs.wants(GuardCompleted)
        self.hears_rejections = fs.wants(CallRejected)
        self.tells = self.heard or self.hears_rejections
        self.books = self.heard or self.tally is not None
        quick = fs.enforces and not FAULTS.armed
        self.until = self.now() + _LOOK_AGAIN if quick else -inf
        self.times = self.slow_after < inf or self.calm is not None
        self.well: Callable[[float, Call | None], None] = _nobody if limits.tally is None else limits.tally.well
        self.noted = None if limits.tally is None else limits.tally.noted
        self.collect: Callable[[], None] = _nobody if limits.tally is None else partial(_collect, limits.tally)
        simple = not self.attends and self.slots is None and not self.heard
        self.bare_until = self.until if simple else -inf
        """The same for calls that have nothing but a circuit breaker and a retry."""
        EPOCH.join(self, epoch)

    @classmethod
    def none(cls) -> Plan:
        """None yet."""
        plan = cls.__new__(cls)
        plan.now = _long_ago
        plan.revoke()
        return plan

    def revoke(self) -> None:
        """It is no longer good."""
        self.until = self.bare_until = -inf


def _long_ago() -> float:
    return -inf


_CLOSED = BreakerMachine(BreakerRules())
"""For who has no circuit breaker."""
_CLOSED.steady = True


def _collect(tally: Tally) -> None:
    tally.budget.collect(tally)


def _nobody(*_: Any) -> None:
    """There is no circuit breaker, or no bulkhead, to tell."""


class Begin(NamedTuple):
    """How things stood when a call began."""

    begun: float
    """Monotonic seconds."""
    generation: int
    """Of the circuit breaker."""
    spent: int
    """Marks of exceptions on which attempts were spent."""
    seat: Seat | None
    """The slot of the bulkhead that was taken."""
