"""A bulkhead whose limit finds itself: what it is fed with, and what is told of it."""

from __future__ import annotations

import contextlib
import logging
from itertools import pairwise
from typing import Any

import pytest

import failsoft
from both_ways import Recorder, Script, Way, request_call
from clocks import ManualClock
from failsoft import Bulkhead, BulkheadFullError, CircuitBreaker, Failsoft, Guard, Policy, Retry
from failsoft.events import BulkheadLimitChanged
from failsoft.policies.waiting import ThreadWaiter
from failsoft.run import Reply


def adapting(fs: Failsoft, law: Any = "aimd", **options: Any) -> Guard:
    options = {"min_concurrent": 2, "max_concurrent": 40, "initial_concurrent": 10, **options}
    return fs.guard("x", policy=Policy(bulkhead=Bulkhead(adaptive=law, **options)))


def window(way: Way, guard: Guard, clock: ManualClock, outcome: Any = "ok", used: int = 1) -> None:
    """Calls of a tenth of a second each for two windows, the first of which is too small; `used` at the same time."""
    for _ in range(used - 1):
        guard.__enter__()

    def fn() -> Any:
        clock.advance(0.1)
        return Script(outcome)()

    for _ in range(13):
        with contextlib.suppress(Exception):
            way.call(guard, fn)
    for _ in range(used - 1):
        guard.__exit__(None, None, None)


def limit(fs: Failsoft, name: str = "guard:x") -> int:
    return fs.bulkheads[name].snapshot().limit


def test_it_grows_while_it_is_used_and_all_is_well(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = adapting(fs)
    window(way, guard, clock, used=5)
    assert limit(fs) > 10
    assert fs.bulkheads["guard:x"].snapshot().in_use == 0


def test_it_does_not_grow_while_nobody_needs_it(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = adapting(fs)
    window(way, guard, clock, used=4)
    assert limit(fs) == 10


@pytest.mark.parametrize(
    ("outcome", "sinks"),
    [
        (ConnectionResetError("lost"), True),
        (failsoft.ServiceUnavailableError("busy"), True),
        (TimeoutError("late"), True),
        (ValueError("bug"), False),
        (failsoft.NotFoundError("nothing"), False),
        (failsoft.RateLimitError("ours"), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_it_sinks_for_failures_that_load_may_be_the_cause_of(
    fs: Failsoft, way: Way, clock: ManualClock, outcome: Any, sinks: bool
) -> None:
    guard = adapting(fs)
    window(way, guard, clock, outcome=outcome)
    assert (limit(fs) < 10) == sinks
    assert limit(fs) <= 10


def test_a_single_failure_within_the_window_makes_it_sink(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = adapting(fs)
    outcomes: list[Any] = ["ok"] * 5 + [ConnectionResetError("lost")] + ["ok"] * 7

    def fn() -> Any:
        clock.advance(0.1)
        return Script(outcomes.pop(0))()

    for _ in range(len(outcomes)):
        with contextlib.suppress(ConnectionResetError):
            way.call(guard, fn)
    assert limit(fs) == 9


def test_slower_calls_make_it_sink(fs: Failsoft, clock: ManualClock) -> None:
    guard = adapting(fs, "gradient2", initial_concurrent=20)
    limits = []
    for took in (*[1.1] * 6, *[20.0] * 3):
        for _ in range(16):
            guard.__enter__()
        clock.advance(took)
        for _ in range(16):
            guard.__exit__(None, None, None)
        limits.append(limit(fs))
    assert limits[5] > 20
    assert limits[-1] < limits[5]


def test_a_cancelled_call_is_no_sample(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = adapting(fs)

    def cancelled() -> Any:
        clock.advance(10)
        raise KeyboardInterrupt

    for _ in range(15):
        with pytest.raises(KeyboardInterrupt):
            way.call(guard, cancelled)
    assert limit(fs) == 10


def test_what_is_over_its_time_is_a_failure_for_load(fs: Failsoft, clock: ManualClock) -> None:
    bulkhead = Bulkhead(adaptive="aimd", min_concurrent=2, initial_concurrent=10)
    guard = fs.guard("x", policy=Policy(bulkhead=bulkhead, timeout=0.05))
    for _ in range(15):
        guard.call(lambda: clock.advance(0.1))
    assert limit(fs) < 10


@pytest.mark.parametrize(("status", "sinks"), [(200, False), (404, False), (500, False), (503, True), (504, True)])
def test_a_status_speaks_for_an_endpoint(fs: Failsoft, way: Way, clock: ManualClock, status: int, sinks: bool) -> None:
    view = failsoft.protect(bulkhead=Bulkhead(adaptive="aimd", min_concurrent=2, initial_concurrent=10))(Script())
    binding = fs.endpoints.bind("GET", "/", view)
    for _ in range(15):
        way.endpoint(binding, request_call(fs), lambda: clock.advance(0.1), reply=lambda _: Reply(status))
    assert (limit(fs, "GET /") < 10) == sinks


def test_the_new_limit_is_in_force_at_once(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = adapting(fs, min_concurrent=1, initial_concurrent=1, max_concurrent=2)
    window(way, guard, clock)
    assert limit(fs) == 2
    with guard:
        assert way.call(guard, Script("well")) == "well"
        with guard, pytest.raises(BulkheadFullError) as caught:
            way.call(guard, Script("never"))
    assert caught.value.details == {"max_concurrent": 2, "max_queue": 0}


def test_who_waits_gets_a_slot_of_a_limit_that_has_grown(fs: Failsoft) -> None:
    guard = adapting(fs, min_concurrent=1, initial_concurrent=1, max_queue=1, max_wait="60s")
    guard.call(lambda: None)
    compartment = fs.bulkheads["guard:x"]
    with guard:
        waiter = compartment.enter(ThreadWaiter)
        assert isinstance(waiter, ThreadWaiter)
        for number in range(25):
            compartment.given(0.1, False, 2000 + number * 0.1)
        waiter.wait(0)
        assert compartment.claim(waiter) is not None
        assert compartment.snapshot().in_use == 2


def test_who_waits_gets_the_slot_of_a_success_within_the_window(fs: Failsoft, clock: ManualClock) -> None:
    guard = adapting(fs, min_concurrent=1, initial_concurrent=1, max_queue=1, max_wait="60s")
    guard.call(lambda: clock.advance(0.1))
    compartment = fs.bulkheads["guard:x"]
    guard.__enter__()
    waiter = compartment.enter(ThreadWaiter)
    assert isinstance(waiter, ThreadWaiter)
    clock.advance(0.1)
    guard.__exit__(None, None, None)
    assert not compartment.slots.queued
    assert compartment.claim(waiter) is not None


def test_an_attempt_that_was_cancelled_does_not_report_for_the_one_before(
    fs: Failsoft, way: Way, clock: ManualClock
) -> None:
    policy = Policy(
        bulkhead=Bulkhead(adaptive="aimd", min_concurrent=2, initial_concurrent=10), retry=Retry(base_delay=0)
    )
    guard = fs.guard("x", policy=policy, idempotent=True)
    for _ in range(30):
        script = Script(lambda: clock.advance(0.15) or ConnectionResetError(), KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            way.call(guard, script)
    # seven samples in a second are too few, and fourteen would not be
    assert limit(fs) == 10


def test_a_limit_that_moves_is_told_of_now_and_then(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard, events = adapting(fs), Recorder(fs)
    for _ in range(25):
        window(way, guard, clock, used=10)
    told = events.of(BulkheadLimitChanged)
    assert [(e.name, e.endpoint) for e in told] == [("guard:x", "guard:x")] * len(told)
    assert told[0].from_limit == 10
    assert [e.from_limit for e in told[1:]] == [e.to_limit for e in told[:-1]]
    assert all(later.at - earlier.at >= 10 - 1e-5 for earlier, later in pairwise(told))
    assert 2 <= len(told) <= 4
    assert limit(fs) >= 20


def test_the_log_says_so(fs: Failsoft, way: Way, clock: ManualClock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "failsoft")
    window(way, adapting(fs), clock, used=5)
    records = [r for r in caplog.records if r.__dict__.get("failsoft_event") == "BulkheadLimitChanged"]
    (record,) = records
    assert record.getMessage() == "bulkhead guard:x: limit 10 -> 11"
    facts = {name: record.__dict__[f"failsoft_{name}"] for name in ("bulkhead", "from_limit", "to_limit", "endpoint")}
    assert facts == {"bulkhead": "guard:x", "from_limit": 10, "to_limit": 11, "endpoint": "guard:x"}


def test_the_time_in_the_queue_is_not_the_calls_own(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    """A sample is as long as the call ran: with the breaker beside it, and a retry of nothing."""
    policy = Policy(
        bulkhead=Bulkhead(adaptive="aimd", min_concurrent=2, initial_concurrent=10),
        circuit_breaker=CircuitBreaker(failure_threshold=99),
    )
    guard = fs.guard("x", policy=policy)
    for _ in range(30):
        clock.advance(6)
        way.call(guard, lambda: clock.advance(0.1))
    assert limit(fs) == 10
