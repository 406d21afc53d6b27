"""Guards beside the resilience libraries of the field, in one process: nanoseconds per call, and ratios.

`python -m benchmarks.engine [ROUNDS]`. Every subject is timed in turn, round after round, on one core; the figure
is the median over the rounds of a batch's mean, in brackets the smallest.
"""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from benchmarks.engine_subjects import ASYNC, REJECTED, SYNC, af, f, fs

__all__ = ["main"]

_BATCH = 2_000


def _sync(call: Callable[[int], Any]) -> float:
    begun = time.perf_counter()
    for _ in range(_BATCH):
        call(1)
    return (time.perf_counter() - begun) / _BATCH * 1e9


async def _async(call: Callable[[int], Any]) -> float:
    begun = time.perf_counter()
    for _ in range(_BATCH):
        await call(1)
    return (time.perf_counter() - begun) / _BATCH * 1e9


def _summary(samples: dict[str, list[float]]) -> dict[str, list[float]]:
    return {name: [round(statistics.median(s)), round(min(s))] for name, s in samples.items()}


def measure_sync(subjects: dict[str, Callable[[int], Any]], rounds: int) -> dict[str, list[float]]:
    """Nanoseconds per call of each, the plain function included."""
    subjects = {"plain call": f, **subjects}
    samples: dict[str, list[float]] = {name: [] for name in subjects}
    for call in subjects.values():
        # windows are full and caches warm
        for _ in range(60):
            _sync(call)
    for _ in range(rounds):
        gc.collect()
        for name, call in subjects.items():
            samples[name].append(_sync(call))
    return _summary(samples)


def measure_async(subjects: dict[str, Callable[[Any], Any]], rounds: int) -> dict[str, list[float]]:
    """The same on an event loop."""

    async def main() -> dict[str, list[float]]:
        calls = {"plain call": af, **{name: wrap(af) for name, wrap in subjects.items()}}
        samples: dict[str, list[float]] = {name: [] for name in calls}
        for call in calls.values():
            for _ in range(3):
                await _async(call)
        for _ in range(rounds):
            gc.collect()
            for name, call in calls.items():
                samples[name].append(await _async(call))
        return _summary(samples)

    return asyncio.run(main())


def bytes_per_breaker(number: int = 1_000) -> float:
    """Memory of one circuit breaker that nobody calls, with a window of 100 calls."""
    import failsoft

    options = failsoft.CircuitBreaker()
    obtain = fs.circuit_breakers.obtain
    obtain("first", options)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for index in range(number):
        obtain(f"idle {index}", options)
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return used / number


def measure(rounds: int) -> dict[str, Any]:
    """All figures."""
    return {
        "sync": {
            head: measure_sync({name: wrap(f) for name, wrap in subjects.items()}, rounds)
            for head, subjects in SYNC.items()
        }
        | {"rejected, circuit open": measure_sync(REJECTED, rounds)},
        "async": {head: measure_async(subjects, rounds) for head, subjects in ASYNC.items()},
        "bytes per idle breaker": round(bytes_per_breaker()),
    }


def main() -> None:
    """Print the figures as JSON."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    print(json.dumps(measure(rounds)))


if __name__ == "__main__":
    main()
