"""Time by hand, and waits left out."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from both_ways import Script, Way
from failsoft import (
    Bulkhead,
    CircuitBreaker,
    CircuitOpenError,
    Failsoft,
    Guard,
    Policy,
    RateLimitError,
    Retry,
    SystemClock,
    testing,
)
from failsoft.events import RetryEnded

LOST = ConnectionResetError


def test_sleeping_by_it_takes_no_time(way: Way) -> None:
    clock = testing.ManualClock(time=100.0, monotonic=5.0)
    with Failsoft(clock=clock) as fs:
        policy = Policy(retry=Retry(base_delay=60, max_delay=60, jitter="none", backoff="constant"))
        assert way.call(fs.guard("x", policy=policy, idempotent=True), Script(LOST(), LOST(), "ok")) == "ok"
    assert (clock.slept, clock.monotonic(), clock.time()) == ([60, 60], 125.0, 220.0)


def test_it_advances_and_never_goes_back() -> None:
    clock = testing.ManualClock(time=100.0, monotonic=5.0)
    clock.advance(2.5)
    clock.step_wall(-50)
    assert (clock.monotonic(), clock.time(), clock.slept) == (7.5, 52.5, [])
    for wrong in (-1, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="does not pass"):
            clock.advance(wrong)
        with pytest.raises(ValueError, match="would refuse"):
            clock.sleep(wrong)


def test_threads_that_advance_it_lose_nothing() -> None:
    clock = testing.ManualClock(monotonic=0.0)
    threads = [threading.Thread(target=lambda: [clock.advance(1) for _ in range(2000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.monotonic() == 8000


def test_an_asynchronous_sleep_lets_others_run() -> None:
    clock, seen = testing.ManualClock(), []

    async def other() -> None:
        seen.append("other")

    async def main() -> None:
        task = asyncio.create_task(other())
        await clock.asleep(10)
        seen.append("slept")
        await task

    asyncio.run(main())
    assert seen == ["other", "slept"]


def test_the_clock_of_a_built_instance_is_exchanged_everywhere_at_once(fs: Failsoft, guard: Guard, way: Way) -> None:
    assert way.call(guard, Script("warm")) == "warm"  # what the guard remembers of the old clock has to go
    own = fs.clock
    with testing.clock(fs) as clock, testing.capture_events(fs) as events:
        assert fs.clock is clock
        clock.advance(3600)
        assert way.call(guard, Script(LOST(), "ok")) == "ok"
        assert (clock.slept, len(events)) == ([events[0].delay], 3)  # type: ignore[attr-defined]
        assert [round(event.at - clock.time()) for event in events] == [0, 0, 0]
        assert round(fs.classify(LOST()).timestamp - clock.time()) == 0
    assert fs.clock is own
    assert isinstance(own, SystemClock)


def test_a_circuit_that_was_open_before_is_tried_when_its_time_has_come(fs: Failsoft, guard: Guard, way: Way) -> None:
    with testing.no_sleep(fs):
        for _ in range(2):
            with pytest.raises(LOST):
                way.call(guard, Script(LOST()))
    breaker = fs.circuit_breakers["guard:payments"]
    assert breaker.state == "open"
    with testing.clock(fs) as clock:
        with pytest.raises(CircuitOpenError):
            way.call(guard, Script("too early"))
        clock.advance(31)
        assert way.call(guard, Script("well")) == "well"
        assert breaker.state == "half_open"
    assert breaker.state == "open"


def test_what_happened_at_times_that_never_were_is_forgotten(fs: Failsoft, guard: Guard, way: Way) -> None:
    way.call(guard, Script("before"))
    before = fs.circuit_breakers["guard:payments"].snapshot()
    policy = Policy(circuit_breaker=CircuitBreaker(failure_threshold=1))
    born = fs.guard("born", policy=policy)
    with testing.clock(fs) as clock:
        clock.advance(1_000_000)
        for _ in range(2):
            with pytest.raises(LOST):
                way.call(guard, Script(LOST()))
        with pytest.raises(LOST):
            way.call(born, Script(LOST()))
        assert fs.circuit_breakers.states() == {"guard:payments": "open", "guard:born": "open"}
    assert fs.circuit_breakers.states() == {"guard:payments": "closed", "guard:born": "closed"}
    assert fs.circuit_breakers["guard:payments"].snapshot() == before
    assert way.call(guard, Script("after")) == "after"
    assert way.call(born, Script("after")) == "after"


def test_retries_made_by_hand_are_not_charged_to_the_budget_afterwards(fs: Failsoft, way: Way) -> None:
    policy = Policy(retry=Retry(max_attempts=2, budget={"ratio": 0, "min_per_second": 0.1}))  # type: ignore[arg-type]
    guard = fs.guard("poor", policy=policy, idempotent=True)

    def spend() -> int:
        script = Script(LOST())
        with pytest.raises(LOST):
            way.call(guard, script)
        return script.calls

    with testing.clock(fs) as clock:
        assert [spend(), spend()] == [2, 1]
        clock.advance(100_000)
        assert spend() == 2
    with testing.no_sleep(fs):
        assert [spend(), spend()] == [2, 1]


def test_calls_made_by_hand_are_not_counted_by_a_rate_limit_afterwards(fs: Failsoft, way: Way) -> None:
    known, born = (fs.guard(name, policy=Policy(rate_limit="2/hour")) for name in ("known", "born"))
    way.call(known, Script("before"))
    with testing.clock(fs) as clock:
        clock.advance(3600)
        for guard in (known, known, born, born):
            way.call(guard, Script("well"))
        for guard in (known, born):
            with pytest.raises(RateLimitError):
                way.call(guard, Script("never"))
    for guard in (known, born, born):
        way.call(guard, Script("after"))
    with pytest.raises(RateLimitError):
        way.call(known, Script("never"))


def test_a_limit_that_was_found_by_hand_is_forgotten_and_slots_are_not(fs: Failsoft, way: Way) -> None:
    policy = Policy(bulkhead=Bulkhead(adaptive="aimd", min_concurrent=2, max_concurrent=40, initial_concurrent=10))
    known, born = (fs.guard(name, policy=policy) for name in ("known", "born"))
    way.call(known, Script("before"))

    def limits() -> dict[str, int]:
        return {name: slots.limit for name, slots in fs.bulkheads.snapshots().items()}

    with testing.clock(fs) as clock:

        def slow() -> None:
            clock.advance(0.1)
            raise LOST

        for guard in (known, born):
            for _ in range(40):
                with pytest.raises(LOST):
                    way.call(guard, slow)
        assert all(limit < 10 for limit in limits().values())
        held = known.__enter__()
        assert held.endpoint == "guard:known"
    assert limits() == {"guard:known": 10, "guard:born": 10}
    assert fs.bulkheads["guard:known"].snapshot().in_use == 1
    known.__exit__(None, None, None)
    assert fs.bulkheads["guard:known"].snapshot().in_use == 0


def test_a_fault_gives_the_slot_back(fs: Failsoft, way: Way) -> None:
    guard = fs.guard("narrow", policy=Policy(bulkhead=1))
    with testing.fault("guard:narrow", raises=LOST):
        for enter in (way.call, way.block):
            with pytest.raises(LOST):
                enter(guard, Script("never"))
    assert fs.bulkheads["guard:narrow"].snapshot().in_use == 0
    assert way.call(guard, Script("well")) == "well"


def test_it_is_put_back_after_an_exception_and_nests(fs: Failsoft) -> None:
    own = fs.clock
    with pytest.raises(ZeroDivisionError), testing.clock(fs) as outer:
        outer.advance(5)
        with testing.clock(fs) as inner:
            assert inner.monotonic() == outer.monotonic()
            inner.advance(5)
            with testing.no_sleep(fs):
                fs.clock.sleep(100)
        assert fs.clock is outer
        raise ZeroDivisionError
    assert fs.clock is own


def test_without_an_instance_it_holds_for_all_and_for_those_to_come(fs: Failsoft) -> None:
    with testing.clock() as clock:
        with Failsoft() as later:
            assert fs.clock is clock
            assert later.clock is clock
        clock.advance(1)
    with Failsoft() as after:
        assert after.clock is not clock
    assert later.clock is not clock


def test_it_holds_for_the_instance_that_stands_in(way: Way) -> None:
    import failsoft

    guard = failsoft.guard("x", policy=Policy(retry=Retry(base_delay=9, max_delay=9, jitter="none")), idempotent=True)
    assert way.call(guard, Script("built now")) == "built now"
    with testing.clock() as clock:
        assert way.call(guard, Script(LOST(), "ok")) == "ok"
    assert clock.slept == [9]


def test_without_sleep_retries_follow_at_once(fs: Failsoft, way: Way) -> None:
    policy = Policy(retry=Retry(max_attempts=9, base_delay=2, max_delay=50, jitter="none"), deadline=20)
    guard = fs.guard("x", policy=policy, idempotent=True)
    own = fs.clock
    with testing.no_sleep(fs) as slept, testing.capture_events(fs) as events:
        with pytest.raises(LOST):
            way.call(guard, Script(LOST()))
        assert slept == [2, 4, 8, 16]
        assert events.one(RetryEnded).outcome == "deadline"
    assert fs.clock is own


def test_it_works_in_an_asynchronous_test(fs: Failsoft, guard: Guard) -> None:
    async def main() -> Any:
        with testing.clock(fs) as clock, testing.fault("guard:payments", raises=LOST, times=2):
            result = await guard.acall(asyncio.sleep, 0, "ok")
            return result, len(clock.slept)

    assert asyncio.run(main()) == ("ok", 2)


@pytest.mark.parametrize("before", [0.042_7, 0.1 + 0.2, 1e-9, 123_456.789_1])
def test_what_was_due_in_half_a_minute_is_due_when_half_a_minute_has_passed(before: float) -> None:
    clock = testing.ManualClock(monotonic=7_301.337_1)
    clock.advance(before)
    due, dated = clock.monotonic() + 30.0, clock.time() + 30.0
    clock.advance(30.0)
    assert clock.monotonic() == due
    assert clock.time() == pytest.approx(dated, abs=1e-5)
