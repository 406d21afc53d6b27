"""Audit records: plain values, built in the writer's thread out of events."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from failsoft.errors.failure import AttemptRecord, Evidence, Failure
from failsoft.events import ErrorHandled
from failsoft.observers.base import Cleaner, clean, cut, route_of, safe_stack, unexpected

__all__ = ["SCHEMA", "Draft", "Record", "RecordContext", "failure_handled", "record", "record_failed"]

SCHEMA = 2
"""Version of the form of a record; stands in each as `schema`."""

Record = dict[str, Any]
Draft = Callable[["RecordContext"], Record]
"""Builds a record. Called once, in the writer's thread."""

_MAX_MESSAGE = 4_096
_MAX_STACK = 16_384
_MAX_NAME = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordContext:
    """What is the same in all records of a process."""

    sanitizer: Cleaner
    service: str = ""
    environment: str = ""
    release: str = ""
    host: str = field(default_factory=platform.node)


def record(kind: str, at: float, context: RecordContext, **members: Any) -> Record:
    """A record with what all have in common.

    Parameters:
        kind: what it is about, as `failure.handled`.
        at: when that happened, seconds since the Unix epoch.
        members: what is of this kind. Texts are sanitized already.
    """
    return {
        "schema": SCHEMA,
        "kind": kind,
        "at": int(at * 1e6),
        "timestamp": iso(at),
        "service": context.service,
        "environment": context.environment,
        "release": context.release,
        "host": context.host,
        "worker": os.getpid(),
        **members,
    }


def failure_handled(event: ErrorHandled, context: RecordContext) -> Record:
    """The record of a failure and of what was done about it. Every text in it is sanitized."""
    failure, facts = event.failure, event.facts
    members = {
        "source": event.source,
        "request": {
            "method": clean(context.sanitizer, facts.method),
            "route": route_of(event.endpoint),
            "path": clean(context.sanitizer, facts.path),
            "client": None if facts.client is None else clean(context.sanitizer, facts.client),
            "request_id": clean(context.sanitizer, event.request_id),
        },
        "endpoint": event.endpoint,
        "policy": event.policy,
        "error": _error(failure, context.sanitizer),
        "response": {"status": event.status, "result": event.result},
        "duration": event.duration,
        "attempts": [_attempt(attempt) for attempt in failure.attempts],
        "retry_outcome": failure.outcome,
        "trace_id": event.trace_id,
    }
    return record("failure.handled", event.at, context, **members)


def record_failed(error: BaseException, at: float, context: RecordContext) -> Record:
    """The record that one record could not be built."""
    return record("record.failed", at, context, details={"type": type(error).__qualname__})


def _error(failure: Failure, sanitizer: Cleaner) -> Record:
    with_stack = bool(failure.links) and unexpected(failure)
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
        "message": cut(clean(sanitizer, failure.raw_message), _MAX_MESSAGE),
        "stack": safe_stack(failure, sanitizer, _MAX_STACK) if with_stack else None,
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
    }


def iso(seconds: float) -> str:
    """UTC, ISO 8601 with milliseconds, as `2026-11-22T01:02:03.004Z`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
