"""What Failsoft raises, and what an application may raise to say what it means.

::

    FailsoftError                     INTERNAL_ERROR          500
    ├── SettingsError                 SETTINGS_ERROR          500   settings that cannot be started with
    ├── AuthenticationError           AUTH_ERROR              401
    ├── AuthorizationError            AUTHZ_ERROR             403
    │   └── ComplianceError           HIPAA_COMPLIANCE_ERROR  403
    ├── ValidationError               VALIDATION_ERROR        400
    ├── NotFoundError                 NOT_FOUND               404
    ├── ConflictError                 CONFLICT                409
    ├── PipelineError                 PIPELINE_ERROR          422
    │   └── DataProcessingError       DATA_PROCESSING_ERROR   422
    ├── FileUploadError               FILE_UPLOAD_ERROR       413
    ├── EncryptionError               ENCRYPTION_ERROR        500
    ├── BiasDetectionError            BIAS_DETECTION_ERROR    422
    ├── ServiceUnavailableError       SERVICE_UNAVAILABLE     503
    ├── OperationTimeoutError         TIMEOUT_ERROR           504   it did run; also a TimeoutError
    ├── RetryExhaustedError           RETRY_EXHAUSTED         of the last error
    ├── FallbackFailedError           FALLBACK_FAILED         of the last error
    └── RejectedError                 SERVICE_UNAVAILABLE     503   we did not run it
        ├── RateLimitError            RATE_LIMIT_ERROR        429
        ├── CircuitOpenError          CIRCUIT_BREAKER_ERROR   503
        └── BulkheadFullError         BULKHEAD_FULL           503
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

from failsoft.clock import SystemClock
from failsoft.errors.attributes import Default, Details, ErrorId
from failsoft.errors.taxonomy import Category, Severity

__all__ = [
    "AuthenticationError",
    "AuthorizationError",
    "BiasDetectionError",
    "BulkheadFullError",
    "CircuitOpenError",
    "ComplianceError",
    "ConflictError",
    "DataProcessingError",
    "EncryptionError",
    "FailsoftError",
    "FallbackFailedError",
    "Fault",
    "FileUploadError",
    "NotFoundError",
    "OperationTimeoutError",
    "PipelineError",
    "RateLimitError",
    "RejectedError",
    "RetryExhaustedError",
    "ServiceUnavailableError",
    "SettingsError",
    "ValidationError",
]


def _rebuild(cls: type[FailsoftError], args: tuple[Any, ...], state: dict[str, Any]) -> FailsoftError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class FailsoftError(Exception):
    """The base of every exception that Failsoft defines.

    Parameters:
        message: for operators; never leaves the house unsanitized and never reaches a client.
        user_message: for the person in front of the screen; a text, or one text per language tag.
        details: facts for operators, as plain values. Sanitized wherever they are written.
        retry_after: seconds after which a repetition makes sense.
        headers: more headers for the answer, as pairs or a mapping.
        code, status, category, severity, transient, recoverable: override the class's own.
    """

    default_code: ClassVar[str] = "INTERNAL_ERROR"
    default_status: ClassVar[int] = 500
    default_category: ClassVar[Category] = Category.SYSTEM
    default_severity: ClassVar[Severity] = Severity.HIGH
    default_transient: ClassVar[bool] = False
    default_recoverable: ClassVar[bool] = False
    public_details: ClassVar[tuple[str, ...]] = ()
    """The names of `details` that texts for the client may have in braces."""

    code: str = Default("default_code")  # type: ignore[assignment]  # an attribute to everybody else
    status: int = Default("default_status")  # type: ignore[assignment]
    category: Category = Default("default_category")  # type: ignore[assignment]
    severity: Severity = Default("default_severity")  # type: ignore[assignment]
    transient: bool = Default("default_transient")  # type: ignore[assignment]
    recoverable: bool = Default("default_recoverable")  # type: ignore[assignment]
    error_id: str = ErrorId()  # type: ignore[assignment]
    details: dict[str, Any] = Details()  # type: ignore[assignment]
    user_message: str | Mapping[str, str] | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def __init__(
        self,
        message: str = "",
        *,
        user_message: str | Mapping[str, str] | None = None,
        details: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        code: str | None = None,
        status: int | None = None,
        category: Category | str | None = None,
        severity: Severity | str | None = None,
        transient: bool | None = None,
        recoverable: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after
        if user_message is not None:
            self.user_message = user_message
        if details:
            self.details = dict(details)
        if headers:
            self.headers = tuple(headers.items() if isinstance(headers, Mapping) else headers)
        self.timestamp = SystemClock.time()
        if code is not None:
            self.code = code
        if status is not None:
            self.status = status
        if category is not None:
            self.category = Category(category)
        if severity is not None:
            self.severity = Severity(severity)
        if transient is not None:
            self.transient = transient
        if recoverable is not None:
            self.recoverable = recoverable

    def __str__(self) -> str:
        return self.message or f"{self.code} ({self.status})"

    def __reduce__(self) -> tuple[Any, ...]:
        # read first, so that every copy has the same
        return _rebuild, (type(self), self.args, {"error_id": self.error_id, **self.__dict__})

    def to_dict(self) -> dict[str, Any]:
        """The exception as plain values, for logs and queues of the house. Not sanitized: not for clients."""
        return {
            "type": type(self).__name__,
            "code": self.code,
            "status": self.status,
            "category": str(self.category),
            "severity": str(self.severity),
            "transient": self.transient,
            "recoverable": self.recoverable,
            "message": self.message,
            "user_message": self.user_message,
            "details": dict(self.details),
            "retry_after": self.retry_after,
            "error_id": self.error_id,
            "timestamp": datetime.fromtimestamp(self.timestamp, UTC).isoformat(timespec="milliseconds"),
        }


class Fault(NamedTuple):
    """One thing that is wrong with the settings."""

    path: str
    """Where, as `policies.upstream.retry.max_attempts`."""
    value: str
    """What stands there, shortened; empty where nothing does. Never the value of a secret."""
    expected: str
    """What was expected, with a "did you mean" where there is a near miss."""
    source: str = ""
    """The file, variable or object that it came from."""

    def __str__(self) -> str:
        place = f"{self.path} = {self.value}" if self.value else self.path
        said = f"{place}: {self.expected}" if place else self.expected
        return said + (f" [{self.source}]" if self.source else "")


class SettingsError(FailsoftError):
    """Settings that cannot be started with. Lists every fault at once."""

    default_code = "SETTINGS_ERROR"
    default_category = Category.CONFIGURATION

    def __init__(self, faults: Iterable[Fault] | str, **fields: Any) -> None:
        self.faults: tuple[Fault, ...] = (Fault("", "", faults),) if isinstance(faults, str) else tuple(faults)
        if isinstance(faults, str):
            message = faults
        else:
            count = len(self.faults)
            head = "1 fault in the settings" if count == 1 else f"{count} faults in the settings"
            message = "\n".join([f"{head}:", *(f"  {fault}" for fault in self.faults)])
        super().__init__(message, **fields)


class AuthenticationError(FailsoftError):
    """The client did not prove who it is."""

    default_code = "AUTH_ERROR"
    default_status = 401
    default_category = Category.AUTHENTICATION
    default_severity = Severity.LOW
    default_recoverable = True


class AuthorizationError(FailsoftError):
    """The client is known, and may not do this."""

    default_code = "AUTHZ_ERROR"
    default_status = 403
    default_category = Category.AUTHENTICATION
    default_severity = Severity.LOW


class ComplianceError(AuthorizationError):
    """A rule of compliance (HIPAA, PCI DSS, …) forbids it."""

    default_code = "HIPAA_COMPLIANCE_ERROR"
    default_category = Category.BUSINESS_LOGIC
    default_severity = Severity.HIGH


class ValidationError(FailsoftError):
    """The client's input is wrong.

    Parameters:
        errors: pairs of a JSON pointer (RFC 6901) into the input and a text for the client.
    """

    default_code = "VALIDATION_ERROR"
    default_status = 400
    default_category = Category.VALIDATION
    default_severity = Severity.LOW
    default_recoverable = True

    def __init__(self, message: str = "", *, errors: Iterable[tuple[str, str]] = (), **fields: Any) -> None:
        super().__init__(message, **fields)
        self.errors: tuple[tuple[str, str], ...] = tuple((str(pointer), str(detail)) for pointer, detail in errors)


class NotFoundError(FailsoftError):
    """What the client names is not there."""

    default_code = "NOT_FOUND"
    default_status = 404
    default_category = Category.VALIDATION
    default_severity = Severity.INFO
    default_recoverable = True


class ConflictError(FailsoftError):
    """The request contradicts the present state: a duplicate, an edit by somebody else."""

    default_code = "CONFLICT"
    default_status = 409
    default_category = Category.CONCURRENCY
    default_severity = Severity.LOW
    default_recoverable = True


class PipelineError(FailsoftError):
    """A step of a processing pipeline refused its input."""

    default_code = "PIPELINE_ERROR"
    default_status = 422
    default_category = Category.BUSINESS_LOGIC
    default_severity = Severity.MEDIUM


class DataProcessingError(PipelineError):
    """Data could not be processed."""

    default_code = "DATA_PROCESSING_ERROR"
    default_category = Category.DATA_INTEGRITY


class FileUploadError(FailsoftError):
    """An upload is too large or cannot be taken."""

    default_code = "FILE_UPLOAD_ERROR"
    default_status = 413
    default_category = Category.VALIDATION
    default_severity = Severity.LOW
    default_recoverable = True


class EncryptionError(FailsoftError):
    """Encrypting or decrypting failed."""

    default_code = "ENCRYPTION_ERROR"
    default_category = Category.CONFIGURATION
    default_severity = Severity.CRITICAL


class BiasDetectionError(FailsoftError):
    """A check for bias refused a result."""

    default_code = "BIAS_DETECTION_ERROR"
    default_status = 422
    default_category = Category.BUSINESS_LOGIC
    default_severity = Severity.MEDIUM


class ServiceUnavailableError(FailsoftError):
    """Something this answer depends on is not available now."""

    default_code = "SERVICE_UNAVAILABLE"
    default_status = 503
    default_category = Category.EXTERNAL_SERVICE
    default_severity = Severity.MEDIUM
    default_transient = True
    default_recoverable = True


class OperationTimeoutError(FailsoftError, TimeoutError):
    """An attempt or a whole call took longer than it may. It did run."""

    default_code = "TIMEOUT_ERROR"
    default_status = 504
    default_category = Category.NETWORK
    default_severity = Severity.MEDIUM
    default_transient = True
    default_recoverable = True


class _FinalError(FailsoftError):
    """Speaks for the failure it was raised from: takes over its status, category, severity and retry time."""

    def __init__(self, message: str = "", *, last: BaseException | None = None, **fields: Any) -> None:
        for name in ("status", "category", "severity", "retry_after", "transient", "recoverable"):
            if fields.get(name) is None and isinstance(last, FailsoftError):
                fields[name] = getattr(last, name)
        super().__init__(message, **fields)


class RetryExhaustedError(_FinalError):
    """Every attempt failed. Raised in place of the last exception only by `Retry(raise_exhausted=True)`."""

    default_code = "RETRY_EXHAUSTED"
    default_status = 503
    default_category = Category.EXTERNAL_SERVICE
    default_severity = Severity.MEDIUM


class FallbackFailedError(_FinalError):
    """The call failed, and so did its fallback."""

    default_code = "FALLBACK_FAILED"
    default_status = 503
    default_category = Category.EXTERNAL_SERVICE
    default_severity = Severity.MEDIUM


class RejectedError(FailsoftError):
    """We did not run it. Never retried by Failsoft, and neither success nor failure to a circuit breaker."""

    default_code = "SERVICE_UNAVAILABLE"
    default_status = 503
    default_category = Category.RESOURCE
    default_severity = Severity.MEDIUM
    default_transient = True
    default_recoverable = True


class RateLimitError(RejectedError):
    """More requests than the limit allows."""

    default_code = "RATE_LIMIT_ERROR"
    default_status = 429
    default_severity = Severity.LOW


class CircuitOpenError(RejectedError):
    """The circuit breaker is open: the thing behind it is failing, and is left alone until `retry_after`."""

    default_code = "CIRCUIT_BREAKER_ERROR"
    default_category = Category.EXTERNAL_SERVICE

    def __init__(self, message: str = "", *, name: str = "", state: str = "open", **fields: Any) -> None:
        super().__init__(message or f"circuit breaker {name!r} is {state}", **fields)
        self.name = name
        self.state = state

    @classmethod
    def of(cls, message: str, name: str, state: str, retry_after: float) -> CircuitOpenError:
        """The same as the constructor, for the place where calls are turned away by the thousand."""
        error = cls.__new__(cls, message)
        now = SystemClock.time()
        error.__dict__ = {
            "message": message, "retry_after": retry_after, "timestamp": now, "name": name, "state": state,
        }  # fmt: skip
        return error


class BulkheadFullError(RejectedError):
    """All slots and the waiting room are taken."""

    default_code = "BULKHEAD_FULL"

    def __init__(self, message: str = "", *, name: str = "", **fields: Any) -> None:
        super().__init__(message or f"bulkhead {name!r} is full", **fields)
        self.name = name
