"""A breaker that is kept as plain data and taken over by another one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from failsoft.machines.breaker import BreakerMachine, BreakerRules, BreakerSnapshot, Permit, Rejection
from failsoft.outcome import Verdict

RULES = BreakerRules(failure_threshold=3, open_duration=30.0, half_open_calls=2)


def fail(machine: BreakerMachine, times: int, now: float) -> None:
    for _ in range(times):
        machine.record(machine.generation, Verdict.FAILURE, 0.0, now)


def carried(machine: BreakerMachine, at: float) -> BreakerSnapshot:
    """A snapshot by way of a file."""
    kept = BreakerSnapshot.from_dict(json.loads(json.dumps(machine.snapshot(at).to_dict())))
    assert kept == machine.snapshot(at)
    return kept


def restored(snapshot: BreakerSnapshot, age: float, now: float, rules: BreakerRules = RULES) -> BreakerMachine:
    machine = BreakerMachine(rules)
    machine.restore(snapshot, age, now)
    return machine


def test_an_open_circuit_stays_open_for_what_is_left() -> None:
    machine = BreakerMachine(RULES)
    fail(machine, 3, 100.0)
    other = restored(carried(machine, 110.0), 5.0, 7000.0)
    assert (other.state, other.snapshot(7000.0).retry_after, other.shut_until) == ("open", 15.0, 7015.0)
    assert other.snapshot(7000.0).opened_at == 7000.0 - 15.0
    assert isinstance(other.admit(7014.0), Rejection)
    assert isinstance(other.admit(7015.0), Permit)
    assert other.state == "half_open"


def test_an_open_period_that_ended_meanwhile_is_over() -> None:
    machine = BreakerMachine(RULES)
    fail(machine, 3, 100.0)
    other = restored(carried(machine, 110.0), 500.0, 7000.0)
    assert other.snapshot(7000.0).retry_after == 0.0
    answer = other.admit(7000.0)
    assert isinstance(answer, Permit)
    assert answer.probe


def test_no_open_period_is_longer_than_the_rules_allow() -> None:
    machine = BreakerMachine(BreakerRules(failure_threshold=1, open_duration=300.0))
    fail(machine, 1, 0.0)
    rules = BreakerRules(failure_threshold=1, open_duration=5.0, max_open_duration=20.0)
    assert restored(carried(machine, 0.0), 0.0, 50.0, rules).shut_until == 70.0


def test_a_round_that_failed_still_makes_the_next_period_longer() -> None:
    machine = BreakerMachine(RULES)
    fail(machine, 3, 0.0)
    probe = machine.admit(30.0)
    assert isinstance(probe, Permit)
    machine.settle(probe, Verdict.FAILURE, 30.0)
    other = restored(carried(machine, 30.0), 60.0, 0.0)
    again = other.admit(0.0)
    assert isinstance(again, Permit)
    other.settle(again, Verdict.FAILURE, 0.0)
    assert other.shut_until == 120.0


def test_a_half_open_round_begins_again() -> None:
    machine = BreakerMachine(RULES)
    fail(machine, 3, 0.0)
    machine.admit(30.0)
    other = restored(carried(machine, 31.0), 1.0, 500.0)
    assert (other.state, other.snapshot(500.0).probes_in_flight, other.snapshot(500.0).probes_left) == (
        "half_open",
        0,
        2,
    )
    for _ in range(2):
        probe = other.admit(500.0)
        assert isinstance(probe, Permit)
        other.settle(probe, Verdict.SUCCESS, 500.0)
    assert other.state == "closed"


@pytest.mark.parametrize("verb", ["force_open", "disable", "metrics_only"])
def test_what_an_operator_has_ordered_holds(verb: str) -> None:
    machine = BreakerMachine(RULES)
    getattr(machine, verb)(10.0)
    fail(machine, 2, 10.0)
    other = restored(carried(machine, 20.0), 1e6, 5.0)
    assert (other.state, other.closed) == (machine.state, False)
    assert other.snapshot(5.0).counts == machine.snapshot(20.0).counts
    assert isinstance(other.admit(5.0), Rejection) is (verb == "force_open")


def test_counts_and_the_row_of_failures_come_back() -> None:
    machine = BreakerMachine(RULES)
    for verdict in (Verdict.SUCCESS, Verdict.FAILURE, Verdict.SUCCESS, Verdict.FAILURE, Verdict.FAILURE):
        machine.record(machine.generation, verdict, 0.0, 10.0)
    other = restored(carried(machine, 10.0), 3600.0, 0.0)
    assert other.snapshot(0.0).counts == (5, 3, 0)
    fail(other, 1, 0.0)
    assert (other.state, other.history[-1].reason) == ("open", "failure_threshold")


def test_the_failures_that_were_last_stay_longest() -> None:
    rules = BreakerRules(failure_rate_threshold=1.0, window=4)
    machine = BreakerMachine(rules)
    for verdict in (Verdict.SUCCESS, Verdict.SUCCESS, Verdict.FAILURE, Verdict.FAILURE):
        machine.record(0, verdict, 0.0, 0.0)
    other = restored(carried(machine, 0.0), 0.0, 0.0, rules)
    failures = []
    for _ in range(4):
        other.record(other.generation, Verdict.SUCCESS, 0.0, 0.0)
        failures.append(other.snapshot(0.0).counts.failures)
    assert failures == [2, 2, 1, 0]


def test_a_smaller_window_holds_them_in_proportion() -> None:
    machine = BreakerMachine(BreakerRules(failure_rate_threshold=1.0, window=100))
    for number in range(100):
        verdict = Verdict.FAILURE if number % 4 == 0 else Verdict.SUCCESS
        machine.record(0, verdict, 0.0, 0.0)
    other = restored(carried(machine, 0.0), 0.0, 0.0, BreakerRules(failure_rate_threshold=1.0, window=8))
    assert other.snapshot(0.0).counts == (8, 2, 0)


@pytest.mark.parametrize(("age", "left"), [(0.0, (40, 10, 0)), (5.0, (20, 5, 0)), (10.0, (0, 0, 0)), (1e9, (0, 0, 0))])
def test_a_window_in_seconds_keeps_what_would_still_be_in_it(age: float, left: tuple[int, ...]) -> None:
    rules = BreakerRules(failure_rate_threshold=1.0, window_seconds=10.0)
    machine = BreakerMachine(rules)
    for second in range(10):
        for verdict in (Verdict.FAILURE, Verdict.SUCCESS, Verdict.SUCCESS, Verdict.SUCCESS):
            machine.record(0, verdict, 0.0, 1000.0 + second)
    other = restored(carried(machine, 1009.0), age, 50.0, rules)
    assert other.snapshot(50.0).counts == left
    assert other.snapshot(59.5).counts.total <= max(0, left[0] - 36)


def test_results_of_before_are_late_ones() -> None:
    machine = BreakerMachine(RULES)
    permit, generation = machine.admit(0.0), machine.generation
    assert isinstance(permit, Permit)
    machine.restore(carried(machine, 0.0), 0.0, 0.0)
    assert machine.generation > generation
    machine.settle(permit, Verdict.FAILURE, 1.0)
    machine.record(generation, Verdict.FAILURE, 0.0, 1.0)
    assert machine.snapshot(1.0).counts.total == 0


def test_it_is_told_of_unless_nothing_changes() -> None:
    machine = BreakerMachine(RULES)
    fail(machine, 3, 100.0)
    kept = carried(machine, 100.0)
    other = restored(kept, 0.0, 200.0)
    assert other.drain() == (("closed", "open", "restore", 200.0),)
    assert other.history == (("closed", "open", "failure_threshold", 200.0), ("closed", "open", "restore", 200.0))
    other.restore(kept, 0.0, 200.0)
    assert other.drain() == ()


def test_what_was_not_drained_is_not_lost() -> None:
    machine = BreakerMachine(RULES)
    kept = machine.snapshot(0.0)
    machine.force_open(1.0)
    machine.restore(kept, 0.0, 2.0)
    assert [(moved.from_state, moved.to_state) for moved in machine.drain()] == [
        ("closed", "forced_open"),
        ("forced_open", "closed"),
    ]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"state": "ajar"}, "state: expected one of closed, open"),
    ({"state": None}, "state: expected one of"),
    ({"counts": None}, r"counts\.total: is missing"),
    ({"counts": {"total": 1, "failures": 2, "slow": 0}}, "no more failures"),
    ({"counts": {"total": -1, "failures": 0, "slow": 0}}, r"counts\.total: expected a whole number from 0, not '-1'"),
    ({"counts": {"total": True, "failures": 0, "slow": 0}}, r"counts\.total"),
    ({"consecutive_failures": 1.5}, "consecutive_failures: expected a whole number"),
    ({"rounds_failed": "3"}, "rounds_failed: expected a whole number"),
    ({"retry_after": float("inf")}, "retry_after: expected a number"),
    ({"retry_after": -1}, "retry_after: expected seconds from 0"),
    ({"at": float("nan")}, "at: expected a number"),
    ({"at": 10**400}, "at: expected a number"),
    ({"state": ["open"]}, "state: expected one of"),
    ({"opened_at": "yesterday"}, "opened_at: expected a number, or None"),
    ({"history": "long"}, "history: expected a list"),
    ({"history": [{}]}, r"history\[0\]\.from_state: is missing"),
    ({"history": [["closed", "open", "x", 1.0]]}, r"history\[0\]\.from_state: is missing"),
    ({"history": [{"from_state": "closed", "to_state": "open", "reason": "x", "at": None}]}, r"history\[0\]\.at"),
]


@pytest.mark.parametrize(("change", "said"), BAD)
def test_what_cannot_be_is_refused_with_the_reason(change: dict[str, Any], said: str) -> None:
    good = BreakerMachine(RULES).snapshot(0.0).to_dict()
    with pytest.raises(ValueError, match=said):
        BreakerSnapshot.from_dict({**good, **change})


def test_what_is_missing_is_named_and_what_is_unknown_is_passed_over() -> None:
    good = BreakerMachine(RULES).snapshot(0.0).to_dict()
    for name in good:
        with pytest.raises(ValueError, match=f"^{name}"):
            BreakerSnapshot.from_dict({key: value for key, value in good.items() if key != name})
    assert BreakerSnapshot.from_dict({**good, "of_a_later_version": 1}).state == "closed"
    for nothing in (None, [], "text"):
        with pytest.raises(ValueError, match="is missing"):
            BreakerSnapshot.from_dict(nothing)  # type: ignore[arg-type]  # as somebody may hand it in


@pytest.mark.parametrize("age", [-1.0, float("inf"), float("nan"), None, True])
def test_an_age_that_cannot_be_changes_nothing(age: Any) -> None:
    machine = BreakerMachine(RULES)
    fail(machine, 3, 0.0)
    before = machine.snapshot(1.0)
    with pytest.raises(ValueError, match="age: expected seconds from 0"):
        machine.restore(BreakerMachine(RULES).snapshot(0.0), age, 1.0)
    assert machine.snapshot(1.0) == before
