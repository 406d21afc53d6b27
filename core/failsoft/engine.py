"""What the calls of a pipeline have in common: the engine that all pipelines share, and the compiled policy of one."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from threading import Lock
from typing import Any, NamedTuple, Protocol

from failsoft.call import Call
from failsoft.clock import Clock
from failsoft.errors.failure import Failure
from failsoft.events import Event
from failsoft.machines.budget import RetryBudget
from failsoft.policies.circuit_breaker import Breaker
from failsoft.policies.retry import Budget, Retry

__all__ = ["Engine", "Limits", "Reply", "SharedBudget"]


class Reply(NamedTuple):
    """What a policy needs to know of a response that was returned."""

    status: int
    retry_after: float | None = None
    """Seconds, as its `Retry-After` says."""


_MOST_NOTED = 256


class _Classify(Protocol):
    def __call__(self, exc: BaseException, call: Call) -> Failure: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What all pipelines of one Failsoft share."""

    clock: Clock
    rng: Random
    classify: _Classify
    publish: Callable[[Event], None]
    attempt_span: Callable[[Call], Any]
    """A context manager around an attempt after the first."""


class SharedBudget:
    """A retry budget for all threads: one for each policy and process.

    Calls are noted without the lock, and counted when a retry is asked for or so many have come together.
    """

    __slots__ = ("_budget", "_lock", "_noted", "_options")

    def __init__(self, options: Budget) -> None:
        self._options = options
        self._budget = RetryBudget(options.ratio, options.min_per_second)
        self._lock = Lock()
        self._noted: deque[float] = deque()

    def deposit(self, now: float) -> None:
        """Count one call."""
        noted = self._noted
        noted.append(now)
        if len(noted) > _MOST_NOTED:
            with self._lock:
                self._count()

    def withdraw(self, now: float) -> bool:
        """Ask for one retry."""
        with self._lock:
            self._count()
            return self._budget.withdraw(now)

    def remember(self) -> Callable[[], None]:
        """The way back to how it stands now."""
        with self._lock:
            self._count()
            kept = copy.deepcopy(self._budget)

        def restore() -> None:
            with self._lock:
                self._noted.clear()
                self._budget = copy.deepcopy(kept)

        return restore

    def renew(self) -> None:
        """Be as new."""
        with self._lock:
            self._noted.clear()
            self._budget = RetryBudget(self._options.ratio, self._options.min_per_second)

    def _count(self) -> None:
        noted, deposit = self._noted, self._budget.deposit
        for _ in range(len(noted)):
            deposit(noted.popleft())


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """A compiled policy for one endpoint or guard."""

    name: str = ""
    retry: Retry | None = None
    budget: SharedBudget | None = None
    breaker: Breaker | None = None
    timeout: float | None = None
    deadline: float | None = None
