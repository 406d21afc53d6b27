"""What workers that share a circuit do, step by step."""

from __future__ import annotations

from typing import Any

import pytest

from clocks import ManualClock
from core.sharing.simulated import NAME, NaiveStore, Worker, beats
from failsoft.events import CircuitBreakerTransition
from failsoft.machines.breaker import Permit, Rejection
from failsoft.outcome import Verdict
from failsoft.policies.circuit_breaker import CircuitBreaker
from failsoft.policies.shared_breaker import SharedBreaker

OK, BAD = Verdict.SUCCESS, Verdict.FAILURE
OPTIONS = CircuitBreaker(failure_threshold=2, open_duration=10.0, half_open_calls=2, half_open_concurrency=2)
RATES = CircuitBreaker(failure_rate_threshold=0.5, minimum_calls=20, window=100, open_duration=10.0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(clock: ManualClock) -> NaiveStore:
    return NaiveStore(clock)


def some(store: NaiveStore, count: int, options: CircuitBreaker = OPTIONS) -> list[Worker]:
    made = [Worker(store, options) for _ in range(count)]
    beats(made, 0.2)
    return made


def trip(worker: Worker) -> None:
    worker.call(BAD)
    worker.call(BAD)
    assert worker.state == "open"


def holder_of(workers: list[Worker]) -> Worker:
    (found,) = [worker for worker in workers if worker.member.word.holder == worker.name]
    return found


def probes(worker: Worker) -> bool:
    answer = worker.admit()
    if isinstance(answer, Permit):
        worker.settle(answer, Verdict.IGNORE)
    return isinstance(answer, Permit)


# --- following


def test_a_trip_is_followed_with_its_end_and_its_reason(store: NaiveStore) -> None:
    a, b = some(store, 2)
    trip(a)
    beats([a, b], 0.4)
    assert b.state == "open"
    assert b.breaker.snapshot().retry_after == pytest.approx(9.6, abs=0.1)
    (event,) = [event for event in b.events if isinstance(event, CircuitBreakerTransition)]
    assert (event.to_state, event.reason) == ("open", "failure_threshold")


@pytest.mark.parametrize("verb", ["force_open", "disable", "metrics_only"])
def test_an_operators_word_holds_for_all_until_it_is_taken_back(store: NaiveStore, verb: str) -> None:
    a, b, c = some(store, 3)
    getattr(a.breaker, verb)()
    beats([a, b, c], 0.4)
    assert a.state == b.state == c.state != "closed"
    b.breaker.reset()
    beats([a, b, c], 0.4)
    assert [a.state, b.state, c.state] == ["closed"] * 3


def test_a_reset_of_a_closed_circuit_empties_all_windows(store: NaiveStore) -> None:
    a, b = some(store, 2)
    b.call(BAD)
    a.breaker.reset()
    beats([a, b], 0.4)
    assert b.breaker.snapshot().counts.failures == 0


def test_an_operators_word_wins_over_a_trip_at_the_same_time(store: NaiveStore) -> None:
    a, b = some(store, 2)
    trip(a)
    b.breaker.disable()
    beats([a, b], 0.6)
    assert a.state == b.state == "disabled"


def test_of_two_trips_at_the_same_time_the_later_end_holds(store: NaiveStore) -> None:
    a, b = some(store, 2)
    trip(a)
    with b.breaker._lock:
        b.machine.trip(b.clock.monotonic(), 100.0, "retry_after")
    beats([a, b], 0.6)
    assert a.breaker.snapshot().retry_after == pytest.approx(b.breaker.snapshot().retry_after, abs=0.5)
    assert a.breaker.snapshot().retry_after > 90


# --- the lease


def test_one_worker_probes_and_the_others_go_on_rejecting(store: NaiveStore) -> None:
    workers = some(store, 3)
    trip(workers[0])
    beats(workers, 10.4)
    holder = holder_of(workers)
    answers = [worker.admit() for worker in workers for _ in range(5)]
    assert sum(isinstance(answer, Permit) for answer in answers) == 2
    assert all(0 < answer.retry_after <= 10.0 for answer in answers if isinstance(answer, Rejection))
    others = [worker for worker in workers if worker is not holder]
    assert all(worker.breaker.rejecting for worker in others)
    assert others[0].breaker.snapshot().retry_after == 1.0


def test_the_result_of_the_round_is_that_of_all(store: NaiveStore) -> None:
    workers = some(store, 3)
    trip(workers[0])
    beats(workers, 10.4)
    holder = holder_of(workers)
    holder.call(OK)
    holder.call(OK)
    beats(workers, 0.4)
    assert [worker.state for worker in workers] == ["closed"] * 3


def test_a_failed_round_makes_the_next_period_longer_for_all(store: NaiveStore) -> None:
    workers = some(store, 3)
    trip(workers[0])
    beats(workers, 10.4)
    holder_of(workers).call(BAD)
    beats(workers, 0.4)
    assert [round(worker.breaker.snapshot().retry_after) for worker in workers] == [20] * 3
    assert [worker.breaker.snapshot().rounds_failed for worker in workers] == [1] * 3


def test_the_lease_goes_to_the_worker_that_is_called(store: NaiveStore) -> None:
    workers = some(store, 3)
    trip(workers[0])
    beats(workers, 10.4)
    idle = holder_of(workers)
    busy = next(worker for worker in workers if worker is not idle)
    for _ in range(8):
        if probes(busy):
            break
        beats(workers, 0.2)
    assert holder_of(workers) is busy


def test_a_round_goes_on_where_it_was_when_its_lease_is_handed_on(store: NaiveStore) -> None:
    workers = some(store, 2)
    trip(workers[0])
    beats(workers, 10.4)
    first = holder_of(workers)
    second = next(worker for worker in workers if worker is not first)
    first.call(OK)
    for _ in range(20):
        beats(workers, 0.2)
        if probes(second):
            break
    assert not probes(first)
    assert isinstance(second.admit(), Permit)
    # one has succeeded, one is out: two in all
    assert isinstance(second.admit(), Rejection)


def test_a_lease_is_not_handed_on_while_a_probe_is_out(store: NaiveStore) -> None:
    workers = some(store, 2)
    trip(workers[0])
    beats(workers, 10.4)
    first = holder_of(workers)
    second = next(worker for worker in workers if worker is not first)
    assert isinstance(first.admit(), Permit)
    for _ in range(40):
        second.admit()
        beats(workers, 0.2)
    assert holder_of(workers) is first


def test_a_seldom_called_service_does_not_stay_shut(store: NaiveStore) -> None:
    workers = some(store, 4)
    trip(workers[0])
    beats(workers, 30.0)
    for turn in range(40):
        if any(worker.state == "closed" for worker in workers):
            break
        workers[turn % 4].call(OK)
        beats(workers, 30.0)
    assert [worker.state for worker in workers] == ["closed"] * 4


def test_a_worker_that_ends_gives_its_lease_back(store: NaiveStore) -> None:
    workers = some(store, 2)
    trip(workers[0])
    beats(workers, 9.6)
    first = holder_of(workers)
    second = next(worker for worker in workers if worker is not first)
    first.sharing.leave(first.clock.monotonic(), away=False)
    second.clock.advance(0.6)
    assert not probes(first)
    second.once()
    second.admit()
    second.once()
    assert probes(second)


def test_the_round_of_a_worker_that_vanished_is_lost(store: NaiveStore) -> None:
    workers = some(store, 2)
    trip(workers[0])
    beats(workers, 10.4)
    gone = holder_of(workers)
    left = next(worker for worker in workers if worker is not gone)
    gone.admit()
    beats([left], 6.0)
    assert left.breaker.snapshot().rounds_failed == 1
    assert left.breaker.snapshot().retry_after > 10


def test_nobody_ends_the_lease_of_another_by_changing_the_circuit(store: NaiveStore) -> None:
    options = CircuitBreaker(failure_threshold=2, open_duration=1.0, half_open_calls=2)
    workers = some(store, 2, options)
    trip(workers[0])
    beats(workers, 0.4)
    first = holder_of(workers)
    second = next(worker for worker in workers if worker is not first)
    # it hears of nothing any more, and may still probe
    store.away.add(first.name)
    second.breaker.reset()
    beats([second], 0.4)
    trip(second)
    beats([second], 2.0)
    assert not probes(second)
    for _ in range(60):
        if probes(second):
            break
        beats([second], 0.2)
    assert holder_of([second]) is second
    assert not probes(first)


# --- outages


def test_for_a_while_nobody_probes_without_having_asked(store: NaiveStore) -> None:
    a, b = some(store, 2)
    trip(a)
    beats([a, b], 1.0)
    store.away.update({a.name, b.name})
    beats([a, b], 14.0)
    assert not probes(a)
    assert not probes(b)


def test_then_each_worker_decides_alone_and_not_at_the_same_time(store: NaiveStore) -> None:
    a, b = some(store, 2)
    a.machine.peers.spread, b.machine.peers.spread = 0.0, 0.2
    trip(a)
    beats([a, b], 9.0)
    store.away.update({a.name, b.name})
    beats([a, b], 15.6)
    assert probes(a)
    assert not probes(b)
    beats([a, b], 2.2)
    assert probes(b)


def test_alone_a_worker_sends_its_own_probes_and_reopens_later(store: NaiveStore) -> None:
    (a,) = some(store, 1)
    trip(a)
    store.away.add(a.name)
    beats([a], 17.0)
    answers = [a.admit() for _ in range(5)]
    assert sum(isinstance(answer, Permit) for answer in answers) == 2
    for answer in answers:
        if isinstance(answer, Permit):
            a.settle(answer, BAD)
    assert a.breaker.snapshot().retry_after == pytest.approx(20 * 1.1)


def test_what_one_found_out_alone_is_told_when_the_store_is_back(store: NaiveStore) -> None:
    a, b = some(store, 2)
    store.away.update({a.name, b.name})
    beats([a, b], 16.0)
    trip(a)
    assert b.call(OK)
    store.away.clear()
    beats([a, b], 0.6)
    assert [a.state, b.state] == ["open", "open"]


def test_what_one_found_out_alone_stands_against_an_older_word(store: NaiveStore) -> None:
    a, b = some(store, 2)
    trip(a)
    beats([a, b], 1.0)
    store.away.add(a.name)
    for _ in range(20):
        b.call(OK)
        beats([a, b], 1.0)
    assert b.state == "closed"
    a.call(BAD)
    assert a.breaker.snapshot().rounds_failed == 1
    store.away.clear()
    beats([a, b], 0.6)
    assert [a.state, b.state] == ["open", "open"]


def test_an_emptied_store_is_told_again(store: NaiveStore) -> None:
    a, b = some(store, 2)
    trip(a)
    beats([a, b], 1.0)
    store.empty()
    beats([a, b], 0.6)
    assert store.words[NAME].state == "open"
    late = Worker(store, OPTIONS)
    late.once()
    assert late.state == "open"


def test_an_emptied_store_lends_nothing_until_old_leases_have_run_out(store: NaiveStore) -> None:
    workers = some(store, 2)
    trip(workers[0])
    beats(workers, 9.6)
    first = holder_of(workers)
    second = next(worker for worker in workers if worker is not first)
    store.away.add(first.name)
    store.empty()
    for _ in range(12):
        assert not probes(second)
        beats([second], 0.2)
    for _ in range(30):
        if probes(second):
            break
        beats([second], 0.2)
    assert holder_of([second]) is second
    assert not probes(first)


def test_a_late_result_of_a_lost_round_changes_nothing(store: NaiveStore) -> None:
    workers = some(store, 2)
    trip(workers[0])
    beats(workers, 10.4)
    slow = holder_of(workers)
    other = next(worker for worker in workers if worker is not slow)
    late = slow.admit()
    assert isinstance(late, Permit)
    # it stands still, and meanwhile the round is lost, and the next one finds the service well
    for _ in range(40):
        other.call(OK)
        beats([other], 1.0)
    assert other.state == "closed"
    slow.settle(late, BAD)
    beats(workers, 0.6)
    assert [slow.state, other.state] == ["closed", "closed"]


@pytest.mark.parametrize("step", [-3600.0, 3600.0])
def test_a_clock_of_the_store_that_is_put_right_keeps_no_circuit_shut(store: NaiveStore, step: float) -> None:
    workers = some(store, 2)
    trip(workers[0])
    beats(workers, 9.6)
    gone = holder_of(workers)
    left = next(worker for worker in workers if worker is not gone)
    store.clock.step_wall(step)
    for _ in range(40):
        left.call(OK)
        beats([left], 1.0)
    assert left.state == "closed"


def test_a_trip_just_before_the_end_is_still_told(store: NaiveStore) -> None:
    a, b = some(store, 2)
    trip(a)
    a.sharing.leave(a.clock.monotonic(), away=False)
    b.once()
    assert b.state == "open"


# --- restarts


def test_a_new_worker_stands_where_the_others_do(store: NaiveStore) -> None:
    a, b = some(store, 2)
    trip(a)
    beats([a, b], 4.0)
    c = Worker(store, OPTIONS)
    c.once()
    assert c.breaker.snapshot().retry_after == pytest.approx(6.0, abs=0.2)


@pytest.mark.parametrize(("age", "restored"), [(500.0, True), (700.0, False)])
@pytest.mark.parametrize("verb", ["force_open", "trip"])
def test_what_was_confirmed_lately_is_restored(store: NaiveStore, age: float, restored: bool, verb: str) -> None:
    options = CircuitBreaker(failure_threshold=2, open_duration=3000.0, max_open_duration=3000.0)
    (a,) = some(store, 1, options)
    a.breaker.force_open() if verb == "force_open" else trip(a)
    beats([a], 0.4)
    store.clock.advance(age)
    b = Worker(store, options)
    b.once()
    state = "forced_open" if verb == "force_open" else "open"
    assert b.state == (state if restored else "closed")
    if restored and verb == "trip":
        assert b.breaker.snapshot().retry_after == pytest.approx(3000 - age, abs=1.0)


def test_workers_that_live_confirm_what_they_stand_by(store: NaiveStore) -> None:
    (a,) = some(store, 1)
    a.breaker.force_open()
    beats([a], 1.0)
    for _ in range(10):
        store.clock.advance(140.0)
        a.once()
    b = Worker(store, OPTIONS)
    b.once()
    assert b.state == "forced_open"


def test_a_breaker_that_is_made_later_stands_there_at_once(store: NaiveStore) -> None:
    a, b = some(store, 2)
    trip(a)
    beats([a, b], 0.4)
    c = Worker(store, OPTIONS)
    c.breakers.drop([NAME])
    c.once()
    found = c.breakers.obtain(NAME, OPTIONS)
    assert found is not None
    assert found.state == "open"


def test_a_dropped_breaker_is_let_go_and_others_go_on(store: NaiveStore) -> None:
    a, b = some(store, 2)
    a.breakers.drop([NAME])
    trip(b)
    beats([a, b], 0.6)
    assert a.sharing._links == {}
    again = a.breakers.obtain(NAME, OPTIONS)
    assert again is not None
    assert again.state == "open"


def test_changed_options_go_on_sharing(store: NaiveStore) -> None:
    a, b = some(store, 2)
    a.breaker.adopt(CircuitBreaker(failure_threshold=1, open_duration=10.0))
    a.call(BAD)
    beats([a, b], 0.4)
    assert b.state == "open"


def test_a_stated_open_period_stays_as_long_for_those_who_follow_it_under_changed_options(store: NaiveStore) -> None:
    tripping = CircuitBreaker(failure_threshold=5, open_duration=10.0, trip_on_retry_after=True)
    a, b = some(store, 2, tripping)
    permit = a.admit()
    assert isinstance(permit, Permit)
    a.breaker.settle(permit, BAD, store.clock.monotonic(), asked=60.0)
    beats([a, b], 0.4)
    for worker in (a, b):
        worker.breaker.adopt(CircuitBreaker(failure_threshold=5, open_duration=5.0, trip_on_retry_after=True))
        assert worker.breaker.snapshot().retry_after > 59


def test_an_open_period_that_was_followed_becomes_as_long_as_changed_options_say(store: NaiveStore) -> None:
    a, b = some(store, 2)
    trip(a)
    beats([a, b], 0.4)
    b.breaker.adopt(CircuitBreaker(failure_threshold=2, open_duration=5.0))
    assert 4 < b.breaker.snapshot().retry_after < 5


# --- restored from what was kept elsewhere


@pytest.mark.parametrize("started", [False, True], ids=["while it runs", "as it starts"])
def test_a_closed_circuit_that_is_restored_costs_the_others_nothing(store: NaiveStore, started: bool) -> None:
    a, b = some(store, 2, RATES)
    for worker in (a, b):
        worker.call(OK)
        worker.call(BAD)
    kept = a.breakers.snapshots()
    if started:
        a = Worker(store, RATES)
    a.breakers.restore(kept, age=0.0)
    beats([a, b], 1.0)
    assert [worker.breaker.snapshot().counts for worker in (a, b)] == [(2, 1, 0), (2, 1, 0)]
    assert store.words == {}


def test_one_that_is_restored_closed_still_tells_that_it_was_reset_before(store: NaiveStore) -> None:
    a, b = some(store, 2, RATES)
    b.call(BAD)
    a.breaker.reset()
    a.breakers.restore(a.breakers.snapshots(), age=0.0)
    beats([a, b], 0.4)
    assert b.breaker.snapshot().counts.total == 0


def test_one_that_is_restored_closed_follows_and_tells_as_before(store: NaiveStore) -> None:
    a, b = some(store, 2)
    a.breakers.restore(a.breakers.snapshots(), age=0.0)
    beats([a, b], 0.4)
    trip(a)
    beats([a, b], 0.4)
    assert b.state == "open"
    b.breaker.reset()
    beats([a, b], 0.4)
    assert (a.state, b.state) == ("closed", "closed")


def test_an_open_circuit_that_is_restored_stays_open_for_all(store: NaiveStore) -> None:
    a, b = some(store, 2)
    trip(a)
    kept = a.breakers.snapshots()
    store.empty()
    a, b = some(store, 2)
    a.breakers.restore(kept, age=1.0)
    beats([a, b], 0.4)
    assert (a.state, b.state) == ("open", "open")


# --- counts


def test_many_workers_with_few_calls_find_out_together(store: NaiveStore) -> None:
    workers = some(store, 10, RATES)
    for worker in workers:
        worker.call(BAD)
        worker.call(BAD)
    assert {worker.state for worker in workers} == {"closed"}
    beats(workers, 1.6)
    assert {worker.state for worker in workers} == {"open"}


def test_the_calls_of_healthy_workers_count_too(store: NaiveStore) -> None:
    workers = some(store, 6, RATES)
    for worker in workers[:2]:
        for _ in range(12):
            worker.call(BAD)
    for worker in workers[2:]:
        for _ in range(100):
            worker.call(OK)
    beats(workers, 5.0)
    assert {worker.state for worker in workers} == {"closed"}


def test_too_few_calls_are_too_few_together(store: NaiveStore) -> None:
    workers = some(store, 9, RATES)
    for worker in workers:
        worker.call(BAD)
        worker.call(BAD)
    beats(workers, 3.0)
    assert {worker.state for worker in workers} == {"closed"}


def test_what_was_counted_before_the_circuit_closed_counts_no_more(store: NaiveStore) -> None:
    workers = some(store, 10, RATES)
    for worker in workers:
        worker.call(BAD)
        worker.call(BAD)
    beats(workers, 1.6)
    workers[3].breaker.reset()
    beats(workers, 4.0)
    assert {worker.state for worker in workers} == {"closed"}


def test_what_a_worker_counted_that_has_not_heard_of_the_reset_counts_no_more(store: NaiveStore) -> None:
    deaf, other = some(store, 2, RATES)
    for _ in range(15):
        deaf.call(BAD)
    beats([deaf, other], 0.4)
    store.away.add(deaf.name)
    other.breaker.reset()
    beats([other], 0.4)
    for _ in range(5):
        other.call(BAD)
    beats([other], 1.6)
    assert len(store.reports) == 2
    assert other.state == "closed"


def test_old_failures_of_an_idle_worker_are_not_held_against_the_others(store: NaiveStore) -> None:
    idle, busy = some(store, 2, RATES)
    for _ in range(19):
        idle.call(BAD)
    beats([idle, busy], 62.0)
    for _ in range(5):
        busy.call(OK)
    beats([idle, busy], 3.0)
    assert {idle.state, busy.state} == {"closed"}


def test_slow_calls_add_up(store: NaiveStore) -> None:
    options = CircuitBreaker(slow_call_rate_threshold=0.5, slow_call_duration=1.0, minimum_calls=20)
    workers = some(store, 10, options)
    for worker in workers:
        for _ in range(2):
            answer = worker.admit()
            assert isinstance(answer, Permit)
            answer.started -= 2.0
            worker.settle(answer, OK)
    beats(workers, 1.6)
    assert {worker.state for worker in workers} == {"open"}


def test_failures_in_a_row_are_those_of_one_worker(store: NaiveStore) -> None:
    a, b = some(store, 2)
    a.call(BAD)
    b.call(BAD)
    beats([a, b], 2.0)
    assert {a.state, b.state} == {"closed"}


def test_while_all_is_well_nothing_is_reported_or_kept(store: NaiveStore) -> None:
    workers = some(store, 3, RATES)
    for worker in workers:
        worker.call(OK)
    beats(workers, 5.0)
    assert store.reports == {}
    assert store.words == {}


# --- forks


def test_a_forked_worker_is_another_one_and_stands_where_the_others_do(store: NaiveStore) -> None:
    child, other = some(store, 2)
    before = child.name
    trip(other)
    beats([child, other], 10.4)
    child.sharing.after_fork()
    assert child.name != before
    assert not probes(child)
    beats([child, other], 0.4)
    assert child.state in ("open", "half_open")
    assert child.member.word == other.member.word


def test_what_the_parent_had_not_told_yet_is_told_by_the_child(store: NaiveStore) -> None:
    (child,) = some(store, 1)
    trip(child)
    child.sharing.after_fork()
    beats([child], 0.6)
    assert store.words[NAME].state == "open"


def test_a_breaker_that_was_torn_by_the_fork_is_put_right(store: NaiveStore) -> None:
    child, other = some(store, 2)
    other.breaker.force_open()
    beats([child, other], 0.4)
    child.sharing.after_fork()
    child.breaker.renew()
    beats([child, other], 0.6)
    assert [child.state, other.state] == ["forced_open", "forced_open"]


# --- many circuits


def test_an_open_circuit_about_which_nothing_is_due_is_let_be(
    store: NaiveStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = some(store, 2, CircuitBreaker(failure_threshold=2, open_duration=60.0))
    trip(a)
    beats([a, b], 2.0)
    looked = 0
    share = SharedBreaker.share

    def counted(*given: Any) -> Any:
        nonlocal looked
        looked += 1
        return share(*given)

    monkeypatch.setattr(SharedBreaker, "share", counted)
    beats([a, b], 10.0)
    # 51 beats of two; the naive store says each word again with each of them, which is heard, but no more
    assert 102 < looked <= 102 + 2 * 20
    # what happens is seen at once all the same
    b.breaker.reset()
    beats([a, b], 0.4)
    assert a.state == b.state == "closed"
