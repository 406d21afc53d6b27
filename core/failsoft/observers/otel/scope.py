"""The instrumentation scope: name, version and schema under which Failsoft speaks to OpenTelemetry."""

from __future__ import annotations

import os

from opentelemetry import metrics, trace

try:
    from opentelemetry._logs import _internal as _logs
except ImportError:  # pragma: no cover - a later release may move it
    _logs = None  # type: ignore[assignment]

__all__ = [
    "SCHEMA_URL",
    "SCOPE",
    "get_meter",
    "get_tracer",
    "is_absent",
    "no_logger_provider",
    "no_tracer_provider",
    "version",
]

SCOPE = "failsoft"
_API = ("opentelemetry.trace", "opentelemetry._logs")
SCHEMA_URL = "https://opentelemetry.io/schemas/1.44.0"
"""The semantic conventions that names and attributes follow."""


def version() -> str:
    """The version of Failsoft."""
    # not from the metadata of the installation, which take longer to read than all else at a start
    from failsoft import __version__  # noqa: PLC0415 - the package is loaded after this

    return __version__


def get_tracer(provider: trace.TracerProvider | None = None) -> trace.Tracer:
    """The tracer; of the global provider unless one is given."""
    return trace.get_tracer(SCOPE, version(), provider, SCHEMA_URL)


def get_meter(provider: metrics.MeterProvider | None = None) -> metrics.Meter:
    """The meter; of the global provider unless one is given."""
    return metrics.get_meter(SCOPE, version(), provider, SCHEMA_URL)


def is_absent(provider: object) -> bool:
    """Whether a provider is the API's own, which does nothing: the app has set up no SDK."""
    return type(provider).__module__.startswith(_API)


def no_tracer_provider() -> bool:
    """Whether the app has set no tracer provider, nor named one in the environment.

    The API looks into the environment each time that it is asked. This looks at what the API keeps, once that is known
    to be there.
    """
    if getattr(trace, "_TRACER_PROVIDER", trace) is None and not _NAMED_TRACER:
        return True
    return is_absent(trace.get_tracer_provider())


def no_logger_provider() -> bool:
    """The same for log records."""
    if _logs is None:
        return True
    if getattr(_logs, "_LOGGER_PROVIDER", _logs) is None and not _NAMED_LOGGER:
        return True
    return is_absent(_logs.get_logger_provider())


_NAMED_TRACER = "OTEL_PYTHON_TRACER_PROVIDER" in os.environ
_NAMED_LOGGER = "OTEL_PYTHON_LOGGER_PROVIDER" in os.environ
