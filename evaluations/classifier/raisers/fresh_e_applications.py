"""Applications of several domains: their own classes, raised plain and from what lies beneath."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx
import psycopg
import redis
import redis.exceptions

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_e_web import (
    bug,
    contention,
    duplicate,
    edit_conflict,
    forbidden,
    missing,
    our_limit,
    refused,
    refused_us,
    rule,
    settings,
    silent,
    store_away,
    throttled,
    too_large,
    unknown_client,
    unprocessable,
    unreadable,
)
from evaluations.classifier.raisers._peers import base_url, closed_port


class ShopError(Exception):
    """What a layer of the shop raises for whatever went wrong beneath it: says nothing by itself."""


class RepositoryError(ShopError):
    """The same, of the layer that stores."""


class OutOfStock(Exception):
    """Fewer are left than were ordered."""


class CouponExpired(Exception):
    """The coupon was valid once."""


class MinimumOrderNotReached(Exception):
    """Small orders are not delivered."""


class InsufficientBalance(Exception):
    """The wallet of the client does not cover it."""


class SubscriptionLapsed(Exception):
    """The last invoice was not paid."""


class SlotAlreadyBooked(Exception):
    """Somebody else has booked it."""


class BookingNotFound(Exception):
    """No booking has this number."""


class CancellationPeriodOver(Exception):
    """Too late to cancel for nothing."""


class StaleVersion(Exception):
    """Edited by somebody else since it was read."""


class TenantMismatch(Exception):
    """The object belongs to another tenant."""


class RateLimitExceeded(Exception):
    """Our own limit for a client."""


class UploadTooLarge(Exception):
    """More than a tenant may send at once."""


class UnknownFeatureFlag(Exception):
    """A flag that the code asks for, and that is defined nowhere."""


class InvalidTransition(Exception):
    """The machine of states does not go there."""


class ApprovalRequired(Exception):
    """Nobody approves what he asked for."""


class LedgerOutOfBalance(Exception):
    """What is stored contradicts itself."""


class InvalidCredentials(Exception):
    """The name or the password is wrong."""


class WebhookSignatureMismatch(Exception):
    """Whoever sent it does not hold the key."""


class InvalidAddress(ValueError):
    """An address that the client gave, and that cannot be."""


class MissingSetting(Exception):
    """What a deployment has to set."""


# --- checkout ---------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def _shop() -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(":memory:")) as shop:
        shop.execute("CREATE TABLE stock (sku TEXT PRIMARY KEY, quantity INTEGER CHECK (quantity >= 0))")
        shop.execute("INSERT INTO stock VALUES ('A-1', 2)")
        yield shop


@case("application", **rule)
def fresh_e_checkout_of_more_than_is_left() -> None:
    with _shop() as shop:
        (left,) = shop.execute("SELECT quantity FROM stock WHERE sku = 'A-1'").fetchone()
        if left < 5:
            raise OutOfStock(f"only {left} of A-1 left")


@case("application", **rule)
def fresh_e_checkout_stopped_by_the_database() -> None:
    with _shop() as shop:
        try:
            shop.execute("UPDATE stock SET quantity = quantity - 5 WHERE sku = 'A-1'")
        except sqlite3.IntegrityError as exc:
            raise OutOfStock("fewer than 5 of A-1 left") from exc


@case("application", **rule)
def fresh_e_checkout_with_an_old_coupon() -> None:
    raise CouponExpired("SPRING ended on 1 May")


@case("application", **rule)
def fresh_e_checkout_below_the_minimum() -> None:
    total = Decimal("3.20")
    if total < 10:
        raise MinimumOrderNotReached(f"orders start at 10.00, this is {total}")


@case("application", **rule | {"status": (402, 409, 422)})
def fresh_e_checkout_from_an_empty_wallet() -> None:
    raise InsufficientBalance("balance 4.00, needed 9.90")


@case("application", **refused)
def fresh_e_checkout_error_from_a_refused_link() -> None:
    try:
        httpx.post(f"http://127.0.0.1:{closed_port()}/charge")
    except httpx.HTTPError as exc:
        raise ShopError("checkout failed") from exc


@case("application", **silent)
def fresh_e_checkout_error_two_layers_up() -> None:
    try:
        try:
            httpx.post(f"{base_url()}/slow/charge", timeout=0.2)
        except httpx.HTTPError as exc:
            raise RuntimeError("charge failed") from exc
    except RuntimeError as exc:
        raise ShopError("checkout failed") from exc


@case("application", **throttled)
def fresh_e_shipping_error_from_a_429() -> None:
    try:
        httpx.get(f"{base_url()}/status/429/labels").raise_for_status()
    except httpx.HTTPStatusError as exc:
        raise ShopError("no label for order 7") from exc


@case("application", **refused_us)
def fresh_e_shipping_error_from_a_401() -> None:
    try:
        httpx.get(f"{base_url()}/status/401/labels").raise_for_status()
    except httpx.HTTPStatusError as exc:
        raise ShopError("no label for order 7") from exc


@case("application", **bug)
def fresh_e_checkout_error_from_a_bug() -> None:
    order: dict[str, Any] = {"lines": None}
    try:
        print(sum(line["price"] for line in order["lines"]))
    except TypeError as exc:
        raise ShopError("total of order 7 failed") from exc


# --- booking ----------------------------------------------------------------------------------------------------------
_DATABASE = "postgresql://postgres@127.0.0.1:5432/test"


@contextlib.contextmanager
def _postgres() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(_DATABASE, connect_timeout=5) as link:
        link.execute("CREATE TEMPORARY TABLE fresh_e_bookings (id int PRIMARY KEY, slot text UNIQUE, version int)")
        link.execute("INSERT INTO fresh_e_bookings VALUES (1, 'monday 9', 3)")
        yield link


def _book(number: int) -> None:
    with _postgres() as link:
        link.execute("INSERT INTO fresh_e_bookings VALUES (%s, 'monday 9', 1)", [number])


@case("application", **rule | {"status": 409})
def fresh_e_booking_of_a_taken_slot() -> None:
    try:
        _book(2)
    except psycopg.errors.UniqueViolation as exc:
        raise SlotAlreadyBooked("monday 9 is taken") from exc


@case("application", **duplicate)
def fresh_e_repository_error_from_a_duplicate() -> None:
    try:
        _book(1)
    except psycopg.Error as exc:
        raise RepositoryError("could not store booking 1") from exc


@case("application", **missing)
def fresh_e_booking_with_an_unknown_number() -> None:
    with _postgres() as link:
        if link.execute("SELECT 1 FROM fresh_e_bookings WHERE id = 99").fetchone() is None:
            raise BookingNotFound("booking 99 does not exist")


@case("application", **edit_conflict)
def fresh_e_booking_edited_by_two() -> None:
    with _postgres() as link:
        if not link.execute("UPDATE fresh_e_bookings SET slot = 'x' WHERE id = 1 AND version = 2").rowcount:
            raise StaleVersion("booking 1 was changed meanwhile: reload it")


@case("application", **rule)
def fresh_e_booking_cancelled_too_late() -> None:
    raise CancellationPeriodOver("bookings can be cancelled until 24 hours before")


@case("application", **contention)
def fresh_e_repository_error_from_a_lock() -> None:
    name = f"fresh_e_rooms_{os.getpid()}"
    with (
        psycopg.connect(_DATABASE, autocommit=True) as one,
        contextlib.ExitStack() as end,
    ):
        one.execute(f"CREATE TABLE {name} (id int)")  # type: ignore[arg-type]
        end.callback(one.execute, f"DROP TABLE {name}")  # type: ignore[arg-type]
        with psycopg.connect(_DATABASE) as other, one.transaction():
            one.execute(f"LOCK TABLE {name}")  # type: ignore[arg-type]
            try:
                other.execute(f"LOCK TABLE {name} NOWAIT")  # type: ignore[arg-type]
            except psycopg.Error as exc:
                raise RepositoryError("rooms could not be read") from exc


@case("application", **store_away)
def fresh_e_repository_error_from_a_database_that_is_away() -> None:
    try:
        psycopg.connect(f"postgresql://postgres@127.0.0.1:{closed_port()}/shop", connect_timeout=2)
    except psycopg.OperationalError as exc:
        raise RepositoryError("could not read bookings") from exc


@case("application", **settings)
def fresh_e_repository_error_from_a_missing_table() -> None:
    try:
        with _postgres() as link:
            link.execute("SELECT * FROM fresh_e_invoices")
    except psycopg.Error as exc:
        raise RepositoryError("could not read invoices") from exc


# --- tenancy, quotas and flags ----------------------------------------------------------------------------------------
@case("application", **forbidden | {"status": (403, 404)})
def fresh_e_tenant_reads_of_another() -> None:
    raise TenantMismatch("document 7 belongs to another tenant: access denied")


@case("application", **rule | {"status": 402})
def fresh_e_tenant_did_not_pay() -> None:
    raise SubscriptionLapsed("invoice of March is unpaid: payment required")


@case("application", **our_limit)
def fresh_e_quota_of_exports() -> None:
    client, name = redis.Redis(), f"fresh_e_exports_{secrets.token_hex(4)}"
    with contextlib.closing(client):
        client.set(name, 3, ex=5)
        if client.incr(name) > 3:
            raise RateLimitExceeded("3 exports an hour, try again later")


@case("application", **too_large)
def fresh_e_quota_of_one_upload() -> None:
    body = b"x" * 2_048
    if len(body) > 1_024:
        raise UploadTooLarge("files may have 1 kB")


@case("application", **settings)
def fresh_e_flag_that_nobody_defined() -> None:
    flags = {"new_checkout": True}
    try:
        print(flags["dark_mode"])
    except KeyError as exc:
        raise UnknownFeatureFlag("dark_mode is not defined in flags.yaml") from exc


@case("application", **store_away)
def fresh_e_flags_from_a_store_that_is_away() -> None:
    try:
        redis.Redis(port=closed_port(), retry=None).hgetall("flags")
    except redis.exceptions.RedisError as exc:
        raise ShopError("flags could not be loaded") from exc


@case("application", **settings)
def fresh_e_setting_that_is_missing() -> None:
    try:
        print(os.environ["FRESH_E_WAREHOUSE_URL"])
    except KeyError as exc:
        raise MissingSetting("FRESH_E_WAREHOUSE_URL has to be set") from exc


# --- workflows --------------------------------------------------------------------------------------------------------
_GOES = {"draft": {"submitted"}, "submitted": {"approved", "rejected"}}


@case("application", **rule)
def fresh_e_workflow_back_to_draft() -> None:
    here, there = "approved", "draft"
    if there not in _GOES.get(here, set()):
        raise InvalidTransition(f"cannot go from {here} to {there}")


@case("application", **rule | {"status": (403, 409, 422)})
def fresh_e_workflow_approved_by_oneself() -> None:
    raise ApprovalRequired("a second person has to approve this payment")


@case("application", **contention)
def fresh_e_workflow_is_being_run_by_another_worker() -> None:
    client, name = redis.Redis(), f"fresh_e_run_{secrets.token_hex(4)}"
    with contextlib.closing(client), client.lock(name, timeout=5), client.lock(name, blocking_timeout=0.1):
        pass


@case("application", **unreadable)
def fresh_e_ledger_contradicts_itself() -> None:
    entries = [Decimal(10), Decimal(-9)]
    if sum(entries):
        raise LedgerOutOfBalance("entries of account 7 sum up to 1, not 0: stored data is inconsistent")


# --- who are you ------------------------------------------------------------------------------------------------------
@case("application", **unknown_client)
def fresh_e_login_with_a_wrong_password() -> None:
    raise InvalidCredentials("invalid user name or password")


@case("application", **unknown_client)
def fresh_e_webhook_signed_with_another_key() -> None:
    if not secrets.compare_digest("abc", "abd"):
        raise WebhookSignatureMismatch("signature does not match")


@case("application", **unprocessable | {"status": (400, 422)})
def fresh_e_address_that_cannot_be() -> None:
    raise InvalidAddress("postal code 1 does not exist in NL")


# --- several ----------------------------------------------------------------------------------------------------------
def _all(*steps: Callable[[], object]) -> None:
    faults: list[Exception] = []
    for step in steps:
        try:
            step()
        except Exception as exc:
            faults.append(exc)
    raise ExceptionGroup("order 7 was not placed", faults)


@case("application", **rule)
def fresh_e_two_rules_say_no() -> None:
    _all(fresh_e_checkout_with_an_old_coupon, fresh_e_checkout_below_the_minimum)


@case("application", note="the bug can be helped least", **bug)
def fresh_e_a_rule_and_a_bug() -> None:
    _all(fresh_e_checkout_with_an_old_coupon, lambda: {}["quantity"])


@case("application", **bug)
def fresh_e_path_that_nobody_wrote() -> None:
    raise NotImplementedError("refunds of vouchers")


@case("application", **bug)
def fresh_e_assertion_of_ours() -> None:
    lines: list[str] = []
    assert lines, "an order has lines"


@case(
    "application",
    note="raised during something is not raised from it",
    **rule,
)
def fresh_e_rule_with_its_cause_hidden() -> None:
    try:
        httpx.get(f"http://127.0.0.1:{closed_port()}/")
    except httpx.HTTPError:
        raise MinimumOrderNotReached("orders start at 10.00") from None
