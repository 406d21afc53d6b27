"""Results that arrive when the circuit has moved on."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

import failsoft
from both_ways import SYNC, Script
from clocks import ManualClock
from failsoft import CircuitBreaker, Failsoft, Guard, Policy

LOST = ConnectionResetError


class Slow:
    """A call under way, which ends when it is told to."""

    def __init__(self, guard: Guard, outcome: Exception | None, *, block: bool) -> None:
        self._go = asyncio.Event()
        self._outcome = outcome
        self._guard = guard
        self.task = asyncio.create_task(self._within_block() if block else guard.acall(self._work))

    async def _work(self) -> None:
        await self._go.wait()
        if self._outcome is not None:
            raise self._outcome

    async def _within_block(self) -> None:
        async with self._guard:
            await self._work()

    async def end(self) -> None:
        self._go.set()
        with contextlib.suppress(LOST):
            await self.task


def fail(guard: Guard, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(LOST):
            SYNC.call(guard, Script(LOST()))


def breaking(fs: Failsoft, threshold: int = 3, **options: float) -> Guard:
    breaker = CircuitBreaker(failure_threshold=threshold, open_duration=60, **options)  # type: ignore[arg-type]
    return fs.guard("x", policy=Policy(circuit_breaker=breaker))


BLOCK = pytest.mark.parametrize("block", [False, True], ids=["acall", "async with"])


@BLOCK
def test_a_success_that_began_before_the_circuit_opened_does_not_close_it(fs: Failsoft, block: bool) -> None:
    """Trap: a slow success admitted before the trip closes an open circuit."""
    guard = breaking(fs)

    async def main() -> None:
        slow = Slow(guard, None, block=block)
        await asyncio.sleep(0)
        fail(guard, 3)
        await slow.end()

    asyncio.run(main())
    assert fs.circuit_breakers["guard:x"].state == "open"
    with pytest.raises(failsoft.CircuitOpenError):
        guard.call(Script("well"))


@BLOCK
def test_a_failure_that_began_before_the_circuit_opened_does_not_prolong_it(
    fs: Failsoft, clock: ManualClock, block: bool
) -> None:
    """Trap: a late failure pushes the end of the open period back."""
    guard = breaking(fs)

    async def main() -> None:
        slow = Slow(guard, LOST(), block=block)
        await asyncio.sleep(0)
        fail(guard, 3)
        clock.advance(40)
        await slow.end()

    asyncio.run(main())
    assert fs.circuit_breakers["guard:x"].snapshot().retry_after == 20
    clock.advance(20)
    assert guard.call(Script("well")) == "well"


@BLOCK
def test_a_failure_of_before_does_not_open_a_circuit_that_has_closed_again(
    fs: Failsoft, clock: ManualClock, block: bool
) -> None:
    """Trap: the same, when the dependency has recovered: its circuit opens for a failure of long ago."""
    guard = breaking(fs, 1, half_open_calls=1)

    async def main() -> None:
        slow = Slow(guard, LOST(), block=block)
        await asyncio.sleep(0)
        fail(guard)
        clock.advance(60)
        guard.call(Script("well"))
        assert fs.circuit_breakers["guard:x"].state == "closed"
        await slow.end()

    asyncio.run(main())
    snapshot = fs.circuit_breakers["guard:x"].snapshot()
    assert (snapshot.state, snapshot.consecutive_failures, snapshot.counts.total) == ("closed", 0, 0)


@BLOCK
def test_a_slow_probe_of_a_failed_round_does_not_close_the_circuit(
    fs: Failsoft, clock: ManualClock, block: bool
) -> None:
    """Trap: one probe fails and the circuit opens again; its slow sibling then succeeds and closes it."""
    guard = breaking(fs, 1, half_open_calls=2, half_open_concurrency=2, success_threshold=2)
    fail(guard)
    clock.advance(60)

    async def main() -> None:
        sibling = Slow(guard, None, block=block)
        await asyncio.sleep(0)
        fail(guard)
        assert fs.circuit_breakers["guard:x"].state == "open"
        await sibling.end()

    asyncio.run(main())
    snapshot = fs.circuit_breakers["guard:x"].snapshot()
    assert (snapshot.state, snapshot.retry_after) == ("open", 120)
