"""Leases of a shared limit: workers that spend, ask late, and lose what was said to them."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from failsoft.machines.lease import Ask, Grant, Pool, Share, Terms, lend
from failsoft.machines.leases import Leases, Question
from models import Model, looking


class Store:
    """One that answers at once."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.pools: dict[str, Pool] = {}

    def lend(self, key: str, ask: Ask, now: float) -> Grant:
        self.pools[key], grant = lend(self.pools.get(key), self.terms, ask, now)
        return grant


def leases(terms: Terms, size: int, credit: int, max_keys: int = 10, burst: int | None = None) -> tuple[Leases, Store]:
    share = Share(size, credit, burst or terms.burst)
    return Leases(terms, share, max_keys), Store(terms._replace(burst=share.burst))


def renew(worker: Leases, store: Store, now: float) -> list[Question]:
    questions = worker.asks(now, 99)
    for question in questions:
        worker.granted(question, store.lend(*question, now), now)
    worker.back()
    return questions


def spend(worker: Leases, now: float, times: int, key: str = "k") -> int:
    return sum(worker.take(key, now).admitted for _ in range(times))


# --- the pool


def test_calls_that_are_owed_are_charged_even_if_there_are_none() -> None:
    store = Store(Terms(1, 1.0, 2))
    assert store.lend("k", Ask(0, 2), 0.0) == Grant(2, 0, 1.0)
    assert store.lend("k", Ask(3, 1), 0.0) == Grant(0, 0, 4.0)
    assert store.lend("k", Ask(0, 1), 4.0) == Grant(1, 0, 1.0)


def test_a_clock_of_the_store_that_goes_back_earns_nothing_and_goes_on_from_there() -> None:
    store = Store(Terms(1, 1.0, 2))
    store.lend("k", Ask(0, 2), 1000.0)
    assert store.lend("k", Ask(0, 1), 10.0) == Grant(0, 0, 1.0)
    assert store.lend("k", Ask(0, 1), 11.0).calls == 1


def test_another_burst_keeps_what_is_spent_as_far_as_it_goes() -> None:
    store = Store(Terms(10, 1.0, 10))
    store.lend("k", Ask(0, 9), 0.0)
    store.terms = Terms(2, 1.0, 2)
    assert store.lend("k", Ask(0, 1), 0.0) == Grant(0, 0, 0.5)
    store.terms = Terms(10, 1.0, 10)
    assert store.lend("k", Ask(0, 10), 0.0).calls == 8


# --- a worker


@pytest.mark.parametrize(
    ("terms", "share"),
    [
        (Terms(100, 60.0, 100), Share(13, 13, 100)),
        (Terms(1000, 1.0, 1000), Share(400, 125, 1000)),
        (Terms(100, 1.0, 1), Share(40, 1, 40)),
        (Terms(2, 60.0, 2), Share(1, 2, 2)),
        (Terms(5, 60.0, 100), Share(1, 4, 100)),
        (Terms(3, 0.1, 3), Share(3, 3, 3)),
    ],
)
def test_the_size_of_a_lease_follows_from_the_rate(terms: Terms, share: Share) -> None:
    assert Share.of(terms) == share
    assert Share.of(terms, exact=True) == Share(0, share.credit, terms.burst)


def test_the_first_calls_are_admitted_before_the_store_has_answered_and_paid_then() -> None:
    worker, store = leases(Terms(10, 1.0, 10), size=4, credit=2)
    assert spend(worker, 0.0, 5) == 2
    assert worker.asks(0.0, 99) == [Question("k", Ask(owed=2, want=4))]
    assert worker.asks(0.0, 99) == []
    worker, store = leases(Terms(10, 1.0, 10), size=4, credit=2)
    assert spend(worker, 0.0, 2) == 2
    renew(worker, store, 0.0)
    assert store.pools["k"].spent == 6
    assert spend(worker, 0.0, 9) == 4 + 2


def test_more_is_asked_for_when_half_is_spent() -> None:
    worker, store = leases(Terms(10, 1.0, 10), size=4, credit=1)
    assert spend(worker, 0.0, 1) == 1
    renew(worker, store, 0.0)
    assert spend(worker, 0.0, 1) == 1
    assert worker.asks(0.0, 99) == []
    assert spend(worker, 0.0, 1) == 1
    assert worker.asks(0.0, 99) == [Question("k", Ask(owed=0, want=2))]


def test_when_the_pool_is_empty_nothing_is_lent_and_one_call_finds_out_whether_there_is_more() -> None:
    worker, store = leases(Terms(10, 10.0, 3), size=8, credit=3)
    store.lend("k", Ask(0, 2), 0.0)
    assert spend(worker, 0.0, 1) == 1
    renew(worker, store, 0.0)
    assert worker.take("k", 0.25).reset == 0.75
    assert renew(worker, store, 0.25) == []
    assert spend(worker, 1.0, 9) == 1
    assert renew(worker, store, 1.0) == [Question("k", Ask(1, 8))]
    assert spend(worker, 1.0, 9) == 0


def test_a_lease_of_long_ago_adds_nothing() -> None:
    worker, store = leases(Terms(10, 1.0, 10), size=8, credit=1)
    spend(worker, 0.0, 1)
    renew(worker, store, 0.0)
    assert spend(worker, 1.0, 9) == 1
    assert worker.asks(1.0, 99) == [Question("k", Ask(1, 8))]


def test_what_is_left_is_told_by_what_is_known() -> None:
    worker, store = leases(Terms(10, 10.0, 10), size=4, credit=2)
    assert worker.take("k", 0.0).remaining == 9
    store.lend("k", Ask(0, 3), 0.0)
    renew(worker, store, 0.0)
    assert worker.take("k", 0.0).remaining == 10 - 3 - 2


def test_while_the_store_is_away_a_worker_decides_alone_and_asks_again() -> None:
    worker, store = leases(Terms(10, 1.0, 5), size=2, credit=1)
    assert spend(worker, 0.0, 1) == 1
    worker.lost(worker.asks(0.0, 99))
    assert worker.away
    assert spend(worker, 0.0, 9) == 4
    assert spend(worker, 0.5, 1) == 1
    assert renew(worker, store, 1.0) == [Question("k", Ask(owed=1, want=2))]
    assert not worker.away
    assert spend(worker, 2.0, 9) == 1


def test_a_store_that_answers_calls_too_late_is_not_waited_for() -> None:
    worker, _ = leases(Terms(10, 1.0, 5), size=0, credit=1)
    for _ in range(2):
        worker.missed()
    worker.told("k", Grant(1, 4, 0.1), 0.0)
    worker.missed()
    assert not worker.tired
    for _ in range(2):
        worker.missed()
    # calls go on by credit, and alone when it is known that the store is away
    assert (worker.tired, worker.away) == (True, False)
    assert spend(worker, 0.0, 9) == 1
    worker.back()
    assert not worker.tired


def test_an_answer_to_a_question_given_up_is_ignored() -> None:
    worker, _ = leases(Terms(10, 1.0, 10), size=4, credit=1)
    spend(worker, 0.0, 1)
    questions = worker.asks(0.0, 99)
    worker.lost(questions)
    worker.granted(questions[0], Grant(4, 6, 0.1), 0.5)
    (again,) = worker.asks(1.0, 99)
    assert again.ask == Ask(1, 4)
    worker.granted(questions[0], Grant(4, 6, 0.1), 1.0)
    worker.back()
    assert spend(worker, 1.0, 1) == 0
    worker.granted(again, Grant(4, 6, 0.1), 1.0)
    assert spend(worker, 1.0, 9) == 5


def test_what_a_worker_owes_is_paid_although_the_key_had_to_make_room() -> None:
    worker, store = leases(Terms(10, 10.0, 10), size=2, credit=3, max_keys=2)
    for key in "abcd":
        assert spend(worker, 0.0, 1, key) == 1
    assert len(worker) == 2
    renew(worker, store, 0.0)
    assert {key: pool.spent for key, pool in store.pools.items()} == {"a": 3, "b": 3, "c": 3, "d": 3}


def test_a_key_that_comes_back_before_it_has_paid_owes_as_before() -> None:
    worker, _ = leases(Terms(10, 10.0, 10), size=2, credit=3, max_keys=2)
    for key in "abca":
        spend(worker, 0.0, 2, key)
    assert dict(worker.asks(0.0, 99))["a"] == Ask(owed=3, want=2)


def test_a_forked_process_has_nothing_leased_and_owes_nothing() -> None:
    worker, store = leases(Terms(10, 10.0, 10), size=4, credit=1)
    spend(worker, 0.0, 1)
    renew(worker, store, 0.0)
    worker.forget()
    assert spend(worker, 0.0, 9) == 1


def test_a_change_of_the_rate_keeps_what_is_spent() -> None:
    worker, store = leases(Terms(100, 10.0, 100), size=13, credit=13)
    spend(worker, 0.0, 5)
    renew(worker, store, 0.0)
    terms = Terms(10, 10.0, 10)
    worker.change(terms, Share.of(terms), 0.0)
    assert spend(worker, 0.0, 99) <= 5
    assert worker.take("k", 0.0).admitted is False


class _Course(Model):
    """Workers whose questions travel."""

    def start(self, terms: Terms, size: int, credit: int, max_keys: int) -> None:
        self.terms = terms
        self.share = Share(size, credit, max(terms.burst, size))
        self.store = Store(terms._replace(burst=self.share.burst))
        self.workers = [Leases(terms, self.share, max_keys) for _ in range(3)]
        self.going: dict[int, list[Question]] = {}
        self.coming: dict[int, list[tuple[Question, Grant]]] = {}
        self.now = 64.0
        self.times: dict[str, list[float]] = {"a": [], "b": [], "c": []}

    def most_above(self, times: list[float], limits: int = 1) -> float:
        """By how many calls more than the rate of so many limits earned was admitted in the worst of the spans that end
        now."""
        spans = [(len(times) - first, times[-1] - began) for first, began in enumerate(times)]
        return max((calls - seconds * limits * self.terms.per_second for calls, seconds in spans), default=0.0)

    def spend(self, worker: int, times: int, key: str) -> None:
        self.times[key] += [self.now] * spend(self.workers[worker], self.now, times, key)

    @rule(worker=st.integers(0, 2))
    def ask(self, worker: int) -> None:
        if worker not in self.going and worker not in self.coming and (asks := self.workers[worker].asks(self.now, 99)):
            self.going[worker] = asks

    @rule(worker=st.integers(0, 2))
    def arrive(self, worker: int) -> None:
        if asks := self.going.pop(worker, []):
            self.coming[worker] = [(question, self.store.lend(*question, self.now)) for question in asks]

    @rule(worker=st.integers(0, 2))
    def answer(self, worker: int) -> None:
        for question, grant in self.coming.pop(worker, []):
            self.workers[worker].granted(question, grant, self.now)
        self.workers[worker].back()


class AnsweringStore(_Course):
    """However late the store answers, as long as it does, its bound holds in every span."""

    @initialize(
        rate=st.sampled_from([1, 4]), burst=st.integers(10, 20), size=st.integers(0, 3), credit=st.integers(1, 3)
    )
    def begin(self, rate: int, burst: int, size: int, credit: int) -> None:
        # so many calls that the quotas of the workers alone would let through far more
        self.start(Terms(rate, 1.0, burst), size, credit, 9)

    @rule(eighths=st.integers(1, 12))
    def wait(self, eighths: int) -> None:
        self.now += eighths / 8

    @rule(worker=st.integers(0, 2), times=st.integers(1, 6))
    def call(self, worker: int, times: int) -> None:
        self.spend(worker, times, "a")

    @rule(worker=st.integers(0, 2), turns=st.integers(2, 8))
    def hammer(self, worker: int, turns: int) -> None:
        for _ in range(turns):
            self.spend(worker, 9, "a")
            self.ask(worker)
            self.arrive(worker)
            self.answer(worker)

    @invariant()
    def the_bound_holds_in_every_span(self) -> None:
        if hasattr(self, "times"):
            allowed = self.share.burst + len(self.workers) * (self.share.size + self.share.credit)
            assert self.most_above(self.times["a"]) <= allowed


class StoreThatComesAndGoes(_Course):
    """Whatever happens to the store, and however few keys are remembered: no more than limits of their own admit."""

    @initialize(
        rate=st.sampled_from([1, 2, 8]),
        burst=st.integers(1, 8),
        size=st.integers(0, 6),
        credit=st.integers(1, 3),
        max_keys=st.sampled_from([1, 2, 9]),
    )
    def begin(self, rate: int, burst: int, size: int, credit: int, max_keys: int) -> None:
        self.start(Terms(rate, 1.0, burst), size, credit, max_keys)
        self.late: list[tuple[int, Question, Grant]] = []

    @rule(eighths=st.integers(1, 24))
    def wait(self, eighths: int) -> None:
        self.now += eighths / 8

    @rule(worker=st.integers(0, 2), times=st.integers(1, 8), key=st.sampled_from("aaabc"))
    def call(self, worker: int, times: int, key: str) -> None:
        self.spend(worker, times, key)

    @rule(worker=st.integers(0, 2))
    def break_off(self, worker: int) -> None:
        questions, answered = self.going.pop(worker, []), self.coming.pop(worker, [])
        self.late += [(worker, *answer) for answer in answered]
        if questions := questions + [question for question, _ in answered]:
            self.workers[worker].lost(questions)

    @precondition(lambda self: self.late)
    @rule()
    def come_late(self) -> None:
        worker, question, grant = self.late.pop()
        self.workers[worker].granted(question, grant, self.now)

    @rule(worker=st.integers(0, 2))
    def miss(self, worker: int) -> None:
        self.workers[worker].missed()

    @invariant()
    def the_bound_holds_in_every_span(self) -> None:
        if hasattr(self, "times"):
            for times in self.times.values():
                assert self.most_above(times, len(self.workers)) <= len(self.workers) * self.terms.burst


TestAnsweringStore = AnsweringStore.TestCase
TestAnsweringStore.settings = looking(examples=100, steps=40)
TestStoreThatComesAndGoes = StoreThatComesAndGoes.TestCase
TestStoreThatComesAndGoes.settings = looking(examples=100, steps=50)
