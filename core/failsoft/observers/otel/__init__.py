"""OpenTelemetry: the API only. The app brings the SDK; without one, all of this costs next to nothing."""

from __future__ import annotations

from failsoft.observers.otel.metrics import MetricsObserver
from failsoft.observers.otel.telemetry import Telemetry

__all__ = ["MetricsObserver", "Telemetry"]
