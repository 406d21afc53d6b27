"""Clients that go away."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from both_ways import SYNC, Script
from clocks import ManualClock
from failsoft import Bulkhead, CircuitBreaker, Failsoft, Guard, Policy, Retry

LOST = ConnectionResetError


def breaking(fs: Failsoft, threshold: int = 5) -> Guard:
    breaker = CircuitBreaker(failure_threshold=threshold, open_duration=10, half_open_calls=3)
    return fs.guard("x", policy=Policy(circuit_breaker=breaker))


def fail(guard: Guard, times: int) -> None:
    for _ in range(times):
        with pytest.raises(LOST):
            SYNC.call(guard, Script(LOST()))


async def disconnect(guard: Guard, times: int, *, block: bool) -> None:
    """Clients that cancel in the middle of a call to a healthy, slow backend."""

    async def within_block() -> None:
        async with guard:
            await asyncio.Event().wait()

    for _ in range(times):
        task = asyncio.create_task(within_block() if block else guard.acall(asyncio.Event().wait))
        for _ in range(3):
            await asyncio.sleep(0)
        assert not task.done()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


BLOCK = pytest.mark.parametrize("block", [False, True], ids=["acall", "async with"])


@BLOCK
def test_clients_that_go_away_open_no_circuit(fs: Failsoft, block: bool) -> None:
    """Trap: ten disconnects count as ten failures and open the circuit of a healthy backend."""
    guard = breaking(fs)
    asyncio.run(disconnect(guard, 10, block=block))
    snapshot = fs.circuit_breakers["guard:x"].snapshot()
    assert (snapshot.state, snapshot.consecutive_failures, snapshot.counts.total) == ("closed", 0, 0)


@BLOCK
def test_a_client_that_goes_away_ends_no_row_of_failures(fs: Failsoft, block: bool) -> None:
    """Trap: one cancelled call counts as a success, and sets four failures in a row back to none."""
    guard = breaking(fs)
    fail(guard, 4)
    asyncio.run(disconnect(guard, 1, block=block))
    assert fs.circuit_breakers["guard:x"].snapshot().consecutive_failures == 4
    fail(guard, 1)
    assert fs.circuit_breakers["guard:x"].state == "open"


@BLOCK
def test_probes_of_clients_that_go_away_close_nothing_and_keep_no_place(
    fs: Failsoft, clock: ManualClock, block: bool
) -> None:
    """Traps: three cancelled probes close the circuit of a failing backend; or each keeps its place for ever."""
    guard = breaking(fs)
    fail(guard, 5)
    clock.advance(10)
    asyncio.run(disconnect(guard, 10, block=block))
    snapshot = fs.circuit_breakers["guard:x"].snapshot()
    assert (snapshot.state, snapshot.probes_in_flight, snapshot.probes_left) == ("half_open", 0, 3)
    for _ in range(3):
        SYNC.call(guard, Script("well"))
    assert fs.circuit_breakers["guard:x"].state == "closed"


def test_clients_that_go_away_from_a_queue_take_no_slot_with_them(fs: Failsoft) -> None:
    """Trap: each waiter that is cancelled costs the bulkhead a slot, until nobody is let in any more."""
    guard = fs.guard("x", policy=Policy(bulkhead=Bulkhead(max_concurrent=1, max_queue=2, max_wait=60)))

    async def main() -> str:
        for _ in range(20):
            free = asyncio.Event()
            holder = asyncio.create_task(guard.acall(free.wait))
            await asyncio.sleep(0)
            await disconnect(guard, 2, block=False)
            free.set()
            await holder
        return await guard.acall(asyncio.sleep, 0, "well")

    assert asyncio.run(main()) == "well"
    assert fs.bulkheads["guard:x"].snapshot().in_use == 0


def test_who_goes_away_is_not_served_once_more(fs: Failsoft) -> None:
    """Trap: a retry for all but some exceptions takes the cancellation for one to be retried, and swallows it."""
    guard = fs.guard("x", policy=Policy(retry=Retry(retry_on=lambda failure: True, base_delay=0)), idempotent=True)
    calls = []

    async def hangs() -> None:
        calls.append(1)
        await asyncio.Event().wait()

    async def main() -> bool:
        task = asyncio.create_task(guard.acall(hangs))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert asyncio.run(main())
    assert calls == [1]
