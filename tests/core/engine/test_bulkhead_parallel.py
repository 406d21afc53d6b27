"""Threads, event loops and processes that share one bulkhead: no slot is lost, and none is given twice."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from failsoft import Bulkhead, BulkheadFullError, Failsoft, Guard, Policy

THREADS = 8
ROUNDS = 300


class Gauge:
    """Counts how many are inside, and the most there ever were."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.inside = self.most = self.ran = 0

    def enter(self) -> None:
        with self.lock:
            self.inside += 1
            self.ran += 1
            self.most = max(self.most, self.inside)

    def leave(self) -> None:
        with self.lock:
            self.inside -= 1


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """Run these in threads that start together."""
    gate, results = threading.Barrier(len(works)), []

    def run(work: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results.append(work())
        except BaseException as exc:
            results.append(exc)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def guarded(fs: Failsoft, **options: Any) -> Guard:
    return fs.guard("x", policy=Policy(bulkhead=Bulkhead(**options)))


def assert_all_slots_are_back(fs: Failsoft, limit: int) -> None:
    compartment = fs.bulkheads["guard:x"]
    snapshot = compartment.snapshot()
    assert (snapshot.in_use, snapshot.waiting, snapshot.limit) == (0, 0, limit)
    assert len(compartment.slots.free) == limit
    assert not compartment.slots.queued


def synchronous(guard: Guard, gauge: Gauge, seed: int) -> Callable[[], tuple[int, int]]:
    def work() -> tuple[int, int]:
        rng, rejected = Random(seed), 0

        def inside() -> None:
            gauge.enter()
            try:
                if rng.random() < 0.2:
                    threading.Event().wait(0.0001)
                if rng.random() < 0.1:
                    raise ValueError("bug")
            finally:
                gauge.leave()

        for _ in range(ROUNDS):
            try:
                if rng.random() < 0.3:
                    with guard:
                        inside()
                else:
                    guard.call(inside)
            except BulkheadFullError:
                rejected += 1
            except ValueError:
                pass
        return ROUNDS, rejected

    return work


def asynchronous(guard: Guard, gauge: Gauge, seed: int, *, cancels: bool = False) -> Callable[[], tuple[int, int]]:
    """Three tasks at a time in a loop of its own; some are cancelled at a random moment."""

    def work() -> tuple[int, int]:
        rng = Random(seed)
        counts = {"calls": 0, "rejected": 0}

        async def inside() -> None:
            gauge.enter()
            try:
                for _ in range(rng.randrange(3)):
                    await asyncio.sleep(0)
            finally:
                gauge.leave()

        async def one() -> None:
            counts["calls"] += 1
            try:
                await guard.acall(inside)
            except BulkheadFullError:
                counts["rejected"] += 1

        async def main() -> None:
            for _ in range(ROUNDS // 3):
                tasks = [asyncio.create_task(one()) for _ in range(3)]
                if cancels:
                    for _ in range(rng.randrange(4)):
                        await asyncio.sleep(0)
                    tasks[rng.randrange(3)].cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run(main())
        return counts["calls"], counts["rejected"]

    return work


@pytest.mark.parametrize("queue", [0, 2, 8])
def test_eight_threads(fs: Failsoft, queue: int) -> None:
    guard = guarded(fs, max_concurrent=3, max_queue=queue, max_wait="60s" if queue else 0)
    gauge = Gauge()
    results = at_once([synchronous(guard, gauge, seed) for seed in range(THREADS)])
    calls, rejected = (sum(column) for column in zip(*results, strict=True))
    assert gauge.most <= 3
    assert gauge.ran == calls - rejected
    assert fs.bulkheads["guard:x"].snapshot().rejected == rejected
    if queue == 8:
        assert rejected == 0
    assert_all_slots_are_back(fs, 3)


def test_threads_and_event_loops_together(fs: Failsoft) -> None:
    guard = guarded(fs, max_concurrent=2, max_queue=100, max_wait="60s")
    gauge = Gauge()
    works = [synchronous(guard, gauge, seed) for seed in range(4)]
    works += [asynchronous(guard, gauge, seed) for seed in range(4)]
    results = at_once(works)
    calls, rejected = (sum(column) for column in zip(*results, strict=True))
    assert (gauge.most, rejected) == (2, 0)
    assert gauge.ran == calls
    assert_all_slots_are_back(fs, 2)


def test_cancelled_in_the_middle_of_it_all(fs: Failsoft) -> None:
    guard = guarded(fs, max_concurrent=2, max_queue=5, max_wait="60s")
    gauge = Gauge()
    works = [asynchronous(guard, gauge, seed, cancels=True) for seed in range(4)]
    works += [synchronous(guard, gauge, seed) for seed in range(2)]
    for result in at_once(works):
        assert not isinstance(result, BaseException)
    assert gauge.most <= 2
    assert_all_slots_are_back(fs, 2)


def test_waits_that_end_in_the_moment_in_which_a_slot_comes(fs: Failsoft) -> None:
    guard = guarded(fs, max_concurrent=1, max_queue=8, max_wait=0.0002)
    gauge = Gauge()
    works = [synchronous(guard, gauge, seed) for seed in range(4)]
    works += [asynchronous(guard, gauge, seed, cancels=True) for seed in range(4)]
    for result in at_once(works):
        assert not isinstance(result, BaseException)
    assert gauge.most == 1
    assert_all_slots_are_back(fs, 1)


def test_a_limit_that_moves_meanwhile(fs: Failsoft) -> None:
    guard = guarded(fs, max_concurrent=4, max_queue=4, max_wait="60s")
    gauge, rng = Gauge(), Random(5)
    guard.call(lambda: None)
    compartment = fs.bulkheads["guard:x"]

    def move() -> None:
        for limit in [*(rng.randrange(1, 5) for _ in range(ROUNDS)), 3]:
            with compartment._lock:
                compartment.slots.resize(limit)
                granted = compartment.slots.settle()
            compartment._wake(granted)

    results = at_once([move, *(synchronous(guard, gauge, seed) for seed in range(4))])
    assert not any(isinstance(result, BaseException) for result in results)
    assert gauge.most <= 4
    assert_all_slots_are_back(fs, 3)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_begins_with_all_its_slots(fs: Failsoft) -> None:
    guard = guarded(fs, max_concurrent=1)
    readable, writable = os.pipe()
    guard.__enter__()
    fs.bulkheads["guard:x"]._lock.acquire()
    child = os.fork()
    if child == 0:
        try:
            # the block of the parent is over here too, and its slot is one of the past
            guard.__exit__(None, None, None)
            said = guard.call(lambda: str(fs.bulkheads["guard:x"].snapshot().in_use))
            os.write(writable, f"{said} {len(fs.bulkheads['guard:x'].slots.free)}".encode())
        finally:
            os._exit(0)
    fs.bulkheads["guard:x"]._lock.release()
    os.close(writable)
    with os.fdopen(readable) as pipe:
        assert pipe.read() == "1 1"
    os.waitpid(child, 0)
    guard.__exit__(None, None, None)
    assert_all_slots_are_back(fs, 1)
