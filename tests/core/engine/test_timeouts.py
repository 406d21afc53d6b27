"""Time limits: an asynchronous attempt is cut off, a synchronous one is told how long it has."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import failsoft
from both_ways import ASYNC, SYNC, Recorder, Script, Way, request_call
from clocks import ManualClock
from failsoft import CircuitBreaker, Failsoft, OperationTimeoutError, Policy, Retry
from failsoft.current import current_call
from failsoft.events import AttemptTimedOut, CallRejected, RetryEnded
from failsoft.run import Reply

SOON = 0.005
"""Seconds of the loop's real time; what waits under such a limit waits for ever."""


async def hang() -> None:
    await asyncio.Event().wait()


def acall(guard: Any, fn: Any) -> Any:
    return ASYNC.run(ASYNC.nested(guard, fn))


# -- asynchronous


def test_an_attempt_over_its_time_is_cut_off(fs: Failsoft) -> None:
    events = Recorder(fs)
    with pytest.raises(OperationTimeoutError) as caught:
        acall(fs.guard("x", policy=Policy(timeout=SOON)), hang)
    assert caught.value.details == {"kind": "timeout", "limit": SOON}
    assert isinstance(caught.value, TimeoutError)
    assert isinstance(caught.value.__cause__, asyncio.CancelledError)
    timed_out = events.of(AttemptTimedOut)
    assert [(e.attempt, e.limit, e.kind, e.cut) for e in timed_out] == [(1, SOON, "timeout", True)]


def test_the_shorter_of_timeout_and_deadline_is_named(fs: Failsoft) -> None:
    for limits, kind in (
        ({"timeout": SOON, "deadline": 60}, "timeout"),
        ({"deadline": SOON}, "deadline"),
    ):
        with pytest.raises(OperationTimeoutError) as caught:
            acall(fs.guard(kind, policy=Policy(**limits)), hang)
        assert caught.value.details["kind"] == kind


def test_a_timeout_of_the_application_is_its_own(fs: Failsoft) -> None:
    events = Recorder(fs)

    async def impatient() -> None:
        async with asyncio.timeout(0):
            await hang()

    with pytest.raises(TimeoutError) as caught:
        acall(fs.guard("x", policy=Policy(timeout=60)), impatient)
    assert not isinstance(caught.value, OperationTimeoutError)
    assert events.of(AttemptTimedOut) == []


def test_a_timeout_of_the_application_under_an_expired_limit_is_ours(fs: Failsoft) -> None:
    async def converts() -> None:
        try:
            await hang()
        except asyncio.CancelledError:
            raise TimeoutError("as drivers say it") from None

    with pytest.raises(OperationTimeoutError):
        acall(fs.guard("x", policy=Policy(timeout=SOON)), converts)


def test_a_result_that_beats_its_cancellation_is_returned(fs: Failsoft) -> None:
    async def swallows() -> str:
        try:
            await hang()
        except asyncio.CancelledError:
            return "partial"
        return "never"

    assert acall(fs.guard("x", policy=Policy(timeout=SOON)), swallows) == "partial"


def test_each_attempt_has_the_full_time(fs: Failsoft) -> None:
    events = Recorder(fs)
    policy = Policy(timeout=SOON, retry=Retry(base_delay=0, max_attempts=3))
    with pytest.raises(OperationTimeoutError):
        acall(fs.guard("x", policy=policy, idempotent=True), hang)
    assert [(e.attempt, e.limit) for e in events.of(AttemptTimedOut)] == [(1, SOON), (2, SOON), (3, SOON)]


def test_a_cut_off_attempt_is_not_repeated_by_a_guard_that_is_not_idempotent(fs: Failsoft) -> None:
    events = Recorder(fs)
    with pytest.raises(OperationTimeoutError):
        acall(fs.guard("x", policy=Policy(timeout=SOON, retry=Retry(base_delay=0))), hang)
    assert len(events.of(AttemptTimedOut)) == 1


def test_a_hang_is_counted_once(fs: Failsoft) -> None:
    policy = Policy(timeout=SOON, circuit_breaker=CircuitBreaker(failure_threshold=2))
    guard = fs.guard("x", policy=policy)
    with pytest.raises(OperationTimeoutError):
        acall(guard, hang)
    snapshot = fs.circuit_breakers["guard:x"].snapshot()
    assert (snapshot.counts.failures, snapshot.counts.total) == (1, 1)


def test_an_exception_raised_while_being_cut_off_is_not_lost(fs: Failsoft) -> None:
    async def cleans_up_badly() -> None:
        try:
            await hang()
        finally:
            raise RuntimeError("in the finally")

    with pytest.raises(RuntimeError, match="in the finally"):
        acall(fs.guard("x", policy=Policy(timeout=SOON)), cleans_up_badly)


# -- synchronous


def test_a_synchronous_attempt_knows_how_long_it_has(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    seen: list[float | None] = []

    def asks() -> None:
        seen.append(failsoft.remaining())
        clock.advance(1.5)
        seen.append(fs.remaining())
        clock.advance(5)
        seen.append(failsoft.remaining())

    way.call(fs.guard("x", policy=Policy(timeout=60)), asks)
    assert seen == pytest.approx([60, 58.5, 53.5])
    assert failsoft.remaining() is None


def test_there_is_no_time_to_tell_of_without_a_limit(fs: Failsoft, way: Way) -> None:
    seen: list[float | None] = []
    way.call(fs.guard("x", policy=Policy(retry=3)), lambda: seen.append(failsoft.remaining()))  # type: ignore[arg-type]
    assert seen == [None]


def test_what_is_left_is_never_less_than_nothing(fs: Failsoft, clock: ManualClock) -> None:
    def late() -> float | None:
        clock.advance(5)
        return failsoft.remaining()

    assert SYNC.call(fs.guard("x", policy=Policy(timeout=2)), late) == 0


def test_a_late_result_is_returned_and_counts_as_slow(fs: Failsoft, clock: ManualClock) -> None:
    events = Recorder(fs)
    options = {"slow_call_rate_threshold": 1.0, "slow_call_duration": 1000, "minimum_calls": 2}
    policy = Policy(timeout=2, circuit_breaker=CircuitBreaker(**options))  # type: ignore[arg-type]
    guard = fs.guard("x", policy=policy)

    def late() -> str:
        clock.advance(2.5)
        return "late"

    assert SYNC.call(guard, late) == "late"
    assert fs.circuit_breakers["guard:x"].snapshot().counts.slow == 1
    timed_out = events.of(AttemptTimedOut)
    assert [(e.limit, e.kind, e.cut) for e in timed_out] == [(2, "timeout", False)]


@pytest.mark.parametrize("parts", [{}, {"bulkhead": 2}, {"retry": 2}], ids=str)
def test_so_it_is_on_the_quick_way(fs: Failsoft, way: Way, clock: ManualClock, parts: Any) -> None:
    breaker = CircuitBreaker(slow_call_rate_threshold=1.0, slow_call_duration=1000)
    guard = fs.guard("x", policy=Policy(timeout=2, circuit_breaker=breaker, **parts))
    way.call(guard, Script("warm"))
    events = Recorder(fs)
    way.call(guard, Script("renewed, as somebody listens"))
    way.call(guard, lambda: clock.advance(2.5))
    assert fs.circuit_breakers["guard:x"].snapshot().counts == (3, 0, 1)
    # a task was cut off, if only by the clock of the instance
    told = [] if way.asynchronous else [(2, "timeout", False)]
    assert [(e.limit, e.kind, e.cut) for e in events.of(AttemptTimedOut)] == told
    assert events.names()[-1] == "GuardCompleted"


def test_a_late_exception_is_told_of_too(fs: Failsoft, clock: ManualClock) -> None:
    events = Recorder(fs)

    def late() -> None:
        clock.advance(2.5)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        SYNC.call(fs.guard("x", policy=Policy(deadline=2, retry=Retry(base_delay=0)), idempotent=True), late)
    assert [(e.limit, e.kind, e.cut) for e in events.of(AttemptTimedOut)] == [(2, "deadline", False)]
    assert events.of(RetryEnded) == []


def test_a_result_in_time_is_not_late(fs: Failsoft, clock: ManualClock) -> None:
    events = Recorder(fs)
    SYNC.call(fs.guard("x", policy=Policy(timeout=2)), lambda: clock.advance(2))
    assert events.of(AttemptTimedOut) == []


def test_an_attempt_in_a_thread_is_not_cut_off(fs: Failsoft, clock: ManualClock) -> None:
    binding = fs.endpoints.bind("GET", "/slow", failsoft.protect(timeout=SOON)(Script()))
    events = Recorder(fs)

    def slow() -> str:
        clock.advance(1)
        return "late"

    assert ASYNC.endpoint(binding, request_call(fs), slow, cooperative=True) == "late"
    assert [(e.kind, e.cut) for e in events.of(AttemptTimedOut)] == [("timeout", False)]


# -- deadlines from outside


def test_a_call_whose_deadline_has_passed_is_not_begun(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    inner, untouched = fs.guard("inner", policy=Policy(timeout=60)), Script("never")
    outer = fs.guard("outer", policy=Policy(deadline=5))
    events = Recorder(fs)

    def late() -> None:
        clock.advance(5)

    def body() -> Any:
        late()
        return SYNC.call(inner, untouched)

    with pytest.raises(OperationTimeoutError) as caught:
        way.call(outer, body)
    assert untouched.calls == 0
    assert caught.value.details["kind"] == "deadline"
    assert [(e.endpoint, e.reason) for e in events.of(CallRejected)] == [("guard:inner", "deadline")]
    # the outer attempt met somebody else's timeout; it was not cut off itself
    assert [e for e in events.of(AttemptTimedOut) if e.cut] == []


def test_a_deadline_is_only_ever_shortened(fs: Failsoft, way: Way) -> None:
    def seen_inside(outer: float, inner: float) -> float:
        seen: list[Any] = []
        within = way.through(
            fs.guard(f"inner{inner}", policy=Policy(deadline=inner)), lambda: seen.append(failsoft.remaining())
        )
        way.run(way.nested(fs.guard(f"outer{outer}", policy=Policy(deadline=outer)), within))
        return float(seen[0])

    assert seen_inside(10, 60) == 10
    assert seen_inside(60, 10) == 10


def test_a_callers_hurry_is_no_fault_of_the_dependency(fs: Failsoft) -> None:
    events = Recorder(fs)
    inner = fs.guard("inner", policy=Policy(timeout=60, circuit_breaker=CircuitBreaker(failure_threshold=1)))
    token = current_call.set(request_call(fs, deadline=fs.clock.monotonic() + SOON))
    try:
        with pytest.raises(OperationTimeoutError):
            acall(inner, hang)
    finally:
        current_call.reset(token)
    assert [(e.endpoint, e.kind) for e in events.of(AttemptTimedOut)] == [("guard:inner", "deadline")]
    assert fs.circuit_breakers["guard:inner"].snapshot().counts.total == 0


def test_nor_does_it_make_the_dependency_slow(fs: Failsoft, clock: ManualClock) -> None:
    options = {"slow_call_rate_threshold": 1.0, "slow_call_duration": 10, "minimum_calls": 1}
    inner = fs.guard("inner", policy=Policy(timeout=60, circuit_breaker=CircuitBreaker(**options)))  # type: ignore[arg-type]
    outer = fs.guard("outer", policy=Policy(deadline=3))
    SYNC.call(outer, lambda: SYNC.call(inner, lambda: clock.advance(4)))
    assert fs.circuit_breakers["guard:inner"].snapshot().counts.slow == 0


def test_a_deadline_of_ones_own_is_a_failure_of_the_dependency(fs: Failsoft) -> None:
    guard = fs.guard("x", policy=Policy(deadline=SOON, circuit_breaker=CircuitBreaker(failure_threshold=1)))
    with pytest.raises(OperationTimeoutError):
        acall(guard, hang)
    assert fs.circuit_breakers["guard:x"].state == "open"


def test_an_inner_timeout_is_not_told_of_twice(fs: Failsoft) -> None:
    events = Recorder(fs)
    inner, outer = fs.guard("inner", policy=Policy(timeout=SOON)), fs.guard("outer", policy=Policy(timeout=60))
    with pytest.raises(OperationTimeoutError):
        acall(outer, ASYNC.nested(inner, hang))
    assert [e.endpoint for e in events.of(AttemptTimedOut)] == ["guard:inner"]


def test_the_deadline_of_who_calls_ends_with_the_answer(fs: Failsoft, way: Way) -> None:
    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(timeout=2)(Script()))
    for left in (50, 1):
        call = request_call(fs, deadline=fs.clock.monotonic() + left)
        seen: list[Any] = []
        way.endpoint(binding, call, lambda seen=seen: seen.append(failsoft.remaining()))
        assert seen == [min(left, 2)]
        # a stream or a background task is nothing that anybody waits for
        assert call.deadline is None


def test_a_stream_has_no_time_limit_after_its_first_byte(fs: Failsoft) -> None:
    binding = fs.endpoints.bind("GET", "/stream", failsoft.protect(timeout=SOON, deadline=60)(Script()))
    call = request_call(fs)
    inner = fs.guard("inner", policy=Policy(timeout=60))

    async def stream(run: Any) -> Any:
        assert failsoft.remaining() == pytest.approx(SOON)
        assert run.answered(Reply(200))
        await asyncio.sleep(4 * SOON)
        assert failsoft.remaining() is None
        return await inner.acall(ASYNC.fn(lambda: "and guards still work"))

    async def main() -> Any:
        assert binding.pipeline is not None
        return await binding.pipeline.acall(call, stream)

    assert asyncio.run(main()) == "and guards still work"
