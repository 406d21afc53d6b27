"""Processors for the OpenTelemetry SDK that clean what others emit. Failsoft's own spans and records are clean already.

Where providers are set up already, by `opentelemetry-instrument` or by code of your own::

    failsoft.otel.clean()

Where you set them up::

    tracers.add_span_processor(SanitizingSpanProcessor(BatchSpanProcessor(exporter)))
    loggers.add_log_record_processor(SanitizingLogRecordProcessor())     # before the one that exports
    loggers.add_log_record_processor(BatchLogRecordProcessor(log_exporter))

Needs the SDK (`pip install 'failsoft[otel]'`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from failsoft.observers.base import Cleaner
from failsoft.observers.base import clean as cleaned
from failsoft.observers.serving import SERVING

try:
    from opentelemetry._logs import get_logger_provider
    from opentelemetry.attributes import BoundedAttributes
    from opentelemetry.context import Context
    from opentelemetry.sdk._logs import LogRecordProcessor, ReadWriteLogRecord
    from opentelemetry.sdk.trace import Event, ReadableSpan, Span, SpanProcessor
    from opentelemetry.sdk.util import BoundedList
    from opentelemetry.trace import Link, Status, get_tracer_provider
except ImportError:
    raise ImportError("failsoft.otel needs a recent OpenTelemetry SDK: pip install 'failsoft[otel]'") from None

__all__ = ["SanitizingLogRecordProcessor", "SanitizingSpanProcessor", "clean"]

_FAILED = "[REDACTED:error]"
_T = TypeVar("_T")


def clean(tracer_provider: Any = None, logger_provider: Any = None, *, sanitizer: Cleaner = SERVING) -> int:
    """Put a cleaner before every processor that the providers have by now. What is added later is not cleaned.

    A second call changes nothing.

    Parameters:
        tracer_provider: by default the global one.
        logger_provider: by default the global one.
        sanitizer: by default that of the `Failsoft` that serves where something is emitted.

    Returns:
        How many processors have a cleaner before them now; 0 where no SDK is set up.
    """
    tracers = get_tracer_provider() if tracer_provider is None else tracer_provider
    loggers = get_logger_provider() if logger_provider is None else logger_provider
    return _before_spans(tracers, sanitizer) + _before_records(loggers, sanitizer)


def _before_spans(provider: Any, sanitizer: Cleaner) -> int:
    several = getattr(provider, "_active_span_processor", None)
    given = getattr(several, "_span_processors", None)
    if several is None or not isinstance(given, tuple):
        return 0
    several._span_processors = tuple(
        one if isinstance(one, SanitizingSpanProcessor) else SanitizingSpanProcessor(one, sanitizer) for one in given
    )
    return len(given)


def _before_records(provider: Any, sanitizer: Cleaner) -> int:
    several = getattr(provider, "_multi_log_record_processor", None)
    given = getattr(several, "_log_record_processors", None)
    if several is None or not isinstance(given, tuple):
        return 0
    others = tuple(one for one in given if not isinstance(one, SanitizingLogRecordProcessor))
    several._log_record_processors = (SanitizingLogRecordProcessor(sanitizer), *others)
    return len(others)


class SanitizingSpanProcessor(SpanProcessor):
    """Hands spans on with name, attributes, events, links and status description sanitized.

    Ended spans cannot be changed, so the processor that exports stands behind this one, not beside it.

    Parameters:
        following: the processor that gets the clean spans.
        sanitizer: by default that of the `Failsoft` that serves where a span ends.
    """

    def __init__(self, following: SpanProcessor, sanitizer: Cleaner = SERVING) -> None:
        self._sanitizer = sanitizer
        self._following = following

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """A span was started."""
        self._following.on_start(span, parent_context)

    def _on_ending(self, span: Span) -> None:
        """A span is being ended, and may yet be changed. The SDK is trying this out."""
        ending = getattr(self._following, "_on_ending", None)
        if ending is not None:
            ending(span)

    def on_end(self, span: ReadableSpan) -> None:
        """A span was ended; a clean copy goes on."""
        self._following.on_end(self._cleaned(span))

    def shutdown(self) -> None:
        """Shut down what follows."""
        self._following.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush what follows."""
        return self._following.force_flush(timeout_millis)

    def _cleaned(self, span: ReadableSpan) -> ReadableSpan:
        sanitizer, description = self._sanitizer, span.status.description
        return ReadableSpan(
            name=cleaned(sanitizer, span.name),
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes=self._attributes(span),
            events=_counted(
                [Event(cleaned(sanitizer, e.name), self._attributes(e), e.timestamp) for e in span.events],
                span.dropped_events,
            ),
            links=_counted([Link(link.context, self._attributes(link)) for link in span.links], span.dropped_links),
            kind=span.kind,
            status=Status(span.status.status_code, cleaned(sanitizer, description) if description else None),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    def _attributes(self, of: ReadableSpan | Event | Link) -> Mapping[str, Any]:
        attributes, dropped = _attributes(self._sanitizer, of.attributes), of.dropped_attributes
        if not dropped:
            return attributes
        counting = BoundedAttributes(attributes=attributes, immutable=False)
        counting.dropped += dropped
        return counting


def _counted(members: list[_T], dropped: int) -> Sequence[_T]:
    """Events or links, with the count of those that were too many."""
    if not dropped:
        return members
    counting: BoundedList[_T] = BoundedList.from_seq(len(members), members)
    counting.dropped += dropped
    return counting


class SanitizingLogRecordProcessor(LogRecordProcessor):
    """Sanitizes body and attributes of log records, in place. Add it before the processor that exports.

    Parameters:
        sanitizer: by default that of the `Failsoft` that serves where a record is emitted.
    """

    def __init__(self, sanitizer: Cleaner = SERVING) -> None:
        self._sanitizer = sanitizer

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """A record was emitted."""
        record = log_record.log_record
        record.attributes = _attributes(self._sanitizer, record.attributes)
        if isinstance(record.body, str):
            record.body = cleaned(self._sanitizer, record.body)
        elif record.body is not None:
            record.body = _attributes(self._sanitizer, {"body": record.body}).get("body", _FAILED)

    def shutdown(self) -> None:
        """Nothing is held."""

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002 - the interface's argument
        """Nothing waits here."""
        return True


def _attributes(sanitizer: Cleaner, attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    """Attributes sanitized by name and value. Where the sanitizer fails, only the names are kept."""
    given = dict(attributes or {})
    try:
        return dict(sanitizer.value(given))
    except Exception:  # noqa: BLE001 - fail closed
        return dict.fromkeys(given, _FAILED)
