"""What is timed: the same plain function under each library's circuit breaker, retry, or stack of both."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import Any

__all__ = ["ASYNC", "REJECTED", "SYNC", "af", "f"]

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import aiobreaker  # noqa: E402
import backoff  # noqa: E402
import circuitbreaker  # noqa: E402
import hyx.circuitbreaker  # noqa: E402
import hyx.retry  # noqa: E402
import interlock  # noqa: E402
import purgatory  # noqa: E402
import pybreaker  # noqa: E402
import pyresilience  # noqa: E402
import redress  # noqa: E402
import stamina  # noqa: E402
import tenacity  # noqa: E402

import failsoft  # noqa: E402

stamina.instrumentation.set_on_retry_hooks([])
fs = failsoft.Failsoft()


def f(x: int) -> int:
    return x


async def af(x: int) -> int:
    return x


def boom(x: int) -> int:
    raise OSError


def _wrapper(fn: Any) -> Any:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return fn(*args, **kwargs)

    return wrapped


def _awrapper(fn: Any) -> Any:
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        return await fn(*args, **kwargs)

    return wrapped


_numbers = iter(range(10**9))


def ours(**parts: Any) -> Callable[[Any], Any]:
    """A guard of Failsoft with these parts of a policy."""
    return fs.guard(f"g{next(_numbers)}", policy=failsoft.Policy(**parts))


def breaker(window: Any = 100) -> failsoft.CircuitBreaker:
    return failsoft.CircuitBreaker(window=window, slow_call_duration="5s", slow_call_rate_threshold=0.9)


def _through(policy: Any) -> Callable[[Any], Any]:
    return lambda fn: lambda x: policy.call(lambda: fn(x))


def _athrough(policy: Any) -> Callable[[Any], Any]:
    def wrap(fn: Any) -> Any:
        async def call(x: int) -> Any:
            async def operation() -> Any:
                return await fn(x)

            return await policy.call(operation)

        return call

    return wrap


def _interlock(**config: Any) -> Any:
    return interlock.CircuitBreaker(name=f"i{next(_numbers)}", config=interlock.Config(**config))


_TENACITY = {"stop": tenacity.stop_after_attempt(3), "wait": tenacity.wait_exponential_jitter(), "reraise": True}
_BACKOFF = {"max_tries": 3, "logger": None}
_redress = {"classifier": redress.default_classifier, "strategy": redress.decorrelated_jitter()}
_resilient = pyresilience.resilient
_quiet = pyresilience.CircuitBreakerConfig()

SYNC: dict[str, dict[str, Callable[[Any], Any]]] = {
    "breaker": {
        "wrapper that does nothing": _wrapper,
        "failsoft, 100 calls, slow calls": ours(circuit_breaker=breaker()),
        "failsoft, 30 s, slow calls": ours(circuit_breaker=breaker("30s")),
        "circuitbreaker": lambda fn: circuitbreaker.circuit(name=f"c{next(_numbers)}")(fn),
        "pybreaker": pybreaker.CircuitBreaker(),
        "aiobreaker": aiobreaker.CircuitBreaker(),
        "purgatory": purgatory.SyncCircuitBreakerFactory()("k"),
        "pyresilience": _resilient(circuit_breaker=_quiet),
        "pyresilience, 100 calls": _resilient(
            circuit_breaker=pyresilience.CircuitBreakerConfig(sliding_window_size=100)
        ),
        "interlock-cb, 100 calls": _interlock(),
        "redress": _through(redress.Policy(circuit_breaker=redress.CircuitBreaker())),
    },
    "retry, first attempt succeeds": {
        "failsoft": ours(retry=failsoft.Retry()),
        "tenacity": tenacity.retry(**_TENACITY),
        "stamina": stamina.retry(on=ValueError),
        "backoff": backoff.on_exception(backoff.expo, ValueError, **_BACKOFF),
        "pyresilience": _resilient(retry=pyresilience.RetryConfig()),
        "redress": _through(redress.Policy(retry=redress.Retry(**_redress))),
    },
    "deadline, retry, breaker": {
        "failsoft": ours(deadline="10s", retry=failsoft.Retry(), circuit_breaker=breaker()),
        "pyresilience (its timeout hops to a thread)": _resilient(
            retry=pyresilience.RetryConfig(), circuit_breaker=_quiet, timeout=pyresilience.TimeoutConfig(10)
        ),
    },
    "deadline, retry, breaker, bulkhead": {
        "failsoft": ours(deadline="10s", retry=failsoft.Retry(), circuit_breaker=breaker(), bulkhead=10),
        "pyresilience (its timeout hops to a thread)": _resilient(
            retry=pyresilience.RetryConfig(),
            circuit_breaker=_quiet,
            timeout=pyresilience.TimeoutConfig(10),
            bulkhead=pyresilience.BulkheadConfig(),
        ),
        "pyresilience without a timeout": _resilient(
            retry=pyresilience.RetryConfig(), circuit_breaker=_quiet, bulkhead=pyresilience.BulkheadConfig()
        ),
    },
    "breaker, by window": {
        f"failsoft, {size} calls": ours(circuit_breaker=breaker(size)) for size in (10, 100, 1_000, 10_000, 100_000)
    },
}
ASYNC: dict[str, dict[str, Callable[[Any], Any]]] = {
    "breaker": {
        "wrapper that does nothing": _awrapper,
        "failsoft, 100 calls, slow calls": ours(circuit_breaker=breaker()),
        "failsoft, 30 s, slow calls": ours(circuit_breaker=breaker("30s")),
        "circuitbreaker": lambda fn: circuitbreaker.circuit(name=f"c{next(_numbers)}")(fn),
        "aiobreaker": aiobreaker.CircuitBreaker(),
        "purgatory": purgatory.AsyncCircuitBreakerFactory()("k"),
        "hyx": lambda fn: hyx.circuitbreaker.consecutive_breaker()(fn),
        "pyresilience": _resilient(circuit_breaker=_quiet),
        "interlock-cb, 100 calls": _interlock(),
        "redress": _athrough(redress.AsyncPolicy(circuit_breaker=redress.CircuitBreaker())),
    },
    "retry, first attempt succeeds": {
        "failsoft": ours(retry=failsoft.Retry()),
        "tenacity": tenacity.retry(**_TENACITY),
        "stamina": stamina.retry(on=ValueError),
        "backoff": backoff.on_exception(backoff.expo, ValueError, **_BACKOFF),
        "hyx": lambda fn: hyx.retry.retry(on=ValueError, attempts=3)(fn),
        "pyresilience": _resilient(retry=pyresilience.RetryConfig()),
        "redress": _athrough(redress.AsyncPolicy(retry=redress.AsyncRetry(**_redress))),
    },
    "deadline, retry, breaker": {
        "failsoft": ours(deadline="10s", retry=failsoft.Retry(), circuit_breaker=breaker()),
        "pyresilience": _resilient(
            retry=pyresilience.RetryConfig(), circuit_breaker=_quiet, timeout=pyresilience.TimeoutConfig(10)
        ),
    },
    "deadline, retry, breaker, bulkhead": {
        "failsoft": ours(deadline="10s", retry=failsoft.Retry(), circuit_breaker=breaker(), bulkhead=10),
        "pyresilience": _resilient(
            retry=pyresilience.RetryConfig(),
            circuit_breaker=_quiet,
            timeout=pyresilience.TimeoutConfig(10),
            bulkhead=pyresilience.BulkheadConfig(),
        ),
    },
}


def _rejected(guarded: Any) -> Callable[[int], None]:
    """A call that an open circuit turns away, the exception caught."""
    for _ in range(300):
        try:
            guarded(1)
        except Exception:
            continue

    def call(x: int) -> None:
        try:
            guarded(x)
        except Exception:
            return

    return call


def _raise_and_catch(x: int) -> None:
    try:
        boom(x)
    except OSError:
        return


REJECTED: dict[str, Callable[[int], Any]] = {
    "raise and catch": _raise_and_catch,
    "failsoft": _rejected(ours(circuit_breaker=failsoft.CircuitBreaker(failure_threshold=5, open_duration="5m"))(boom)),
    "circuitbreaker": _rejected(circuitbreaker.CircuitBreaker(name="r", recovery_timeout=3600)(boom)),
    "pybreaker": _rejected(pybreaker.CircuitBreaker(reset_timeout=3600)(boom)),
    "pyresilience": _rejected(
        _resilient(circuit_breaker=pyresilience.CircuitBreakerConfig(recovery_timeout=3600))(boom)
    ),
    "interlock-cb": _rejected(_interlock(wait_duration_in_open=3600)(boom)),
}
