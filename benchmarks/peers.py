"""The peers, set up as their users would, with everything that leaves the process thrown away."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

__all__ = ["opentelemetry", "sentry"]


def sentry() -> None:
    """sentry-sdk with its defaults (errors only) and a transport that drops what it is given."""
    import sentry_sdk
    from sentry_sdk.transport import Transport

    class Drop(Transport):
        def capture_envelope(self, envelope: Any) -> None:
            return None

        def record_lost_event(self, *args: Any, **kwargs: Any) -> None:
            return None

    sentry_sdk.init(dsn="http://key@127.0.0.1:1/1", transport=Drop)


def opentelemetry() -> Callable[[], None]:
    """An SDK that keeps spans and metrics in memory; returns what empties it."""
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "http"
    from opentelemetry import metrics, trace
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    metrics.set_meter_provider(MeterProvider(metric_readers=[InMemoryMetricReader()]))
    return exporter.clear
