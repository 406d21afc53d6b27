"""What an application says in its own classes and in Python's: by codes, by names under a framework, and in words."""

from __future__ import annotations

import asyncio
import enum
import errno
from collections.abc import Callable
from types import new_class
from typing import Any

import pytest

from failsoft.errors.failure import Failure

Classify = Callable[..., Failure]


def caught(exc: BaseException) -> BaseException:
    """An exception that code of the application raised."""
    try:
        raise exc
    except BaseException as raised:
        return raised


def said(failure: Failure) -> tuple[str, int, bool]:
    return failure.category.value, failure.status, failure.transient


def of_the_shop(name: str, base: type = Exception, **attributes: Any) -> type:
    return new_class(name, (base,), exec_body=lambda space: space.update({"__module__": "shop.errors", **attributes}))


class Problem(enum.Enum):
    STOCK = "STOCK_TOO_LOW"
    ORDER_NOT_FOUND = 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Seat 14C is already taken", ("business_logic", 409, False)),
        ("role 'viewer' has no permission for 'invoice.delete'", ("authentication", 403, False)),
        ("the period is closed, no postings are accepted", ("business_logic", 409, False)),
        ("partner's answer does not fit the agreed schema", ("external_service", 502, False)),
        ("model did not answer with JSON", ("external_service", 502, False)),
        ("another update of this device is in progress", ("concurrency", 503, True)),
        ("uploaded telemetry frame is truncated", ("validation", 400, False)),
        ("stored record of the connection cannot be decoded", ("data_integrity", 500, False)),
        ("Der Gutschein wurde bereits eingelöst", ("business_logic", 409, False)),
        ("el pedido solicitado no existe", ("validation", 404, False)),
        ("le service de paiement a répondu 503", ("external_service", 503, True)),
        ("documents on legal hold cannot be deleted", ("business_logic", 409, False)),
        ("cannot convert None to a total", ("system", 500, False)),
        ("unknown error", ("system", 500, False)),
    ],
)
def test_what_a_class_of_ones_own_was_chosen_to_tell_gives_the_status_too(
    classify: Classify, text: str, expected: tuple[str, int, bool]
) -> None:
    failure = classify(caught(of_the_shop("ShopTrouble")(text)))
    assert said(failure) == expected
    assert not failure.expected
    # nobody chose a class to say it by
    bare = classify(caught(RuntimeError(text)))
    assert bare.status >= 500
    assert bare.category == failure.category or bare.category == "system"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("PspAuthenticationFailed", "payment provider rejected our API key", ("authentication", 502, False)),
        ("ModelRateLimited", "the provider limits us to 500 requests a minute", ("resource", 503, True)),
        ("LlmOverloaded", "model provider answered 529: overloaded", ("external_service", 503, True)),
        ("IntegrationError", "OAUTH_CLIENT_ID is not configured", ("configuration", 500, False)),
        ("IntegrationError", "certificate verify failed: certificate has expired", ("network", 502, False)),
        ("LoginFailed", "wrong password", ("authentication", 401, False)),
    ],
)
def test_words_say_more_exactly_what_a_name_says_of_a_peer(
    classify: Classify, name: str, text: str, expected: tuple[str, int, bool]
) -> None:
    assert said(classify(caught(of_the_shop(name)(text)))) == expected


# --- codes ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("ORDER_ALREADY_SHIPPED", ("business_logic", 409, False)),
        ("order.not_found", ("validation", 404, False)),
        ("token-expired", ("authentication", 401, False)),
        ("UPSTREAM_TIMEOUT", ("network", 504, True)),
        (Problem.STOCK, ("business_logic", 409, False)),
        (Problem.ORDER_NOT_FOUND, ("validation", 404, False)),
        ("E-1007", ("system", 500, False)),
        ("what a shame", ("system", 500, False)),
        (7, ("system", 500, False)),
    ],
)
def test_a_code_says_what_a_class_does_not(classify: Classify, code: object, expected: tuple[str, int, bool]) -> None:
    exc = of_the_shop("ShopError")("sorry")
    exc.code = code
    failure = classify(exc)
    assert said(failure) == expected
    assert not failure.expected


def test_a_text_that_is_a_code_is_one(classify: Classify) -> None:
    assert said(classify(of_the_shop("Coded")("CART_EMPTY"))) == ("business_logic", 409, False)
    assert classify(of_the_shop("Coded")("CART")).status == 500


def test_of_what_failed_outside_the_cause_knows_more_than_a_code(classify: Classify) -> None:
    exc = of_the_shop("ShopError")("sorry")
    exc.code = "UPSTREAM_TIMEOUT"
    exc.__cause__ = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
    assert said(classify(exc)) == ("network", 503, True)
    exc.code = "ORDER_ALREADY_SHIPPED"
    assert said(classify(exc)) == ("business_logic", 409, False)


def test_a_code_beside_a_status_keeps_the_status(classify: Classify) -> None:
    exc = of_the_shop("ShopError", status_code=400)("sorry")
    exc.code = "INSUFFICIENT_STOCK"
    assert said(classify(exc)) == ("business_logic", 400, False)


# --- names ------------------------------------------------------------------------------------------------------------
def test_a_status_on_an_error_of_a_peer_is_the_peer_s(classify: Classify) -> None:
    exc = of_the_shop("IntegrationError")("no contacts")
    exc.status_code, exc.retry_after = 429, 7
    failure = classify(exc)
    assert said(failure) == ("resource", 503, True)
    assert failure.retry_after == 7
    # given once and for all, it is how the application answers
    assert classify(of_the_shop("GatewayError", status_code=502)("x")).status == 502


@pytest.mark.parametrize(
    ("name", "status", "category"),
    [
        ("CouponExpired", 410, "business_logic"),
        ("OrderAlreadyPaid", 422, "business_logic"),
        ("VersionConflict", 409, "concurrency"),
        ("OutOfStock", 409, "business_logic"),
        ("Teapot", 410, "validation"),
        ("CouponExpired", 404, "validation"),
        ("TenantMismatch", 403, "authentication"),
    ],
)
def test_the_name_under_a_framework_s_class_says_more_than_its_status(
    classify: Classify, name: str, status: int, category: str
) -> None:
    base = new_class(
        "HTTPException", (Exception,), exec_body=lambda space: space.update(__module__="starlette.exceptions")
    )
    failure = classify(of_the_shop(name, base, status_code=status)("no"))
    assert (failure.category.value, failure.status) == (category, status)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("VirusScannerUnavailable", ("network", 503, True)),
        ("SearchOffline", ("network", 503, True)),
        ("ServiceUnavailable", ("external_service", 503, True)),
    ],
)
def test_what_is_unavailable_was_perhaps_not_reached(
    classify: Classify, name: str, expected: tuple[str, int, bool]
) -> None:
    exc = of_the_shop(name)("sorry")
    exc.__cause__ = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
    assert said(classify(exc)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("NotSignedIn", ("authentication", 401, False)),
        ("TenantMismatch", ("authentication", 403, False)),
        ("RegionNotSupported", ("business_logic", 409, False)),
        ("MaxParticipantsReached", ("business_logic", 409, False)),
        ("MaxRetriesExceeded", ("system", 500, False)),
        ("PasswordTooShort", ("validation", 400, False)),
        ("FileTypeNotAllowed", ("validation", 415, False)),
        ("LedgerImbalance", ("data_integrity", 500, False)),
        ("LeaseLost", ("concurrency", 503, True)),
        ("SupplierAnswerInvalid", ("external_service", 502, False)),
        ("MissingApiKeySetting", ("configuration", 500, False)),
        ("UnknownError", ("system", 500, False)),
        ("CacheAlreadyInitialized", ("system", 500, False)),
        ("BinaryNotFound", ("configuration", 500, False)),
        ("EnvVarMissing", ("configuration", 500, False)),
        ("SeatUnavailable", ("business_logic", 409, False)),
        ("BackPressure", ("resource", 503, True)),
        ("FieldRequired", ("validation", 400, False)),
    ],
)
def test_more_names_are_understood(classify: Classify, name: str, expected: tuple[str, int, bool]) -> None:
    assert said(classify(of_the_shop(name)("sorry"))) == expected


def test_what_a_cache_cannot_read_was_kept(classify: Classify) -> None:
    exc = of_the_shop("BasketCacheError")("basket 7")
    exc.__cause__ = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
    assert said(classify(exc)) == ("data_integrity", 500, False)


# --- words ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SMTP_HOST is not set", ("configuration", 500, False)),
        ("missing environment variable SMTP_HOST", ("configuration", 500, False)),
        ("please call setup() first", ("system", 500, False)),
        ("the bank replied with status 503", ("external_service", 503, True)),
        ("unexpected answer of the geocoder: no results", ("external_service", 502, False)),
        ("no answer from the tax service", ("network", 504, True)),
        ("connection to the warehouse dropped", ("network", 502, True)),
        ("the certificate of the bank has expired", ("network", 502, False)),
        ("row was changed by someone else", ("concurrency", 409, False)),
        ("lock on account 7 could not be acquired", ("concurrency", 503, True)),
        ("the queue is full", ("resource", 503, True)),
        ("user 7 is not allowed to see project 3", ("authentication", 500, False)),
        ("the voucher expired in March", ("business_logic", 500, False)),
        ("seat 12 was already booked", ("business_logic", 500, False)),
        ("checksum of the invoice does not match", ("data_integrity", 500, False)),
        ("invalid email: zoe", ("validation", 500, False)),
        ("no such customer", ("validation", 500, False)),
        ("login was refused", ("system", 500, False)),
        ("ffmpeg not found", ("system", 500, False)),
        ("worker already started", ("system", 500, False)),
        ("it went wrong", ("system", 500, False)),
    ],
)
def test_words_of_the_application_blame_no_client(
    classify: Classify, text: str, expected: tuple[str, int, bool]
) -> None:
    failure = classify(caught(RuntimeError(text)))
    assert said(failure) == expected
    assert failure.presumed is expected[2]


def changed_while_read() -> None:
    names = {"a": 1}
    for name in names:
        names[name + "x"] = 1


def without_a_cell() -> None:
    def outside(self: object) -> None:
        super()  # type: ignore[misc]

    outside(object())


def run_while_running() -> None:
    async def serve() -> None:
        other = asyncio.new_event_loop()
        try:
            other.run_forever()
        finally:
            other.close()

    asyncio.run(serve())


@pytest.mark.parametrize("slip", [changed_while_read, without_a_cell, run_while_running])
def test_the_interpreter_s_words_are_no_rule_and_no_edit_of_somebody_else(
    classify: Classify, slip: Callable[[], None]
) -> None:
    with pytest.raises(RuntimeError) as raised:
        slip()
    failure = classify(raised.value)
    assert (said(failure), failure.severity.value) == (("system", 500, False), "high")


def test_a_library_is_not_read_as_if_it_were_an_application(classify: Classify) -> None:
    # nobody of the application raised it
    assert said(classify(RuntimeError("no such customer"))) == ("system", 500, False)


def test_words_say_more_than_a_mere_bug_that_they_were_raised_from(classify: Classify) -> None:
    exc = of_the_shop("GeocodingError")("unexpected answer of the geocoder: no results")
    exc.__cause__ = KeyError("results")
    assert said(classify(exc)) == ("external_service", 502, False)


@pytest.mark.parametrize("cls", [ValueError, KeyError])
def test_a_setting_without_a_value_is_told_by_whatever_class(classify: Classify, cls: type[Exception]) -> None:
    assert classify(caught(cls("SMTP_HOST must be set"))).category == "configuration"
    assert classify(caught(cls("it must be set"))).category == "system"


def test_who_is_refused_by_code_may_not_and_who_is_refused_by_the_system_is_us(classify: Classify) -> None:
    assert said(classify(caught(PermissionError("user 7 may not edit this")))) == ("authentication", 403, False)
    assert said(classify(caught(PermissionError(errno.EACCES, "Permission denied", "/srv/a")))) == (
        "system",
        500,
        False,
    )
    # not raised by code of ours
    assert said(classify(PermissionError("may not"))) == ("system", 500, False)
