"""Log records through the logs API. It is not stable yet, so only this module knows it, and can do without it."""

from __future__ import annotations

from typing import Any, Literal

from opentelemetry.context import Context

from failsoft.observers.otel.attributes import Attributes
from failsoft.observers.otel.scope import SCHEMA_URL, SCOPE, is_absent, no_logger_provider, version

try:
    from opentelemetry import _logs as _api
except ImportError:  # pragma: no cover - a later release may move it
    _api = None  # type: ignore[assignment]

__all__ = ["LogRecords"]


class LogRecords:
    """Emits log records, if the app has set up an SDK for them.

    Parameters:
        provider: a `LoggerProvider` in place of the global one.
    """

    def __init__(self, provider: Any = None) -> None:
        self._provider = provider

    @property
    def wanted(self) -> bool:
        """Whether anybody takes log records."""
        if _api is None:
            return False
        return not (no_logger_provider() if self._provider is None else is_absent(self._provider))

    def emit(
        self,
        name: str,
        severity: Literal["INFO", "WARN", "ERROR"],
        attributes: Attributes,
        *,
        nanoseconds: int,
        within: Context | None = None,
    ) -> None:
        """Emit an event.

        Parameters:
            name: of the event.
            nanoseconds: since the Unix epoch.
            within: the context whose span it belongs to; by default the current one.
        """
        if not self.wanted:
            return
        # never `exception=`: the SDK would write the exception down as it is
        _api.get_logger(SCOPE, version(), self._provider, SCHEMA_URL).emit(
            timestamp=nanoseconds,
            context=within,
            severity_number=_api.SeverityNumber[severity],
            severity_text=severity,
            event_name=name,
            attributes=attributes,
        )
