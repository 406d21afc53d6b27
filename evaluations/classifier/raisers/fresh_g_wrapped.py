"""Set g: exceptions of an application's own, raised from those of libraries; breakers, retries, groups."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import aiohttp
import anyio
import filelock
import httpx
import jwt
import psycopg
import pybreaker
import pydantic
import redis
import redis.backoff
import redis.retry
import requests
import sqlalchemy as sa
import statemachine
import tenacity
import transitions

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_g import PG, answering, closed_port, folder, peer, tls_peer

BUG: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}
LINK: dict[str, Any] = {"transient": True, "status": (502, 503), "severity": "medium"}
LOST: dict[str, Any] = {"transient": True, "status": (502, 503), "severity": "high"}
SILENT: dict[str, Any] = {"transient": True, "status": 504, "severity": "medium"}
FAILED: dict[str, Any] = {"transient": False, "status": (502, 503), "severity": "medium"}
BUSY: dict[str, Any] = {"transient": True, "status": 503, "severity": "medium"}
LATER: dict[str, Any] = {"transient": True, "status": (502, 503, 504), "severity": "medium"}
OURS: dict[str, Any] = {"transient": False, "status": (500, 502, 503), "severity": "high"}
RULE: dict[str, Any] = {"transient": False, "status": (409, 422), "severity": "low"}
ONCE = redis.retry.Retry(redis.backoff.NoBackoff(), 0)


class ServiceError(Exception):
    """Says nothing."""


class RepositoryError(Exception):
    """Says nothing."""


class AppError(Exception):
    """An application's own."""

    status_code = 500


class OutOfStock(AppError):
    """The last one is sold."""

    status_code = 409


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


def _rates(status: int, body: str = "") -> Any:
    with answering(status, body) as url:
        return httpx.get(url + "/rates").raise_for_status().json()


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
        _rates(500)


@case("httpx", "external_service", **LATER)
def fresh_g_runtime_of_503() -> None:
    with _as(RuntimeError, "could not load rates"):
        _rates(503)


@case("httpx", "external_service", **FAILED)
def fresh_g_service_of_404() -> None:
    with _as(ServiceError, "could not load rates"):
        _rates(404)


@case("httpx", "authentication", **OURS)
def fresh_g_service_of_401() -> None:
    with _as(ServiceError, "could not load rates"):
        _rates(401)


@case("httpx", "resource", **BUSY)
def fresh_g_runtime_of_429() -> None:
    with _as(RuntimeError, "could not load rates"):
        _rates(429)


@case("httpx", "external_service", **FAILED)
def fresh_g_service_of_html() -> None:
    with _as(ServiceError, "rates"):
        _rates(200, "<html>")


@case("requests", "network", **LINK)
def fresh_g_service_of_requests_refused() -> None:
    with _as(ServiceError, "shipping"):
        requests.get(f"http://127.0.0.1:{closed_port()}", timeout=2)


@case("requests", "external_service", **LATER)
def fresh_g_runtime_of_requests_502() -> None:
    with _as(RuntimeError, "shipping failed"):
        with answering(502) as url:
            requests.get(url, timeout=2).raise_for_status()


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


@case("SQLAlchemy", "system", **BUG)
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
        _rates(402)


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


@case("transitions", "business_logic", **RULE)
def fresh_g_transition_refused() -> None:
    states = transitions.Machine(states=["draft", "paid", "shipped"], initial="draft", auto_transitions=False)
    states.add_transition("ship", "paid", "shipped")
    states.ship()  # type: ignore[attr-defined]


@case("python-statemachine", "business_logic", **RULE)
def fresh_g_state_machine_refused() -> None:
    class Order(statemachine.StateMachine):
        draft = statemachine.State(initial=True)
        paid = statemachine.State()
        shipped = statemachine.State(final=True)
        pay = draft.to(paid)
        ship = paid.to(shipped)

    Order().ship()


@case("tenacity", "network", note="it is what the last attempt was", **LINK)
def fresh_g_retries_of_refused() -> None:
    @tenacity.retry(stop=tenacity.stop_after_attempt(2))
    def load() -> None:
        httpx.get(f"http://127.0.0.1:{closed_port()}")

    load()


@case("tenacity", "external_service", note="it is what the last attempt was", **LATER)
def fresh_g_retries_of_503() -> None:
    tenacity.Retrying(stop=tenacity.stop_after_attempt(2))(_rates, 503)


@case("tenacity", "system", note="it is what the last attempt was", **BUG)
def fresh_g_retries_of_bug() -> None:
    tenacity.Retrying(stop=tenacity.stop_after_attempt(2))(dict.__getitem__, {}, "total")


@case("pybreaker", "external_service", transient=True, status=503, severity="medium", note="a peer that failed often")
def fresh_g_breaker_open() -> None:
    breaker = pybreaker.CircuitBreaker(fail_max=1, reset_timeout=60)
    with contextlib.suppress(pybreaker.CircuitBreakerError, httpx.HTTPError):
        breaker.call(_rates, 503)
    breaker.call(_rates, 503)


@case("filelock", "concurrency", **BUSY)
def fresh_g_file_locked() -> None:
    with folder() as here, filelock.FileLock(here / "a.lock"):
        filelock.FileLock(here / "a.lock", timeout=0.05).acquire()


async def _fail(exc: type[BaseException], *args: Any) -> None:
    await asyncio.sleep(0.01)
    raise exc(*args)


async def _connect() -> None:
    await asyncio.open_connection("127.0.0.1", closed_port())


async def _async_rates(status: int) -> None:
    await asyncio.to_thread(_rates, status)


@case("python", "network", **LINK)
async def fresh_g_group_of_refused() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_connect())
        group.create_task(_connect())


@case("python", "system", note="the bug can be helped least", **BUG)
async def fresh_g_group_of_refused_and_bug() -> None:
    raise BaseExceptionGroup(
        "two of three failed",
        [
            one
            for one in await asyncio.gather(_connect(), _fail(KeyError, "total"), return_exceptions=True)
            if isinstance(one, BaseException)
        ],
    )


@case("python", "system", **BUG)
async def fresh_g_group_of_bug() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_fail(TypeError, "unsupported operand"))
        group.create_task(asyncio.sleep(1))


@case("anyio", "external_service", **LATER)
async def fresh_g_anyio_group_of_503() -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(_async_rates, 503)


@case("anyio", "business_logic", note="a group of one rule", **RULE)
async def fresh_g_anyio_group_of_rule() -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(_fail, OutOfStock, "A1")


@case("anyio", "validation", transient=False, status=(400, 422), severity="low")
async def fresh_g_group_in_group() -> None:
    async with anyio.create_task_group() as outer, anyio.create_task_group() as inner:
        outer.start_soon(asyncio.sleep, 0)
        inner.start_soon(asyncio.to_thread, json.loads, "{")


@case("anyio", "system", **BUG)
async def fresh_g_stream_closed() -> None:
    send, _receive = anyio.create_memory_object_stream[int](1)
    await send.aclose()
    await send.send(1)


@case("anyio", "network", **SILENT)
async def fresh_g_fail_after() -> None:
    with peer(silent=True) as port:
        async with await anyio.connect_tcp("127.0.0.1", port) as link:
            with anyio.fail_after(0.05):
                await link.receive()


@case("python", "system", made="a worker raises it so", note="the member that can be helped least", **BUG)
def fresh_g_group_of_rule_and_bug() -> None:
    raise ExceptionGroup("2 of 5 lines failed", [OutOfStock("A1"), AttributeError("'NoneType' has no attribute 'id'")])


@case("python", "network", made="connecting to several addresses raises it so", **LINK)
def fresh_g_group_of_addresses() -> None:
    raise ExceptionGroup("all failed", [ConnectionRefusedError(111, "Connection refused"), TimeoutError("timed out")])
