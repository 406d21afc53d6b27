"""What the calls of a pipeline have in common: the engine that all pipelines share, and the compiled policy of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple, Protocol

from failsoft.call import Call
from failsoft.clock import Clock
from failsoft.errors.failure import Failure
from failsoft.events import Event
from failsoft.machines.budget import Priority
from failsoft.policies.bulkhead import Compartment
from failsoft.policies.circuit_breaker import Breaker
from failsoft.policies.offload import Crew
from failsoft.policies.rate_limit import RateLimiter
from failsoft.policies.retry import Retry
from failsoft.policies.shared_limit import SharedLimiter
from failsoft.retries import Tally

__all__ = ["Engine", "Limits", "Reply"]


class Reply(NamedTuple):
    """What a policy needs to know of a response that was returned."""

    status: int = 200
    retry_after: float | None = None
    """Seconds, as its `Retry-After` says."""
    again: bool = False
    """The policy's own function of the result wants another attempt."""
    failed: bool = False
    """The circuit breaker's own function of the result calls it a failure."""


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
    report: Callable[[str, BaseException], None]
    """Counts and tells of something of Failsoft's, or of a function that a policy asks, that has failed."""

    def tell(self, call: Call, kind: type[Event], /, **facts: Any) -> None:
        """Publish an event about a call."""
        self.publish(
            kind(
                at=self.clock.time(),
                endpoint=call.endpoint,
                policy=call.policy,
                request_id=call.request_id,
                trace_id=call.trace_id,
                **facts,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """A compiled policy for one endpoint or guard."""

    name: str = ""
    rate: RateLimiter | None = None
    exact: SharedLimiter | None = None
    """The rate limit, if the store is to be asked about each call."""
    retry: Retry | None = None
    tally: Tally | None = None
    """Who counts its calls; there is one where there is a retry."""
    priority: Priority | None = None
    """Of its calls; None: that of the call around."""
    judge: Callable[[Any], Reply] | None = None
    """Reads in a result whether to repeat."""
    breaker: Breaker | None = None
    bulkhead: Compartment | None = None
    offload: Crew | None = None
    lacking: bool = False
    """There is no room for a circuit breaker, a bulkhead or threads that the policy asks for."""
    timeout: float | None = None
    deadline: float | None = None
