"""Eight threads, and threads together with event loops, on the same guards: the accounts are exact at the end."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from both_ways import Script
from clocks import ManualClock
from core.engine.test_bulkhead_parallel import Gauge, at_once
from failsoft import Budget, Bulkhead, CircuitBreaker, Failsoft, Guard, Policy, Retry
from failsoft.current import current_call

LOST = ConnectionResetError
Body = Callable[[], Any]


@pytest.fixture(autouse=True)
def _switch_all_the_time() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def outcome(error: BaseException | None) -> str:
    return "well" if error is None else type(error).__name__


def in_thread(guard: Guard, body: Body, calls: int) -> Callable[[], Counter[str]]:
    """Calls from a thread, every third one through a block."""

    def work() -> Counter[str]:
        outcomes: Counter[str] = Counter()
        through = guard(body)
        for number in range(calls):
            error: BaseException | None = None
            try:
                if number % 3 == 0:
                    with guard:
                        body()
                elif number % 3 == 1:
                    guard.call(body)
                else:
                    through()
            except Exception as exc:
                error = exc
            outcomes[outcome(error)] += 1
            assert current_call.get() is None
        return outcomes

    return work


def in_loop(guard: Guard, body: Body, calls: int, *, tasks: int = 4) -> Callable[[], Counter[str]]:
    """As many calls from the tasks of an event loop, each of which lets the others run while it is inside."""

    def work() -> Counter[str]:
        outcomes: Counter[str] = Counter()

        async def inside() -> Any:
            await asyncio.sleep(0)
            return body()

        async def task(number: int) -> None:
            for turn in range(number, calls, tasks):
                error: BaseException | None = None
                try:
                    if turn % 3 == 0:
                        async with guard:
                            await inside()
                    else:
                        await guard.acall(inside)
                except Exception as exc:
                    error = exc
                outcomes[outcome(error)] += 1

        async def main() -> None:
            await asyncio.gather(*(task(number) for number in range(tasks)))

        asyncio.run(main())
        return outcomes

    return work


def everybody(guard: Guard, body: Body, calls: int, loops: int) -> Counter[str]:
    """What eight workers came to together, so many of them event loops."""
    works = [in_thread(guard, body, calls) for _ in range(8 - loops)] + [
        in_loop(guard, body, calls) for _ in range(loops)
    ]
    results = at_once(works)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return sum(results, Counter())


LOOPS = pytest.mark.parametrize("loops", [0, 2], ids=["threads", "threads and loops"])


class Sometimes:
    """Fails every fourth time, whoever asks."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.calls = 0

    def __call__(self) -> None:
        with self.lock:
            self.calls += 1
            fails = self.calls % 4 == 0
        if fails:
            raise LOST


@LOOPS
@pytest.mark.parametrize("heard", [False, True])
def test_every_call_is_counted_once(fs: Failsoft, loops: int, heard: bool) -> None:
    told: Counter[Any] = Counter()
    if heard:
        fs.events.subscribe(lambda event: told.update([getattr(event, "error_type", "")]))
    policy = Policy(circuit_breaker=CircuitBreaker(failure_threshold=10**6, window=10_000), bulkhead=64, deadline=600)
    guard, body = fs.guard("x", policy=policy), Sometimes()
    outcomes = everybody(guard, body, 300, loops)
    assert outcomes == {"well": 1800, "ConnectionResetError": 600}
    counts = fs.circuit_breakers["guard:x"].snapshot().counts
    assert (counts.total, counts.failures) == (2400, 600)
    snapshot = fs.bulkheads["guard:x"].snapshot()
    assert (snapshot.in_use, snapshot.waiting, snapshot.rejected) == (0, 0, 0)
    if heard:
        assert (told[None], told["ConnectionResetError"]) == (1800, 600)


@LOOPS
@pytest.mark.parametrize(("probes", "concurrency"), [(1, 1), (3, 1), (3, 2), (5, 5)])
def test_in_each_half_open_round_so_many_probes_and_no_more(
    fs: Failsoft, clock: ManualClock, loops: int, probes: int, concurrency: int
) -> None:
    """All of them call all the time, also in the moment in which the open period ends."""
    breaker = CircuitBreaker(
        failure_rate_threshold=1.0,
        minimum_calls=1,
        window=1,
        open_duration=5,
        open_multiplier=1,
        half_open_calls=probes,
        half_open_concurrency=concurrency,
        half_open_max_wait=10_000,
    )
    guard, gauge, rounds = fs.guard("x", policy=Policy(circuit_breaker=breaker)), Gauge(), 12

    def fails() -> None:
        gauge.enter()
        try:
            threading.Event().wait(0.002)  # so that others knock while it is out
            raise LOST
        finally:
            gauge.leave()

    with pytest.raises(LOST):
        guard.call(fails)
    for number in range(rounds):
        gauge.ran = gauge.most = 0
        storm = threading.Thread(target=clock.advance, args=(5,))
        storm.start()
        outcomes = everybody(guard, fails, 60, loops)
        storm.join()
        # whoever came before the time had passed or after the round had failed was turned away
        outcomes += everybody(guard, fails, 5, loops)
        assert gauge.ran == outcomes["ConnectionResetError"] == probes
        assert gauge.most <= concurrency
        assert set(outcomes) == {"ConnectionResetError", "CircuitOpenError"}
        snapshot = fs.circuit_breakers["guard:x"].snapshot()
        assert (snapshot.state, snapshot.probes_in_flight, snapshot.rounds_failed) == ("open", 0, number + 1)


@LOOPS
def test_of_a_rate_limit_nothing_is_lost_or_given_twice(fs: Failsoft, clock: ManualClock, loops: int) -> None:
    guard, script = fs.guard("x", policy=Policy(rate_limit="500/minute")), Script("well")
    assert everybody(guard, script, 150, loops) == {"well": 500, "RateLimitError": 700}
    for _ in range(3):
        clock.advance(6)
        assert everybody(guard, script, 20, loops) == {"well": 50, "RateLimitError": 110}


@LOOPS
def test_a_retry_budget_is_spent_to_the_last_and_no_further(fs: Failsoft, loops: int) -> None:
    retry = Retry(base_delay=0, jitter="none", max_attempts=2, budget=Budget(ratio=0.25, min_per_second=0))
    guard, body = fs.guard("x", policy=Policy(retry=retry), idempotent=True), Gauge()

    def fails() -> None:
        body.enter()
        body.leave()
        raise LOST

    outcomes = everybody(guard, fails, 200, loops)
    assert outcomes == {"ConnectionResetError": 1600}
    books = fs.retries.statistics("x")
    assert (books.operations, books.failures, books.cancelled) == (1600, 1600, 0)
    assert books.retries == body.ran - 1600
    # a call that comes when all is spent gets no other attempt, though a later one may earn it
    assert 350 <= books.retries <= 400


@LOOPS
def test_all_of_it_together(fs: Failsoft, loops: int) -> None:
    policy = Policy(
        deadline=600,
        retry=Retry(base_delay=0, jitter="none", max_attempts=3, budget=Budget(min_per_second=10**6)),
        circuit_breaker=CircuitBreaker(failure_threshold=10**6, window=100_000),
        bulkhead=Bulkhead(max_concurrent=3, max_queue=64, max_wait=60),
        rate_limit="2000/day",
    )
    guard, body, gauge = fs.guard("x", policy=policy, idempotent=True), Sometimes(), Gauge()

    def counted() -> None:
        gauge.enter()
        try:
            body()
        finally:
            gauge.leave()

    outcomes = everybody(guard, counted, 300, loops)
    assert outcomes["RateLimitError"] == 400
    assert outcomes["well"] + outcomes["ConnectionResetError"] == 2000
    # synchronous calls in the thread of a loop do not wait, and there are none
    assert outcomes.keys() <= {"well", "ConnectionResetError", "RateLimitError"}
    counts = fs.circuit_breakers["guard:x"].snapshot().counts
    assert (counts.total, counts.failures) == (body.calls, body.calls // 4)
    assert gauge.most <= 3
    assert gauge.inside == 0
    books = fs.retries.statistics("x")
    assert (books.successes, books.failures) == (outcomes["well"], outcomes["ConnectionResetError"])
    assert books.retries == body.calls - 2000
    snapshot = fs.bulkheads["guard:x"].snapshot()
    assert (snapshot.in_use, snapshot.waiting, snapshot.rejected) == (0, 0, 0)
    assert guard._open == {}
