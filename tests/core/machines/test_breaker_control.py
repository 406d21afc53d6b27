from __future__ import annotations

import ast
from math import nan
from pathlib import Path

import pytest

from failsoft.machines import breaker as breaker_module
from failsoft.machines.breaker import BreakerMachine, BreakerRules, Permit, Rejection, State
from failsoft.outcome import Verdict


def closed() -> BreakerMachine:
    return BreakerMachine(BreakerRules(failure_threshold=2, half_open_calls=1))


def fail(breaker: BreakerMachine, now: float, times: int = 2) -> None:
    for _ in range(times):
        breaker.record(breaker.generation, Verdict.FAILURE, 0.0, now)


def opened() -> BreakerMachine:
    breaker = closed()
    fail(breaker, 0.0)
    assert breaker.state is State.OPEN
    breaker.drain()
    return breaker


def probing(now: float = 30.0) -> BreakerMachine:
    breaker = opened()
    assert isinstance(breaker.admit(now), Permit)
    breaker.drain()
    return breaker


def retry_after(breaker: BreakerMachine, now: float) -> float:
    answer = breaker.admit(now)
    assert isinstance(answer, Rejection)
    return answer.retry_after


class TestOperators:
    def test_forced_open_rejects_until_reset(self) -> None:
        breaker = closed()
        breaker.force_open(5.0)
        assert breaker.admit(1e6) == Rejection(State.FORCED_OPEN, 30.0)
        assert breaker.snapshot(1e6).opened_at == 5.0
        breaker.reset(1e6)
        assert isinstance(breaker.admit(1e6), Permit)

    def test_a_disabled_breaker_admits_everything_and_counts_nothing(self) -> None:
        breaker = closed()
        breaker.disable(0.0)
        for _ in range(50):
            permit = breaker.admit(1.0)
            assert isinstance(permit, Permit)
            breaker.settle(permit, Verdict.FAILURE, 1.0)
        assert breaker.state is State.DISABLED
        assert breaker.snapshot(1.0).counts.total == 0

    def test_metrics_only_counts_everything_and_rejects_nothing(self) -> None:
        breaker = opened()
        breaker.metrics_only(0.0)
        for _ in range(50):
            permit = breaker.admit(1.0)
            assert isinstance(permit, Permit)
            breaker.settle(permit, Verdict.FAILURE, 1.0)
        snapshot = breaker.snapshot(1.0)
        assert snapshot.state is State.METRICS_ONLY
        assert snapshot.counts == (50, 50, 0)
        assert snapshot.consecutive_failures == 50

    def test_leaving_metrics_only_starts_from_nothing(self) -> None:
        breaker = closed()
        breaker.metrics_only(0.0)
        fail(breaker, 0.0, times=10)
        breaker.reset(1.0)
        fail(breaker, 1.0, times=1)
        assert breaker.closed
        assert breaker.snapshot(1.0).counts == (1, 1, 0)

    @pytest.mark.parametrize("verb", ["force_open", "disable", "metrics_only", "reset"])
    def test_a_command_takes_the_probes_of_a_round_with_it(self, verb: str) -> None:
        breaker = opened()
        probe = breaker.admit(30.0)
        assert isinstance(probe, Permit)
        getattr(breaker, verb)(31.0)
        before = breaker.snapshot(32.0)
        breaker.settle(probe, Verdict.FAILURE, 32.0)
        breaker.settle(probe, Verdict.SUCCESS, 99.0)
        assert breaker.snapshot(32.0) == before
        assert before.probes_in_flight == 0

    @pytest.mark.parametrize("verb", ["force_open", "disable", "metrics_only"])
    def test_the_same_command_again_changes_nothing(self, verb: str) -> None:
        breaker = closed()
        getattr(breaker, verb)(1.0)
        before = breaker.snapshot(2.0)
        getattr(breaker, verb)(2.0)
        assert breaker.snapshot(2.0) == before

    def test_reset_closes_and_forgets(self) -> None:
        breaker = probing()
        breaker.reset(31.0)
        snapshot = breaker.snapshot(31.0)
        assert snapshot.state is State.CLOSED
        assert snapshot.counts.total == 0
        assert (snapshot.consecutive_failures, snapshot.rounds_failed, snapshot.opened_at) == (0, 0, None)

    def test_reset_of_a_closed_circuit_is_no_transition_but_forgets_too(self) -> None:
        breaker = closed()
        fail(breaker, 0.0, times=1)
        breaker.reset(1.0)
        fail(breaker, 1.0, times=1)
        assert breaker.closed
        assert breaker.drain() == ()


class TestTrip:
    @pytest.mark.parametrize("make", [closed, probing])
    def test_it_opens_for_the_stated_time(self, make: type) -> None:
        breaker = make()
        breaker.trip(40.0, 90.0, "Retry-After")
        assert retry_after(breaker, 40.0) == 90.0
        assert retry_after(breaker, 129.0) == 1.0
        assert isinstance(breaker.admit(130.0), Permit)
        assert breaker.history[-2].reason == "Retry-After"

    def test_open_already_the_longer_period_holds(self) -> None:
        breaker = opened()
        breaker.trip(10.0, 5.0, "Retry-After")
        assert retry_after(breaker, 10.0) == 20.0
        breaker.trip(10.0, 50.0, "Retry-After")
        assert retry_after(breaker, 10.0) == 50.0
        assert breaker.drain() == ()

    @pytest.mark.parametrize("absurd", [1e9, float("inf")])
    def test_nobody_can_state_a_period_longer_than_the_longest(self, absurd: float) -> None:
        breaker = closed()
        breaker.trip(0.0, absurd, "Retry-After")
        assert retry_after(breaker, 0.0) == 300.0

    @pytest.mark.parametrize("empty", [0.0, -1.0, nan])
    def test_a_period_that_is_none_opens_nothing(self, empty: float) -> None:
        breaker = closed()
        breaker.trip(0.0, empty, "Retry-After")
        assert breaker.closed

    @pytest.mark.parametrize("verb", ["force_open", "disable", "metrics_only"])
    def test_it_does_not_overrule_an_operator(self, verb: str) -> None:
        breaker = closed()
        getattr(breaker, verb)(0.0)
        before = breaker.snapshot(1.0)
        breaker.trip(1.0, 60.0, "Retry-After")
        assert breaker.snapshot(1.0) == before

    def test_tripped_out_of_a_round_counts_as_a_failed_round(self) -> None:
        breaker = probing()
        breaker.trip(31.0, 5.0, "Retry-After")
        probe = breaker.admit(36.0)
        assert isinstance(probe, Permit)
        breaker.settle(probe, Verdict.FAILURE, 36.0)
        assert breaker.snapshot(36.0).rounds_failed == 2
        assert retry_after(breaker, 36.0) == 120.0

    def test_a_lost_probe_is_lost_before_the_trip(self) -> None:
        breaker = probing(30.0)
        breaker.trip(70.0, 1.0, "Retry-After")
        assert [change.reason for change in breaker.drain()] == ["half_open_max_wait"]
        assert retry_after(breaker, 70.0) == 50.0


class TestTransitions:
    def test_each_is_drained_once_and_in_order(self) -> None:
        breaker = closed()
        fail(breaker, 1.0)
        breaker.admit(31.0)
        assert breaker.pending == 2
        assert breaker.drain() == (
            (State.CLOSED, State.OPEN, "failure_threshold", 1.0),
            (State.OPEN, State.HALF_OPEN, "open_duration", 31.0),
        )
        assert breaker.pending == 0
        assert breaker.drain() == ()
        breaker.reset(32.0)
        assert breaker.drain() == ((State.HALF_OPEN, State.CLOSED, "reset", 32.0),)

    def test_an_ordinary_call_leaves_none_behind(self) -> None:
        breaker = closed()
        permit = breaker.admit(0.0)
        assert isinstance(permit, Permit)
        breaker.settle(permit, Verdict.SUCCESS, 0.1)
        assert breaker.pending == 0

    def test_the_history_keeps_the_latest_thirty_two(self) -> None:
        breaker = closed()
        for second in range(50):
            breaker.force_open(second)
            breaker.reset(second + 0.5)
        assert len(breaker.history) == 32
        assert breaker.history[-1].at == 49.5
        assert breaker.history[0].at == 34.0
        assert breaker.drain() == breaker.history

    def test_each_starts_a_generation_of_its_own(self) -> None:
        breaker, seen = closed(), set[int]()
        for step in (breaker.force_open, breaker.disable, breaker.metrics_only, breaker.reset, breaker.reset):
            seen.add(breaker.generation)
            step(0.0)
        assert len(seen) == 5


class TestSnapshot:
    def test_looking_changes_nothing(self) -> None:
        breaker = probing()
        first = breaker.snapshot(500.0)
        assert breaker.snapshot(500.0) == first
        assert first.state is State.HALF_OPEN
        assert first.retry_after == 0.0

    def test_it_tells_how_a_round_is_getting_on(self) -> None:
        breaker = BreakerMachine(
            BreakerRules(failure_threshold=1, half_open_calls=5, half_open_concurrency=2, success_threshold=3)
        )
        fail(breaker, 0.0, times=1)
        for verdict in (Verdict.SUCCESS, Verdict.FAILURE):
            permit = breaker.admit(30.0)
            assert isinstance(permit, Permit)
            breaker.settle(permit, verdict, 30.0)
        breaker.admit(30.0)
        snapshot = breaker.snapshot(31.0)
        assert (snapshot.probe_successes, snapshot.probe_failures) == (1, 1)
        assert (snapshot.probes_in_flight, snapshot.probes_left) == (1, 2)
        assert snapshot.retry_after == 0.0
        breaker.admit(31.0)
        assert breaker.snapshot(31.0).retry_after == 29.0

    def test_an_open_circuit_still_shows_what_opened_it(self) -> None:
        snapshot = opened().snapshot(10.0)
        assert snapshot.counts == (2, 2, 0)
        assert snapshot.counts.failure_rate == 1.0
        assert (snapshot.opened_at, snapshot.retry_after) == (0.0, 20.0)


def test_the_machines_have_no_way_to_a_clock_a_lock_or_the_outside() -> None:
    allowed = {"__future__", "bisect", "collections", "dataclasses", "enum", "failsoft", "heapq", "itertools", "math"}
    allowed |= {"random", "typing"}
    for source in Path(breaker_module.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.AsyncFunctionDef | ast.Await), source
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] in allowed, source
                assert not (node.module == "random" and {name.name for name in node.names} != {"Random"}), source
            elif isinstance(node, ast.Import):
                assert {name.name.split(".")[0] for name in node.names} <= allowed - {"random"}, source
