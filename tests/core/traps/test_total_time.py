"""Time budgets that do not hold, and delays that all clients share."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest

import failsoft
from both_ways import Script, Way
from clocks import ManualClock
from failsoft import Budget, Failsoft, Policy, Retry
from failsoft.clock import SystemClock

LOST = ConnectionResetError


def test_a_wait_that_would_pass_the_deadline_is_not_begun(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    """Trap: a budget of 0.5 s with attempts of 0.3 s and waits of 0.4 s holds the caller for 1.0 s, for the budget is
    looked at only after the wait."""
    retry = Retry(max_attempts=9, base_delay=0.4, backoff="constant", jitter="none")
    guard = fs.guard("x", policy=Policy(deadline=0.5, retry=retry), idempotent=True)

    def body() -> Exception:
        clock.advance(0.3)
        return LOST()

    script, begun = Script(body), clock.monotonic()
    with pytest.raises(LOST):
        way.call(guard, script)
    assert (script.calls, clock.slept) == (1, [])
    assert clock.monotonic() - begun == pytest.approx(0.3)


def test_running_out_of_time_is_not_tried_again(make: Any) -> None:
    """Trap: the library's own deadline error is retried, so a budget of 0.5 s lasts 3.5 s."""
    runs = []
    fs = make(clock=SystemClock())
    guard = fs.guard("x", policy=Policy(deadline=0.01, retry=Retry(max_attempts=9, base_delay=0)), idempotent=True)

    async def hangs() -> None:
        runs.append(1)
        await asyncio.Event().wait()

    with pytest.raises(failsoft.OperationTimeoutError):
        asyncio.run(guard.acall(hangs))
    assert len(runs) == 1


def test_attempts_waits_and_all_stay_within_the_deadline(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    """Trap: each attempt has its own limit, and nobody adds them up."""
    retry = Retry(max_attempts=50, base_delay=0.2, backoff="constant", jitter="none")
    guard = fs.guard("x", policy=Policy(timeout=1, deadline=2, retry=retry), idempotent=True)

    def body() -> Exception:
        left = fs.remaining()
        assert left is not None
        clock.advance(min(0.25, left))
        return LOST()

    script, begun = Script(body), clock.monotonic()
    with pytest.raises(LOST):
        way.call(guard, script)
    assert clock.monotonic() - begun <= 2
    assert script.calls == 5


def test_a_nested_call_has_no_more_time_than_the_one_around_it(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    """Trap: the retry inside knows nothing of the deadline outside, and sleeps past it."""
    outer = fs.guard("outer", policy=Policy(deadline=1))
    retry = Retry(max_attempts=50, base_delay=0.4, backoff="constant", jitter="none")
    inner = fs.guard("inner", policy=Policy(retry=retry), idempotent=True)
    begun = clock.monotonic()
    with pytest.raises(LOST):
        way.run(way.nested(outer, way.through(inner, Script(LOST()))))
    assert clock.monotonic() - begun < 1


@pytest.mark.parametrize("jitter", ["full", "equal", "proportional", "decorrelated"])
def test_delays_differ_also_where_they_have_reached_their_cap(make: Any, clock: ManualClock, jitter: Any) -> None:
    """Trap: jitter is drawn before the cap, so that in a long outage 2000 of 2000 clients wait the same 5 s."""
    retry = Retry(
        max_attempts=100, base_delay=1, multiplier=2, max_delay=5, jitter=jitter, budget=Budget(min_per_second=1000)
    )
    fs = make(rng=Random(7))
    guard = fs.guard("x", policy=Policy(retry=retry), idempotent=True)
    for _ in range(10):
        with pytest.raises(LOST):
            guard.call(Script(LOST()))
    late = [delay for number, delay in enumerate(clock.slept) if number % 99 > 10]
    assert len(late) > 800
    assert len(set(late)) == len(late)
    assert max(clock.slept) <= 5


def test_the_delay_that_a_peer_asks_for_is_part_of_the_total(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    """Trap: a `Retry-After` goes past every cap there is."""
    error = failsoft.ServiceUnavailableError("in an hour", retry_after=3600)
    for policy in (Policy(retry=3, deadline=5), Policy(retry=3)):
        guard = fs.guard(f"x{policy.deadline}", policy=policy, idempotent=True)
        with pytest.raises(failsoft.ServiceUnavailableError):
            way.call(guard, Script(error))
    assert clock.slept == []
