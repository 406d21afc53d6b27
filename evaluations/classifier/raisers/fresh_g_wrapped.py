"""Set g: exceptions of an application's own, raised from those of libraries."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import aiohttp
import httpx
import jwt
import psycopg
import pydantic
import redis
import redis.backoff
import redis.retry
import sqlalchemy as sa

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_g import (
    PG,
    AppError,
    OutOfStock,
    closed_port,
    peer,
    rates,
    tls_peer,
)

BUG: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}
LINK: dict[str, Any] = {"transient": True, "status": (502, 503), "severity": "medium"}
LOST: dict[str, Any] = {"transient": True, "status": (502, 503), "severity": "high"}
SILENT: dict[str, Any] = {"transient": True, "status": 504, "severity": "medium"}
FAILED: dict[str, Any] = {"transient": False, "status": (502, 503), "severity": "medium"}
BUSY: dict[str, Any] = {"transient": True, "status": 503, "severity": "medium"}
LATER: dict[str, Any] = {"transient": True, "status": (502, 503, 504), "severity": "medium"}
OURS: dict[str, Any] = {"transient": False, "status": (500, 502, 503), "severity": "high"}
ONCE = redis.retry.Retry(redis.backoff.NoBackoff(), 0)


class ServiceError(Exception):
    """Says nothing."""


class RepositoryError(Exception):
    """Says nothing."""


class SlotTaken(AppError):
    """Somebody else has booked it."""

    status_code = 409


class EmailAlreadyRegistered(AppError):
    """There is an account."""

    status_code = 409


class PaymentDeclined(AppError):
    """The bank says no."""

    status_code = 402


class NotEnoughCredit(AppError):
    """The balance is too low."""

    status_code = 402


class OrderAlreadyShipped(AppError):
    """Too late."""

    status_code = 409


class CouponExpired(AppError):
    """Too late."""

    status_code = 422


class OrderNotFound(AppError):
    """There is none."""

    status_code = 404


@contextlib.contextmanager
def _as(kind: type[Exception], *args: Any) -> Iterator[None]:
    try:
        yield
    except Exception as exc:
        raise kind(*args) from exc


def _duplicate() -> None:
    store = sqlite3.connect(":memory:")
    store.execute("create table booking (slot int unique, seats int check (seats >= 0))")
    store.execute("insert into booking values (1, 0)")
    store.execute("insert into booking values (1, 0)")


def _check() -> None:
    store = sqlite3.connect(":memory:")
    store.execute("create table stock (n int check (n >= 0))")
    store.execute("insert into stock values (0)")
    store.execute("update stock set n = n - 1")


@case("httpx", "network", **LINK)
def fresh_g_service_of_refused() -> None:
    with _as(ServiceError, "rates"):
        httpx.get(f"http://127.0.0.1:{closed_port()}")


@case("httpx", "network", **SILENT)
def fresh_g_service_of_silent() -> None:
    with _as(ServiceError, "rates"):
        with peer(silent=True) as port:
            httpx.get(f"http://127.0.0.1:{port}", timeout=0.1)


@case("httpx", "network", **FAILED | {"severity": "high"})
def fresh_g_service_of_certificate() -> None:
    with _as(ServiceError, "rates"):
        with tls_peer() as port:
            httpx.get(f"https://localhost:{port}")


@case("httpx", "external_service", **FAILED)
def fresh_g_service_of_500() -> None:
    with _as(ServiceError, "could not load rates"):
        rates(500)


@case("httpx", "external_service", **LATER)
def fresh_g_runtime_of_503() -> None:
    with _as(RuntimeError, "could not load rates"):
        rates(503)


@case("httpx", "external_service", **FAILED)
def fresh_g_service_of_404() -> None:
    with _as(ServiceError, "could not load rates"):
        rates(404)


@case("httpx", "authentication", **OURS)
def fresh_g_service_of_401() -> None:
    with _as(ServiceError, "could not load rates"):
        rates(401)


@case("httpx", "resource", **BUSY)
def fresh_g_runtime_of_429() -> None:
    with _as(RuntimeError, "could not load rates"):
        rates(429)


@case("httpx", "external_service", **FAILED)
def fresh_g_service_of_html() -> None:
    with _as(ServiceError, "rates"):
        rates(200, "<html>")


@case("aiohttp", "network", **LINK)
async def fresh_g_service_of_aiohttp_refused() -> None:
    with _as(ServiceError, "shipping"):
        async with aiohttp.ClientSession() as session:
            await session.get(f"http://127.0.0.1:{closed_port()}")


@case("psycopg", "network", **LOST)
def fresh_g_repository_of_refused() -> None:
    with _as(RepositoryError, "orders"):
        psycopg.connect(f"host=127.0.0.1 port={closed_port()}")


@case("psycopg", "configuration", **BUG)
def fresh_g_runtime_of_undefined_table() -> None:
    with _as(RuntimeError, "orders"):
        with psycopg.connect(PG) as link:
            link.execute("select * from fresh_g_none")


@case("psycopg", "external_service", transient=True, status=(503, 504), severity="medium")
def fresh_g_repository_of_timeout() -> None:
    with _as(RepositoryError, "report"):
        with psycopg.connect(PG) as link:
            link.execute("set statement_timeout = 20")
            link.execute("select pg_sleep(3)")


@case("psycopg", "concurrency", **BUSY)
def fresh_g_repository_of_lock() -> None:
    with _as(RepositoryError, "stock"):
        with psycopg.connect(PG) as one, psycopg.connect(PG) as two:
            one.execute("lock table pg_opclass in exclusive mode")
            two.execute("lock table pg_opclass in exclusive mode nowait")


@case("sqlalchemy", "system", **BUG)
def fresh_g_repository_of_syntax() -> None:
    with _as(RepositoryError, "report"):
        with sa.create_engine("sqlite://").connect() as link:
            link.execute(sa.text("selekt 1"))


@case("python", "data_integrity", transient=False, status=409, severity="medium")
def fresh_g_repository_of_duplicate() -> None:
    with _as(RepositoryError, "booking"):
        _duplicate()


@case("redis", "network", **LOST)
def fresh_g_runtime_of_redis() -> None:
    with _as(RuntimeError, "cache"):
        redis.Redis(port=closed_port(), retry=ONCE).get("a")


@case("python", "system", **BUG)
def fresh_g_runtime_of_key_error() -> None:
    with _as(RuntimeError, "could not render the invoice"):
        {"a": 1}["total"]


@case("python", "system", **BUG)
def fresh_g_service_of_attribute_error() -> None:
    with _as(ServiceError, "invoice"):
        json.dumps(None).amount  # type: ignore[attr-defined]


@case("python", "resource", transient=False, status=(500, 503, 507), severity="critical")
def fresh_g_runtime_of_disk() -> None:
    with _as(RuntimeError, "could not store the upload"):
        with open("/dev/full", "wb", 0) as file:
            file.write(b"x")


@case("pydantic", "validation", transient=False, status=(400, 422), severity="low")
def fresh_g_service_of_validation() -> None:
    with _as(ServiceError, "order"):
        pydantic.TypeAdapter(int).validate_python("x")


@case("PyJWT", "authentication", transient=False, status=(401, 403), severity="low")
def fresh_g_runtime_of_token() -> None:
    with _as(RuntimeError, "session"):
        jwt.decode(jwt.encode({"exp": 1}, "k" * 32), "k" * 32, ["HS256"])


@case("python", "configuration", **BUG)
def fresh_g_runtime_of_import() -> None:
    with _as(RuntimeError, "exporter"):
        import fresh_g_exporter  # type: ignore[import-not-found]  # noqa: F401


@case("python", "business_logic", note="what it says itself", transient=False, status=409, severity="low")
def fresh_g_out_of_stock() -> None:
    with _as(OutOfStock, "A1"):
        _check()


@case("python", "business_logic", note="what it says itself", transient=False, status=409, severity="low")
def fresh_g_slot_taken() -> None:
    with _as(SlotTaken, "10:30"):
        _duplicate()


@case("python", "business_logic", note="what it says itself", transient=False, status=409, severity="low")
def fresh_g_email_registered() -> None:
    with _as(EmailAlreadyRegistered, "this address has an account"):
        _duplicate()


@case("httpx", "business_logic", note="what it says itself", transient=False, status=402, severity="low")
def fresh_g_payment_declined() -> None:
    with _as(PaymentDeclined, "do not honour"):
        rates(402)


@case("python", "business_logic", transient=False, status=402, severity="low")
def fresh_g_not_enough_credit() -> None:
    balance, price = 3, 5
    if balance < price:
        raise NotEnoughCredit(f"{price - balance} credits are missing")


@case("python", "business_logic", transient=False, status=409, severity="low")
def fresh_g_already_shipped() -> None:
    raise OrderAlreadyShipped("order 7 left the house")


@case("python", "business_logic", transient=False, status=422, severity="low")
def fresh_g_coupon_expired() -> None:
    raise CouponExpired("SPRING")


@case("python", "validation", transient=False, status=404, severity="info", note="what it says itself")
def fresh_g_order_not_found() -> None:
    with _as(OrderNotFound, 7):
        {}[7]


@case("python", "business_logic", note="the context is no reason", transient=False, status=409, severity="low")
def fresh_g_rule_during_key_error() -> None:
    try:
        {}["reservation"]
    except KeyError:
        raise SlotTaken("11:00")
