"""What happened, as records of the standard `logging`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from failsoft.call import UNMATCHED
from failsoft.events import (
    BulkheadLimitChanged,
    CircuitBreakerTransition,
    ErrorHandled,
    Event,
    ExactLimitMissed,
    InternalError,
    RetryScheduled,
    SettingsReloaded,
    StateStoreChanged,
)
from failsoft.observers.base import (
    INTERNAL_LOGGER,
    LOGGER,
    Cleaner,
    clean,
    many_lines,
    one_line,
    path_of,
    safe_stack,
    unexpected,
)

__all__ = ["LOGGER", "LogObserver"]

_MAX_STACK = 32_768
_ASKED_OFTEN = ("rules[", "telemetry.fingerprint")
"""Where functions of the application stand that are asked about each exception. None is to fill the log."""
_SELDOM = 60.0
"""Seconds between two lines about one of these."""


class LogObserver:
    """Logs errors, retries, transitions of circuit breakers, changed limits and settings, and our own faults.

    ====================================================  =========
    event                                                 level
    ====================================================  =========
    error that nobody expected; fault of Failsoft         `ERROR`
    changed settings that were refused                    `ERROR`
    error answered with a fallback, or on purpose ≥ 500   `WARNING`
    circuit breaker opens                                 `WARNING`
    error answered on purpose, below 500                  `INFO`
    retry; other transitions; limit of a bulkhead         `INFO`
    settings taken over                                   `INFO`
    store of shared state does not answer                 `WARNING`
    exact rate limit decided without its store            `WARNING`
    store of shared state answers again                   `INFO`
    client went away                                      `DEBUG`
    ====================================================  =========

    Each record is one line, with the facts as attributes `failsoft_*`. An unexpected failure also has its sanitized
    stack, as text (`exc_text`): the exception itself is not on the record. Nothing is formatted for a level that is
    not logged.
    """

    kinds: tuple[type[Event], ...] = (
        ErrorHandled,
        RetryScheduled,
        CircuitBreakerTransition,
        BulkheadLimitChanged,
        SettingsReloaded,
        StateStoreChanged,
        ExactLimitMissed,
        InternalError,
    )
    """The events it reads."""

    def __init__(self, sanitizer: Cleaner, *, logger: logging.Logger | None = None) -> None:
        self._sanitizer = sanitizer
        self._logger = logger or logging.getLogger(LOGGER)
        self._internal_logger = logger or logging.getLogger(INTERNAL_LOGGER)
        self._told: dict[str, tuple[float, int]] = {}
        """Of functions of the application that are asked about each exception: when one was last told of, and how
        often it has failed since."""

    def __call__(self, event: Event) -> None:
        """Log an event; one that is not in `kinds` is passed over."""
        match event:
            case ErrorHandled():
                self._error(event)
            case RetryScheduled():
                self._retry(event)
            case CircuitBreakerTransition():
                self._transition(event)
            case BulkheadLimitChanged():
                self._limit(event)
            case SettingsReloaded():
                self._reloaded(event)
            case StateStoreChanged():
                self._store(event)
            case ExactLimitMissed():
                self._missed(event)
            case InternalError():
                self._internal(event)

    def _error(self, event: ErrorHandled) -> None:
        level = _level(event)
        if not self._logger.isEnabledFor(level):
            return
        failure = event.failure
        text = _Lazy(lambda: one_line(clean(self._sanitizer, failure.raw_message)))
        stack = None
        if level >= logging.WARNING and failure.links and unexpected(failure):
            stack = _Lazy(lambda: many_lines(safe_stack(failure, self._sanitizer, _MAX_STACK)))
        subject = event.endpoint if event.endpoint != UNMATCHED else f"{event.facts.method} {UNMATCHED}"
        facts = {
            "failsoft_error_id": failure.error_id,
            "failsoft_code": failure.code,
            "failsoft_category": str(failure.category),
            "failsoft_severity": str(failure.severity),
            "failsoft_fingerprint": failure.fingerprint,
            "failsoft_transient": failure.transient,
            "failsoft_suggestions": ",".join(failure.suggestions),
            "failsoft_type": failure.type,
            "failsoft_status": event.status,
            "failsoft_result": event.result,
            "failsoft_attempts": len(failure.attempts) + 1,
            "failsoft_duration": event.duration,
            "failsoft_source": event.source,
            "failsoft_path": one_line(path_of(self._sanitizer, event.facts.path, event.endpoint)),
        }
        message = "%s: %s %s, %s: %s [error %s]"
        line = (one_line(subject), event.status, failure.code, one_line(failure.type), text, failure.error_id)
        self._write(level, event, message, line, facts=facts, stack=stack)

    def _retry(self, event: RetryScheduled) -> None:
        if not self._logger.isEnabledFor(logging.INFO):
            return
        why = "result" if event.status is None else f"status {event.status}"
        if event.failure is not None:
            why = event.failure.type
        facts = {"failsoft_attempt": event.attempt, "failsoft_delay": event.delay, "failsoft_type": why}
        message = "%s: attempt %d failed (%s), the next one in %.3f s"
        line = (one_line(event.endpoint), event.attempt, one_line(why), event.delay)
        self._write(logging.INFO, event, message, line, facts=facts)

    def _transition(self, event: CircuitBreakerTransition) -> None:
        level = logging.WARNING if event.to_state in {"open", "forced_open"} else logging.INFO
        if not self._logger.isEnabledFor(level):
            return
        facts = {
            "failsoft_circuit_breaker": event.name,
            "failsoft_from_state": event.from_state,
            "failsoft_to_state": event.to_state,
            "failsoft_reason": event.reason,
        }
        line = (one_line(event.name), event.from_state, event.to_state, one_line(event.reason))
        self._write(level, event, "circuit breaker %s: %s -> %s (%s)", line, facts=facts)

    def _reloaded(self, event: SettingsReloaded) -> None:
        level = logging.INFO if event.ok else logging.ERROR
        if not self._logger.isEnabledFor(level):
            return
        facts = {"failsoft_faults": event.faults}
        if event.ok:
            self._write(level, event, "the changed settings are in force", (), facts=facts)
            return
        text = one_line(clean(self._sanitizer, "; ".join(event.text.splitlines())))
        message = "the changed settings were refused, the old ones stay in force (%d faults): %s"
        self._write(level, event, message, (event.faults, text), facts=facts)

    def _limit(self, event: BulkheadLimitChanged) -> None:
        if not self._logger.isEnabledFor(logging.INFO):
            return
        facts = {
            "failsoft_bulkhead": event.name,
            "failsoft_from_limit": event.from_limit,
            "failsoft_to_limit": event.to_limit,
        }
        line = (one_line(event.name), event.from_limit, event.to_limit)
        self._write(logging.INFO, event, "bulkhead %s: limit %d -> %d", line, facts=facts)

    def _store(self, event: StateStoreChanged) -> None:
        level = logging.INFO if event.answering else logging.WARNING
        if not self._logger.isEnabledFor(level):
            return
        facts = {"failsoft_store": event.store, "failsoft_answering": event.answering}
        if event.answering:
            self._write(level, event, "shared state: %s answers again", (event.store,), facts=facts)
            return
        text = one_line(clean(self._sanitizer, event.reason))
        message = "shared state: %s does not answer, this worker decides alone: %s"
        self._write(level, event, message, (event.store, text), facts=facts)

    def _missed(self, event: ExactLimitMissed) -> None:
        facts = {"failsoft_reason": event.reason, "failsoft_calls": event.calls}
        line = (one_line(event.endpoint), event.calls, event.reason)
        message = "exact rate limit of %s: %d calls decided without the store (%s)"
        self._write(logging.WARNING, event, message, line, facts=facts)

    def _internal(self, event: InternalError) -> None:
        if not self._internal_logger.isEnabledFor(logging.ERROR):
            return
        more = ""
        if event.where.startswith(_ASKED_OFTEN):
            last, times = self._told.get(event.where, (-_SELDOM, 0))
            if 0 <= event.at - last < _SELDOM:
                self._told[event.where] = last, times + 1
                return
            self._told[event.where] = event.at, 0
            more = f" ({times} more since it was last told)" if times else ""
        facts = {"failsoft_where": event.where, "failsoft_type": event.type}
        text = one_line(clean(self._sanitizer, event.message))
        line = (one_line(event.where), one_line(event.type), text, more)
        self._write(logging.ERROR, event, "failsoft itself failed in %s: %s: %s%s", line, facts=facts)

    def _write(
        self,
        level: int,
        event: Event,
        message: str,
        line: tuple[object, ...],
        *,
        facts: dict[str, Any],
        stack: _Lazy | None = None,
    ) -> None:
        facts["failsoft_event"] = type(event).__name__
        facts["failsoft_endpoint"] = event.endpoint
        facts["failsoft_policy"] = event.policy
        facts["failsoft_request_id"] = event.request_id
        facts["failsoft_trace_id"] = event.trace_id
        logger = self._internal_logger if isinstance(event, InternalError) else self._logger
        if type(logger).makeRecord is logging.Logger.makeRecord:
            record = logger.makeRecord(logger.name, level, __file__, 0, message, line, None)
            # the names are ours, so none of them needs the check that `extra` goes through
            record.__dict__.update(facts)
        else:
            record = logger.makeRecord(logger.name, level, __file__, 0, message, line, None, None, facts)
        # text in place of exc_info: formatters print it, and no handler gets hold of the live exception
        if stack is not None:
            if type(record) is logging.LogRecord:
                record.__class__ = _ErrorRecord
                record.__dict__["_stack"] = stack
            else:
                record.exc_text = str(stack)
        logger.handle(record)


class _Lazy:
    """A text that is made when a handler first asks for it, and kept."""

    __slots__ = ("_make", "_text")

    def __init__(self, make: Callable[[], str]) -> None:
        self._make: Callable[[], str] | None = make
        self._text = ""

    def __str__(self) -> str:
        if self._make is not None:
            self._text, self._make = self._make(), None
        return self._text

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)


class _ErrorRecord(logging.LogRecord):
    """A record whose stack is formatted by the handler that prints it; most loggers drop more than they print."""

    @property
    def exc_text(self) -> str | None:
        stack = self.__dict__.get("_stack")
        return None if stack is None else str(stack)

    @exc_text.setter
    def exc_text(self, text: str | None) -> None:
        self.__dict__["_stack"] = text


def _level(event: ErrorHandled) -> int:
    if event.result == "aborted":
        return logging.DEBUG
    if event.result == "fallback":
        return logging.WARNING
    if event.result == "unhandled" or (event.result == "skipped" and unexpected(event.failure)):
        return logging.ERROR
    return logging.WARNING if event.status >= 500 else logging.INFO
