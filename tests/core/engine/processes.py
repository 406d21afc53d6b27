"""What a child process does with guards, whether it was forked or spawned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import failsoft
from clocks import ManualClock
from failsoft import Budget, Bulkhead, CircuitBreaker, Failsoft, Guard, Policy, Retry

__all__ = ["EVERYTHING", "guarded", "spent_alone", "spent_and_told"]

EVERYTHING = Policy(
    deadline=60,
    retry=Retry(max_attempts=2, base_delay=0, budget=Budget(ratio=0, min_per_second=1)),
    circuit_breaker=CircuitBreaker(failure_threshold=4, open_duration=30, half_open_calls=1, half_open_max_wait=1000),
    bulkhead=Bulkhead(max_concurrent=2, max_queue=1, max_wait=60),
    rate_limit="8/day",
)


def guarded(fs: Failsoft, name: str = "x") -> Guard:
    """A guard with every policy there is."""
    return fs.guard(name, policy=EVERYTHING, idempotent=True)


def lost() -> None:
    """Fails, every time."""
    raise ConnectionResetError


def outcome_of(call: Callable[[], Any]) -> str:
    """What a call came to, in a word."""
    try:
        call()
    except Exception as exc:
        return type(exc).__name__
    return "well"


def spent_alone(fs: Failsoft, name: str = "x") -> list[str]:
    """Ten calls on guards that nobody else has spent anything of."""
    guard = guarded(fs, name)
    outcomes = [outcome_of(lambda: guard.call(lost)) for _ in range(3)]
    outcomes.append(fs.circuit_breakers[f"guard:{name}"].state)
    fs.circuit_breakers[f"guard:{name}"].reset()
    outcomes += [outcome_of(lambda: guard.call(str)) for _ in range(6)]
    snapshot = fs.bulkheads[f"guard:{name}"].snapshot()
    return [*outcomes, f"{snapshot.in_use}/{snapshot.limit}"]


SPENT_ALONE = ["ConnectionResetError"] * 2 + ["CircuitOpenError", "open"] + ["well"] * 5 + ["RateLimitError", "0/2"]


def spent_and_told(pipe: Any) -> None:
    """`spent_alone`, in a process of its own."""
    with Failsoft({}, clock=ManualClock()) as fs:
        pipe.send(spent_alone(fs))
    pipe.close()


def works(fs: Failsoft) -> str:
    """What guards are good for in a process that was forked, whatever other threads held: `works`, or what is wrong."""
    told: list[Any] = []
    unsubscribe = fs.events.subscribe(told.append)
    plain = fs.guard("plain", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=3), bulkhead=1, retry=3))
    expected = ["ConnectionResetError"] * 3 + ["CircuitOpenError"]
    found = [outcome_of(lambda: plain.call(lost)) for _ in range(4)]
    if found != expected:
        return f"plain: {found}"
    found = spent_alone(fs, "fresh")
    if found != SPENT_ALONE:
        return f"fresh: {found}"
    unsubscribe()
    if not told:
        return "nothing was told"
    if fs.handle(ValueError("x")).status != 500:
        return "no answer"
    with Failsoft({}) as other:
        return "works" if failsoft.guard("y", policy=Policy(bulkhead=1)).call(str) == "" and other else "no other"
