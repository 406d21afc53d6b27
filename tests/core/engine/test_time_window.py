"""A window in seconds on the quick way: successes are only noted while all is well, and still all of them count."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest

from both_ways import Script, Way
from clocks import ManualClock
from failsoft import CircuitBreaker, Failsoft, Guard, Policy
from failsoft.current import EPOCH
from failsoft.machines.breaker import BreakerMachine, BreakerRules

LOST = ConnectionResetError


def guarded(fs: Failsoft, **options: Any) -> Guard:
    options = {"window": "30s", "minimum_calls": 1, "failure_rate_threshold": 0.5, **options}
    return fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(**options)))


def well(way: Way, guard: Guard, times: int) -> None:
    for _ in range(times):
        way.call(guard, Script("well"))


def fail(way: Way, guard: Guard) -> None:
    with pytest.raises(LOST):
        way.call(guard, Script(LOST()))


def test_all_successes_count_when_somebody_looks(fs: Failsoft, way: Way) -> None:
    well(way, guarded(fs), 1_000)
    assert fs.circuit_breakers["guard:x"].snapshot().counts == (1_000, 0, 0)


@pytest.mark.parametrize("limit", [None, 60], ids=["bare", "limited"])
def test_no_more_is_noted_than_is_soon_counted(fs: Failsoft, way: Way, limit: float | None) -> None:
    guard = fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(window="30s"), timeout=limit))
    well(way, guard, 3_000)
    noted = fs.circuit_breakers["guard:x"].machine.noted
    assert noted is not None
    assert 0 < len(noted) <= 257


def test_successes_before_a_failure_keep_the_circuit_closed(fs: Failsoft, way: Way) -> None:
    guard = guarded(fs)
    well(way, guard, 9)
    for _ in range(8):
        fail(way, guard)
    breaker = fs.circuit_breakers["guard:x"]
    assert breaker.state == "closed"
    fail(way, guard)
    assert breaker.state == "open"


def test_each_success_counts_for_the_time_at_which_it_ended(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = guarded(fs)
    well(way, guard, 10)
    clock.advance(20)
    well(way, guard, 5)
    clock.advance(20)
    # the first ten have grown old, though nobody has looked since
    for _ in range(4):
        fail(way, guard)
    breaker = fs.circuit_breakers["guard:x"]
    assert breaker.snapshot().counts == (9, 4, 0)
    assert breaker.state == "closed"
    fail(way, guard)
    assert breaker.state == "open"


def test_what_was_noted_before_a_reset_is_forgotten(fs: Failsoft, way: Way) -> None:
    guard = guarded(fs)
    well(way, guard, 5)
    fs.circuit_breakers["guard:x"].reset()
    assert fs.circuit_breakers["guard:x"].snapshot().counts == (0, 0, 0)


def test_what_was_noted_before_a_restore_is_forgotten(fs: Failsoft, way: Way) -> None:
    guard = guarded(fs)
    well(way, guard, 2)
    breaker = fs.circuit_breakers["guard:x"]
    kept = breaker.snapshot()
    well(way, guard, 5)
    breaker.restore(kept, age=0)
    assert breaker.snapshot().counts == (2, 0, 0)


@pytest.mark.parametrize("verb", ["force_open", "metrics_only", "disable"])
def test_what_was_noted_before_an_operator_came_is_forgotten(fs: Failsoft, way: Way, verb: str) -> None:
    guard = guarded(fs)
    well(way, guard, 5)
    breaker = fs.circuit_breakers["guard:x"]
    getattr(breaker, verb)()
    breaker.reset()
    assert breaker.snapshot().counts == (0, 0, 0)
    well(way, guard, 2)
    assert breaker.snapshot().counts == (2, 0, 0)


def test_a_slow_success_is_judged_at_once(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = guarded(fs, slow_call_rate_threshold=0.5, slow_call_duration=1)
    well(way, guard, 1)
    way.call(guard, lambda: clock.advance(2))
    assert fs.circuit_breakers["guard:x"].state == "open"


def test_once_the_failures_have_grown_old_successes_are_noted_again(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = guarded(fs, minimum_calls=10)
    fail(way, guard)
    breaker = fs.circuit_breakers["guard:x"]
    assert not breaker.machine.steady
    clock.advance(60)
    well(way, guard, 1)
    assert breaker.machine.steady
    well(way, guard, 3)
    assert breaker.machine.noted is not None
    assert len(breaker.machine.noted) == 3
    assert breaker.snapshot().counts == (4, 0, 0)


@pytest.mark.parametrize("limit", [None, 600], ids=["bare", "limited"])
def test_a_late_success_is_not_noted(fs: Failsoft, way: Way, clock: ManualClock, limit: float | None) -> None:
    options = CircuitBreaker(window="30s", failure_threshold=1, half_open_calls=1)
    guard = fs.guard("x", policy=Policy(circuit_breaker=options, timeout=limit))
    way.call(guard, Script("warm"))
    breaker = fs.circuit_breakers["guard:x"]

    def long() -> str:
        with pytest.raises(LOST):
            guard.call(Script(LOST()))
        clock.advance(31)
        assert guard.call(Script("probe")) == "probe"
        assert breaker.state == "closed"
        return "late"

    assert way.call(guard, long) == "late"
    assert breaker.snapshot().counts == (0, 0, 0)
    assert breaker.machine.steady


def test_a_row_of_failures_ends_with_a_success_though_the_window_has_become_one_in_seconds(
    fs: Failsoft, way: Way
) -> None:
    guard = fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=3)))
    fail(way, guard)
    fail(way, guard)
    breaker = fs.circuit_breakers["guard:x"]
    breaker.adopt(CircuitBreaker(failure_threshold=3, window="30s"))
    EPOCH.end()
    well(way, guard, 1)
    fail(way, guard)
    assert (breaker.state, breaker.snapshot().consecutive_failures) == ("closed", 1)


class Interrupted(deque[float]):
    """Somebody else counts what was noted, in the same thread, as its first entry is taken."""

    then: Callable[[], None] | None = None

    def popleft(self) -> float:
        then, self.then = self.then, None
        if then is not None:
            then()
        return super().popleft()


def test_a_call_that_ends_while_another_counts_takes_nothing_twice() -> None:
    machine = BreakerMachine(BreakerRules(window_seconds=30.0))
    machine.noted = noted = Interrupted([1.0, 2.0, 3.0])
    noted.then = machine.gather
    machine.gather()
    assert machine.snapshot(3.0).counts == (3, 0, 0)


def test_how_it_stands_is_remembered_while_others_call(fs: Failsoft, monkeypatch: pytest.MonkeyPatch) -> None:
    guard = guarded(fs)
    guard.call(lambda: None)
    breaker = fs.circuit_breakers["guard:x"]

    class Noting:
        """What comes while it is copied is noted by others."""

        def __deepcopy__(self, _: object) -> int:
            noted.append(1000.0)
            return 0

    noted = breaker.machine.noted
    assert noted is not None
    noted.append(Noting())  # type: ignore[arg-type]
    monkeypatch.setattr(BreakerMachine, "gather", lambda _: None)
    way_back = breaker.remember()
    way_back()
    assert not breaker.machine.noted


def test_many_threads_lose_none(fs: Failsoft) -> None:
    guard = guarded(fs)
    work = guard(lambda: None)

    def many() -> None:
        for _ in range(5_000):
            work()

    threads = [threading.Thread(target=many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fs.circuit_breakers["guard:x"].snapshot().counts == (40_000, 0, 0)
