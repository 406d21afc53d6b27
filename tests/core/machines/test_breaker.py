from __future__ import annotations

from typing import Any

import pytest

from failsoft.machines.breaker import BreakerMachine, BreakerRules, Permit, Rejection, State
from failsoft.outcome import Verdict

OK, FAILED, IGNORED = Verdict.SUCCESS, Verdict.FAILURE, Verdict.IGNORE


def machine(**rules: Any) -> BreakerMachine:
    return BreakerMachine(BreakerRules(**rules))


def state(breaker: BreakerMachine) -> State:
    return breaker.state


def by_rate(**rules: Any) -> BreakerMachine:
    return machine(**{"failure_rate_threshold": 0.5, "minimum_calls": 4, "window": 10, **rules})


def admitted(breaker: BreakerMachine, now: float) -> Permit:
    answer = breaker.admit(now)
    assert isinstance(answer, Permit)
    return answer


def rejected(breaker: BreakerMachine, now: float) -> Rejection:
    answer = breaker.admit(now)
    assert isinstance(answer, Rejection)
    return answer


def call(breaker: BreakerMachine, verdict: Verdict, now: float = 0.0, *, times: int = 1, took: float = 0.0) -> None:
    for _ in range(times):
        permit = admitted(breaker, now)
        breaker.settle(permit, verdict, now + took)


def opened(**rules: Any) -> BreakerMachine:
    """Opened at 0, for 30 seconds unless the rules say otherwise."""
    breaker = machine(**{"failure_threshold": 1, **rules})
    call(breaker, FAILED)
    assert state(breaker) is State.OPEN
    breaker.drain()
    return breaker


def reasons(breaker: BreakerMachine) -> list[str]:
    return [transition.reason for transition in breaker.drain()]


class TestOpening:
    def test_a_new_breaker_is_closed_and_admits(self) -> None:
        breaker = machine(failure_threshold=1)
        assert state(breaker) is State.CLOSED
        assert breaker.closed
        assert not admitted(breaker, 5.0).probe

    def test_it_opens_after_so_many_failures_in_a_row(self) -> None:
        breaker = machine(failure_threshold=3)
        call(breaker, FAILED, times=2)
        assert breaker.closed
        call(breaker, FAILED)
        assert state(breaker) is State.OPEN
        assert not breaker.closed
        assert reasons(breaker) == ["failure_threshold"]

    def test_a_success_ends_the_row(self) -> None:
        breaker = machine(failure_threshold=3)
        for verdict in (FAILED, FAILED, OK, FAILED, FAILED):
            call(breaker, verdict)
        assert breaker.closed

    def test_an_ignored_outcome_neither_counts_nor_ends_the_row(self) -> None:
        breaker = machine(failure_threshold=3)
        for verdict in (FAILED, FAILED, *[IGNORED] * 50):
            call(breaker, verdict)
        assert breaker.closed
        assert breaker.snapshot(0.0).counts == (2, 2, 0)
        call(breaker, FAILED)
        assert state(breaker) is State.OPEN

    @pytest.mark.parametrize(
        ("threshold", "failures", "calls"), [(0.5, 5, 10), (0.07, 7, 100), (0.29, 29, 100), (1.0, 20, 20), (0.1, 3, 30)]
    )
    def test_it_opens_when_the_rate_reaches_its_threshold_exactly(
        self, threshold: float, failures: int, calls: int
    ) -> None:
        breaker = machine(failure_rate_threshold=threshold, minimum_calls=calls, window=calls)
        call(breaker, OK, times=calls - failures)
        call(breaker, FAILED, times=failures - 1)
        assert breaker.closed
        call(breaker, FAILED)
        assert state(breaker) is State.OPEN
        assert reasons(breaker) == ["failure_rate_threshold"]

    def test_one_failure_fewer_than_the_threshold_leaves_it_closed(self) -> None:
        breaker = machine(failure_rate_threshold=0.07, minimum_calls=100, window=100)
        call(breaker, OK, times=94)
        call(breaker, FAILED, times=6)
        assert breaker.closed

    def test_a_rate_is_not_judged_below_the_minimum_of_calls(self) -> None:
        breaker = by_rate(minimum_calls=4)
        call(breaker, FAILED, times=3)
        assert breaker.closed

    def test_the_success_that_makes_up_the_minimum_can_open_it(self) -> None:
        breaker = by_rate(minimum_calls=4)
        call(breaker, FAILED, times=3)
        call(breaker, OK)
        assert state(breaker) is State.OPEN

    def test_a_minimum_above_the_window_does_not_disarm_the_breaker(self) -> None:
        breaker = by_rate(minimum_calls=1_000, window=5)
        call(breaker, FAILED, times=5)
        assert state(breaker) is State.OPEN

    def test_failures_spread_over_days_do_not_add_up_in_a_time_window(self) -> None:
        breaker = by_rate(window_seconds=60.0, minimum_calls=4)
        for day in range(100):
            call(breaker, FAILED, day * 86_400.0)
        assert breaker.closed

    def test_a_time_window_is_judged_on_what_is_left_of_it(self) -> None:
        breaker = by_rate(window_seconds=10.0, minimum_calls=4)
        call(breaker, OK, 0.0, times=50)
        call(breaker, FAILED, 5.0, times=10)
        assert breaker.closed
        call(breaker, OK, 12.0)
        assert state(breaker) is State.OPEN

    def test_it_opens_on_slow_successes(self) -> None:
        breaker = machine(slow_call_rate_threshold=0.8, slow_call_duration=1.0, minimum_calls=5, window=5)
        call(breaker, OK, took=0.5)
        call(breaker, OK, took=1.5, times=3)
        assert breaker.closed
        call(breaker, OK, took=1.5)
        assert state(breaker) is State.OPEN
        assert reasons(breaker) == ["slow_call_rate_threshold"]

    def test_a_call_that_takes_just_the_duration_is_not_slow(self) -> None:
        breaker = machine(slow_call_rate_threshold=0.1, slow_call_duration=1.0, minimum_calls=1)
        call(breaker, OK, took=1.0)
        assert breaker.snapshot(0.0).counts.slow == 0

    def test_slow_calls_are_counted_even_where_no_rate_judges_them(self) -> None:
        breaker = machine(failure_threshold=5, slow_call_duration=1.0)
        call(breaker, FAILED, took=2.0)
        call(breaker, OK, took=2.0, times=30)
        assert breaker.closed
        assert breaker.snapshot(0.0).counts == (31, 1, 31)

    def test_waiting_for_a_slot_of_ours_makes_no_call_slow(self) -> None:
        breaker = machine(slow_call_rate_threshold=0.1, slow_call_duration=1.0, minimum_calls=1)
        permit = admitted(breaker, 0.0)
        permit.started = 59.5
        breaker.settle(permit, OK, 60.0)
        assert breaker.closed
        assert breaker.snapshot(60.0).counts.slow == 0

    def test_without_a_row_threshold_failures_in_a_row_alone_do_not_open_it(self) -> None:
        breaker = by_rate(minimum_calls=10, window=10)
        call(breaker, FAILED, times=9)
        assert breaker.closed


class TestPermitless:
    def test_a_call_without_a_permit_counts_like_one_with(self) -> None:
        breaker = machine(failure_threshold=2, slow_call_duration=1.0)
        breaker.record(breaker.generation, FAILED, 2.0, 2.0)
        assert breaker.snapshot(2.0).counts == (1, 1, 1)
        breaker.record(breaker.generation, IGNORED, 2.0, 2.0)
        breaker.record(breaker.generation, FAILED, 0.0, 2.0)
        assert state(breaker) is State.OPEN

    def test_it_is_dropped_when_the_state_changed_meanwhile(self) -> None:
        breaker = machine(failure_threshold=2)
        generation = breaker.generation
        breaker.reset(0.0)
        breaker.record(generation, FAILED, 0.0, 1.0)
        assert breaker.snapshot(1.0).counts.total == 0

    @pytest.mark.parametrize("verdict", [OK, FAILED])
    def test_it_counts_for_nothing_outside_closed_even_under_the_right_generation(self, verdict: Verdict) -> None:
        breaker = opened()
        breaker.record(breaker.generation, verdict, 0.0, 1.0)
        assert breaker.snapshot(1.0).counts == (1, 1, 0)
        admitted(breaker, 30.0)
        breaker.record(breaker.generation, verdict, 0.0, 31.0)
        assert state(breaker) is State.HALF_OPEN
        assert breaker.snapshot(31.0).counts == (1, 1, 0)


class TestOpenPeriods:
    def test_an_open_circuit_says_how_long_it_stays_open(self) -> None:
        breaker = opened()
        assert rejected(breaker, 0.0) == (State.OPEN, 30.0)
        assert rejected(breaker, 29.5) == (State.OPEN, 0.5)

    def test_nothing_happens_at_the_end_of_the_period_until_somebody_calls(self) -> None:
        breaker = opened()
        assert breaker.snapshot(1_000.0).state is State.OPEN
        assert breaker.snapshot(1_000.0).retry_after == 0.0
        assert admitted(breaker, 1_000.0).probe
        assert state(breaker) is State.HALF_OPEN
        assert [(change.reason, change.at) for change in breaker.drain()] == [("open_duration", 1_000.0)]

    def test_each_failed_round_doubles_the_period_up_to_the_longest(self) -> None:
        breaker = opened(open_duration=10.0, max_open_duration=60.0)
        now, periods = 0.0, []
        for _ in range(6):
            periods.append(rejected(breaker, now).retry_after)
            now += periods[-1]
            call(breaker, FAILED, now)
        assert periods == [10.0, 20.0, 40.0, 60.0, 60.0, 60.0]
        assert breaker.snapshot(now).rounds_failed == 6

    def test_closing_brings_the_first_period_back(self) -> None:
        breaker = opened(half_open_calls=1)
        call(breaker, FAILED, 30.0)
        assert rejected(breaker, 30.0).retry_after == 60.0
        call(breaker, OK, 90.0)
        call(breaker, FAILED, 100.0)
        assert rejected(breaker, 100.0).retry_after == 30.0

    def test_no_period_is_longer_than_the_longest_not_even_the_first(self) -> None:
        assert rejected(opened(open_duration=30.0, max_open_duration=5.0), 0.0).retry_after == 5.0

    def test_thousands_of_failed_rounds_do_not_overflow(self) -> None:
        breaker, now = opened(open_multiplier=1e6), 0.0
        for _ in range(2_000):
            now += 300.0
            call(breaker, FAILED, now)
        assert rejected(breaker, now).retry_after == 300.0

    def test_a_clock_read_just_before_the_circuit_opened_does_no_harm(self) -> None:
        breaker = machine(failure_threshold=1)
        call(breaker, FAILED, 10.0)
        assert rejected(breaker, 9.999).retry_after == pytest.approx(30.001)


class TestLateResults:
    def test_a_late_failure_does_not_prolong_the_open_period(self) -> None:
        breaker = machine(failure_threshold=1)
        late = admitted(breaker, 0.0)
        call(breaker, FAILED, 1.0)
        breaker.settle(late, FAILED, 20.0)
        assert rejected(breaker, 21.0).retry_after == 10.0
        assert breaker.snapshot(21.0).opened_at == 1.0

    def test_a_late_success_closes_nothing(self) -> None:
        breaker = machine(failure_threshold=1, half_open_calls=1)
        late = [admitted(breaker, 0.0) for _ in range(2)]
        call(breaker, FAILED, 1.0)
        breaker.settle(late[0], OK, 2.0)
        assert state(breaker) is State.OPEN
        admitted(breaker, 31.0)
        breaker.settle(late[1], OK, 32.0)
        assert state(breaker) is State.HALF_OPEN
        assert breaker.snapshot(32.0).probe_successes == 0

    def test_a_sibling_probe_of_a_failed_round_does_not_decide_the_next(self) -> None:
        breaker = opened(half_open_calls=2, half_open_concurrency=2, success_threshold=2)
        sibling, failing = admitted(breaker, 30.0), admitted(breaker, 30.0)
        breaker.settle(failing, FAILED, 31.0)
        assert state(breaker) is State.OPEN
        breaker.settle(sibling, OK, 32.0)
        assert state(breaker) is State.OPEN
        admitted(breaker, 91.0)
        breaker.settle(sibling, OK, 92.0)
        assert breaker.snapshot(92.0).probe_successes == 0
        assert breaker.snapshot(92.0).probes_in_flight == 1

    def test_results_from_before_a_reset_are_not_counted_after_it(self) -> None:
        breaker = machine(failure_threshold=1)
        late = admitted(breaker, 0.0)
        breaker.reset(1.0)
        breaker.settle(late, FAILED, 2.0)
        assert breaker.closed
        assert breaker.snapshot(2.0).counts.total == 0

    def test_a_probe_settled_twice_counts_once(self) -> None:
        breaker = opened(half_open_calls=3, success_threshold=2)
        probe = admitted(breaker, 30.0)
        breaker.settle(probe, OK, 30.0)
        breaker.settle(probe, OK, 30.0)
        assert state(breaker) is State.HALF_OPEN
        assert breaker.snapshot(30.0).probe_successes == 1
