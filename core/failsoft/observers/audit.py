"""Has what happened written down: events become drafts of audit records."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from failsoft.audit.deeds import breaker_changed, bypass_changed, policy_changed, retry_saved, settings_reloaded
from failsoft.audit.records import Draft, failure_handled
from failsoft.events import (
    BypassChanged,
    CircuitBreakerCommanded,
    ErrorHandled,
    Event,
    RetryEnded,
    SettingsReloaded,
)

if TYPE_CHECKING:
    from failsoft.audit.watch import Watch

__all__ = ["AuditObserver"]


class _Sink(Protocol):
    """What takes drafts of records: the trail, or its writer."""

    def put(self, draft: Draft, /) -> bool: ...


class AuditObserver:
    """Has written down every handled failure, every call that a retry has saved, and every change by hand.

    In the publisher's thread it only queues the event; sanitizing, JSON and encryption are the writer's work.

    Parameters:
        sink: takes the records.
        watch: looks for incidents; None: nobody does.
        breaker_of: state of the circuit breaker of an endpoint, None where it has none.
    """

    kinds: tuple[type[Event], ...] = (
        ErrorHandled,
        RetryEnded,
        CircuitBreakerCommanded,
        BypassChanged,
        SettingsReloaded,
    )
    """The events it reads."""

    def __init__(
        self,
        sink: _Sink,
        watch: Watch | None = None,
        breaker_of: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self._put = sink.put
        self._watch = watch
        self._breaker_of = breaker_of

    def __call__(self, event: Event) -> None:
        """Queue the record of an event; one that is not in `kinds` is passed over."""
        match event:
            case ErrorHandled():
                self._put(partial(failure_handled, event, breaker=self._breaker_of(event.endpoint)))
                if self._watch is not None:
                    self._watch.failed(event)
            case RetryEnded():
                if event.outcome == "success":
                    self._put(partial(retry_saved, event))
            case CircuitBreakerCommanded():
                self._put(partial(breaker_changed, event))
                if self._watch is not None:
                    self._watch.commanded(event)
            case BypassChanged():
                self._put(partial(bypass_changed, event))
            case SettingsReloaded():
                self._reloaded(event)

    def _reloaded(self, event: SettingsReloaded) -> None:
        self._put(partial(settings_reloaded, event))
        policies = tuple(path for path in event.changed if path.startswith(("policies.", "endpoints", "rollout.")))
        if policies:
            self._put(partial(policy_changed, event.at, how="reload", paths=policies))
