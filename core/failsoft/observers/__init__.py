"""Readers of the one stream of events: logs, OpenTelemetry, audit. None of them is ever in a request's way.

Each observer is a callable that takes an event and has `kinds`, the events it reads:
`bus.subscribe(observer, *observer.kinds)`. A sink that is too slow for the publisher's thread stands behind a queue
(`failsoft.observers.queued`). Nothing is written that did not pass the sanitizer.
"""

from __future__ import annotations

__all__: list[str] = []
