"""Groups, libraries that call again or stop calling, and small tools that pass on what happens within."""

from __future__ import annotations

import asyncio
import logging.config
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import aiobreaker
import aiohttp
import aiohttp_retry
import anyio
import async_timeout
import backoff
import cachetools
import dotenv
import limits
import limits.storage
import limits.strategies
import pybreaker
import pydantic
import requests
import stamina
import statemachine
import structlog
import tenacity
import transitions
import wrapt

from evaluations.classifier.raisers._fresh_b import (
    INPUT,
    OWN_STORE_AWAY,
    RULE,
    dead,
    just,
    put,
    wrapping,
)
from evaluations.classifier.raisers.fresh_b_applications import (
    _SHORT,
    InvalidIban,
    LimitExceeded,
    PlanLimitReached,
    ServiceError,
    ShopError,
    StockShortError,
    _app,
    _bug,
    _locked,
    _refused,
    _silent,
    _status,
    _store_away,
)
from evaluations.classifier.raisers.scaffold_http import (
    CONTENTION,
    DOWN,
    FAILED,
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    REFUSED_US,
    SILENT,
    THROTTLED,
    Means,
)


# --- groups -----------------------------------------------------------------------------------------------------------
def _gathered(*jobs: Callable[[], Any]) -> Callable[[], Any]:
    """Run in a task group of anyio, each in a thread."""

    async def run() -> None:
        async with anyio.create_task_group() as group:
            for job in jobs:
                group.start_soon(_start, job)

    async def _start(job: Callable[[], Any]) -> None:
        try:
            job()
        finally:
            await asyncio.sleep(0)

    return run


def _group(*jobs: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> None:
        found: list[Exception] = []
        for job in jobs:
            try:
                job()
            except Exception as error:
                found.append(error)
        raise ExceptionGroup("several failed", found)

    return run


_app("group_of_two_429", THROTTLED, _group(_status(429), _status(429)))
_app(
    "group_of_rule_and_503",
    RULE,
    _group(just(StockShortError("2 left")), _status(503)),
    note="mixed: the rule is the one that can be helped least; external_service is defensible",
)
_app("group_of_refused_and_bug", OUR_BUG, _group(_refused, _bug))
_app("group_of_validations", INPUT, _group(*(just(InvalidIban(f"line {n}")) for n in range(3))))
_app("group_of_a_group_of_silent", SILENT, _group(_group(_silent), _silent))
_app("service_error_from_group_of_503", DOWN, wrapping(_group(_status(503), _status(503)), ServiceError("prices")))
put("anyio", "task_group_of_one_503", DOWN, _gathered(_status(503)))
put("anyio", "task_group_of_bug", OUR_BUG, _gathered(_bug))


# --- calling again, and no more ---------------------------------------------------------------------------------------
def _again(call: Callable[[], Any], **more: Any) -> Callable[[], Any]:
    return lambda: tenacity.Retrying(stop=tenacity.stop_after_attempt(2), **more)(call)


async def _again_async() -> Any:
    async for attempt in tenacity.AsyncRetrying(stop=tenacity.stop_after_attempt(2)):
        with attempt:
            async with asyncio.timeout(0.01):
                await asyncio.sleep(1)


def _opened(call: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        breaker = pybreaker.CircuitBreaker(fail_max=1, reset_timeout=60)
        for _ in range(2):
            try:
                breaker.call(call)
            except pybreaker.CircuitBreakerError as error:
                last = error
        raise last

    return run


def _through(call: Callable[[], Any]) -> Callable[[], Any]:
    return lambda: pybreaker.CircuitBreaker(fail_max=5).call(call)


async def _aio_through() -> Any:
    async def failing() -> Any:
        return _status(500)()

    return await aiobreaker.CircuitBreaker(fail_max=5).call_async(failing)


async def _client_again() -> Any:
    options = aiohttp_retry.ExponentialRetry(attempts=2, start_timeout=0.01)
    async with aiohttp_retry.RetryClient(retry_options=options) as client:
        return await client.get(dead())


put(
    "tenacity",
    "exhausted_by_a_rule",
    _SHORT,
    _again(just(StockShortError("2 left"))),
    note="RetryError of a rule of the domain",
)
put("tenacity", "exhausted_by_locked", CONTENTION, _again(_locked))
put("tenacity", "exhausted_by_store_away", OWN_STORE_AWAY, _again(_store_away))
put("tenacity", "exhausted_by_validation", INPUT, _again(lambda: pydantic.TypeAdapter(int).validate_python("x")))
put("tenacity", "exhausted_async_timeout", SILENT, _again_async, note="a timeout of our own around something unknown")
put("tenacity", "reraised_rule", RULE, _again(just(LimitExceeded(Decimal(900))), reraise=True))
put("tenacity", "wrapped_again", REFUSED_US, wrapping(_again(_status(403)), ServiceError("labels")))
put(
    "backoff",
    "given_up_on_404",
    FAILED,
    backoff.on_exception(backoff.constant, requests.HTTPError, max_tries=2, interval=0)(_status(404)),
)
put(
    "backoff",
    "given_up_on_silence",
    SILENT,
    backoff.on_exception(backoff.constant, requests.Timeout, max_tries=2, interval=0)(_silent),
)
put(
    "stamina",
    "given_up_throttled",
    THROTTLED,
    stamina.retry(on=requests.HTTPError, attempts=2, wait_initial=0, wait_max=0)(_status(429)),
)
put(
    "stamina",
    "given_up_on_a_rule",
    _SHORT,
    stamina.retry(on=ShopError, attempts=2, wait_initial=0, wait_max=0)(just(StockShortError("1 left"))),
)
put(
    "pybreaker",
    "open_after_silence",
    Means("external_service", True, (502, 503, 504), "medium"),
    _opened(_silent),
    note="nothing was called: the last calls were silent",
)
put("pybreaker", "closed_and_unauthorized", REFUSED_US, _through(_status(401)))
put("aiobreaker", "closed_and_failing", FAILED, _aio_through)
put("aiohttp-retry", "refused_to_the_end", LINK, _client_again)


# --- small tools of applications --------------------------------------------------------------------------------------
def _machine() -> Any:
    order = transitions.Machine(states=["open", "paid"], initial="open", transitions=[["pay", "open", "paid"]])
    order.pay()
    return order.pay()


class _Parcel(statemachine.StateMachine):  # type: ignore[misc]
    packed = statemachine.State(initial=True)
    sent = statemachine.State(final=True)
    send_it = packed.to(sent)


def _parcel() -> Any:
    one = _Parcel()
    one.send_it()
    return one.send_it()


@wrapt.decorator
def _audited(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
    return wrapped(*args, **kwargs)


@_audited
def _charge() -> Any:
    raise PlanLimitReached("no seat left")


@cachetools.cached({})
def _rate(currency: str) -> Any:
    return _status(503)()


async def _late() -> Any:
    async with async_timeout.timeout(0.02):
        await asyncio.sleep(1)


def _no_limit() -> Any:
    store = limits.storage.RedisStorage(f"redis://{dead().removeprefix('http://')}")
    return limits.strategies.FixedWindowRateLimiter(store).hit(limits.parse("1/minute"), "a")


def _plain_aiohttp() -> Any:
    return aiohttp.BasicAuth("a:b", "c")


put("python-statemachine", "sent_twice", RULE, _parcel)
put(
    "wrapt",
    "rule_within_a_decorator",
    Means("business_logic", False, 402, "low"),
    _charge,
    note="the decorator only passes on",
)
put("cachetools", "unavailable_within_a_cache", DOWN, lambda: _rate("EUR"), note="the cache only passes on")
put("async-timeout", "late", SILENT, _late, note="a timeout of our own around something unknown")
put("aiohttp", "colon_in_our_login", OUR_BUG, _plain_aiohttp, note="a ValueError; configuration is defensible")
put(
    "python-dotenv",
    "file_missing",
    OUR_SETTINGS,
    lambda: dotenv.find_dotenv("no-such.env", raise_error_if_not_found=True),
    note="an OSError",
)
put("structlog", "processor_fails", OUR_BUG, lambda: structlog.wrap_logger(None, [lambda *_: 4]).info("x"))
put(
    "python",
    "logging_settings_malformed",
    OUR_SETTINGS,
    lambda: logging.config.dictConfig({"version": 1, "handlers": {"a": {"class": "no.Such"}}}),
    note="a ValueError of dictConfig",
)
