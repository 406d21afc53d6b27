"""Exceptions, and what Failsoft knows of exceptions."""

from __future__ import annotations

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
    Fault,
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
from failsoft.errors.failure import AttemptRecord, Evidence, Failure
from failsoft.errors.suggestions import Audience, Suggestion
from failsoft.errors.taxonomy import Category, Notification, Severity

__all__ = [
    "AttemptRecord",
    "Audience",
    "AuthenticationError",
    "AuthorizationError",
    "BiasDetectionError",
    "BulkheadFullError",
    "Category",
    "CircuitOpenError",
    "ComplianceError",
    "ConflictError",
    "DataProcessingError",
    "EncryptionError",
    "Evidence",
    "FailsoftError",
    "Failure",
    "FallbackFailedError",
    "Fault",
    "FileUploadError",
    "NotFoundError",
    "Notification",
    "OperationTimeoutError",
    "PipelineError",
    "RateLimitError",
    "RejectedError",
    "RetryExhaustedError",
    "ServiceUnavailableError",
    "SettingsError",
    "Severity",
    "Suggestion",
    "ValidationError",
]
