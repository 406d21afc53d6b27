"""Failsoft aside, and circuits forced."""

from __future__ import annotations

import pytest

from both_ways import Script, Way
from failsoft import CircuitOpenError, Failsoft, Guard, Policy, testing
from failsoft.events import CircuitBreakerTransition, GuardCompleted, RetryEnded, RetryScheduled

LOST = ConnectionResetError
NAME = "guard:payments"


def test_disabled_it_only_calls(fs: Failsoft, guard: Guard, way: Way) -> None:
    script = Script(LOST())
    with testing.disabled(fs):
        with testing.disabled(fs):
            pass
        with pytest.raises(LOST):
            way.call(guard, script)
        assert fs.roll_mode() == "off"
    assert script.calls == 1
    assert not fs.bypassed
    with testing.no_sleep(fs):
        assert way.call(guard, Script(LOST(), "ok")) == "ok"


def test_what_was_bypassed_before_stays_so(fs: Failsoft) -> None:
    with fs.bypass():
        with pytest.raises(ZeroDivisionError), testing.disabled():
            raise ZeroDivisionError
        assert fs.bypassed


def test_a_circuit_is_held_open_and_stands_as_before_afterwards(fs: Failsoft, guard: Guard, way: Way) -> None:
    way.call(guard, Script("ok"))
    breaker = fs.circuit_breakers[NAME]
    before = breaker.snapshot()
    with testing.force_open(NAME, fs):
        script = Script("never")
        with pytest.raises(CircuitOpenError):
            way.call(guard, script)
        assert script.calls == 0
        with testing.force_closed(NAME, fs):
            assert way.call(guard, Script("passes")) == "passes"
        assert breaker.state == "forced_open"
    assert breaker.snapshot() == before
    assert way.call(guard, Script("ok")) == "ok"


def test_what_a_guard_remembers_of_a_forced_circuit_is_forgotten(fs: Failsoft, guard: Guard, way: Way) -> None:
    way.call(guard, Script("ok"))
    with testing.force_open(NAME, fs):
        for _ in range(2):
            with pytest.raises(CircuitOpenError):
                way.call(guard, Script("never"))
    assert way.call(guard, Script("ok")) == "ok"


def test_a_circuit_may_be_forced_before_it_is_there(fs: Failsoft, guard: Guard, way: Way) -> None:
    with testing.force_open(NAME), pytest.raises(CircuitOpenError):
        way.call(guard, Script("never"))
    assert fs.circuit_breakers[NAME].state == "closed"
    assert fs.circuit_breakers.watching == ()


def test_a_circuit_held_closed_does_not_open(fs: Failsoft, guard: Guard, way: Way) -> None:
    with testing.force_closed(NAME, fs), testing.no_sleep(fs):
        for _ in range(20):
            with pytest.raises(LOST):
                way.call(guard, Script(LOST()))
    snapshot = fs.circuit_breakers[NAME].snapshot()
    assert (snapshot.state, snapshot.counts.failures) == ("closed", 0)


def test_forcing_a_circuit_that_is_not_there_is_an_error(fs: Failsoft, guard: Guard, way: Way) -> None:
    meant = r"no circuit breaker 'guard:payment' .*did you mean \"guard:payments\""
    with pytest.raises(AssertionError, match=meant), testing.force_open("guard:payment"):
        way.call(guard, Script("ok"))
    with pytest.raises(ZeroDivisionError), testing.force_open("guard:nothing"):
        raise ZeroDivisionError


def test_a_call_that_began_before_is_settled_afterwards(fs: Failsoft, guard: Guard) -> None:
    with guard, testing.force_open(NAME):
        pass
    assert fs.circuit_breakers[NAME].snapshot().counts.total == 1


def test_a_probe_that_began_before_comes_back(fs: Failsoft, guard: Guard) -> None:
    with testing.clock(fs) as clock:
        with testing.fault(NAME, raises=LOST):
            for _ in range(2):
                with pytest.raises(LOST):
                    guard.call(Script("never"))
        clock.advance(31)
        with guard, testing.force_closed(NAME):
            pass
        assert fs.circuit_breakers[NAME].snapshot().probe_successes == 1


def test_events_are_captured(fs: Failsoft, guard: Guard, way: Way) -> None:
    with testing.no_sleep(fs), testing.capture_events(fs) as events:
        way.call(guard, Script(LOST(), "ok"))
        assert events.names() == ["RetryScheduled", "RetryEnded", "GuardCompleted"]
        assert events.one(RetryEnded).outcome == "success"
        assert [event.attempt for event in events.of(RetryScheduled)] == [1]
        assert events.of(CircuitBreakerTransition) == []
    way.call(guard, Script("unheard"))
    assert len(events) == 3


def test_one_says_what_came_instead(fs: Failsoft, guard: Guard, way: Way) -> None:
    with testing.capture_events(None, GuardCompleted) as events:
        way.call(guard, Script("ok"))
        way.call(guard, Script("ok"))
    with pytest.raises(AssertionError, match=r"expected one RetryEnded, found 0 among \['GuardCompleted', 'Guard"):
        events.one(RetryEnded)
    with pytest.raises(AssertionError, match="found 2"):
        events.one(GuardCompleted)


def test_a_kind_in_the_place_of_the_instance_is_refused() -> None:
    with pytest.raises(TypeError, match="the instance comes first"), testing.capture_events(RetryEnded):  # type: ignore[arg-type]
        pass


def test_events_of_instances_to_come_are_captured(way: Way) -> None:
    with testing.capture_events() as events, Failsoft() as later:
        way.call(later.guard("x", policy=Policy()), Script("ok"))
    assert events.names() == ["GuardCompleted"]
