"""Parts by themselves: the decision of a circuit breaker, the handling of an error, guards; per call and per second."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.harness import deep, quiet

__all__ = ["main"]


def _time(function: Callable[[], Any], number: int, repeats: int = 15) -> float:
    function()
    samples = []
    for _ in range(repeats):
        begun = time.perf_counter()
        for _ in range(number):
            function()
        samples.append((time.perf_counter() - begun) / number)
    return statistics.median(samples) * 1e6


def main() -> None:
    """Print microseconds for each part, as JSON."""
    quiet()
    import failsoft
    from failsoft.call import Call
    from failsoft.outcome import Verdict

    fs = failsoft.Failsoft()
    policy = failsoft.Policy(circuit_breaker=failsoft.CircuitBreaker(window=100))
    full = failsoft.Policy(
        retry=failsoft.Retry(max_attempts=3), circuit_breaker=failsoft.CircuitBreaker(), deadline="5s", timeout="1s"
    )
    guard = fs.guard("bench", policy=policy)
    guarded, fully = guard(lambda: None), fs.guard("full", policy=full)(lambda: None)
    guarded()
    breaker = fs.circuit_breakers["guard:bench"]
    opened = fs.guard("open", policy=policy)
    rejected = opened(lambda: None)
    rejected()
    fs.circuit_breakers["guard:open"].force_open()

    def decide() -> None:
        now = fs.clock.monotonic()
        permit = breaker.admit(now)
        breaker.settle(permit, Verdict.SUCCESS, now)  # type: ignore[arg-type]

    def refuse() -> None:
        try:
            rejected()
        except failsoft.CircuitOpenError:
            return

    def error() -> BaseException:
        try:
            deep(5)
        except ValueError as exc:
            return exc
        raise AssertionError

    failure = error()

    def handle() -> None:
        call = Call("GET /x", 0.0, owner=fs)
        call.method = "GET"
        fs.answer(failure, call)

    def raise_and_handle() -> None:
        call = Call("GET /x", 0.0, owner=fs)
        call.method = "GET"
        try:
            deep(5)
        except ValueError as exc:
            fs.answer(exc, call)

    text = "could not connect to server: connection timed out while reading the reply of the catalogue service"
    figures = {
        "breaker decision (admit and settle)": _time(decide, 5000),
        "guarded call, breaker": _time(guarded, 2000),
        "guarded call, breaker, retry, timeout, deadline": _time(fully, 2000),
        "rejected call, circuit open": _time(refuse, 2000),
        "error classified, sanitized, answered, counted": _time(handle, 1000),
        "the same, raised six frames deep first": _time(raise_and_handle, 1000),
        "sanitize 100 characters without a secret": _time(lambda: fs.sanitize(text), 5000),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
