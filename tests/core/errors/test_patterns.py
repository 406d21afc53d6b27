"""What names and messages suggest, where nothing better is known."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from failsoft import Retry
from failsoft.errors.failure import Failure

Classify = Callable[..., Failure]


@pytest.mark.parametrize(
    ("name", "category", "status", "transient"),
    [
        ("InsufficientFunds", "business_logic", 402, False),
        ("OutOfStock", "business_logic", 409, False),
        ("VoucherUsed", "business_logic", 409, False),
        ("ConnectionPoolTimeout", "resource", 503, True),
        ("LockTimeout", "concurrency", 503, True),
        ("TlsHandshakeFailed", "network", 502, False),
        ("StripeFailure", "external_service", 502, False),
        ("CircuitOpen", "external_service", 503, True),
        ("SecretNotFound", "configuration", 500, False),
        ("UnreachableCode", "system", 500, False),
        ("OrderAlreadyShipped", "business_logic", 409, False),
        ("OrderNotFound", "validation", 404, False),
        ("InvalidCoupon", "validation", 400, False),
        ("VersionConflict", "concurrency", 409, False),
        ("RateLimitReached", "resource", 429, True),
        ("PaymentGatewayUnavailable", "external_service", 503, True),
        ("NotAuthenticated", "authentication", 401, False),
        ("MissingConfiguration", "configuration", 500, False),
        ("CorruptRecord", "data_integrity", 500, False),
        ("Boom", "system", 500, False),
        ("CartEmpty", "business_logic", 409, False),
        ("TrialEnded", "business_logic", 409, False),
        ("OrderNotCancellable", "business_logic", 409, False),
        ("LimitPerCustomerExceeded", "business_logic", 409, False),
        ("DomainError", "business_logic", 409, False),
        ("EmptyPayload", "validation", 400, False),
        ("IndexOutOfRange", "validation", 400, False),
        ("UnsupportedFileType", "validation", 415, False),
        ("UploadSizeLimitExceeded", "validation", 413, False),
        ("TooManyLoginAttempts", "resource", 429, True),
        ("NoWorkersAvailable", "resource", 503, True),
        ("OutOfDiskSpace", "resource", 500, False),
        ("InvalidCredentials", "authentication", 401, False),
        ("AccountSuspended", "authentication", 403, False),
        ("CsrfError", "authentication", 403, False),
        ("UnsupportedPaymentProvider", "configuration", 500, False),
        ("InvalidUpstreamResponse", "external_service", 502, False),
        ("ShippingApiError", "external_service", 502, False),
    ],
)
def test_the_name_of_an_unknown_class_says_what_it_is_for_and_the_failure_is_still_reported(
    classify: Classify, name: str, category: str, status: int, transient: bool
) -> None:
    for base in (Exception, ValueError, RuntimeError):
        failure = classify(type(name, (base,), {})())
        assert (failure.category, failure.status, failure.transient) == (category, status, transient)
        assert failure.confidence <= 0.6
        assert not failure.expected


@pytest.mark.parametrize(
    "name",
    [
        "WorkerKilled",
        "PipelineCrashed",
        "InvariantViolated",
        "ProcessTerminated",
        "StreamInterrupted",
        "JobCompleted",
        "ServiceStarted",
        "TaskCancelled",
        "SocketClosed",
        "Frozen",
        "Unhashable",
        "Unstable",
        "Uncallable",
        "TooSlow",
        "TooDeep",
        "NonSerializable",
        "ShapeMismatch",
    ],
)
def test_the_name_of_a_part_of_the_program_that_fails_is_no_rule_of_a_domain(classify: Classify, name: str) -> None:
    failure = classify(type(name, (Exception,), {})())
    assert failure.category != "business_logic"
    assert failure.status >= 500


@pytest.mark.parametrize(
    "name",
    [
        "WorkspaceArchived",
        "ParcelSealed",
        "OrderClosed",
        "NonRefundable",
        "NotTransferable",
        "Unpayable",
        "TooHeavy",
        "CurrencyMismatch",
    ],
)
def test_the_name_of_what_may_not_be_done_with_a_thing_is_a_rule_of_a_domain(classify: Classify, name: str) -> None:
    failure = classify(type(name, (Exception,), {})())
    assert (failure.category, failure.status) == ("business_logic", 409)


@pytest.mark.parametrize(
    ("message", "category", "status", "transient"),
    [
        ("deadlock detected", "concurrency", 503, True),
        ("could not acquire the lock of order 17", "concurrency", 503, True),
        ("Connection refused by peer", "network", 503, True),
        ("FATAL: too many connections", "resource", 503, True),
        ("too many open files", "resource", 500, False),
        ("rate limit exceeded", "resource", 503, True),
        ("insufficient balance", "resource", 500, False),
        ("the operation timed out", "network", 504, True),
        ("certificate verify failed: self-signed certificate", "network", 502, False),
        ("duplicate key value", "data_integrity", 500, False),
        ("SMTP_HOST is not configured", "configuration", 500, False),
        ("503 Service Unavailable", "external_service", 503, True),
        ("the carrier returned 500", "external_service", 502, False),
        ("billing answered 404 for order 17", "external_service", 502, False),
        ("502 Server Error: Bad Gateway for url: https://carrier.example/rates", "external_service", 502, True),
        ("the model returned an empty response", "external_service", 502, False),
        ("unexpected answer from the geocoder", "external_service", 502, False),
        ("the account has insufficient funds", "business_logic", 500, False),
        ("order 17 was already shipped", "business_logic", 500, False),
        ("order 503 is lost", "system", 500, False),
        ("order 503 not found", "system", 500, False),
        ("the search returned 500 rows", "system", 500, False),
        ("something else", "system", 500, False),
    ],
)
def test_words_of_a_message_say_what_happened_and_nothing_is_repeated_for_that(
    classify: Classify, message: str, category: str, status: int, transient: bool
) -> None:
    failure = classify(RuntimeError(message))
    assert (failure.category, failure.status, failure.transient) == (category, status, transient)
    assert (failure.presumed, failure.not_sent) == (transient, False)
    assert not Retry().wants(failure)


def test_a_name_that_says_only_who_failed_gives_the_status_that_the_text_tells_of(classify: Classify) -> None:
    cls = type("ShippingApiError", (RuntimeError,), {})
    failure = classify(cls("the carrier's API returned 503"))
    assert (failure.category, failure.status, failure.transient) == ("external_service", 503, True)
    assert classify(cls("order 503 is lost")).status == 502
    base = classify(type("BaseApiError", (RuntimeError,), {})("lost"))
    assert (base.category, base.status) == ("system", 500)


def test_an_answer_that_makes_no_sense_is_the_peers_whatever_stumbled_over_it(classify: Classify) -> None:
    error = type("InvalidUpstreamResponse", (Exception,), {})("no price")
    for cause in (KeyError("price"), json.JSONDecodeError("Expecting value", "<html>", 0)):
        error.__cause__ = cause
        failure = classify(error)
        assert (failure.category, failure.status) == ("external_service", 502)


def test_a_class_that_says_only_that_it_will_pass_is_what_it_was_raised_from(classify: Classify) -> None:
    error = type("RetryableError", (Exception,), {})("later")
    assert (classify(error).status, classify(error).transient) == (503, True)
    error.__cause__ = TimeoutError("timed out")
    assert (classify(error).category, classify(error).status) == ("network", 504)
