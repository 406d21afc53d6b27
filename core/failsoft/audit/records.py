"""Audit records: plain values, built in the writer's thread out of events."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from failsoft.audit.compliance import Compliance
from failsoft.audit.own_fields import OwnFields
from failsoft.audit.people import People
from failsoft.audit.schema import KINDS, SCHEMA
from failsoft.errors.failure import AttemptRecord, Evidence, Failure
from failsoft.events import ErrorHandled
from failsoft.observers.base import Cleaner, clean, cut, path_of, route_of, safe_stack, unexpected

__all__ = ["SCHEMA", "Draft", "Record", "RecordContext", "failure_handled", "record", "record_failed", "rejection_of"]

Record = dict[str, Any]
Draft = Callable[["RecordContext"], Record]
"""Builds a record. Called once, in the writer's thread."""

_MAX_MESSAGE = 4_096
_MAX_STACK = 16_384
_MAX_NAME = 256
_COMPLIANCE: Final = Compliance()
_NOBODY: Final = People()
_OWN = "operations"
"""What records of the application's own are kept as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordContext:
    """What is the same in all records of a process."""

    sanitizer: Cleaner
    service: str = ""
    environment: str = ""
    release: str = ""
    host: str = field(default_factory=platform.node)
    people: People = _NOBODY
    """What may be said of people."""
    compliance: Compliance = _COMPLIANCE
    """Which failures are relevant to what."""
    own: OwnFields | None = None
    """Adds fields of the application's own."""
    opening: Mapping[str, Any] = field(default_factory=dict)
    """What `trail.opened` says, beside the process."""


def record(kind: str, at: float, context: RecordContext, **members: Any) -> Record:
    """A record with what all have in common, and what the application adds to it.

    Parameters:
        kind: what it is about, as `failure.handled`.
        at: when that happened, seconds since the Unix epoch.
        members: what is of this kind. Texts are sanitized already.
    """
    return _whole(kind, at, context, members)


def _whole(kind: str, at: float, context: RecordContext, members: Record) -> Record:
    known = KINDS.get(kind)
    made: Record = {
        "schema": SCHEMA,
        "kind": kind,
        "at": int(at * 1e6),
        "timestamp": iso(at),
        "service": context.service,
        "environment": context.environment,
        "release": context.release,
        "host": context.host,
        "worker": os.getpid(),
        "retention": _OWN if known is None else known.retention,
    }
    made.update(members)
    if context.own is not None and (added := context.own.of(made, context.sanitizer)):
        made["fields"] = added | (made.get("fields") or {})
    return made


def failure_handled(event: ErrorHandled, context: RecordContext, breaker: str | None = None) -> Record:
    """The record of a failure and of what was done about it. Every text in it is sanitized.

    Parameters:
        breaker: state of the circuit breaker of its endpoint.
    """
    failure, facts, people, sanitizer = event.failure, event.facts, context.people, context.sanitizer
    flags = context.compliance.flags_of(failure.code, str(failure.category))
    members = {
        "source": event.source,
        "request": {
            "method": clean(sanitizer, facts.method),
            "route": route_of(event.endpoint),
            "path": path_of(sanitizer, facts.path, event.endpoint),
            "client": people.client_of(facts.client, sanitizer),
            "user": people.user_of(event.user, sanitizer),
            "request_id": clean(sanitizer, event.request_id),
        },
        "endpoint": event.endpoint,
        "policy": event.policy,
        "error": _error(failure, sanitizer),
        "response": {"status": event.status, "result": event.result},
        "duration": event.duration,
        "attempts": [_attempt(attempt) for attempt in failure.attempts],
        "retry_outcome": failure.outcome,
        "decisions": {"breaker": breaker, "rejected": rejection_of(failure), "timeout": _timeout(failure)},
        "recovery": "retry_failed" if failure.attempts else "none",
        "compliance": list(flags),
        "trace_id": event.trace_id,
    }
    if flags:
        members["retention"] = "compliance"
    return _whole("failure.handled", event.at, context, members)


def record_failed(error: BaseException, at: float, context: RecordContext) -> Record:
    """The record that one record could not be built."""
    return record("record.failed", at, context, details={"type": type(error).__qualname__})


_REASONS: Final = {
    "CIRCUIT_BREAKER_ERROR": "circuit_open",
    "BULKHEAD_FULL": "bulkhead_full",
    "RATE_LIMIT_ERROR": "rate_limited",
}


def rejection_of(failure: Failure) -> str | None:
    """Why a policy did not let the call run; None: it ran."""
    return _REASONS.get(failure.code, "rejected") if failure.rejected else None


def _timeout(failure: Failure) -> Record | None:
    limit, kind = failure.details.get("limit"), failure.details.get("kind")
    if failure.code != "TIMEOUT_ERROR" or not isinstance(limit, (int, float)) or kind not in ("timeout", "deadline"):
        return None
    return {"kind": kind, "limit": limit}


def _error(failure: Failure, sanitizer: Cleaner) -> Record:
    with_stack = bool(failure.links) and unexpected(failure)
    message = clean(sanitizer, failure.raw_message)
    return {
        "id": failure.error_id,
        "type": failure.type,
        "code": failure.code,
        "category": str(failure.category),
        "severity": str(failure.severity),
        "transient": failure.transient,
        "recoverable": failure.recoverable,
        "confidence": failure.confidence,
        "fingerprint": failure.fingerprint,
        "evidence": [_voice(voice, sanitizer) for voice in failure.evidence],
        "suggestions": [str(suggestion) for suggestion in failure.suggestions],
        "message": cut(message, _MAX_MESSAGE),
        "stack": safe_stack(failure, sanitizer, _MAX_STACK, message) if with_stack else None,
    }


def _voice(voice: Evidence, sanitizer: Cleaner) -> Record:
    return {
        "source": voice.source,
        "says": cut(clean(sanitizer, voice.says), _MAX_NAME),
        "category": str(voice.category),
        "confidence": voice.confidence,
    }


def _attempt(attempt: AttemptRecord) -> Record:
    return {
        "number": attempt.number,
        "start": attempt.start,
        "duration": attempt.duration,
        "delay": attempt.delay,
        "type": attempt.type,
        "strategy": attempt.strategy,
    }


def iso(seconds: float) -> str:
    """UTC, ISO 8601 with milliseconds, as `2026-11-22T01:02:03.004Z`."""
    # as `datetime` rounds, to whole microseconds of the second's part
    part, whole = math.modf(seconds)
    more, micros = divmod(round(part * 1e6), 1_000_000)
    return f"{_second(int(whole) + more)}.{micros // 1_000:03d}Z"


@lru_cache(maxsize=64)
def _second(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).isoformat().removesuffix("+00:00")
