"""Exceptions as applications pass them on: wrapped, renamed, grouped, subclassed, raised while cleaning up."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import json
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import jwt
import psycopg
import psycopg.errors
import pydantic
import requests
import sqlalchemy
import sqlalchemy.exc
import sqlalchemy.orm
import tenacity

from evaluations.classifier.raisers._peers import closed_port, listening, silence
from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    CONTENTION,
    DOWN,
    EDITED,
    FAILED,
    GATEWAY,
    INVALID,
    LINK,
    MAY_NOT,
    NONSENSE,
    OUR_BUG,
    OUR_LIMIT,
    OUR_SETTINGS,
    REFUSED_US,
    SILENT,
    THROTTLED,
    UNREADABLE,
    WHO,
    Answer,
    Means,
    add,
    serving,
)

_AWAY = Means("network", True, (502, 503), "high")
_DUPLICATE = Means("data_integrity", False, 409, "medium")
_RULED = Means("business_logic", False, (409, 422), "low")
_CONFLICT = Means("business_logic", False, 409, "low")
_DUE = Means("business_logic", False, (402, 409, 422), "low")
_PG = "host=127.0.0.1 port=5432 user=root dbname=test"


# --- what applications call their exceptions ----------------------------------------------------------------------
class ServiceError(Exception):
    """Says nothing."""


class RepositoryError(Exception):
    """Says nothing, and keeps what it was about."""

    def __init__(self, message: str, *, table: str) -> None:
        super().__init__(message)
        self.table = table


class AppError(RuntimeError):
    """The base of an application's errors."""


class InventoryError(AppError):
    """Says only where."""


class OutOfStock(AppError):
    """A rule."""


class InsufficientFunds(AppError):
    """A rule about money."""


class OrderAlreadyShipped(AppError):
    """A rule about a state."""


class UserNotFound(LookupError):
    """A thing that a client named."""


class InvalidCoupon(ValueError):
    """A thing that a client sent."""


class PermissionDeniedError(AppError):
    """A client that may not."""


class RateLimitExceeded(AppError):
    """A client that asks too often."""


class StaleDocument(AppError):
    """Somebody else was there."""


class PaymentGatewayTimeout(AppError):
    """A peer."""


class UpstreamUnavailable(AppError):
    """A peer."""


class MissingSetting(AppError):
    """A setting."""


class CorruptRecord(AppError):
    """A record."""


class ApiError(Exception):
    """Carries a status, as many applications have it."""

    def __init__(self, status_code: int, detail: str) -> None:
        super().__init__(detail)
        self.status_code = status_code
        self.detail = detail


class Teapot(ApiError):
    """A fixed status."""

    def __init__(self) -> None:
        super().__init__(418, "short and stout")


class ShopHttpError(httpx.HTTPError):
    """An application's subclass of a client's error."""


class CatalogueUnreachable(requests.ConnectionError):
    """An application's subclass of a client's error."""


class DuplicateAccount(sqlalchemy.exc.IntegrityError):
    """An application's subclass of a database's error."""


# --- how they come about ------------------------------------------------------------------------------------------
def wrapped(fail: Callable[[], Any], make: Callable[[BaseException], BaseException]) -> Callable[[], Any]:
    """Raise what is made of a failure, from it."""

    def run() -> None:
        try:
            got = fail()
            if asyncio.iscoroutine(got):
                asyncio.run(got)
        except Exception as exc:
            raise make(exc) from exc

    return run


def shadowed(fail: Callable[[], Any], make: Callable[[], BaseException]) -> Callable[[], Any]:
    """Raise something while handling a failure, not from it."""

    def run() -> None:
        try:
            fail()
        except Exception:
            raise make()

    return run


def _saying(text: str, kind: type[BaseException] = ServiceError) -> Callable[[BaseException], BaseException]:
    return lambda _exc: kind(text)


def _refused() -> None:
    httpx.get(f"http://127.0.0.1:{closed_port()}")


def _refused_requests() -> None:
    requests.get(f"http://127.0.0.1:{closed_port()}", timeout=1)


def _silent() -> None:
    with listening(silence) as port:
        httpx.get(f"http://127.0.0.1:{port}", timeout=0.2)


def _answered(answer: Answer) -> Callable[[], Any]:
    def run() -> Any:
        with serving(answer) as url:
            got = httpx.get(url, timeout=1)
            got.raise_for_status()
            return got.json()

    return run


def _answered_requests(answer: Answer) -> Callable[[], Any]:
    def run() -> Any:
        with serving(answer) as url:
            got = requests.get(url, timeout=1)
            got.raise_for_status()
            return got.json()

    return run


def _sql(*statements: str) -> Callable[[], Any]:
    def run() -> None:
        with psycopg.connect(_PG) as connection:
            for one in statements:
                connection.execute(one)

    return run


def _sqlite(*statements: str) -> Callable[[], Any]:
    def run() -> None:
        with contextlib.closing(sqlite3.connect(":memory:")) as connection:
            for one in statements:
                connection.execute(one)

    return run


def _alchemy(*statements: str) -> Callable[[], Any]:
    def run() -> None:
        engine = sqlalchemy.create_engine("sqlite://")
        with engine.begin() as connection:
            for one in statements:
                connection.exec_driver_sql(one)

    return run


_TWICE = (
    "CREATE TEMPORARY TABLE others_w (id integer PRIMARY KEY)",
    "INSERT INTO others_w VALUES (1)",
    "INSERT INTO others_w VALUES (1)",
)


def _lock_taken() -> None:
    with psycopg.connect(_PG, autocommit=True) as first, psycopg.connect(_PG, autocommit=True) as second:
        first.execute("SELECT pg_advisory_lock(734512)")
        second.execute("SET lock_timeout = '50ms'")
        second.execute("SELECT pg_advisory_lock(734512)")


def _bad_token() -> None:
    jwt.decode("garbage", "not-a-secret-but-long-enough-for-hs256", ["HS256"])


class _Coupon(pydantic.BaseModel):
    code: str
    percent: int


def _bad_model() -> None:
    _Coupon.model_validate({"code": 7})


# a class that says nothing takes the label of its cause
add("httpx", "service_error_from_refused", LINK, wrapped(_refused, _saying("cannot load prices")))
add("httpx", "service_error_from_silent", SILENT, wrapped(_silent, _saying("cannot load prices")))
add("httpx", "service_error_from_401", REFUSED_US, wrapped(_answered(Answer(401)), _saying("no prices")))
add("httpx", "service_error_from_429", THROTTLED, wrapped(_answered(Answer(429)), _saying("no prices")))
add("httpx", "service_error_from_503", DOWN, wrapped(_answered(Answer(503)), _saying("no prices", AppError)))
add("httpx", "service_error_from_404", FAILED, wrapped(_answered(Answer(404)), _saying("no prices", AppError)))
add("requests", "app_error_from_refused", LINK, wrapped(_refused_requests, _saying("Failed", InventoryError)))
add("requests", "exception_from_502", DOWN, wrapped(_answered_requests(GATEWAY), _saying("failed", Exception)))
add("requests", "service_error_from_nonsense", FAILED, wrapped(_answered_requests(NONSENSE), _saying("failed")))
add(
    "psycopg",
    "repository_error_from_duplicate",
    _DUPLICATE,
    wrapped(_sql(*_TWICE), lambda _: RepositoryError("x", table="t")),
)
add("psycopg", "service_error_from_lock_timeout", CONTENTION, wrapped(_lock_taken, _saying("try later")))
add(
    "psycopg",
    "runtime_error_from_no_table",
    OUR_SETTINGS,
    wrapped(_sql("SELECT * FROM others_none"), _saying("x", RuntimeError)),
)
add("python", "service_error_from_key_error", OUR_BUG, wrapped(lambda: {}["a"], _saying("no price")))
add("python", "service_error_from_sqlite_duplicate", _DUPLICATE, wrapped(_sqlite(*_TWICE), _saying("not saved")))
add(
    "python",
    "two_wrappers",
    LINK,
    wrapped(wrapped(_refused, _saying("cannot load")), _saying("cannot price", AppError)),
)
add("pydantic", "service_error_from_validation", INVALID, wrapped(_bad_model, _saying("not a coupon")))
add("PyJWT", "service_error_from_bad_token", WHO, wrapped(_bad_token, _saying("no session")))
add(
    "sqlalchemy",
    "repository_error_from_duplicate",
    _DUPLICATE,
    wrapped(_alchemy(*_TWICE), lambda _: RepositoryError("x", table="t")),
)

# a domain exception that says something keeps its own meaning
add("sqlalchemy", "out_of_stock_from_duplicate", _RULED, wrapped(_alchemy(*_TWICE), _saying("none left", OutOfStock)))
add(
    "python",
    "insufficient_funds",
    _DUE,
    wrapped(lambda: Decimal(1) / 0, _saying("balance is 3 EUR", InsufficientFunds)),
)
add(
    "python",
    "order_already_shipped",
    _RULED,
    wrapped(lambda: {}["a"], _saying("order 7 has left", OrderAlreadyShipped)),
)
add("sqlalchemy", "user_not_found_from_no_row", ABSENT, wrapped(lambda: _no_row(), _saying("no user 7", UserNotFound)))
add("python", "user_not_found_from_key_error", ABSENT, wrapped(lambda: {}["a"], _saying("no user 7", UserNotFound)))
add(
    "pydantic", "invalid_coupon_from_validation", INVALID, wrapped(_bad_model, _saying("no such coupon", InvalidCoupon))
)
add(
    "python",
    "permission_denied_from_key_error",
    MAY_NOT,
    wrapped(lambda: {}["a"], _saying("not yours", PermissionDeniedError)),
)
add("python", "rate_limit_exceeded", OUR_LIMIT, wrapped(lambda: {}["a"], _saying("3 a minute", RateLimitExceeded)))
add("python", "stale_document", EDITED, wrapped(lambda: {}["a"], _saying("version 3 is not 4", StaleDocument)))
add(
    "httpx",
    "gateway_timeout_from_silent",
    Means("network", True, 504, "medium"),
    wrapped(_silent, _saying("the gateway did not answer", PaymentGatewayTimeout)),
    note="a silent peer is the link, also by its name",
)
add(
    "httpx",
    "upstream_unavailable_from_refused",
    DOWN,
    wrapped(_refused, _saying("prices are away", UpstreamUnavailable)),
)
add(
    "python",
    "missing_setting_from_key_error",
    OUR_SETTINGS,
    wrapped(lambda: {}["a"], _saying("PRICE_URL", MissingSetting)),
)
add(
    "python",
    "corrupt_record_from_json",
    UNREADABLE,
    wrapped(lambda: json.loads("{"), _saying("record 7", CorruptRecord)),
)

# a status of the application's own
add("httpx", "api_error_409_from_503", _CONFLICT, wrapped(_answered(Answer(503)), lambda _: ApiError(409, "busy")))
add("python", "api_error_404", ABSENT, wrapped(lambda: {}["a"], lambda _: ApiError(404, "no such thing")))
add("python", "api_error_403", MAY_NOT, wrapped(lambda: {}["a"], lambda _: ApiError(403, "not yours")))
add("python", "api_error_503", LINK, wrapped(_refused, lambda _: ApiError(503, "come back")))

# a context without a cause is no reason
add("httpx", "attribute_error_while_handling_refused", OUR_BUG, shadowed(_refused, lambda: AttributeError("x")))
add(
    "psycopg", "out_of_stock_while_handling_duplicate", _RULED, shadowed(_sql(*_TWICE), lambda: OutOfStock("none left"))
)


def _no_row() -> None:
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("SELECT 1 WHERE 0")).one()


# --- subclasses of libraries' exceptions --------------------------------------------------------------------------
add("httpx", "subclass_from_refused", LINK, wrapped(_refused, _saying("prices", ShopHttpError)))
add("requests", "subclass_of_connection_error", LINK, wrapped(_refused_requests, _saying("x", CatalogueUnreachable)))
add(
    "sqlalchemy",
    "subclass_of_integrity_error",
    _DUPLICATE,
    wrapped(_alchemy(*_TWICE), lambda exc: DuplicateAccount("INSERT", {}, exc)),
)


# --- groups -------------------------------------------------------------------------------------------------------
async def _gather(*calls: Callable[[], Any]) -> None:
    async with asyncio.TaskGroup() as group:
        for one in calls:
            group.create_task(_in_thread(one))


async def _in_thread(call: Callable[[], Any]) -> None:
    ready.add(asyncio.current_task())
    try:
        await asyncio.to_thread(call)
    except Exception:
        await asyncio.sleep(0)
        raise


ready: set[Any] = set()


def _together(*calls: Callable[[], Any]) -> Callable[[], Any]:
    """A group of all failures, as a nursery that waits for everybody has it."""

    def run() -> None:
        failed = []
        for one in calls:
            try:
                one()
            except Exception as exc:
                failed.append(exc)
        raise ExceptionGroup("several failed", failed)

    return run


add("httpx", "group_of_one_refused", LINK, lambda: asyncio.run(_gather(_refused)))
add("httpx", "group_of_503s", DOWN, _together(_answered(Answer(503)), _answered(Answer(503))))
add("httpx", "group_of_refused_and_401", REFUSED_US, _together(_refused, _answered(Answer(401))))
add("psycopg", "group_of_duplicate_and_refused", _DUPLICATE, _together(_refused, _sql(*_TWICE)))
add("pydantic", "group_of_validation", INVALID, lambda: asyncio.run(_gather(_bad_model)))
add("python", "group_of_rule_and_timeout", OUR_BUG, _together(_silent, lambda: {}["a"]))
add("python", "group_in_group", OUR_BUG, _together(_refused, _together(_silent, [].pop)))
add("httpx", "service_error_from_group", LINK, wrapped(_together(_refused, _refused), _saying("nobody answered")))
add("psycopg", "group_of_lock_timeouts", CONTENTION, lambda: asyncio.run(_gather(_lock_taken)))


# --- while cleaning up --------------------------------------------------------------------------------------------
class _BadClose:
    """A resource that fails when it is closed."""

    def __init__(self, fail: Callable[[], Any]) -> None:
        self.fail = fail

    def __enter__(self) -> None:
        """Opened."""

    def __exit__(self, *_exc: object) -> None:
        self.fail()


def _closing(body: Callable[[], Any], close: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> None:
        with _BadClose(close):
            body()

    return run


add("httpx", "close_fails_after_bug", LINK, _closing(lambda: {}["a"], _refused), note="the last one is raised")
add("python", "close_has_a_bug_after_refused", OUR_BUG, _closing(_refused, lambda: {}["a"]))


def _commit_fails() -> None:
    with psycopg.connect(_PG) as connection:
        connection.execute("CREATE TEMPORARY TABLE others_d (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        connection.execute("INSERT INTO others_d VALUES (1), (1)")


def _terminated() -> None:
    with psycopg.connect(_PG, autocommit=True) as first, psycopg.connect(_PG) as second:
        pid = second.execute("SELECT pg_backend_pid()").fetchone()[0]  # type: ignore[index]
        first.execute("SELECT pg_terminate_backend(%s)", [pid])
        second.execute("SELECT 1")


add("psycopg", "commit_fails", _DUPLICATE, _commit_fails, note="a deferred constraint, checked by the commit")
add("psycopg", "terminated", _AWAY, _terminated)
add("psycopg", "service_error_from_terminated", _AWAY, wrapped(_terminated, _saying("not saved")))


# --- executors and retries ----------------------------------------------------------------------------------------
def _in_executor(call: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            return pool.submit(call).result()

    return run


def _retrying(call: Callable[[], Any]) -> Callable[[], Any]:
    return tenacity.retry(stop=tenacity.stop_after_attempt(2))(call)


add("python", "executor_refused", LINK, _in_executor(_refused))
add("tenacity", "retries_of_refused", LINK, _retrying(_refused))
add("tenacity", "retries_of_duplicate", _DUPLICATE, _retrying(_sqlite(*_TWICE)))
add("tenacity", "retries_of_503", DOWN, _retrying(_answered(Answer(503))))
add("tenacity", "retries_of_key_error", OUR_BUG, _retrying(lambda: {}["a"]))


def _noted() -> None:
    try:
        _refused()
    except httpx.ConnectError as exc:
        exc.add_note("while the prices of 7 articles were loaded: invalid password")
        raise


add("httpx", "refused_with_a_note", LINK, _noted, note="a note is no class")
