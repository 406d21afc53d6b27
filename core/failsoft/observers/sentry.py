"""A `before_send` for Sentry that cleans its events: messages, stack frames, local variables, breadcrumbs, requests.

::

    sentry_sdk.init(..., before_send=sentry_before_send(sanitizer))
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from failsoft.observers.base import LOGGER, Cleaner

__all__ = ["leave_exceptions_to_sentry", "sentry_before_send"]

_NESTS = frozenset({"exception", "threads", "stacktrace", "frames", "breadcrumbs", "values", "spans"})
_KEPT = frozenset({"event_id", "level", "platform", "timestamp", "sdk", "modules", "release", "environment"})


def sentry_before_send(sanitizer: Cleaner) -> Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]:
    """The function to give to Sentry as `before_send` or `before_send_transaction`.

    Events made of Failsoft's log entries are grouped by endpoint and class; Sentry itself would see one text in all.

    If cleaning fails, an event goes out that says no more than its id, level and time.
    """

    def before_send(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
        try:
            return _fields(sanitizer, _grouped(event, hint))
        except Exception:  # noqa: BLE001 - fail closed
            return {name: event[name] for name in _KEPT & event.keys()}

    return before_send


def leave_exceptions_to_sentry() -> bool:
    """Keep Sentry from reporting a failure twice: as an exception that is raised again after the answer, and as an
    error of our logger. To be called where exceptions are raised again.

    Returns:
        False if Sentry's logging integration is not in use here.
    """
    integration = sys.modules.get("sentry_sdk.integrations.logging")
    if integration is None:
        return False
    integration.ignore_logger(LOGGER)
    return True


def _grouped(event: dict[str, Any], hint: Any) -> dict[str, Any]:
    # from the record: of its attributes, Sentry keeps ten on the event
    record = hint.get("log_record") if isinstance(hint, Mapping) else None
    if event.get("logger") != LOGGER or event.get("fingerprint") or record is None:
        return event
    names = ("failsoft_event", "failsoft_endpoint", "failsoft_type", "failsoft_code")
    return {**event, "fingerprint": [str(getattr(record, name, "")) for name in names]}


def _fields(sanitizer: Cleaner, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item for key, value in fields.items() for name, item in _field(sanitizer, key, value)}


def _field(sanitizer: Cleaner, key: str, value: Any) -> list[tuple[str, Any]]:
    # the containers of an event are taken apart, so that the sanitizer's bounds hold for each frame and not for all
    if key in _KEPT:
        return [(key, value)]
    if key in _NESTS and isinstance(value, Mapping):
        return [(key, _fields(sanitizer, value))]
    if key in _NESTS and isinstance(value, list):
        return [(key, [_fields(sanitizer, v) if isinstance(v, Mapping) else sanitizer.value(v) for v in value])]
    cleaned = sanitizer.value({key: value})
    return list(cleaned.items()) if isinstance(cleaned, Mapping) else [(key, cleaned)]
