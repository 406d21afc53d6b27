"""What Failsoft's own exceptions say of themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from failsoft.errors import exceptions
from failsoft.errors.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BiasDetectionError,
    BulkheadFullError,
    CircuitOpenError,
    ComplianceError,
    ConflictError,
    DataProcessingError,
    EncryptionError,
    FailsoftError,
    FallbackFailedError,
    FileUploadError,
    NotFoundError,
    OperationTimeoutError,
    PipelineError,
    RateLimitError,
    RejectedError,
    RetryExhaustedError,
    ServiceUnavailableError,
    SettingsError,
    ValidationError,
)
from failsoft.errors.failure import Failure

Classify = Callable[..., Failure]

EVERY = {
    FailsoftError: ("INTERNAL_ERROR", 500, "system", "high", False, False),
    SettingsError: ("SETTINGS_ERROR", 500, "configuration", "high", False, False),
    AuthenticationError: ("AUTH_ERROR", 401, "authentication", "low", False, True),
    AuthorizationError: ("AUTHZ_ERROR", 403, "authentication", "low", False, False),
    ComplianceError: ("HIPAA_COMPLIANCE_ERROR", 403, "business_logic", "high", False, False),
    ValidationError: ("VALIDATION_ERROR", 400, "validation", "low", False, True),
    NotFoundError: ("NOT_FOUND", 404, "validation", "info", False, True),
    ConflictError: ("CONFLICT", 409, "concurrency", "low", False, True),
    PipelineError: ("PIPELINE_ERROR", 422, "business_logic", "medium", False, False),
    DataProcessingError: ("DATA_PROCESSING_ERROR", 422, "data_integrity", "medium", False, False),
    FileUploadError: ("FILE_UPLOAD_ERROR", 413, "validation", "low", False, True),
    EncryptionError: ("ENCRYPTION_ERROR", 500, "configuration", "critical", False, False),
    BiasDetectionError: ("BIAS_DETECTION_ERROR", 422, "business_logic", "medium", False, False),
    ServiceUnavailableError: ("SERVICE_UNAVAILABLE", 503, "external_service", "medium", True, True),
    OperationTimeoutError: ("TIMEOUT_ERROR", 504, "network", "medium", True, True),
    RetryExhaustedError: ("RETRY_EXHAUSTED", 503, "external_service", "medium", False, False),
    FallbackFailedError: ("FALLBACK_FAILED", 503, "external_service", "medium", False, False),
    RejectedError: ("SERVICE_UNAVAILABLE", 503, "resource", "medium", True, True),
    RateLimitError: ("RATE_LIMIT_ERROR", 429, "resource", "low", True, True),
    CircuitOpenError: ("CIRCUIT_BREAKER_ERROR", 503, "external_service", "medium", True, True),
    BulkheadFullError: ("BULKHEAD_FULL", 503, "resource", "medium", True, True),
}


def test_no_exception_is_forgotten_here() -> None:
    public = {getattr(exceptions, name) for name in exceptions.__all__}
    assert {cls for cls in public if issubclass(cls, BaseException)} == set(EVERY)


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.__name__)
def test_every_exception_says_what_it_is(classify: Classify, cls: type[FailsoftError]) -> None:
    error = cls("technical")
    failure = classify(error)
    said = (
        failure.code, failure.status, failure.category, failure.severity, failure.transient, failure.recoverable,
    )  # fmt: skip
    assert said == EVERY[cls]
    assert failure.type == f"failsoft.errors.exceptions.{cls.__name__}"
    assert failure.error_id == error.error_id
    assert failure.rejected is issubclass(cls, RejectedError)
    assert failure.expected is (failure.status < 500)
    assert failure.user_message is None
    assert failure.evidence[0].source == "exception"


def test_every_field_is_taken_over(classify: Classify) -> None:
    error = FailsoftError(
        "technical",
        user_message={"en": "Sorry.", "de": "Schade."},
        details={"order": 7},
        retry_after=3.5,
        headers={"X-Shop": "1", "Content-Type": "text/evil", "Content-Length": "9"},
        code="SHOP_CLOSED",
        status=423,
        category="business_logic",
        severity="info",
        transient=True,
        recoverable=False,
    )
    failure = classify(error)
    assert failure.user_message == {"en": "Sorry.", "de": "Schade."}
    assert failure.details == {"order": 7}
    assert (failure.retry_after, failure.retry_after_set) == (3.5, True)
    assert failure.headers == (("X-Shop", "1"),)
    assert (failure.code, failure.status, failure.category, failure.severity) == (
        "SHOP_CLOSED", 423, "business_logic", "info",
    )  # fmt: skip
    assert (failure.transient, failure.recoverable, failure.expected) == (True, False, True)


def test_validation_errors_are_listed(classify: Classify) -> None:
    failure = classify(ValidationError(errors=[("/age", "must be positive"), ("/name", "required")]))
    assert failure.errors == (("/age", "must be positive"), ("/name", "required"))


def test_a_wait_that_failsoft_computed_is_not_the_applications_word(classify: Classify) -> None:
    assert classify(CircuitOpenError(name="x", retry_after=12)).retry_after == 12
    assert not classify(CircuitOpenError(name="x", retry_after=12)).retry_after_set
    assert not classify(BulkheadFullError(retry_after=1)).retry_after_set
    assert classify(RateLimitError(retry_after=1)).retry_after_set


def test_an_id_that_is_given_wins(classify: Classify) -> None:
    assert classify(FailsoftError(), error_id="given").error_id == "given"
    assert classify(ValueError(), error_id="given").error_id == "given"


def test_a_bare_failsoft_error_takes_the_label_of_its_cause_and_keeps_its_texts(classify: Classify) -> None:
    error = FailsoftError("x", user_message="Sorry.", details={"a": 1})
    error.__cause__ = ConnectionRefusedError()
    failure = classify(error)
    assert (failure.category, failure.status, failure.transient, failure.code) == (
        "network",
        503,
        True,
        "NETWORK_ERROR",
    )
    assert (failure.user_message, failure.details, failure.error_id) == ("Sorry.", {"a": 1}, error.error_id)
    assert failure.type == "ConnectionRefusedError"
    assert failure.recoverable


def test_a_failsoft_error_that_says_something_keeps_it(classify: Classify) -> None:
    error = FailsoftError("x", status=507)
    error.__cause__ = ConnectionRefusedError()
    assert (classify(error).status, classify(error).category) == (507, "system")
    named = ServiceUnavailableError("x")
    named.__cause__ = KeyError("x")
    assert (classify(named).status, classify(named).category) == (503, "external_service")


@pytest.mark.parametrize("cls", [RetryExhaustedError, FallbackFailedError])
def test_after_the_last_attempt_the_last_error_is_what_it_is(classify: Classify, cls: Any) -> None:
    error = cls("gave up")
    error.__cause__ = ConnectionResetError()
    failure = classify(error)
    assert failure.code == cls.default_code
    assert (failure.status, failure.category, failure.transient, failure.recoverable) == (502, "network", True, True)
    assert [one.says for one in failure.evidence][1] == "ConnectionResetError"

    refused = cls("gave up")
    refused.__cause__ = ConnectionRefusedError()
    assert not classify(refused).not_sent

    own_bug = cls("gave up")
    own_bug.__cause__ = KeyError("x")
    assert (classify(own_bug).status, classify(own_bug).category) == (500, "system")

    chosen = cls("gave up", status=599)
    chosen.__cause__ = ConnectionResetError()
    assert classify(chosen).status == 599


def test_a_sub_class_that_forgot_its_base_speaks_by_its_class(classify: Classify) -> None:
    class Forgetful(NotFoundError):
        def __init__(self) -> None:
            pass

    failure = classify(Forgetful())
    assert (failure.status, failure.code, failure.category) == (404, "NOT_FOUND", "validation")
    assert failure.error_id


@pytest.mark.parametrize(
    ("field", "value", "read", "expected"),
    [
        ("status", "abc", "status", 500),
        ("status", 200, "status", 500),
        ("status", 999, "status", 500),
        ("status", True, "status", 500),
        ("category", "nonsense", "category", "system"),
        ("severity", object(), "severity", "high"),
        ("code", 7, "code", "INTERNAL_ERROR"),
        ("code", "", "code", "INTERNAL_ERROR"),
        ("headers", 7, "headers", ()),
        ("headers", [("a",), "b", ("X-A", "ok"), ("X-B", "no\r\nway"), ("ü", "x")], "headers", (("X-A", "ok"),)),
        ("details", "text", "details", {}),
        ("user_message", 7, "user_message", None),
        ("retry_after", "soon", "retry_after", None),
        ("retry_after", float("nan"), "retry_after", None),
        ("retry_after", -3, "retry_after", 0.0),
    ],
)
def test_a_field_with_a_wrong_value_falls_back(
    classify: Classify, field: str, value: object, read: str, expected: object
) -> None:
    error = FailsoftError("x")
    setattr(error, field, value)
    assert getattr(classify(error), read) == expected
