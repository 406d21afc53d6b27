"""Audit records: plain values, built in the writer's thread out of events, and the row that each becomes."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from failsoft.errors.failure import AttemptRecord, Evidence, Failure
from failsoft.events import ErrorHandled
from failsoft.observers.base import Cleaner, clean, cut, route_of, safe_stack, unexpected

__all__ = ["SCHEMA", "Draft", "Encode", "Entry", "RecordContext", "encode_plain", "failure_handled", "records_dropped"]

SCHEMA = 1
"""Version of the form of a record; stands in each as `schema`."""

Record = dict[str, Any]
Draft = Callable[[], Record]
"""Builds a record. Called once, in the writer's thread."""

_MAX_MESSAGE = 4_096
_MAX_STACK = 16_384
_MAX_NAME = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record on its way into a store: what may be searched for, and the record as it is stored."""

    lane: str
    """Which process wrote it: a UUID, a new one for each process and each start."""
    lane_sequence: int
    """Number within the lane, without gaps, from 1."""
    timestamp: str
    kind: str
    error_id: str | None
    code: str | None
    endpoint: str | None
    status: int | None
    record: bytes


Encode = Callable[[Record], Entry]
"""Turns a numbered record into what is stored: here it could be encrypted and chained to the one before. Called in
the order of `lane_sequence`, once for each record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordContext:
    """What is the same in all records of a process."""

    sanitizer: Cleaner
    service: str = ""
    environment: str = ""
    host: str = field(default_factory=platform.node)


def failure_handled(event: ErrorHandled, context: RecordContext) -> Record:
    """The record of a failure and of what was done about it. Every text in it is sanitized."""
    failure, facts = event.failure, event.facts
    return {
        "schema": SCHEMA,
        "kind": "failure.handled",
        "timestamp": iso(event.at),
        "service": context.service,
        "environment": context.environment,
        "host": context.host,
        "pid": os.getpid(),
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


def records_dropped(count: int, now: float) -> Record:
    """The record that `count` records could not be written, because too many were waiting."""
    return {"schema": SCHEMA, "kind": "records_dropped", "timestamp": iso(now), "pid": os.getpid(), "count": count}


def record_failed(error: BaseException, now: float) -> Record:
    """The record that one record could not be built."""
    kind = type(error).__qualname__
    return {"schema": SCHEMA, "kind": "record_failed", "timestamp": iso(now), "pid": os.getpid(), "type": kind}


def encode_plain(record: Record) -> Entry:
    """A row with the record as JSON in clear."""
    error: Mapping[str, Any] = record.get("error") or {}
    response: Mapping[str, Any] = record.get("response") or {}
    try:
        body = msgspec.json.encode(record)
    except (UnicodeEncodeError, TypeError, ValueError, OverflowError):
        # lone surrogates and foreign types, as ASCII escapes and texts
        body = json.dumps(record, default=repr).encode("ascii")
    return Entry(
        lane=record["lane"],
        lane_sequence=record["sequence"],
        timestamp=record["timestamp"],
        kind=_storable(record["kind"]),
        error_id=_storable(error.get("id")),
        code=_storable(error.get("code")),
        endpoint=_storable(record.get("endpoint")),
        status=response.get("status"),
        record=body,
    )


def _storable(text: Any) -> Any:
    return text.encode("utf-8", "replace").decode("utf-8") if isinstance(text, str) else None


def iso(seconds: float) -> str:
    """UTC, ISO 8601 with milliseconds, as `2026-11-22T01:02:03.004Z`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
