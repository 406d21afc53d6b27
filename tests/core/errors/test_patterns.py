"""What names and messages suggest, where nothing better is known."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from failsoft.errors.failure import Failure

Classify = Callable[..., Failure]


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("InsufficientFunds", "business_logic"),
        ("OutOfStock", "business_logic"),
        ("OrderAlreadyShipped", "business_logic"),
        ("OrderNotFound", "validation"),
        ("InvalidCoupon", "validation"),
        ("VersionConflict", "concurrency"),
        ("RateLimitReached", "resource"),
        ("PaymentGatewayUnavailable", "external_service"),
        ("NotAuthenticated", "authentication"),
        ("MissingConfiguration", "configuration"),
        ("Boom", "system"),
    ],
)
def test_the_name_of_an_unknown_class_suggests_a_category_and_moves_no_status(
    classify: Classify, name: str, category: str
) -> None:
    for base in (Exception, ValueError, RuntimeError):
        failure = classify(type(name, (base,), {})())
        assert (failure.category, failure.status, failure.transient) == (category, 500, False)
        assert failure.confidence <= 0.5
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
