"""What happened: one closed union of frozen records on one stream.

An event holds plain values and finished `Failure`s, no live object of a request, so it may be kept. Texts inside a
`Failure` are not sanitized; whoever writes them anywhere takes them through `sanitize`. The union is append-only.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from failsoft.call import NO_REQUEST, RequestFacts
from failsoft.errors.failure import Failure

__all__ = [
    "AttemptTimedOut",
    "AuditMissed",
    "AuditRecordsLost",
    "AuditStoreChanged",
    "BulkheadLimitChanged",
    "BypassChanged",
    "CallRejected",
    "CircuitBreakerCommanded",
    "CircuitBreakerTransition",
    "ErrorHandled",
    "Event",
    "ExactLimitMissed",
    "GuardCompleted",
    "InternalError",
    "LateResultDropped",
    "RetryEnded",
    "RetryScheduled",
    "SettingsReloaded",
    "StateStoreChanged",
    "WouldAnswer",
    "WouldReject",
    "WouldRetry",
    "WouldTimeout",
]

Result = Literal["handled", "unhandled", "skipped", "aborted", "fallback"]
"""`handled`: answered, an expected error. `unhandled`: answered, nobody expected it. `skipped`: the response had begun.
`aborted`: the client was gone. `fallback`: a degraded answer was given. (After ASP.NET's diagnostics conventions.)"""


class Event(Struct, frozen=True, kw_only=True):
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


class ErrorHandled(Event, frozen=True, kw_only=True):
    """A call failed finally: its attempts are over, and this was done about it. Exactly one for each failure."""

    failure: Failure
    status: int
    """Status of the answer; 499 for a client that went away."""
    result: Result
    source: str = ""
    facts: RequestFacts = NO_REQUEST
    duration: float = 0.0
    """Seconds since the call began."""
    audited: bool = False
    """The endpoint requires that this is on record before it is answered."""
    user: str | None = None
    """Who was authenticated, as far as the adapter knows it; not sanitized."""


class RetryScheduled(Event, frozen=True, kw_only=True):
    """An attempt failed and another one will follow."""

    attempt: int
    """Number of the attempt that failed, 1 for the first."""
    delay: float
    """Seconds until the next one."""
    failure: Failure | None
    """None when what was returned is the reason."""
    status: int | None = None
    """Of a returned response; None beside no failure: another result."""


class RetryEnded(Event, frozen=True, kw_only=True):
    """A call that was retried came to its end."""

    attempts: int
    outcome: Literal[
        "success",
        "max_attempts",
        "deadline",
        "not_retryable",
        "circuit_open",
        "bulkhead_full",
        "budget_exhausted",
        "cancelled",
    ]


class CallRejected(Event, frozen=True, kw_only=True):
    """A policy did not let the call run."""

    reason: Literal["circuit_open", "bulkhead_full", "rate_limited", "deadline"]
    retry_after: float | None = None


class AttemptTimedOut(Event, frozen=True, kw_only=True):
    """An attempt was cut off, or a synchronous one came back late."""

    attempt: int
    limit: float
    """Seconds."""
    kind: Literal["timeout", "deadline"]
    cut: bool = True
    """False: it was synchronous, ran on and returned late."""


class LateResultDropped(Event, frozen=True, kw_only=True):
    """A call that was offloaded and cut off has come back. Nobody waits for what it brings; its thread is free."""

    attempt: int
    duration: float
    """Seconds since it began."""
    error_type: str | None = None
    """Class of what it raised, if it did."""


class CircuitBreakerTransition(Event, frozen=True, kw_only=True):
    """A circuit breaker changed its state."""

    name: str
    from_state: str
    to_state: str
    reason: str
    retry_after: float | None = None


class CircuitBreakerCommanded(Event, frozen=True, kw_only=True):
    """Somebody has changed a circuit breaker by hand."""

    name: str
    command: Literal["reset", "force_open", "disable", "metrics_only"]
    from_state: str
    to_state: str
    actor: str | None = None
    """Who, if they said so; not sanitized."""
    reason: str | None = None
    """Why, in their words; not sanitized."""


class BulkheadLimitChanged(Event, frozen=True, kw_only=True):
    """An adaptive bulkhead has found another limit. Told at most once in ten seconds for each."""

    name: str
    from_limit: int
    """The limit that was told last."""
    to_limit: int


class GuardCompleted(Event, frozen=True, kw_only=True):
    """A guarded call is over. (Endpoints have their server span; guards have this.)"""

    duration: float
    """Seconds, all attempts and waits."""
    error_type: str | None = None


class WouldRetry(Event, frozen=True, kw_only=True):
    """In mode `observe`: enforcing would have repeated the call here."""

    attempt: int
    failure: Failure | None
    status: int | None = None


class WouldReject(Event, frozen=True, kw_only=True):
    """In mode `observe`: enforcing would have refused the call here."""

    reason: Literal["circuit_open", "bulkhead_full", "rate_limited", "deadline"]


class WouldTimeout(Event, frozen=True, kw_only=True):
    """In mode `observe`: enforcing would have cut the attempt off."""

    limit: float
    duration: float


class WouldAnswer(Event, frozen=True, kw_only=True):
    """In mode `observe`: enforcing would have answered with this status."""

    failure: Failure
    status: int
    source: str = ""
    facts: RequestFacts = NO_REQUEST


class SettingsReloaded(Event, frozen=True, kw_only=True):
    """The settings file was read again: taken over whole, or refused whole and the old settings kept."""

    ok: bool
    faults: int = 0
    """How many there are."""
    text: str = ""
    """The faults, one on a line, the first 20 of them. Sanitized, and without values that are secret."""
    changed: tuple[str, ...] = ()
    """Paths of the settings that are others now; never their values."""


class BypassChanged(Event, frozen=True, kw_only=True):
    """Failsoft stepped aside (`fs.bypass`), or came back."""

    bypassed: bool
    actor: str | None = None
    """Who had it do so, if they said; not sanitized."""
    reason: str | None = None
    """Why, in their words; not sanitized."""


class StateStoreChanged(Event, frozen=True, kw_only=True):
    """The store of shared state no longer answers, and each worker decides alone; or it answers again."""

    answering: bool
    store: Literal["redis", "sqlite"]
    reason: str = ""
    """Why it does not answer. Sanitized; "" when it does again."""


class AuditStoreChanged(Event, frozen=True, kw_only=True):
    """The store of the audit trail no longer takes records, and they go to the journal; or it takes them again."""

    answering: bool
    store: Literal["first", "backup"]
    reason: str = ""
    """Why it does not. Sanitized; "" when it does again."""
    usable: bool = True
    """False: it is reached, and cannot be used as it is: tables of something else, another key. Records stay in the
    journal until somebody has mended that."""


class AuditRecordsLost(Event, frozen=True, kw_only=True):
    """Audit records could not be kept anywhere."""

    count: int
    why: str


class AuditMissed(Event, frozen=True, kw_only=True):
    """An answer that was to wait for its audit record left without it, or was replaced by 503 because of it. Told at
    most once a second."""

    calls: int
    """How many, since it was last told."""


class ExactLimitMissed(Event, frozen=True, kw_only=True):
    """Calls under an exact rate limit were decided without its store. Told at most once in ten seconds for each."""

    reason: Literal["late", "unreachable", "event_loop"]
    """`late`: no answer within 20 ms. `unreachable`: the store does not answer, or refused. `event_loop`: a synchronous
    call in the thread of an event loop, which must not wait."""
    calls: int
    """How many, since it was last told."""


class InternalError(Event, frozen=True, kw_only=True):
    """Something in Failsoft itself failed; the request was answered all the same."""

    where: str
    type: str
    message: str
    """Sanitized."""
