"""What happened: one closed union of frozen records on one stream.

An event holds plain values and finished `Failure`s, no live object of a request, so it may be kept. Texts inside a
`Failure` are not sanitized; whoever writes them anywhere takes them through `sanitize`. The union is append-only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from failsoft.call import NO_REQUEST, RequestFacts
from failsoft.errors.failure import Failure

__all__ = [
    "AttemptTimedOut",
    "CallRejected",
    "CircuitBreakerTransition",
    "ErrorHandled",
    "Event",
    "GuardCompleted",
    "InternalError",
    "RetryEnded",
    "RetryScheduled",
    "WouldAnswer",
    "WouldReject",
    "WouldRetry",
    "WouldTimeout",
]

Result = Literal["handled", "unhandled", "skipped", "aborted", "fallback"]
"""`handled`: answered, an expected error. `unhandled`: answered, nobody expected it. `skipped`: the response had begun.
`aborted`: the client was gone. `fallback`: a degraded answer was given. (After ASP.NET's diagnostics conventions.)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events.

    Attributes:
        at: wall-clock seconds since the Unix epoch.
        endpoint: key of the endpoint or guard.
        policy: name of the policy in force, "" if none.
        request_id: of the request that was being served, "" if none.
        trace_id: 32 hexadecimal digits, or None.
    """

    at: float
    endpoint: str = ""
    policy: str = ""
    request_id: str = ""
    trace_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorHandled(Event):
    """A call failed finally: its attempts are over, and this was done about it. Exactly one for each failure."""

    failure: Failure
    status: int
    """Status of the answer; 499 for a client that went away."""
    result: Result
    source: str = ""
    facts: RequestFacts = NO_REQUEST
    duration: float = 0.0
    """Seconds since the call began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryScheduled(Event):
    """An attempt failed and another one will follow."""

    attempt: int
    """Number of the attempt that failed, 1 for the first."""
    delay: float
    """Seconds until the next one."""
    failure: Failure | None
    """None when a returned status is the reason."""
    status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryEnded(Event):
    """A call that was retried came to its end."""

    attempts: int
    outcome: Literal[
        "success", "max_attempts", "deadline", "not_retryable", "circuit_open", "budget_exhausted", "cancelled"
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRejected(Event):
    """A policy did not let the call run."""

    reason: Literal["circuit_open", "bulkhead_full", "rate_limited", "deadline"]
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptTimedOut(Event):
    """An attempt was cut off, or a synchronous one came back late."""

    attempt: int
    limit: float
    """Seconds."""
    kind: Literal["timeout", "deadline"]
    cut: bool = True
    """False: it was synchronous, ran on and returned late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitBreakerTransition(Event):
    """A circuit breaker changed its state."""

    name: str
    from_state: str
    to_state: str
    reason: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardCompleted(Event):
    """A guarded call is over. (Endpoints have their server span; guards have this.)"""

    duration: float
    """Seconds, all attempts and waits."""
    error_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldRetry(Event):
    """In mode `observe`: enforcing would have repeated the call here."""

    attempt: int
    failure: Failure | None
    status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldReject(Event):
    """In mode `observe`: enforcing would have refused the call here."""

    reason: Literal["circuit_open", "bulkhead_full", "rate_limited", "deadline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldTimeout(Event):
    """In mode `observe`: enforcing would have cut the attempt off."""

    limit: float
    duration: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldAnswer(Event):
    """In mode `observe`: enforcing would have answered with this status."""

    failure: Failure
    status: int
    source: str = ""
    facts: RequestFacts = field(default=NO_REQUEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalError(Event):
    """Something in Failsoft itself failed; the request was answered all the same."""

    where: str
    type: str
    message: str
    """Sanitized."""
