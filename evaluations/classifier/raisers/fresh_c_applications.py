"""An application's own: classes that say something, classes that say nothing, builtin classes with telling words."""

from __future__ import annotations

import asyncio
import contextlib
import json
import pickle
import socket
import sqlite3
from typing import Any

import boto3
import botocore.exceptions
import httpx
import jinja2
import psycopg
import redis
import requests

from evaluations.classifier.raisers._fresh_c import LOST, NO_ROOM, REFUSED_US, RULE, fresh
from evaluations.classifier.raisers._peers import HOST, base_url, closed_port
from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    CONTENTION,
    DOWN,
    FAILED,
    INVALID,
    LINK,
    MAY_NOT,
    OUR_BUG,
    OUR_LIMIT,
    OUR_SETTINGS,
    SILENT,
    THROTTLED,
    UNPARSABLE,
    UNREADABLE,
    WHO,
    Answer,
    Means,
    serving,
)

_WORDS = "a class of Python's own; its words say what happened"


class ShopError(Exception):
    """The base of all: it says nothing."""


class RepositoryError(ShopError):
    """Something went wrong with a store."""


class ServiceError(ShopError):
    """Something went wrong in a service."""


class IntegrationError(ShopError):
    """Something went wrong with a peer."""

    def __init__(self, message: str, *, status_code: int | None = None, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.retry_after = retry_after


class DomainError(ShopError):
    """A rule of the domain says no."""


# --- rules ------------------------------------------------------------------------------------------------------------
class CouponExpired(DomainError):
    pass


@fresh("application", "coupon_expired", RULE)
def _() -> None:
    raise CouponExpired("coupon SPRING expired on 31 March")


class OrderAlreadyPaid(DomainError):
    pass


@fresh("application", "order_already_paid", RULE)
def _() -> None:
    raise OrderAlreadyPaid("order 1007 is paid already")


class MinimumOrderValueNotReached(DomainError):
    def __init__(self, value: int, least: int) -> None:
        super().__init__(f"the least order is {least} EUR, this one is {value} EUR")
        self.value = value
        self.least = least


@fresh("application", "minimum_order_value", RULE)
def _() -> None:
    raise MinimumOrderValueNotReached(7, 20)


class BookingWindowClosed(DomainError):
    pass


@fresh("application", "booking_window_from_value_error", RULE, "a rule with a meaning of its own, whatever it is from")
def _() -> None:
    try:
        raise ValueError("date is in the past")
    except ValueError as exc:
        raise BookingWindowClosed("tables can be booked two hours ahead at least") from exc


class CannotCancelShippedOrder(Exception):
    """Without a base of the domain, and without words."""


@fresh("application", "rule_named_as_a_sentence", RULE)
def _() -> None:
    raise CannotCancelShippedOrder


class PaymentPastDue(DomainError):
    status_code = 402


@fresh("application", "payment_past_due", Means("business_logic", False, 402, "low"))
def _() -> None:
    raise PaymentPastDue("your last invoice is unpaid; pay it to go on")


class EventProcessedAlready(DomainError):
    pass


@fresh("application", "webhook_seen_before", RULE, "a duplicate of an event; data_integrity is defensible")
def _() -> None:
    raise EventProcessedAlready("event evt_0001 was processed already")


class SlotTaken(DomainError):
    pass


@fresh("application", "slot_taken_from_a_constraint", RULE)
def _() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE slots (starts TEXT UNIQUE)")
    try:
        connection.executemany("INSERT INTO slots VALUES (?)", [("10:00",), ("10:00",)])
    except sqlite3.IntegrityError as exc:
        raise SlotTaken("10:00 is taken") from exc


# --- who, may, what ---------------------------------------------------------------------------------------------------
@fresh("application", "permission_error_of_ours", MAY_NOT, _WORDS)
def _() -> None:
    raise PermissionError("user 42 may not edit order 7")


class SessionExpired(ShopError):
    pass


@fresh("application", "session_expired", WHO)
def _() -> None:
    raise SessionExpired("your session has expired, please sign in again")


class TenantMismatch(ShopError):
    http_status = 403


@fresh("application", "tenant_mismatch", MAY_NOT)
def _() -> None:
    raise TenantMismatch("project 7 belongs to another tenant")


class InvalidRow(ValueError):
    """A row of a file that a client uploads."""

    def __init__(self, row: int, problem: str) -> None:
        super().__init__(f"row {row}: {problem}")


@fresh("application", "row_of_an_upload_invalid", INVALID, "a class of our own for the client's file")
def _() -> None:
    try:
        float("12,50 EUR")
    except ValueError as exc:
        raise InvalidRow(17, "price '12,50 EUR' is not a number") from exc


class ImportFailed(ShopError):
    pass


@fresh("application", "import_failed_from_another_encoding", UNPARSABLE, "a file of the client that is not UTF-8")
def _() -> None:
    try:
        "sku;größe\n".encode("latin-1").decode("utf-8")
    except UnicodeDecodeError as exc:
        raise ImportFailed("products.csv could not be read as UTF-8") from exc


class ProductNotFound(ShopError):
    http_status = 404


@fresh("application", "product_not_found_from_none", ABSENT)
def _() -> None:
    try:
        {}["A-1"]
    except KeyError:
        raise ProductNotFound("no product A-1") from None


class TooManyAttempts(ShopError):
    http_status = 429


@fresh("application", "codes_asked_for_too_often", OUR_LIMIT)
def _() -> None:
    raise TooManyAttempts("wait 60 seconds before you ask for another code")


# --- peers ------------------------------------------------------------------------------------------------------------
@fresh("application", "billing_unreachable_in_words", LINK, _WORDS)
def _() -> None:
    try:
        socket.create_connection((HOST, closed_port()), timeout=1)
    except OSError as exc:
        raise RuntimeError(f"could not reach billing: {exc}") from None


@fresh("application", "billing_unreachable", LINK)
def _() -> None:
    try:
        httpx.get(f"http://{HOST}:{closed_port()}/invoices", timeout=1)
    except httpx.HTTPError as exc:
        raise RuntimeError(f"could not reach billing: {exc}") from exc


@fresh("application", "provider_answered_503_in_words", DOWN, _WORDS)
def _() -> None:
    answer = httpx.get(f"{base_url()}/status/503", timeout=2)
    raise Exception(f"payment provider returned {answer.status_code}")


@fresh("application", "unexpected_answer_500_in_words", FAILED, _WORDS)
def _() -> None:
    answer = requests.get(f"{base_url()}/status/500", timeout=2)
    raise RuntimeError(f"unexpected response from CRM: {answer.status_code} Internal Server Error")


@fresh("application", "timeout_error_of_ours", SILENT, _WORDS)
def _() -> None:
    raise TimeoutError("inventory did not answer within 2 s")


@fresh("application", "connection_error_of_ours", LINK, _WORDS)
def _() -> None:
    raise ConnectionError("the gateway of the ERP closed the connection")


@fresh("application", "integration_error_with_429", THROTTLED, "the status is the peer's, not ours")
def _() -> None:
    answer = requests.get(f"{base_url()}/status/429", timeout=2)
    raise IntegrationError("contacts could not be synchronised", status_code=answer.status_code, retry_after=7)


@fresh("application", "integration_error_from_403", REFUSED_US)
def _() -> None:
    try:
        requests.get(f"{base_url()}/status/403", timeout=2).raise_for_status()
    except requests.HTTPError as exc:
        raise IntegrationError("contacts could not be synchronised") from exc


class UpstreamTimeout(ShopError):
    pass


@fresh("application", "upstream_timeout_from_requests", SILENT)
def _() -> None:
    try:
        requests.get(f"{base_url()}/slow", timeout=0.3)
    except requests.Timeout as exc:
        raise UpstreamTimeout("the tax service took longer than 0.3 s") from exc


class GeocodingError(ShopError):
    pass


@fresh(
    "application", "geocoder_unexpected_answer", FAILED, "raised from a KeyError; its words speak of the peer's answer"
)
def _() -> None:
    answer = httpx.get(base_url(), timeout=2).json()
    try:
        answer["results"]
    except KeyError as exc:
        raise GeocodingError("unexpected answer of the geocoder: no results") from exc


class VirusScannerUnavailable(ShopError):
    pass


@fresh("application", "virus_scanner_unavailable", LINK)
def _() -> None:
    try:
        socket.create_connection((HOST, closed_port()), timeout=1)
    except OSError as exc:
        raise VirusScannerUnavailable("uploads cannot be scanned") from exc


@fresh("application", "group_of_peers_that_refused", LINK)
async def _() -> None:
    async def load(path: str) -> None:
        async with httpx.AsyncClient(timeout=0.5) as client:
            await client.get(f"http://{HOST}:{closed_port()}{path}")

    async with asyncio.TaskGroup() as group:
        group.create_task(load("/prices"))
        group.create_task(load("/stock"))


# --- answers of models ------------------------------------------------------------------------------------------------
@fresh("application", "answer_of_a_model_lacks_a_key", OUR_BUG, "a KeyError; external_service is defensible")
def _() -> None:
    said = json.loads('{"title": "Invoice", "sum": "19.90"}')
    print(said["total"])


@fresh("application", "model_gave_no_json", FAILED, f"{_WORDS}; a second answer may be better: transient is defensible")
def _() -> None:
    try:
        json.loads("Sure! Here is the JSON you asked for:")
    except json.JSONDecodeError:
        raise RuntimeError("model returned no valid JSON after 3 attempts") from None


# --- stores -----------------------------------------------------------------------------------------------------------
def _postgres(*statements: str) -> None:
    with psycopg.connect(f"host={HOST} user=postgres dbname=test") as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[arg-type]


@fresh("application", "repository_error_from_foreign_key", Means("data_integrity", False, 409, "medium"))
def _() -> None:
    try:
        _postgres(
            "CREATE TEMP TABLE customers (id int PRIMARY KEY)",
            "CREATE TEMP TABLE orders (customer int REFERENCES customers)",
            "INSERT INTO orders VALUES (7)",
        )
    except psycopg.Error as exc:
        raise RepositoryError("order could not be saved") from exc


@fresh("application", "service_error_from_repository_error_from_lock", CONTENTION)
def _() -> None:
    try:
        try:
            with psycopg.connect(f"host={HOST} user=postgres dbname=test") as one:
                one.execute("CREATE TABLE IF NOT EXISTS fresh_c_locked (a int)")
                one.commit()
                one.execute("LOCK TABLE fresh_c_locked")
                _postgres("SET lock_timeout = '50ms'", "SELECT a FROM fresh_c_locked")
        except psycopg.Error as exc:
            raise RepositoryError("stock could not be read") from exc
        finally:
            _postgres("DROP TABLE fresh_c_locked")
    except RepositoryError as exc:
        raise ServiceError("checkout failed") from exc


@fresh("application", "session_store_away_from_redis", LOST)
def _() -> None:
    try:
        redis.Redis(host=HOST, port=closed_port(), socket_timeout=1).get("session:7")
    except redis.RedisError as exc:
        raise ServiceError("session could not be loaded") from exc


class InvoiceLocked(ShopError):
    pass


@fresh("application", "invoice_locked_from_redis", CONTENTION, "another worker has it")
def _() -> None:
    client = redis.Redis(host=HOST)
    with client.lock("fresh_c:invoice:7", timeout=5):
        try:
            with client.lock("fresh_c:invoice:7", timeout=5, blocking_timeout=0.1):
                pass
        except redis.exceptions.LockError as exc:
            raise InvoiceLocked("invoice 7 is being processed by another worker") from exc


class CacheEntryCorrupted(ShopError):
    pass


@fresh("application", "cache_entry_corrupted", UNREADABLE)
def _() -> None:
    try:
        pickle.loads(pickle.dumps({"basket": [1, 2, 3]})[:-4])
    except (pickle.UnpicklingError, EOFError) as exc:
        raise CacheEntryCorrupted("basket:7 cannot be read") from exc


class OrphanedInvoice(ShopError):
    pass


@fresh("application", "stored_data_contradict_each_other", UNREADABLE)
def _() -> None:
    raise OrphanedInvoice("invoice 7 refers to customer 9, which does not exist in the database")


@fresh("application", "storage_error_from_access_denied", REFUSED_US)
def _() -> None:
    body = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    with serving(Answer(403, body, type="application/xml")) as url:
        client = boto3.client(
            "s3", endpoint_url=url, region_name="eu-central-1", aws_access_key_id="none", aws_secret_access_key="none"
        )
        try:
            client.get_object(Bucket="invoices", Key="2025/7.pdf")
        except botocore.exceptions.ClientError as exc:
            raise ServiceError("invoice could not be loaded from storage") from exc


# --- settings and ourselves -------------------------------------------------------------------------------------------
@fresh("application", "variable_not_set_in_words", OUR_SETTINGS, _WORDS)
def _() -> None:
    raise RuntimeError("environment variable PAYMENTS_URL is not set")


@fresh("application", "key_of_the_configuration_missing_in_words", OUR_SETTINGS, _WORDS)
def _() -> None:
    raise Exception("missing required configuration key: smtp.host")


class RenderingError(ShopError):
    pass


@fresh("application", "rendering_error_from_template_missing", OUR_SETTINGS)
def _() -> None:
    try:
        jinja2.Environment(loader=jinja2.DictLoader({})).get_template("invoice.html")
    except jinja2.TemplateError as exc:
        raise RenderingError("invoice could not be rendered") from exc


@fresh("application", "not_initialised_in_words", OUR_BUG, _WORDS)
def _() -> None:
    raise RuntimeError("the pool of the database is not initialised, call init_pool() first")


@fresh("application", "worker_without_memory_in_words", NO_ROOM, _WORDS)
def _() -> None:
    raise RuntimeError("worker ran out of memory while rendering the report")


@fresh("application", "deadlock_given_up_in_words", CONTENTION, _WORDS)
def _() -> None:
    raise Exception("deadlock detected, giving up after 3 attempts")


@fresh("application", "service_error_from_a_bug_of_ours", OUR_BUG)
def _() -> None:
    customer: Any = None
    try:
        print(customer.email)
    except AttributeError as exc:
        raise ServiceError("confirmation could not be sent") from exc


class ErrorWithCode(ShopError):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@fresh("application", "code_of_an_upstream_timeout", SILENT, "only its code says it; external_service is defensible")
def _() -> None:
    raise ErrorWithCode("UPSTREAM_TIMEOUT")


@fresh("application", "code_of_a_rule", RULE, "only its code says what happened")
def _() -> None:
    raise ErrorWithCode("ORDER_ALREADY_SHIPPED")


@fresh("application", "rule_during_a_store_that_is_away", RULE, "what it was raised during is no reason")
def _() -> None:
    with contextlib.suppress(ImportFailed):
        try:
            redis.Redis(host=HOST, port=closed_port(), socket_timeout=1).get("limit:7")
        except redis.RedisError:
            raise CouponExpired("coupon SPRING cannot be used any more")
