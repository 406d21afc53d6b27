"""Waiting for a slot: who gets it, for how long one waits, and what becomes of those who do not come for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

import failsoft
from both_ways import ASYNC, SYNC, Recorder, Script, Way, request_call
from clocks import ManualClock
from failsoft import Bulkhead, BulkheadFullError, CircuitBreaker, Failsoft, Guard, Policy
from failsoft.events import AttemptTimedOut, CallRejected, GuardCompleted

LONG = "60s"


def queueing(fs: Failsoft, *, places: int = 1, queue: int = 4, wait: Any = LONG, **policy: Any) -> Guard:
    bulkhead = Bulkhead(max_concurrent=places, max_queue=queue, max_wait=wait)
    return fs.guard("x", policy=Policy(bulkhead=bulkhead, **policy), idempotent=True)


def state(fs: Failsoft) -> tuple[int, int, int]:
    snapshot = fs.bulkheads["guard:x"].snapshot()
    return snapshot.in_use, snapshot.waiting, snapshot.rejected


def until(true: Callable[[], bool]) -> None:
    """Let other threads get on until something is so; a hung test ends by its time limit."""
    pause = threading.Event()
    while not true():
        pause.wait(0.001)


class Callers:
    """Calls in threads or tasks of their own, begun one after the other and each known to wait."""

    def __init__(self, fs: Failsoft, guard: Guard) -> None:
        self.fs = fs
        self.guard = guard
        self.done: list[Any] = []
        self.threads: list[threading.Thread] = []

    def begin(self, way: Way, fn: Callable[[], Any], waiting: int) -> None:
        def work() -> None:
            try:
                self.done.append(way.call(self.guard, fn))
            except BaseException as exc:
                self.done.append(exc)

        self.threads.append(threading.Thread(target=work))
        self.threads[-1].start()
        until(lambda: state(self.fs)[1] == waiting)

    def join(self) -> list[Any]:
        for thread in self.threads:
            thread.join()
        return self.done


def test_who_waits_gets_the_slot_that_becomes_free(fs: Failsoft, way: Way) -> None:
    guard = queueing(fs)
    callers = Callers(fs, guard)
    with guard:
        callers.begin(way, lambda: state(fs), 1)
        assert state(fs) == (1, 1, 0)
    assert callers.join() == [(1, 0, 0)]
    assert state(fs) == (0, 0, 0)


def test_first_come_first_served_however_they_wait(fs: Failsoft, way: Way) -> None:
    guard = queueing(fs)
    callers, order = Callers(fs, guard), []
    with guard:
        for number in range(4):
            callers.begin(
                (SYNC, ASYNC)[(number + way.asynchronous) % 2], lambda number=number: order.append(number), number + 1
            )
        with pytest.raises(BulkheadFullError):
            way.call(guard, Script(None))
    callers.join()
    assert order == [0, 1, 2, 3]
    assert state(fs) == (0, 0, 1)


def test_nobody_overtakes_the_queue(fs: Failsoft, way: Way) -> None:
    guard, order = queueing(fs), []
    way.call(guard, Script("so that the quick way is known"))
    callers = Callers(fs, guard)
    seat, _ = fs.bulkheads["guard:x"].force()
    callers.begin(way, lambda: order.append("waited"), 1)
    seat.append(None)  # it has come back, and is not handed out yet
    way.call(guard, lambda: order.append("came later"))
    callers.join()
    assert order == ["waited", "came later"]
    assert state(fs) == (0, 0, 0)


def test_who_waits_in_vain_is_turned_away(fs: Failsoft, way: Way) -> None:
    guard, events, untouched = queueing(fs, wait="2ms"), Recorder(fs), Script(None)
    with guard:
        with pytest.raises(BulkheadFullError) as caught:
            way.call(guard, untouched)
        assert state(fs) == (1, 0, 1)
    assert untouched.calls == 0
    assert caught.value.details == {"max_concurrent": 1, "max_queue": 4}
    assert [e.reason for e in events.of(CallRejected)] == ["bulkhead_full"]
    assert state(fs) == (0, 0, 1)


def test_the_hint_is_the_longest_wait(fs: Failsoft, way: Way) -> None:
    guard = queueing(fs, queue=1, wait="5s")
    callers = Callers(fs, guard)
    with guard:
        callers.begin(way, Script(None), 1)
        with pytest.raises(BulkheadFullError) as caught:
            way.call(guard, Script(None))
    callers.join()
    assert caught.value.retry_after == 5.0


def test_nobody_waits_beyond_the_deadline(fs: Failsoft, way: Way) -> None:
    guard = queueing(fs, wait=0.002, deadline=0.002)
    with guard, pytest.raises(BulkheadFullError):
        way.call(guard, Script(None))
    assert state(fs) == (0, 0, 1)


def test_nobody_waits_beyond_the_deadline_of_the_caller(fs: Failsoft, way: Way) -> None:
    guard = queueing(fs)
    outer = fs.guard("outer", policy=Policy(deadline=0.002))
    with guard:
        with pytest.raises((BulkheadFullError, failsoft.OperationTimeoutError)):
            way.run(way.nested(outer, way.through(guard, Script(None))))
        assert state(fs)[:2] == (1, 0)


def test_a_slot_that_comes_after_the_deadline_is_given_back(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard, untouched = queueing(fs, wait=50, deadline=50), Script(None)
    callers = Callers(fs, guard)
    with fs.guard("x", policy=Policy(bulkhead=Bulkhead(max_concurrent=1, max_queue=4, max_wait=50))):
        callers.begin(way, untouched, 1)
        clock.advance(51)
    (error,) = callers.join()
    assert type(error) is failsoft.OperationTimeoutError
    assert untouched.calls == 0
    assert state(fs) == (0, 0, 0)


def test_the_time_of_an_attempt_begins_when_it_has_its_slot(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard, events = queueing(fs, timeout=4), Recorder(fs)
    way.call(guard, Script("so that the bulkhead is there"))
    callers, compartment = Callers(fs, guard), fs.bulkheads["guard:x"]
    seat, _ = compartment.force()
    callers.begin(way, failsoft.remaining, 1)
    clock.advance(30)
    compartment.give(seat, None, False, clock.monotonic())
    assert callers.join() == [pytest.approx(4)]
    assert events.of(AttemptTimedOut) == []


def test_our_own_queue_does_not_open_the_circuit(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    view = failsoft.protect(
        bulkhead=Bulkhead(max_concurrent=1, max_queue=1, max_wait=LONG),
        circuit_breaker=CircuitBreaker(slow_call_rate_threshold=1.0, slow_call_duration=1, minimum_calls=1),
    )(Script(None))
    binding = fs.endpoints.bind("GET", "/", view)
    compartment, done = fs.bulkheads["GET /"], []
    seat, _ = compartment.force()
    thread = threading.Thread(target=lambda: done.append(way.endpoint(binding, request_call(fs), Script("well"))))
    thread.start()
    until(lambda: compartment.snapshot().waiting == 1)
    clock.advance(30)
    compartment.give(seat, None, False, clock.monotonic())
    thread.join()
    assert done == ["well"]
    counts = fs.circuit_breakers["GET /"].snapshot().counts
    assert (counts.total, counts.slow) == (1, 0)


def test_an_event_loop_is_not_held_up_by_a_synchronous_call(fs: Failsoft) -> None:
    guard = queueing(fs)

    async def main() -> None:
        async with guard:
            with pytest.raises(BulkheadFullError):
                guard.call(Script(None))

    asyncio.run(main())
    assert state(fs) == (0, 0, 1)


# -- those who do not come for it


@pytest.mark.parametrize("granted", [False, True])
@pytest.mark.parametrize("block", [False, True])
def test_a_cancelled_task_loses_no_slot(fs: Failsoft, granted: bool, block: bool) -> None:
    """Also where it gets its slot in the very moment in which it is cancelled."""
    guard, events, ran = queueing(fs), Recorder(fs), []

    async def call() -> None:
        if block:
            async with guard:
                ran.append(1)
        else:
            await guard.acall(asyncio.sleep, 0)

    async def main() -> None:
        guard.__enter__()
        task = asyncio.create_task(call())
        after = asyncio.create_task(call())
        await asyncio.sleep(0)
        assert state(fs) == (1, 2, 0)
        if granted:
            guard.__exit__(None, None, None)
            assert state(fs) == (1, 1, 0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        if not granted:
            assert state(fs) == (1, 1, 0)
            guard.__exit__(None, None, None)
        await after

    asyncio.run(main())
    assert state(fs) == (0, 0, 0)
    assert [e.error_type for e in events.of(GuardCompleted)].count("CancelledError") == 1


@pytest.mark.parametrize("point", range(4))
def test_wherever_a_call_is_cancelled_its_slot_comes_back(fs: Failsoft, point: int) -> None:
    """It waits for a slot once, and runs for two steps."""
    guard, ran = queueing(fs), []

    async def body() -> None:
        ran.append(1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def main() -> None:
        guard.__enter__()
        task = asyncio.create_task(guard.acall(body))
        for step in range(point):
            await asyncio.sleep(0)
            if step == 0:
                guard.__exit__(None, None, None)
        task.cancel()
        if point == 0:
            guard.__exit__(None, None, None)
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert ran == ([1] if point > 1 else [])
    assert state(fs) == (0, 0, 0)
    assert guard.call(Script("well")) == "well"


def test_a_coroutine_that_is_never_finished_leaves_the_queue(fs: Failsoft) -> None:
    guard = queueing(fs)

    async def main() -> None:
        with_slot = guard.acall(asyncio.sleep, 0)
        guard.__enter__()
        with_slot.send(None)
        assert state(fs) == (1, 1, 0)
        with_slot.close()
        assert state(fs) == (1, 0, 0)
        guard.__exit__(None, None, None)

    asyncio.run(main())
    assert state(fs) == (0, 0, 0)


def test_an_interrupt_while_a_thread_waits_loses_no_slot(fs: Failsoft, monkeypatch: pytest.MonkeyPatch) -> None:
    guard = queueing(fs)

    def interrupted(self: Any, seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("failsoft.policies.waiting.ThreadWaiter.wait", interrupted)
    with guard:
        with pytest.raises(KeyboardInterrupt):
            guard.call(Script(None))
        assert state(fs) == (1, 0, 0)
    assert state(fs) == (0, 0, 0)


def test_a_slot_for_a_loop_that_is_closed_goes_to_the_next(fs: Failsoft) -> None:
    guard = queueing(fs)
    guard.__enter__()
    loop = asyncio.new_event_loop()
    coroutine = guard.acall(asyncio.sleep, 0)

    async def wait_and_leave() -> None:
        coroutine.send(None)

    loop.run_until_complete(wait_and_leave())
    loop.close()
    callers = Callers(fs, guard)
    callers.begin(SYNC, Script("well"), 2)
    guard.__exit__(None, None, None)
    assert callers.join() == ["well"]
    assert state(fs) == (0, 0, 0)
    coroutine.close()
    assert state(fs) == (0, 0, 0)


class Told:
    """A waiter that only notes that it was woken."""

    def __init__(self) -> None:
        self.woken = 0

    @staticmethod
    def may_wait() -> bool:
        return True

    def wake(self) -> None:
        self.woken += 1


def waiting(fs: Failsoft, count: int) -> list[Told]:
    entered = [fs.bulkheads["guard:x"].enter(Told) for _ in range(count)]
    told = [waiter for waiter in entered if isinstance(waiter, Told)]
    assert len(told) == count
    return told


@pytest.mark.parametrize("how", ["options", "restored"])
def test_whoever_finds_room_in_a_limit_that_has_grown_is_woken_at_once(fs: Failsoft, how: str) -> None:
    policy = Bulkhead(max_concurrent=2, max_queue=4, max_wait=LONG)
    guard = fs.guard("x", policy=Policy(bulkhead=policy))
    guard.call(Script("ok"))
    compartment = fs.bulkheads["guard:x"]
    way_back = compartment.remember()
    compartment.adopt(Bulkhead(max_concurrent=1, max_queue=4, max_wait=LONG))
    with guard:
        told = waiting(fs, 2)
        if how == "restored":
            way_back()
        else:
            compartment.adopt(policy)
        assert [waiter.woken for waiter in told] == [1, 0]
        assert compartment.claim(told[0]) is not None
    assert told[1].woken == 1


def test_a_limit_that_has_shrunk_wakes_nobody_until_it_is_kept_again(fs: Failsoft) -> None:
    guard = queueing(fs, places=3)
    blocks = [guard, guard, guard]
    for block in blocks:
        block.__enter__()
    told = waiting(fs, 2)
    fs.bulkheads["guard:x"].adopt(Bulkhead(max_concurrent=1, max_queue=4, max_wait=LONG))
    woken = []
    for block in blocks:
        block.__exit__(None, None, None)
        woken.append([waiter.woken for waiter in told])
    assert woken == [[0, 0], [0, 0], [1, 0]]
    assert state(fs)[0] == 1
    seat = fs.bulkheads["guard:x"].claim(told[0])
    assert seat is not None
    fs.bulkheads["guard:x"].give(seat, None, False, 0.0)
    assert [waiter.woken for waiter in told] == [1, 1]


def test_who_waits_for_a_limit_that_has_shrunk_is_refused_when_its_time_is_over(fs: Failsoft) -> None:
    guard = queueing(fs, places=2)
    guard.__enter__()
    guard.__enter__()
    (told,) = waiting(fs, 1)
    compartment = fs.bulkheads["guard:x"]
    compartment.adopt(Bulkhead(max_concurrent=1, max_queue=4, max_wait=LONG))
    guard.__exit__(None, None, None)
    assert compartment.claim(told) is None
    assert compartment.snapshot().rejected == 1
    guard.__exit__(None, None, None)
    assert (told.woken, state(fs)) == (0, (0, 0, 1))
