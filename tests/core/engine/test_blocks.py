"""`with guard:` and `async with guard:`: admitted, timed and judged, but never repeated."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import weakref
from contextvars import copy_context
from typing import Any

import pytest

import failsoft
from both_ways import ASYNC, SYNC, Recorder, Script, Way
from clocks import ManualClock
from failsoft import CircuitBreaker, Failsoft, Guard, OperationTimeoutError, Policy, Retry
from failsoft.current import current_call
from failsoft.events import AttemptTimedOut, GuardCompleted

LOST = ConnectionResetError


@pytest.fixture
def guard(fs: Failsoft) -> Guard:
    policy = Policy(retry=Retry(base_delay=0), circuit_breaker=CircuitBreaker(failure_threshold=2, half_open_calls=1))
    return fs.guard("x", policy=policy, idempotent=True)


def test_a_block_runs_once_and_its_exception_goes_on(guard: Guard, fs: Failsoft, way: Way) -> None:
    events = Recorder(fs)
    script = Script(LOST("mine"))
    with pytest.raises(LOST, match="mine"):
        way.block(guard, script)
    assert script.calls == 1
    assert events.names() == ["GuardCompleted"]
    assert fs.circuit_breakers["guard:x"].snapshot().counts.failures == 1


def test_a_block_counts_its_success(guard: Guard, fs: Failsoft, way: Way) -> None:
    assert way.block(guard, Script("ok")) == "ok"
    counts = fs.circuit_breakers["guard:x"].snapshot().counts
    assert (counts.total, counts.failures) == (1, 0)


def test_a_block_is_not_entered_while_the_circuit_is_open(guard: Guard, way: Way) -> None:
    for _ in range(2):
        with pytest.raises(LOST):
            way.block(guard, Script(LOST()))
    untouched = Script("never")
    with pytest.raises(failsoft.CircuitOpenError):
        way.block(guard, untouched)
    assert untouched.calls == 0
    assert current_call.get() is None


def test_a_block_that_is_cancelled_counts_as_nothing(guard: Guard, fs: Failsoft, way: Way) -> None:
    for error in (asyncio.CancelledError(), KeyboardInterrupt(), GeneratorExit()):
        with pytest.raises(type(error)):
            way.block(guard, Script(error))
    assert fs.circuit_breakers["guard:x"].snapshot().counts.total == 0


def test_what_one_waits_for_in_a_block_is_cut_off(fs: Failsoft, clock: ManualClock) -> None:
    events = Recorder(fs)
    guard = fs.guard("x", policy=Policy(timeout=0.005, circuit_breaker=CircuitBreaker(failure_threshold=1)))

    async def main() -> None:
        async with guard:
            clock.advance(1)
            await asyncio.Event().wait()

    with pytest.raises(OperationTimeoutError) as caught:
        asyncio.run(main())
    assert caught.value.details["kind"] == "timeout"
    assert fs.circuit_breakers["guard:x"].state == "open"
    assert [(e.kind, e.cut) for e in events.of(AttemptTimedOut)] == [("timeout", True)]
    assert [e.error_type for e in events.of(GuardCompleted)] == ["OperationTimeoutError"]


def test_a_timeout_within_a_block_is_the_applications_own(fs: Failsoft) -> None:
    guard = fs.guard("x", policy=Policy(timeout=60))
    error = TimeoutError("mine")
    with pytest.raises(TimeoutError) as caught:
        ASYNC.block(guard, Script(error))
    assert caught.value is error


def test_a_synchronous_block_offers_its_time(fs: Failsoft, clock: ManualClock) -> None:
    events = Recorder(fs)
    with fs.guard("x", policy=Policy(timeout=2)) as call:
        assert failsoft.remaining() == 2
        assert call.deadline == clock.monotonic() + 2
        clock.advance(3)
    assert [(e.kind, e.cut) for e in events.of(AttemptTimedOut)] == [("timeout", False)]
    assert failsoft.remaining() is None


def test_an_asynchronous_block_with_a_limit_outside_a_task_keeps_no_permit(fs: Failsoft, clock: ManualClock) -> None:
    breaker = CircuitBreaker(failure_threshold=1, half_open_calls=1, open_duration=5)
    guard = fs.guard("x", policy=Policy(timeout=2, circuit_breaker=breaker))
    with pytest.raises(LOST):
        SYNC.block(guard, Script(LOST()))
    clock.advance(5)
    with (
        pytest.raises(RuntimeError, match="no running event loop"),
        contextlib.closing(guard.__aenter__()) as coroutine,
    ):
        coroutine.send(None)
    assert fs.circuit_breakers["guard:x"].snapshot().probes_in_flight == 0
    assert current_call.get() is None


def test_blocks_of_one_guard_may_be_nested(guard: Guard, fs: Failsoft, way: Way) -> None:
    def inner() -> str:
        with guard:
            return "inner"

    assert way.block(guard, inner) == "inner"
    assert fs.circuit_breakers["guard:x"].snapshot().counts.total == 2
    assert current_call.get() is None


def test_blocks_of_two_guards_may_be_nested(fs: Failsoft, clock: ManualClock) -> None:
    one, other = fs.guard("one", policy=Policy(deadline=5)), fs.guard("other", policy=Policy(deadline=60))
    with one:
        clock.advance(1)
        with other:
            assert failsoft.remaining() == 4
        assert failsoft.remaining() == 4
    assert failsoft.remaining() is None


def test_blocks_in_tasks_do_not_meet(guard: Guard, fs: Failsoft) -> None:
    async def one(number: int) -> str:
        async with guard as call:
            await asyncio.sleep(0)
            if number % 2:
                raise ValueError(number)
            await asyncio.sleep(0)
            assert current_call.get() is call
        return "ok"

    async def main() -> list[Any]:
        return await asyncio.gather(*(one(number) for number in range(10)), return_exceptions=True)

    guard = fs.guard("y", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=99)))
    results = asyncio.run(main())
    assert [type(r) for r in results] == [str, ValueError] * 5
    counts = fs.circuit_breakers["guard:y"].snapshot().counts
    assert (counts.total, counts.failures) == (10, 5)


def test_a_block_reports_its_end_once(guard: Guard, fs: Failsoft, way: Way) -> None:
    events = Recorder(fs)
    way.block(guard, Script("ok"))
    with pytest.raises(LOST):
        way.block(guard, Script(LOST()))
    assert [e.error_type for e in events.of(GuardCompleted)] == [None, "ConnectionResetError"]


def test_an_exit_stack_may_hold_a_block(guard: Guard, fs: Failsoft) -> None:
    with contextlib.ExitStack() as stack:
        stack.enter_context(guard)
        stack.enter_context(guard)
    assert fs.circuit_breakers["guard:x"].snapshot().counts.total == 2


def test_blocks_that_nobody_leaves_do_not_pile_up(fs: Failsoft) -> None:
    guard = fs.guard("x", policy=Policy(deadline=60))
    calls = [weakref.ref(copy_context().run(guard.__enter__)) for _ in range(4200)]
    gc.collect()
    assert sum(call() is not None for call in calls) == 4096
    assert SYNC.block(guard, Script("ok")) == "ok"
