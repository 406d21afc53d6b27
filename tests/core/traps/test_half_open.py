"""The moment at which an open circuit is tried again, with everybody waiting for it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

import failsoft
from both_ways import SYNC, Script, Way
from clocks import ManualClock
from core.engine.test_parallel import at_once
from failsoft import CircuitBreaker, Failsoft, Guard, Policy

LOST = ConnectionResetError


def opened(fs: Failsoft, clock: ManualClock, **options: Any) -> Guard:
    """A guard whose circuit has been open until now."""
    guard = fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(**options)))
    while not fs.circuit_breakers or fs.circuit_breakers["guard:x"].state == "closed":
        with contextlib.suppress(LOST):
            SYNC.call(guard, Script(LOST()))
    clock.advance(fs.circuit_breakers["guard:x"].snapshot().retry_after)
    return guard


@pytest.mark.parametrize("options", [{"failure_threshold": 5}, {}], ids=["in a row", "by default"])
@pytest.mark.parametrize("block", [False, True], ids=["acall", "async with"])
def test_of_two_hundred_tasks_one_finds_out_that_it_is_still_dead(
    fs: Failsoft, clock: ManualClock, options: dict[str, Any], block: bool
) -> None:
    """Trap: half-open lets everybody through, and 200 of 200 calls reach a backend that is still dead."""
    guard, hits = opened(fs, clock, **options), []

    async def dead() -> None:
        hits.append(1)
        for _ in range(5):
            await asyncio.sleep(0)
        raise LOST

    async def through_block() -> None:
        async with guard:
            await dead()

    async def main() -> list[Any]:
        calls = [through_block() if block else guard.acall(dead) for _ in range(200)]
        return await asyncio.gather(*calls, return_exceptions=True)

    outcomes = [type(outcome) for outcome in asyncio.run(main())]
    assert len(hits) == 1
    assert (outcomes.count(LOST), outcomes.count(failsoft.CircuitOpenError)) == (1, 199)


def test_of_eight_threads_one_finds_out(fs: Failsoft, clock: ManualClock) -> None:
    """Trap: the same with threads, where the check and the count are two steps."""
    for _ in range(50):
        guard = opened(fs, clock, failure_threshold=1, half_open_calls=1, open_multiplier=1.0)
        script = Script(LOST())
        kinds = [type(outcome) for outcome in at_once(lambda number: guard.call(script))]
        assert (kinds.count(LOST), kinds.count(failsoft.CircuitOpenError), script.calls) == (1, 7, 1)


@pytest.mark.parametrize("options", [{"half_open_calls": 1}, {"half_open_calls": 3}])
def test_a_probe_that_hangs_does_not_keep_the_circuit_half_open_for_ever(
    fs: Failsoft, clock: ManualClock, options: dict[str, int]
) -> None:
    """Trap: one hung probe, no time limit, and none of 50 calls is admitted after the backend has recovered."""
    guard = opened(fs, clock, failure_threshold=2, open_duration=10, half_open_max_wait=30, **options)

    async def main() -> int:
        probe = asyncio.create_task(guard.acall(asyncio.Event().wait))
        await asyncio.sleep(0)
        with pytest.raises(failsoft.CircuitOpenError) as turned_away:
            guard.call(Script("well"))
        assert turned_away.value.retry_after <= 30
        admitted = 0
        for _ in range(50):
            clock.advance(5)
            with contextlib.suppress(failsoft.CircuitOpenError):
                guard.call(Script("well"))
                admitted += 1
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
        return admitted

    assert asyncio.run(main()) >= 30
    assert fs.circuit_breakers["guard:x"].state == "closed"


def test_a_probe_that_says_nothing_gives_its_place_back(fs: Failsoft, clock: ManualClock, way: Way) -> None:
    """Trap: an exception that is not to count takes the last permit with it, and half-open never ends."""
    guard = opened(fs, clock, failure_threshold=2, half_open_calls=1)
    for _ in range(10):
        with pytest.raises(failsoft.NotFoundError):
            way.call(guard, Script(failsoft.NotFoundError("nothing")))
        assert fs.circuit_breakers["guard:x"].state == "half_open"
    assert way.call(guard, Script("well")) == "well"
    assert fs.circuit_breakers["guard:x"].state == "closed"


def test_a_bulkhead_that_is_full_is_no_outcome_of_a_probe(fs: Failsoft, clock: ManualClock, way: Way) -> None:
    """Trap: a probe that never left the house, for want of a slot of our own, opens the circuit again."""
    guard = opened(fs, clock, failure_threshold=2, half_open_calls=1)
    full = fs.guard(
        "x", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=2, half_open_calls=1), bulkhead=1)
    )
    with contextlib.suppress(failsoft.NotFoundError):
        way.call(full, Script(failsoft.NotFoundError("nothing")))
    seat, _ = fs.bulkheads["guard:x"].force()
    for _ in range(3):
        with pytest.raises(failsoft.BulkheadFullError):
            way.call(full, Script("never"))
    snapshot = fs.circuit_breakers["guard:x"].snapshot()
    assert (snapshot.state, snapshot.probes_in_flight, snapshot.probes_left) == ("half_open", 0, 1)
    fs.bulkheads["guard:x"].give(seat, None, False, clock.monotonic())
    assert way.call(guard, Script("well")) == "well"
