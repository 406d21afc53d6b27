"""Cancellation and other ends that are no outcome: nothing is counted, nothing stays out, nothing is repeated."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from contextvars import copy_context
from typing import Any

import pytest

import failsoft
from both_ways import ASYNC, SYNC, Recorder, Script, Way, request_call
from clocks import ManualClock
from failsoft import CircuitBreaker, Failsoft, Guard, Policy, Retry
from failsoft.current import current_call
from failsoft.events import GuardCompleted, RetryEnded


def probing(fs: Failsoft, clock: ManualClock, **policy: Any) -> Guard:
    """A guard whose circuit has one probe to give."""
    breaker = CircuitBreaker(failure_threshold=2, half_open_calls=1, open_duration=10, half_open_max_wait=1000)
    guard = fs.guard("x", policy=Policy(circuit_breaker=breaker, **policy), idempotent=True)
    for _ in range(2):
        with contextlib.suppress(ConnectionResetError, failsoft.CircuitOpenError):
            SYNC.call(fs.guard("x", policy=Policy(circuit_breaker=breaker)), Script(ConnectionResetError()))
    clock.advance(10)
    return guard


def assert_the_probe_is_back(fs: Failsoft) -> None:
    snapshot = fs.circuit_breakers["guard:x"].snapshot()
    assert (snapshot.state, snapshot.probes_in_flight, snapshot.probes_left) == ("half_open", 0, 1)


def steps_of(make: Any) -> int:
    """How often a coroutine waits, if nobody disturbs it."""
    steps = 0
    coroutine = make()
    with contextlib.suppress(StopIteration, Exception):
        while True:
            coroutine.send(None)
            steps += 1
    return steps


async def twice(fail: bool = True) -> str:
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    if fail:
        raise ConnectionResetError
    return "ok"


AWAITS = 8
"""Two in each of the attempts, and one in each wait between three of them."""


def test_a_call_of_three_attempts_waits_eight_times(fs: Failsoft) -> None:
    guard = fs.guard("free", policy=Policy(retry=Retry(base_delay=1, jitter="none")), idempotent=True)
    assert steps_of(lambda: guard.acall(twice)) == AWAITS


@pytest.mark.parametrize("point", range(1, AWAITS + 1))
@pytest.mark.parametrize("kind", [asyncio.CancelledError, KeyboardInterrupt, GeneratorExit])
def test_wherever_a_call_is_cancelled_its_permit_comes_back(
    fs: Failsoft, clock: ManualClock, point: int, kind: type[BaseException]
) -> None:
    policy = Policy(
        retry=Retry(base_delay=1, jitter="none"),
        circuit_breaker=CircuitBreaker(failure_threshold=90, half_open_calls=5, half_open_max_wait=1000),
    )
    guard = fs.guard("x", policy=policy, idempotent=True)
    events = Recorder(fs)
    coroutine = guard.acall(twice)
    for _ in range(point):
        coroutine.send(None)
    with pytest.raises(kind):
        coroutine.throw(kind())
    counts = fs.circuit_breakers["guard:x"].snapshot().counts
    finished_attempts = (point - 1) // 3 + (point % 3 == 0)
    assert (counts.total, counts.failures) == (finished_attempts, finished_attempts)
    assert current_call.get() is None
    assert [e.error_type for e in events.of(GuardCompleted)] == [kind.__name__]
    scheduled = events.names().count("RetryScheduled")
    assert [e.outcome for e in events.of(RetryEnded)] == (["cancelled"] if scheduled else [])


@pytest.mark.parametrize("point", [1, 2])
def test_a_cancelled_probe_gives_its_place_to_the_next(fs: Failsoft, clock: ManualClock, point: int) -> None:
    guard = probing(fs, clock)
    coroutine = guard.acall(twice, False)
    for _ in range(point):
        coroutine.send(None)
    with pytest.raises(asyncio.CancelledError):
        coroutine.throw(asyncio.CancelledError())
    assert_the_probe_is_back(fs)
    assert ASYNC.call(guard, Script("well")) == "well"
    assert fs.circuit_breakers["guard:x"].state == "closed"


def test_a_probe_that_is_never_finished_gives_its_place_back_when_it_is_collected(
    fs: Failsoft, clock: ManualClock
) -> None:
    guard = probing(fs, clock)
    coroutine = guard.acall(twice, False)
    coroutine.send(None)
    coroutine.close()
    assert_the_probe_is_back(fs)


def test_a_call_finished_in_another_context_loses_no_permit(fs: Failsoft, clock: ManualClock) -> None:
    guard = probing(fs, clock)
    coroutine = guard.acall(twice, False)
    copy_context().run(coroutine.send, None)
    with pytest.raises(asyncio.CancelledError):
        copy_context().run(coroutine.throw, asyncio.CancelledError())
    assert_the_probe_is_back(fs)


def test_real_cancellation_of_a_task(fs: Failsoft, clock: ManualClock) -> None:
    guard = probing(fs, clock, timeout=60)

    async def main() -> None:
        started = asyncio.Event()

        async def hang() -> None:
            started.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(guard.acall(hang))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert task.cancelled()

    asyncio.run(main())
    assert_the_probe_is_back(fs)


def test_a_cancelled_task_is_not_mistaken_for_one_cut_off(fs: Failsoft) -> None:
    """The task is cancelled from outside in the very moment in which its time is over."""
    guard = fs.guard("x", policy=Policy(timeout=0.005, retry=Retry(base_delay=0)), idempotent=True)
    calls = []

    async def main() -> None:
        async def hang() -> None:
            calls.append(1)
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                task.cancel()
                raise

        task = asyncio.create_task(guard.acall(hang))
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert calls == [1]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError])
def test_what_is_no_exception_passes_through(
    fs: Failsoft, way: Way, clock: ManualClock, kind: type[BaseException]
) -> None:
    guard = probing(fs, clock, retry=Retry(base_delay=0))
    script = Script(kind())
    with pytest.raises(kind):
        way.call(guard, script)
    assert script.calls == 1
    assert_the_probe_is_back(fs)


def test_an_interrupt_during_the_wait_ends_the_call(fs: Failsoft, clock: ManualClock) -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    clock.sleep = interrupted  # type: ignore[method-assign]
    events = Recorder(fs)
    guard = fs.guard("x", policy=Policy(retry=Retry(base_delay=1)), idempotent=True)
    with pytest.raises(KeyboardInterrupt):
        SYNC.call(guard, Script(ConnectionResetError()))
    assert [(e.attempts, e.outcome) for e in events.of(RetryEnded)] == [(1, "cancelled")]


def test_a_cancelled_group_is_no_failure(fs: Failsoft, clock: ManualClock, way: Way) -> None:
    guard = probing(fs, clock)
    with pytest.raises(BaseExceptionGroup):
        way.call(guard, Script(BaseExceptionGroup("all", [asyncio.CancelledError()])))
    assert_the_probe_is_back(fs)


def test_the_current_call_is_restored_on_every_path(fs: Failsoft, way: Way) -> None:
    outside = request_call(fs)
    token = current_call.set(outside)
    seen: list[Any] = []
    breaker = CircuitBreaker(failure_threshold=4, open_duration=60)
    guard = fs.guard("x", policy=Policy(retry=Retry(base_delay=0), circuit_breaker=breaker, timeout=9), idempotent=True)
    try:
        for outcome in ("ok", KeyboardInterrupt(), ValueError("bug"), ConnectionResetError("lost"), "rejected"):

            def watched(outcome: Any = outcome) -> Any:
                seen.append(current_call.get())
                return Script(outcome)()

            with contextlib.suppress(BaseException):
                way.call(guard, watched)
            assert current_call.get() is outside
    finally:
        current_call.reset(token)
    assert {call.endpoint for call in seen} == {"guard:x"}
    assert len({id(call) for call in seen}) == 4


@pytest.mark.parametrize("where", ["thread", "context"])
def test_a_block_in_a_generator_that_is_finished_elsewhere_loses_no_permit(
    fs: Failsoft, clock: ManualClock, where: str
) -> None:
    guard = probing(fs, clock)

    def dependency() -> Any:
        with guard:
            yield "connection"

    generator = dependency()
    assert copy_context().run(next, generator) == "connection"
    assert fs.circuit_breakers["guard:x"].snapshot().probes_in_flight == 1
    if where == "context":
        assert next(generator, "end") == "end"
    else:
        thread = threading.Thread(target=lambda: next(generator, "end"))
        thread.start()
        thread.join()
    snapshot = fs.circuit_breakers["guard:x"].snapshot()
    assert (snapshot.state, snapshot.probes_in_flight) == ("closed", 0)
    assert current_call.get() is None


def test_blocks_in_interleaved_generators_are_settled_once_each(fs: Failsoft) -> None:
    guard = fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=50)))

    def dependency(error: Exception | None) -> Any:
        with guard:
            yield
            if error is not None:
                raise error

    generators = [dependency(error) for error in (None, ConnectionResetError(), None)]
    for generator in generators:
        next(generator)
    for generator in generators:
        with contextlib.suppress(StopIteration, ConnectionResetError):
            next(generator)
    counts = fs.circuit_breakers["guard:x"].snapshot().counts
    assert (counts.total, counts.failures) == (3, 1)
    assert current_call.get() is None
