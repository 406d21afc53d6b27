"""Calls that nobody finishes end when they are collected: also in a thread that is inside of what they end in."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
import threading
import types
from collections import deque
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from both_ways import Script
from clocks import ManualClock
from failsoft import Bulkhead, CircuitBreaker, Failsoft, Guard, Policy, Retry
from failsoft.machines.slots import Slots
from failsoft.machines.window import TimeWindow

LOST = ConnectionResetError
EVERYTHING = Policy(
    retry=Retry(max_attempts=2, base_delay=0),
    circuit_breaker=CircuitBreaker(failure_threshold=1, open_duration=5, half_open_calls=1, half_open_max_wait=1000),
    bulkhead=Bulkhead(max_concurrent=1, max_queue=2, max_wait=60),
)


@types.coroutine
def park() -> Generator[None, None, None]:
    yield


async def parked() -> None:
    await park()


async def fails() -> None:
    """Takes being closed for a failure."""
    try:
        await park()
    except GeneratorExit:
        raise LOST from None


def within(work: Callable[[], Any]) -> Any:
    """What work comes to in a thread of its own, which must not hang."""
    came: list[Any] = []

    def run() -> None:
        try:
            came.append(work())
        except BaseException as exc:
            came.append(exc)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(20)
    assert came, "it waits for itself"
    return came[0]


def locks_of(fs: Failsoft) -> list[Any]:
    budget = next(iter(fs.retries._budgets.values()))
    return [fs.circuit_breakers["guard:x"]._lock, fs.bulkheads["guard:x"]._lock, budget._lock, fs.retries._lock]


def inside_of_everything(fs: Failsoft, work: Callable[[], Any]) -> Any:
    first, second, third, fourth = locks_of(fs)
    with first, second, third, fourth:
        return work()


def collect(left: list[Any]) -> None:
    left.append(left)
    del left
    gc.collect()


def close(left: list[Any]) -> None:
    with contextlib.suppress(LOST):
        left.pop().close()


@pytest.mark.parametrize(("body", "end"), [(parked, collect), (parked, close), (fails, close)])
@pytest.mark.parametrize("half_open", [False, True])
def test_a_call_may_end_in_the_thread_that_is_inside(
    fs: Failsoft, clock: ManualClock, body: Callable[[], Any], end: Callable[[list[Any]], None], half_open: bool
) -> None:
    """Trap: the garbage collector ends a call while the lock is held, and the thread waits for itself for ever."""
    guard = fs.guard("x", policy=EVERYTHING)
    guard.call(Script("well"))
    if half_open:
        with pytest.raises(LOST):
            guard.call(Script(LOST()))
        clock.advance(5)

    def work() -> str:
        left: list[Any] = [guard.acall(body)]
        left[0].send(None)
        given = [left]
        del left
        inside_of_everything(fs, lambda: end(given.pop()))
        return "done"

    assert within(work) == "done"
    compartment, breaker = fs.bulkheads["guard:x"], fs.circuit_breakers["guard:x"]
    assert (compartment.snapshot().in_use, len(compartment.slots.free)) == (0, 1)
    expected = "open" if body is fails else "half_open" if half_open else "closed"
    assert (breaker.state, breaker.snapshot().probes_in_flight) == (expected, 0)


@pytest.mark.parametrize("who", ["waits", "has the slot"])
def test_so_may_one_that_waits_or_is_waited_for(fs: Failsoft, who: str) -> None:
    guard = fs.guard("x", policy=EVERYTHING)
    guard.call(Script("well"))

    async def main() -> str:
        first, second = guard.acall(parked), guard.acall(parked)
        first.send(None)
        second.send(None)
        assert fs.bulkheads["guard:x"].snapshot().waiting == 1
        if who == "waits":
            inside_of_everything(fs, second.close)
            first.close()
        else:
            inside_of_everything(fs, first.close)
            assert fs.bulkheads["guard:x"].snapshot().in_use == 1
            second.close()
        return "done"

    assert within(lambda: asyncio.run(main())) == "done"
    snapshot = fs.bulkheads["guard:x"].snapshot()
    assert (snapshot.in_use, snapshot.waiting) == (0, 0)


@pytest.fixture
def _collect_often() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(29, 2, 2)
    yield
    gc.set_threshold(*before)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the collector of 3.11 may crash where a coroutine is made")
@pytest.mark.usefixtures("_collect_often")
def test_abandoned_calls_among_others_are_all_settled(fs: Failsoft) -> None:
    guard = fs.guard(
        "x",
        policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=10**6, window=5000), bulkhead=10**6, retry=2),
    )

    class Holder:
        call: Any
        me: Any

    def work() -> str:
        for number in range(2000):
            left = Holder()
            left.call, left.me = guard.acall(parked), left
            left.call.send(None)
            del left
            block(guard, number % 2 == 0)
        return "done"

    assert within(work) == "done"
    gc.collect()
    counts = fs.circuit_breakers["guard:x"].snapshot().counts
    assert (counts.total, counts.failures) == (2000, 1000)
    assert fs.bulkheads["guard:x"].snapshot().in_use == 0


def block(guard: Guard, well: bool) -> None:
    try:
        with guard:
            if not well:
                raise LOST
    except LOST:
        pass


# -- machines whose caller comes in once more


class Interrupted(deque[None]):
    """A deque in whose `pop` something else happens first, once."""

    def __init__(self, tokens: list[None], act: Callable[[], Any]) -> None:
        super().__init__(tokens)
        self.acts = [act]

    def pop(self) -> None:  # type: ignore[override]
        if self.acts:
            self.acts.pop()()
        super().pop()


def test_slots_bear_that_the_last_one_leaves_the_queue_while_it_is_served() -> None:
    slots: Slots[str] = Slots(1, 2)
    assert slots.take()
    assert slots.queue("a")

    def leave() -> None:
        slots.abandon("a")
        assert not slots.settle()

    slots.free = Interrupted([None], leave)
    assert not slots.settle()
    assert (slots.in_use, len(slots.free), slots.queued, slots.urgent) == (0, 1, False, False)


def test_slots_pay_no_debt_twice() -> None:
    slots: Slots[str] = Slots(3)
    assert all(slots.take() for _ in range(3))
    slots.resize(1)
    slots.free = Interrupted([None, None, None], slots.settle)
    slots.settle()
    assert (slots.in_use, len(slots.free), slots.urgent) == (0, 1, False)


class Interrupting(list[Any]):
    """A list in whose reading something else happens first, each time."""

    act: Callable[[], Any]

    def __getitem__(self, place: Any) -> Any:
        self.act()
        return super().__getitem__(place)


def test_a_window_bears_that_it_is_told_of_a_call_while_it_goes_forward() -> None:
    window = TimeWindow(10.0)
    for second in range(10):
        window.record(float(second), second % 2 == 0, False)
    past = Interrupting(window._past)
    told: list[bool] = []

    def act() -> None:
        if len(told) < 3:
            told.append(True)
            window.record(14.0, True, True)

    past.act = act
    window._past = past
    assert window.counts(14.0)[1:] != (0, 0)
    assert len(told) == 3
    # of seconds 5 to 9: two failures; and the three that came meanwhile
    assert window.counts(14.0) == (8, 5, 3)
    assert window.counts(23.5) == (3, 3, 3)
    assert window.counts(24.0) == (0, 0, 0)
