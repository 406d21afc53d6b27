"""Failsoft: error handling and resilience as middleware for the web app you already have."""

from __future__ import annotations

from failsoft import logs, sentry
from failsoft.call import Call, RequestFacts
from failsoft.clock import Clock, SystemClock
from failsoft.deadlines import acarry_deadline, carry_deadline, deadline_headers
from failsoft.errors import (
    AttemptRecord,
    AuthenticationError,
    AuthorizationError,
    BiasDetectionError,
    BulkheadFullError,
    Category,
    CircuitOpenError,
    ComplianceError,
    ConflictError,
    DataProcessingError,
    EncryptionError,
    Evidence,
    FailsoftError,
    Failure,
    FallbackFailedError,
    Fault,
    FileUploadError,
    NotFoundError,
    Notification,
    OperationTimeoutError,
    PipelineError,
    RateLimitError,
    RejectedError,
    RetryExhaustedError,
    ServiceUnavailableError,
    SettingsError,
    Severity,
    Suggestion,
    ValidationError,
)
from failsoft.facade import Failsoft, classify, guard, remaining, sanitize
from failsoft.guard import Guard
from failsoft.machines.circuit import BreakerSnapshot
from failsoft.marks import protect
from failsoft.policies.bulkhead import Bulkhead
from failsoft.policies.circuit_breaker import CircuitBreaker
from failsoft.policies.offload import Offload
from failsoft.policies.policy import Policy
from failsoft.policies.rate_limit import RateLimit
from failsoft.policies.retry import STOP, Budget, Retry
from failsoft.problem import Problem
from failsoft.settings import Settings

__version__ = "0.1.0"

__all__ = [
    "STOP",
    "AttemptRecord",
    "AuthenticationError",
    "AuthorizationError",
    "BiasDetectionError",
    "BreakerSnapshot",
    "Budget",
    "Bulkhead",
    "BulkheadFullError",
    "Call",
    "Category",
    "CircuitBreaker",
    "CircuitOpenError",
    "Clock",
    "ComplianceError",
    "ConflictError",
    "DataProcessingError",
    "EncryptionError",
    "Evidence",
    "Failsoft",
    "FailsoftError",
    "Failure",
    "FallbackFailedError",
    "Fault",
    "FileUploadError",
    "Guard",
    "NotFoundError",
    "Notification",
    "Offload",
    "OperationTimeoutError",
    "PipelineError",
    "Policy",
    "Problem",
    "RateLimit",
    "RateLimitError",
    "RejectedError",
    "RequestFacts",
    "Retry",
    "RetryExhaustedError",
    "ServiceUnavailableError",
    "Settings",
    "SettingsError",
    "Severity",
    "Suggestion",
    "SystemClock",
    "ValidationError",
    "acarry_deadline",
    "carry_deadline",
    "classify",
    "deadline_headers",
    "guard",
    "logs",
    "protect",
    "remaining",
    "sanitize",
    "sentry",
]
