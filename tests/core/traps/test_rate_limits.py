"""Rate limits that let too many through, or nobody any more."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

import failsoft
from both_ways import RequestCall, Script, Way
from clocks import ManualClock
from core.engine.test_parallel import at_once
from failsoft import Failsoft, Policy, RateLimit, RateLimitError, RequestFacts


class Visit(RequestCall):
    """A request of a client."""

    address = ""

    def describe(self) -> RequestFacts:
        return RequestFacts(client=self.address)


def visit(fs: Failsoft, address: str) -> Visit:
    call = Visit("GET /x", fs.clock.monotonic(), owner=fs)
    call.method = "GET"
    call.address = address
    return call


def limited(fs: Failsoft, rate: str) -> Any:
    view = failsoft.protect(rate_limit=RateLimit(rate=rate, key="client"))(Script("well"))
    return fs.endpoints.bind("GET", "/x", view)


def admits(fs: Failsoft, binding: Any, address: str) -> bool:
    try:
        binding.pipeline.call(visit(fs, address), Script("well"))
    except RateLimitError:
        return False
    return True


def test_eight_threads_on_a_fresh_key_get_no_more_than_one_would(fs: Failsoft) -> None:
    """Trap: what one thread has counted on a fresh key is thrown away by another; 30 of 10 are let through."""
    binding = limited(fs, "10/hour")
    for trial in range(100):
        address = f"192.0.2.{trial}"
        admitted = at_once(lambda number, to=address: sum(admits(fs, binding, to) for _ in range(10)))
        assert sum(admitted) == 10


def test_calls_at_the_same_instant_are_counted_one_by_one(fs: Failsoft) -> None:
    """Trap: hits are kept by the millisecond, so that those of the same one count once: 416 of 500 pass 10/s."""
    guard = fs.guard("x", policy=Policy(rate_limit="10/second"))

    async def main() -> list[Any]:
        async def well() -> str:
            await asyncio.sleep(0)
            return "well"

        return await asyncio.gather(*(guard.acall(well) for _ in range(500)), return_exceptions=True)

    assert asyncio.run(main()).count("well") == 10


def test_a_client_that_keeps_asking_is_let_in_again(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    """Trap: hits that were refused are counted too, so that a client that polls is never let in again."""
    guard = fs.guard("x", policy=Policy(rate_limit="3/second"))
    admitted = 0
    for _ in range(41):
        try:
            way.call(guard, Script("well"))
        except RateLimitError:
            pass
        else:
            admitted += 1
        clock.advance(0.1)
    # three at once, and three in each of the four seconds that follow
    assert admitted == 15


def test_no_thread_cleans_up_however_many_keys_there_are(fs: Failsoft) -> None:
    """Trap: expired keys are looked for by a timer thread, up to 50 new ones a second, each going through all keys."""
    binding, before = limited(fs, "1000000/second"), threading.active_count()
    for number in range(20_000):
        assert admits(fs, binding, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert threading.active_count() == before
    # the keys have a bound of their own
    assert binding.pipeline.limits.rate.evicted == 10_000


def test_the_time_that_is_told_is_neither_nought_nor_negative(fs: Failsoft, clock: ManualClock) -> None:
    """Trap: `Retry-After: 0`, or -1484742195."""
    binding = limited(fs, "7/minute")
    told = []
    for _ in range(200):
        call = visit(fs, "192.0.2.1")
        try:
            binding.pipeline.call(call, Script("well"))
        except RateLimitError:
            told.append(int(dict(call.rate_headers)["Retry-After"]))
        clock.advance(0.77)
    assert told
    assert 1 <= min(told) <= max(told) <= 9


@pytest.mark.parametrize("retry", [None, 3])
def test_a_refused_call_is_neither_retried_nor_a_failure(fs: Failsoft, way: Way, retry: int | None) -> None:
    """Trap: a rejection by our own limiter counts against the dependency and opens its circuit."""
    guard = fs.guard("x", policy=Policy(rate_limit="1/hour", circuit_breaker=True, retry=retry), idempotent=True)
    way.call(guard, Script("well"))
    for _ in range(50):
        with pytest.raises(RateLimitError):
            way.call(guard, Script("well"))
    snapshot = fs.circuit_breakers["guard:x"].snapshot()
    assert (snapshot.state, snapshot.counts.failures) == ("closed", 0)
