"""Invented applications: domain exceptions with telling and with mute names, wrapped, grouped, carrying codes."""

from __future__ import annotations

import asyncio
import pickle
import socket
import sqlite3
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import httpx
import pydantic
import requests

from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    CONTENTION,
    DOWN,
    EDITED,
    FAILED,
    INVALID,
    LINK,
    MAY_NOT,
    NONSENSE,
    OUR_BUG,
    OUR_LIMIT,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    SILENT,
    THROTTLED,
    UNREADABLE,
    WHO,
    Answer,
    Means,
    add,
    free_port,
    serving,
)

_RULED = Means("business_logic", False, (409, 422), "low")
_DUE = Means("business_logic", False, (402, 409, 422), "low")
_DUPLICATE = Means("data_integrity", False, 409, "medium")
_DISK = Means("resource", False, (500, 503, 507), "critical")


def _add(name: str, means: Means, raiser: Callable[[], Any], note: str = "") -> None:
    add("application", name, means, raiser, **({"note": note} if note else {}))


def _from(cause: Callable[[], Any], exc: Exception) -> Callable[[], Any]:
    """Raise the exception from what `cause` raises."""

    def run() -> None:
        try:
            cause()
        except Exception as error:
            raise exc from error

    return run


def _during(cause: Callable[[], Any], exc: Exception) -> Callable[[], Any]:
    """Raise the exception while what `cause` raises is handled, without `from`."""

    def run() -> None:
        try:
            cause()
        except Exception:
            raise exc

    return run


def _cutting(cause: Callable[[], Any], exc: Exception) -> Callable[[], Any]:
    """Raise the exception `from None`."""

    def run() -> None:
        try:
            cause()
        except Exception:
            raise exc from None

    return run


def _just(exc: Exception) -> Callable[[], Any]:
    def run() -> None:
        raise exc

    return run


# --- what goes wrong below --------------------------------------------------------------------------------------------
def _refused() -> Any:
    return requests.get(f"http://127.0.0.1:{free_port()}/stock", timeout=1)


def _silent() -> Any:
    with serving(Answer(how="hang")) as url:
        return httpx.get(url, timeout=0.3)


def _answered(status: int) -> Callable[[], Any]:
    def run() -> Any:
        with serving(Answer(status, {"error": "x"})) as url:
            return httpx.get(url).raise_for_status()

    return run


def _no_json() -> Any:
    with serving(NONSENSE) as url:
        return requests.get(url, timeout=1).json()


def _twice() -> Any:
    link = sqlite3.connect(":memory:")
    link.execute("CREATE TABLE member (email TEXT UNIQUE)")
    for _ in range(2):
        link.execute("INSERT INTO member VALUES ('a@example.test')")


def _no_table() -> Any:
    return sqlite3.connect(":memory:").execute("SELECT * FROM ledger")


def _no_key() -> Any:
    return {}["iban"]  # type: ignore[index]


def _half_pickle() -> Any:
    return pickle.loads(pickle.dumps({"cart": list(range(50))})[:20])


def _reset() -> Exception:
    ours, theirs = socket.socketpair()
    ours.close()
    try:
        theirs.sendall(b"x" * 10)
        theirs.sendall(b"x" * 10)
    except OSError as error:
        return error
    raise AssertionError


# --- telling names ----------------------------------------------------------------------------------------------------
class AppError(Exception):
    """The root of an application's exceptions."""


class SeatAlreadyTakenError(AppError):
    pass


class SubscriptionExpiredError(AppError):
    pass


class WithdrawalLimitExceeded(AppError):
    pass


class InsufficientBalanceError(AppError):
    pass


class VersionConflictError(AppError):
    pass


class TenantSuspended(AppError):
    pass


class CouponAlreadyRedeemed(KeyError):
    """A rule of the shop, named against its base class."""


class OrderNotCancellable(TypeError):
    pass


class AgeRestrictionError(PermissionError):
    pass


class InvoiceNotFound(LookupError):
    pass


class UpstreamTimeout(ValueError):
    pass


class MissingConfigurationError(RuntimeError):
    pass


class InvalidCredentialsError(ValueError):
    pass


class LedgerCorruptedError(ValueError):
    pass


class TooManyLoginAttempts(Exception):
    pass


class SupplierUnavailableError(Exception):
    pass


class UnsupportedCurrencyError(ValueError):
    pass


_add("seat_already_taken", _RULED, _from(_twice, SeatAlreadyTakenError("seat 14C of flight 88 is taken")))
_add("subscription_expired", _DUE, _just(SubscriptionExpiredError("plan ended on 2026-10-01")), "money is due: 402")
_add(
    "withdrawal_limit",
    _RULED,
    _just(WithdrawalLimitExceeded("daily limit of 500.00 EUR exceeded")),
    "a limit of the domain, not of requests",
)
_add("insufficient_balance", _DUE, _from(_no_key, InsufficientBalanceError("balance 3.10, needed 12.00")))
_add("version_conflict", EDITED, _just(VersionConflictError("document 7: expected version 3, found 4")))
_add(
    "tenant_suspended",
    Means("business_logic", False, (403, 409, 422), "low"),
    _just(TenantSuspended("tenant 9")),
    "a rule of the domain about an account; 403 is as good",
)
_add("coupon_redeemed", _RULED, _just(CouponAlreadyRedeemed("SUMMER")))
_add("order_not_cancellable", _RULED, _just(OrderNotCancellable("order 17 is shipped, it cannot be cancelled")))
_add(
    "age_restriction",
    Means("business_logic", False, (403, 409, 422), "low"),
    _just(AgeRestrictionError("18+")),
    "a rule of the shop; its base class is that of the operating system",
)
_add("invoice_not_found", ABSENT, _from(_no_key, InvoiceNotFound("invoice 2026-17")))
_add("upstream_timeout", SILENT, _just(UpstreamTimeout("inventory did not answer within 2 s")))
_add("missing_configuration", OUR_SETTINGS, _from(_no_key, MissingConfigurationError("SMTP_HOST is not set")))
_add("invalid_credentials", WHO, _just(InvalidCredentialsError("wrong user name or password")))
_add("ledger_corrupted", UNREADABLE, _from(_half_pickle, LedgerCorruptedError("checksum of page 3 differs")))
_add("too_many_logins", OUR_LIMIT, _just(TooManyLoginAttempts("try again in 300 s")))
_add(
    "supplier_unavailable",
    DOWN,
    _from(_answered(404), SupplierUnavailableError("supplier is not available")),
    "says that the peer is away, whatever it was raised from",
)
_add("unsupported_currency", INVALID, _just(UnsupportedCurrencyError("XTS")), "input that is not supported; or a rule")


# --- mute names: they are what they were raised from ------------------------------------------------------------------
class OperationFailed(AppError):
    pass


class RepositoryError(AppError):
    pass


class CheckoutError(AppError):
    """Names where, not what."""


class GatewayException(AppError):
    pass


_add("operation_failed_refused", LINK, _from(_refused, OperationFailed("operation failed")))
_add("operation_failed_silent", SILENT, _from(_silent, OperationFailed("operation failed")))
_add("operation_failed_bug", OUR_BUG, _from(_no_key, OperationFailed("operation failed")))
_add("operation_failed_throttled", THROTTLED, _from(_answered(429), OperationFailed("operation failed")))
_add("operation_failed_unauthorized", REFUSED_US, _from(_answered(401), OperationFailed("operation failed")))
_add("repository_no_table", OUR_SETTINGS, _from(_no_table, RepositoryError("could not load")))
_add("repository_duplicate", _DUPLICATE, _from(_twice, RepositoryError("could not save")))
_add("checkout_nonsense", FAILED, _from(_no_json, CheckoutError("checkout failed")))
_add(
    "checkout_twice_wrapped",
    DOWN,
    _from(_from(_answered(503), GatewayException("gateway")), CheckoutError("checkout failed")),
)
_add(
    "runtime_error_from_pickle",
    UNREADABLE,
    _from(_half_pickle, RuntimeError("cannot restore the cart")),
    "pickle in a view is a cache of ours",
)


# --- what was being handled is no reason ------------------------------------------------------------------------------
_add("bug_during_refusal", OUR_BUG, _during(_refused, AttributeError("'NoneType' object has no attribute 'json'")))
_add("rule_during_timeout", _RULED, _during(_silent, SeatAlreadyTakenError("seat 2A is taken")))
_add("denied_from_none", MAY_NOT, _cutting(_no_key, type("AccessDeniedError", (AppError,), {})("not your order")))
_add("value_error_during_duplicate", OUR_BUG, _during(_twice, ValueError("invalid literal for int(): 'x'")))
_add("missing_during_key_error", ABSENT, _during(_no_key, type("ProductNotFoundError", (AppError,), {})("sku 4")))


# --- groups -----------------------------------------------------------------------------------------------------------
def _task_group(*calls: Callable[[], Any]) -> Callable[[], Any]:
    async def fan_out() -> None:
        async def one(call: Callable[[], Any]) -> None:
            gate.release()
            await asyncio.sleep(0)
            call()

        gate = asyncio.Semaphore(0)
        async with asyncio.TaskGroup() as group:
            for call in calls:
                group.create_task(one(call))

    return fan_out


_add("group_all_refused", LINK, _task_group(_refused, _refused, _refused))
_add("group_silent_and_bug", OUR_BUG, _task_group(_silent, _no_key))
_add("group_unavailable_and_settings", OUR_SETTINGS, _task_group(_answered(503), _no_table))
_add(
    "group_of_seats",
    _RULED,
    _just(ExceptionGroup("2 refusals", [SeatAlreadyTakenError("1A"), SeatAlreadyTakenError("1B")])),
)
_add("group_from_refusal", LINK, _from(_refused, ExceptionGroup("sync", [ConnectionResetError()])))
_add("mute_from_group", LINK, _from(_just(ExceptionGroup("2 of 2", [_reset(), _reset()])), OperationFailed("no luck")))


# --- exceptions that carry an answer ----------------------------------------------------------------------------------
class ApiException(Exception):
    def __init__(self, message: str, status_code: int) -> None:
        super().__init__(message)
        self.status_code = status_code


_add("api_exception_422", Means("validation", False, 422, "low"), _just(ApiException("quantity must be positive", 422)))
_add(
    "api_exception_enum",
    Means("resource", True, 429, "low"),
    _just(ApiException("slow down", HTTPStatus.TOO_MANY_REQUESTS)),
)
_add(
    "api_exception_402_from_refused",
    Means("business_logic", False, 402, "low"),
    _from(_refused, ApiException("payment required", 402)),
    "carries our answer, whatever it was raised from",
)
_add(
    "domain_rule_with_status",
    Means("business_logic", False, 409, "low"),
    _just(type("BookingOverlapError", (ApiException,), {})("room 4 is booked", 409)),
)


class CodedError(Exception):
    """Its code is the number of an error of the application, not an answer."""

    code = 1205


class Quota(Exception):
    code = "insufficient_quota"


def _basket() -> Any:
    class Basket(pydantic.BaseModel):
        quantity: int

    return Basket.model_validate({"quantity": "many"})


def _full_disk() -> Any:
    with open("/dev/full", "w") as file:
        file.write("report")


_add("code_of_the_application_from_refused", LINK, _from(_refused, CodedError("E1205")))
_add(
    "telling_code_quota", QUOTA, _from(_answered(402), Quota("assistant is out of credit")), "the peer wants to be paid"
)
_add(
    "value_error_from_validation",
    INVALID,
    _from(_basket, ValueError("bad basket")),
    "ValueError says little; the cause is what pydantic found wrong with the input",
)
_add("io_error_from_full_disk", _DISK, _from(_full_disk, RuntimeError("report could not be written")))
_add(
    "lock_not_acquired",
    CONTENTION,
    _just(type("LockNotAcquiredError", (AppError,), {})("wallet 4 is locked by another transfer")),
)
_add("exception_without_words", OUR_BUG, _just(Exception()), "says nothing: to be looked at")
