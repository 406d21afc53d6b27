from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, Tracer, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from failsoft.observers.otel import Telemetry
from observed import ManualClock, OneSecret


class Sdk(NamedTuple):
    """The real SDK, with everything kept in memory."""

    tracers: TracerProvider
    meters: MeterProvider
    loggers: LoggerProvider
    kept: InMemorySpanExporter
    reader: InMemoryMetricReader
    written: InMemoryLogRecordExporter

    @property
    def tracer(self) -> Tracer:
        return self.tracers.get_tracer("instrumentation")  # type: ignore[return-value]

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self.kept.get_finished_spans())

    @property
    def records(self) -> list[Any]:
        return [entry.log_record for entry in self.written.get_finished_logs()]

    def points(self, name: str) -> dict[frozenset[tuple[str, object]], Any]:
        """The data points of a metric, by their attributes."""
        data = self.reader.get_metrics_data()
        return {
            frozenset(dict(point.attributes or {}).items()): point
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        }


@pytest.fixture
def sdk() -> Iterator[Sdk]:
    kept, reader, written = InMemorySpanExporter(), InMemoryMetricReader(), InMemoryLogRecordExporter()
    tracers, meters, loggers = TracerProvider(), MeterProvider([reader]), LoggerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(kept))
    loggers.add_log_record_processor(SimpleLogRecordProcessor(written))
    yield Sdk(tracers, meters, loggers, kept, reader, written)
    for provider in (tracers, meters, loggers):
        provider.shutdown()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def make(sdk: Sdk, clock: ManualClock) -> Callable[..., Telemetry]:
    """Makes a `Telemetry` on the SDK above."""

    def telemetry(**options: Any) -> Telemetry:
        values: dict[str, Any] = {
            "sanitizer": OneSecret(),
            "clock": clock,
            "tracer_provider": sdk.tracers,
            "meter_provider": sdk.meters,
            "logger_provider": sdk.loggers,
            "environ": {},
        }
        return Telemetry(**(values | options))

    return telemetry
