"""Rate limits that workers share: by what was leased, without a call ever waiting."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import failsoft
from both_ways import RequestCall, Script, Way
from clocks import ManualClock
from core.engine.shared import Worker, Workers
from core.engine.test_parallel import in_child
from core.sharing.servers import shared_redis
from failsoft import Failsoft, Policy, RateLimit, RequestFacts, SettingsError
from failsoft.events import InternalError, StateStoreChanged
from redis_server import service

MINUTE = {"rate": "80/minute"}
"""Leases of 10, a credit of 10."""


@pytest.fixture
def workers(tmp_path: Path, clock: ManualClock) -> Iterator[Workers]:
    made = Workers(f"sqlite:///{tmp_path}/state.db", clock)
    yield made
    made.close()


# --- the limit


def test_workers_share_one_limit(workers: Workers) -> None:
    one, other = workers(), workers()
    admitted = 0
    for _ in range(20):
        for worker in (one, other):
            admitted += worker.spend(9, **MINUTE)
            worker.exchange()
    assert 80 <= admitted <= 80 + 2 * (10 + 10)
    assert (one.spend(9, **MINUTE), other.spend(9, **MINUTE)) == (0, 0)


def test_one_worker_alone_gets_exactly_what_the_limit_says(workers: Workers) -> None:
    worker = workers()
    admitted = 0
    for _ in range(30):
        admitted += worker.spend(9, **MINUTE)
        worker.exchange()
    assert admitted == 80


def test_it_fills_again_at_the_rate(workers: Workers, clock: ManualClock) -> None:
    worker = workers()
    for _ in range(30):
        worker.spend(9, **MINUTE)
        worker.exchange()
    admitted = 0
    for _ in range(600):
        clock.advance(0.1)
        admitted += worker.spend(3, **MINUTE)
        worker.exchange()
    assert 78 <= admitted <= 80


def test_a_limit_whose_burst_is_less_than_a_beat_earns_still_gives_its_rate(
    workers: Workers, clock: ManualClock
) -> None:
    worker, admitted = workers(), 0
    for _ in range(100):
        for _ in range(20):
            clock.advance(0.01)
            admitted += worker.spend(1, rate="100/second", burst=1)
        worker.exchange()
    # the credit of the first beat is one call
    assert 1980 <= admitted <= 2000


def test_the_first_calls_need_no_store(workers: Workers) -> None:
    assert workers().spend(99, **MINUTE) == 10


def test_two_guards_of_one_name_in_two_workers_are_one_limit_and_others_are_not(workers: Workers) -> None:
    one, other = workers(), workers()
    for name in ("x", "y"):
        for _ in range(20):
            one.spend(9, name=name, **MINUTE)
            one.exchange()
    other.spend(1, **MINUTE)
    other.exchange()
    assert other.spend(9, **MINUTE) == 0
    assert other.spend(9, name="z", **MINUTE) == 9


def test_services_and_environments_are_kept_apart(workers: Workers) -> None:
    one = workers()
    for _ in range(20):
        one.spend(9, **MINUTE)
        one.exchange()
    for other in (workers(service="other"), workers(environment="test")):
        other.spend(5, **MINUTE)
        other.exchange()
        assert other.spend(9, **MINUTE) == 9


class Visit(RequestCall):
    """A request of a client."""

    address = ""

    def describe(self) -> RequestFacts:
        return RequestFacts(client=self.address)


def visit(fs: Failsoft, address: str = "192.0.2.7") -> Visit:
    call = Visit("GET /x", fs.clock.monotonic(), owner=fs)
    call.method = "GET"
    call.address = address
    return call


def bound(fs: Failsoft, **options: Any) -> Any:
    view = failsoft.protect(rate_limit=RateLimit(scope="shared", **options))(Script("well"))
    return fs.endpoints.bind("GET", "/x", view)


def test_an_endpoint_says_what_its_worker_knows(workers: Workers, way: Way) -> None:
    one, other = workers(), workers()
    said = []
    for worker in (one, other, one, other):
        call = visit(worker.fs)
        way.endpoint(bound(worker.fs, **MINUTE, key="client"), call, Script("well"))
        said.append(dict(call.rate_headers))
        worker.exchange()
    assert {headers["RateLimit-Policy"] for headers in said} == {'"client";q=80;w=60'}
    remaining = [int(headers["RateLimit"].split("r=")[1].split(";")[0]) for headers in said]
    # each knows of the other what the store had left when it was last asked
    assert remaining == [79, 79, 78, 67]


def test_who_comes_too_often_is_told_when_to_come_again(workers: Workers, way: Way) -> None:
    worker = workers()
    binding = bound(worker.fs, rate="2/minute", key="client")
    for _ in range(2):
        way.endpoint(binding, visit(worker.fs), Script("well"))
        worker.exchange()
    call = visit(worker.fs)
    with pytest.raises(failsoft.RateLimitError) as caught:
        way.endpoint(binding, call, Script("well"))
    assert caught.value.retry_after == 30
    headers = dict(call.rate_headers)
    assert (headers["RateLimit"], headers["Retry-After"]) == ('"client";r=0;t=30', "30")


# --- what is kept where


def test_the_store_knows_nobody(workers: Workers, tmp_path: Path) -> None:
    worker = workers()
    binding = bound(worker.fs, **MINUTE, key="client")
    for address in ("192.0.2.7", "192.0.2.8"):
        binding.pipeline.call(visit(worker.fs, address), Script("well"))
    worker.exchange()
    names = [name for (name,) in worker.fs._parts.store.connection.execute("SELECT pool FROM failsoft_quotas")]
    assert len(names) == 2
    assert not [name for name in names if "192" in name or "GET" in name]


def test_a_worker_that_leaves_pays_what_it_owes(workers: Workers) -> None:
    worker = workers()
    worker.spend(7, **MINUTE)
    worker.beat.leave()
    connection = worker.fs._parts.store.connection
    assert connection.execute("SELECT spent FROM failsoft_quotas").fetchone()[0] >= 7


# --- who touches the store


class Watched:
    """What a thread runs of drivers, sockets and stores."""

    FOREIGN = ("redis", "sqlite3", "socket", "_socket", "select", "ssl")

    def __init__(self) -> None:
        self.met: set[str] = set()

    def __enter__(self) -> set[str]:
        sys.setprofile(self._see)
        return self.met

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _see(self, frame: FrameType, event: str, argument: Any) -> None:
        modules = [frame.f_globals.get("__name__")] if event == "call" else []
        if event == "c_call":
            modules = [getattr(argument, "__module__", None), type(getattr(argument, "__self__", None)).__module__]
        for module in filter(None, modules):
            if module.split(".")[0] in self.FOREIGN or module.startswith("failsoft.stores"):
                self.met.add(f"{module}:{frame.f_code.co_name}")


def test_no_call_touches_the_store(tmp_path: Path) -> None:
    """Nothing of a driver, of a socket or of a store runs in the thread of a call."""
    met, admitted = [], []

    def call(fs: Failsoft) -> None:
        guard = fs.guard("x", policy=Policy(rate_limit=RateLimit(rate="1000/second", scope="shared")))
        Worker.admitted(lambda: guard.call(int))
        with Watched() as found:
            admitted.append(sum(Worker.admitted(lambda: guard.call(int)) for _ in range(3000)))
        met.append(found)

    # connections that other tests left are closed by the collector, in whose thread it happens to run
    gc.collect()
    with service() as name:
        for url in (f"sqlite:///{tmp_path}/state.db", shared_redis()):
            with Failsoft({"service": name, "state": {"url": url}}) as fs:
                threads = [threading.Thread(target=call, args=(fs,)) for _ in range(2)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
            with Watched() as found:
                fs._parts.beat.once()
                fs.endpoints._lending._store.lend([])
            assert found != set()
            fs._parts.store.close()
    assert met == [set()] * 4
    assert min(admitted) > 0


# --- the store is away


def test_while_the_store_is_away_each_worker_decides_alone_and_heals_by_itself(
    workers: Workers, tmp_path: Path, clock: ManualClock
) -> None:
    one, other = workers(), workers()
    for worker in (one, other):
        worker.spend(1, **MINUTE)
        worker.exchange()
    (tmp_path / "state.db").rename(tmp_path / "away.db")
    (tmp_path / "state.db").mkdir()
    for worker in (one, other):
        worker.spend(9, **MINUTE)
        worker.exchange()
        worker.exchange()
        assert [event.answering for event in worker.of(StateStoreChanged)] == [False]
        assert sum(worker.spend(9, **MINUTE) for _ in range(20)) == 80 - 10
    (tmp_path / "state.db").rmdir()
    (tmp_path / "away.db").rename(tmp_path / "state.db")
    clock.advance(60)
    for worker in (one, other):
        assert worker.spend(1, **MINUTE) == 1
        worker.exchange()
        assert [event.answering for event in worker.of(StateStoreChanged)] == [False, True]
    admitted = 0
    for _ in range(20):
        for worker in (one, other):
            admitted += worker.spend(9, **MINUTE)
            worker.exchange()
    assert 80 - 2 <= admitted <= 80 + 2 * 20
    assert one.of(InternalError) == other.of(InternalError) == []


# --- many keys


def test_all_that_is_due_goes_in_one_trip(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = workers()
    binding = bound(worker.fs, **MINUTE, key="client")
    for number in range(300):
        binding.pipeline.call(visit(worker.fs, f"10.0.{number >> 8}.{number & 255}"), Script("well"))
    trips: list[int] = []
    lending = worker.fs.endpoints._lending
    assert lending is not None
    lend = lending._store.lend
    monkeypatch.setattr(lending._store, "lend", lambda loans: trips.append(len(loans)) or lend(loans))
    worker.exchange()
    worker.exchange()
    assert trips == [300]
    for number in range(2500):
        binding.pipeline.call(visit(worker.fs, f"10.1.{number >> 8}.{number & 255}"), Script("well"))
    for _ in range(4):
        worker.exchange()
    assert trips == [300, 1000, 1000, 500]


# --- reload, forks, tests of applications


def changed(worker: Worker, before: str, after: str) -> None:
    """Change the rate of the policy `p` while it runs."""
    text = before.replace("80/minute", after)
    path = worker.fs._reloading._path
    assert path is not None
    path.write_text(text)
    assert worker.fs.reload() == ()


@pytest.mark.parametrize(
    ("rate", "left"), [("80/minute", 40), ("160/minute", 120), ("50/minute", 10), ("20/minute", 0)]
)
def test_another_rate_keeps_what_is_spent(tmp_path: Path, clock: ManualClock, rate: str, left: int) -> None:
    text = (
        f'service = "shop"\n[state]\nurl = "sqlite:///{tmp_path}/state.db"\n'
        '[policies.p]\nrate_limit = { rate = "80/minute", scope = "shared" }\n'
    )
    path = tmp_path / "failsoft.toml"
    path.write_text(text)
    worker = Worker(path, clock)  # type: ignore[arg-type]
    guard = worker.fs.guard("x", policy="p")

    def spend(times: int) -> int:
        return sum(Worker.admitted(lambda: guard.call(int)) for _ in range(times))

    assert sum((spend(4), worker.exchange())[0] for _ in range(10)) == 40
    changed(worker, text, rate)
    admitted = sum((spend(4), worker.exchange())[0] for _ in range(50))
    worker.close()
    assert admitted == left


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_worker_spends_nothing_of_its_parents(workers: Workers) -> None:
    worker = workers()
    worker.spend(1, **MINUTE)
    worker.exchange()
    # its credit, and nothing that was leased
    assert in_child(lambda: str(worker.spend(50, **MINUTE))) == "10"
    assert worker.spend(50, **MINUTE) == 10 + 10


def test_what_was_spent_can_be_brought_back_for_tests(workers: Workers) -> None:
    worker = workers()
    worker.spend(3, **MINUTE)
    restore = worker.fs.remember()
    assert worker.spend(99, **MINUTE) == 7
    assert worker.spend(1, name="new", **MINUTE) == 1
    restore()
    assert worker.spend(99, **MINUTE) == 7
    assert worker.spend(99, name="new", **MINUTE) == 10


# --- refused


def faults(settings: dict[str, Any]) -> list[tuple[str, str, str]]:
    with pytest.raises(SettingsError) as caught:
        Failsoft(settings).close()
    return [(fault.path, fault.value, fault.expected) for fault in caught.value.faults]


SHARED = {"policies": {"p": {"rate_limit": {"rate": "1/minute", "scope": "shared"}}}}
EXACT = {"policies": {"p": {"rate_limit": {"rate": "1/minute", "scope": "shared", "exact": True}}}}


@pytest.mark.parametrize("state", [{}, {"state": {"url": "memory://"}}, {"state": {"url": "env:FAILSOFT_TEST_URL"}}])
def test_nothing_is_shared_without_a_store(state: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILSOFT_TEST_URL", "memory://")
    ((path, value, expected),) = faults(SHARED | state)
    assert (path, value) == ("policies.p.rate_limit.scope", '"shared"')
    assert 'expected "worker"' in expected
    assert "[state]" in expected


def test_a_file_cannot_be_asked_for_each_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILSOFT_TEST_URL", f"sqlite:///{tmp_path}/state.db")
    for url in (f"sqlite:///{tmp_path}/state.db", "env:FAILSOFT_TEST_URL"):
        ((path, value, expected),) = faults(EXACT | {"state": {"url": url}})
        assert (path, value) == ("policies.p.rate_limit.exact", "true")
        assert "expected false" in expected
        assert "Redis" in expected


def test_a_limit_of_a_worker_is_not_asked_for(tmp_path: Path) -> None:
    settings = {"policies": {"p": {"rate_limit": {"rate": "1/minute", "exact": True}}}}
    ((path, _, _),) = faults(settings)
    assert path == "policies.p.rate_limit.exact"


def test_a_limit_in_code_is_refused_when_it_is_bound(fs: Failsoft, workers: Workers) -> None:
    with pytest.raises(SettingsError, match=r'rate_limit\.scope = "shared".*expected "worker"'):
        bound(fs, rate="1/minute")
    guard = fs.guard("x", policy=Policy(rate_limit=RateLimit(rate="1/minute", scope="shared")))
    with pytest.raises(SettingsError, match=r"guard:x: rate_limit\.scope"):
        guard.call(int)
    with pytest.raises(SettingsError, match=r"rate_limit\.exact = true"):
        bound(workers().fs, rate="1/minute", exact=True)
