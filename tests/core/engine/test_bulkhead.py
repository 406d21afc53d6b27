"""A bulkhead around calls: how many run, what the others are told, and what a breaker and a retry make of it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

import pytest

import failsoft
from both_ways import SYNC, Recorder, Script, Way, request_call
from clocks import ManualClock
from failsoft import (
    Bulkhead,
    BulkheadFullError,
    CircuitBreaker,
    Failsoft,
    Guard,
    Policy,
    RateLimitError,
    Retry,
    SettingsError,
)
from failsoft.events import CallRejected, RetryEnded, WouldReject
from failsoft.run import Reply

LOST = ConnectionResetError


def narrow(fs: Failsoft, places: Any = 1, **policy: Any) -> Guard:
    return fs.guard("x", policy=Policy(bulkhead=places, **policy), idempotent=True)


def state(fs: Failsoft, name: str = "guard:x") -> tuple[int, int, int]:
    snapshot = fs.bulkheads[name].snapshot()
    return snapshot.in_use, snapshot.waiting, snapshot.rejected


def test_when_all_slots_are_taken_a_call_is_turned_away(fs: Failsoft, way: Way) -> None:
    guard, untouched, events = narrow(fs, 2), Script("never"), Recorder(fs)
    with guard, guard:
        assert state(fs) == (2, 0, 0)
        with pytest.raises(BulkheadFullError) as caught:
            way.call(guard, untouched)
    assert untouched.calls == 0
    error = caught.value
    assert (error.name, error.code, error.status, error.retry_after) == ("guard:x", "BULKHEAD_FULL", 503, 1.0)
    assert error.details == {"max_concurrent": 2, "max_queue": 0}
    assert str(error) == "bulkhead 'guard:x' is full"
    assert [(e.reason, e.retry_after) for e in events.of(CallRejected)] == [("bulkhead_full", 1.0)]
    assert state(fs) == (0, 0, 1)
    assert way.call(guard, Script("well")) == "well"


@pytest.mark.parametrize(
    "outcome", ["well", LOST("lost"), ValueError("bug"), KeyboardInterrupt(), SystemExit()], ids=repr
)
def test_however_a_call_ends_its_slot_comes_back(fs: Failsoft, way: Way, outcome: Any) -> None:
    guard = narrow(fs)
    for _ in range(3):
        with contextlib.suppress(BaseException):
            way.call(guard, Script(outcome))
        assert state(fs) == (0, 0, 0)


def test_the_quick_way_takes_a_slot_too(fs: Failsoft, way: Way) -> None:
    guard, seen = narrow(fs, 2), []

    def nested() -> Any:
        seen.append(state(fs))
        return len(seen) < 2 and guard.call(nested)

    way.call(guard, Script("first, so that the way is known"))
    way.call(guard, nested)
    assert seen == [(1, 0, 0), (2, 0, 0)]
    assert state(fs) == (0, 0, 0)


def test_between_two_attempts_no_slot_is_held(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = narrow(fs, retry=Retry(max_attempts=3, base_delay=1, jitter="none"))
    seen, during = [], []
    sleep = clock.sleep

    def watched(seconds: float) -> None:
        seen.append(state(fs))
        sleep(seconds)

    clock.sleep = watched  # type: ignore[method-assign]

    def lost() -> Any:
        during.append(state(fs))
        raise LOST

    with pytest.raises(LOST):
        way.call(guard, lost)
    assert seen == [(0, 0, 0)] * 2
    assert during == [(1, 0, 0)] * 3


def test_a_full_bulkhead_is_not_retried(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard, events = narrow(fs, retry=Retry(max_attempts=4)), Recorder(fs)
    with guard, pytest.raises(BulkheadFullError):
        way.call(guard, Script())
    assert clock.slept == []
    assert "RetryScheduled" not in events.names()


def test_a_later_attempt_that_finds_no_slot_ends_the_call_with_what_the_last_one_raised(
    fs: Failsoft, way: Way, clock: ManualClock
) -> None:
    guard, events = narrow(fs, retry=Retry(base_delay=1)), Recorder(fs)
    error = LOST("mine")
    script, sleep = Script(error), clock.sleep

    def taken(seconds: float) -> None:
        fs.bulkheads["guard:x"].force()
        sleep(seconds)

    clock.sleep = taken  # type: ignore[method-assign]
    with pytest.raises(LOST) as caught:
        way.call(guard, script)
    assert (caught.value is error, script.calls) == (True, 1)
    assert [(e.attempts, e.outcome) for e in events.of(RetryEnded)] == [(1, "bulkhead_full")]
    assert error.__notes__[-1] == "failsoft: gave up after attempt 1 (bulkhead_full)"
    assert state(fs) == (1, 0, 1)


def test_a_full_bulkhead_says_nothing_to_the_circuit_breaker(fs: Failsoft, way: Way) -> None:
    guard = narrow(fs, circuit_breaker=CircuitBreaker(failure_threshold=1))
    with guard, pytest.raises(BulkheadFullError):
        way.call(guard, Script())
    snapshot = fs.circuit_breakers["guard:x"].snapshot()
    assert (snapshot.state, snapshot.counts.failures) == ("closed", 0)


def test_a_probe_that_finds_no_slot_is_given_back(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    breaker = CircuitBreaker(failure_threshold=1, open_duration=10, half_open_calls=2, half_open_concurrency=2)
    guard = narrow(fs, circuit_breaker=breaker)
    with pytest.raises(LOST):
        way.call(guard, Script(LOST()))
    clock.advance(10)
    with guard:
        with pytest.raises(BulkheadFullError):
            way.call(guard, Script())
        snapshot = fs.circuit_breakers["guard:x"].snapshot()
        assert (snapshot.probes_in_flight, snapshot.probes_left) == (1, 1)


def test_an_open_circuit_costs_no_slot(fs: Failsoft, way: Way) -> None:
    guard = narrow(fs, circuit_breaker=CircuitBreaker(failure_threshold=1))
    with pytest.raises(LOST):
        way.call(guard, Script(LOST()))
    fs.bulkheads["guard:x"].slots.take()
    with pytest.raises(failsoft.CircuitOpenError):
        way.call(guard, Script())
    assert state(fs) == (1, 0, 0)


def test_a_block_takes_a_slot_both_ways(fs: Failsoft, way: Way) -> None:
    guard, seen = narrow(fs), []
    way.block(guard, lambda: seen.append(state(fs)))
    assert seen == [(1, 0, 0)]
    assert state(fs) == (0, 0, 0)
    with guard, pytest.raises(BulkheadFullError):
        way.block(guard, lambda: seen.append("never"))
    assert len(seen) == 1
    assert state(fs) == (0, 0, 1)


def test_a_block_that_was_cut_off_gives_its_slot_back(fs: Failsoft) -> None:
    guard = narrow(fs, timeout=0.005)

    async def main() -> None:
        async with guard:
            await asyncio.Event().wait()

    with pytest.raises(failsoft.OperationTimeoutError):
        asyncio.run(main())
    assert state(fs) == (0, 0, 0)


def test_an_endpoint_has_its_own(fs: Failsoft, way: Way) -> None:
    view = failsoft.protect(bulkhead=1)(Script())
    binding = fs.endpoints.bind("GET", "/quotes/{symbol}", view)
    name, seen = "GET /quotes/{symbol}", []

    def reply(status: int) -> Reply:
        return Reply(status)

    def attempt() -> int:
        seen.append(state(fs, name))
        with pytest.raises(BulkheadFullError):
            SYNC.endpoint(binding, request_call(fs), Script())
        return 503

    assert way.endpoint(binding, request_call(fs), attempt, reply=reply) == 503
    assert seen == [(1, 0, 0)]
    assert state(fs, name) == (0, 0, 1)


def test_a_slot_may_be_given_back_before_the_attempt_is_over(fs: Failsoft, way: Way) -> None:
    """As when the last byte has left, and only a background task still runs."""
    binding = fs.endpoints.bind("GET", "/", failsoft.protect(bulkhead=1)(Script()))
    call, seen = request_call(fs), []

    def attempt() -> None:
        call.run.vacate()
        seen.append(state(fs, "GET /"))
        call.run.vacate()

    way.endpoint(binding, call, attempt)
    assert seen == [(0, 0, 0)]
    assert state(fs, "GET /") == (0, 0, 0)


def test_the_slot_of_a_stream_is_kept_until_it_has_been_sent(fs: Failsoft, way: Way) -> None:
    binding = fs.endpoints.bind("GET", "/", failsoft.protect(bulkhead=1)(Script()))
    call = request_call(fs)
    way.endpoint(binding, call, lambda: call.run.hold())
    assert state(fs, "GET /") == (1, 0, 0)
    call.run.vacate()
    call.run.vacate()
    assert state(fs, "GET /") == (0, 0, 0)


def test_a_stream_that_failed_in_its_attempt_keeps_none(fs: Failsoft, way: Way) -> None:
    view = failsoft.protect(bulkhead=1, retry=Retry(base_delay=0))(Script())
    binding = fs.endpoints.bind("GET", "/", view)
    call, script = request_call(fs), Script(LOST(), "well")

    def attempt() -> Any:
        if not script.calls:
            call.run.hold()
        return script()

    assert way.endpoint(binding, call, attempt) == "well"
    assert state(fs, "GET /") == (0, 0, 0)


def test_a_response_that_is_thrown_away_keeps_none_even_if_something_fails_after_it(fs: Failsoft, way: Way) -> None:
    view = failsoft.protect(bulkhead=1, retry=Retry(base_delay=0, statuses=(503,)))(Script())
    binding = fs.endpoints.bind("GET", "/", view)
    call, seen = request_call(fs), []

    def attempt() -> str:
        seen.append(state(fs, "GET /"))
        if not call.run.answered(Reply(503 if len(seen) == 1 else 200)):
            raise LOST
        return "well"

    assert way.endpoint(binding, call, attempt) == "well"
    assert seen == [(1, 0, 0)] * 2
    assert state(fs, "GET /") == (0, 0, 0)


class TestObserving:
    @pytest.fixture
    def watching(self, make: Any) -> Failsoft:
        fs: Failsoft = make({"rollout": {"mode": "observe"}})
        return fs

    def test_nothing_is_turned_away(self, watching: Failsoft, way: Way) -> None:
        guard, events = narrow(watching), Recorder(watching)
        with guard:
            assert way.call(guard, Script("well")) == "well"
        assert [e.reason for e in events.of(WouldReject)] == ["bulkhead_full"]
        assert events.of(CallRejected) == []
        assert state(watching) == (0, 0, 0)

    def test_who_would_have_waited_would_not_have_been_turned_away(self, watching: Failsoft, way: Way) -> None:
        guard, events = narrow(watching, Bulkhead(max_concurrent=1, max_queue=1, max_wait="60s")), Recorder(watching)
        with guard:
            way.call(guard, Script("well"))
            assert events.of(WouldReject) == []
            with guard:
                way.call(guard, Script("well"))
        assert len(events.of(WouldReject)) == 1
        assert state(watching) == (0, 0, 0)

    @pytest.mark.parametrize("outcome", ["well", LOST("lost"), KeyboardInterrupt()], ids=repr)
    def test_slots_come_back(self, watching: Failsoft, way: Way, outcome: Any) -> None:
        guard = narrow(watching)
        with guard, contextlib.suppress(BaseException):
            way.call(guard, Script(outcome))
        assert state(watching) == (0, 0, 0)


class TestOptions:
    def test_a_number_is_enough(self) -> None:
        assert Policy(bulkhead=20).bulkhead == Bulkhead(max_concurrent=20)
        assert not Policy(bulkhead=20).empty

    def test_from_the_settings(self, make: Any) -> None:
        table = {"max_concurrent": 50, "max_queue": 20, "max_wait": "500ms"}
        fs = make({"policies": {"a": {"bulkhead": table}, "b": {"bulkhead": 7}}})
        policies = fs.settings.policies
        assert policies["a"].bulkhead == Bulkhead(max_concurrent=50, max_queue=20, max_wait=0.5)
        assert policies["b"].bulkhead == Bulkhead(max_concurrent=7)

    @pytest.mark.parametrize(
        ("given", "fault"),
        [
            (0, "bulkhead.max_concurrent"),
            (True, "bulkhead"),
            ("20", "bulkhead"),
            ({}, "bulkhead.max_concurrent"),
            ({"max_concurrent": 5, "max_queue": 5}, "bulkhead.max_wait"),
            ({"max_concurrent": 5, "max_wait": "1s"}, "bulkhead.max_queue"),
            ({"max_concurrent": 5, "max_queue": -1, "max_wait": "1s"}, "bulkhead.max_queue"),
            ({"max_concurrent": 5, "min_concurrent": 5}, "bulkhead.min_concurrent"),
            ({"max_concurrent": 5, "initial_concurrent": 5}, "bulkhead.initial_concurrent"),
            ({"adaptive": "vegas"}, "bulkhead.adaptive"),
            ({"adaptive": "aimd", "max_concurrent": 5, "min_concurrent": 6}, "bulkhead.min_concurrent"),
            ({"adaptive": "aimd", "initial_concurrent": 19}, "bulkhead.initial_concurrent"),
            ({"adaptive": "aimd", "max_concurrent": 5, "initial_concurrent": 6}, "bulkhead.initial_concurrent"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, make: Any, given: Any, fault: str) -> None:
        with pytest.raises(SettingsError) as caught:
            make({"policies": {"p": {"bulkhead": given}}})
        assert [found.path for found in caught.value.faults] == [f"policies.p.{fault}"]

    def test_an_adaptive_one_starts_at_its_minimum(self) -> None:
        assert Bulkhead(adaptive="gradient2").bounds == (20, 200, 20)
        assert Bulkhead(adaptive="aimd", max_concurrent=8).bounds == (8, 8, 8)
        assert Bulkhead(adaptive="aimd", min_concurrent=2, max_concurrent=8, initial_concurrent=4).bounds == (2, 8, 4)

    def test_a_name_is_an_identity(self, fs: Failsoft, way: Way, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.WARNING, "failsoft")
        with narrow(fs, 1), pytest.raises(BulkheadFullError):
            way.call(narrow(fs, 5), Script())
        said = "bulkhead guard:x is there already, with other options, which stay in force"
        assert [record.getMessage() for record in caplog.records] == [said]

    def test_there_are_so_many_and_no_more(self, fs: Failsoft) -> None:
        policy = Policy(bulkhead=1)
        for number in range(4100):
            fs.endpoints.compile("", policy, f"GET /{number}")
        assert len(fs.bulkheads) == 4096
        assert fs.endpoints.compile("", policy, "GET /4099").bulkhead is fs.bulkheads["GET /4099"]
        assert "GET /0" not in fs.bulkheads


# --- with a rate limit


def test_a_call_that_comes_too_often_takes_no_slot(fs: Failsoft, way: Way) -> None:
    guard, events = narrow(fs, rate_limit="1/hour"), Recorder(fs)
    way.call(guard, Script("well"))
    with fs.guard("x", policy=Policy(bulkhead=1)):
        for _ in range(2):
            with pytest.raises(RateLimitError):
                way.call(guard, Script("never"))
    assert [event.reason for event in events.of(CallRejected)] == ["rate_limited"] * 2
    assert state(fs) == (0, 0, 0)


def test_a_call_that_finds_no_slot_was_counted_and_its_attempts_are_not(fs: Failsoft, way: Way) -> None:
    guard = narrow(fs, rate_limit="2/hour", retry=Retry(max_attempts=3))
    with fs.guard("x", policy=Policy(bulkhead=1)), pytest.raises(BulkheadFullError):
        way.call(guard, Script("never"))
    assert way.call(guard, Script(LOST("lost"), LOST("lost"), "well")) == "well"
    with pytest.raises(RateLimitError):
        way.call(guard, Script("never"))
    assert state(fs) == (0, 0, 1)
