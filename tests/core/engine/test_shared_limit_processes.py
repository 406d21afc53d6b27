"""Rate limits that real processes share, in a real Redis and a real file, also one that is stopped under them."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from both_ways import SYNC, Script, Way
from core.engine.test_parallel import in_child
from core.sharing.servers import PrivateRedis, eventually, shared_redis
from failsoft import Failsoft, Guard, Policy, RateLimit, RateLimitError
from failsoft.events import ExactLimitMissed, InternalError, StateStoreChanged
from failsoft.machines.lease import Share
from redis_server import service

pytestmark = pytest.mark.xdist_group("redis")

HAMMER = Path(__file__).with_name("hammer.py")


def hammer(url: str, rate: str, burst: int, *, exact: bool, seconds: float = 2.0) -> list[dict[str, Any]]:
    """What four workers were let do at the same time, two of them with tasks of an event loop."""
    with service() as name:
        words = [url, name, rate, str(burst), "exact" if exact else "leased"]
        commands = [[sys.executable, str(HAMMER), *words, way, str(seconds)] for way in ("sync", "async") * 2]
        workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
        found = [json.loads(worker.communicate(timeout=100)[0]) for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4
    return found


def most_above(found: list[dict[str, Any]], per_second: float) -> float:
    """By how many calls more than the rate earned was admitted in the worst of all spans.

    When exactly a call was admitted is not known: after it was begun, before it was made. A span reaches from where one
    was begun to where one was made, and holds the calls that were within it for certain.
    """
    times = sorted(((begun, made) for each in found for begun, made in each["admitted"]), key=lambda pair: pair[1])
    worst = 0.0
    for first, _ in times:
        inside = 0
        for begun, made in times:
            if begun >= first:
                inside += 1
                worst = max(worst, inside - (made - first) * per_second)
    return worst


@pytest.mark.parametrize("kind", ["redis", "sqlite"])
@pytest.mark.parametrize(("rate", "burst"), [("100/second", 40), ("600/minute", 80)])
def test_four_workers_together_stay_within_the_bound(kind: str, rate: str, burst: int, tmp_path: Path) -> None:
    url = shared_redis() if kind == "redis" else f"sqlite:///{tmp_path}/state.db"
    terms = RateLimit(rate=rate, burst=burst).terms
    share = Share.of(terms)
    found = hammer(url, rate, burst, exact=False)
    assert most_above(found, terms.per_second) <= share.burst + 4 * (share.size + share.credit)
    # four limits of their own would have let through twice as much at least
    assert all(each["admitted"] for each in found)


def test_four_workers_never_exceed_an_exact_limit() -> None:
    found = hammer(shared_redis(), "20/minute", 30, exact=True)
    # what was decided without the store, as the machine was busy, may be too much
    without = sum(each["missed"] for each in found)
    assert sum(len(each["admitted"]) for each in found) >= 30 - without
    assert most_above(found, 20 / 60) <= 30 + without


# --- one worker, and a server that is stopped


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PrivateRedis]:
    started = PrivateRedis(tmp_path)
    yield started
    started.close()


class Exact:
    """A guard under an exact limit."""

    def __init__(self, url: str, rate: str = "50/hour", **limit: Any) -> None:
        self.fs = Failsoft({"service": "shop", "state": {"url": url}})
        self.events: list[Any] = []
        self.fs.events.subscribe(self.events.append)
        policy = Policy(rate_limit=RateLimit(rate=rate, scope="shared", exact=True, **limit))
        self.guard: Guard = self.fs.guard("x", policy=policy)

    def spend(self, way: Way, times: int) -> int:
        """How many of some calls are admitted, all in one event loop."""

        async def calls() -> int:
            return sum([await one() for _ in range(times)])

        async def one() -> bool:
            try:
                await self.guard.acall(way.fn(Script("well")))
            except RateLimitError:
                return False
            return True

        def plain() -> bool:
            try:
                self.guard.call(Script("well"))
            except RateLimitError:
                return False
            return True

        return asyncio.run(calls()) if way.asynchronous else sum(plain() for _ in range(times))

    @property
    def away(self) -> bool:
        return any(limiter.away for limiter in self.fs.endpoints._limiters.values())  # type: ignore[attr-defined]

    def missed(self) -> dict[str, int]:
        """Calls that were decided without the store so far, by why."""
        told: dict[str, int] = {}
        for event in self.events:
            if isinstance(event, ExactLimitMissed):
                told[event.reason] = told.get(event.reason, 0) + event.calls
        for limiter in self.fs.endpoints._limiters.values():
            for reason, calls in limiter._unasked.items():  # type: ignore[attr-defined]
                told[reason] = told.get(reason, 0) + calls
        return told

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if type(event) is kind]


@pytest.fixture
def exact(server: PrivateRedis) -> Iterator[Callable[..., Exact]]:
    made: list[Exact] = []

    def make(url: str = server.url, **limit: Any) -> Exact:
        made.append(Exact(url, **limit))
        return made[-1]

    yield make
    for each in made:
        each.fs.close()


def test_the_store_decides_about_each_call(exact: Callable[..., Exact], way: Way) -> None:
    one, other = exact(), exact()
    admitted = sum(one.spend(way, 5) + other.spend(way, 5) for _ in range(12))
    without = sum(sum(each.missed().values()) for each in (one, other))
    assert 50 <= admitted <= 50 + without


def test_calls_go_on_while_the_server_is_paused_and_are_asked_about_when_it_is_back(
    exact: Callable[..., Exact], server: PrivateRedis, way: Way
) -> None:
    worker = exact()
    assert worker.spend(way, 5) == 5
    asked = 5 - sum(worker.missed().values())
    server.pause()
    # three are waited for in vain, then nobody waits any more; a few are admitted on credit, of which there are seven
    on_credit = worker.spend(way, 20)
    assert on_credit >= 3
    assert worker.missed()["late"] >= 3
    eventually(lambda: worker.away)
    assert on_credit + worker.spend(way, 60) == 45
    assert worker.missed()["unreachable"] >= 40
    eventually(lambda: [event.answering for event in worker.of(StateStoreChanged)] == [False])
    server.go_on()
    eventually(lambda: not worker.away)
    eventually(lambda: [event.answering for event in worker.of(StateStoreChanged)] == [False, True])
    before = sum(worker.missed().values())
    admitted = worker.spend(way, 60)
    without = sum(worker.missed().values()) - before
    # the pool knows of those that it was asked about, and perhaps of some that it answered too late
    assert admitted <= 50 - asked + without
    assert worker.of(InternalError) == []


def test_an_answer_that_comes_late_is_nobody_elses(exact: Callable[..., Exact], server: PrivateRedis, way: Way) -> None:
    """Trap: a connection goes back to the pool with an answer on its way, and each answer is taken for the next."""
    worker = exact(rate="3/hour")
    other = worker.fs.guard("y", policy=Policy(rate_limit=RateLimit(rate="9/hour", scope="shared", exact=True)))

    def course() -> Generator[Guard, bool, list[bool]]:
        for _ in range(3):
            assert (yield worker.guard)
        server.pause()
        for _ in range(2):
            yield worker.guard
        server.go_on()
        eventually(lambda: not worker.away)
        admitted = []
        for _ in range(12):
            admitted += [(yield other)]
        return admitted

    admitted = drive(way, course())
    before = worker.missed()
    assert before["late"] >= 2
    assert sum(admitted) in range(9, 10 + sum(before.values()) - 2)
    assert admitted[:9] == [True] * 9


def drive(way: Way, course: Generator[Guard, bool, Any]) -> Any:
    """Call each guard that a course names, all in one thread or one event loop, and tell it whether it was let."""

    async def one(guard: Guard) -> bool:
        try:
            await guard.acall(way.fn(int))
        except RateLimitError:
            return False
        return True

    async def tasks() -> Any:
        guard = next(course)
        while True:
            admitted = await one(guard)
            try:
                guard = course.send(admitted)
            except StopIteration as end:
                return end.value

    if way.asynchronous:
        return asyncio.run(tasks())
    guard = next(course)
    while True:
        admitted = True
        try:
            guard.call(int)
        except RateLimitError:
            admitted = False
        try:
            guard = course.send(admitted)
        except StopIteration as end:
            return end.value


def test_a_server_that_was_never_there_is_waited_for_by_nobody_for_long(exact: Callable[..., Exact], way: Way) -> None:
    worker = exact(url="redis://127.0.0.1:1/0")
    on_credit = worker.spend(way, 5)
    eventually(lambda: worker.away)
    assert on_credit + worker.spend(way, 60) == 50
    assert sum(worker.missed().values()) == 65


def test_a_server_that_starts_anew_is_told_the_script_again(
    exact: Callable[..., Exact], server: PrivateRedis, way: Way
) -> None:
    worker = exact()
    assert worker.spend(way, 5) == 5
    server.kill()
    worker.spend(way, 1)
    eventually(lambda: worker.away)
    assert worker.spend(way, 5) == 5
    server.start()
    eventually(lambda: not worker.away)
    before = sum(worker.missed().values())
    admitted = worker.spend(way, 99)
    assert admitted <= 50 + sum(worker.missed().values()) - before
    assert admitted > 0


def test_a_synchronous_call_in_an_event_loop_does_not_wait(exact: Callable[..., Exact]) -> None:
    worker = exact()

    async def main() -> None:
        for _ in range(3):
            worker.guard.call(int)

    asyncio.run(main())
    assert worker.missed() == {"event_loop": 3}


def test_a_task_that_is_cancelled_while_it_asks_leaves_nothing_behind(
    exact: Callable[..., Exact], server: PrivateRedis
) -> None:
    worker = exact()

    async def well() -> int:
        return 1

    async def main() -> list[int]:
        assert await worker.guard.acall(well) == 1
        server.pause()
        task = asyncio.create_task(worker.guard.acall(well))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        server.go_on()
        return [await worker.guard.acall(well) for _ in range(5)]

    assert asyncio.run(main()) == [1] * 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_worker_has_connections_of_its_own(exact: Callable[..., Exact]) -> None:
    worker = exact()
    first = worker.spend(SYNC, 5)

    def work() -> str:
        admitted = worker.spend(SYNC, 20)
        return f"{admitted} {sum(worker.missed().values())}"

    admitted, without = map(int, in_child(work).split())
    then = worker.spend(SYNC, 99)
    without += sum(worker.missed().values())
    assert (first, admitted) == (5, 20)
    assert 25 <= then <= 25 + without


def test_threads_share_the_connections_of_their_process(exact: Callable[..., Exact]) -> None:
    worker = exact()
    admitted: list[int] = []

    def work() -> None:
        for _ in range(20):
            try:
                admitted.append(worker.guard.call(lambda: 1))
            except RateLimitError:
                pass

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 50 <= len(admitted) <= 50 + sum(worker.missed().values())
    lending = worker.fs.endpoints._lending
    assert lending is not None
    assert lending.at_once._ready._there <= 8  # type: ignore[union-attr]
