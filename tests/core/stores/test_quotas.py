"""The contract of a store of quotas, in a real Redis and a real file, against the machine that says what is right."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clocks import ManualClock
from core.sharing.servers import shared_redis
from failsoft.machines.lease import Ask, Grant, Pool, Terms, lend
from failsoft.stores import Loan, QuotaStore
from failsoft.stores.on_redis import RedisStore
from failsoft.stores.on_sqlite import SqliteStore
from failsoft.stores.quotas_redis import RedisQuotas
from failsoft.stores.quotas_sqlite import SqliteQuotas
from redis_server import service

DAY = 86400.0
"""Nothing that counts is earned while a test runs."""


@pytest.fixture(params=["redis", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[QuotaStore]:
    if request.param == "sqlite":
        opened = SqliteStore(tmp_path / "state.db", "shop")
        yield SqliteQuotas(opened, ManualClock())
        opened.close()
        return
    url = shared_redis()
    with service() as name:
        remote = RedisStore(url, f"{name}/")
        yield RedisQuotas(remote)
        remote.close()


def loan(owed: int = 0, want: int = 0, key: str = "k", limit: str = "l", terms: Terms = Terms(10, DAY, 10)) -> Loan:
    return Loan(limit, key, terms, Ask(owed, want))


def given_of(store: QuotaStore, *loans: Loan) -> list[tuple[int, int]]:
    return [(grant.calls, grant.left) for grant in store.lend(loans)]


def test_it_lends_what_there_is_and_charges_what_is_owed(store: QuotaStore) -> None:
    assert given_of(store, loan(owed=3, want=4)) == [(4, 3)]
    (grant,) = store.lend([loan(want=5)])
    assert (grant.calls, grant.left) == (3, 0)
    assert grant.wait == pytest.approx(DAY / 10, abs=60)
    (grant,) = store.lend([loan(owed=2, want=1)])
    assert grant.calls == 0
    assert grant.wait == pytest.approx(3 * DAY / 10, abs=60)


def test_all_keys_of_a_trip_are_answered_in_order(store: QuotaStore) -> None:
    loans = [loan(want=number % 7 + 1, key=f"k{number}") for number in range(1234)]
    assert given_of(store, *loans) == [(n % 7 + 1, 9 - n % 7) for n in range(1234)]
    assert given_of(store, *loans[:3]) == [(1, 8), (2, 6), (3, 4)]


def test_limits_and_keys_are_kept_apart(store: QuotaStore) -> None:
    assert given_of(store, loan(want=9), loan(want=9, key="other"), loan(want=9, limit="other")) == [(9, 1)] * 3


def test_a_key_may_come_twice_in_one_trip(store: QuotaStore) -> None:
    assert given_of(store, loan(want=7), loan(want=7)) == [(7, 3), (3, 0)]


def test_another_rate_keeps_what_is_spent_as_far_as_it_goes(store: QuotaStore) -> None:
    assert given_of(store, loan(want=9)) == [(9, 1)]
    assert given_of(store, loan(terms=Terms(2, DAY, 4))) == [(0, 0)]
    assert given_of(store, loan(want=20, terms=Terms(2, DAY, 20))) == [(16, 0)]


def test_nothing_to_ask_is_no_trip_too_far(store: QuotaStore) -> None:
    assert store.lend([]) == []
    assert given_of(store, loan()) == [(0, 10)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_it_decides_as_the_machine_does(store: QuotaStore, data: st.DataObject) -> None:
    pools: dict[str, Pool | None] = {}
    run = uuid4().hex
    for _ in range(data.draw(st.integers(1, 5))):
        asks = st.tuples(st.sampled_from("ab"), st.integers(0, 9), st.integers(0, 9), st.sampled_from([3, 10]))
        loans, expected = [], []
        for key, owed, want, burst in data.draw(st.lists(asks, min_size=1, max_size=6)):
            terms = Terms(1, 400 * DAY, burst)
            loans.append(loan(owed, want, key + run, terms=terms))
            pools[key], grant = lend(pools.get(key), terms, Ask(owed, want), 0.0)
            expected.append((grant.calls, grant.left))
        assert given_of(store, *loans) == expected


def test_threads_with_connections_of_their_own_are_never_lent_too_much(
    request: pytest.FixtureRequest, tmp_path: Path, store: QuotaStore
) -> None:
    lent: list[int] = []

    def opened() -> tuple[Any, QuotaStore]:
        if isinstance(store, RedisQuotas):
            remote = RedisStore(shared_redis(), store._store.namespace)
            return remote, RedisQuotas(remote)
        file = SqliteStore(tmp_path / "state.db", "shop")
        return file, SqliteQuotas(file, ManualClock())

    def work() -> None:
        connection, mine = opened()
        for _ in range(50):
            lent.extend(grant.calls for grant in mine.lend([loan(want=1, terms=Terms(99, DAY, 99))]))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(lent), sum(lent)) == (200, 99)


def test_a_file_earns_by_the_clock_it_was_given(tmp_path: Path) -> None:
    clock = ManualClock()
    opened = SqliteStore(tmp_path / "state.db", "shop")
    store = SqliteQuotas(opened, clock)
    minute = Terms(60, 60.0, 10)
    assert store.lend([loan(want=10, terms=minute)]) == [Grant(10, 0, 1.0)]
    clock.advance(3)
    clock.step_wall(-3600)
    assert store.lend([loan(want=10, terms=minute)]) == [Grant(3, 0, 1.0)]
    opened.close()


def test_a_file_forgets_pools_that_are_whole_again(tmp_path: Path) -> None:
    clock = ManualClock()
    opened = SqliteStore(tmp_path / "state.db", "shop")
    store = SqliteQuotas(opened, clock)
    minute = Terms(60, 60.0, 10)
    store.lend([loan(want=10, key=f"k{number}", terms=minute) for number in range(50)])
    clock.advance(12)
    store.lend([loan(want=1, key="new", terms=minute)])
    assert opened.connection.execute("SELECT count(*) FROM failsoft_quotas").fetchone() == (1,)
    opened.close()


def test_a_redis_earns_by_its_own_clock_and_forgets_pools_that_are_whole_again() -> None:
    url, second = shared_redis(), Terms(1000, 1.0, 1000)
    with service() as name:
        remote = RedisStore(url, f"{name}/")
        store = RedisQuotas(remote)
        (first,) = store.lend([loan(want=1000, terms=second)])
        time.sleep(0.05)
        (later,) = store.lend([loan(want=1000, terms=second)])
        assert (first.calls, later.calls >= 50) == (1000, True)
        (key,) = remote.client.keys(f"failsoft:{{{name}/*")
        assert 0 < remote.client.pttl(key) <= 2001
        remote.close()


def test_a_redis_that_has_forgotten_the_script_is_told_again() -> None:
    url = shared_redis()
    with service() as name:
        remote = RedisStore(url, f"{name}/")
        store = RedisQuotas(remote)
        assert given_of(store, loan(want=4)) == [(4, 6)]
        remote.client.script_flush()
        assert given_of(store, loan(want=4)) == [(4, 2)]
        remote.close()


@pytest.mark.parametrize("store", ["redis"], indirect=True)
def test_what_is_kept_under_a_key_by_others_is_no_quota(store: RedisQuotas) -> None:
    remote = store._store
    assert given_of(store, loan(want=4)) == [(4, 6)]
    (key,) = remote.client.keys(f"failsoft:{{{remote.namespace}}}:*")
    remote.client.set(key, "nonsense")
    assert given_of(store, loan(want=4)) == [(4, 6)]
    remote.client.delete(key)
    remote.client.rpush(key, "a list")
    assert given_of(store, loan(want=4), loan(want=4)) == [(4, 6), (4, 2)]
