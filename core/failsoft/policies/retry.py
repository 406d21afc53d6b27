"""Retry: which failures are worth another attempt, and after what delay."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Annotated, Any, ClassVar, Literal, cast

from msgspec import Meta

from failsoft.errors.exceptions import Fault
from failsoft.errors.failure import Failure
from failsoft.errors.taxonomy import Category
from failsoft.kinds import Kind, is_reference
from failsoft.machines.backoff import Backoff
from failsoft.machines.budget import Priority
from failsoft.options import Duration, Options, did_you_mean, shown
from failsoft.policies.conditions import CONDITIONS, FUNCTION, complaint, faults_of, loaded, meets, name_of

__all__ = ["STOP", "STRATEGIES", "STRATEGY", "Budget", "Retry"]

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


class _Stop:
    """The type of `STOP`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "failsoft.STOP"

    def __reduce__(self) -> str:
        return "STOP"


STOP = _Stop()
"""What a strategy returns where there is to be no other attempt; None says the same."""

Strategy = Callable[[Failure | None, int, Any], Any]
"""Called with the failure (None: a result is to be repeated), the number of the attempt that failed (1 is the first)
and the `Call`. Returns seconds to wait, or `STOP`."""


def _parse_strategy(value: object) -> Any:
    if isinstance(value, str):
        return value
    if callable(value) and not isinstance(value, type):
        return value
    raise ValueError("not a strategy")


STRATEGY = Kind('the name of a strategy, "package.module:name" of a function, or a function', _parse_strategy)
"""What may stand for a strategy."""


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
        Annotated[Any, STRATEGY] | None,
        Meta(description="Name of a built-in strategy whose values stand for those not given, or a function that says "
        "how long to wait."),
    ] = None  # fmt: skip
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
    retry_on: Annotated[
        Annotated[Any, CONDITIONS] | None,
        Meta(description="What is repeated, in place of `transient`, `categories` and `statuses`."),
    ] = None
    ignore: Annotated[
        Annotated[Any, CONDITIONS] | None, Meta(description="What is not repeated, whatever else says so.")
    ] = None
    retry_if_result: Annotated[
        Annotated[Any, FUNCTION] | None,
        Meta(description="Function of a result that says whether to repeat. For guards that are idempotent."),
    ] = None
    priority: Annotated[
        Priority | None,
        Meta(description="Who gets the last of the budget. Absent: that of the call around it, else `normal`."),
    ] = None
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
        if isinstance(self.strategy, str) and self.strategy not in STRATEGIES and not is_reference(self.strategy):
            expected = f"expected one of {', '.join(STRATEGIES)}{did_you_mean(self.strategy, STRATEGIES)}"
            yield Fault(f"{path}.strategy", shown(self.strategy), expected)
        yield from self._check_functions(path)
        if self.retry_on is not None and "categories" in self.given:
            yield Fault(f"{path}.categories", "", "expected retry_on or categories: retry_on decides alone")
        if self.base_delay is not None and self.max_delay is not None and self.base_delay > self.max_delay:
            yield Fault(f"{path}.base_delay", str(self.base_delay), f"expected at most max_delay ({self.max_delay})")

    def _check_functions(self, path: str) -> Iterable[Fault]:
        if not isinstance(self.strategy, str) and self.strategy is not None and (said := complaint(self.strategy, 3)):
            yield Fault(f"{path}.strategy", f"<{name_of(self.strategy)}>", said)
        if self.retry_if_result is not None and (said := complaint(self.retry_if_result, 1)):
            yield Fault(f"{path}.retry_if_result", f"<{name_of(self.retry_if_result)}>", said)
        why = "what was not let through is never repeated"
        yield from faults_of(self.retry_on or (), f"{path}.retry_on", no_rejections=why)
        yield from faults_of(self.ignore or (), f"{path}.ignore")

    def loaded(self, path: str) -> Retry:
        """The same with the code that it names by `"package.module:name"`.

        Raises:
            SettingsError: there is no such code, or it does not fit; lists all faults.
        """
        names = ("strategy", "retry_if_result", "retry_on", "ignore")
        return loaded(self, path, names, lambda made: made._check_functions(path))

    def wants(self, failure: Failure, exc: BaseException | None = None) -> bool:
        """Whether this failure is of a kind that another attempt may cure.

        Raises:
            Exception: what a condition of the user's raises.
        """
        if failure.rejected or failure.disconnected or (self.ignore and meets(self.ignore, failure, exc)):
            return False
        if self.retry_on is not None:
            return meets(self.retry_on, failure, exc)
        if not failure.transient or failure.presumed:
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

    @property
    def strategy_name(self) -> str:
        """What decides about the waits, in a word: a named strategy, a function, or the kind of backoff."""
        if self.strategy is None:
            return self.backoff
        return self.strategy if isinstance(self.strategy, str) else name_of(self.strategy)

    def own_delay(self, failure: Failure | None, attempt: int, call: Any) -> float | None:
        """What a strategy that is a function says, `max_delay` being its cap where it is given; None: stop.

        Raises:
            ValueError: it is not a number of seconds.
            Exception: what the function raises.
        """
        said = cast("Strategy", self.strategy)(failure, attempt, call)
        if said is None or said is STOP:
            return None
        if isinstance(said, bool) or not isinstance(said, (int, float)) or not 0 <= said < math.inf:
            raise ValueError("a strategy returns a number of seconds, or failsoft.STOP")
        return min(float(said), self.max_delay) if "max_delay" in self.given else float(said)

    def delay(self, attempt: int, previous: float | None, retry_after: float | None, rng: Random) -> float:
        """Seconds to wait after an attempt; what the peer asked for wins, and is capped by the deadline only."""
        return retry_after if retry_after is not None else self.curve().delay(attempt, previous, rng)
