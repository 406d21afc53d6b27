"""Applications' own exceptions, telling and mute, plain and wrapped."""

from __future__ import annotations

import enum
import json
import os
import sqlite3
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import jwt
import psycopg
import redis
import requests

from evaluations.classifier.raisers._fresh_b import (
    ABSENT,
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
    EDITED,
    MAY_NOT,
    OUR_BUG,
    OUR_LIMIT,
    OUR_SETTINGS,
    QUOTA,
    THROTTLED,
    UNPARSABLE,
    UNREADABLE,
    WHO,
    Answer,
    Means,
)

_SHORT = Means("business_logic", False, 409, "low")


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


_app("stock_short_with_code", _SHORT, just(StockShortError("2 left, 3 wanted", code=ErrorCode.STOCK_SHORT)))
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
_app(
    "carrier_unavailable_503",
    Means("external_service", True, 503, "medium"),
    just(CarrierUnavailable("parcel service")),
)
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
_app(
    "checksum_mismatch", UNREADABLE, just(ChecksumMismatch("invoice-4.pdf")), note="stored data; critical is defensible"
)
_app("feature_not_configured", OUR_SETTINGS, wrapping(_unset, FeatureNotConfigured("SMS sender is not set")))
_app("invalid_iban", INPUT, just(InvalidIban("DE00")))
_app("upload_too_large", Means("validation", False, 413, "low"), just(UploadTooLarge("12 MB, 10 MB allowed")))
_app(
    "invariant_violated",
    OUR_BUG,
    just(InvariantViolation("paid more than billed")),
    note="data_integrity is defensible",
)


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
    return wrapping(
        wrapping(wrapping(cause, DataAccessError("load")), ServiceError("basket")), UseCaseError("checkout")
    )


_app("service_error_from_locked", CONTENTION, wrapping(_locked, ServiceError("stock")))
_app("service_error_from_duplicate", DUPLICATE, wrapping(_twice, ServiceError("voucher")))
_app("service_error_from_store_away", OWN_STORE_AWAY, wrapping(_store_away, ServiceError("cart")))
_app("thrice_wrapped_database_away", OWN_STORE_AWAY, _twice_wrapped(_database_away))
_app("thrice_wrapped_bug", OUR_BUG, _twice_wrapped(_bug))
_app("thrice_wrapped_429", THROTTLED, _twice_wrapped(_status(429)))
_app(
    "task_failed_from_full_disk",
    Means("resource", False, (500, 503, 507), "critical"),
    wrapping(_full, TaskFailed("export")),
)
_app(
    "task_failed_from_no_memory",
    Means("resource", False, (500, 503), "critical"),
    wrapping(_no_memory, TaskFailed("export")),
)
_app(
    "runtime_error_from_unset",
    OUR_SETTINGS,
    wrapping(_unset, RuntimeError("cannot send")),
    note="a KeyError of os.environ: an environment variable that is missing",
)
_app("runtime_error_from_old_token", WHO, wrapping(_old_token, RuntimeError("no session")))
_app("exception_from_402", QUOTA, wrapping(_status(402), Exception("enrichment failed")))
_app(
    "value_error_from_json",
    UNPARSABLE,
    wrapping(lambda: json.loads("{"), ValueError("bad import")),
    note="ValueError says nothing: the client's JSON",
)
_app(
    "service_error_from_none",
    OUR_BUG,
    instead(_refused, ServiceError("stock")),
    note="from None: nothing is known but that it failed; external_service is defensible",
)
_app("bug_during_store_away", OUR_BUG, during(_store_away, TypeError("'NoneType' object is not subscriptable")))
_app(
    "rule_during_429",
    _SHORT,
    during(_status(429), StockShortError("2 left")),
    note="context is no reason; the class carries 409",
)
_app("service_error_from_rule", RULE, wrapping(just(ReturnPeriodOver(date(2026, 1, 1))), ServiceError("return")))
