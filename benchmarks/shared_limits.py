"""What an admitted call costs under a rate limit: of a worker, shared, exact; and in `limits` on the same Redis.

`python -m benchmarks.shared_limits [ROUNDS]`, with a Redis at FAILSOFT_TEST_REDIS_URL or on this machine. All of them
take turns in one process, so that the ratios hold on a machine that others use, too.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from uuid import uuid4

import limits
import redis
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter, SlidingWindowCounterRateLimiter

from failsoft import Failsoft, Policy, RateLimit
from failsoft.events import ExactLimitMissed

URL = os.environ.get("FAILSOFT_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
RATE = "1000000/second"
"""Never reached, so that each call is admitted, and low enough for leases to be renewed."""

Subject = Callable[[int], float]
"""Makes so many calls and returns the seconds that they took."""


def timed(call: Callable[[], object]) -> Subject:
    def run(times: int) -> float:
        begun = time.perf_counter()
        for _ in range(times):
            call()
        return time.perf_counter() - begun

    return run


def guarded(fs: Failsoft, limit: RateLimit | None) -> Subject:
    guard = fs.guard(f"g{uuid4().hex}", policy=Policy(rate_limit=limit))
    return timed(lambda: guard.call(int))


def guarded_async(fs: Failsoft, limit: RateLimit | None, loop: asyncio.AbstractEventLoop) -> Subject:
    guard = fs.guard(f"g{uuid4().hex}", policy=Policy(rate_limit=limit))

    async def well() -> int:
        return 0

    async def calls(times: int) -> float:
        begun = time.perf_counter()
        for _ in range(times):
            await guard.acall(well)
        return time.perf_counter() - begun

    return lambda times: loop.run_until_complete(calls(times))


def of_limits(storage: object, kind: type) -> Subject:
    limiter, item = kind(storage), limits.parse("1000000/second")
    return timed(lambda: limiter.hit(item, "key"))


def subjects(remote: Failsoft, local: Failsoft, loop: asyncio.AbstractEventLoop) -> dict[str, tuple[Subject, int]]:
    worker = RateLimit(rate=RATE)
    shared = RateLimit(rate=RATE, scope="shared")
    exact = RateLimit(rate=RATE, scope="shared", exact=True)
    memory, store = MemoryStorage(), RedisStorage(URL)
    return {
        "guard, sync: no limit": (guarded(remote, None), 5000),
        "guard, sync: worker": (guarded(remote, worker), 5000),
        "guard, sync: shared, Redis": (guarded(remote, shared), 5000),
        "guard, sync: shared, SQLite": (guarded(local, shared), 5000),
        "guard, sync: exact, Redis": (guarded(remote, exact), 500),
        "guard, async: worker": (guarded_async(remote, worker, loop), 5000),
        "guard, async: shared, Redis": (guarded_async(remote, shared, loop), 5000),
        "guard, async: exact, Redis": (guarded_async(remote, exact, loop), 500),
        "limits, fixed window, memory": (of_limits(memory, FixedWindowRateLimiter), 5000),
        "limits, fixed window, Redis": (of_limits(store, FixedWindowRateLimiter), 500),
        "limits, sliding counter, Redis": (of_limits(store, SlidingWindowCounterRateLimiter), 500),
    }


def main(rounds: int) -> None:
    """Measure and print."""
    name = f"bench-{uuid4().hex}"
    loop = asyncio.new_event_loop()
    samples: dict[str, list[float]] = {}
    missed: list[int] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        Failsoft({"service": name, "state": {"url": URL}}) as remote,
        Failsoft({"service": name, "state": {"url": f"sqlite:///{folder}/state.db"}}) as local,
    ):
        remote.events.subscribe(lambda event: missed.append(event.calls), ExactLimitMissed)
        made = subjects(remote, local, loop)
        for _ in range(rounds):
            for subject, (run, times) in made.items():
                samples.setdefault(subject, []).append(run(times) / times * 1e6)
        loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    with redis.Redis.from_url(URL) as client:
        for key in client.scan_iter(f"failsoft:{{{name}/*"):
            client.delete(key)
    medians = {subject: statistics.median(found) for subject, found in samples.items()}
    base = medians["guard, sync: worker"]
    rows = {name: [round(median, 2), round(median / base, 2)] for name, median in medians.items()}
    print(json.dumps({"rounds": rounds, "rows": rows, "missed": sum(missed)}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
