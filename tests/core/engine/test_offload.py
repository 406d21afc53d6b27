"""Synchronous calls of a guard in threads of their own: whoever waits for one may stop waiting."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import failsoft
from both_ways import Recorder, Script
from clocks import ManualClock
from core.engine.conftest import Make
from failsoft import (
    BulkheadFullError,
    CircuitBreaker,
    Failsoft,
    Guard,
    OperationTimeoutError,
    Policy,
    Retry,
    SettingsError,
)
from failsoft.current import current_call
from failsoft.events import AttemptTimedOut, CallRejected, InternalError, LateResultDropped, RetryEnded
from failsoft.policies.offload import Crew, Errand

SOON = 0.005
"""Seconds of real time; what waits under such a limit waits until the end of the test."""


WAIT = Errand.wait


class Hang:
    """A function that hangs until it is let go, and says when it has."""

    def __init__(self) -> None:
        self._go = threading.Event()
        self.runs = 0

    def __call__(self, outcome: Any = None) -> Any:
        self.runs += 1
        assert self._go.wait(60)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome() if callable(outcome) else outcome

    def let_go(self) -> None:
        self._go.set()


@pytest.fixture
def hang() -> Iterator[Hang]:
    made = Hang()
    yield made
    made.let_go()


@pytest.fixture(autouse=True)
def starts_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, the time of a call is counted from when its thread has begun."""

    def wait(errand: Errand, seconds: float) -> None:
        until(lambda: errand.started)
        WAIT(errand, seconds)

    monkeypatch.setattr(Errand, "wait", wait)


def crew(fs: Failsoft, name: str = "guard:x") -> Any:
    return fs.offloads[name].snapshot()


def until(condition: Callable[[], Any]) -> None:
    """Wait for what another thread is about to do."""
    for _ in range(12_000):
        if condition():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it did not happen")


def offloaded(fs: Failsoft, threads: int = 2, *, name: str = "x", idempotent: bool = False, **parts: Any) -> Guard:
    parts = {"timeout": 60, **parts}
    return fs.guard(name, policy=Policy(offload=threads, **parts), idempotent=idempotent)


def cut(guard: Guard, hang: Hang, outcome: Any = None) -> OperationTimeoutError:
    with pytest.raises(OperationTimeoutError) as caught:
        guard.call(hang, outcome)
    return caught.value


# -- a call that comes back


def test_it_runs_in_another_thread_and_returns_what_it_returns(fs: Failsoft) -> None:
    guard = offloaded(fs)
    decorated = guard(lambda a, b: (a + b, threading.current_thread()))
    total, thread = decorated(3, b=4)
    assert (total, thread.daemon, thread is threading.current_thread()) == (7, True, False)
    assert decorated(1, 1)[1] is thread
    assert (crew(fs).running, crew(fs).abandoned) == (0, 0)


def test_it_sees_the_context_of_its_caller_and_how_much_time_is_left(fs: Failsoft) -> None:
    variable = contextvars.ContextVar("variable", default="nothing")
    variable.set("of the caller")

    def look() -> Any:
        call = current_call.get()
        assert call is not None
        seen = variable.get(), failsoft.remaining(), call.endpoint, call.attempt
        variable.set("of the thread")
        return seen

    assert offloaded(fs, timeout=9, deadline=20).call(look) == ("of the caller", 9, "guard:x", 1)
    assert variable.get() == "of the caller"
    assert failsoft.remaining() is None


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no"),
        ExceptionGroup("two", [ValueError("a"), KeyError("b")]),
        BaseExceptionGroup("all", [KeyboardInterrupt()]),
        KeyboardInterrupt(),
        SystemExit(3),
        GeneratorExit(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_it_raises_travels_with_its_traceback(fs: Failsoft, error: BaseException) -> None:
    def deep_inside() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        offloaded(fs).call(deep_inside)
    assert caught.value is error
    assert [frame.name for frame in traceback.extract_tb(error.__traceback__)][-1] == "deep_inside"
    assert crew(fs).running == 0


def test_a_timeout_error_from_inside_is_its_own(fs: Failsoft) -> None:
    guard, events = offloaded(fs, threads=1, circuit_breaker=CircuitBreaker(failure_threshold=100)), Recorder(fs)
    first = guard.call(threading.current_thread)
    for error in (TimeoutError("the driver's"), OperationTimeoutError("of another guard")):
        for _ in range(20):
            with pytest.raises(TimeoutError) as caught:
                guard.call(_raise, error)
            assert caught.value is error
    assert events.of(AttemptTimedOut) == []
    assert guard.call(threading.current_thread) is first


def _raise(error: BaseException) -> None:
    raise error


def test_what_has_not_run_yet_is_refused(fs: Failsoft) -> None:
    async def later() -> None: ...

    with pytest.raises(TypeError, match="acall"):
        offloaded(fs).call(later)


def test_a_coroutine_function_stays_in_its_event_loop(fs: Failsoft) -> None:
    async def where() -> Any:
        return threading.current_thread()

    assert asyncio.run(offloaded(fs).acall(where)) is threading.current_thread()
    assert "guard:x" in fs.offloads
    assert crew(fs).running == 0


def test_a_block_stays_in_the_thread_of_who_opened_it(fs: Failsoft) -> None:
    with offloaded(fs) as call:
        assert call.deadline == fs.clock.monotonic() + 60
    assert crew(fs).running == 0


def test_a_call_that_is_only_observed_is_not_offloaded(make: Make) -> None:
    fs = make({"rollout": {"mode": "observe"}})
    assert offloaded(fs).call(threading.current_thread) is threading.current_thread()


# -- a call that hangs


def test_who_waits_stops_waiting_at_the_limit(fs: Failsoft, hang: Hang) -> None:
    events = Recorder(fs)
    error = cut(offloaded(fs, timeout=SOON), hang)
    assert error.details == {"kind": "timeout", "limit": SOON}
    assert [(e.attempt, e.kind, e.cut) for e in events.of(AttemptTimedOut)] == [(1, "timeout", True)]
    assert (crew(fs).running, crew(fs).abandoned) == (0, 1)
    assert hang.runs == 1


def test_the_deadline_of_the_call_around_holds_too(fs: Failsoft, hang: Hang) -> None:
    inner, outer = offloaded(fs), fs.guard("outer", policy=Policy(deadline=SOON))
    with pytest.raises(OperationTimeoutError) as caught:
        outer.call(inner.call, hang)
    assert caught.value.details["kind"] == "deadline"
    assert crew(fs).abandoned == 1


@pytest.mark.parametrize("outcome", ["late", ValueError("late"), SystemExit()], ids=["result", "error", "exit"])
def test_a_late_result_is_dropped_and_told(fs: Failsoft, clock: ManualClock, hang: Hang, outcome: Any) -> None:
    guard, events = offloaded(fs, timeout=SOON), Recorder(fs)
    cut(guard, hang, outcome)
    clock.advance(7)
    hang.let_go()
    until(lambda: events.of(LateResultDropped))
    (event,) = events.of(LateResultDropped)
    error = type(outcome).__name__ if isinstance(outcome, BaseException) else None
    assert (event.endpoint, event.attempt, event.duration, event.error_type) == ("guard:x", 1, 7, error)
    until(lambda: crew(fs).abandoned == 0)
    assert guard.call(lambda: "well") == "well"


def test_a_hang_is_counted_once(fs: Failsoft, hang: Hang) -> None:
    guard = offloaded(fs, timeout=SOON, circuit_breaker=CircuitBreaker(failure_threshold=2))
    cut(guard, hang, ConnectionResetError())
    breaker = fs.circuit_breakers["guard:x"]
    counted = breaker.snapshot()
    hang.let_go()
    until(lambda: crew(fs).abandoned == 0)
    assert (breaker.state, breaker.snapshot()) == ("closed", counted)


def test_a_caller_in_a_hurry_is_no_failure(fs: Failsoft, hang: Hang) -> None:
    inner = offloaded(fs, circuit_breaker=CircuitBreaker(failure_threshold=1))
    with pytest.raises(OperationTimeoutError):
        fs.guard("outer", policy=Policy(deadline=SOON)).call(inner.call, hang)
    assert fs.circuit_breakers["guard:x"].state == "closed"


def test_for_what_nobody_waits_the_time_is_over_and_stays_so(fs: Failsoft, clock: ManualClock, hang: Hang) -> None:
    guard, nested = offloaded(fs, timeout=SOON), fs.guard("nested", policy=Policy(timeout=60))
    seen: list[Any] = []

    def ask() -> None:
        seen.append(failsoft.remaining())
        try:
            nested.call(seen.append, "the order is sent")
        except OperationTimeoutError as error:
            seen.append(error.details["kind"])

    cut(guard, hang, ask)
    clock.advance(1)
    hang.let_go()
    until(lambda: crew(fs).abandoned == 0)
    assert seen == [0.0, "deadline"]


def test_a_result_that_is_late_by_the_clock_alone_is_returned_and_slow(fs: Failsoft, clock: ManualClock) -> None:
    events = Recorder(fs)
    assert offloaded(fs).call(lambda: clock.sleep(61) or "late") == "late"
    assert [event.cut for event in events.of(AttemptTimedOut)] == [False]


def test_who_is_interrupted_leaves_the_thread_behind(fs: Failsoft, hang: Hang, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(errand: Errand, seconds: float) -> None:
        until(lambda: errand.started)
        raise KeyboardInterrupt

    guard = offloaded(fs, threads=1, circuit_breaker=CircuitBreaker(failure_threshold=1))
    monkeypatch.setattr(Errand, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        guard.call(hang)
    monkeypatch.setattr(Errand, "wait", WAIT)
    assert crew(fs).abandoned == 1
    hang.let_go()
    until(lambda: crew(fs).abandoned == 0)
    assert guard.call(lambda: "well") == "well"


def test_what_nobody_waits_for_any_more_is_not_begun(fs: Failsoft, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine is so busy that a thread gets no turn before the time is over."""
    held = threading.Event()
    serve = Crew.serve

    def late(*arguments: Any) -> bool:
        assert held.wait(60)
        return serve(*arguments)

    monkeypatch.setattr(Crew, "serve", late)
    monkeypatch.setattr(Errand, "wait", WAIT)
    guard, events, ran = offloaded(fs, timeout=SOON), Recorder(fs), Script("never")
    with pytest.raises(BulkheadFullError):
        guard.call(ran)
    held.set()
    until(lambda: crew(fs).abandoned == 0)
    assert ran.calls == 0
    assert events.names() == ["CallRejected", "GuardCompleted"]


# -- no thread


def test_when_all_are_abandoned_a_call_is_refused_at_once_until_one_comes_back(fs: Failsoft, hang: Hang) -> None:
    guard, events = offloaded(fs, timeout=SOON), Recorder(fs)
    slow = fs.guard("x", policy=Policy(timeout=60, offload=2))  # the same threads, and more patience
    cut(guard, hang), cut(guard, hang)
    with pytest.raises(BulkheadFullError) as caught:
        slow.call(lambda: "never")
    assert caught.value.details == {"threads": 2, "abandoned": 2}
    assert "2 of them abandoned" in str(caught.value)
    assert [event.reason for event in events.of(CallRejected)] == ["bulkhead_full"]
    assert crew(fs).rejected == 1
    hang.let_go()
    until(lambda: crew(fs).abandoned == 0)
    assert guard.call(lambda: "well") == "well"
    assert hang.runs == 2


def test_when_all_are_busy_a_call_waits_no_longer_than_its_limit(fs: Failsoft, hang: Hang) -> None:
    patient, hasty = offloaded(fs, threads=1), fs.guard("x", policy=Policy(timeout=SOON, offload=1))
    busy = threading.Thread(target=patient.call, args=(hang,))
    busy.start()
    until(lambda: hang.runs)
    for _ in range(3):
        with pytest.raises(BulkheadFullError) as caught:
            hasty.call(lambda: "never")
        assert caught.value.details == {"threads": 1, "abandoned": 0}
    hang.let_go()
    busy.join(60)
    assert hasty.call(lambda: "well") == "well"


def test_a_refusal_says_nothing_about_the_dependency(fs: Failsoft, hang: Hang) -> None:
    guard = offloaded(
        fs, threads=1, timeout=SOON, circuit_breaker=CircuitBreaker(failure_threshold=2), retry=Retry(base_delay=0)
    )
    cut(guard, hang)
    for _ in range(5):
        with pytest.raises(BulkheadFullError):
            guard.call(lambda: "never")
    assert fs.circuit_breakers["guard:x"].snapshot().consecutive_failures == 1
    assert fs.circuit_breakers["guard:x"].state == "closed"


def test_the_time_of_a_call_begins_when_it_has_a_thread(fs: Failsoft, clock: ManualClock, hang: Hang) -> None:
    slow = CircuitBreaker(failure_threshold=1, slow_call_duration=50)
    guard, events = offloaded(fs, threads=1, circuit_breaker=slow), Recorder(fs)
    seen: list[Any] = []
    first = threading.Thread(target=guard.call, args=(hang, lambda: clock.advance(40)))
    first.start()
    until(lambda: hang.runs)

    def after_the_first() -> None:
        seen.append(failsoft.remaining())
        first.join(60)
        clock.advance(40)

    second = threading.Thread(target=guard.call, args=(after_the_first,))
    second.start()
    until(lambda: crew(fs).waiting == 1)
    hang.let_go()
    first.join(60), second.join(60)
    assert seen == [60]
    assert events.of(AttemptTimedOut) == []
    assert fs.circuit_breakers["guard:x"].snapshot().counts.slow == 0


def test_where_no_thread_can_be_started_a_call_is_refused(fs: Failsoft, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    guard, events = offloaded(fs, threads=1), Recorder(fs)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    for _ in range(2):
        with pytest.raises(BulkheadFullError, match="no thread can be started"):
            guard.call(lambda: "never")
    monkeypatch.undo()
    assert [event.where for event in events.of(InternalError)] == ["offload", "offload"]
    assert [event.reason for event in events.of(CallRejected)] == ["bulkhead_full", "bulkhead_full"]
    assert guard.call(lambda: "well") == "well"


# -- another attempt


@pytest.mark.parametrize("retry", [Retry(base_delay=0), Retry(base_delay=0, retry_on=[TimeoutError])])
def test_an_attempt_that_still_runs_is_not_repeated_beside_it(fs: Failsoft, hang: Hang, retry: Retry) -> None:
    cut(offloaded(fs, timeout=SOON, retry=retry), hang)
    assert hang.runs == 1


def test_unless_the_guard_says_that_it_does_no_harm(fs: Failsoft, hang: Hang) -> None:
    runs: list[int] = []

    def first_hangs() -> Any:
        runs.append(1)
        return hang() if len(runs) == 1 else "well"

    guard = offloaded(fs, timeout=0.2, retry=Retry(max_attempts=9, base_delay=0), idempotent=True, threads=9)
    assert guard.call(first_hangs) == "well"
    assert (len(runs) > 1, crew(fs).abandoned > 0) == (True, True)


def test_an_attempt_for_which_there_is_no_thread_leaves_the_last_error(fs: Failsoft, hang: Hang) -> None:
    guard, events = offloaded(fs, threads=1, timeout=SOON, retry=Retry(base_delay=0), idempotent=True), Recorder(fs)
    error = cut(guard, hang)
    assert error.__notes__[-1] == "failsoft: gave up after attempt 1 (bulkhead_full)"
    assert [event.outcome for event in events.of(RetryEnded)] == ["bulkhead_full"]
    assert hang.runs == 1


def test_another_attempt_runs_in_a_thread_too(fs: Failsoft) -> None:
    outcomes, seen = [ConnectionResetError(), ConnectionResetError(), None], []

    def run() -> Any:
        seen.append(threading.current_thread())
        if error := outcomes.pop(0):
            raise error
        return "well"

    assert offloaded(fs, retry=Retry(base_delay=0), idempotent=True).call(run) == "well"
    assert (len(seen), threading.current_thread() in seen) == (3, False)


# -- settings


def test_it_needs_a_limit() -> None:
    with pytest.raises(SettingsError) as caught:
        Policy(offload=2)
    assert [(fault.path, fault.expected) for fault in caught.value.faults] == [
        ("Policy.offload", "expected together with timeout or deadline")
    ]


@pytest.mark.parametrize("wrong", [0, 1001, "8", True, {}])
def test_a_wrong_number_of_threads_is_refused(wrong: Any) -> None:
    with pytest.raises(SettingsError):
        Policy(timeout=1, offload=wrong)


@pytest.mark.parametrize("offload", [8, {"threads": 8}])
def test_it_stands_in_the_settings(make: Make, offload: Any) -> None:
    fs = make({"policies": {"p": {"timeout": "60s", "offload": offload}}})
    assert fs.guard("x", policy="p").call(lambda: 5) == 5
    assert crew(fs).threads == 8


def test_it_is_for_guards_only(make: Make) -> None:
    with pytest.raises(SettingsError) as caught:
        make({"policies": {"p": {"timeout": 1, "offload": 2}}, "endpoints": [{"match": "GET /x", "policy": "p"}]})
    assert [(fault.path, fault.expected) for fault in caught.value.faults] == [
        ("endpoints[0].policy", "policies.p.offload is for guards only; the thread of a view is its server's")
    ]
    with pytest.raises(SettingsError, match="offload"):
        failsoft.protect(policy=Policy(timeout=1, offload=2))
    fs = make({"policies": {"p": {"timeout": 1, "offload": 2}}})
    with pytest.raises(SettingsError, match="the thread of a view is its server's"):
        fs.endpoints.bind("GET", "/x", failsoft.protect(policy="p")(lambda: None))
