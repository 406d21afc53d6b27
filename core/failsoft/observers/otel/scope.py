"""The instrumentation scope: name, version and schema under which Failsoft speaks to OpenTelemetry."""

from __future__ import annotations

from functools import cache
from importlib import metadata

from opentelemetry import metrics, trace

__all__ = ["SCHEMA_URL", "SCOPE", "get_meter", "get_tracer", "is_absent", "version"]

SCOPE = "failsoft"
_API = ("opentelemetry.trace", "opentelemetry._logs")
SCHEMA_URL = "https://opentelemetry.io/schemas/1.44.0"
"""The semantic conventions that names and attributes follow."""


@cache
def version() -> str:
    """The version of Failsoft, "" if it is not installed."""
    try:
        return metadata.version("failsoft")
    except metadata.PackageNotFoundError:
        return ""


def get_tracer(provider: trace.TracerProvider | None = None) -> trace.Tracer:
    """The tracer; of the global provider unless one is given."""
    return trace.get_tracer(SCOPE, version(), provider, SCHEMA_URL)


def get_meter(provider: metrics.MeterProvider | None = None) -> metrics.Meter:
    """The meter; of the global provider unless one is given."""
    return metrics.get_meter(SCOPE, version(), provider, SCHEMA_URL)


def is_absent(provider: object) -> bool:
    """Whether a provider is the API's own, which does nothing: the app has set up no SDK."""
    return type(provider).__module__.startswith(_API)
