"""What the calls of a pipeline have in common: the engine that all pipelines share, and the compiled policy of one."""

from __future__ import annotations

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
    """A retry budget under a lock: one for each policy and process."""

    __slots__ = ("_budget", "_lock")

    def __init__(self, options: Budget) -> None:
        self._budget = RetryBudget(options.ratio, options.min_per_second)
        self._lock = Lock()

    def deposit(self, now: float) -> None:
        """Count one call."""
        with self._lock:
            self._budget.deposit(now)

    def withdraw(self, now: float) -> bool:
        """Ask for one retry."""
        with self._lock:
            return self._budget.withdraw(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """A compiled policy for one endpoint or guard."""

    name: str = ""
    retry: Retry | None = None
    budget: SharedBudget | None = None
    breaker: Breaker | None = None
    timeout: float | None = None
    deadline: float | None = None
