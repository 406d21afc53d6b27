"""A lock that is held while user code runs."""

from __future__ import annotations

import threading

import pytest

from core.engine.test_parallel import at_once
from failsoft import CircuitBreaker, Failsoft, Policy, RateLimit, Retry

POLICIES = {
    "circuit breaker": Policy(circuit_breaker=CircuitBreaker(failure_threshold=5)),
    "retry": Policy(retry=Retry(max_attempts=3)),
    "rate limit": Policy(rate_limit=RateLimit(rate="1000/second")),
    "limits in time": Policy(timeout=60, deadline=60),
    "everything": Policy(
        circuit_breaker=CircuitBreaker(), retry=Retry(), rate_limit=RateLimit(rate="1000/second"), deadline=60
    ),
}


@pytest.mark.parametrize("block", [False, True], ids=["call", "with"])
@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_eight_threads_are_inside_at_the_same_time(fs: Failsoft, policy: Policy, block: bool) -> None:
    """Trap: the breaker's lock is held for the whole call, so eight threads run one after the other."""
    guard = fs.guard("x", policy=policy)
    # nobody leaves before all have come, so a single one that had to wait outside would break it
    everybody = threading.Barrier(8)

    def work(number: int) -> bool:
        if not block:
            return guard.call(everybody.wait, 60) >= 0
        with guard:
            return everybody.wait(60) >= 0

    assert at_once(work) == [True] * 8


def test_an_observer_may_ask_the_breaker_that_told_it(fs: Failsoft) -> None:
    """Trap: listeners are called under the lock, and one that asks for the state waits for itself."""
    seen: list[str] = []
    guard = fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=1)))

    def ask(_: object) -> None:
        from_elsewhere = threading.Thread(target=lambda: seen.append(fs.circuit_breakers["guard:x"].snapshot().state))
        from_elsewhere.start()
        from_elsewhere.join(60)

    fs.events.subscribe(ask)
    with pytest.raises(ConnectionResetError):
        guard.call(lambda: (_ for _ in ()).throw(ConnectionResetError()))
    assert seen[0] == "open"
