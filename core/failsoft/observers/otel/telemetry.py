"""Spans and log records for failures: the server span enriched, or made where nobody made one."""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from types import TracebackType
from typing import Any, TypeVar, cast

from opentelemetry import context, metrics, trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from failsoft.bus import Bus
from failsoft.call import Call, RequestFacts
from failsoft.clock import Clock
from failsoft.errors.failure import Failure
from failsoft.events import CircuitBreakerTransition
from failsoft.machines.slots import SlotsSnapshot
from failsoft.observers.base import Cleaner, unexpected
from failsoft.observers.otel.attributes import (
    Attributes,
    exception_attributes,
    failure_attributes,
    known_methods,
    request_attributes,
    span_name,
)
from failsoft.observers.otel.metrics import MetricsObserver
from failsoft.observers.otel.records import LogRecords
from failsoft.observers.otel.scope import get_tracer, is_absent, no_tracer_provider

__all__ = ["Telemetry"]

F = TypeVar("F", bound=Callable[..., Any])

_log = logging.getLogger("failsoft")
_NOTHING: AbstractContextManager[None] = nullcontext()
_MAX_SEEN = 8_192
_propagator = TraceContextTextMapPropagator()


def _isolated(fallback: Any) -> Callable[[F], F]:
    """Give `fallback` where a method raises: telemetry is never in the way of an answer."""

    def wrap(method: F) -> F:
        @functools.wraps(method)
        def guarded(self: Telemetry, *args: Any, **kwargs: Any) -> Any:
            try:
                return method(self, *args, **kwargs)
            except Exception as error:  # noqa: BLE001 - an SDK, a processor or a sampler of the app's
                self._failed(method.__name__, error)
                return fallback

        return cast("F", guarded)

    return wrap


class Telemetry:
    """Tells OpenTelemetry of failures. No method raises; without an SDK each returns at once.

    Parameters:
        sanitizer: cleans every text.
        traces: enrich the server span, or make one after the fact; child spans for attempts after the first.
        metrics: whether `subscribe` connects a `MetricsObserver`.
        logs: exceptions as log records `http.server.request.exception`, and transitions of circuit breakers.
        tracer_provider, meter_provider, logger_provider: in place of the global ones.
        environ: read once, for `OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN` (`logs`: no span event for an exception) and
            `OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS`.

    Attributes:
        errors: how often something below, as an SDK, raised.
    """

    def __init__(
        self,
        *,
        sanitizer: Cleaner,
        clock: Clock,
        traces: bool = True,
        metrics: bool = True,
        logs: bool = True,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
        logger_provider: Any = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._sanitizer = sanitizer
        self._clock = clock
        self._traces = traces
        self._metrics = metrics
        self._logs = logs
        self._tracer_provider = tracer_provider
        self._meter_provider = meter_provider
        self._records = LogRecords(logger_provider)
        self._methods = known_methods(environ)
        opted = {word.strip() for word in environ.get("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN", "").split(",")}
        self._span_events = "logs" not in opted or "logs/dup" in opted
        self._seen: dict[str, None] = {}
        self.errors = 0

    def subscribe(
        self,
        bus: Bus,
        states: Callable[[], Mapping[str, str]] = dict,
        slots: Callable[[], Mapping[str, SlotsSnapshot]] = dict,
        abandoned: Callable[[], Mapping[str, int]] = dict,
    ) -> Callable[[], None]:
        """Connect metrics and log records, as far as they are on, to the stream of events.

        Parameters:
            states: gives the state of each circuit breaker, by name.
            slots: gives the slots of each bulkhead, by name.
            abandoned: gives how many threads of each guard are abandoned, by name.

        Returns:
            The way to disconnect.
        """
        undo: list[Callable[[], None]] = []
        if self._metrics:
            observer = MetricsObserver(states, slots, abandoned, meter_provider=self._meter_provider)
            undo += [bus.subscribe(observer, *observer.kinds, when=observer.is_heard), observer.close]
        if self._logs:
            undo.append(bus.subscribe(self.transition, CircuitBreakerTransition))

        def unsubscribe() -> None:
            for step in undo:
                step()

        return unsubscribe

    @_isolated(None)
    def trace_id(self) -> str | None:
        """The id of the current trace, 32 hexadecimal digits; None without one."""
        span = trace.get_current_span()
        if span is trace.INVALID_SPAN:
            return None
        current = span.get_span_context()
        return trace.format_trace_id(current.trace_id) if current.is_valid else None

    @_isolated(False)
    def annotate(self, call: Call, failure: Failure, status: int) -> bool:
        """Put a failure that ends a call on the server span, if one is recording. Call it before the response starts,
        for instrumentations end the span with the last byte.

        Only an answer of 500 or more is an error of the span. The exception is recorded once, and only if nobody
        expected it.

        Returns:
            Whether there was such a span.
        """
        span = trace.get_current_span()
        if span is trace.INVALID_SPAN or not self._traces or not span.is_recording():
            return False
        self._enrich(span, call, failure, status)
        if self._first(failure) and _worth_recording(failure, status):
            self._record(span, failure, None)
        return True

    @_isolated(None)
    def server_span_after_the_fact(
        self, call: Call, failure: Failure, status: int, facts: RequestFacts | None = None
    ) -> None:
        """One server span with its true start time, for a request that nobody traces.

        It continues the caller's trace. Nothing is made where a span of this process is current, recording or not, or
        where `annotate` found one: there is never a second server span.

        Parameters:
            facts: of the request; by default those of the call.
        """
        if call.source == "guard" or failure.error_id in self._seen:
            return
        span = None
        if self._traces and not self._without_tracer():
            current = trace.get_current_span().get_span_context()
            traced_by_others = current.is_valid and not current.is_remote
            span = None if traced_by_others else self._late_span(call, failure, status, facts or call.facts)
        if self._first(failure) and _worth_recording(failure, status):
            self._record(span, failure, None if span is None else trace.set_span_in_context(span))
        if span is not None:
            span.end(_nanoseconds(self._clock.time()))

    def attempt(self, call: Call, number: int) -> AbstractContextManager[None]:
        """A child span `failsoft.attempt` around an attempt after the first; nothing where nobody records.

        An exception makes the span an error with its class as `error.type`; it is not recorded, for it may yet be
        retried away.
        """
        if number < 2 or not self._traces:
            return _NOTHING
        return self._attempt(call, number)

    @_isolated(_NOTHING)
    def _attempt(self, call: Call, number: int) -> AbstractContextManager[None]:
        if not trace.get_current_span().is_recording():
            return _NOTHING
        attributes: Attributes = {"failsoft.attempt": number, "failsoft.endpoint": call.endpoint}
        return _AttemptSpan(get_tracer(self._tracer_provider), attributes)

    @_isolated(None)
    def transition(self, event: CircuitBreakerTransition) -> None:
        """A log record `failsoft.circuit_breaker.state_change`; a warning where the circuit opens."""
        opens = event.to_state in {"open", "forced_open"}
        attributes: Attributes = {
            "failsoft.circuit_breaker.name": event.name,
            "failsoft.circuit_breaker.state": event.to_state,
            "failsoft.circuit_breaker.previous_state": event.from_state,
            "failsoft.circuit_breaker.reason": event.reason,
        }
        self._records.emit(
            "failsoft.circuit_breaker.state_change",
            "WARN" if opens else "INFO",
            attributes,
            nanoseconds=_nanoseconds(event.at),
        )

    def _without_tracer(self) -> bool:
        return no_tracer_provider() if self._tracer_provider is None else is_absent(self._tracer_provider)

    def _late_span(self, call: Call, failure: Failure, status: int, facts: RequestFacts) -> trace.Span | None:
        parent = context.get_current()
        if not trace.get_current_span(parent).get_span_context().is_valid:
            headers = {"traceparent": facts.traceparent, "tracestate": facts.tracestate}
            parent = _propagator.extract({name: text for name, text in headers.items() if text}, parent)
        duration = max(0.0, self._clock.monotonic() - call.started)
        span = get_tracer(self._tracer_provider).start_span(
            span_name(call, self._methods),
            context=parent,
            kind=trace.SpanKind.SERVER,
            start_time=_nanoseconds(self._clock.time() - duration),
            attributes=request_attributes(call, facts, status, self._methods, self._sanitizer),
        )
        if not span.is_recording():
            return None
        self._enrich(span, call, failure, status)
        return span

    def _enrich(self, span: trace.Span, call: Call, failure: Failure, status: int) -> None:
        span.set_attributes(failure_attributes(call, failure, status))
        if status >= 500:
            # no description: it would be the status once more, or a text that may leak
            span.set_status(trace.Status(trace.StatusCode.ERROR))

    @_isolated(None)
    def _record(self, span: trace.Span | None, failure: Failure, within: context.Context | None) -> None:
        """The exception as an event of the span, as a log record, or both."""
        on_span = self._span_events and span is not None
        on_record = self._logs and self._records.wanted
        if not on_span and not on_record:
            return
        attributes, at = exception_attributes(failure, self._sanitizer), _nanoseconds(failure.timestamp)
        if span is not None and on_span:
            span.add_event("exception", attributes, at)
        if on_record:
            attributes |= {"failsoft.error.id": failure.error_id, "failsoft.error.code": failure.code}
            name = "http.server.request.exception"
            self._records.emit(name, "ERROR", attributes, nanoseconds=at, within=within)

    def _first(self, failure: Failure) -> bool:
        """Whether this failure is met for the first time: it is recorded once, however many layers it passes."""
        seen = self._seen
        if failure.error_id in seen:
            return False
        if len(seen) >= _MAX_SEEN:
            # one batch at a time, on a copy: other threads may be adding, or have made room in the meantime
            known = list(seen)
            for old in known[: max(len(known) - _MAX_SEEN // 2, 0)]:
                seen.pop(old, None)
        seen[failure.error_id] = None
        return True

    def _failed(self, where: str, error: Exception) -> None:
        self.errors += 1
        if self.errors & (self.errors - 1) == 0:  # 1st, 2nd, 4th, 8th …: said, but not in a storm
            _log.warning("OpenTelemetry failed in %s: %s", where, type(error).__name__)


class _AttemptSpan(AbstractContextManager[None]):
    """A span around an attempt. Whatever the SDK does, the attempt runs and its exception goes on."""

    __slots__ = ("_attributes", "_scope", "_span", "_tracer")

    def __init__(self, tracer: trace.Tracer, attributes: Attributes) -> None:
        self._tracer = tracer
        self._attributes = attributes
        self._span: trace.Span = trace.INVALID_SPAN
        self._scope: AbstractContextManager[Any] | None = None

    def __enter__(self) -> None:
        with suppress(Exception):
            self._span = self._tracer.start_span("failsoft.attempt", attributes=self._attributes)
            scope = trace.use_span(self._span, record_exception=False, set_status_on_exception=False)
            scope.__enter__()
            self._scope = scope

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        with suppress(Exception):
            if kind is not None and issubclass(kind, Exception):
                self._span.set_attribute("error.type", _qualified(kind))
                self._span.set_status(trace.Status(trace.StatusCode.ERROR))
            self._span.end()
        if self._scope is not None:
            with suppress(Exception):
                self._scope.__exit__(None, None, None)


def _qualified(kind: type[BaseException]) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _worth_recording(failure: Failure, status: int) -> bool:
    return status >= 500 and unexpected(failure)


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1_000_000_000)
