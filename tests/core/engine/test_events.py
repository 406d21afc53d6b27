"""The stream of events: what is said, in which order, to whom, and that nobody who listens can do harm."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

import pytest

import failsoft
from both_ways import SYNC, Recorder, Script, Way, request_call
from clocks import NOW, ManualClock
from failsoft import CircuitBreaker, Failsoft, Policy, Retry
from failsoft.bus import Bus
from failsoft.events import (
    CallRejected,
    CircuitBreakerTransition,
    Event,
    GuardCompleted,
    InternalError,
    RetryEnded,
    RetryScheduled,
)
from failsoft.run import Reply

LOST = ConnectionResetError


# -- what a call says


def test_a_call_that_succeeds_at_once_says_only_that_it_is_over(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    events = Recorder(fs)
    way.call(fs.guard("x", policy=Policy(retry=3, timeout=9)), lambda: clock.advance(0.25))  # type: ignore[arg-type]
    assert events.events == [
        GuardCompleted(at=clock.time(), endpoint="guard:x", duration=pytest.approx(0.25), error_type=None)
    ]


def test_events_come_once_and_in_order(make: Any, way: Way, clock: ManualClock) -> None:
    retry = {"base_delay": 1, "jitter": "none"}
    fs = make({"policies": {"upstream": {"retry": retry, "circuit_breaker": {"failure_threshold": 3}}}})
    events = Recorder(fs)
    guard = fs.guard("x", policy="upstream", idempotent=True)
    with pytest.raises(LOST):
        way.call(guard, Script(LOST()))
    with pytest.raises(failsoft.CircuitOpenError):
        way.call(guard, Script())
    assert events.names() == [
        "RetryScheduled",
        "RetryScheduled",
        "CircuitBreakerTransition",
        "RetryEnded",
        "GuardCompleted",
        "CallRejected",
        "GuardCompleted",
    ]
    assert [(e.attempt, e.delay, e.failure.type) for e in events.of(RetryScheduled)] == [
        (1, 1, "ConnectionResetError"),
        (2, 2, "ConnectionResetError"),
    ]
    assert [(e.attempts, e.outcome) for e in events.of(RetryEnded)] == [(3, "max_attempts")]
    assert [(e.name, e.to_state, e.retry_after) for e in events.of(CircuitBreakerTransition)] == [
        ("guard:x", "open", 30)
    ]
    assert [(e.reason, e.retry_after) for e in events.of(CallRejected)] == [("circuit_open", 30)]
    assert [(e.duration, e.error_type) for e in events.of(GuardCompleted)] == [
        (pytest.approx(3), "ConnectionResetError"),
        (0, "CircuitOpenError"),
    ]
    assert {e.endpoint for e in events.events} == {"guard:x"}
    assert {e.policy for e in events.events if type(e) is not CircuitBreakerTransition} == {"upstream"}
    assert [e.at - NOW for e in events.events] == pytest.approx([0, 1, 3, 3, 3, 3, 3])


def test_a_call_that_recovers_says_so(fs: Failsoft, way: Way) -> None:
    events = Recorder(fs)
    guard = fs.guard("x", policy=Policy(retry=Retry(base_delay=0)), idempotent=True)
    way.call(guard, Script(LOST(), "ok"))
    assert events.names() == ["RetryScheduled", "RetryEnded", "GuardCompleted"]
    assert [(e.attempts, e.outcome) for e in events.of(RetryEnded)] == [(2, "success")]


@pytest.mark.parametrize(
    ("second", "outcome"), [(ValueError("bug"), "not_retryable"), (404, "success"), (503, "max_attempts")]
)
def test_how_the_retrying_ended_is_said(fs: Failsoft, way: Way, second: Any, outcome: str) -> None:
    events = Recorder(fs)
    binding = fs.endpoints.bind("GET", "/q", failsoft.protect(retry=Retry(base_delay=0, max_attempts=2))(Script()))
    script = Script(LOST(), second)
    try:
        way.endpoint(binding, request_call(fs), script, reply=Reply)
    except ValueError:
        pass
    assert [(e.attempts, e.outcome) for e in events.of(RetryEnded)] == [(2, outcome)]


def test_a_response_thrown_away_whose_application_then_fails_is_one_attempt(fs: Failsoft) -> None:
    """An ASGI application may raise after its head and first byte were refused."""
    events = Recorder(fs)
    binding = fs.endpoints.bind(
        "GET", "/q", failsoft.protect(retry=Retry(base_delay=0), circuit_breaker=True)(Script())
    )
    statuses = iter([503, 503, 200])

    async def attempt(run: Any) -> str:
        if not run.answered(Reply(next(statuses))):
            raise RuntimeError("the rest of a response that nobody wants")
        return "sent"

    async def main() -> Any:
        assert binding.pipeline is not None
        return await binding.pipeline.acall(request_call(fs), attempt)

    assert asyncio.run(main()) == "sent"
    assert events.names() == ["RetryScheduled", "RetryScheduled", "RetryEnded"]
    counts = fs.circuit_breakers["GET /q"].snapshot().counts
    assert (counts.total, counts.failures) == (3, 2)


def test_a_stream_that_breaks_off_is_one_more_failure_and_nothing_else(fs: Failsoft) -> None:
    events = Recorder(fs)
    binding = fs.endpoints.bind(
        "GET", "/q", failsoft.protect(retry=Retry(base_delay=0), circuit_breaker=True)(Script())
    )

    async def attempt(run: Any) -> None:
        assert run.answered(Reply(200))
        raise LOST("in the middle")

    async def main() -> Any:
        assert binding.pipeline is not None
        return await binding.pipeline.acall(request_call(fs), attempt)

    with pytest.raises(LOST):
        asyncio.run(main())
    assert events.names() == []
    counts = fs.circuit_breakers["GET /q"].snapshot().counts
    assert (counts.total, counts.failures) == (2, 1)


# -- who listens


class Boom(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


class Hostile:
    """An observer that cannot even be named."""

    def __call__(self, event: Event) -> None:
        raise Boom

    def __repr__(self) -> str:
        raise RuntimeError("no repr")


@pytest.mark.parametrize("error", [ValueError("x"), Boom(), RecursionError(), MemoryError(), LOST()], ids=type)
def test_an_observer_that_raises_is_counted_and_passed_over(fs: Failsoft, way: Way, error: Exception) -> None:
    def bad(event: Event) -> None:
        raise error

    before, after = [], []
    fs.events.subscribe(before.append)
    fs.events.subscribe(bad)
    fs.events.subscribe(after.append)
    script = Script(LOST(), "ok")
    guard = fs.guard("x", policy=Policy(retry=Retry(base_delay=0)), idempotent=True)
    assert way.call(guard, script) == "ok"
    assert before == after
    assert (len(after), fs.events.errors) == (3, 3)
    assert fs.events.last_error == type(error).__name__


def test_a_hostile_observer_and_a_broken_log_reach_nobody(fs: Failsoft, way: Way) -> None:
    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise RuntimeError("the disk of the log is full")

    log, handler = logging.getLogger("failsoft"), Broken()
    log.addHandler(handler)
    try:
        fs.events.subscribe(Hostile())
        assert way.call(fs.guard("x", policy=Policy(timeout=9)), Script("ok")) == "ok"
    finally:
        log.removeHandler(handler)
    assert fs.events.errors == 1


def test_a_storm_of_failing_observers_is_not_a_storm_of_logs(fs: Failsoft, caplog: pytest.LogCaptureFixture) -> None:
    fs.events.subscribe(Hostile())
    for _ in range(1000):
        fs.publish(GuardCompleted(at=0, duration=0))
    assert len(caplog.records) == 10


def test_an_observer_may_use_failsoft(fs: Failsoft, way: Way) -> None:
    other = fs.guard("other", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=1)))
    script = Script("ok")

    def uses(event: Event) -> None:
        if event.endpoint == "guard:x":
            SYNC.call(other, script)

    fs.events.subscribe(uses)
    way.call(fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=1))), Script("ok"))
    assert script.calls == 1


def test_an_observer_of_a_transition_may_ask_the_breaker(fs: Failsoft, way: Way) -> None:
    """No lock is held while an observer runs."""
    seen: list[Any] = []

    def asks(event: CircuitBreakerTransition) -> None:
        thread = threading.Thread(target=lambda: seen.append(fs.circuit_breakers[event.name].snapshot().state))
        thread.start()
        thread.join(5)

    fs.events.subscribe(asks, CircuitBreakerTransition)
    with pytest.raises(LOST):
        way.call(fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=1))), Script(LOST()))
    assert seen == ["open"]


# -- the bus itself


def event() -> Event:
    return InternalError(at=0.0, where="here", type="X", message="")


def test_an_observer_is_called_for_the_kinds_it_named() -> None:
    bus, seen = Bus(), []
    bus.subscribe(seen.append, InternalError, RetryEnded)
    bus.publish(GuardCompleted(at=0, duration=0))
    assert seen == []
    assert (bus.wanted(InternalError), bus.wanted(GuardCompleted)) == (True, False)
    bus.publish(event())
    assert len(seen) == 1


@pytest.mark.parametrize("kinds", [(), (Event,), (InternalError, Event), (InternalError, InternalError)])
def test_no_event_is_handed_out_twice(kinds: Any) -> None:
    bus, seen = Bus(), []
    bus.subscribe(seen.append, *kinds)
    bus.publish(event())
    assert len(seen) == 1


def test_the_base_of_all_events_means_all_of_them() -> None:
    bus, seen = Bus(), []
    bus.subscribe(seen.append, Event)
    bus.publish(event())
    bus.publish(GuardCompleted(at=0, duration=0))
    assert len(seen) == 2


@pytest.mark.parametrize("kinds", [(), (InternalError,)])
def test_unsubscribing_ends_one_subscription_and_may_be_repeated(kinds: Any) -> None:
    bus, seen = Bus(), []
    first = bus.subscribe(seen.append, *kinds)
    observer = seen.append
    second = bus.subscribe(observer, *kinds)
    bus.subscribe(observer, *kinds)
    bus.publish(event())
    assert len(seen) == 3
    for _ in range(3):
        second()
    bus.publish(event())
    assert len(seen) == 5
    first()
    bus.publish(event())
    assert len(seen) == 6


def test_an_observer_may_leave_while_it_is_called() -> None:
    bus, seen = Bus(), []

    def once(event: Event) -> None:
        seen.append(event)
        leave()

    leave = bus.subscribe(once)
    bus.publish(event())
    bus.publish(event())
    assert len(seen) == 1
    assert not bus.wanted(InternalError)


def test_nobody_is_lost_where_many_subscribe_at_once() -> None:
    bus, barrier = Bus(), threading.Barrier(8)
    seen: list[int] = []

    def joins(number: int) -> None:
        barrier.wait()
        for _ in range(100):
            leave = bus.subscribe(lambda _: seen.append(0), InternalError)
            bus.subscribe(lambda _: seen.append(number), InternalError)
            leave()

    threads = [threading.Thread(target=joins, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bus.publish(event())
    assert (len(seen), 0 in seen) == (800, False)


@pytest.mark.parametrize(
    "parts", [{}, {"circuit_breaker": True}, {"retry": 2}, {"timeout": 60}, {"bulkhead": 1}], ids=str
)
def test_each_call_is_told_of_on_whatever_way_it_comes(fs: Failsoft, way: Way, parts: Any) -> None:
    guard = fs.guard("x", policy=Policy(**parts))
    way.call(guard, Script("nobody listens yet"))
    for _ in range(2):
        events: list[Any] = []
        stop = fs.events.subscribe(events.append, GuardCompleted)
        for told in range(1, 4):
            way.call(guard, Script("ok"))
            assert len(events) == told
        stop()
        way.call(guard, Script("nobody listens any more"))
        way.call(guard, Script("nobody listens any more"))
        assert [event.error_type for event in events] == [None] * 3
