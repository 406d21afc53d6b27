"""Clocks that are set, and places where it is another hour."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

import failsoft
from both_ways import SYNC, Script, Way
from clocks import ManualClock
from failsoft import CircuitBreaker, Failsoft, Policy

LOST = ConnectionResetError


@pytest.mark.parametrize("step", [-3600, 3600, -86400 * 365, 86400 * 365])
def test_a_step_of_the_wall_clock_neither_shortens_nor_prolongs_an_open_circuit(
    fs: Failsoft, way: Way, clock: ManualClock, step: int
) -> None:
    """Trap: after a step of an hour back, a circuit that opens for 30 s stays open for an hour more."""
    breaker = CircuitBreaker(failure_threshold=1, open_duration=30, half_open_calls=1)
    guard = fs.guard("x", policy=Policy(circuit_breaker=breaker))
    with pytest.raises(LOST):
        way.call(guard, Script(LOST()))
    clock.step_wall(step)
    clock.advance(29)
    with pytest.raises(failsoft.CircuitOpenError) as caught:
        way.call(guard, Script("well"))
    assert caught.value.retry_after == 1
    clock.advance(1)
    assert way.call(guard, Script("well")) == "well"


@pytest.mark.parametrize("step", [-3600, 3600])
def test_a_step_of_the_wall_clock_moves_no_window_budget_or_limit(
    fs: Failsoft, way: Way, clock: ManualClock, step: int
) -> None:
    """Trap: the same for whatever else counts in time."""
    policy = Policy(
        rate_limit="2/minute", deadline=30, circuit_breaker=CircuitBreaker(failure_rate_threshold=1.0, window="60s")
    )
    guard = fs.guard("x", policy=policy)
    with pytest.raises(LOST):
        way.call(guard, Script(LOST()))
    clock.step_wall(step)
    assert fs.circuit_breakers["guard:x"].snapshot().counts.total == 1
    assert way.call(guard, lambda: fs.remaining()) == 30
    with pytest.raises(failsoft.RateLimitError):
        way.call(guard, Script("well"))


@pytest.fixture(params=["UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone of this system cannot be changed here")
def test_an_open_circuit_says_the_same_time_in_every_zone(zone: str) -> None:
    """Trap: opened by UTC and compared with local time, 60 s become 5:00:59 in New York and a TypeError in Berlin."""
    with Failsoft({}) as fs:
        breaker = CircuitBreaker(failure_threshold=1, open_duration=60)
        guard = fs.guard("x", policy=Policy(circuit_breaker=breaker))
        with pytest.raises(LOST):
            SYNC.call(guard, Script(LOST()))
        with pytest.raises(failsoft.CircuitOpenError) as caught:
            guard.call(Script("well"))
    assert 0 < caught.value.retry_after <= 60
