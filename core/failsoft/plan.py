"""What the calls of a guard have in common, compiled beforehand, and what one of them had when it began."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any, NamedTuple, Protocol

from failsoft.clock import Clock
from failsoft.current import EPOCH
from failsoft.events import CallRejected, Event, GuardCompleted
from failsoft.faults import FAULTS
from failsoft.machines.breaker import BreakerMachine
from failsoft.pipeline import Pipeline
from failsoft.policies.bulkhead import Seat

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
    """What a guard's calls need to know, compiled for one `Failsoft`. Good until the epoch ends or `until` has come."""

    __slots__ = (
        "attends",
        "books",
        "breaker_name",
        "charged",
        "epoch",
        "fs",
        "given",
        "heard",
        "hears_rejections",
        "limit",
        "machine",
        "name",
        "nests",
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
        "until",
    )

    def __init__(self, fs: Owner, pipeline: Pipeline) -> None:
        limits = pipeline.limits
        self.epoch = EPOCH.number
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
        self.machine: BreakerMachine | None = None
        self.record: Callable[[int, float, float], None] = _nobody
        self.slow_after = inf
        if (breaker := limits.breaker) is not None:
            self.machine, self.record = breaker.machine, breaker.record
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
