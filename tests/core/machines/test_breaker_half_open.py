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


class TestHalfOpen:
    @pytest.mark.parametrize("concurrency", [1, 2, 5])
    def test_of_two_hundred_calls_at_once_only_the_allowed_few_reach_the_other_side(self, concurrency: int) -> None:
        breaker = opened(half_open_calls=10, half_open_concurrency=concurrency)
        answers = [breaker.admit(30.0) for _ in range(200)]
        assert sum(isinstance(answer, Permit) for answer in answers) == concurrency
        assert all(answer.retry_after > 0 for answer in answers if isinstance(answer, Rejection))

    def test_a_round_never_issues_more_permits_than_it_has(self) -> None:
        breaker = opened(half_open_calls=3, half_open_concurrency=100)
        answers = [breaker.admit(30.0) for _ in range(200)]
        assert sum(isinstance(answer, Permit) for answer in answers) == 3
        assert breaker.snapshot(30.0).probes_left == 0

    def test_enough_successes_close_it_before_all_probes_are_used(self) -> None:
        breaker = opened(half_open_calls=5, success_threshold=2)
        call(breaker, OK, 30.0, times=2)
        assert breaker.closed
        assert reasons(breaker) == ["open_duration", "success_threshold"]

    def test_it_opens_again_as_soon_as_success_is_out_of_reach(self) -> None:
        breaker = opened(half_open_calls=5, success_threshold=4)
        call(breaker, FAILED, 30.0)
        assert state(breaker) is State.HALF_OPEN
        call(breaker, FAILED, 31.0)
        assert state(breaker) is State.OPEN
        assert reasons(breaker) == ["open_duration", "probe_failures"]
        assert breaker.snapshot(31.0).opened_at == 31.0

    def test_with_a_rate_the_probes_must_stay_below_it(self) -> None:
        breaker = opened(failure_rate_threshold=0.5, half_open_calls=3)
        call(breaker, FAILED, 30.0)
        call(breaker, OK, 30.0)
        assert state(breaker) is State.HALF_OPEN
        call(breaker, OK, 30.0)
        assert breaker.closed

    @pytest.mark.parametrize(("rate", "calls", "bearable"), [(0.5, 4, 1), (0.07, 100, 6), (1.0, 3, 2), (0.01, 3, 0)])
    def test_the_failures_a_round_bears_are_those_below_the_rate(self, rate: float, calls: int, bearable: int) -> None:
        breaker = opened(failure_rate_threshold=rate, half_open_calls=calls)
        call(breaker, FAILED, 30.0, times=bearable)
        assert breaker.snapshot(30.0).rounds_failed == 0
        call(breaker, FAILED, 30.0)
        assert breaker.snapshot(30.0).rounds_failed == 1

    def test_without_a_rate_every_probe_must_succeed(self) -> None:
        breaker = opened(half_open_calls=3)
        call(breaker, OK, 30.0, times=2)
        assert state(breaker) is State.HALF_OPEN
        call(breaker, FAILED, 30.0)
        assert state(breaker) is State.OPEN

    def test_a_success_threshold_above_the_number_of_probes_means_all_of_them(self) -> None:
        breaker = opened(half_open_calls=2, success_threshold=9)
        call(breaker, OK, 30.0, times=2)
        assert breaker.closed

    def test_an_ignored_outcome_returns_its_permit_and_decides_nothing(self) -> None:
        breaker = opened(half_open_calls=1)
        call(breaker, IGNORED, 30.0, times=100)
        assert state(breaker) is State.HALF_OPEN
        assert breaker.snapshot(30.0).probes_left == 1
        call(breaker, OK, 30.0)
        assert breaker.closed

    def test_cancelled_probes_do_not_close_a_failing_circuit(self) -> None:
        breaker = opened(half_open_calls=3, success_threshold=1)
        call(breaker, IGNORED, 30.0, times=3)
        call(breaker, FAILED, 30.0, times=3)
        assert state(breaker) is State.OPEN

    def test_slow_probes_open_it_again_although_they_succeed(self) -> None:
        breaker = opened(slow_call_rate_threshold=0.5, slow_call_duration=1.0, half_open_calls=4)
        call(breaker, OK, 30.0, took=2.0)
        assert state(breaker) is State.HALF_OPEN
        call(breaker, OK, 33.0, took=2.0)
        assert state(breaker) is State.OPEN
        assert reasons(breaker) == ["open_duration", "probe_slowness"]

    def test_it_does_not_close_while_slowness_may_still_reach_its_threshold(self) -> None:
        breaker = opened(slow_call_rate_threshold=1.0, slow_call_duration=1.0, half_open_calls=3, success_threshold=1)
        call(breaker, OK, 30.0, took=2.0)
        assert state(breaker) is State.HALF_OPEN
        call(breaker, OK, 33.0)
        assert breaker.closed

    def test_a_probe_that_queued_for_a_slot_of_ours_was_not_slow(self) -> None:
        breaker = opened(slow_call_rate_threshold=0.1, slow_call_duration=1.0, half_open_calls=1)
        probe = admitted(breaker, 30.0)
        probe.started = 39.5
        breaker.settle(probe, OK, 40.0)
        assert breaker.closed

    def test_closing_forgets_what_opened_it(self) -> None:
        breaker = machine(failure_rate_threshold=0.5, minimum_calls=4, half_open_calls=1)
        call(breaker, FAILED, times=4)
        call(breaker, FAILED, 30.0)
        call(breaker, OK, 90.0)
        assert breaker.closed
        snapshot = breaker.snapshot(90.0)
        assert snapshot.counts == (0, 0, 0)
        assert (snapshot.consecutive_failures, snapshot.rounds_failed, snapshot.opened_at) == (0, 0, None)
        assert (snapshot.probe_successes, snapshot.probe_failures) == (0, 0)


class TestLostProbes:
    def test_a_probe_that_never_reports_does_not_wedge_the_circuit(self) -> None:
        breaker = opened()
        admitted(breaker, 30.0)
        assert rejected(breaker, 59.0) == (State.HALF_OPEN, 1.0)
        assert rejected(breaker, 60.0) == (State.OPEN, 60.0)
        assert admitted(breaker, 120.0).probe
        assert reasons(breaker) == ["open_duration", "half_open_max_wait", "open_duration"]

    def test_after_a_long_silence_the_lost_probe_and_its_open_period_are_both_in_the_past(self) -> None:
        breaker = opened()
        admitted(breaker, 30.0)
        assert admitted(breaker, 3_600.0).probe
        assert [(change.reason, change.at) for change in breaker.drain()] == [
            ("open_duration", 30.0),
            ("half_open_max_wait", 60.0),
            ("open_duration", 3_600.0),
        ]

    @pytest.mark.parametrize("verdict", list(Verdict))
    def test_the_result_of_a_lost_probe_is_late_even_if_nobody_called_in_between(self, verdict: Verdict) -> None:
        breaker = opened(half_open_calls=1)
        lost = admitted(breaker, 30.0)
        breaker.settle(lost, verdict, 60.0)
        assert state(breaker) is State.OPEN
        assert rejected(breaker, 61.0).retry_after == 59.0

    def test_a_probe_that_reports_just_before_its_lease_ends_counts(self) -> None:
        breaker = opened(half_open_calls=1)
        probe = admitted(breaker, 30.0)
        breaker.settle(probe, OK, 59.999)
        assert breaker.closed

    def test_moving_the_start_of_a_call_does_not_move_its_lease(self) -> None:
        breaker = opened()
        admitted(breaker, 30.0).started = 55.0
        assert rejected(breaker, 60.0).state is State.OPEN

    def test_the_lease_that_matters_is_that_of_the_oldest_probe_out(self) -> None:
        breaker = opened(half_open_calls=5, half_open_concurrency=2)
        first, second = admitted(breaker, 30.0), admitted(breaker, 40.0)
        breaker.settle(first, OK, 45.0)
        third = admitted(breaker, 50.0)
        assert rejected(breaker, 69.0).state is State.HALF_OPEN
        breaker.settle(second, OK, 69.5)
        breaker.settle(third, OK, 79.5)
        assert breaker.snapshot(79.5).probe_successes == 3

    def test_a_seldom_called_service_may_take_its_time_over_a_round(self) -> None:
        breaker = opened(half_open_calls=3)
        for hour in range(1, 4):
            call(breaker, OK, hour * 3_600.0)
        assert breaker.closed

    def test_a_rejection_while_probing_does_not_promise_more_than_the_open_period(self) -> None:
        breaker = opened(open_duration=2.0, half_open_max_wait=600.0)
        admitted(breaker, 2.0)
        assert rejected(breaker, 3.0) == (State.HALF_OPEN, 2.0)

    def test_a_lost_probe_closes_the_round_to_its_siblings_at_the_very_end_of_its_lease(self) -> None:
        breaker = opened(half_open_calls=3, half_open_concurrency=2)
        admitted(breaker, 30.0)
        assert breaker.snapshot(59.0).retry_after == 0.0
        assert breaker.snapshot(60.0).retry_after == 60.0
        assert rejected(breaker, 60.0) == (State.OPEN, 60.0)
