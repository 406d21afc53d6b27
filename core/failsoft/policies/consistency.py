"""Whether the parts of a policy go together: what cannot be is refused, what is hardly meant is warned of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from failsoft.errors.exceptions import Fault
from failsoft.kinds import format_duration
from failsoft.policies.bulkhead import Bulkhead
from failsoft.policies.circuit_breaker import CircuitBreaker
from failsoft.policies.retry import Retry

__all__ = ["contradictions", "doubts"]


class Parts(Protocol):
    """A policy, as far as its parts may contradict each other."""

    @property
    def timeout(self) -> float | None: ...
    @property
    def deadline(self) -> float | None: ...
    @property
    def retry(self) -> Retry | None: ...
    @property
    def circuit_breaker(self) -> CircuitBreaker | None: ...
    @property
    def bulkhead(self) -> Bulkhead | None: ...


def contradictions(policy: Parts, path: str) -> Iterable[Fault]:
    """What can never come true."""
    deadline, timeout = policy.deadline, policy.timeout
    if deadline and timeout is not None and timeout > deadline:
        expected = f"expected at most deadline ({format_duration(deadline)}), which ends the call before"
        yield Fault(f"{path}.timeout", format_duration(timeout), expected)


def doubts(policy: Parts, path: str) -> Iterable[Fault]:
    """What is allowed, and hardly meant."""
    breaker, timeout = policy.circuit_breaker, policy.timeout
    slow = None if breaker is None else breaker.slow_call_duration
    if slow is not None and timeout is not None and slow >= timeout:
        said = f"not below timeout ({format_duration(timeout)}), which ends a call before it is slow"
        yield Fault(f"{path}.circuit_breaker.slow_call_duration", format_duration(slow), said)
    deadline, bulkhead = policy.deadline, policy.bulkhead
    if deadline is not None and bulkhead is not None and bulkhead.max_wait > deadline:
        said = f"longer than deadline ({format_duration(deadline)}), which ends the wait before"
        yield Fault(f"{path}.bulkhead.max_wait", format_duration(bulkhead.max_wait), said)
    yield from _too_short(policy, path)


def _too_short(policy: Parts, path: str) -> Iterable[Fault]:
    deadline, timeout, retry = policy.deadline, policy.timeout, policy.retry
    if deadline is None or retry is None or retry.max_attempts == 1:
        return
    attempts, each = retry.max_attempts, timeout or 0.0
    # how long a function of the user's waits is not known before
    waits = 0.0 if callable(retry.strategy) else round(retry.curve().longest(attempts - 1), 3)
    if attempts * each + waits <= deadline:
        return
    said = f"shorter than all that it allows ({format_duration(attempts * each + waits)}): {attempts} attempts"
    said += f" of up to {format_duration(each)}" if timeout is not None else ""
    said += f", waits of up to {format_duration(waits)}" if waits else ""
    yield Fault(f"{path}.deadline", format_duration(deadline), said)
