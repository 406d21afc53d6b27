"""Applications' own exceptions, plain, wrapped and grouped, and libraries that call again or stop calling."""

from __future__ import annotations

import asyncio
import enum
import json
import logging.config
import os
import pickle
import sqlite3
from collections.abc import Callable
from datetime import date
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
import httpx
import jwt
import limits
import limits.storage
import limits.strategies
import psycopg
import pybreaker
import pydantic
import redis
import requests
import stamina
import statemachine
import structlog
import tenacity
import transitions
import wrapt

from evaluations.classifier.raisers._fresh_b import (
    ABSENT,
    DUE,
    DUPLICATE,
    INPUT,
    OWN_STORE_AWAY,
    RULE,
    dead,
    during,
    instead,
    just,
    put,
    served,
    wrapping,
)
from evaluations.classifier.raisers.scaffold_http import (
    CONTENTION,
    DOWN,
    EDITED,
    FAILED,
    LINK,
    MAY_NOT,
    OUR_BUG,
    OUR_LIMIT,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    SILENT,
    THROTTLED,
    UNPARSABLE,
    UNREADABLE,
    WHO,
    Answer,
    Means,
)


def _app(name: str, means: Means, raiser: Callable[[], Any], note: str = "") -> None:
    put("application", name, means, raiser, note)


# --- what goes wrong below --------------------------------------------------------------------------------------------
def _refused() -> Any:
    return httpx.get(dead(), timeout=1)


def _status(status: int, **body: Any) -> Callable[[], Any]:
    return served(Answer(status, body), lambda url: requests.get(url, timeout=1).raise_for_status())


def _silent() -> Any:
    return served(Answer(how="hang"), lambda url: requests.get(url, timeout=0.2))()


def _store_away() -> Any:
    return redis.Redis(port=int(dead().rpartition(":")[2])).get("cart")


def _database_away() -> Any:
    return psycopg.connect(f"host=127.0.0.1 port={dead().rpartition(':')[2]} dbname=shop connect_timeout=1")


def _locked() -> Any:
    one = sqlite3.connect("file:fresh_b?mode=memory&cache=shared", uri=True, timeout=0, isolation_level=None)
    other = sqlite3.connect("file:fresh_b?mode=memory&cache=shared", uri=True, timeout=0, isolation_level=None)
    one.execute("CREATE TABLE IF NOT EXISTS a (b)")
    one.execute("BEGIN IMMEDIATE")
    one.execute("INSERT INTO a VALUES (1)")
    return other.execute("SELECT * FROM a").fetchall()


def _twice() -> Any:
    link = sqlite3.connect(":memory:")
    link.execute("CREATE TABLE voucher (code TEXT PRIMARY KEY)")
    return link.executemany("INSERT INTO voucher VALUES (?)", [("A",), ("A",)])


def _no_memory() -> Any:
    return bytearray(2**60)


def _full() -> Any:
    with open("/dev/full", "wb", buffering=0) as file:
        return file.write(b"x")


def _unset() -> Any:
    return os.environ["SHOP_NO_SUCH_VARIABLE"]


def _old_token() -> Any:
    token = jwt.encode({"exp": 1}, "no-secret" * 5, "HS256")
    return jwt.decode(token, "no-secret" * 5, algorithms=["HS256"])


def _bug() -> Any:
    return None + 1  # type: ignore[operator]


# --- telling names, with codes and statuses ---------------------------------------------------------------------------
class ErrorCode(enum.Enum):
    ORDER_LOCKED = "order_locked"
    STOCK_SHORT = "stock_short"


class ShopError(Exception):
    """Base of the application's exceptions."""

    status_code = 500

    def __init__(self, message: str = "", *, code: ErrorCode | str | None = None) -> None:
        super().__init__(message)
        self.message, self.code = message, code


class StockShortError(ShopError):
    status_code = 409


class OrderLockedError(ShopError):
    status_code = 423


class PlanLimitReached(ShopError):
    status_code = 402


class BasketEmptyError(ShopError):
    status_code = 422


class CustomerNotFound(ShopError):
    status_code = 404


class NotAllowedError(ShopError):
    status_code = 403


class LoginRequired(ShopError):
    status_code = 401


class TooManyExports(ShopError):
    status_code = 429


class CarrierUnavailable(ShopError):
    status_code = 503


class CarrierTimeout(ShopError):
    status_code = 504


class HttpProblem(Exception):
    """A problem document (RFC 9457) as an exception."""

    def __init__(self, status: int, title: str, detail: str = "") -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.type = status, title, detail, "about:blank"


class ReturnPeriodOver(Exception):
    def __init__(self, ordered: date) -> None:
        super().__init__(f"ordered on {ordered}, 30 days are over")


class InsufficientStockError(ValueError):
    """A rule of the domain that is a ValueError too."""


class ShiftOverlapError(RuntimeError):
    """A rule of the domain that is a RuntimeError too."""


class VoucherAlreadyUsed(LookupError):
    """A rule of the domain that is a LookupError too."""


class LimitExceeded(Exception):
    def __init__(self, amount: Decimal) -> None:
        super().__init__(f"transfer of {amount} EUR is above the daily limit")


class EmailAlreadyRegistered(Exception):
    """Somebody has that address."""


class StaleRevisionError(Exception):
    """Somebody else saved in between."""


class ChecksumMismatch(Exception):
    """A stored file is not what it was."""


class FeatureNotConfigured(Exception):
    """A setting that an administrator has left out."""


class InvalidIban(Exception):
    """What the client sent is no IBAN."""


class UploadTooLarge(Exception):
    """The client sent more than we take."""


class InvariantViolation(Exception):
    """What can never be is so: a bug."""


_app("stock_short_with_code", RULE, just(StockShortError("2 left, 3 wanted", code=ErrorCode.STOCK_SHORT)))
_app(
    "order_locked_423",
    Means("concurrency", True, 423, "low"),
    just(OrderLockedError("ada edits it", code=ErrorCode.ORDER_LOCKED)),
    note="somebody else edits it; business_logic is defensible",
)
_app("plan_limit_402", Means("business_logic", False, 402, "low"), just(PlanLimitReached("10 of 10 projects")))
_app(
    "basket_empty_422",
    Means("business_logic", False, 422, "low"),
    just(BasketEmptyError("nothing to order")),
    note="validation is defensible",
)
_app("customer_not_found_404", ABSENT, just(CustomerNotFound("customer 4")))
_app("not_allowed_403", MAY_NOT, just(NotAllowedError("only the owner may")))
_app("login_required_401", WHO, just(LoginRequired()))
_app("too_many_exports_429", OUR_LIMIT, just(TooManyExports("3 an hour")))
_app("carrier_unavailable_503", Means("external_service", True, 503, "medium"), just(CarrierUnavailable("parcel service")))
_app(
    "carrier_timeout_504",
    Means("network", True, 504, "medium"),
    wrapping(_silent, CarrierTimeout("no label within 2 s")),
    note="a silent peer; external_service is defensible",
)
_app("problem_409", Means("business_logic", False, 409, "low"), just(HttpProblem(409, "Order is closed")))
_app("problem_422", Means("validation", False, 422, "low"), just(HttpProblem(422, "Unprocessable", "sku is no sku")))
_app("return_period_over", RULE, just(ReturnPeriodOver(date(2026, 1, 1))))
_app("rule_that_is_a_value_error", RULE, just(InsufficientStockError("2 left")))
_app("rule_that_is_a_runtime_error", RULE, just(ShiftOverlapError("ada works until 14:00")))
_app("rule_that_is_a_lookup_error", RULE, just(VoucherAlreadyUsed("SPRING")), note="used before, not missing")
_app("daily_limit_of_transfers", RULE, just(LimitExceeded(Decimal("900.00"))), note="a rule about money, no rate limit")
_app(
    "email_registered_from_duplicate",
    Means("business_logic", False, 409, "low"),
    wrapping(_twice, EmailAlreadyRegistered("that address is taken")),
    note="says something of its own, whatever it was raised from; data_integrity is defensible",
)
_app("stale_revision", EDITED, just(StaleRevisionError("revision 7, not 6")))
_app("checksum_mismatch", UNREADABLE, just(ChecksumMismatch("invoice-4.pdf")), note="stored data; critical is defensible")
_app("feature_not_configured", OUR_SETTINGS, wrapping(_unset, FeatureNotConfigured("SMS sender is not set")))
_app("invalid_iban", INPUT, just(InvalidIban("DE00")))
_app("upload_too_large", Means("validation", False, 413, "low"), just(UploadTooLarge("12 MB, 10 MB allowed")))
_app("invariant_violated", OUR_BUG, just(InvariantViolation("paid more than billed")), note="data_integrity is defensible")


# --- mute names: they are what they were raised from ------------------------------------------------------------------
class ServiceError(Exception):
    """Something failed."""


class TaskFailed(Exception):
    """Something failed."""


class DataAccessError(Exception):
    """Something failed."""


class UseCaseError(Exception):
    """Something failed."""


def _twice_wrapped(cause: Callable[[], Any]) -> Callable[[], Any]:
    return wrapping(wrapping(wrapping(cause, DataAccessError("load")), ServiceError("basket")), UseCaseError("checkout"))


_app("service_error_from_locked", CONTENTION, wrapping(_locked, ServiceError("stock")))
_app("service_error_from_duplicate", DUPLICATE, wrapping(_twice, ServiceError("voucher")))
_app("service_error_from_store_away", OWN_STORE_AWAY, wrapping(_store_away, ServiceError("cart")))
_app("thrice_wrapped_database_away", OWN_STORE_AWAY, _twice_wrapped(_database_away))
_app("thrice_wrapped_bug", OUR_BUG, _twice_wrapped(_bug))
_app("thrice_wrapped_429", THROTTLED, _twice_wrapped(_status(429)))
_app("task_failed_from_full_disk", Means("resource", False, (500, 503, 507), "critical"), wrapping(_full, TaskFailed("export")))
_app("task_failed_from_no_memory", Means("resource", False, (500, 503), "critical"), wrapping(_no_memory, TaskFailed("export")))
_app("runtime_error_from_unset", OUR_BUG, wrapping(_unset, RuntimeError("cannot send")), note="KeyError of os.environ: configuration is at least as right")
_app("runtime_error_from_old_token", WHO, wrapping(_old_token, RuntimeError("no session")))
_app("exception_from_402", QUOTA, wrapping(_status(402), Exception("enrichment failed")))
_app("value_error_from_json", UNPARSABLE, wrapping(lambda: json.loads("{"), ValueError("bad import")), note="ValueError says nothing: the client's JSON")
_app("service_error_from_none", OUR_BUG, instead(_refused, ServiceError("stock")), note="from None: nothing is known but that it failed; external_service is defensible")
_app("bug_during_store_away", OUR_BUG, during(_store_away, TypeError("'NoneType' object is not subscriptable")))
_app("rule_during_429", RULE, during(_status(429), StockShortError("2 left")), note="context is no reason; the class carries 409")
_app("service_error_from_rule", RULE, wrapping(just(ReturnPeriodOver(date(2026, 1, 1))), ServiceError("return")))


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
_app("group_of_rule_and_503", RULE, _group(just(StockShortError("2 left")), _status(503)), note="mixed: the rule is the one that can be helped least; external_service is defensible")
_app("group_of_refused_and_bug", OUR_BUG, _group(_refused, _bug))
_app("group_of_validations", INPUT, _group(*(just(InvalidIban(f"line {n}")) for n in range(3))))
_app("group_of_a_group_of_silent", SILENT, _group(_group(_silent), _silent))
_app("service_error_from_group_of_503", DOWN, wrapping(_group(_status(503), _status(503)), ServiceError("prices")))
_app("group_of_store_away_and_absent", OWN_STORE_AWAY, _group(_store_away, just(CustomerNotFound("4"))), note="mixed: which can be helped least is debatable")
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


put("tenacity", "exhausted_by_a_rule", RULE, _again(just(StockShortError("2 left"))), note="RetryError of a rule of the domain")
put("tenacity", "exhausted_by_locked", CONTENTION, _again(_locked))
put("tenacity", "exhausted_by_store_away", OWN_STORE_AWAY, _again(_store_away))
put("tenacity", "exhausted_by_validation", INPUT, _again(lambda: pydantic.TypeAdapter(int).validate_python("x")))
put("tenacity", "exhausted_async_timeout", SILENT, _again_async, note="a timeout of our own around something unknown")
put("tenacity", "reraised_rule", RULE, _again(just(LimitExceeded(Decimal(900))), reraise=True))
put("tenacity", "wrapped_again", REFUSED_US, wrapping(_again(_status(403)), ServiceError("labels")))
put("backoff", "given_up_on_404", FAILED, backoff.on_exception(backoff.constant, requests.HTTPError, max_tries=2, interval=0)(_status(404)))
put("backoff", "given_up_on_silence", SILENT, backoff.on_exception(backoff.constant, requests.Timeout, max_tries=2, interval=0)(_silent))
put("stamina", "given_up_throttled", THROTTLED, stamina.retry(on=requests.HTTPError, attempts=2, wait_initial=0, wait_max=0)(_status(429)))
put("stamina", "given_up_on_a_rule", RULE, stamina.retry(on=ShopError, attempts=2, wait_initial=0, wait_max=0)(just(StockShortError("1 left"))))
put("pybreaker", "open_after_silence", Means("external_service", True, (502, 503, 504), "medium"), _opened(_silent), note="nothing was called: the last calls were silent")
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


put("transitions", "paid_twice", RULE, _machine)
put("python-statemachine", "sent_twice", RULE, _parcel)
put("wrapt", "rule_within_a_decorator", Means("business_logic", False, 402, "low"), _charge, note="the decorator only passes on")
put("cachetools", "unavailable_within_a_cache", DOWN, lambda: _rate("EUR"), note="the cache only passes on")
put("async-timeout", "late", SILENT, _late, note="a timeout of our own around something unknown")
put("limits", "store_away", OWN_STORE_AWAY, _no_limit)
put("aiohttp", "colon_in_our_login", OUR_BUG, _plain_aiohttp, note="a ValueError; configuration is defensible")
put("python-dotenv", "file_missing", OUR_SETTINGS, lambda: dotenv.find_dotenv("no-such.env", raise_error_if_not_found=True), note="an OSError")
put("structlog", "processor_fails", OUR_BUG, lambda: structlog.wrap_logger(None, [lambda *_: 4]).info("x"))
put("python", "logging_settings_malformed", OUR_SETTINGS, lambda: logging.config.dictConfig({"version": 1, "handlers": {"a": {"class": "no.Such"}}}), note="a ValueError of dictConfig")
put("python", "cached_pickle_of_text", UNREADABLE, lambda: pickle.loads(b"garbage of a cache"), note="a cache is read")
