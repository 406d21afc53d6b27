"""What names and messages suggest, where nothing better is known."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from failsoft.errors.failure import Failure

Classify = Callable[..., Failure]


@pytest.mark.parametrize(
    ("name", "category", "status", "transient"),
    [
        ("InsufficientFunds", "business_logic", 402, False),
        ("OutOfStock", "business_logic", 409, False),
        ("OrderAlreadyShipped", "business_logic", 409, False),
        ("OrderNotFound", "validation", 404, False),
        ("InvalidCoupon", "validation", 400, False),
        ("VersionConflict", "concurrency", 409, True),
        ("RateLimitReached", "resource", 429, True),
        ("PaymentGatewayUnavailable", "external_service", 503, True),
        ("NotAuthenticated", "authentication", 401, False),
        ("MissingConfiguration", "configuration", 500, False),
        ("CorruptRecord", "data_integrity", 500, False),
        ("Boom", "system", 500, False),
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
    ("message", "category"),
    [
        ("deadlock detected", "concurrency"),
        ("Connection refused by peer", "network"),
        ("FATAL: too many connections", "resource"),
        ("the operation timed out", "network"),
        ("duplicate key value", "data_integrity"),
        ("SMTP_HOST is not configured", "configuration"),
        ("503 Service Unavailable", "external_service"),
        ("something else", "system"),
    ],
)
def test_words_of_a_message_suggest_a_category_and_move_no_status(
    classify: Classify, message: str, category: str
) -> None:
    failure = classify(RuntimeError(message))
    assert (failure.category, failure.status, failure.transient) == (category, 500, False)
