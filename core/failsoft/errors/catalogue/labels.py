"""The labels of the catalogue: what an exception can be, each once, and the codes that clients see.

A label is picked by what failed (see `Category`), never by who called it. The rules behind the columns:

- *transient*: would the same request, sent a little later without anybody doing anything, stand a chance?
- *severity*: critical: host or stored data at risk; high: somebody has to act; medium: will pass, or hits this one
  operation; low: the client is turned away as designed; info: routine.
- *status*: what the client of the application is told. The 401, 403, 404 and 429 of a peer are never our client's.
- *not_sent*: it is proven that the peer never saw the request.
- *local*: something in this process refused it, so it says nothing about the peer.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from failsoft.errors.taxonomy import Category, Severity

__all__ = ["CODES", "Label", "Voice", "code_of_status", "label_of_status", "wrapping"]


class Voice(IntEnum):
    """How much a class of exceptions says by itself."""

    MUTE = 0
    """Nothing: what it was raised from decides."""
    WRAPS = 1
    """Something, but what it wraps may say it more exactly."""
    SAYS = 2
    """What it is."""


class Label(NamedTuple):
    """What a class of exceptions, or a code, means."""

    category: Category
    severity: Severity
    transient: bool
    status: int
    code: str
    not_sent: bool = False
    local: bool = False
    voice: Voice = Voice.SAYS


def wrapping(label: Label) -> Label:
    """The same label, for a class whose inside may say it more exactly."""
    return label._replace(voice=Voice.WRAPS)


_CRITICAL, _HIGH, _MEDIUM, _LOW, _INFO = (
    Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO,
)  # fmt: skip

# --- system -----------------------------------------------------------------------------------------------------------
BUG = Label(Category.SYSTEM, _HIGH, False, 500, "INTERNAL_ERROR")
NOTHING = BUG._replace(voice=Voice.MUTE)
OS_FAULT = BUG
CHILD_DIED = BUG
CHILD_HUNG = Label(Category.SYSTEM, _MEDIUM, True, 504, "TIMEOUT_ERROR")
INTERRUPTED = Label(Category.SYSTEM, _MEDIUM, True, 503, "INTERNAL_ERROR")
MACHINE_DAMAGED = Label(Category.SYSTEM, _CRITICAL, False, 500, "INTERNAL_ERROR")

# --- resource ---------------------------------------------------------------------------------------------------------
OUT_OF_MEMORY = Label(Category.RESOURCE, _CRITICAL, False, 500, "RESOURCE_EXHAUSTED")
DISK_FULL = OUT_OF_MEMORY
OUT_OF_HANDLES = Label(Category.RESOURCE, _HIGH, True, 503, "RESOURCE_EXHAUSTED", local=True)
EXHAUSTED = Label(Category.RESOURCE, _MEDIUM, True, 503, "RESOURCE_EXHAUSTED")
POOL_EXHAUSTED = EXHAUSTED._replace(not_sent=True, local=True)
# connected in the background, a pool says the same where the peer is gone
POOL_SILENT = EXHAUSTED._replace(not_sent=True)
QUEUE_FULL = EXHAUSTED._replace(local=True)
TOO_BIG_FOR_PEER = Label(Category.RESOURCE, _MEDIUM, False, 500, "RESOURCE_EXHAUSTED")
# an object or a message, which is as a rule what the client sent
TOO_BIG_TO_KEEP = TOO_BIG_FOR_PEER._replace(status=413, code="PAYLOAD_TOO_LARGE")
THROTTLED = Label(Category.RESOURCE, _MEDIUM, True, 503, "UPSTREAM_THROTTLED")
# a sequence, a range of numbers: nothing comes back
RAN_OUT = Label(Category.RESOURCE, _HIGH, False, 500, "RESOURCE_EXHAUSTED")
QUOTA_SPENT = Label(Category.RESOURCE, _HIGH, False, 503, "UPSTREAM_THROTTLED")
OUR_LIMIT = Label(Category.RESOURCE, _LOW, True, 429, "RATE_LIMIT_ERROR")

# --- network ----------------------------------------------------------------------------------------------------------
REFUSED = Label(Category.NETWORK, _MEDIUM, True, 503, "NETWORK_ERROR", not_sent=True)
DNS = REFUSED
UNREACHABLE = Label(Category.NETWORK, _MEDIUM, True, 503, "NETWORK_ERROR")
BROKEN = Label(Category.NETWORK, _MEDIUM, True, 502, "NETWORK_ERROR")
SILENT = Label(Category.NETWORK, _MEDIUM, True, 504, "TIMEOUT_ERROR")
CONNECT_SILENT = SILENT._replace(not_sent=True)
NO_TRUST = Label(Category.NETWORK, _HIGH, False, 502, "NETWORK_ERROR")
STORE_REFUSED = Label(Category.NETWORK, _HIGH, True, 503, "NETWORK_ERROR", not_sent=True)
STORE_AWAY = Label(Category.NETWORK, _HIGH, True, 503, "NETWORK_ERROR")
DISCONNECTED = Label(Category.NETWORK, _INFO, False, 499, "CLIENT_DISCONNECTED")

# --- external service -------------------------------------------------------------------------------------------------
UPSTREAM_FAILED = Label(Category.EXTERNAL_SERVICE, _MEDIUM, False, 502, "UPSTREAM_ERROR")
UPSTREAM_DOWN = UPSTREAM_FAILED._replace(transient=True)
UPSTREAM_NOT_NOW = Label(Category.EXTERNAL_SERVICE, _MEDIUM, True, 503, "UPSTREAM_ERROR")
UPSTREAM_SLOW = Label(Category.EXTERNAL_SERVICE, _MEDIUM, True, 504, "TIMEOUT_ERROR")
STORE_NOT_NOW = UPSTREAM_NOT_NOW._replace(severity=_HIGH)

# --- authentication ---------------------------------------------------------------------------------------------------
REFUSED_US = Label(Category.AUTHENTICATION, _HIGH, False, 502, "UPSTREAM_AUTH_ERROR")
WHO_ARE_YOU = Label(Category.AUTHENTICATION, _LOW, False, 401, "AUTH_ERROR")
YOU_MAY_NOT = Label(Category.AUTHENTICATION, _LOW, False, 403, "AUTHZ_ERROR")

# --- validation -------------------------------------------------------------------------------------------------------
UNPARSABLE = Label(Category.VALIDATION, _LOW, False, 400, "BAD_REQUEST")
INVALID = Label(Category.VALIDATION, _LOW, False, 400, "VALIDATION_ERROR")
UNPROCESSABLE = Label(Category.VALIDATION, _LOW, False, 422, "VALIDATION_ERROR")
TOO_LARGE = Label(Category.VALIDATION, _LOW, False, 413, "PAYLOAD_TOO_LARGE")
NOT_THERE = Label(Category.VALIDATION, _INFO, False, 404, "NOT_FOUND")

# --- configuration ----------------------------------------------------------------------------------------------------
MISCONFIGURED = Label(Category.CONFIGURATION, _HIGH, False, 500, "CONFIGURATION_ERROR")

# --- business logic ---------------------------------------------------------------------------------------------------
RULE_REFUSES = Label(Category.BUSINESS_LOGIC, _LOW, False, 409, "BUSINESS_RULE")
PAYMENT_DUE = Label(Category.BUSINESS_LOGIC, _LOW, False, 402, "PAYMENT_REQUIRED")

# --- concurrency ------------------------------------------------------------------------------------------------------
CONTENTION = Label(Category.CONCURRENCY, _MEDIUM, True, 503, "CONCURRENCY_ERROR")
DEADLOCK = Label(Category.CONCURRENCY, _MEDIUM, True, 503, "DEADLOCK")
# who sent a version that is no more has to load again
EDIT_CONFLICT = Label(Category.CONCURRENCY, _LOW, False, 409, "CONFLICT")
# this request read the version itself, and reads again when it is repeated
LOST_UPDATE = EDIT_CONFLICT._replace(transient=True)

# --- data integrity ---------------------------------------------------------------------------------------------------
DUPLICATE = Label(Category.DATA_INTEGRITY, _MEDIUM, False, 409, "CONFLICT")
CONSTRAINT = DUPLICATE
BAD_ROW = Label(Category.DATA_INTEGRITY, _MEDIUM, False, 500, "DATA_INTEGRITY_ERROR")
CONTRADICTION = Label(Category.DATA_INTEGRITY, _HIGH, False, 500, "DATA_INTEGRITY_ERROR")
CORRUPT = Label(Category.DATA_INTEGRITY, _CRITICAL, False, 500, "DATA_INTEGRITY_ERROR")

CODES: dict[str, str] = {
    "AUTH_ERROR": "The client did not prove who it is.",
    "AUTHZ_ERROR": "The client is known, and may not do this.",
    "BAD_REQUEST": "The request cannot be read.",
    "BIAS_DETECTION_ERROR": "A check for bias refused a result.",
    "BULKHEAD_FULL": "All slots of a bulkhead and its waiting room are taken.",
    "BUSINESS_RULE": "A rule of the application's domain refuses it.",
    "CIRCUIT_BREAKER_ERROR": "The circuit breaker is open.",
    "CLIENT_DISCONNECTED": "The client went away. Never sent.",
    "CONCURRENCY_ERROR": "Somebody else was there at the same time.",
    "CONFIGURATION_ERROR": "Settings, a module, a table or a template is missing or malformed.",
    "CONFLICT": "The request contradicts the present state: a duplicate, an edit by somebody else.",
    "DATA_INTEGRITY_ERROR": "Stored data contradicts itself, cannot be read, or refuses what was to be written.",
    "DATA_PROCESSING_ERROR": "Data could not be processed.",
    "DEADLOCK": "Two transactions waited for each other, and this one was ended.",
    "ENCRYPTION_ERROR": "Encrypting or decrypting failed.",
    "FALLBACK_FAILED": "The call failed, and so did its fallback.",
    "FILE_UPLOAD_ERROR": "An upload is too large or cannot be taken.",
    "HIPAA_COMPLIANCE_ERROR": "A rule of compliance forbids it.",
    "INTERNAL_ERROR": "A bug, or what nobody foresaw.",
    "METHOD_NOT_ALLOWED": "The resource does not know this method.",
    "NETWORK_ERROR": "The link to a peer failed: refused, reset, cut off, DNS, TLS.",
    "NOT_FOUND": "What the client names is not there.",
    "PAYLOAD_TOO_LARGE": "The body of the request is too large.",
    "PAYMENT_REQUIRED": "Money is due.",
    "PIPELINE_ERROR": "A step of a processing pipeline refused its input.",
    "RATE_LIMIT_ERROR": "More requests than our limit allows.",
    "RESOURCE_EXHAUSTED": "Memory, disk, handles, a pool or a queue ran out.",
    "RETRY_EXHAUSTED": "Every attempt failed.",
    "SERVICE_UNAVAILABLE": "Something this answer depends on is not available now.",
    "SETTINGS_ERROR": "Settings that cannot be started with.",
    "TIMEOUT_ERROR": "No answer in time.",
    "UNSUPPORTED_MEDIA_TYPE": "The body of the request has a type that is not taken.",
    "UPSTREAM_AUTH_ERROR": "A peer refused our credentials.",
    "UPSTREAM_ERROR": "A peer answered, and the answer is failure, nonsense, or not now.",
    "UPSTREAM_THROTTLED": "A peer limits how often we may call it.",
    "VALIDATION_ERROR": "The input is wrong.",
}
"""Every code that Failsoft gives by itself. `HTTP_<status>` stands for statuses without a code of their own."""

_CODE_OF_STATUS = {
    400: "BAD_REQUEST", 401: "AUTH_ERROR", 402: "PAYMENT_REQUIRED", 403: "AUTHZ_ERROR", 404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED", 409: "CONFLICT", 413: "PAYLOAD_TOO_LARGE", 415: "UNSUPPORTED_MEDIA_TYPE",
    422: "VALIDATION_ERROR", 429: "RATE_LIMIT_ERROR", 499: "CLIENT_DISCONNECTED", 500: "INTERNAL_ERROR",
    502: "UPSTREAM_ERROR", 503: "SERVICE_UNAVAILABLE", 504: "TIMEOUT_ERROR",
}  # fmt: skip


def code_of_status(status: int) -> str:
    """The code of an answer of which only the status is known."""
    return _CODE_OF_STATUS.get(status) or f"HTTP_{status}"


_CATEGORY_OF_STATUS = {
    401: Category.AUTHENTICATION, 402: Category.BUSINESS_LOGIC, 403: Category.AUTHENTICATION,
    407: Category.AUTHENTICATION, 408: Category.NETWORK, 409: Category.BUSINESS_LOGIC, 412: Category.CONCURRENCY,
    423: Category.CONCURRENCY, 424: Category.EXTERNAL_SERVICE, 429: Category.RESOURCE,
    451: Category.BUSINESS_LOGIC, 499: Category.NETWORK, 502: Category.EXTERNAL_SERVICE,
    503: Category.EXTERNAL_SERVICE, 504: Category.NETWORK, 507: Category.RESOURCE, 511: Category.AUTHENTICATION,
}  # fmt: skip
_ROUTINE = frozenset({404, 405, 410, 499})
_AT_RISK = frozenset({507})
"""The disk is full."""
_WILL_PASS = frozenset({502, 503, 504})
_TRANSIENT_STATUS = frozenset({408, 423, 425, 429, 502, 503, 504})


def label_of_status(status: int) -> Label:
    """What an answer means of which only the status is known: the application's own, not that of a peer."""
    category = _CATEGORY_OF_STATUS.get(status) or (Category.VALIDATION if status < 500 else Category.SYSTEM)
    if status in _ROUTINE:
        severity = _INFO
    elif status < 500:
        severity = _LOW
    elif status in _AT_RISK:
        severity = _CRITICAL
    else:
        severity = _MEDIUM if status in _WILL_PASS else _HIGH
    return Label(category, severity, status in _TRANSIENT_STATUS, status, code_of_status(status))
