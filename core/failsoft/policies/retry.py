"""Retry: which failures are worth another attempt, and after what delay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from failsoft.errors.exceptions import Fault
from failsoft.errors.failure import Failure
from failsoft.errors.taxonomy import Category
from failsoft.machines.backoff import Backoff
from failsoft.options import Duration, Options, did_you_mean, shown

__all__ = ["STRATEGIES", "Budget", "Retry"]

STRATEGIES: Mapping[str, Mapping[str, Any]] = {
    "general": {
        "base_delay": 0.1, "multiplier": 2.0, "max_delay": 30.0, "max_attempts": 5, "jitter": "full",
        "categories": ("network", "external_service", "resource"),
    },
    "network": {
        "base_delay": 0.05, "multiplier": 1.5, "max_delay": 5.0, "max_attempts": 10, "jitter": "equal",
        "categories": ("network",),
    },
    "external": {
        "base_delay": 1.0, "multiplier": 2.5, "max_delay": 60.0, "max_attempts": 3, "jitter": "decorrelated",
        "categories": ("external_service",),
    },
}  # fmt: skip
"""The named strategies that ship built in. Keys beside the name override them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget(Options):
    """How many retries there may be in proportion to calls (Finagle's rule), per policy and process."""

    ratio: Annotated[float, Meta(ge=0, le=10, description="Retries per call.")] = 0.2
    min_per_second: Annotated[float, Meta(ge=0, description="Retries per second that are always allowed.")] = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry(Options):
    """When to repeat, and how long to wait before.

    A failure is repeated if it is transient, its category (or the status of a returned response) is listed, the
    request may be repeated, attempts, deadline and budget allow it. A wait that would pass the deadline is not begun.
    A `Retry-After` of the failure replaces the computed delay.
    """

    strategy: Annotated[
        str | None, Meta(description="Name of a built-in strategy whose values stand for those not given.")
    ] = None
    max_attempts: Annotated[int, Meta(ge=1, le=100, description="Attempts in all, the first one included.")] = 3
    backoff: Annotated[
        Literal["constant", "linear", "exponential"],
        Meta(description="How the delay grows: not, by `base_delay`, or by `multiplier`."),
    ] = "exponential"
    base_delay: Annotated[Duration, Meta(description="Delay after the first attempt, before jitter.")] = 0.1
    max_delay: Annotated[Duration, Meta(description="Cap of the delay; the jitter is applied after it.")] = 5.0
    multiplier: Annotated[float, Meta(ge=1, le=100, description="Growth of an exponential delay.")] = 2.0
    jitter: Annotated[
        Literal["none", "full", "equal", "decorrelated", "proportional"],
        Meta(description="How the delays of many clients are spread."),
    ] = "full"
    categories: Annotated[
        tuple[Category, ...], Meta(description="Categories of failure that are repeated if transient.")
    ] = (Category.NETWORK, Category.EXTERNAL_SERVICE, Category.RESOURCE, Category.CONCURRENCY)
    statuses: Annotated[
        tuple[Annotated[int, Meta(ge=100, le=599)], ...],
        Meta(description="Statuses of a returned response that are repeated; also of a failure."),
    ] = (502, 503, 504)
    methods: Annotated[
        tuple[Annotated[str, Meta(pattern="^[A-Z][A-Z-]*$")], ...],
        Meta(description="Methods that may be repeated; more only by name, or `idempotent = true`."),
    ] = ("GET", "HEAD", "OPTIONS")
    budget: Annotated[Budget, Meta(description="Retries allowed in proportion to calls.")] = Budget()
    raise_exhausted: Annotated[
        bool, Meta(description="Raise `RetryExhaustedError` from the last exception instead of that exception.")
    ] = False

    shorthand: ClassVar[Callable[[Any], Mapping[str, Any] | None] | None] = staticmethod(
        lambda raw: {"strategy": raw} if isinstance(raw, str) else {"max_attempts": raw} if type(raw) is int else None
    )

    expected: ClassVar[str] = f"a table, the name of a strategy ({', '.join(STRATEGIES)}), or a number of attempts"

    def presets(self) -> Mapping[str, Any]:
        return STRATEGIES.get(self.strategy, {}) if isinstance(self.strategy, str) else {}

    def check(self, path: str) -> Iterable[Fault]:
        if self.strategy is not None and self.strategy not in STRATEGIES:
            expected = f"expected one of {', '.join(STRATEGIES)}{did_you_mean(self.strategy, STRATEGIES)}"
            yield Fault(f"{path}.strategy", shown(self.strategy), expected)
        if self.base_delay is not None and self.max_delay is not None and self.base_delay > self.max_delay:
            yield Fault(f"{path}.base_delay", str(self.base_delay), f"expected at most max_delay ({self.max_delay})")

    def wants(self, failure: Failure) -> bool:
        """Whether this failure is of a kind that another attempt may cure."""
        if failure.rejected or not failure.transient:
            return False
        return failure.category in self.categories or failure.status in self.statuses

    def wants_status(self, status: int) -> bool:
        """Whether a returned response of this status is worth another attempt."""
        return status in self.statuses

    def curve(self) -> Backoff:
        """The delays as a pure function."""
        return Backoff(
            kind=self.backoff,
            base_delay=self.base_delay,
            max_delay=self.max_delay,
            multiplier=self.multiplier,
            jitter=self.jitter,
        )

    def delay(self, attempt: int, previous: float | None, retry_after: float | None, rng: Random) -> float:
        """Seconds to wait after an attempt; what the peer asked for wins, and is capped by the deadline only."""
        return retry_after if retry_after is not None else self.curve().delay(attempt, previous, rng)
