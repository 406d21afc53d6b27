"""Leases of a shared limit: workers that spend, ask late, and lose what was said to them."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from failsoft.machines.lease import Ask, Grant, Lease, Pool
from models import Model, looking


def renew(lease: Lease, pool: Pool, now: float) -> None:
    ask = lease.ask(now)
    if ask is not None:
        lease.granted(pool.lease(ask, now), now)


def spend(lease: Lease, now: float, asked: int) -> int:
    return sum(lease.take(now) is None for _ in range(asked))


def test_the_first_calls_are_admitted_before_the_store_has_answered_and_paid_then() -> None:
    lease, pool = Lease(10, 1.0, 10, size=4, credit=2), Pool(10, 1.0, 10)
    assert spend(lease, 0.0, 5) == 2
    assert lease.ask(0.0) == Ask(owed=2, want=4)
    assert lease.ask(0.0) is None
    lease.granted(pool.lease(Ask(2, 4), 0.0), 0.0)
    assert spend(lease, 0.0, 9) == 4 + 2


def test_more_is_asked_for_when_half_is_spent() -> None:
    lease, pool = Lease(10, 1.0, 10, size=4, credit=0), Pool(10, 1.0, 10)
    renew(lease, pool, 0.0)
    assert spend(lease, 0.0, 1) == 1
    assert lease.ask(0.0) is None
    assert spend(lease, 0.0, 1) == 1
    assert lease.ask(0.0) == Ask(owed=0, want=2)


def test_when_the_pool_is_empty_nothing_is_lent() -> None:
    lease, pool = Lease(10, 10.0, 3, size=8, credit=2), Pool(10, 10.0, 3)
    renew(lease, pool, 0.0)
    assert spend(lease, 0.0, 9) == 3
    assert lease.take(0.25) == 0.75
    assert lease.ask(0.25) is None
    assert lease.ask(1.0) == Ask(0, 8)
    lease.granted(pool.lease(Ask(0, 8), 1.0), 1.0)
    assert spend(lease, 1.0, 9) == 1


def test_calls_that_are_owed_are_charged_even_if_there_are_none() -> None:
    pool = Pool(1, 1.0, 2)
    assert pool.lease(Ask(0, 2), 0.0) == Grant(2, 0.0)
    assert pool.lease(Ask(3, 1), 0.0) == Grant(0, 4.0)
    assert pool.lease(Ask(0, 1), 4.0) == Grant(1, 0.0)


def test_a_lease_of_long_ago_adds_nothing() -> None:
    lease, pool = Lease(10, 1.0, 10, size=8, credit=0), Pool(10, 1.0, 10)
    renew(lease, pool, 0.0)
    assert lease.take(1.0) is not None
    assert lease.ask(1.0) == Ask(0, 8)


def test_while_the_store_is_away_a_worker_decides_alone_and_asks_again() -> None:
    lease, pool = Lease(10, 1.0, 5, size=2, credit=1), Pool(10, 1.0, 5)
    assert spend(lease, 0.0, 1) == 1
    assert lease.ask(0.0) is not None
    lease.lost(0.0)
    assert lease.away
    assert spend(lease, 0.0, 9) == 5
    assert lease.ask(0.5) is None
    assert lease.ask(1.0) == Ask(owed=1, want=2)
    lease.granted(pool.lease(Ask(1, 2), 1.0), 1.0)
    assert not lease.away
    assert spend(lease, 1.0, 9) == 2 + 1


def test_an_answer_to_a_question_given_up_is_ignored() -> None:
    lease = Lease(10, 1.0, 10, size=4, credit=0)
    assert lease.ask(0.0) is not None
    lease.lost(0.0)
    lease.granted(Grant(4, 0.0), 0.5)
    assert lease.away


class SharedLimit(Model):
    """Workers whose questions travel: the bound of the module holds in every span."""

    @initialize(
        rate=st.sampled_from([1, 2, 8]), burst=st.integers(1, 8), size=st.integers(1, 6), credit=st.integers(0, 3)
    )
    def begin(self, rate: int, burst: int, size: int, credit: int) -> None:
        self.rate, self.burst, self.size, self.credit = rate, burst, size, credit
        self.pool = Pool(rate, 1.0, burst)
        self.workers = [Lease(rate, 1.0, burst, size, credit) for _ in range(3)]
        self.going: dict[int, Ask] = {}
        self.coming: dict[int, Grant] = {}
        self.now = 64.0
        self.times: list[float] = []

    @rule(eighths=st.integers(1, 24))
    def wait(self, eighths: int) -> None:
        self.now += eighths / 8

    @rule(worker=st.integers(0, 2), times=st.integers(1, 8))
    def call(self, worker: int, times: int) -> None:
        self.times += [self.now] * spend(self.workers[worker], self.now, times)

    @rule(worker=st.integers(0, 2))
    def ask(self, worker: int) -> None:
        if (ask := self.workers[worker].ask(self.now)) is not None:
            self.going[worker] = ask

    @rule(worker=st.integers(0, 2))
    def arrive(self, worker: int) -> None:
        if (ask := self.going.pop(worker, None)) is not None:
            self.coming[worker] = self.pool.lease(ask, self.now)

    @rule(worker=st.integers(0, 2))
    def answer(self, worker: int) -> None:
        if (grant := self.coming.pop(worker, None)) is not None:
            self.workers[worker].granted(grant, self.now)

    @invariant()
    def the_bound_holds_in_every_span(self) -> None:
        if not hasattr(self, "times"):
            return
        allowed = self.burst + len(self.workers) * (self.size + self.credit)
        for first, began in enumerate(self.times):
            assert len(self.times) - first <= allowed + (self.times[-1] - began) * self.rate


TestSharedLimit = SharedLimit.TestCase
TestSharedLimit.settings = looking(examples=150, steps=60)
